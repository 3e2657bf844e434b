"""Secrets: that they are there, differ, are their owner's alone, and open what was sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from sqlalchemy import select

from ...credentials.store import CREDENTIALS
from ...credentials.vault import Unreadable, Vault
from ...keys import keys_of
from ...registry.signing import CERTIFICATE, KEY
from ..deployment import LEAST_SECRET, Deployment
from ..findings import Told, check, fault, listed, not_applicable, ok, warning

NAMES = (
    "CONFIGPROXY_AUTH_TOKEN",
    "BLUECLOUD_SERVICE_TOKEN",
    "BLUECLOUD_SERVICE_KEY",
    "POSTGRES_PASSWORD",
)
_SOON = timedelta(days=30)


def secret_files(of: Deployment) -> list[Path]:
    """The files that nobody but their owner may read, those that are there."""
    hub, service = of.state / "hub", of.state / "service"
    found = [
        hub / "cookie_secret",
        service / "key",
        service / KEY,
        of.state / "tls" / "privkey.pem",
    ]
    found += [*hub.glob("*.token"), *hub.glob("passwords*")]
    found += [of.hub_sqlite] if of.hub_sqlite else []
    found += [of.env_file] if of.env_file else []
    return sorted(path for path in found if path.is_file())


@check("secrets", unanswered="make secrets")
def present(of: Deployment) -> Iterator[Told]:
    """Those that this engine needs."""
    if of.in_containers:
        # Of the others no container is told but their own; the file has all.
        names = NAMES if of.env_file else ("BLUECLOUD_SERVICE_KEY",)
        told = {name: of.environment.get(name, "") for name in names}
        for name, value in told.items():
            if len(value) < LEAST_SECRET:
                how = f"has {len(value)} characters" if value else "is not there"
                yield fault(f"{name} {how}; {LEAST_SECRET} are needed", "make secrets")
        if len(set(told.values())) < len(told):
            yield warning("two secrets are the same", "empty one in deploy/.env; make secrets")
        return
    for path in (of.state / "hub" / "cookie_secret", of.state / "service" / "key"):
        if path.name == "key" and of.service.key:
            continue
        if not path.is_file() or not path.stat().st_size:
            yield fault(f"{path} is not there", "bluecloud restore, or start hub and service")


@check("secret-files", unanswered="run it as the account that owns the state folder")
def modes(of: Deployment) -> Iterator[Told]:
    """Files of secrets, which are their owner's alone."""
    found = secret_files(of)
    for path in found:
        mode = path.stat().st_mode & 0o777
        if mode & 0o077 and not _is_closed_by(path):
            yield fault(f"others may read {path} (mode {mode:04o})", f"chmod 600 {path}")
    yield ok(f"{len(found)} files")


def _is_closed_by(path: Path) -> bool:
    """Whether nobody else enters its folder: SQLite makes its files as the umask has it."""
    return path.suffix == ".sqlite" and not path.parent.stat().st_mode & 0o077


@check("logins", unanswered="see what service-database says")
def logins(of: Deployment) -> Iterator[Told]:
    """Stored logins, which open with the key."""
    told = of.service.key.get_secret_value() if of.service.key else None
    folder = of.state / "service"
    with of.service_database.connect() as connection:
        rows = connection.execute(select(CREDENTIALS)).mappings().all()
    if not rows:
        yield not_applicable("nobody stored a login")
        return
    if told is None and not (folder / "key").is_file():  # which would be made
        yield fault(f"{len(rows)} logins are sealed, and there is no key", "bluecloud restore")
        return
    vault, shut = Vault(keys_of(told, folder)), []
    for row in rows:
        try:
            vault.open(row["person"], row["source"], row["sealed"])
        except Unreadable:
            shut.append(f"{row['person']}'s for {row['source']}")
    if shut:
        fix = "put the former key behind a comma into BLUECLOUD_SERVICE_KEY, or have them stored"
        yield warning(f"the key does not open {listed(shut)}", fix)
    else:
        yield ok(f"{len(rows)} logins open")


@check("registry-key", unanswered="let the service's account read its folder of the state")
def registry_key(of: Deployment) -> Iterator[Told]:
    """What registry tokens are signed with, and the certificate that the registry believes."""
    key, certificate = (of.state / "service" / name for name in (KEY, CERTIFICATE))
    if not key.is_file():
        yield fault(f"{key} is not there", "start the service, which makes it; then the registry")
        return
    own = x509.load_pem_x509_certificate(key.read_bytes())
    if not certificate.is_file() or own != x509.load_pem_x509_certificate(certificate.read_bytes()):
        yield fault(f"{certificate} is not the key's", "restart the service, then the registry")
    left = own.not_valid_after_utc - datetime.now(UTC)
    if left < _SOON:
        fix = f"remove {key}, restart the service and the registry"
        yield (fault if left < timedelta(0) else warning)(f"it ends in {left.days} days", fix)
