"""How the fish of a stock grow: von Bertalanffy's curve, slower in winter (Somers 1988)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from bluecloud_routines.fisheries.lengths import years_of

Floats = NDArray[np.float64]

# Cohorts are followed to 95 percent of the asymptotic length: over k, an age.
OLDEST = float(np.log(20))


@dataclass(frozen=True)
class Growth:
    """Von Bertalanffy's growth, with a season (Somers 1988).

    Attributes
    ----------
    linf
        Asymptotic length, cm.
    k
        How fast it is approached, per year.
    anchor
        When in the year a curve has length 0, as a share of the year.
    season
        C: 0 is no season, 1 is growth that stops for a moment each winter.
    summer
        When in the year growth is fastest, as a share of the year.
    """

    linf: float
    k: float
    anchor: float = 0.0
    season: float = 0.0
    summer: float = 0.0

    @property
    def performance(self) -> float:
        """Phi prime, log10 k + 2 log10 linf: alike in stocks of one species."""
        return float(np.log10(self.k) + 2 * np.log10(self.linf))

    def length(self, age: ArrayLike) -> Floats:
        """Length at ages in years, cm; fish of age 0 were born on the day of the anchor."""
        ages = np.asarray(age, np.float64)
        wave = self.season * self.k / (2 * np.pi)
        at = np.sin(2 * np.pi * (self.anchor + ages - self.summer))
        grown = self.k * ages + wave * (at - np.sin(2 * np.pi * (self.anchor - self.summer)))
        lengths: Floats = self.linf * (1 - np.exp(-grown))
        return lengths

    def cohorts(self, first: str, last: str, *, step: int = 10) -> pd.DataFrame:
        """The lengths of all cohorts from one date to another, every so many days.

        Returns
        -------
        pandas.DataFrame
            ``time``, ``born`` (the year) and ``length`` (cm), to 95 percent of the asymptotic one.
        """
        times = pd.date_range(first, last, freq=f"{step}D")
        years = years_of(times.to_numpy())
        oldest = OLDEST / self.k
        births = np.arange(np.floor(years[0] - oldest - 1), np.ceil(years[-1])) + self.anchor
        ages = years - births[:, None]
        table = pd.DataFrame(
            {
                "time": np.tile(times, len(births)),
                "born": np.repeat(2000 + np.floor(births).astype(int), len(times)),
                "length": self.length(ages).ravel(),
            }
        )
        alive = (ages >= 0) & (ages <= oldest)
        return table[alive.ravel()].reset_index(drop=True)
