"""What drives phytoplankton at a station: light, nutrients, temperature or grazing.

Blue-Cloud's NPZD service (VLIZ; Otero et al. 2023) in one function. Many parameter sets are drawn
from ranges, the model is run for each, the best of them are put together to a second run, and those
that then come nearest to the observed chlorophyll say what held the growth back, month by month.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.biodiversity._npzd_input import Observed, daily_forcing, observed
from bluecloud_routines.biodiversity._npzd_model import (
    INITIAL,
    PHYTOPLANKTON,
    ZOOPLANKTON,
    Days,
    Run,
    Scheme,
    integrate,
)
from bluecloud_routines.biodiversity._npzd_parameters import (
    Draws,
    Floats,
    checked_ranges,
    drawn,
    from_table,
    parameter_ranges,
)
from bluecloud_routines.biodiversity._npzd_product import (
    Ensemble,
    drivers_product,
    parameter_table,
    share_table,
    states_dataset,
)
from bluecloud_routines.errors import ParameterError, TooShortError, ValuesError

__all__ = ["npzd_drivers", "parameter_ranges", "parameter_table", "share_table", "simulate_npzd"]

_YEAR = 365


def simulate_npzd(
    forcing: xr.Dataset,
    parameters: pd.DataFrame,
    *,
    dt: float = 1.0,
    din: str = "forced",
    depth_m: float = 3.0,
    initial: tuple[float, float, float, float] = INITIAL,
) -> xr.Dataset:
    """Phytoplankton, zooplankton, detritus and nitrogen of each day, for each parameter set.

    Parameters
    ----------
    forcing
        Daily, without gaps: ``din``, ``phosphate``, ``silicate`` (mmol m-3), ``temperature`` and
        ``par`` at the surface (umol m-2 s-1); what holds on a day holds all day.
    parameters
        A row a set, with the columns of :func:`parameter_ranges`.
    dt, din, depth_m
        As in :func:`npzd_drivers`.
    initial
        Phytoplankton, zooplankton, detritus, dissolved inorganic nitrogen, mmol m-3.

    Returns
    -------
    xarray.Dataset
        On (time, member), at the end of each day. With forced nitrogen it is the forcing's.
        A member whose phytoplankton passes 10,000 mmol m-3 is missing.

    Raises
    ------
    ParameterError, UnitsError, TimeAxisError, ValuesError
        As :func:`npzd_drivers` does.
    """
    scheme = _scheme(dt, din, depth_m)
    start = np.asarray(initial, dtype=float)
    if start.shape != (4,) or not np.isfinite(start).all() or (start < 0).any():
        raise ParameterError(f"initial is {initial}: four amounts of 0 mmol m-3 or more are needed")
    draws = from_table(parameters)
    times, days = daily_forcing(forcing, split_day=None)
    everything = np.ones(len(times), dtype=bool)
    run = integrate(draws, days, scheme, initial=start[:, None], record=everything)
    return states_dataset(run, draws, days, times, prognostic=scheme.prognostic)


def npzd_drivers(
    forcing: xr.Dataset,
    chlorophyll: xr.DataArray,
    *,
    zooplankton: xr.DataArray | None = None,
    ranges: str | Mapping[str, tuple[float, float]] = "nearshore",
    n_members: int = 1000,
    keep: int = 50,
    dt: float = 1.0,
    din: str = "forced",
    depth_m: float = 3.0,
    spinup_years: int = 3,
    split_day: int | None = 172,
    seed: int = 0,
) -> xr.Dataset:
    """Chlorophyll of the best of many model runs, and the share of each driver by month and season.

    Parameters
    ----------
    forcing
        Daily, without gaps, on ``time``: ``din``, ``phosphate``, ``silicate`` (mmol m-3),
        ``temperature`` (degree_Celsius or K), ``par`` (umol m-2 s-1, at the surface). See
        :func:`station_forcing` and :func:`clear_sky_par`.
    chlorophyll
        Observed, mg m-3, on ``time`` (any hours; samples of one day are averaged).
    zooplankton
        Observed, mmol m-3 of nitrogen, on ``time``, or none. The misfit is then the sum of both
        root mean squares, each over the mean observed, as in the original.
    ranges
        ``nearshore``, ``midshore``, ``offshore``, or least and most of each parameter, see
        :func:`parameter_ranges`.
    n_members
        How many sets are drawn, and again how many make the second run, 10 to 100,000.
    keep
        How many of the best are kept, 2 to ``n_members``.
    dt
        Step of Euler's method in days, 0.1 to 1; whole steps make a day. The original's is 1.
    din
        ``forced``: nitrogen for uptake is that of the forcing on each day, whatever the model has
        taken up. So do the original and, as it takes nutrients from observations, its paper.
        ``prognostic``: a closed budget, where uptake takes from the nitrogen that excretion and
        mineralisation give back, as in the model of Soetaert & Herman that both build upon; the
        forcing's nitrogen is then used for the start only.
    depth_m
        Where the light is taken, 0 to 200 m below the surface.
    spinup_years
        How often the first year is run through before, 0 to 20.
    split_day
        Day of the year after which the second half's parameters hold. The sets that are best in
        each half of the first run are paired at random for the second run, as in the original.
        None: one set a year; the second run draws from the ranges of the best of the first.
    seed
        Of all that is random.

    Returns
    -------
    xarray.Dataset
        Bands (5, 50, 95 %) of chlorophyll and stocks, the drivers' shares by month, season and
        month of each year, and parameters and misfits of what was kept. See
        :func:`parameter_table` and :func:`share_table`.

    Raises
    ------
    ParameterError
        If an option is out of its range, or a variable is missing.
    UnitsError
        If a unit is missing or not the quantity's.
    TimeAxisError
        If the forcing is not daily, or times are unsorted or repeated.
    ValuesError
        If the forcing has gaps, or values that are infinite or impossible; or no run is any good.
    TooShortError
        If the forcing is shorter than the year that is to be spun up, or there are fewer than 6
        days with chlorophyll (3 in each half of the year).

    Notes
    -----
    Uptake is limited by the product of X / (X + ks) of light, nitrogen, phosphate and silicate, and
    by theta ** (T - Tref), theta = 1.185 - 0.00729 T. A driver's share on a day is 1 - L, its
    limitation, over the sum of all six (that of temperature at most 1). The limitation of grazing
    is P / (P + ks), that is of the grazers by their food: its share is large where there is little
    phytoplankton, and does not say how much is eaten.

    References
    ----------
    Otero et al. (2023, https://doi.org/10.3390/jmse11081510); Soetaert & Herman (2009), A Practical
    Guide to Ecological Modelling, Springer.
    """
    scheme = _scheme(dt, din, depth_m)
    _require_options(n_members, keep, spinup_years, split_day)
    limits = checked_ranges(ranges)
    times, days = daily_forcing(forcing, split_day=split_day)
    if spinup_years and len(times) < _YEAR:
        raise TooShortError(
            f"the forcing has {len(times)} days: {_YEAR} are needed to spin up, or spinup_years=0"
        )
    against = observed(chlorophyll, zooplankton, times, days, in_halves=split_day is not None)
    task = _Task(days, scheme, against, spinup_years)
    random = np.random.default_rng(seed)
    first = drawn(limits, n_members, random)
    if split_day is not None:
        first = first.paired(first)
    misfits = task.misfits(first)
    second = _second(first, misfits, keep, n_members, random)
    total = task.misfits(second)[0]
    order = np.argsort(total, kind="stable")[:keep]
    order = order[np.isfinite(total[order])]
    if order.size < 2:
        raise ValuesError(
            "all members but "
            f"{order.size} grow without bounds: narrow the ranges, or use din='prognostic'"
        )
    kept = second.chosen(order)
    start, run = task.whole(kept)
    ensemble = Ensemble(kept, days, times, run, start, scheme, against, limits)
    result = drivers_product(ensemble)
    return result.assign_attrs(
        parameters=json.dumps(
            {
                "ranges": ranges if isinstance(ranges, str) else dict(limits),
                "n_members": n_members,
                "keep": keep,
                "dt": dt,
                "din": din,
                "depth_m": depth_m,
                "spinup_years": spinup_years,
                "split_day": split_day,
                "seed": seed,
            }
        )
    )


@dataclass(frozen=True)
class _Task:
    """What does not change from member to member."""

    days: Days
    scheme: Scheme
    against: Observed
    spinup_years: int

    def misfits(self, draws: Draws) -> Floats:
        """(all the year, first half, second half; member): infinite for what means nothing."""
        start = self._spun_up(draws)
        run = integrate(draws, self.days, self.scheme, initial=start, record=self.against.any_day)
        to_chlorophyll = draws["chlorophyll_to_nitrogen"][self.days.part[self.against.any_day]]
        misfits = self.against.misfits(
            run.states[PHYTOPLANKTON] * to_chlorophyll, run.states[ZOOPLANKTON]
        )
        misfits[:, run.gone] = np.inf
        return misfits

    def whole(self, draws: Draws) -> tuple[Floats, Run]:
        """The state before the first day, and all days."""
        start = self._spun_up(draws)
        everything = np.ones(self.days.par.size, dtype=bool)
        return start, integrate(draws, self.days, self.scheme, initial=start, record=everything)

    def _spun_up(self, draws: Draws) -> Floats:
        start = np.array(INITIAL)[:, None]
        if not self.spinup_years:
            return np.array(np.broadcast_to(start, (4, draws.members)))
        before = np.tile(np.arange(_YEAR), self.spinup_years)
        nothing = np.zeros(before.size, dtype=bool)
        return integrate(
            draws, self.days.taken(before), self.scheme, initial=start, record=nothing
        ).final


def _scheme(dt: float, din: str, depth_m: float) -> Scheme:
    """How the model is solved, from options that are allowed."""
    if din not in ("forced", "prognostic"):
        raise ParameterError(f"din is {din!r}: one of ['forced', 'prognostic']")
    if not 0.1 <= dt <= 1 or abs(1 / dt - round(1 / dt)) > 1e-6:
        raise ParameterError(f"dt is {dt}: 0.1 to 1 days, of which whole steps make a day")
    if not 0 <= depth_m <= 200:
        raise ParameterError(f"depth_m is {depth_m}: 0 to 200 is allowed")
    return Scheme(steps=round(1 / dt), prognostic=din == "prognostic", depth_m=float(depth_m))


def _require_options(n_members: int, keep: int, spinup_years: int, split_day: int | None) -> None:
    if not 10 <= n_members <= 100_000:
        raise ParameterError(f"n_members is {n_members}: 10 to 100000 is allowed")
    if not 2 <= keep <= n_members:
        raise ParameterError(f"keep is {keep}: 2 to n_members, {n_members}, is allowed")
    if not 0 <= spinup_years <= 20:
        raise ParameterError(f"spinup_years is {spinup_years}: 0 to 20 is allowed")
    if split_day is not None and not 2 <= split_day <= 364:
        raise ParameterError(f"split_day is {split_day}: 2 to 364, or None, is allowed")


def _second(
    first: Draws, misfits: Floats, keep: int, members: int, random: np.random.Generator
) -> Draws:
    """The sets of the second run, from what was best in the first."""
    ranked = np.argsort(misfits, axis=1, kind="stable")[:, :keep]
    if first["max_uptake"].shape[0] == 1:
        best = first.chosen(ranked[0])
        return drawn(
            {name: (float(v.min()), float(v.max())) for name, v in best.values.items()},
            members,
            random,
        )
    pairs = random.choice(keep**2, size=min(members, keep**2), replace=False)
    return first.chosen(ranked[1][pairs // keep]).paired(first.chosen(ranked[2][pairs % keep]))
