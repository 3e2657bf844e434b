"""The logins a person has at providers, found where a laboratory puts them, and never shown.

``BLUECLOUD_CREDENTIALS_DIR`` names a private folder with one JSON file a source,
``<source>.json``, that holds ``{"token": ...}`` or ``{"username": ..., "password": ...}``. For
a machine of one's own the same can stand in the environment, as ``BLUECLOUD_<SOURCE>_TOKEN``, or
``BLUECLOUD_<SOURCE>_USER`` and ``BLUECLOUD_<SOURCE>_PASSWORD``. The folder goes before.

A secret is taken out with ``get_secret_value`` where a request is made, and nowhere else: the
``repr`` and the JSON of a credential hold stars.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError, model_validator

from .errors import CredentialRequired, DataError

# The names that logins are stored under: sources whose readers or tools take one, and providers
# of which a source has more than one.
LOGINS = {
    "argogdac": "Argo GDAC",
    "b2share": "B2SHARE",
    "bluecloud": "Blue-Cloud VRE",
    "cdse": "Copernicus Data Space Ecosystem",
    "cmems": "Copernicus Marine",
    "d4science": "D4Science",
    "datacache": "Blue-Cloud data cache",
    "dias": "DIAS",
    "emodnet": "EMODnet",
    "ena": "ELIXIR-ENA",
    "euroargo": "Euro-Argo",
    "eudat": "EUDAT",
    "eurobioimaging": "EuroBioImaging",
    "eurobis": "EurOBIS",
    "icos": "ICOS-Marine",
    "seadatanet": "SeaDataNet",
    "wekeo": "WEkEO",
    "zenodo": "Zenodo",
}


class Credential(BaseModel):
    """One login: a token, or a name with a password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Credential:
        by_name = self.username is not None and self.password is not None
        if by_name == (self.token is not None) or (self.username is None) != (
            self.password is None
        ):
            raise ValueError("must have a token, or username and password")
        return self

    def bearer(self) -> str:
        """The header ``Authorization`` of a token.

        Raises
        ------
        CredentialRequired
            If this is a name and a password.
        """
        if self.token is None:
            raise CredentialRequired("a token is needed here, and a name and password are stored")
        return f"Bearer {self.token.get_secret_value()}"


def credential(source: str) -> Credential | None:
    """The login for a source, if there is one.

    Raises
    ------
    DataError
        If what is stored is none. The message never holds what was read.
    """
    folder = os.environ.get("BLUECLOUD_CREDENTIALS_DIR")
    path = Path(folder) / f"{source}.json" if folder else None
    if path is not None and path.is_file():
        try:
            return Credential.model_validate(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            raise DataError(
                f"{path}: it must be a JSON object with token, or username and password"
            ) from None
    prefix = f"BLUECLOUD_{source.upper()}"
    told = {
        "token": os.environ.get(f"{prefix}_TOKEN"),
        "username": os.environ.get(f"{prefix}_USER"),
        "password": os.environ.get(f"{prefix}_PASSWORD"),
    }
    given = {name: value for name, value in told.items() if value}
    if not given:
        return None
    try:
        return Credential.model_validate(given)
    except ValidationError:
        raise DataError(
            f"{prefix}_TOKEN, or {prefix}_USER and {prefix}_PASSWORD, must be set; "
            f"set are {', '.join(given)}"
        ) from None


def required(source: str, *, where: str) -> Credential:
    """The login for a source.

    Parameters
    ----------
    source
        Its slug.
    where
        Where a person gets one: an address.

    Raises
    ------
    CredentialRequired
        If there is none, saying how to store one.
    """
    found = credential(source)
    if found is None:
        raise CredentialRequired(
            f"{source} wants a login, which one gets at {where}: store it once with "
            f"'bluecloud credentials add {source}'; on a machine of your own, set "
            f"BLUECLOUD_{source.upper()}_TOKEN, or BLUECLOUD_{source.upper()}_USER and "
            f"BLUECLOUD_{source.upper()}_PASSWORD"
        )
    return found
