"""What a farm loses to the sea floor: how much carbon, and how fast it sinks."""

from dataclasses import dataclass

import numpy as np

from bluecloud_routines.errors import ParameterError

KINDS = ("feed", "faeces")


@dataclass(frozen=True)
class Waste:
    """Of one tonne that a farm produces, what sinks. The defaults are examples, of no farm.

    Attributes
    ----------
    fcr
        Feed conversion ratio: tonnes of feed for a tonne of fish, above 0.
    uneaten_percent
        Of the feed, 0 to 100.
    faeces_percent
        Of the feed that is eaten, as dry matter, 0 to 100.
    feed_carbon_percent, faeces_carbon_percent
        Carbon in their dry matter, 0 to 100.
    feed_sinks, faeces_sink
        Settling velocities, m s-1, above 0.
    spread
        Standard deviation of the logarithm of the settling velocities, 0 to 1; what is more than
        three of them off is drawn in. With 0 all sink alike.
    """

    fcr: float = 1.8
    uneaten_percent: float = 3.0
    faeces_percent: float = 15.0
    feed_carbon_percent: float = 50.0
    faeces_carbon_percent: float = 30.0
    feed_sinks: float = 0.10
    faeces_sink: float = 0.03
    spread: float = 0.2

    def __post_init__(self) -> None:
        for name in ("fcr", "feed_sinks", "faeces_sink"):
            if not 0 < getattr(self, name) < np.inf:
                raise ParameterError(f"{name} is {getattr(self, name)}: above 0")
        for name in (
            "uneaten_percent",
            "faeces_percent",
            "feed_carbon_percent",
            "faeces_carbon_percent",
        ):
            if not 0 <= getattr(self, name) <= 100:
                raise ParameterError(f"{name} is {getattr(self, name)}: 0 to 100")
        if not 0 <= self.spread <= 1:
            raise ParameterError(f"spread is {self.spread}: 0 to 1")

    def carbon_kg(self, production_t: float) -> dict[str, float]:
        """Carbon that sinks for so many tonnes of fish, kilograms of each kind."""
        feed = 1000 * production_t * self.fcr
        lost = self.uneaten_percent / 100
        return {
            "feed": feed * lost * self.feed_carbon_percent / 100,
            "faeces": feed
            * (1 - lost)
            * self.faeces_percent
            / 100
            * self.faeces_carbon_percent
            / 100,
        }

    @property
    def velocities(self) -> dict[str, float]:
        """Settling velocity of each kind, m s-1."""
        return {"feed": self.feed_sinks, "faeces": self.faeces_sink}
