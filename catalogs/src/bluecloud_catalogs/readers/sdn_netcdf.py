"""SeaDataNet's NetCDF files ("SeaDataNet_1.0 CF 1.6") as datasets of instances by levels.

Generic tools read them wrongly in two ways. Time is in Chronological Julian Days, of which they
make dates 13 days early (:mod:`.sdn_time`). And flags are ASCII bytes with a fill value, which
they take for numbers and mask. Here time is time, flags stay the bytes they are, as everywhere
with us, texts are texts, and units are those of the P06 code, not the words beside it; these are
kept in ``sdn_uom_name``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import qc
from ..answers import is_page
from ..errors import MalformedAnswer, ParameterError
from .netcdf import loaded
from .sdn_names import code_of, standard_name, unit_of
from .sdn_time import from_chronological_julian_day, is_chronological_julian_day

if TYPE_CHECKING:
    import xarray as xr

    from ..places import File

_FLAGS = "_SEADATANET_QC"
_NO_VALUE = ord("9")
_MAGIC = (b"CDF", b"\x89HDF")
_COORDINATES = ("TIME", "LATITUDE", "LONGITUDE", "DEPTH", "PRES")


def read_sdn_netcdf(file: File) -> xr.Dataset:
    """The dataset of a file, in memory; dimensions are INSTANCE and MAXZ or MAXT.

    Raises
    ------
    MalformedAnswer
        If it is no NetCDF, not whole, or not SeaDataNet's: without instances or their time.
    """
    import xarray as xr

    raw = _opened(file)
    absent = {"INSTANCE"} - set(raw.dims) | {"TIME", "LATITUDE", "LONGITUDE"} - set(raw.variables)
    if absent:
        raise MalformedAnswer(
            f"{file.path}: it is no SeaDataNet NetCDF: it has no {', '.join(sorted(absent))}"
        )
    made = {str(name): _variable(str(name), raw[name].variable) for name in raw.variables}
    dataset = xr.Dataset(made, attrs=raw.attrs)
    return dataset.set_coords([name for name in _COORDINATES if name in dataset])


def joined(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Datasets one after the other along INSTANCE; where one has less, the rest is missing.

    Raises
    ------
    ParameterError
        If they are of several kinds: profiles and series have no common shape.
    """
    import numpy as np
    import xarray as xr

    if len(datasets) == 1:
        return datasets[0]
    kinds = {str(each.attrs.get("featureType", "unknown")) for each in datasets}
    if len(kinds) > 1:
        raise ParameterError(
            f"its files are of several kinds, {', '.join(sorted(kinds))}: ask for one, "
            "feature='...'"
        )
    plain = [each.reset_coords() for each in datasets]
    missing: dict[str, Any] = {}
    for each in plain:
        for name, variable in each.variables.items():
            absent = {"U": "", "i": _NO_VALUE, "M": np.datetime64("NaT", "ns")}
            missing[str(name)] = absent.get(variable.dtype.kind, np.nan)
    numbered = [
        each.assign_coords({dim: np.arange(size) for dim, size in each.sizes.items()}).drop_vars(
            "INSTANCE"
        )
        for each in plain
    ]
    whole = xr.concat(
        numbered,
        "INSTANCE",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="drop_conflicts",
        fill_value=missing,
    )
    whole = whole.drop_vars([dim for dim in whole.dims if dim in whole.variables])
    return whole.set_coords([name for name in _COORDINATES if name in whole])


def _opened(file: File) -> xr.Dataset:
    if is_page(file.content) or not file.content.startswith(_MAGIC):
        raise MalformedAnswer(f"{file.path}: it is no NetCDF: it begins {file.content[:40]!r}")
    try:
        return loaded(
            file.content,
            mask_and_scale=False,
            decode_times=False,
            decode_coords=False,
        )
    except (OSError, RuntimeError, ValueError, IndexError) as error:
        raise MalformedAnswer(f"{file.path}: it is no NetCDF, or not whole: {error}") from error


def _variable(name: str, raw: xr.Variable) -> xr.Variable:
    """A variable as it is meant: a time, flags, text, or numbers that may be missing."""
    import numpy as np
    import xarray as xr

    attrs = {key: value for key, value in raw.attrs.items() if key != "_FillValue"}
    fill = raw.attrs.get("_FillValue")
    if name.endswith(_FLAGS):
        of = name.removesuffix(_FLAGS)
        return xr.Variable(raw.dims, raw.values.astype("int8"), {**attrs, **qc.l20_attrs(of)})
    if raw.dtype.kind in "SO":
        return xr.Variable(raw.dims, _texts(raw.values), attrs)
    values = raw.values
    if values.dtype.kind == "f" and fill is not None:
        values = np.where(values == fill, values.dtype.type(np.nan), values)
    if is_chronological_julian_day(attrs):
        kept = {key: attrs[key] for key in attrs if key not in {"units", "calendar"}}
        return xr.Variable(raw.dims, from_chronological_julian_day(values), kept)
    return xr.Variable(raw.dims, values, _named(attrs))


def _named(attrs: dict[str, Any]) -> dict[str, Any]:
    """The attributes with the unit and CF name of the codes, where they have such."""
    p01 = code_of(str(attrs.get("sdn_parameter_urn", "")))
    p06 = code_of(str(attrs.get("sdn_uom_urn", "")))
    named = dict(attrs)
    if "units" in attrs:
        named["units"] = unit_of(p01, p06, str(attrs["units"]))
    if name := standard_name(p01, p06):
        named["standard_name"] = name
    return named


def _texts(values: Any) -> Any:
    """Texts of bytes that are UTF-8, or Latin-1 where they are not."""
    import numpy as np

    texts = [_text(each) for each in values.ravel()]
    return np.array(texts, dtype=str).reshape(values.shape)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8").rstrip("\x00 ")
        except UnicodeDecodeError:
            return value.decode("latin-1").rstrip("\x00 ")
    return str(value).rstrip("\x00 ")
