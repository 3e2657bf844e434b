"""Casts of several sources as one dataset.

What comes out is what one would have got from a single careful archive: UTC, pressure and depth by
TEOS-10, ITS-90, PSS-78, oxygen per kilogram, flags of SeaDataNet's L20 beside those that were
there. A cast that several infrastructures hold is used once, from whom has it best, and all that
hold it are listed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from ..errors import ParameterError
from ..qc import Scheme, encoded, l20_attrs
from .casts import VALUES, Levels, levels_of
from .same import Sketch, grouped

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

_NAMES = {"temperature": "TEMP", "salinity": "PSAL", "oxygen": "DOXY"}
_CF: Mapping[str, Mapping[str, str]] = {
    "TIME": {"standard_name": "time", "long_name": "Date of the cast, UTC", "axis": "T"},
    "LATITUDE": {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"},
    "LONGITUDE": {"standard_name": "longitude", "units": "degrees_east", "axis": "X"},
    "PRES": {
        "standard_name": "sea_water_pressure_due_to_sea_water",
        "units": "dbar",
        "positive": "down",
        "axis": "Z",
    },
    "DEPTH": {"standard_name": "depth", "units": "m", "positive": "down"},
    "TEMP": {
        "standard_name": "sea_water_temperature",
        "long_name": "Sea temperature in situ, ITS-90",
        "units": "degree_Celsius",
    },
    "PSAL": {
        "standard_name": "sea_water_practical_salinity",
        "long_name": "Practical salinity, PSS-78",
        "units": "1",
    },
    "DOXY": {
        "standard_name": "moles_of_oxygen_per_unit_mass_in_sea_water",
        "long_name": "Dissolved oxygen",
        "units": "umol kg-1",
    },
}
_MODES = {"D": 2, "A": 1}  # a cast that somebody has looked at goes before


def merge_profiles(
    *read: xr.Dataset | pd.DataFrame,
    duplicates: Literal["best", "all"] = "best",
    schemes: Mapping[str, Scheme] | None = None,
) -> xr.Dataset:
    """Casts of several sources together, as profiles by levels.

    Temperature, salinity and oxygen are brought together; other variables are left out. Each has
    its flags in L20 (``TEMP_QC``, the ASCII byte of a code) and those it had (``TEMP_QC_native``,
    text). ``SOURCE``, ``ENTRY`` and ``NATIVE_ID`` say where a cast is from, ``HELD_BY`` everybody
    who has it, and ``GROUP`` is one number for the casts that are the same.

    Parameters
    ----------
    read
        As readers give them; each is one input, so that twins within it are kept.
    duplicates
        Whether of the same cast the best is given, or all of them are, ``IS_BEST`` telling which
        that is. The best is in delayed mode, then has the most good values, then came first.
    schemes
        By the name of a column of flags, the scheme they are in, where it does not say so itself.

    Raises
    ------
    ParameterError
        Naming the input and what it lacks: time, position, pressure and depth, a unit that is
        known, the temperature and salinity that oxygen per litre needs.
    """
    if not read:
        raise ParameterError("there is nothing to merge: give one dataset or table, or several")
    inputs = [
        levels_of(data, where=_called(data, number, len(read)), schemes=schemes or {})
        for number, data in enumerate(read, start=1)
    ]
    casts, levels = _casts(inputs)
    best = _best(casts)
    listed = casts.assign(told=casts["source"] + " " + casts["entry"] + " " + casts["native_id"])
    held = listed.groupby("group")["told"].agg("; ".join)
    casts["held_by"] = held.reindex(casts["group"]).to_numpy()
    casts["is_best"] = best
    if duplicates == "best":
        casts = casts[casts["is_best"]]
    casts = casts.sort_values(["time", "group", "number"], kind="stable")
    dataset = _dataset(casts, levels)
    provenance = [dict(each.provenance) for each in inputs if each.provenance]
    return dataset.assign_attrs(
        Conventions="CF-1.11",
        featureType="profile",
        title="Casts of several sources, merged",
        merged_from=json.dumps(provenance, ensure_ascii=False),
        native_flags=json.dumps([dict(each.schemes) for each in inputs]),
    )


def _called(data: object, number: int, count: int) -> str:
    entry = getattr(data, "attrs", {}).get("entry")
    return f"input {number} of {count}" + (f" ({entry})" if entry else "")


def _casts(inputs: Sequence[Levels]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row a cast, and the levels of all, which know their cast's number."""
    import pandas as pd

    parts = []
    for number, each in enumerate(inputs):
        source, entry = each.provenance.get("source", ""), each.provenance.get("entry", "")
        parts.append(each.table.assign(input=number, source=source, entry=entry))
    levels = pd.concat(parts, ignore_index=True)
    levels["number"] = levels.groupby(["input", "cast"], sort=False).ngroup()
    levels = levels.sort_values(["number", "pressure"], kind="stable", ignore_index=True)
    for quantity in VALUES:
        good = levels[quantity].notna() & levels[f"{quantity}_qc"].isin(["1", "2"])
        levels[f"{quantity}_good"] = good
    about = ["input", "source", "entry", "platform", "native_id", "mode", "time", "latitude",
             "longitude"]  # fmt: skip
    by_cast = levels.groupby("number", sort=True)
    casts = by_cast[about].first().reset_index()
    casts["good"] = sum(by_cast[f"{quantity}_good"].sum().to_numpy() for quantity in VALUES)
    casts["levels"] = by_cast.size().to_numpy()
    casts["group"] = grouped(_sketches(casts, levels))
    return casts, levels


def _sketches(casts: pd.DataFrame, levels: pd.DataFrame) -> list[Sketch]:
    import numpy as np

    ends = np.cumsum(casts["levels"].to_numpy(dtype="int64"))
    values = [levels[name].to_numpy("float64") for name in ("pressure", "temperature", "salinity")]
    times = casts["time"].astype("datetime64[ns]").astype("int64").tolist()
    about = casts[["input", "platform", "latitude", "longitude", "levels"]].to_dict("records")
    return [
        Sketch(
            row["input"],
            str(row["platform"]).strip().casefold(),
            time,
            row["latitude"],
            row["longitude"],
            *(each[end - row["levels"] : end] for each in values),
        )
        for row, time, end in zip(about, times, ends, strict=True)
    ]


def _best(casts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Whether each cast is the best of its group."""
    ranked = casts.assign(looked_at=casts["mode"].map(_MODES).fillna(0))
    ranked = ranked.sort_values(
        ["group", "looked_at", "good", "levels", "number"],
        ascending=[True, False, False, False, True],
        kind="stable",
    )
    chosen = ranked.groupby("group")["number"].first()
    found: npt.NDArray[np.bool_] = casts["number"].isin(chosen).to_numpy()
    return found


def _dataset(casts: pd.DataFrame, levels: pd.DataFrame) -> xr.Dataset:
    import numpy as np
    import xarray as xr

    kept = levels[levels["number"].isin(casts["number"])]
    position = {number: row for row, number in enumerate(casts["number"])}
    row = kept["number"].map(position).to_numpy("int64")
    column = kept.groupby("number").cumcount().to_numpy("int64")
    shape = (len(casts), int(column.max()) + 1 if len(kept) else 0)

    def spread(values: Any, absent: Any, dtype: Any) -> npt.NDArray[Any]:
        found = np.full(shape, absent, dtype=dtype)
        found[row, column] = values
        return found

    dims = ("N_PROF", "N_LEVELS")
    variables: dict[str, Any] = {}
    for name, quantity in (("PRES", "pressure"), ("DEPTH", "depth")):
        variables[name] = (dims, spread(kept[quantity], np.nan, "float64"), dict(_CF[name]))
    for quantity in VALUES:
        name = _NAMES[quantity]
        codes = encoded(kept[f"{quantity}_qc"].to_numpy(dtype="<U1"))
        native = kept[f"{quantity}_native"].to_numpy(dtype=str)
        about = {**_CF[name], "ancillary_variables": f"{name}_QC {name}_QC_native"}
        variables[name] = (dims, spread(kept[quantity], np.nan, "float64"), about)
        variables[f"{name}_QC"] = (dims, spread(codes, ord("9"), "int8"), l20_attrs(quantity))
        words = {"long_name": f"flag of {quantity} as its source has it"}
        variables[f"{name}_QC_native"] = (dims, spread(native, "", native.dtype), words)
    for name in ("platform", "source", "entry", "native_id", "held_by"):
        variables[name.upper()] = (dims[:1], casts[name].to_numpy(dtype=str), {})
    variables["GROUP"] = (dims[:1], casts["group"].to_numpy("int64"), {})
    variables["IS_BEST"] = (dims[:1], casts["is_best"].to_numpy(dtype=bool), {})
    coordinates = {
        name: (dims[:1], casts[name.lower()].to_numpy(), dict(_CF[name]))
        for name in ("TIME", "LATITUDE", "LONGITUDE")
    }
    return xr.Dataset(variables, coords=coordinates)
