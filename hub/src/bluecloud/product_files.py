"""The files of a product or proposal, brought here: as they were recorded, or not at all.

A manager looks at them so before a proposal is approved; in a laboratory a published product is
read by its name, and nothing need be brought.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import typer

from . import products
from .names import whole_name
from .service import Service, ServiceError

_LONG = httpx.Timeout(60, read=None)


def fetch(name: str, folder: str | Path = ".", service: Service | None = None) -> list[Path]:
    """Bring the files of ``<laboratory>/<product>[/<version>]``, or of a proposal by its id.

    Returns
    -------
    list of Path
        Below ``<folder>/<laboratory>-<product>-<version or proposal>``; what was there under
        these names is replaced.

    Raises
    ------
    ServiceError
        If the service does not give one, or one did not come as it was recorded.
    OSError
        If one cannot be written.
    """
    asked = service or Service()
    one = products.shown(name, asked)
    is_product = "/" in name
    whole = f"{one['laboratory']}/{one['slug']}/{one['version']}"
    address = f"/products/{quote(whole)}" if is_product else f"/proposals/{one['id']}"
    last = one["version"] if is_product else one["id"]
    into = Path(folder) / f"{one['laboratory']}-{one['slug']}-{last}"
    return [_brought(asked, address, into, each) for each in one["files"]]


def fetch_files(
    name: Annotated[
        str, typer.Argument(help="LABORATORY/PRODUCT, with /VERSION if need be; or a proposal.")
    ],
    to: Annotated[Path, typer.Option(help="The folder that they are brought into.")] = Path(),
) -> None:
    """Bring the files of a product, or of a proposal that is to be looked at."""
    with Service() as service:
        whole = name if "/" in name else proposal_of(name, service)
        for path in fetch(whole, to, service):
            typer.echo(str(path))


def proposal_of(begun: str, service: Service) -> str:
    """A proposal's whole name; of others' proposals only whole names are known."""
    if re.fullmatch(r"[0-9a-f]{20}", begun):
        return begun
    known = {one["id"] for one in products.proposals(service=service)}
    listed = "bluecloud products list --mine"
    try:
        return whole_name(begun, known, "a proposal of yours", listed_by=listed)
    except ServiceError as error:
        raise ServiceError(f"{error}; another's is called by its whole name") from None


def _brought(service: Service, address: str, into: Path, told: dict[str, Any]) -> Path:
    parts = PurePosixPath(told["path"]).parts
    if not parts or told["path"].startswith("/") or ".." in parts:
        raise ServiceError(f"the product has a file {told['path']!r}, which lies in no folder")
    path = into.joinpath(*parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name[:200]}.part")
    digest = hashlib.sha256()
    files = f"{address}/files/{quote(told['path'])}"
    try:
        with service.stream(files, timeout=_LONG) as answer, draft.open("wb") as file:
            for piece in answer.iter_bytes():
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != told["sha256"]:
            raise ServiceError(f"{told['path']} did not come as it was recorded: fetch it again")
        return draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
