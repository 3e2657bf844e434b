"""How much life there is at each size: the normalised biovolume size spectrum.

The volume of all bodies in a bin, over the bin's width and the water that was looked at, on bins
that double. On logarithmic axes it is near a straight line, whose slope is about -1 where each
doubling of size holds as much life as the one before.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, whole_number

_UM3 = 1e-9  # mm3


@dataclass(frozen=True)
class Spectrum:
    """A size spectrum.

    Attributes
    ----------
    bins
        A row a bin, the smallest first: ``low``, ``high`` and ``middle`` (geometric), mm3;
        ``count``; ``biovolume`` (mm3); ``nbss`` (mm3 in a mm3 of size and a m3 of water, 0 where
        nothing was found).
    slope, intercept, r_squared
        Of the straight line through the logarithms (base 10) of ``nbss`` and ``middle``, bins with
        nothing left out.
    slope_likely
        The slope by maximum likelihood if sizes follow a power law from the least one on; bins
        play no part in it.
    """

    bins: pd.DataFrame
    slope: float
    intercept: float
    r_squared: float
    slope_likely: float


def size_spectrum(
    volumes: Floats, *, water_m3: float = 1.0, bins_per_octave: int = 1, least: float | None = None
) -> Spectrum:
    """The normalised biovolume size spectrum of bodies.

    Parameters
    ----------
    volumes
        Of each body, um3, above 0.
    water_m3
        Volume of water in which they were, m3.
    bins_per_octave
        Bins in a doubling of the volume, 1 to 4.
    least
        Where the first bin begins, um3; smaller bodies are left out. By default the smallest.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If a volume is missing, infinite or not above 0, or fewer than three bins have any body.

    References
    ----------
    Platt & Denman (1977), Helgolander wissenschaftliche Meeresuntersuchungen 30, 575-581;
    Edwards et al. (2017), https://doi.org/10.1111/2041-210X.12641
    """
    whole_number("bins_per_octave", bins_per_octave, 1, 4)
    if not 0 < water_m3 < np.inf:
        raise ParameterError(f"water_m3 is {water_m3!r}: cubic metres above 0")
    given = np.asarray(volumes, dtype=np.float64)
    wrong = ~(np.isfinite(given) & (given > 0))
    if not given.size or wrong.any():
        raise ValuesError(
            f"{int(wrong.sum())} of {given.size} volumes are missing, infinite or not above 0"
        )
    first = float(given.min()) if least is None else least
    if not 0 < first < np.inf:
        raise ParameterError(f"least is {least!r}: um3 above 0")
    kept = given[given >= first] * _UM3
    if not kept.size:
        raise ValuesError(f"no body is as large as {first} um3")
    start = first * _UM3
    # A body on a border belongs to the bin that begins there, rounding notwithstanding.
    place = np.floor(bins_per_octave * np.log2(kept / start) + 1e-9).astype(int)
    number = int(place.max()) + 1
    edges = start * 2.0 ** (np.arange(number + 1) / bins_per_octave)
    biovolume = np.bincount(place, kept, minlength=number)
    bins = pd.DataFrame(
        {
            "low": edges[:-1],
            "high": edges[1:],
            "middle": np.sqrt(edges[:-1] * edges[1:]),
            "count": np.bincount(place, minlength=number),
            "biovolume": biovolume,
            "nbss": biovolume / (np.diff(edges) * water_m3),
        }
    )
    some = bins[bins["count"] > 0]
    if len(some) < 3:
        raise ValuesError(f"bodies lie in {len(some)} bins of size: a line needs 3")
    x, y = (np.log10(some[name].to_numpy()) for name in ("middle", "nbss"))
    around = x - x.mean()
    slope = float(around @ y / (around @ around))
    left = y - y.mean() - slope * around
    spread = y - y.mean()
    shape = len(kept) / np.log(kept / start).sum()
    return Spectrum(
        bins,
        slope,
        float(y.mean() - slope * x.mean()),
        float(1 - left @ left / (spread @ spread)) if spread.any() else 1.0,
        float(-shape),
    )
