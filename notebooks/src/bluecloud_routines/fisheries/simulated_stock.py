"""A stock of known growth and size, to see what an assessment finds again."""

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ParameterError


def simulated_stock(
    *,
    growth: float = 0.4,
    unfished: float = 100_000.0,
    catchability: float = 1e-4,
    first_year: int = 1975,
    years: int = 45,
    process_sd: float = 0.05,
    index_sd: float = 0.15,
    seed: int = 1,
) -> pd.DataFrame:
    """The catch and the index of a stock that is fished ever harder, and then less.

    The rate of fishing rises from a tenth to 1.6 times the sustainable one over two thirds of the
    years, and falls to 0.8 times in the rest.

    Parameters
    ----------
    growth, unfished, catchability
        r per year, k in tonnes and q of the surplus production that it follows, with fewer
        young below a quarter of k.
    first_year, years
        The years of the table.
    process_sd, index_sd
        Of the logarithms of biomass and index.
    seed
        Of the random numbers.

    Returns
    -------
    pandas.DataFrame
        ``year``, ``catch`` (t), ``cpue`` and the true ``biomass`` (t); marked as synthetic.

    Raises
    ------
    ParameterError
        If growth, size or catchability is not positive, or there are fewer than 2 years.
    """
    positive = {"growth": growth, "unfished": unfished, "catchability": catchability}
    for name, value in positive.items():
        if not value > 0:
            raise ParameterError(f"{name} is {value:g}: a number above 0 is needed")
    if years < 2:
        raise ParameterError(f"years is {years}: at least 2")
    random = np.random.default_rng(seed)
    turn = 2 * years // 3
    effort = np.interp(np.arange(years), [0, turn, years - 1], [0.1, 1.6, 0.8])
    process, seen = random.normal(0, (process_sd, index_sd), (years, 2)).T
    share, shares = 0.9, []
    for year in range(years):
        shares.append(share)
        produced = growth * min(1.0, 4 * share) * share * (1 - share)
        after = share + produced - effort[year] * growth / 2 * share
        share = float(max(after, 0.001) * np.exp(process[year]))
    biomass = unfished * np.array(shares)
    table = pd.DataFrame(
        {
            "year": np.arange(first_year, first_year + years),
            "catch": (effort * growth / 2 * biomass).round(1),
            "cpue": catchability * biomass * np.exp(seen),
            "biomass": biomass,
        }
    )
    table.attrs = {
        "units": "t",
        "title": "A simulated stock",
        "synthetic": "true",
        "licence": "CC0-1.0",
        "citation": "none: simulated",
    }
    return table
