"""What a map is made with: allowed values, and refusals that say them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bluecloud_routines.errors import ParameterError

# By number of dimensions: what a direct solution takes some gigabytes for.
_MOST_CELLS = {2: 400_000, 3: 30_000}


@dataclass(frozen=True)
class MapOptions:
    """What the map is made with: written into the product."""

    corr_length_km: float
    epsilon2: float
    transform: str
    background: str
    advection: float
    minimum: float | None
    corr_time_years: float
    in_time: bool
    error: str
    error_max: tuple[float, ...]
    cv_fraction: float
    seed: int

    def __post_init__(self) -> None:
        _within("corr_length_km", self.corr_length_km, 1, 20_000)
        _within("epsilon2", self.epsilon2, 1e-4, 1e4)
        _within("advection", self.advection, 0, 1e6)
        _within("cv_fraction", self.cv_fraction, 0, 0.9)
        _one_of("transform", self.transform, ("log1p", "none"))
        _one_of("background", self.background, ("mean", "joint"))
        _one_of("error", self.error, ("cpme", "exact"))
        if not self.error_max or any(not 0 < limit < 1 for limit in self.error_max):
            raise ParameterError(
                f"error_max is {self.error_max}: one or more limits above 0 and below 1"
            )
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise ParameterError(f"seed is {self.seed!r}: a whole number, 0 or more")
        if self.minimum is not None:
            _within("minimum", self.minimum, 0, 1e12)
        if self.in_time:
            _within("corr_time_years", self.corr_time_years, 1e-3, 1e3)
        elif self.corr_time_years:
            raise ParameterError(
                f"corr_time_years is {self.corr_time_years}: it needs times, and is 0 without"
            )

    def transformed(self, abundance: float) -> float:
        """An abundance in the quantity that is analysed."""
        return float(np.log1p(abundance)) if self.transform == "log1p" else abundance


def require_few(cells: int, *, dimensions: int) -> None:
    """Refuse a grid that a direct solution has no room for."""
    most = _MOST_CELLS[dimensions]
    if cells > most:
        raise ParameterError(
            f"the grid has {cells} cells of sea{' and time' if dimensions == 3 else ''}: at most "
            f"{most}; use a coarser resolution{' or fewer times' if dimensions == 3 else ''}"
        )


def _within(name: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ParameterError(f"{name} is {value}: {least:g} to {most:g} is allowed")


def _one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ParameterError(f"{name} is {value!r}: one of {list(allowed)}")
