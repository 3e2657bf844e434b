"""A deployment of containers behind TLS, with an authority of the test's own."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bluecloud_hub.demo import free_port
from tests.platform.deployments import ROOT, Docker

FRONT = 10443  # the account of the front


class Authority:
    """Signs certificates, as an institution's own would."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        name = _named("An authority of the test's")
        made = _certificate(name, self._key.public_key(), name, 3650)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.root = made.sign(self._key, SHA256())
        self.pem = self.root.public_bytes(Encoding.PEM).decode()
        self.trust = ssl.create_default_context(cadata=self.pem)

    def give(self, folder: Path, *names: str, days: int = 90) -> None:
        """Put a certificate for some names, and its key, where the front reads them."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
        made = _certificate(_named(names[0]), key.public_key(), self.root.subject, days)
        signed = made.add_extension(alternatives, critical=False).sign(self._key, SHA256())
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        folder.mkdir(exist_ok=True)
        for name, content in {
            "fullchain.pem": signed.public_bytes(Encoding.PEM),
            "privkey.pem": private,
        }.items():
            draft = folder / f".{name}"
            draft.write_bytes(content)
            os.chown(draft, FRONT, FRONT)
            draft.chmod(0o400)
            draft.replace(folder / name)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, issuer: x509.Name, days: int
) -> x509.CertificateBuilder:
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    return (
        x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
        .not_valid_before(min(datetime.now(UTC), ends) - timedelta(days=1))
        .not_valid_after(ends)
    )


class Secured(Docker):
    """Containers, as ``make up`` starts them with BLUECLOUD_TLS."""

    files: tuple[str | Path, ...] = ("compose.yaml", "compose.tls.yaml")

    def __init__(self, state: Path, suffix: str = "tls", **settings: str) -> None:
        self.host = "bluecloud.localhost"
        self.https, self.http = free_port(), free_port()
        place = f"{self.host}:{self.https}"
        super().__init__(
            state,
            suffix,
            **{
                "BLUECLOUD_TLS": "files",
                "BLUECLOUD_PUBLIC_URL": f"https://{place}",
                "BLUECLOUD_HTTPS_LISTEN": f"127.0.0.1:{self.https}",
                "BLUECLOUD_HTTP_LISTEN": f"127.0.0.1:{self.http}",
                "BLUECLOUD_REGISTRY_REALM": (
                    f"https://bluecloud--service.{place}/services/bluecloud/registry/token"
                ),
                **settings,
            },
        )
        self.address = f"https://{place}"
        self.authority = Authority()
        self.trust = self.authority.trust
        self.authority.give(state / "tls", self.host, f"*.{self.host}")

    def wait(self) -> None:
        words = [self.address, self.listen, self.name, f"127.0.0.1:{self.https}"]
        subprocess.run([sys.executable, str(ROOT / "deploy" / "wait.py"), *words], check=True)

    def of_name(self, name: str) -> str:
        """The address of a name below the deployment's own."""
        return f"https://{name}.{self.host}:{self.https}"
