"""A dataset or a table as rows, a level each, with time, place and cast, and what columns are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError
from ..qc import Scheme
from .flags import FlagVariable, scheme_told
from .quantities import About

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

PROVENANCE = ("source", "entry", "request", "tier", "access_time", "dataset_version", "licence",
              "citation", "checksum", "synthetic")  # fmt: skip
_PLATFORMS = ("platform_number", "platform_code", "platform", "platform_name", "sdn_cruise",
              "cruise", "expocode", "event")  # fmt: skip
_IDENTIFIERS = ("sdn_local_cdi_id", "local_cdi_id", "sdn_station", "station", "cycle_number",
                "cycle", "direction", "vertical_sampling_scheme", "cast")  # fmt: skip
_ENDINGS = ("_QC_L20", "_SEADATANET_QC", "_QC", "_QC_native", "_qc", "_flag")
_PLACES = ("time", "latitude", "longitude")


@dataclass(frozen=True)
class Rows:
    """Rows, what each column is, and which flags it has."""

    table: pd.DataFrame
    abouts: Mapping[str, About]
    flags: Mapping[str, Sequence[FlagVariable]]
    provenance: Mapping[str, str]


def rows_of(data: xr.Dataset | pd.DataFrame, *, where: str, schemes: Mapping[str, Scheme]) -> Rows:
    """The rows of what a reader gave; ``schemes`` are those of flags that do not say theirs.

    Raises
    ------
    ParameterError
        If it has no time, latitude or longitude, or is a grid.
    """
    import pandas as pd
    import xarray as xr

    if isinstance(data, xr.Dataset):
        table, attrs = _flat(data, where)
    elif isinstance(data, pd.DataFrame):
        attrs = _column_attrs(data)
        table = pd.DataFrame(data).copy()
    else:
        raise ParameterError(
            f"{where} is a {type(data).__name__}: casts come as a Dataset or a DataFrame"
        )
    abouts = {name: About.told(name, attrs.get(name, {})) for name in map(str, table.columns)}
    placed = {kind: _place(kind, abouts, table, where) for kind in _PLACES}
    made = table.assign(**{f"__{kind}": table[column] for kind, column in placed.items()})
    made = made.drop(columns=[name for name in placed.values() if name in _PLACES])
    made = made.rename(columns={f"__{kind}": kind for kind in _PLACES})
    made["time"] = _utc(made["time"], where)
    made["platform"] = _texts(table, abouts, _PLATFORMS, first_only=True)
    made["native_id"] = _texts(table, abouts, _IDENTIFIERS)
    made["mode"] = _texts(table, abouts, ("data_mode",), first_only=True)
    if "__cast" not in made:
        keys = ["platform", "native_id", *_PLACES]
        made["__cast"] = made.groupby(keys, dropna=False, sort=False).ngroup()
    made = made.drop(columns="cast", errors="ignore").rename(columns={"__cast": "cast"})
    flags = {name: _flags(name, attrs, table, schemes) for name in abouts}
    told = {name: str(data.attrs[name]) for name in PROVENANCE if name in data.attrs}
    return Rows(made.reset_index(drop=True), abouts, flags, told)


def _flat(dataset: xr.Dataset, where: str) -> tuple[pd.DataFrame, dict[str, Mapping[str, Any]]]:
    """All variables that are on levels or instances, as columns; rows without any level go."""
    import numpy as np

    attrs: dict[str, Mapping[str, Any]] = {
        str(name): dict(variable.attrs) for name, variable in dataset.variables.items()
    }
    abouts = {name: About.told(name, told) for name, told in attrs.items()}
    time = next((name for name, each in abouts.items() if each.standard_name == "time"), None)
    vertical = [name for name, each in abouts.items() if each.quantity in {"pressure", "depth"}]
    if time is None or not vertical:
        missing = "time" if time is None else "pressure and depth"
        raise ParameterError(f"{where} has no {missing}: no variable has its CF name or P01 code")
    instances = [str(dim) for dim in dataset[time].dims]
    if grid := [name for name in ("latitude", "longitude") if _is_axis(dataset, abouts, name)]:
        raise ParameterError(f"{where} is a grid by {' and '.join(grid)}: casts are wanted")
    level = [str(dim) for name in vertical for dim in dataset[name].dims]
    dims = list(dict.fromkeys([*instances, *level]))
    wanted = _wanted(abouts, attrs)
    names = [
        str(name)
        for name, variable in dataset.variables.items()
        if set(map(str, variable.dims)) <= set(dims) and str(name) in wanted
    ]
    flat = dataset[names].drop_indexes([dim for dim in dims if dim in dataset.xindexes])
    flat = flat.reset_coords()
    if not dims:
        flat, dims = flat.expand_dims("__row"), ["__row"]
    table = flat.to_dataframe(dim_order=dims)
    if not set(level) <= set(instances):  # profiles by levels: an instance is a cast
        sizes = {dim: flat.sizes[dim] for dim in dims}
        inner = math.prod(size for dim, size in sizes.items() if dim not in instances)
        table["__cast"] = np.arange(len(table)) // max(inner, 1)
    known = table[vertical].notna().any(axis=1)
    return table[known].reset_index(drop=True), attrs


def _is_axis(dataset: xr.Dataset, abouts: Mapping[str, About], kind: str) -> bool:
    """Whether positions are an axis of their own, of several, and not one of each cast."""
    name = next((name for name, each in abouts.items() if each.standard_name == kind), None)
    return name is not None and dataset[name].dims == (name,) and dataset.sizes[name] > 1


def _wanted(abouts: Mapping[str, About], attrs: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The variables that are looked at: to make a table of the others would cost memory."""
    found: set[str] = set()
    for name, about in abouts.items():
        word = name.casefold()
        if about.quantity:
            flags = str(attrs[name].get("ancillary_variables", "")).split()
            found |= {name, *flags, *(name + ending for ending in _ENDINGS)}
        elif about.standard_name in _PLACES or word in (*_PLATFORMS, *_IDENTIFIERS, "data_mode"):
            found.add(name)
    return found


def _column_attrs(data: pd.DataFrame) -> dict[str, Mapping[str, Any]]:
    """What is known of columns: what the reader says, and what the entry declares."""
    from ..errors import CatalogueError
    from ..tree import read_sources

    found: dict[str, dict[str, Any]] = {}
    entry = data.attrs.get("entry")
    if entry:
        try:
            declared = read_sources().entries.get(str(entry))
        except CatalogueError:  # a table outlives the tree that it was read with
            declared = None
        for variable in declared.declaration.variables if declared else ():
            found[variable.name] = variable.model_dump(exclude_none=True)
    for name, told in (data.attrs.get("columns") or {}).items():
        found[str(name)] = {**found.get(str(name), {}), **told}
    return dict(found)


def _place(kind: str, abouts: Mapping[str, About], table: pd.DataFrame, where: str) -> str:
    """The column of time, latitude or longitude."""
    by_name = [name for name, about in abouts.items() if about.standard_name == kind]
    by_word = [name for name in map(str, table.columns) if name.casefold() == kind]
    for name in (*by_name, *by_word):
        return name
    raise ParameterError(
        f"{where} has no {kind}: no column has the CF name {kind} or is called so; "
        f"there are {', '.join(map(str, table.columns))}"
    )


def _utc(times: pd.Series[Any], where: str) -> pd.Series[Any]:
    import pandas as pd

    if times.dtype.kind in "if":
        raise ParameterError(
            f"{where}: its time is numbers ({times.iloc[0] if len(times) else ''}), of which "
            "nobody knows since when: decode it first"
        )
    try:
        moments = pd.to_datetime(
            times, utc=True, format=None if times.dtype.kind == "M" else "ISO8601"
        )
    except (ValueError, TypeError) as error:
        raise ParameterError(f"{where}: its time is not ISO 8601: {error}") from error
    return moments.dt.tz_localize(None).astype("datetime64[ns]")


def _texts(
    table: pd.DataFrame,
    abouts: Mapping[str, About],
    words: Sequence[str],
    *,
    first_only: bool = False,
) -> Any:
    """What columns of these names say, as one text a row."""
    import pandas as pd

    names = {str(name).casefold(): name for name in table.columns}
    found = [names[word] for word in words if word in names]
    found = found[:1] if first_only else found
    if not found:
        return ""
    texts = [table[name].astype("string").fillna("").str.strip() for name in found]
    joined = texts[0]
    for each in texts[1:]:
        joined = (joined + " " + each).str.strip()
    return joined.astype(str) if isinstance(joined, pd.Series) else joined


def _flags(
    name: str,
    attrs: Mapping[str, Mapping[str, Any]],
    table: pd.DataFrame,
    schemes: Mapping[str, Scheme],
) -> list[FlagVariable]:
    about = attrs.get(name, {})
    named = str(about.get("ancillary_variables", "")).split()
    found = []
    for each in dict.fromkeys([*named, *(name + ending for ending in _ENDINGS)]):
        if each not in table.columns:
            continue
        scheme = schemes.get(each) or scheme_told(attrs.get(each, {}))
        if scheme is None and each == f"{name}_QC" and not named:
            scheme = "l20"  # as our readers of tables name them
        found.append(FlagVariable(each, scheme))
    return found
