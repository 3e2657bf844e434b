"""A person's file, whichever of the four kinds it is, as a table or a dataset of ours."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import SourceError, UnusableFile
from .cnv import read_cnv
from .csv_table import read_csv_table

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Kind: TypeAlias = Literal["netcdf", "odv", "cnv", "csv"]
_NETCDF = (b"CDF", b"\x89HDF")
_MOST_MB = 2000
_PLACES = (  # CF name, what it is called where it has none, and the units that CF knows it by
    ("time", ("time", "date", "datetime"), ()),
    ("latitude", ("latitude", "lat"), ("degrees_north", "degree_north", "degrees_N", "degree_N")),
    ("longitude", ("longitude", "lon"), ("degrees_east", "degree_east", "degrees_E", "degree_E")),
)


def kind_of(path: Path, content: bytes) -> Kind:
    """What kind of file it is, by what it holds; its name decides between texts only.

    Raises
    ------
    UnusableFile
        If it is none of the four.
    """
    if content.startswith(_NETCDF):
        return "netcdf"
    suffix = path.suffix.casefold()
    begin = content[:20_000].removeprefix(b"\xef\xbb\xbf")
    if suffix == ".cnv" or (begin.startswith(b"*") and b"Sea-Bird" in begin[:2000]):
        return "cnv"
    heading = next((line for line in begin.splitlines() if not line.startswith(b"//")), b"")
    if begin.startswith(b"//") or heading.lower().startswith(b"cruise\tstation\ttype"):
        return "odv"
    if suffix in {".csv", ".txt", ".tsv", ".tab"} and b"\0" not in begin:
        return "csv"
    raise UnusableFile(
        f"{path.name}: it is none of what can be added: NetCDF, ODV text, Sea-Bird's .cnv, or .csv "
        f"(.txt, .tsv): it begins {content[:24]!r}"
    )


def read_own(
    path: Path,
    *,
    kind: Kind | None = None,
    units: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> xr.Dataset | pd.DataFrame:
    """The data of a file.

    Parameters
    ----------
    path
        The file.
    kind
        Its kind, if that is known.
    units, names
        By column of a CSV, its unit and CF standard name.
    given
        ``time``, ``latitude`` and ``longitude`` of a cast whose file does not have them.

    Raises
    ------
    UnusableFile
        If it cannot be read, saying where.
    """
    if not path.is_file():
        raise UnusableFile(f"{path}: there is no such file")
    if path.stat().st_size > _MOST_MB * 1e6:
        raise UnusableFile(f"{path.name}: it is larger than {_MOST_MB} MB")
    content = path.read_bytes()
    kind = kind or kind_of(path, content)
    if (units or names) and kind != "csv":
        raise UnusableFile(f"{path.name}: units and names are given for CSV only, and it is {kind}")
    try:
        if kind == "netcdf":
            return _netcdf(path, content)
        if kind == "cnv":
            table = read_cnv(content, name=path.name)
        elif kind == "odv":
            table = _odv(path, content)
        else:
            table = read_csv_table(content, name=path.name, units=units or {}, names=names or {})
    except SourceError as error:  # of readers that are made for providers' files
        raise UnusableFile(str(error)) from error
    for key, value in (given or {}).items():
        if key not in table:
            table[key] = value
    return table


def _odv(path: Path, content: bytes) -> pd.DataFrame:
    from ..places import File
    from ..readers.odv import read_odv

    table = read_odv(File(path.name, content))
    if "bottom_depth" in table:  # in metres, by the format
        about = {"units": "m", "standard_name": "sea_floor_depth_below_sea_surface"}
        table.attrs["columns"].setdefault("bottom_depth", about)
    return table


def _netcdf(path: Path, content: bytes) -> xr.Dataset:
    import netCDF4
    import xarray as xr

    from ..places import File
    from ..readers.argo_files import checked
    from ..readers.netcdf import alone
    from ..readers.sdn_netcdf import read_sdn_netcdf

    try:
        checked(content)
        with alone(), netCDF4.Dataset(path) as opened:
            conventions = str(getattr(opened, "Conventions", ""))
        if "SeaDataNet" in conventions:  # whose dates generic tools get wrong
            return read_sdn_netcdf(File(path.name, content))
        with xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as dataset:
            if dataset.nbytes > _MOST_MB * 1e6:  # compression makes it look small
                raise UnusableFile(
                    f"{path.name}: it unpacks to {dataset.nbytes / 1e6:.0f} MB, and {_MOST_MB} MB "
                    "are read at once: add a part of it"
                )
            return _with_places_named(dataset.load())
    except UnusableFile:
        raise
    except (ValueError, OSError, RuntimeError) as error:
        raise UnusableFile(f"{path.name}: {error}") from error


def _with_places_named(dataset: xr.Dataset) -> xr.Dataset:
    """The dataset with CF names on its time and position, where units or names tell which they are.

    CF knows a latitude by its units alone, and many files have neither units nor CF names but call
    it ``lat``. What says something else of itself is left as it is.
    """
    named = {str(each.attrs.get("standard_name")) for each in dataset.variables.values()}
    for kind, words, units in _PLACES:
        found = [
            each
            for each, variable in dataset.variables.items()
            if not variable.attrs.get("standard_name")
            and (
                variable.attrs["units"] in units
                if variable.attrs.get("units")
                else str(each).casefold() in words
            )
        ]
        if kind in named:
            continue
        if len(found) == 1 and (kind != "time" or dataset[found[0]].dtype.kind == "M"):
            dataset[found[0]].attrs["standard_name"] = kind
    return dataset
