"""What the draws of a stock say: of the stock, and of each year and the few to come."""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.fisheries._convergence import bulk_ess, split_r_hat
from bluecloud_routines.fisheries._stock_priors import Priors
from bluecloud_routines.fisheries._stock_sampler import Draws

Floats = NDArray[np.float64]

LEVELS = (0.025, 0.25, 0.5, 0.75, 0.975)
QUADRANTS = ("healthy", "fished down but sustainably", "overfished", "fished too hard")
_UNITS = {"r": "year-1", "k": "t", "msy": "t year-1", "fmsy": "year-1", "bmsy": "t"}
_UNITS |= {"q": "index t-1", "catch": "t", "biomass": "t", "fishing": "year-1"}
_NAMES = {
    "biomass": "biomass at the beginning of the year",
    "catch": "catch in the year, its error taken into account",
    "fishing": "catch over biomass",
    "biomass_of_k": "biomass over unfished biomass",
    "biomass_of_bmsy": "biomass over that of the maximum sustainable yield",
    "fishing_of_fmsy": "catch over biomass, over that of the maximum sustainable yield",
}
# Each is the other times a number: their chains agree alike.
_MULTIPLES = {"fmsy": "r", "bmsy": "k", "biomass_of_bmsy": "biomass_of_k"}
_PATHS = 20_000
_NORMAL = np.array([-1.959964, 0.0, 1.959964])


def paths(
    draws: Draws, *, ahead: int, fishing: float, random: np.random.Generator
) -> dict[str, Floats]:
    """Biomass, catch, fishing and their ratios, by (draw, year, chain), and so many years on.

    In the years to come the rate of fishing is so many times that of the last, with the
    process error of the model. Of many draws some are taken, evenly: their quantiles are as
    good, as neighbours are much alike.
    """
    every = max(1, draws.log_k.size // _PATHS)
    k, r = np.exp(draws.log_k[::every]), np.exp(draws.log_r[::every])
    shares, catches = [draws.share[::every]], [draws.catch[::every]]
    share = shares[0][:, -1]
    caught = catches[0][:, -1] / k
    # No more than the model lets be caught.
    rate = np.minimum(fishing * caught / share, 0.9)
    deviation = np.sqrt(draws.process_variance[::every])
    for _ in range(ahead):
        grown = share + r * np.minimum(1, 4 * share) * share * (1 - share) - caught
        share = np.maximum(grown, 0.001) * np.exp(deviation * random.standard_normal(share.shape))
        caught = rate * share
        shares.append(share[:, None])
        catches.append((caught * k)[:, None])
    of_k = np.concatenate(shares, axis=1)
    catch = np.concatenate(catches, axis=1)
    biomass = of_k * k[:, None]
    harvest = catch / biomass
    ratio = harvest / _sustainable(r[:, None], of_k)
    return {
        "biomass": biomass,
        "catch": catch,
        "fishing": harvest,
        "biomass_of_k": of_k,
        "fishing_of_fmsy": ratio,
    }


def numbers(draws: Draws, *, indexed: bool) -> dict[str, Floats]:
    """Each quantity of the stock by (draw, chain), the status of the last year with it."""
    r, k = np.exp(draws.log_r), np.exp(draws.log_k)
    of_k, catch = draws.share[:, -1], draws.catch[:, -1]
    fishing = catch / (of_k * k)
    found = {"r": r, "k": k, "msy": r * k / 4, "fmsy": r / 2, "bmsy": k / 2}
    if indexed:
        found["q"] = np.exp(draws.log_q)
    return found | {
        "biomass": of_k * k,
        "catch": catch,
        "fishing": fishing,
        "biomass_of_k": of_k,
        "biomass_of_bmsy": 2 * of_k,
        "fishing_of_fmsy": fishing / _sustainable(r, of_k),
        "process_sd": np.sqrt(draws.process_variance),
    }


def _sustainable(growth: Floats, share: Floats) -> Floats:
    """The fishing of the maximum sustainable yield, less below a quarter of k."""
    rate: Floats = 0.5 * growth * np.minimum(1, 4 * share)
    return rate


def summary_of(found: dict[str, Floats], priors: Priors) -> pd.DataFrame:
    """One row a quantity: median and 95 percent before and after the data, and its chains."""
    before = priors.quantiles(_NORMAL)
    before |= {"fmsy": before["r"] / 2, "bmsy": before["k"] / 2}
    rows = []
    agreement: dict[str, tuple[float, float]] = {}
    for name, values in found.items():
        low, median, high = np.quantile(values, (0.025, 0.5, 0.975))
        prior_low, prior, prior_high = before.get(name, np.full(3, np.nan))
        if name not in _MULTIPLES:
            agreement[name] = split_r_hat(values), bulk_ess(values)
        r_hat, ess = agreement[_MULTIPLES.get(name, name)]
        rows.append(
            {
                "quantity": name,
                "unit": _UNITS.get(name, "1"),
                "median": median,
                "low": low,
                "high": high,
                "prior_median": prior,
                "prior_low": prior_low,
                "prior_high": prior_high,
                "r_hat": r_hat,
                "ess": ess,
            }
        )
    return pd.DataFrame(rows)


def by_year(path: dict[str, Floats], first_year: int, observed: int) -> xr.Dataset:
    """Quantiles of each path, and the shares of the draws in the quadrants of Kobe's plot."""
    variables: dict[str, tuple[tuple[str, str], Floats, dict[str, str]]] = {}
    for name, values in path.items():
        quantiles = np.quantile(values, LEVELS, axis=(0, 2))
        about = {"long_name": _NAMES[name], "units": _UNITS.get(name, "1")}
        variables[name] = (("quantile", "time"), quantiles, about)
    relative = 2 * variables["biomass_of_k"][1]
    about = {"long_name": _NAMES["biomass_of_bmsy"], "units": "1"}
    variables["biomass_of_bmsy"] = (("quantile", "time"), relative, about)
    enough = path["biomass_of_k"] >= 0.5
    gentle = path["fishing_of_fmsy"] <= 1
    parts = (enough & gentle, ~enough & gentle, ~enough & ~gentle, enough & ~gentle)
    kobe = np.array([part.mean(axis=(0, 2)) for part in parts])
    about = {"long_name": "probability of the state of the stock", "units": "1"}
    variables["kobe_share"] = (("quadrant", "time"), kobe, about)
    length = kobe.shape[1]
    times = pd.to_datetime([f"{first_year + each}-01-01" for each in range(length)])
    said = {
        "long_name": "whether the year is a forecast",
        "flag_values": np.array([0, 1], dtype=np.int8),
        "flag_meanings": "assessed forecast",
    }
    future = (np.arange(length) >= observed).astype(np.int8)
    quantile = {"long_name": "quantile of the posterior distribution", "units": "1"}
    coordinates = {
        "time": ("time", times, {"standard_name": "time", "long_name": "beginning of the year"}),
        "quantile": ("quantile", np.array(LEVELS), quantile),
        "quadrant": ("quadrant", np.array(QUADRANTS), {"long_name": "state of the stock"}),
        "forecast": ("time", future, said),
    }
    return xr.Dataset(variables, coords=coordinates)
