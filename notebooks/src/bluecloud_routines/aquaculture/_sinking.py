"""How far water carries what sinks through it.

Currents are taken to change in a straight line from one time to the next, and to be the same
within a layer around each level. Then what a particle travels in a layer is the difference of
two integrals, which are known: there are no steps in time, and no error of any.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._time import with_dates
from bluecloud_routines.errors import TimeAxisError, UnitsError, ValuesError

Floats = NDArray[np.float64]
EAST, NORTH = "uo", "vo"
_VELOCITY = frozenset({"m s-1", "m/s", "m.s-1", "meter second-1", "m s^-1"})


@dataclass(frozen=True)
class Currents:
    """Velocities on (component, layer, time), and the depths between which layers lie."""

    velocity: Floats
    edges_m: Floats
    step_s: float

    @property
    def duration_s(self) -> float:
        """From the first time to the last."""
        return float(self.step_s * (self.velocity.shape[-1] - 1))

    def travelled(self, component: int, layer: int) -> Floats:
        """The integral of a velocity from the first time to each, metres."""
        series = self.velocity[component, layer]
        between = self.step_s * (series[1:] + series[:-1]) / 2
        return np.concatenate([[0.0], np.cumsum(between)])

    def carried(self, depth_m: Floats, time_s: Floats, sinks: Floats, bottom_m: float) -> Floats:
        """Metres to the east and the north, from depth and time of release to the bottom."""
        way = np.zeros((2, depth_m.size))
        at = time_s.copy()
        for layer in range(self.velocity.shape[1]):
            top, base = self.edges_m[layer], min(self.edges_m[layer + 1], bottom_m)
            through = np.maximum(base - np.maximum(depth_m, top), 0.0)
            leaves = at + through / sinks
            for component in range(2):
                whole = self.travelled(component, layer)
                way[component] += self._at(whole, component, layer, leaves)
                way[component] -= self._at(whole, component, layer, at)
            at = leaves
        return way

    def _at(self, whole: Floats, component: int, layer: int, time_s: Floats) -> Floats:
        """The integral to any time: within a step the velocity changes in a straight line."""
        series = self.velocity[component, layer]
        step = np.clip((time_s / self.step_s).astype(np.int64), 0, series.size - 2)
        rest = time_s - step * self.step_s
        slope = (series[step + 1] - series[step]) / self.step_s
        found: Floats = whole[step] + rest * (series[step] + slope * rest / 2)
        return found


def checked_currents(currents: xr.Dataset, bottom_m: float) -> Currents:
    """The currents as arrays.

    Raises
    ------
    TimeAxisError
        If time is absent, unsorted, repeated, uneven or has fewer than two values.
    UnitsError
        If a velocity is not in m s-1.
    ValuesError
        If a component is absent, has other dimensions than time and depth, or a missing or
        infinite value above the bottom; or depths are not in ascending order.
    """
    components = []
    for name in (EAST, NORTH):
        if name not in currents:
            raise ValuesError(
                f"there is no {name!r}: {EAST} and {NORTH} are needed, east and north"
            )
        series, times = with_dates(currents[name])
        units = str(series.attrs.get("units", ""))
        if units.lower() not in _VELOCITY:
            raise UnitsError(f"{name} is in {units!r}: m s-1 is needed")
        if not set(series.dims) <= {"time", "depth"}:
            raise ValuesError(
                f"{name} is on {series.dims}: time and, if it has, depth are needed; take one place"
            )
        steps = np.diff(times.to_numpy()).astype("timedelta64[ns]").astype(np.int64)
        if steps.size == 0 or (steps != steps[0]).any():
            raise TimeAxisError(
                "the times are not evenly spaced, or less than two: interpolate them"
            )
        components.append(series if "depth" in series.dims else series.expand_dims("depth"))
    levels = np.zeros(1)
    if components[0].sizes["depth"] > 1 or "depth" in components[0].coords:
        levels = components[0]["depth"].to_numpy().astype(np.float64)
    if (np.diff(levels) <= 0).any() or not np.isfinite(levels).all() or (levels < 0).any():
        raise ValuesError(f"the depths are {levels.tolist()}: metres downward, in ascending order")
    edges = np.concatenate([[0.0], (levels[1:] + levels[:-1]) / 2, [np.inf]])
    used = edges[:-1] < bottom_m
    velocity = np.stack(
        [one.transpose("depth", "time").to_numpy().astype(np.float64)[used] for one in components]
    )
    if not np.isfinite(velocity).all():
        lacking = int((~np.isfinite(velocity)).sum())
        raise ValuesError(
            f"{lacking} velocities above the bottom are missing or infinite: fill them first "
            "(interpolate_na)"
        )
    return Currents(velocity, edges[: int(used.sum()) + 1], float(steps[0]) / 1e9)
