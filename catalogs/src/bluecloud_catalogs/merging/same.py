"""The same cast held by several infrastructures: found by platform, place, time and values.

Archives round positions and times, give platforms names of their own, and correct values a
little. So two casts of different inputs are the same if they were made within an hour and three
kilometres, if not two WMO numbers say otherwise, and if at the pressures that both reach nine
tenths of their temperatures (and salinities, where both have such) agree within 0.02. Casts of one
input are never taken for the same: an archive knows what it holds, and a float's two samplings of
one cycle are two casts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

HOUR_NS = 3600 * 10**9
NEAR_M = 3000.0
SAME_VALUE = 0.02  # kelvin, and of practical salinity
SAME_SHARE = 0.9
LEAST_LEVELS = 3  # in common; of a shorter cast all
_EARTH_M = 6_371_000.0
_WMO = re.compile(r"^\d{5,7}$")


@dataclass(frozen=True)
class Sketch:
    """What is looked at of a cast. Values are at ascending pressures."""

    input: int
    platform: str
    time_ns: int
    latitude: float
    longitude: float
    pressure: npt.NDArray[np.float64]
    temperature: npt.NDArray[np.float64]
    salinity: npt.NDArray[np.float64]


def grouped(casts: Sequence[Sketch]) -> list[int]:
    """The number of each cast's group, counted from 0 in the order given."""
    order = sorted(range(len(casts)), key=lambda number: casts[number].time_ns)
    groups: list[list[int]] = []
    group_of: dict[int, int] = {}
    first = 0
    for position, number in enumerate(order):
        cast = casts[number]
        while casts[order[first]].time_ns < cast.time_ns - HOUR_NS:
            first += 1
        for other in order[first:position]:
            group = groups[group_of[other]]
            if all(casts[each].input != cast.input for each in group) and is_same(
                casts[group[0]], cast
            ):
                group.append(number)
                group_of[number] = group_of[other]
                break
        else:
            group_of[number] = len(groups)
            groups.append([number])
    renumbered: dict[int, int] = {}
    return [
        renumbered.setdefault(group_of[number], len(renumbered)) for number in range(len(casts))
    ]


def is_same(one: Sketch, other: Sketch) -> bool:
    """Whether two casts are one."""
    if abs(one.time_ns - other.time_ns) > HOUR_NS or _metres(one, other) > NEAR_M:
        return False
    wmo = [_WMO.match(each.platform) is not None for each in (one, other)]
    if all(wmo) and one.platform != other.platform:
        return False
    agreed = [_agree(one, other, values) for values in ("temperature", "salinity")]
    return False not in agreed and True in agreed


def _agree(one: Sketch, other: Sketch, values: str) -> bool | None:
    """Whether values agree at the pressures both reach; None where that cannot be told."""
    import numpy as np

    coarse, fine = sorted((one, other), key=lambda cast: cast.pressure.size)
    told, known = getattr(coarse, values), getattr(fine, values)
    has, knows = ~np.isnan(told), ~np.isnan(known)
    if not has.any() or not knows.any():
        return None
    if np.array_equal(coarse.pressure, fine.pressure):  # level by level, also where two are at one
        both = has & knows
        if not both.any():
            return None
        return bool((np.abs(told - known)[both] <= SAME_VALUE).mean() >= SAME_SHARE)
    at, where = coarse.pressure[has], fine.pressure[knows]
    common = (at >= where[0] - 1) & (at <= where[-1] + 1)
    if common.sum() < min(LEAST_LEVELS, int(has.sum())):
        return False
    expected = np.interp(at[common], where, known[knows])
    near = np.abs(told[has][common] - expected) <= SAME_VALUE
    return bool(near.mean() >= SAME_SHARE)


def _metres(one: Sketch, other: Sketch) -> float:
    """The distance on a sphere."""
    import numpy as np

    south, north = np.radians(one.latitude), np.radians(other.latitude)
    half = np.radians(other.longitude - one.longitude) / 2
    part = np.sin((north - south) / 2) ** 2 + np.cos(south) * np.cos(north) * np.sin(half) ** 2
    return float(2 * _EARTH_M * np.arcsin(np.sqrt(part)))
