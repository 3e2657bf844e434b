"""What a site must have, and how good it is: limits, and between them a degree from 0 to 1."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

_SPELLINGS = {
    "m/s": "m s-1",
    "m.s-1": "m s-1",
    "cm/s": "cm s-1",
    "degc": "degree_Celsius",
    "celsius": "degree_Celsius",
    "degrees_celsius": "degree_Celsius",
    "%": "percent",
    "mg/m3": "mg m-3",
}


@dataclass(frozen=True)
class Criterion:
    """One thing that is asked of a site.

    Attributes
    ----------
    name
        Of the layer that it is about.
    units
        That the layer must have; nothing is converted, so that no limit is read wrongly.
    limits
        Outside these a site cannot be used. Infinite where there is none; the optimum has no end
        there either.
    optimum
        Between these it is as good as can be; to the limits it falls in a straight line. The
        limits themselves, if nothing is said: then all between them is equally good.
    """

    name: str
    units: str
    limits: tuple[float, float]
    optimum: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        low, high = self.limits
        best_low, best_high = self.best
        if not low <= best_low <= best_high <= high or low == high:
            raise ParameterError(
                f"{self.name}: limits are {self.limits} and optimum {self.optimum}: the optimum "
                "lies within the limits, lower values first"
            )
        for limit, best in ((low, best_low), (high, best_high)):
            if np.isinf(limit) and best != limit:
                raise ParameterError(
                    f"{self.name}: the limit {limit} has no end and the optimum ends at {best}: "
                    "between them nothing could fall; let both end, or neither"
                )

    @property
    def best(self) -> tuple[float, float]:
        """The optimum, or the limits where there is none."""
        return self.limits if self.optimum is None else self.optimum


def membership(layer: xr.DataArray, criterion: Criterion) -> xr.DataArray:
    """How well a layer meets a criterion: 1 within the optimum, 0 outside the limits.

    On a limit it is 0 where the optimum lies further in, else 1. What is missing stays missing.
    With dask it stays lazy.

    Raises
    ------
    UnitsError
        If the layer's units are absent or not those of the criterion.
    ValuesError
        If the layer has no values, or infinite ones.
    """
    units = str(layer.attrs.get("units", ""))
    if _plain(units) != _plain(criterion.units):
        said = f"is in {units!r}" if units else "has no units"
        raise UnitsError(
            f"{criterion.name} {said}: its limits are in {criterion.units!r}; convert the layer, "
            "or give the limits in its units"
        )
    if layer.size == 0 or layer.dtype.kind not in "fiu":
        raise ValuesError(
            f"{criterion.name} has {layer.size} values of type {layer.dtype}: numbers are needed"
        )
    (low, high), (best_low, best_high) = criterion.limits, criterion.best
    degree: xr.DataArray = xr.apply_ufunc(
        _trapezoid,
        layer.astype(np.float64),
        kwargs={"corners": (low, best_low, best_high, high), "name": criterion.name},
        dask="parallelized",
        output_dtypes=[np.float64],
    )
    named = {"long_name": f"degree to which {criterion.name} is suitable", "units": "1"}
    return degree.drop_attrs(deep=False).assign_attrs(named)


def _trapezoid(
    values: NDArray[np.float64], corners: tuple[float, float, float, float], name: str
) -> NDArray[np.float64]:
    if np.isinf(values).any():
        raise ValuesError(f"{name} has infinite values: what is missing must be NaN")
    low, best_low, best_high, high = corners
    degree = np.ones_like(values)
    if best_low > low:
        degree = np.minimum(degree, (values - low) / (best_low - low))
    if high > best_high:
        degree = np.minimum(degree, (high - values) / (high - best_high))
    degree = np.clip(degree, 0.0, 1.0)
    degree[(values < low) | (values > high)] = 0.0
    degree[np.isnan(values)] = np.nan
    return degree


def _plain(units: str) -> str:
    spelled = units.strip()
    return _SPELLINGS.get(spelled.lower(), spelled).lower()
