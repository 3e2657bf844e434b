"""What registry tokens are signed with: a key of the service's own, made once in its folder.

The key and its certificate are one file, since a registry believes a certificate by its very bytes;
the certificate lies beside it once more, for the registry to read (``rootcertbundle``). Whoever has
the key may push into every laboratory; it is in no environment and no database.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from .grants import Access

ISSUER = "bluecloud"
SERVICE = "bluecloud-registry"
CERTIFICATE = "registry-certificate.pem"
KEY = "registry-key.pem"
_VALID = timedelta(days=20 * 365)  # the registry refuses a token whose certificate has ended
_SECONDS = 300


@dataclass(frozen=True)
class Signed:
    """A token, and how long it is believed."""

    token: str
    issued: datetime
    seconds: int


class Signer:
    """Signs tokens of the registry.

    Parameters
    ----------
    key, certificate
        Of the curve P-256, and the certificate as the registry has it.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        self._key = key
        self._header = {
            "typ": "JWT",
            "kid": _key_id(key),
            "x5c": [base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()],
        }

    def sign(self, person: str, access: Sequence[Access], *, seconds: int = _SECONDS) -> Signed:
        """A token that says what a person may do from now on."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": SERVICE,
            "sub": person,
            "iat": now,
            "nbf": now - 10,  # clocks differ
            "exp": now + seconds,
            "jti": secrets.token_hex(16),
            "access": [each.written() for each in access],
        }
        token = jwt.encode(claims, self._key, algorithm="ES256", headers=self._header)
        return Signed(token, datetime.fromtimestamp(now, UTC), seconds)


def signer_of(folder: Path) -> Signer:
    """The signer whose key lies in a folder, made on first use.

    Raises
    ------
    OSError, ValueError
        If it can be neither read nor made.
    """
    path = folder / KEY
    if not path.exists():
        draft = _draft(folder, _made(), 0o600)
        try:
            os.link(draft, path)  # of two services that begin at once, one makes it
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    pem = path.read_bytes()
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError(f"{path}: the key of registry tokens is one of the curve P-256")
    certificate = x509.load_pem_x509_certificate(pem)
    _draft(folder, certificate.public_bytes(Encoding.PEM), 0o644).replace(folder / CERTIFICATE)
    return Signer(key, certificate)


def _draft(folder: Path, content: bytes, mode: int) -> Path:
    draft = folder / f".registry-{secrets.token_hex(8)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _made() -> bytes:
    """A new key, and its certificate by itself, in one PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bluecloud registry tokens")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _VALID)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


def _key_id(key: ec.EllipticCurvePrivateKey) -> str:
    """What docker-registry 2 calls a key: 240 bits of its digest in base 32, in fours."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    letters = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
    return ":".join(letters[n : n + 4] for n in range(0, len(letters), 4))
