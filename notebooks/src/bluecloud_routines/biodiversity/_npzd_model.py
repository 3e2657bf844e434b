"""The NPZD model, integrated for many parameter sets at once.

Nitrogen goes round between dissolved inorganic nitrogen, phytoplankton, zooplankton and detritus,
after Soetaert & Herman (2009), with the limitations of Otero et al. (2023). The members are worked
on in blocks that stay in a processor's cache, and all days of a stretch get their growth rate in
one go; only what depends on the state is done day by day.

A flux takes no more than there is of what it takes. The original has no such bound; without it a
step of one day can make a stock negative. It is never reached as the step goes to nothing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.biodiversity._npzd_parameters import Draws, Floats

# mmol N m-3 at the start, and detritus mineralised a day: the original's.
PHYTOPLANKTON, ZOOPLANKTON, DETRITUS, NITROGEN = range(4)
INITIAL = (1.0, 0.1, 5.0, 5.0)
MINERALISATION = 0.1
MOST_PHYTOPLANKTON = 1e4

_BLOCK = 2500  # members: 20 kB an array, so that all of them stay near
_STRETCH = 32  # days


@dataclass(frozen=True)
class Days:
    """The forcing of each day, and to which part of the year it belongs."""

    par: Floats  # umol m-2 s-1, below the surface
    temperature: Floats  # degree_Celsius
    din: Floats  # mmol m-3, as phosphate and silicate
    phosphate: Floats
    silicate: Floats
    part: NDArray[np.int64]  # 0, or 1 after the day of the year on which parameters change

    def taken(self, days: NDArray[np.int64] | slice) -> "Days":
        """Only those days, in that order."""
        return Days(**{name: values[days] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Run:
    """What the members came to.

    Attributes
    ----------
    states
        (stock, recorded day, member) at the end of each recorded day, mmol N m-3.
    final
        (stock, member) at the end of the last day.
    gone
        Which members' phytoplankton passed all bounds, so that they mean nothing.
    """

    states: Floats
    final: Floats
    gone: NDArray[np.bool_]


@dataclass(frozen=True)
class Scheme:
    """How the model is solved."""

    steps: int  # in a day
    prognostic: bool
    depth_m: float


def integrate(
    draws: Draws,
    days: Days,
    scheme: Scheme,
    *,
    initial: Floats,
    record: NDArray[np.bool_],
) -> Run:
    """Run all members through all days by Euler's method; each day's forcing holds all day."""
    final = np.array(np.broadcast_to(initial, (4, draws.members)), dtype=float)
    states = np.empty((4, int(record.sum()), draws.members))
    gone = np.zeros(draws.members, dtype=bool)
    for first in range(0, draws.members, _BLOCK):
        block = slice(first, first + _BLOCK)
        state = np.ascontiguousarray(final[:, block])
        gone[block] = _block(draws.chosen(block), days, scheme, state, record, states[:, :, block])
        final[:, block] = state
    return Run(states, final, gone)


def limitations(draws: Draws, days: Days, depth_m: float) -> dict[str, Floats]:
    """What light, nutrients and temperature leave of uptake, each (day, member).

    Those of light and nutrients lie from 0 to 1; that of temperature is 1 at the reference
    temperature and may be above.
    """
    of = days.part
    light = days.par[:, None] * np.exp(-draws["attenuation"][of] * depth_m)
    warm = days.temperature[:, None]
    return {
        "din": days.din[:, None] / (days.din[:, None] + draws["ks_din"][of]),
        "phosphate": days.phosphate[:, None]
        / (days.phosphate[:, None] + draws["ks_phosphate"][of]),
        "silicate": days.silicate[:, None] / (days.silicate[:, None] + draws["ks_silicate"][of]),
        "temperature": theta(warm) ** (warm - draws["reference_temperature"][of]),
        "par": light / (light + draws["ks_par"][of]),
    }


def theta(temperature: Floats) -> Floats:
    """The base of the dependence on temperature, which falls as it gets warmer."""
    return 1.185 - 0.00729 * temperature


def _block(
    draws: Draws,
    days: Days,
    scheme: Scheme,
    state: Floats,
    record: NDArray[np.bool_],
    states: Floats,
) -> NDArray[np.bool_]:
    """Carry one block's state through all days, in place; gives who went beyond all bounds."""
    peak = state[PHYTOPLANKTON].copy()
    kept = 0
    for first, last in _stretches(days.part):
        part = int(days.part[first])
        rates = _growth(draws, days.taken(slice(first, last)), scheme, part)
        step = _Step(draws, scheme, part)
        for offset, day in enumerate(range(first, last)):
            for _ in range(scheme.steps):
                step(state, rates[offset])
            np.maximum(peak, state[PHYTOPLANKTON], out=peak)
            if record[day]:
                states[:, kept] = state
                kept += 1
    return np.asarray(peak >= MOST_PHYTOPLANKTON)


def _stretches(part: NDArray[np.int64]) -> list[tuple[int, int]]:
    """First day, and the day after the last, of stretches that lie in one part of a year."""
    changes = np.flatnonzero(np.diff(part)) + 1
    starts = np.union1d(np.arange(0, part.size, _STRETCH), changes)
    return list(zip(starts.tolist(), [*starts[1:].tolist(), part.size], strict=True))


def _growth(draws: Draws, days: Days, scheme: Scheme, part: int) -> Floats:
    """Uptake over phytoplankton in one step, but for what the state limits; (day, member)."""
    # One division for the product of all saturating limitations, without the attenuation's
    # exponential on each day.
    half_light = draws["ks_par"][part] * np.exp(draws["attenuation"][part] * scheme.depth_m)
    nutrients = [(days.phosphate, "ks_phosphate"), (days.silicate, "ks_silicate")]
    if not scheme.prognostic:
        nutrients.append((days.din, "ks_din"))
    above = days.par.copy()
    below = days.par[:, None] + half_light
    for amount, name in nutrients:
        above *= amount
        below *= amount[:, None] + draws[name][part]
    log_theta = np.log(theta(days.temperature))
    warm = np.multiply.outer(-log_theta, draws["reference_temperature"][part])
    warm += (log_theta * days.temperature)[:, None]
    np.exp(warm, out=warm)
    warm *= draws["max_uptake"][part] / scheme.steps
    warm *= above[:, None]
    warm /= below
    return np.asarray(warm)


class _Step:
    """One step of one part of the year, with the room that it works in."""

    def __init__(self, draws: Draws, scheme: Scheme, part: int) -> None:
        self.prognostic = scheme.prognostic
        self.ks_din = draws["ks_din"][part]
        self.ks_grazing = draws["ks_grazing"][part]
        self.faeces = draws["faeces"][part]
        self.grazing, self.excretion, self.mortality = (
            draws[name][part] / scheme.steps for name in ("max_grazing", "excretion", "mortality")
        )
        self.mineralisation = MINERALISATION / scheme.steps
        self.room = tuple(np.empty(draws.members) for _ in range(6))

    def __call__(self, state: Floats, rate: Floats) -> None:
        """Move the state on by one step, in place."""
        phyto, zoo, detritus, nitrogen = state
        uptake, grazed, faeces, excreted, dead, work = self.room
        np.multiply(rate, phyto, out=uptake)
        if self.prognostic:
            np.add(nitrogen, self.ks_din, out=work)
            np.divide(nitrogen, work, out=work)
            uptake *= work
            np.minimum(uptake, nitrogen, out=uptake)
        np.add(phyto, self.ks_grazing, out=work)
        np.divide(phyto, work, out=work)
        work *= zoo
        np.multiply(work, self.grazing, out=grazed)
        np.minimum(grazed, phyto, out=grazed)
        np.multiply(self.faeces, grazed, out=faeces)
        np.multiply(self.excretion, zoo, out=excreted)
        np.multiply(self.mortality, zoo, out=dead)
        dead *= zoo
        zoo -= excreted
        np.minimum(dead, zoo, out=dead)
        zoo -= dead
        zoo += grazed
        zoo -= faeces
        phyto -= grazed
        phyto += uptake
        np.multiply(self.mineralisation, detritus, out=work)
        detritus -= work
        detritus += dead
        detritus += faeces
        if self.prognostic:
            nitrogen += work
            nitrogen += excreted
            nitrogen -= uptake
        else:
            np.minimum(phyto, MOST_PHYTOPLANKTON, out=phyto)
