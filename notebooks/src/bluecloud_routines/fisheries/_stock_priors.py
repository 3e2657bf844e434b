"""What is believed of a stock before its series is looked at, as numbers.

A range is read as four standard deviations: of the logarithm for what is positive, of a beta
distribution for a share of the unfished biomass.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Range = tuple[float, float]

# Growth per year by resilience, as FishBase has it.
RESILIENCE: Mapping[str, Range] = {
    "high": (0.6, 1.5),
    "medium": (0.2, 0.8),
    "low": (0.05, 0.5),
    "very low": (0.015, 0.1),
}

_MSY_SD = 0.3  # of the logarithm
_SD_OF_BANDWIDTH = 0.3706506  # a normal kernel with its quartiles at a quarter of the bandwidth


@dataclass(frozen=True)
class Priors:
    """The priors of the model; logarithms are natural.

    Attributes
    ----------
    mean, covariance
        Of log r and log k, which are negatively correlated since their product is known better.
    log_q
        Mean and standard deviation; of no meaning without an index of abundance.
    shares
        For the position of a year, the two parameters of the beta distribution of B/k.
    msy
        The middle of the prior of the maximum sustainable yield.
    """

    mean: Floats
    covariance: Floats
    log_q: Range
    shares: Mapping[int, Range]
    msy: float

    def quantiles(self, levels: Floats) -> dict[str, Floats]:
        """The quantiles of r, k, MSY and q before the data, by normal scores of the levels."""
        sd = np.sqrt(np.diag(self.covariance))
        return {
            "r": np.exp(self.mean[0] + levels * sd[0]),
            "k": np.exp(self.mean[1] + levels * sd[1]),
            "msy": self.msy * np.exp(levels * _MSY_SD),
            "q": np.exp(self.log_q[0] + levels * self.log_q[1]),
        }


def smoothed(values: Floats, bandwidth: float) -> Floats:
    """A yearly series under a normal kernel of so many years; 0 leaves it as it is."""
    if bandwidth == 0:
        return values
    years = np.arange(len(values))
    distance = np.subtract.outer(years, years) / (bandwidth * _SD_OF_BANDWIDTH)
    weights = np.exp(-0.5 * distance**2) * (np.abs(distance) <= 4)
    mean: Floats = weights @ values / weights.sum(axis=1)
    return mean


def likely_msy(catch: Floats, smooth: Floats) -> float:
    """The middle of the prior of MSY, from the highest catches.

    Three quarters of the mean of the five highest; or the mean of the three highest where the
    catch is at its height in the last four years, and so has not been seen to be too much.
    """
    highest = np.sort(catch)[::-1]
    if smooth.argmax() >= len(smooth) - 4:
        return float(highest[:3].mean())
    return float(0.75 * highest[:5].mean())


def beta_of(share: Range) -> Range:
    """The parameters of the beta distribution of a range; both are positive for any in 0 to 1."""
    middle, sd = (share[0] + share[1]) / 2, (share[1] - share[0]) / 4
    size = middle * (1 - middle) / sd**2 - 1
    return middle * size, (1 - middle) * size


def stock_priors(
    *, growth: Range, msy: float, shares: Mapping[int, Range], index: Floats
) -> Priors:
    """The priors of a stock from its ranges, its likely MSY and its index (NaN: no value).

    The catchability is such that the three highest values of the index are of a biomass between a
    quarter of the least and all of the greatest likely k.
    """
    low, high = np.log(growth)
    mean, sd = (low + high) / 2, (high - low) / 4
    log_k = np.log(4 * msy) - mean
    variance_k = _MSY_SD**2 + sd**2
    seen = np.sort(index[~np.isnan(index)])
    height = np.log(seen[-3:].mean()) if seen.size else 0.0
    span = 2 * np.sqrt(variance_k)
    lowest, greatest = height - log_k - span, height - log_k + span + np.log(4)
    return Priors(
        mean=np.array([mean, log_k]),
        covariance=np.array([[sd**2, -(sd**2)], [-(sd**2), variance_k]]),
        log_q=(float(lowest + greatest) / 2, float(greatest - lowest) / 4),
        shares={year: beta_of(share) for year, share in shares.items()},
        msy=msy,
    )
