"""Holds ``deploy/.env`` against itself before anything is started: addresses, TLS, certificates.

Only the standard library: it runs on the machine that has nothing but Python and Docker. Each
fault is one line that says which setting, which value and what is allowed; status 1 with any. What
a single setting may be, hub and service say themselves when they start.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_URL = "http://bluecloud.localhost:8000"
DEFAULT_LISTEN = "127.0.0.1:8000"
# As people's and other servers' names lie below the deployment's; any will do.
SOMEBODY = "somebody"


def read(path: Path) -> dict[str, str]:
    """The file's settings: NAME=VALUE, in quotes or not; empty ones are not there."""
    told = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition("=")
        value = value.strip().strip("'\"")
        if value and not name.lstrip().startswith("#"):
            told[name.strip()] = value
    return told


def faults(told: Mapping[str, str]) -> Iterator[str]:
    """What does not fit together."""
    state = told.get("BLUECLOUD_STATE", "")
    if not state.startswith("/"):
        yield f"BLUECLOUD_STATE is {state!r}: it has to be the absolute path of a folder"
    url = told.get("BLUECLOUD_PUBLIC_URL", DEFAULT_URL)
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        yield f"BLUECLOUD_PUBLIC_URL is {url!r}: it has to be http(s)://NAME[:PORT] and no more"
        return
    tls = told.get("BLUECLOUD_TLS", "")
    if not tls:
        return
    if tls not in {"files", "acme"}:
        yield f"BLUECLOUD_TLS is {tls!r}: it is files or acme, or is left out for no TLS"
        return
    if parts.scheme != "https":
        yield (
            f"BLUECLOUD_TLS is {tls} and BLUECLOUD_PUBLIC_URL is {url}: with TLS it has to be "
            f"https://{parts.hostname}"
        )
        return
    if all(each.isdigit() for each in parts.hostname.split(".")) or ":" in parts.hostname:
        yield f"BLUECLOUD_PUBLIC_URL is {url}: an address of numbers has no names below it"
        return
    domains = told.get("BLUECLOUD_USER_DOMAINS", "true").lower() not in {"false", "0", "no", "off"}
    yield from _listening(told)
    yield from _realm(told, parts.netloc, domains=domains)
    if tls == "files":
        names = [parts.hostname, *([f"{SOMEBODY}.{parts.hostname}"] if domains else [])]
        yield from certificate_faults(Path(state) / "tls", names)
    elif parts.hostname.endswith((".localhost", ".test")) and "BLUECLOUD_ACME_CA" not in told:
        yield (
            f"BLUECLOUD_TLS is acme and BLUECLOUD_PUBLIC_URL is {url}: nobody certifies that name; "
            "take one of the public DNS, or name an authority of yours in BLUECLOUD_ACME_CA"
        )


def _listening(told: Mapping[str, str]) -> Iterator[str]:
    listen = told.get("BLUECLOUD_LISTEN", DEFAULT_LISTEN)
    if listen.rpartition(":")[0] not in {"127.0.0.1", "localhost", "[::1]"}:
        yield (
            f"BLUECLOUD_LISTEN is {listen}: with BLUECLOUD_TLS the proxy listens on loopback, "
            f"as {DEFAULT_LISTEN}, and people come to BLUECLOUD_HTTPS_LISTEN"
        )


def _realm(told: Mapping[str, str], place: str, *, domains: bool) -> Iterator[str]:
    host = f"bluecloud--service.{place}" if domains else place
    wanted = f"https://{host}/services/bluecloud/registry/token"
    has = told.get("BLUECLOUD_REGISTRY_REALM", "")
    if has != wanted:
        yield (
            f"BLUECLOUD_REGISTRY_REALM is {has or 'not set'}: with this BLUECLOUD_PUBLIC_URL the "
            f"line is\n    BLUECLOUD_REGISTRY_REALM={wanted}"
        )


def certificate_faults(folder: Path, names: list[str]) -> Iterator[str]:
    """What keeps a certificate and its key from being shown for these names.

    Both are used as a browser and a server would, in memory: so what is not the key's, has ended,
    or is for other names is said before anybody meets it. Who signed it is the browsers' to judge.
    """
    chain, key = folder / "fullchain.pem", folder / "privkey.pem"
    missing = [path for path in (chain, key) if not path.is_file()]
    for path in missing:
        yield f"{path} is not there: BLUECLOUD_TLS=files shows the certificate of that folder"
    if missing:
        return
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        server.load_cert_chain(chain, key, password=_no_password)
    except PermissionError:
        _note(f"{key} is not yours to read: the front itself will say whether it can be used")
        return
    except (ssl.SSLError, ValueError) as error:
        yield f"{chain} and {key} are no certificate with its key, without a password: {error}"
        return
    for name in names:
        if said := _refused(server, chain, name):
            shown = name.replace(f"{SOMEBODY}.", "*.")
            yield f"{chain} cannot be shown for {shown}: {said}"


def _refused(server: ssl.SSLContext, chain: Path, name: str) -> str:
    """Why a browser that trusts the certificate would not take it for a name; or empty."""
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client.load_verify_locations(chain)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    browser = client.wrap_bio(back, there, server_hostname=name)
    shop = server.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for end in (browser, shop):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
            except ssl.SSLError as error:
                return str(error)
    return ""


def _no_password() -> str:
    raise ValueError("the key is locked by a password")


def _note(said: str) -> None:
    sys.stderr.write(f"note: {said}\n")


def notes(told: Mapping[str, str]) -> Iterator[str]:
    """What may be meant, and often is not."""
    if not told.get("BLUECLOUD_TLS"):
        return
    port = urlsplit(told.get("BLUECLOUD_PUBLIC_URL", "")).port or 443
    listen = told.get("BLUECLOUD_HTTPS_LISTEN", "443")
    if listen.rpartition(":")[2] != str(port):
        yield (
            f"people come to port {port} of BLUECLOUD_PUBLIC_URL, the front listens at {listen}: "
            "something has to lead from one to the other"
        )


def main() -> int:
    """Say what is wrong with the file named (deploy/.env)."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name(".env")
    told = read(path)
    for each in notes(told):
        _note(each)
    found = list(faults(told))
    for each in found:
        sys.stderr.write(f"{path}: {each}\n")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
