"""The parameters of the NPZD model: what they are called, their units, and their ranges.

The ranges are those that Blue-Cloud's original reads for three regions of the Belgian part of the
North Sea; only the attenuation of light differs between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError

Floats = NDArray[np.float64]

UNITS = {
    "max_uptake": "d-1",
    "ks_par": "umol m-2 s-1",
    "ks_din": "mmol m-3",
    "ks_phosphate": "mmol m-3",
    "ks_silicate": "mmol m-3",
    "max_grazing": "d-1",
    "ks_grazing": "mmol m-3",
    "faeces": "1",
    "excretion": "d-1",
    "mortality": "m3 mmol-1 d-1",
    "chlorophyll_to_nitrogen": "mg mmol-1",
    "reference_temperature": "degree_Celsius",
    "attenuation": "m-1",
}

_COMMON = {
    "max_uptake": (0.25, 1.5),
    "ks_par": (30.0, 250.0),
    "ks_din": (0.25, 5.0),
    "ks_phosphate": (0.2, 0.5),
    "ks_silicate": (0.2, 0.8),
    "max_grazing": (0.8, 1.0),
    "ks_grazing": (1.0, 4.0),
    "faeces": (0.2, 0.5),
    "excretion": (0.1, 0.2),
    "mortality": (0.25, 0.5),
    "chlorophyll_to_nitrogen": (1.0, 8.0),
    "reference_temperature": (7.0, 15.0),
}

RANGES = {
    "nearshore": _COMMON | {"attenuation": (0.6, 1.0)},
    "midshore": _COMMON | {"attenuation": (0.27, 0.67)},
    "offshore": _COMMON | {"attenuation": (0.21, 0.44)},
}

# What a value may be at all: beyond, a step of one day makes no sense or a division fails.
_ALLOWED = {
    "max_uptake": (0.0, 10.0),
    "ks_par": (1e-3, 1e4),
    "ks_din": (1e-6, 1e3),
    "ks_phosphate": (1e-6, 1e3),
    "ks_silicate": (1e-6, 1e3),
    "max_grazing": (0.0, 10.0),
    "ks_grazing": (1e-6, 1e3),
    "faeces": (0.0, 1.0),
    "excretion": (0.0, 1.0),
    "mortality": (0.0, 100.0),
    "chlorophyll_to_nitrogen": (1e-3, 100.0),
    "reference_temperature": (-2.0, 35.0),
    "attenuation": (0.0, 20.0),
}


@dataclass(frozen=True)
class Draws:
    """Parameter sets: for each name an array (part of the year, member), one or two parts."""

    values: dict[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.values[name]

    @property
    def members(self) -> int:
        """How many sets there are."""
        return int(self.values["max_uptake"].shape[1])

    def chosen(self, members: NDArray[np.int64] | slice) -> "Draws":
        """Only those members, in that order."""
        return Draws({name: value[:, members] for name, value in self.values.items()})

    def paired(self, second: "Draws") -> "Draws":
        """The first part of the year from these, the second from the others."""
        return Draws(
            {
                name: np.concatenate([value[:1], second[name][-1:]])
                for name, value in self.values.items()
            }
        )


def parameter_ranges(region: str) -> pd.DataFrame:
    """Least and most of each parameter in ``nearshore``, ``midshore`` or ``offshore``, and units.

    The index has the parameters' names. ``attenuation`` is that of light in water;
    ``chlorophyll_to_nitrogen`` makes chlorophyll of phytoplankton; ``faeces`` is the share of what
    is grazed that becomes detritus.

    Raises
    ------
    ParameterError
        If there is no such region.
    """
    table = pd.DataFrame(checked_ranges(region), index=["least", "most"]).T
    return table.assign(units=pd.Series(UNITS)).rename_axis("parameter")


def checked_ranges(
    ranges: str | Mapping[str, tuple[float, float]],
) -> dict[str, tuple[float, float]]:
    """The least and most of every parameter, in the order of ``UNITS``.

    Raises
    ------
    ParameterError
        If the region is unknown, or a parameter is missing, unknown, reversed or impossible.
    """
    if isinstance(ranges, str):
        if ranges not in RANGES:
            raise ParameterError(f"ranges is {ranges!r}: one of {sorted(RANGES)}, or a mapping")
        return dict(RANGES[ranges])
    require_names(ranges, "ranges")
    checked = {}
    for name in UNITS:
        try:
            least, most = (float(value) for value in ranges[name])
        except (TypeError, ValueError) as error:
            raise ParameterError(f"{name} is {ranges[name]!r}: a least and a most value") from error
        low, high = _ALLOWED[name]
        if not low <= least <= most <= high:
            raise ParameterError(
                f"{name} is {least:g} to {most:g} {UNITS[name]}: the least comes first, and "
                f"{low:g} to {high:g} is allowed"
            )
        checked[name] = (least, most)
    return checked


def drawn(
    ranges: Mapping[str, tuple[float, float]], members: int, random: np.random.Generator
) -> Draws:
    """Sets drawn evenly and independently from the ranges, the same for the whole year."""
    return Draws({name: random.uniform(*ranges[name], size=(1, members)) for name in UNITS})


def from_table(table: pd.DataFrame) -> Draws:
    """The sets of a table, one a row, the same for the whole year.

    Raises
    ------
    ParameterError
        If a column is missing or unknown, there is no row, or a value is not allowed.
    """
    require_names(table, "parameters")
    if table.empty:
        raise ParameterError("parameters has no row: at least one set is needed")
    values = {name: table[name].to_numpy(dtype=float)[None, :] for name in UNITS}
    for name, value in values.items():
        low, high = _ALLOWED[name]
        bad = ~((value >= low) & (value <= high))
        if bad.any():
            raise ParameterError(
                f"{name} is {value[bad][0]:g} {UNITS[name]}: {low:g} to {high:g} is allowed"
            )
    return Draws(values)


def require_names(given: Mapping[str, object] | pd.DataFrame, what: str) -> None:
    """Refuse a set of parameters that is not exactly the model's."""
    names = {str(name) for name in given}
    if names != set(UNITS):
        missing, unknown = sorted(set(UNITS) - names), sorted(names - set(UNITS))
        raise ParameterError(
            f"{what} lacks {missing} and has {unknown}: exactly {list(UNITS)} are needed"
        )
