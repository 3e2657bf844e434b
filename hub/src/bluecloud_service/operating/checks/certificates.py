"""The certificates of the deployment's addresses: for their names, and for a while yet."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography import x509

from bluecloud_hub.service import NAME

from ..deployment import ANSWER_S, Deployment
from ..findings import Told, check, fault, not_applicable, ok, one_line, warning

_SOON = timedelta(days=21)
_PART = 4  # of its life, for those of weeks: what renews them does so when a third is left
_FRONT = ("front", 443)  # as the compose file names it
_START = "start what ends TLS in front of the deployment"


@check("certificate", unanswered=_START)
def certificate(of: Deployment) -> Iterator[Told]:
    """The certificates of addresses with TLS are for their names, and valid for a while."""
    names = _names(of)
    if not names:
        yield not_applicable("no address begins with https")
    for name, (host, port) in names.items():
        address = f"https://{name}" + (f":{port}" if port != 443 else "")
        try:
            shown = _shown(host, port, name)
        except OSError as error:
            yield fault(f"{address} does not answer: {one_line(error)}", _START)
            continue
        if not _is_for(shown, name):
            fix = "have a certificate made for the deployment's name and, with a *, all below it"
            yield fault(f"the one that is shown for {name} is for {_told(shown)}", fix)
        left = shown.not_valid_after_utc - datetime.now(UTC)
        said = f"that of {address} {'ended' if left < timedelta(0) else 'ends'}"
        if left < timedelta(0):
            yield fault(f"{said} {-left.days} days ago", "renew the certificate now")
        elif left < min(_SOON, (shown.not_valid_after_utc - shown.not_valid_before_utc) / _PART):
            yield warning(f"{said} in {left.days} days", "renew the certificate, or see why not")
        else:
            yield ok(f"{said} in {left.days} days")


def _names(of: Deployment) -> dict[str, tuple[str, int]]:
    """The names that have to have a certificate, each with where it is asked for.

    With a front of the deployment's own that is asked, by whatever name: from within, the
    deployment's name may lead nowhere.
    """
    found = {}
    for address in (of.settings.public_url, of.registry_address):
        parts = urlsplit(address)
        if parts.scheme == "https" and parts.hostname:
            found[parts.hostname] = (parts.hostname, parts.port or 443)
    tls = of.settings.tls
    if tls:
        host = urlsplit(of.settings.public_url).hostname or ""
        names = [host, f"registry--service.{host}"]
        if of.settings.has_user_domains:
            # One that is fetched for a name is the person's who has it; one that is given is all's.
            names += [f"{NAME}--service.{host}", *([f"anybody.{host}"] if tls == "files" else [])]
        elif tls == "files":
            names = [host]
        found |= dict.fromkeys(names, _FRONT)
    return found


def _shown(host: str, port: int, name: str) -> x509.Certificate:
    """The certificate that is shown for a name; who signed it is the browser's to judge."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, port), timeout=ANSWER_S) as plain,
        context.wrap_socket(plain, server_hostname=name) as secure,
    ):
        sent = secure.getpeercert(binary_form=True)
    if not sent:
        raise OSError("it shows no certificate")
    return x509.load_der_x509_certificate(sent)


def _is_for(shown: x509.Certificate, name: str) -> bool:
    """Whether a certificate names a host, itself or with a star for its first word."""
    above = "*." + name.partition(".")[2]
    return any(each.lower() in {name, above} for each in _alternatives(shown))


def _alternatives(shown: x509.Certificate) -> list[str]:
    try:
        found = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = [str(each) for each in found.get_values_for_type(x509.IPAddress)]
    return [*found.get_values_for_type(x509.DNSName), *addresses]


def _told(shown: x509.Certificate) -> str:
    return ", ".join(_alternatives(shown)[:3]) or "no name"
