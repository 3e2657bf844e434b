"""The fish of a farm: what they weigh, how they grow, and what they can stand."""

from dataclasses import dataclass

import numpy as np

from bluecloud_routines.errors import ParameterError

DAYS_A_MONTH = 30.0


@dataclass(frozen=True)
class Stock:
    """Fish that were stocked together. The defaults are examples, of no species.

    Attributes
    ----------
    initial_weight_g, harvest_weight_g
        Of a fish; above 0, the first below the second.
    tgc
        Thermal growth coefficient: a thousand times the cube root of a gram that a degree-day
        adds; above 0. Take it from your own fish: it holds for a strain, a feed and a farm.
    number
        Fish at the start, above 0.
    mortality_percent
        Of the fish that are there, in 30 days; 0 or more, below 100.
    fcr
        Feed conversion ratio: feed given for each weight gained, above 0.
    cold_c, warm_c
        Days below the first or above the second are days of stress; the first is the lower.
    low_oxygen
        Days below it are days of stress, mmol m-3, where oxygen is given.
    fasts
        Whether fish do not eat and grow on days of stress. In the papers they do.
    """

    initial_weight_g: float = 10.0
    harvest_weight_g: float = 400.0
    tgc: float = 0.9
    number: float = 100_000.0
    mortality_percent: float = 1.0
    fcr: float = 1.8
    cold_c: float = 12.0
    warm_c: float = 27.0
    low_oxygen: float = 150.0
    fasts: bool = False

    def __post_init__(self) -> None:
        for name in ("initial_weight_g", "tgc", "number", "fcr"):
            if not 0 < getattr(self, name) < np.inf:
                raise ParameterError(f"{name} is {getattr(self, name)}: above 0")
        if not self.initial_weight_g < self.harvest_weight_g < np.inf:
            raise ParameterError(
                f"harvest_weight_g is {self.harvest_weight_g}: above initial_weight_g, "
                f"{self.initial_weight_g}"
            )
        if not 0 <= self.mortality_percent < 100:
            raise ParameterError(
                f"mortality_percent is {self.mortality_percent}: 0 or more, below 100, in 30 days"
            )
        if not self.cold_c < self.warm_c:
            raise ParameterError(
                f"cold_c is {self.cold_c} and warm_c {self.warm_c}: the first is the lower"
            )

    @property
    def degree_days(self) -> float:
        """Sum of daily temperatures from the start to the harvest, degree_Celsius day."""
        return float(
            (np.cbrt(self.harvest_weight_g) - np.cbrt(self.initial_weight_g)) * 1000 / self.tgc
        )
