"""The state of a stock, for Kobe's plot: what an assessment of few draws says.

It has 8,000 draws where the notebook has 60,000, so that it answers in seconds. Each assessment is
kept: moving back to one that was seen computes nothing.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from bluecloud_routines import fisheries
from bluecloud_routines.errors import NotConvergedWarning, ParameterError, ValuesError

from ..wire import Asked, Origin, Shown, figures
from .catches import nominal_catch, origin_of

DRAWS = 8_000
CHAINS = 64
_DOTS = 500
Resilience = Literal["very low", "low", "medium", "high"]
_TOLD = ("msy", "bmsy", "fmsy", "r", "k")


class StockAsked(Asked):
    """A stock, and what is believed of it before its data are looked at."""

    source: Literal["simulated", "atlas", "file"] = "simulated"
    species: str = Field(default="YFT", description="ASFIS code, of the atlas.")
    file: str = Field(default="", description="CSV with year, catch (t) and perhaps cpue.")
    resilience: Resilience = "medium"
    start_low: float = Field(
        default=0.5, ge=0, le=1, description="Biomass over unfished, first year."
    )
    start_high: float = Field(default=1.0, ge=0, le=1)
    end_low: float | None = Field(
        default=None, ge=0, le=1, description="The same of the last year; null for no belief."
    )
    end_high: float | None = Field(default=None, ge=0, le=1)


class KobePoint(Shown):
    """A year of the stock, or a draw of its last."""

    year: int
    biomass: float = Field(description="B over Bmsy, at the beginning of the year.")
    fishing: float = Field(description="F over Fmsy.")


class KobeState(Shown):
    """How likely the stock is in one of the four states, in the last year with a catch."""

    name: str
    chance: float = Field(description="0 to 1.")


class StockNumber(Shown):
    """A number of the stock: median and 95 percent of the draws."""

    name: str
    units: str
    median: float
    low: float
    high: float


class Stock(Shown):
    """What an assessment says of a stock."""

    track: tuple[KobePoint, ...] = Field(description="Medians, from the first year to the last.")
    dots: tuple[KobePoint, ...] = Field(description="Draws of the last year.")
    now_low: KobePoint = Field(description="The 2.5 percent quantiles of the last year.")
    now_high: KobePoint = Field(description="The 97.5 percent quantiles.")
    states: tuple[KobeState, ...]
    numbers: tuple[StockNumber, ...]
    draws: int
    chains: int
    converged: bool
    warning: str = Field(description="Why the numbers are not to be used; empty if they are.")
    file: str = Field(description="The whole path of the file; empty without one.")
    indexed: bool = Field(description="Whether there is an index of abundance.")
    origin: Origin


def stock(asked: StockAsked) -> Stock:
    """The track of a stock in Kobe's plot, and how sure its end is.

    Raises
    ------
    ParameterError
        If there is no such file, or what is believed cannot be.
    ValuesError, TooShortError, TimeAxisError
        If the catches cannot be assessed.
    """
    found, warning, indexed, origin = _assessed(asked, _changed(asked))
    years = found.years.sel(time=found.years["forecast"] == 0)
    ratios = years[["biomass_of_bmsy", "fishing_of_fmsy"]]
    when = [int(year) for year in years["time"].dt.year.to_numpy()]
    last = ratios.isel(time=-1)
    some = found.draws.isel(draw=slice(None, None, max(1, found.draws.sizes["draw"] // _DOTS)))
    table = found.summary.set_index("quantity").loc[list(_TOLD)]
    shares = years["kobe_share"].isel(time=-1)
    return Stock(
        track=_points(when, *(ratios[name].sel(quantile=0.5).to_numpy() for name in ratios)),
        dots=_points(
            [when[-1]] * some.sizes["draw"], *(some[str(name)].to_numpy() for name in ratios)
        ),
        now_low=_points(when[-1:], *(last[n].sel(quantile=[0.025]).to_numpy() for n in ratios))[0],
        now_high=_points(when[-1:], *(last[n].sel(quantile=[0.975]).to_numpy() for n in ratios))[0],
        states=tuple(
            KobeState(name=str(name), chance=figures([chance])[0])
            for name, chance in zip(shares["quadrant"].to_numpy(), shares.to_numpy(), strict=True)
        ),
        numbers=tuple(
            StockNumber(
                name=str(name),
                units=str(row["unit"]),
                **dict(
                    zip(
                        ("median", "low", "high"),
                        figures(row[["median", "low", "high"]].to_numpy(float), 3),
                        strict=True,
                    )
                ),
            )
            for name, row in table.iterrows()
        ),
        draws=DRAWS,
        chains=CHAINS,
        converged=found.converged,
        warning=warning,
        file=str(_path(asked)) if asked.source == "file" else "",
        indexed=indexed,
        origin=origin,
    )


def _points(years: list[int], biomass: np.ndarray, fishing: np.ndarray) -> tuple[KobePoint, ...]:
    return tuple(
        KobePoint(year=year, biomass=b, fishing=f)
        for year, b, f in zip(years, figures(biomass, 4), figures(fishing, 4), strict=True)
    )


def _path(asked: StockAsked) -> Path:
    """Of the home, where it is not said of what: the view's kernel is there."""
    return Path(asked.file).expanduser().resolve()


def _changed(asked: StockAsked) -> float:
    """When the file was last written, seconds; 0 without one."""
    path = _path(asked)
    return path.stat().st_mtime if asked.source == "file" and path.is_file() else 0.0


@lru_cache(maxsize=32)
def _assessed(
    asked: StockAsked, changed: float
) -> tuple[fisheries.StockAssessment, str, bool, Origin]:
    """The assessment, what it warns of, whether there was an index, and whose data they are.

    It is kept until the file has ``changed``.
    """
    catches, origin = _catches(asked)
    low, high = asked.end_low, asked.end_high
    if (low is None) != (high is None):
        raise ParameterError("the range of the last year has one end: both are needed, or neither")
    end = None if low is None or high is None else (low, high)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", NotConvergedWarning)
        found = fisheries.surplus_production(
            catches,
            resilience=asked.resilience,
            start=(asked.start_low, asked.start_high),
            end=end,
            draws=DRAWS,
            chains=CHAINS,
        )
    told = [str(each.message) for each in said if each.category is NotConvergedWarning]
    return found, "; ".join(told), "cpue" in catches, origin


def _catches(asked: StockAsked) -> tuple[pd.DataFrame, Origin]:
    """A row a year, and where they are from."""
    if asked.source == "simulated":
        made = fisheries.simulated_stock(growth=0.4, unfished=100_000.0)
        title = "A simulated stock: r 0.4 per year, k 100,000 t, MSY 10,000 t"
        return made, Origin(titles=(title,), citations=("none: simulated",), synthetic=True)
    if asked.source == "atlas":
        nominal = nominal_catch()
        own = nominal[nominal["species"] == asked.species]
        if own.empty:
            raise ParameterError(f"species is {asked.species!r}: no catch of it is in the atlas")
        yearly = fisheries.annual_catch(own, by="species")[["year", "catch"]]
        yearly.attrs = {"units": "t"}
        return yearly, origin_of(nominal)
    path = _path(asked)
    if not path.is_file():
        raise ParameterError(f"file is {asked.file!r}: there is no such file")
    try:
        written = pd.read_csv(path, comment="#")
    except (ValueError, OSError) as error:  # pandas' parser and decoder raise kinds of it
        raise ValuesError(f"{path.name} is no table: {error}") from error
    written.attrs = {"units": "t"}
    return written, Origin(titles=(path.name,), citations=("your own file",), synthetic=False)
