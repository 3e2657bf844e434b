"""Arrays of biogeochemical profiles as a dataset of good values, a data mode a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import MalformedAnswer
from .argo_dataset import PROFILE_NAMES, dataset_of
from .argo_files import NO_FLAG, Column

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

_GOOD_MOMENT = (1, 2)
_GOOD = (1, 2, 5, 8)
_CORE = ("PRES", "TEMP", "PSAL")
_USED_IN_REAL_TIME = ("BBP", "DOWN_IRRADIANCE", "DOWNWELLING_PAR", "UP_RADIANCE")


def bgc_standard(columns: Mapping[str, Column], *, files: Sequence[str]) -> xr.Dataset:
    """Each parameter where it is good, with its flags, errors and data modes; else missing.

    A profile without any good value of any parameter but pressure is left out; how many were
    is in the attribute ``profiles_without_good_levels``.

    Parameters
    ----------
    columns
        As read from the files, all their variables.
    files
        What to call them in an error.

    Raises
    ------
    MalformedAnswer
        If a file has not one data mode for each of its parameters.
    """
    import numpy as np

    if not columns:
        return dataset_of({})
    modes = _modes(columns, files)
    shape = columns["PRES"].values.shape
    dated = np.isin(columns["JULD_QC"].values, _GOOD_MOMENT)
    placed = np.isin(columns["POSITION_QC"].values, _GOOD_MOMENT)
    here = np.broadcast_to((dated & placed)[:, None], shape)
    pressure, pressure_flag, _ = _best(columns, "PRES", modes["PRES"])
    # B-files have no flags of pressure: these are in the core file.
    has_flags = (pressure_flag != NO_FLAG).any(axis=1, keepdims=True)
    deep = ~np.isnan(pressure) & (np.isin(pressure_flag, _GOOD) | ~has_flags)
    chosen: dict[str, Column] = {}
    some = np.zeros(shape, dtype=bool)
    for name, mode in modes.items():
        value, flag, error = _best(columns, name, mode)
        good = here & deep
        if name != "PRES":
            good = good & np.isin(flag, _GOOD) & ~np.isnan(value)
            if name not in _CORE and not name.startswith(_USED_IN_REAL_TIME):
                good &= np.isin(mode, ["A", "D"])[:, None]
            some |= good
        attrs = columns[name].attrs
        chosen[name] = Column(np.where(good, value, value.dtype.type(np.nan)), attrs)
        chosen[f"{name}_QC"] = Column(np.where(good, flag, np.int8(NO_FLAG)), {})
        told = {"long_name": f"Error of {name}", "units": attrs.get("units", "1")}
        absent = error.dtype.type(np.nan)
        chosen[f"{name}_ERROR"] = Column(np.where(good, error, absent), told)
        about = {"long_name": f"Data mode of {name}: R, A, D, or empty"}
        chosen[f"{name}_DATA_MODE"] = Column(mode, about)
    kept = {name: columns[name] for name in PROFILE_NAMES if name in columns}
    rows = some.any(axis=1)
    deepest = int(np.flatnonzero(some.any(axis=0)).max(initial=-1)) + 1
    dataset = dataset_of({**kept, **chosen})
    dataset = dataset.isel(N_PROF=rows, N_LEVELS=slice(0, deepest))
    return dataset.assign_attrs(profiles_without_good_levels=int((~rows).sum()))


def _modes(columns: Mapping[str, Column], files: Sequence[str]) -> dict[str, npt.NDArray[np.str_]]:
    """By parameter, the mode of each profile; empty where the profile did not measure it."""
    import numpy as np

    parameters = [text.split() for text in columns["STATION_PARAMETERS"].values]
    letters = [text.replace(" ", "") for text in columns["PARAMETER_DATA_MODE"].values]
    found: dict[str, npt.NDArray[np.str_]] = {"PRES": np.full(len(letters), "", dtype="U1")}
    for row, (names, modes) in enumerate(zip(parameters, letters, strict=True)):
        if len(names) != len(modes):
            raise MalformedAnswer(
                f"profile {row + 1} of {', '.join(files)}: {len(names)} parameters "
                f"({', '.join(names)}) have {len(modes)} data modes ({modes})"
            )
        for name, mode in zip(names, modes, strict=True):
            if name in columns:
                found.setdefault(name, np.full(len(letters), "", dtype="U1"))[row] = mode
    return found


def _best(
    columns: Mapping[str, Column], name: str, mode: npt.NDArray[np.str_]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Value, flag and error by the data mode of the parameter in each profile."""
    import numpy as np

    value = columns[name].values
    if value.ndim != 2 or value.dtype.kind != "f":
        value = np.full(columns["PRES"].values.shape, np.nan, dtype="float32")
    none = np.full(value.shape, NO_FLAG, dtype="int8")
    flag = columns[f"{name}_QC"].values if f"{name}_QC" in columns else none
    error = np.full_like(value, np.nan)
    if f"{name}_ADJUSTED" not in columns:
        return value, flag, error
    adjusted = np.isin(mode, ["A", "D"])[:, None]
    better = columns[f"{name}_ADJUSTED"].values
    better_flag = columns.get(f"{name}_ADJUSTED_QC", Column(none, {})).values
    better_error = columns.get(f"{name}_ADJUSTED_ERROR", Column(error, {})).values
    return (
        np.where(adjusted, better, value),
        np.where(adjusted, better_flag, flag),
        np.where(adjusted, better_error, error),
    )
