"""From what a reader gave to casts: a table of levels, all of one kind, whatever it was.

A dataset may hold profiles by levels (Argo, SeaDataNet), one profile, or points one below the
other; a table has a row a level. What a variable is, is found by its CF name or its P01 code: in a
dataset these are its attributes, in a table they stand in ``attrs["columns"]`` or in the
declaration of the entry that it was read from. Flags are found by ``ancillary_variables``, or by
the name of their variable with ``_QC``.

Levels without a pressure and without a depth are left out: nobody knows where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError
from ..qc import Scheme
from .flags import flags_of
from .quantities import (
    About,
    Quantity,
    Where,
    depth_m,
    oxygen_umol_kg,
    pressure_dbar,
    salinity_pss78,
    temperature_its90,
)
from .rows import rows_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

VALUES: tuple[Quantity, ...] = ("temperature", "salinity", "oxygen")
_NOT_TO_BE_USED = ("3", "4", "9")  # in L20: for working out something else


@dataclass(frozen=True)
class Levels:
    """The levels of all casts of one input, in our units.

    ``table`` has a row a level: ``cast`` (a number), ``platform``, ``native_id``, ``mode``,
    ``time``, ``latitude``, ``longitude``, the quantities, and of each with values ``<it>_qc``
    (L20) and ``<it>_native`` (as it was). ``schemes`` names the schemes of the native flags.
    """

    table: pd.DataFrame
    schemes: Mapping[str, str]
    provenance: Mapping[str, str]


def levels_of(
    data: xr.Dataset | pd.DataFrame, *, where: str, schemes: Mapping[str, Scheme]
) -> Levels:
    """The levels of a dataset or a table.

    Parameters
    ----------
    data
        As a reader gave it.
    where
        What to call it in errors.
    schemes
        By flag column, the scheme it is in, where the column does not say.

    Raises
    ------
    ParameterError
        If it has no time, position, or pressure and depth, or a unit that cannot be used.
    """
    import numpy as np

    rows = rows_of(data, where=where, schemes=schemes)
    table, abouts = rows.table, rows.abouts
    try:
        chosen = _chosen(abouts)
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}") from error
    if "pressure" not in chosen and "depth" not in chosen:
        raise ParameterError(
            f"{where} has neither pressure nor depth: no variable has the CF name or P01 code of "
            f"one; it has {', '.join(abouts) or 'nothing that says what it is'}"
        )
    if not set(VALUES) & set(chosen):
        raise ParameterError(
            f"{where} has none of {', '.join(VALUES)}: no variable has the CF name or P01 code of "
            f"one; it has {', '.join(abouts)}"
        )
    try:
        made = _vertical(table, chosen)
        made["time"], made["latitude"] = table["time"], table["latitude"]
        made["longitude"] = (table["longitude"] + 180) % 360 - 180
        known = made["pressure"].notna() & made["time"].notna() & made["latitude"].notna()
        known &= made["longitude"].notna()
        used = {}
        for quantity in (name for name in VALUES if name in chosen):
            column = chosen[quantity].name
            found = flags_of(table, rows.flags.get(column, ()))
            made[f"{quantity}_qc"], made[f"{quantity}_native"] = found.l20, found.native
            used[str(quantity)] = found.scheme
        _values(made, table, chosen)
    except ParameterError as error:
        raise ParameterError(f"{where}: {error}") from error
    for quantity in VALUES:
        if quantity not in chosen:
            made[quantity], made[f"{quantity}_qc"] = np.nan, "9"
            made[f"{quantity}_native"] = ""
        absent = made[quantity].isna()
        made.loc[absent, f"{quantity}_qc"] = "9"
    for name in ("cast", "platform", "native_id", "mode"):
        made[name] = table[name]
    made = made[known].reset_index(drop=True)
    return Levels(made, used, rows.provenance)


def _chosen(abouts: Mapping[str, About]) -> dict[Quantity, About]:
    """Of each quantity the variable to use, of which there must not be two."""
    found: dict[Quantity, About] = {}
    for about in abouts.values():
        quantity = about.quantity
        if quantity in found:
            raise ParameterError(
                f"both {found[quantity].name} and {about.name} are {quantity}: drop the one that "
                "is not to be used"
            )
        if quantity:
            found[quantity] = about
    return found


def _vertical(table: pd.DataFrame, chosen: Mapping[Quantity, About]) -> pd.DataFrame:
    """Pressure and depth, each from the other by TEOS-10 where it is missing."""
    import gsw
    import numpy as np
    import pandas as pd

    latitude = table["latitude"].to_numpy("float64")
    nothing = np.full(len(table), np.nan)
    pressure, depth = nothing, nothing
    if about := chosen.get("pressure"):
        pressure = pressure_dbar(_numbers(table, about), about)
    if about := chosen.get("depth"):
        depth = depth_m(_numbers(table, about), about)
    pressure = np.where(np.isnan(pressure), gsw.p_from_z(-depth, latitude), pressure)
    # Not the depth that was told, where there is a pressure: one rule for all.
    depth = -gsw.z_from_p(pressure, latitude)
    return pd.DataFrame({"pressure": pressure, "depth": depth}, index=table.index)


def _values(made: pd.DataFrame, table: pd.DataFrame, chosen: Mapping[Quantity, About]) -> None:
    """Temperature, salinity and oxygen on our scales, put into ``made``."""
    pressure = made["pressure"].to_numpy("float64")
    longitude = made["longitude"].to_numpy("float64")
    latitude = made["latitude"].to_numpy("float64")
    here = Where(pressure, longitude, latitude)
    usable: dict[str, npt.NDArray[np.float64]] = {}
    if about := chosen.get("temperature"):
        made["temperature"] = temperature_its90(_numbers(table, about), about)
    if about := chosen.get("salinity"):
        made["salinity"] = salinity_pss78(_numbers(table, about), about, where=here)
    for name in ("temperature", "salinity"):
        if name in chosen:
            bad = made[f"{name}_qc"].isin(_NOT_TO_BE_USED)
            usable[name] = made[name].mask(bad).to_numpy("float64")
    if about := chosen.get("oxygen"):
        water = Where(
            pressure, longitude, latitude, usable.get("temperature"), usable.get("salinity")
        )
        made["oxygen"] = oxygen_umol_kg(_numbers(table, about), about, where=water)


def _numbers(table: pd.DataFrame, about: About) -> Any:
    import pandas as pd

    try:
        return pd.to_numeric(table[about.name]).to_numpy("float64", na_value=float("nan"))
    except (ValueError, TypeError) as error:
        raise ParameterError(f"{about.name} does not hold numbers: {error}") from error
