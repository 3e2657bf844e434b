"""Length samples of a stock whose growth and deaths are known, to see what is found again."""

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from bluecloud_routines.errors import ParameterError
from bluecloud_routines.fisheries._stock_input import require_positive
from bluecloud_routines.fisheries.growth import Growth
from bluecloud_routines.fisheries.lengths import as_array, dates_of, years_of

# Slowest at the turn of the year.
EXAMPLE = Growth(linf=80.0, k=0.5, anchor=0.25, season=0.5, summer=0.5)


def simulated_lengths(
    growth: Growth = EXAMPLE,
    *,
    z: float = 1.5,
    caught_half: float = 25.0,
    spread: float = 0.06,
    samples: int = 12,
    fish: int = 1000,
    width: float = 2.0,
    first: str = "2020-01-15",
    seed: int = 1,
) -> xr.DataArray:
    """Fish measured once a month in a stock in balance, one cohort born each year.

    Parameters
    ----------
    growth
        Of the mean fish.
    z
        All deaths, per year, at every age.
    caught_half
        Where half of the fish that meet the gear are caught, cm; a quarter and three quarters
        are a tenth of it away.
    spread
        Standard deviation of the lengths of a cohort over their mean.
    samples, fish
        Months, and fish in each.
    width
        Of a length class, cm.
    first
        The date of the first sample.
    seed
        Of the random numbers.

    Returns
    -------
    xarray.DataArray
        ``number(time, length)``; marked as synthetic.

    Raises
    ------
    ParameterError
        If a number is not above 0.
    """
    require_positive(z=z, caught_half=caught_half, spread=spread, width=width)
    if samples < 1 or fish < 1:
        raise ParameterError(f"samples is {samples} and fish {fish}: at least 1 of each")
    random = np.random.default_rng(seed)
    years = years_of(np.array([first], "datetime64[ns]"))[0] + np.arange(samples) / 12
    edges = np.arange(0.0, growth.linf * (1 + 4 * spread) + width, width)
    middles = edges[:-1] + width / 2
    # A quarter caught is log(3) below the half in the logit.
    caught = 1 / (1 + np.exp(-np.log(3) * (middles - caught_half) / (0.1 * caught_half)))
    numbers = []
    for year in years:
        ages = (year - growth.anchor) % 1 + np.arange(int(np.ceil(10 / z)) + 1)
        mean = np.maximum(growth.length(ages), 1e-6)
        share = np.diff(stats.norm.cdf(edges, mean[:, None], spread * mean[:, None]), axis=1)
        expected = (np.exp(-z * ages)[:, None] * share).sum(axis=0) * caught
        numbers.append(random.multinomial(fish, expected / expected.sum()))
    made = as_array(
        pd.DatetimeIndex(dates_of(years)).normalize().to_numpy(),
        middles,
        np.array(numbers, np.float64),
    )
    made.attrs |= {
        "title": "Simulated length samples",
        "synthetic": "true",
        "licence": "CC0-1.0",
        "citation": "none: simulated",
    }
    return made
