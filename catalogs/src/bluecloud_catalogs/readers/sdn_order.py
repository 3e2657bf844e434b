"""Files of an order at SeaDataNet or the Blue-Cloud data access service: a zip, or one file.

SeaDataNet gives no data file to anybody by address: a person orders, and gets addresses that
answer to their own token. So the address is a parameter here. What lies in the zip is read as
what it is, ODV text, MEDATLAS or NetCDF; text comes out as one table, NetCDF as one dataset.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Literal

from ..credentials import required
from ..declarations import RelativePath
from ..errors import LicenceNotAccepted, MalformedAnswer, ParameterError, RequestTooLarge
from ..http import Patience
from ..places import Ask, File
from .asked import Asked, Box, Period, during, inside
from .base import Reading, SourceReader
from .medatlas import read_medatlas
from .odv import read_odv
from .sdn_netcdf import joined, read_sdn_netcdf

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from ..places import Place

_WHERE = "https://data.blue-cloud.org"
_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})
_NO_VALUE = ord("9")  # of a flag
_ZIP = b"PK\x03\x04"


class OrderRequest(Asked):
    """Which download, and what of it: all that fulfils every condition given.

    ``download`` is the path of a file below the service, as the order gave it.
    """

    download: RelativePath | None = None
    bbox: Box = None
    time: Period = None


class NetcdfOrderRequest(OrderRequest):
    """The same; ``feature`` is the kind of its files, where an order has several."""

    feature: Literal["profile", "timeSeries", "trajectory"] | None = None


class SeaDataNetText(SourceReader):
    """Reads ODV and MEDATLAS files of an order as one table."""

    protocol = "SeaDataNet order of ODV text"
    makes = "pandas:DataFrame"
    request = OrderRequest

    def read(self, place: Place, options: object, request: OrderRequest, *, lazy: bool) -> Reading:
        """Read the rows asked for."""
        import pandas as pd

        file, members = _members(place, request, (".txt", ".odv", ".med"))
        tables = [_text(member) for member in members]
        columns = {name: what for each in tables for name, what in each.attrs["columns"].items()}
        for each in tables:
            each.attrs = {}  # pandas would compare them, table by table
        table = tables[0] if len(tables) == 1 else pd.concat(tables, ignore_index=True)
        chosen = _chosen_rows(table, request).reset_index(drop=True)
        chosen.attrs["columns"] = columns
        return Reading(chosen, count=len(chosen), files=[file])


class SeaDataNetFiles(SourceReader):
    """Reads NetCDF files of an order as one dataset."""

    protocol = "SeaDataNet order of NetCDF"
    makes = "xarray:Dataset"
    request = NetcdfOrderRequest

    def read(
        self, place: Place, options: object, request: NetcdfOrderRequest, *, lazy: bool
    ) -> Reading:
        """Read the instances asked for, and of a series the moments."""
        file, members = _members(place, request, (".nc",))
        found = [read_sdn_netcdf(each) for each in members]
        kinds = [each.attrs.get("featureType") for each in found]
        if request.feature is not None:
            wanted = [each for each in found if each.attrs.get("featureType") == request.feature]
            if not wanted:
                raise ParameterError(
                    f"feature = {request.feature!r}: the download has {sorted(map(str, kinds))}"
                )
            found = wanted
        dataset = _chosen_instances(joined(found), request)
        return Reading(dataset, count=dataset.sizes["INSTANCE"], files=[file])


def _members(
    place: Place, request: OrderRequest, suffixes: tuple[str, ...]
) -> tuple[File, list[File]]:
    """The download, and the files in it that end so."""
    if request.download is None:
        raise ParameterError(
            f"which download? Order at {_WHERE}, and give its path there: download='...'"
        )
    file = _download(place, request.download)
    if not file.content.startswith(_ZIP):
        return file, [file]
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            wanted = [
                each
                for each in archive.infolist()
                if each.filename.lower().endswith(suffixes)
                and not each.filename.startswith("__MACOSX")
            ]
            size = sum(each.file_size for each in wanted)
            most = Patience.from_environment().most_bytes
            if size > most:
                raise RequestTooLarge(
                    f"{file.path}: it unpacks to {size / 1e6:.0f} MB, and {most / 1e6:g} MB are "
                    "read at once: order less, or set BLUECLOUD_HTTP_MOST_MB"
                )
            members = [File(f"{file.path}!{each.filename}", archive.read(each)) for each in wanted]
            held = ", ".join(archive.namelist()) or "nothing"
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise MalformedAnswer(f"{file.path}: the zip is not whole: {error}") from error
    if not members:
        raise MalformedAnswer(f"{file.path}: no file ends in {', '.join(suffixes)}: it has {held}")
    return file, members


def _download(place: Place, path: str) -> File:
    secrets = {}
    if place.tier == "live":
        secrets = {"Authorization": required("seadatanet", where=_WHERE).bearer()}
    # Not followed: the token is for this service, and no other is to see it.
    ask = Ask(path, statuses=_REDIRECTIONS | {200}, secrets=secrets, follow=False)
    file = place.fetch([ask])[0]
    if file.status in _REDIRECTIONS:
        raise LicenceNotAccepted(
            f"{path}: the service sends to {file.headers.get('location', 'another page')} first: "
            f"log in at {_WHERE} and see what it wants to be accepted"
        )
    return file


def _text(file: File) -> pd.DataFrame:
    is_medatlas = file.content[:2000].lstrip().startswith(b"*") or b"Data Type=" in file.content
    return read_medatlas(file) if is_medatlas else read_odv(file)


def _chosen_rows(table: pd.DataFrame, request: OrderRequest) -> pd.DataFrame:
    if request.bbox is not None:
        table = table[
            inside(request.bbox, table["longitude"].to_numpy(), table["latitude"].to_numpy())
        ]
    if request.time is not None:
        table = table[during(request.time, table["time"].to_numpy("datetime64[ns]"))]
    return table


def _chosen_instances(dataset: xr.Dataset, request: OrderRequest) -> xr.Dataset:
    """Instances with something asked for; what else a series of them has becomes missing."""
    import numpy as np
    import xarray as xr

    place = dataset["LONGITUDE"], dataset["LATITUDE"]
    chosen = xr.ones_like(dataset["TIME"], dtype=bool)
    if request.bbox is not None:
        where = inside(request.bbox, *(each.values for each in place))
        chosen = chosen & xr.DataArray(where, dims=place[0].dims)
    if request.time is not None:
        when = during(request.time, dataset["TIME"].values)
        chosen = chosen & xr.DataArray(when, dims=dataset["TIME"].dims)
    along = [dim for dim in chosen.dims if dim != "INSTANCE"]
    kept = dataset.isel(INSTANCE=np.flatnonzero(chosen.any(along).values))
    chosen = chosen.isel(INSTANCE=np.flatnonzero(chosen.any(along).values))
    for dim in along:
        some = np.flatnonzero(chosen.any("INSTANCE").values)
        kept, chosen = kept.isel({dim: some}), chosen.isel({dim: some})
    if along and not bool(chosen.all()):
        for name, variable in list(kept.variables.items()):
            if set(along) <= set(variable.dims) and variable.dtype.kind in "fiM":
                absent = {"f": np.nan, "i": _NO_VALUE, "M": np.datetime64("NaT", "ns")}
                kept[name] = kept[name].where(chosen, absent[variable.dtype.kind])
    return kept
