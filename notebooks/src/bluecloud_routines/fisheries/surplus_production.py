"""How large a stock is and how hard it is fished, from its catches and an index of abundance.

The model is that of BSM and CMSY++ (Froese et al. 2017, 2023): Schaefer's production, with fewer
young below a quarter of the unfished biomass, process error, and errors of catch and index. With
an index of abundance the answer is in the data; without one it is that of the priors that a
catch series can agree with, and no better than they are.
"""

import json
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import NotConvergedWarning, ParameterError, ValuesError
from bluecloud_routines.fisheries._columns import amounts, in_unit, require_columns
from bluecloud_routines.fisheries._convergence import LEAST_ESS, WORST_R_HAT
from bluecloud_routines.fisheries._stock_input import (
    growth_of,
    index_of,
    require_not_negative,
    require_positive,
    shares_of,
    years_of,
)
from bluecloud_routines.fisheries._stock_model import Model
from bluecloud_routines.fisheries._stock_priors import Range, likely_msy, smoothed, stock_priors
from bluecloud_routines.fisheries._stock_results import by_year, numbers, paths, summary_of
from bluecloud_routines.fisheries._stock_sampler import draw

Floats = NDArray[np.float64]

REFERENCES = (
    "Froese et al. (2017), https://doi.org/10.1111/faf.12190; "
    "Froese et al. (2023), https://doi.org/10.3897/aiep.53.105910"
)
_SHOWN = 4000


@dataclass(frozen=True)
class StockAssessment:
    """What was found of a stock.

    Attributes
    ----------
    summary
        One row a quantity (r, k, msy, fmsy, bmsy, q, the status at the last year's catch): its
        unit, median and 95 percent interval, those of the prior, R-hat and effective draws.
    years
        By year, forecast ones included: quantiles of biomass, catch and fishing, absolute and
        relative, and the probability of each state of the stock (Kobe's quadrants).
    draws
        Some draws of each quantity of the summary, as many of each chain, for plots and sums.
    converged
        Whether R-hat and effective draws of all quantities are as they should be.
    """

    summary: pd.DataFrame
    years: xr.Dataset
    draws: xr.Dataset
    converged: bool


def surplus_production(
    catch: pd.DataFrame,
    *,
    resilience: str | None = None,
    growth: Range | None = None,
    start: Range = (0.2, 1.0),
    intermediate: tuple[int, float, float] | None = None,
    end: Range | None = None,
    msy: float | None = None,
    creep: float = 0.0,
    bandwidth: float = 3.0,
    catch_cv: float = 0.15,
    index_cv: float = 0.2,
    forecast_years: int = 3,
    forecast_fishing: float = 1.0,
    draws: int = 60_000,
    chains: int = 64,
    most_thin: int = 16,
    warm_up: int = 300,
    seed: int = 1,
) -> StockAssessment:
    """Biomass, fishing and reference points of a stock, with their uncertainty.

    Parameters
    ----------
    catch
        A row a year, none left out: ``year``, ``catch`` in tonnes, and, where there is an index of
        abundance, ``cpue`` in any unit, missing where unknown. A column ``unit`` or the
        attribute ``units`` says ``t``.
    resilience
        ``high``, ``medium``, ``low`` or ``very low``: a range of r, as FishBase has it.
    growth
        That range itself, per year; one of the two is needed. Ranges are of about 95 percent.
    start, intermediate, end
        Likely ranges of the biomass over the unfished, in the first year, in the given year, and in
        the last; ``end`` may only be left out where there is an index.
    msy
        The likely maximum sustainable yield in tonnes; by default from the highest catches.
    creep
        By how many percent a year a unit of effort catches more, which the index does not know.
    bandwidth
        Years of the kernel that smooths the catch; 0 for none.
    catch_cv, index_cv
        Coefficient of variation of the catch, and the least of the index.
    forecast_years, forecast_fishing
        How many years on, and at which multiple of the last year's fishing.
    draws, chains, warm_up, most_thin, seed
        Draws kept in all, by so many chains, after so many rounds. While the chains disagree they
        go on twice as long, and fewer rounds are kept, down to one in ``most_thin``.

    Returns
    -------
    StockAssessment
        The same for the same input and seed. Biomass is that at the beginning of a year, fishing
        the year's catch over it. Below half of ``bmsy`` the sustainable fishing is less than
        ``fmsy``, in proportion, as the model has fewer young there.

    Warns
    -----
    NotConvergedWarning
        If, at the end, a quantity's R-hat is above 1.05 or its effective draws are below 400.
        Of many short chains R-hat is somewhat above 1 by their shortness alone.

    Raises
    ------
    ParameterError
        If an option or range is outside what is allowed, or a needed one is absent.
    ValuesError, UnitsError
        If there are no usable catches, or too few values of the index; if not in tonnes.
    TimeAxisError
        If years are no whole numbers, unsorted, repeated or left out.
    TooShortError
        If there are fewer than 10 years.

    References
    ----------
    Froese et al. (2017), https://doi.org/10.1111/faf.12190; Froese et al. (2023),
    https://doi.org/10.3897/aiep.53.105910; ter Braak (2006),
    https://doi.org/10.1007/s11222-006-8769-1; ter Braak and Vrugt (2008),
    https://doi.org/10.1007/s11222-008-9104-9; Vehtari et al. (2021),
    https://doi.org/10.1214/20-BA1221
    """
    require_columns(catch, ("year", "catch"))
    table, _ = in_unit(catch, "t")
    years = years_of(table)
    landed, _ = amounts(table)
    index = index_of(table, creep)
    indexed = bool(np.isfinite(index).any())
    require_positive(catch_cv=catch_cv, index_cv=index_cv, draws=draws, most_thin=most_thin)
    require_not_negative(
        bandwidth=bandwidth, forecast_years=forecast_years, forecast_fishing=forecast_fishing
    )
    smooth = smoothed(landed, bandwidth)
    kept = draws // chains if chains >= 2 else 0
    if kept < 4 or warm_up < 20:
        raise ParameterError(
            f"{draws} draws of {chains} chains after {warm_up} rounds: at least 2 chains, 4 draws "
            "of each and 20 rounds are needed"
        )
    if smooth.min() <= 0:
        at = years[int(smooth.argmin())]
        raise ValuesError(f"there is no catch in and about {at}: begin after it, or end before")
    if msy is not None:
        require_positive(msy=msy)
    shares = shares_of(years, start=start, intermediate=intermediate, end=end, indexed=indexed)
    # In thousands of tonnes or whatever is of the order of one: the priors do not mind.
    scale, height = float(smooth.max()), float(np.nanmax(index)) if indexed else 1.0
    likely = (likely_msy(landed, smooth) if msy is None else msy) / scale
    priors = stock_priors(
        growth=growth_of(resilience, growth), msy=likely, shares=shares, index=index / height
    )
    model = Model(smooth / scale, index / height, priors, catch_cv=catch_cv, index_cv=index_cv)
    random = np.random.default_rng(seed)
    drawn = draw(
        model, kept=kept, chains=chains, most_thin=most_thin, warm_up=warm_up, random=random
    )
    path = paths(drawn, ahead=forecast_years, fishing=forecast_fishing, random=random)
    found = numbers(drawn, indexed=indexed)
    summary = _in_tonnes(summary_of(found, priors), scale, height)
    result = by_year(path, years[0], len(years))
    for name in ("biomass", "catch"):
        result[name] = result[name] * scale
    result["catch_reported"] = _observed(landed, forecast_years, "catch as reported", "t")
    result["cpue"] = _observed(index, forecast_years, "index of abundance, creep taken out", "1")
    parameters = {
        "resilience": resilience,
        "growth": growth,
        "start": start,
        "intermediate": intermediate,
        "end": end,
        "msy": likely * scale,
        "creep": creep,
        "bandwidth": bandwidth,
        "catch_cv": catch_cv,
        "index_cv": index_cv,
        "forecast_fishing": forecast_fishing,
        "seed": seed,
    }
    converged = bool(
        (summary["r_hat"] <= WORST_R_HAT).all() and (summary["ess"] >= LEAST_ESS).all()
    )
    result.attrs = {
        "references": REFERENCES,
        "parameters": json.dumps(parameters),
        "converged": str(converged).lower(),
        "r_hat_max": float(summary["r_hat"].max()),
        "ess_min": float(summary["ess"].min()),
        "rounds_per_draw": drawn.thin,
    }
    if not converged:
        worst = summary.iloc[int(summary["r_hat"].to_numpy().argmax())]
        warnings.warn(
            f"the chains do not agree: R-hat of {worst['quantity']} is {worst['r_hat']:.3f} (at "
            f"most {WORST_R_HAT}), the fewest effective draws are {summary['ess'].min():.0f} (at "
            f"least {LEAST_ESS:.0f}); raise most_thin, or look at the priors",
            NotConvergedWarning,
            stacklevel=2,
        )
    return StockAssessment(summary, result, _some(found, scale, height), converged)


def _observed(values: Floats, ahead: int, name: str, units: str) -> xr.DataArray:
    told = np.concatenate([values, np.full(ahead, np.nan)])
    return xr.DataArray(told, dims="time", attrs={"long_name": name, "units": units})


def _factors(scale: float, height: float) -> dict[str, float]:
    """From the units of the computation to those of the input."""
    return dict.fromkeys(("k", "msy", "bmsy", "biomass", "catch"), scale) | {"q": height / scale}


def _in_tonnes(summary: pd.DataFrame, scale: float, height: float) -> pd.DataFrame:
    factors = summary["quantity"].map(_factors(scale, height)).fillna(1.0)
    for name in ("median", "low", "high", "prior_median", "prior_low", "prior_high"):
        summary[name] *= factors
    return summary


def _some(found: dict[str, Floats], scale: float, height: float) -> xr.Dataset:
    """Draws spread evenly over the chains and their lengths."""
    factors = _factors(scale, height)
    size = next(iter(found.values())).size
    at = np.linspace(0, size - 1, min(size, _SHOWN)).astype(int)
    return xr.Dataset(
        {
            name: ("draw", values.ravel()[at] * factors.get(name, 1.0))
            for name, values in found.items()
        }
    )
