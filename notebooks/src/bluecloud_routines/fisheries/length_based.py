"""The state of a stock from the lengths of its fish: growth, deaths, and what the fishing costs."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, TooShortError
from bluecloud_routines.fisheries._stock_input import require_positive
from bluecloud_routines.fisheries.elefan import REFERENCES as ON_GROWTH
from bluecloud_routines.fisheries.elefan import GrowthFit, Range, fit_growth
from bluecloud_routines.fisheries.mortality import REFERENCES as ON_DEATH
from bluecloud_routines.fisheries.mortality import (
    THEN,
    CatchCurve,
    catch_curve,
    natural_mortality,
)
from bluecloud_routines.fisheries.per_recruit import REFERENCES as ON_RECRUITS
from bluecloud_routines.fisheries.per_recruit import PerRecruit, per_recruit

REFERENCES = "; ".join((ON_GROWTH, ON_DEATH, THEN, ON_RECRUITS))
_UNITS = {"linf": "cm", "k": "year-1", "anchor": "1", "season": "1", "summer": "1"}
_UNITS |= {"phi_prime": "1", "z": "year-1", "m": "year-1", "f": "year-1", "exploitation": "1"}
_UNITS |= {"caught_half": "cm", "f_0.1": "year-1", "f_spawners": "year-1", "f_of_f_0.1": "1"}
_UNITS |= {"spawners_left": "1"}


@dataclass(frozen=True)
class LengthAssessment:
    """What the lengths say of a stock.

    Attributes
    ----------
    summary
        One row a quantity: its ``unit``, ``value``, and between ``low`` and ``high`` nine in ten
        of the values found in resampled fish; missing where none were resampled.
    growth, curve, recruits
        What each step found.
    """

    summary: pd.DataFrame
    growth: GrowthFit
    curve: CatchCurve
    recruits: PerRecruit


def length_based(
    lengths: xr.DataArray,
    *,
    linf: Range | None = None,
    k: Range = (0.05, 2.0),
    season: Range = (0.0, 1.0),
    average_over: int = 5,
    natural: float | None = None,
    mature_length: float | None = None,
    spawners: float = 0.4,
    starts: int = 8,
    resamples: int = 0,
    seed: int = 1,
) -> LengthAssessment:
    """Growth, deaths and the effect of fishing, from length samples alone.

    ELEFAN finds growth; a catch curve, all deaths; Then et al. (2015), the natural ones, where
    they are not given. The rest is fishing, held against what yields most for each young fish.

    Parameters
    ----------
    lengths
        ``number(time, length)`` at 2 dates or more, as ``length_frequency`` gives it.
    linf, k, season, average_over, starts, seed
        As of ``fit_growth``.
    natural
        Natural death, per year, if known.
    mature_length
        Where half are mature, cm; by default half of the asymptotic length.
    spawners
        The share of unfished spawners to leave.
    resamples
        How often the fish of each sample are drawn anew, to see how far chance goes; 0 to 1000.
        An eighth of the starts is made for each. A draw with too few fish, or fish that stay
        smaller than at maturity, is left out; ``parameters`` tell how many counted.
        It does not tell of faults of the model, which are mostly larger.

    Raises
    ------
    RoutineError
        If a step refuses; see ``fit_growth``, ``catch_curve`` and ``per_recruit``.
    """
    if not 0 <= resamples <= 1000:
        raise ParameterError(f"resamples is {resamples}: 0 to 1000")

    def steps(samples: xr.DataArray, starts: int) -> _Steps:
        fit = fit_growth(
            samples,
            linf=linf,
            k=k,
            season=season,
            average_over=average_over,
            starts=starts,
            seed=seed,
        )
        return _after_growth(samples, fit, natural, mature_length, spawners)

    if natural is not None:
        require_positive(natural=natural)
    found = steps(lengths, starts)
    random = np.random.default_rng(seed)
    again = []
    for _ in range(resamples):
        try:
            again.append(steps(_drawn_anew(lengths, random), max(1, starts // 8)).values())
        except (TooShortError, ParameterError):
            continue  # too few classes have fish, or linf is below maturity: the draw says nothing
    values = found.values()
    spread = pd.DataFrame(again, columns=list(values)).quantile([0.05, 0.95])
    summary = pd.DataFrame(
        {
            "quantity": list(values),
            "unit": [_UNITS[name] for name in values],
            "value": list(values.values()),
            "low": spread.iloc[0].to_numpy(),
            "high": spread.iloc[1].to_numpy(),
        }
    )
    parameters = json.loads(found.fit.surface.attrs["parameters"]) | {
        "natural": natural,
        "mature_length": mature_length,
        "spawners": spawners,
        "resamples": len(again),
    }
    summary.attrs = {"references": REFERENCES, "parameters": json.dumps(parameters)}
    return LengthAssessment(summary, found.fit, found.curve, found.recruits)


@dataclass(frozen=True)
class _Steps:
    fit: GrowthFit
    curve: CatchCurve
    natural: float
    recruits: PerRecruit

    def values(self) -> dict[str, float]:
        growth, points = self.fit.growth, self.recruits.points
        rates = dict(zip(points["point"], points["fishing"], strict=True))
        left = dict(zip(points["point"], points["spawners"], strict=True))
        fishing = self.curve.z - self.natural
        return {
            "linf": growth.linf,
            "k": growth.k,
            "anchor": growth.anchor,
            "season": growth.season,
            "summer": growth.summer,
            "phi_prime": growth.performance,
            "z": self.curve.z,
            "m": self.natural,
            "f": fishing,
            "exploitation": fishing / self.curve.z,
            "caught_half": self.curve.caught_half,
            "f_0.1": rates["f_0.1"],
            "f_spawners": rates["f_spawners"],
            "f_of_f_0.1": fishing / rates["f_0.1"],
            "spawners_left": left["now"],
        }


def _after_growth(
    lengths: xr.DataArray,
    fit: GrowthFit,
    natural: float | None,
    mature_length: float | None,
    spawners: float,
) -> _Steps:
    linf, k = fit.growth.linf, fit.growth.k
    curve = catch_curve(lengths, linf=linf, k=k)
    if natural is None:
        relations = natural_mortality(linf=linf, k=k).set_index("estimator")["m"]
        natural = float(relations["then_growth"])
    caught = curve.caught_half
    if not 0 < caught < linf:
        # No young fish tell where catching begins: it is where the full catch does.
        caught = float(curve.points.loc[curve.points["used"], "length"].min())
    recruits = per_recruit(
        linf=linf,
        k=k,
        m=natural,
        caught_length=caught,
        mature_length=linf / 2 if mature_length is None else mature_length,
        spawners=spawners,
        fishing=max(curve.z - natural, 0.0),
    )
    return _Steps(fit, curve, natural, recruits)


def _drawn_anew(lengths: xr.DataArray, random: np.random.Generator) -> xr.DataArray:
    """As many fish of each sample again, drawn from it."""
    ordered = lengths.transpose("time", "length")
    number = ordered.values
    drawn = [random.multinomial(round(float(row.sum())), row / row.sum()) for row in number]
    return ordered.copy(data=np.array(drawn, np.float64))
