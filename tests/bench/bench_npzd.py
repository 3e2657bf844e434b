"""Ten thousand plankton models through four years, against scipy's solver called for each.

Euler's steps of a day are what Blue-Cloud's original takes; scipy's ``solve_ivp`` is asked for no
more than a thousandth, chooses its own steps, and interpolates the forcing between noons. It solves
a few members; its time is that of all at the same pace. That both solve the same model is seen by
our steps of a tenth of a day coming near to it.
"""

import time

import numpy as np
import pandas as pd
import scipy
import xarray as xr
from scipy.integrate import solve_ivp

from bluecloud_routines.biodiversity import clear_sky_par, parameter_ranges, simulate_npzd
from bluecloud_routines.biodiversity._npzd_input import daily_forcing
from bluecloud_routines.biodiversity._npzd_model import INITIAL, Scheme, integrate
from bluecloud_routines.biodiversity._npzd_parameters import from_table
from tests.bench.ratio import Ratio

_MEMBERS, _SOLVED, _REPEATS = 10_000, 10, 3
_DAYS = pd.date_range("2014-01-01", "2017-12-31")
_DEPTH_M = 3.0
_LIMIT_S = 3.0


def run() -> list[Ratio]:
    """Time both, and see that they agree."""
    forcing, sets = _forcing(), _sets()
    _, days = daily_forcing(forcing, split_day=None)
    draws, start = from_table(sets), np.array(INITIAL)[:, None]
    sampled = np.arange(len(_DAYS)) % 30 == 0  # as chlorophyll would be
    ours = float("inf")
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        integrate(draws, days, Scheme(1, True, _DEPTH_M), initial=start, record=sampled)
        ours = min(ours, time.perf_counter() - begin)
    begin = time.perf_counter()
    solved = np.array([_solved(forcing, sets.iloc[number]) for number in range(_SOLVED)])
    peer = (time.perf_counter() - begin) / _SOLVED * _MEMBERS
    few = simulate_npzd(forcing, sets.iloc[:_SOLVED], dt=0.1, din="prognostic", depth_m=_DEPTH_M)
    error = np.sqrt(np.mean((few["phytoplankton"].values.T - solved) ** 2))
    assert error < 0.05 * solved.mean(), error
    what = f"NPZD, {_MEMBERS} members x {len(_DAYS)} days"
    return [
        Ratio(
            name=what,
            peer_name=f"scipy {scipy.__version__} solve_ivp, looped",
            ours=ours,
            peer=peer,
            unit="s",
            target=1 / 20,
            note=f"peer: {_SOLVED} members, scaled; ours in steps of a day, prognostic nitrogen",
        ),
        Ratio(what, "the limit", ours, _LIMIT_S, "s", 1.0),
    ]


def _forcing() -> xr.Dataset:
    wave = np.cos(2 * np.pi * (_DAYS.day_of_year.to_numpy() - 30) / 365.25)
    values = {"din": 10 + 8 * wave, "phosphate": 0.45 + 0.3 * wave, "silicate": 5 + 4 * wave}
    made = xr.Dataset(
        {name: ("time", series, {"units": "mmol m-3"}) for name, series in values.items()},
        coords={"time": _DAYS},
    )
    made["temperature"] = ("time", 12 - 6 * wave, {"units": "degree_Celsius"})
    made["par"] = clear_sky_par(_DAYS, latitude=51.3)
    return made


def _sets() -> pd.DataFrame:
    ranges = parameter_ranges("nearshore")
    random = np.random.default_rng(2)
    drawn = random.uniform(ranges["least"], ranges["most"], size=(_MEMBERS, len(ranges)))
    return pd.DataFrame(drawn, columns=ranges.index)


def _solved(forcing: xr.Dataset, p: pd.Series) -> np.ndarray:
    """Phytoplankton at the end of each day, by scipy."""
    warm = forcing["temperature"].values
    light = forcing["par"].values * np.exp(-p["attenuation"] * _DEPTH_M)
    rate = p["max_uptake"] * light / (light + p["ks_par"])
    rate = rate * (1.185 - 0.00729 * warm) ** (warm - p["reference_temperature"])
    for name in ("phosphate", "silicate"):
        rate = rate * forcing[name].values / (forcing[name].values + p[f"ks_{name}"])
    middles = np.arange(len(rate)) + 0.5
    ks_din, ks_grazing, most = p["ks_din"], p["ks_grazing"], p["max_grazing"]
    faeces, excretion, mortality = p["faeces"], p["excretion"], p["mortality"]

    def change(t: float, y: np.ndarray) -> list[float]:
        phyto, zoo, detritus, nitrogen = y.tolist()
        uptake = np.interp(t, middles, rate) * phyto * nitrogen / (nitrogen + ks_din)
        grazed = most * zoo * phyto / (phyto + ks_grazing)
        gone, excreted, dead = faeces * grazed, excretion * zoo, mortality * zoo * zoo
        made = 0.1 * detritus
        return [
            uptake - grazed,
            grazed - gone - excreted - dead,
            dead + gone - made,
            made + excreted - uptake,
        ]

    ends = np.arange(1, len(rate) + 1)
    found = solve_ivp(change, (0, len(rate)), INITIAL, t_eval=ends, rtol=1e-3, atol=1e-6)
    return np.asarray(found.y[0])
