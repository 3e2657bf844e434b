"""Sums of squares within groups, for all turns of the samples on a ring at once.

The samples are set on a ring in a random order, and the labels of their groups are turned past
them, one place after another: as many orders as there are samples. What a turn's sum takes from
the pairs that lie so many places apart is a circular correlation of their squared distances with
the weights of their labels, so that two Fourier transforms for each such gap give the sums of all
turns: in the time of the logarithm of the samples' number where each order by itself would take
that number. When there are too few turns, the labels are set on the ring anew, at random.

The turns are a group of orders, and each further setting of the labels is a coset of it. The
given order is as likely to be any of all these as any other if the labels mean nothing, which is
what a test by permutation needs: its p-value is exact, as with orders that are drawn one by one
(Hoeffding, 1952, https://doi.org/10.1214/aoms/1177729436; Hemerik and Goeman, 2018,
https://doi.org/10.1007/s11749-017-0571-1). With the ring drawn at random, two turns have no more
to do with each other than two orders drawn at random, and p-values spread no more.

Whether a sum reaches a value is asked in single precision, with a bound for all that can be
rounded; the few orders that are within it are asked again in double precision. So single
precision decides nothing.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import irfft, rfft

from bluecloud_routines._cores import available_cores
from bluecloud_routines.genomics._tables import Floats, Integers

_GAPS = 160  # so many are transformed together, and added up in single precision
_UNIT = 2.0**-24  # what single precision rounds by
_ROOM = 2**21  # numbers made at once of orders in double precision: 16 MB
_ROWS = 2**12  # orders that are put together to be asked again
# What a transform of n numbers may be wrong by, over its norm and log2(n): 7 for powers of two
# (Higham, 2002, Accuracy and Stability of Numerical Algorithms, theorem 24.2), and three such
# transforms of up to four times the length where n has a large prime factor.
_TRANSFORM = 16 * _UNIT


class SquaresWithin:
    """The sums of squares within groups: of the given order, and of random ones.

    Parameters
    ----------
    distances
        Between samples, (sample, sample), symmetric and not all zero.
    codes
        The group of each sample, 0 and up, none of them left out.
    """

    def __init__(self, distances: Floats, codes: Integers) -> None:
        self._codes, self._sizes = codes, np.bincount(codes)
        # In their own scale, so that no distances are too large or small to be squared.
        self._scale = float(distances.max()) ** 2
        self._squared = distances / float(distances.max())
        flat = self._squared.ravel(order="K")
        self._sum = float(np.vdot(flat, flat))
        np.square(self._squared, out=self._squared)
        #: the sum of all samples, as if they were one group
        self.total = self._scale * self._sum / 2 / len(codes)
        #: the sum within groups in the given order
        self.observed = float(self.exact(codes[None, :])[0])

    def exact(self, orders: Integers) -> Floats:
        """The sum for each (order, sample) row of groups, in double precision."""
        found = np.empty(len(orders))
        rows = max(1, _ROOM // (orders.shape[1] * len(self._sizes)))
        for first in range(0, len(orders), rows):
            batch = orders[first : first + rows]
            member = (batch.T[:, :, None] == np.arange(len(self._sizes))).astype(np.float64)
            flat = member.reshape(len(member), -1)
            sums = np.einsum("sm,sm->m", flat, self._squared @ flat).reshape(len(batch), -1)
            found[first : first + rows] = sums @ (0.5 / self._sizes)
        return found * self._scale

    def reached(self, most: float, permutations: int, seed: int) -> int:
        """In how many of so many random orders the sum is ``most`` or less."""
        orbits = _Orbits(self._codes, permutations, np.random.default_rng(seed))
        nearly, bound = orbits.sums(self._squared, self._sum)
        difference = nearly - most / self._scale
        is_open = np.abs(difference) <= bound
        surely = np.count_nonzero(orbits.is_asked & ~is_open & (difference < 0))
        asked = np.argwhere(orbits.is_asked & is_open)
        found = int(surely)
        for first in range(0, len(asked), _ROWS):
            exact = self.exact(orbits.orders(asked[first : first + _ROWS]))
            found += int(np.count_nonzero(exact <= most))
        return found


class _Orbits:
    """The given order and random ones: (setting of the labels on the ring, turn).

    The first setting's turn by nothing is the given order.
    """

    def __init__(self, codes: Integers, permutations: int, random: np.random.Generator) -> None:
        samples = len(codes)
        settings = -(-(permutations + 1) // samples)
        self._ring = random.permutation(samples)
        self._weights = (1 / np.bincount(codes)).astype(np.float32)
        self._labels = np.empty((settings, samples), np.min_scalar_type(int(codes.max())))
        self._labels[0] = codes[self._ring]
        self._labels[1:] = codes
        random.permuted(self._labels[1:], axis=1, out=self._labels[1:])
        # Any of them are as good as any others.
        others = random.permutation(settings * samples - 1)[:permutations] + 1
        #: which of them are the random orders that were asked for
        self.is_asked = np.zeros((settings, samples), bool)
        self.is_asked.ravel()[others] = True

    def orders(self, chosen: Integers) -> Integers:
        """The groups (order, sample) of chosen (setting, turn) rows."""
        settings, turns = chosen.T
        places = (np.arange(len(self._ring)) + turns[:, None]) % len(self._ring)
        found = np.empty(places.shape, np.int64)
        found[:, self._ring] = self._labels[settings[:, None], places]
        return found

    def sums(self, squared: Floats, total: float) -> tuple[Floats, float]:
        """The sums within groups (setting, turn), and what they may be wrong by.

        The same is taken from all squares, which takes the same from all sums.
        """
        settings, samples = self._labels.shape
        gaps = samples // 2
        mean = total / (samples * (samples - 1))
        places = np.concatenate([self._ring, self._ring])
        partners = sliding_window_view(places, gaps)[1 : samples + 1]
        turned = np.concatenate([self._labels, self._labels], axis=1)
        others = sliding_window_view(turned, gaps, axis=1)[:, 1 : samples + 1]
        weights = self._weights[self._labels]
        # Symmetric: rows and columns are alike.
        flat, rows = squared.ravel(order="K"), (self._ring * samples)[:, None]

        def transformed(first: int) -> tuple[NDArray[np.complex128], float]:
            end = min(first + _GAPS, gaps)
            # No place is out of range, and to be sure of it would take most of the time.
            pairs = flat.take(rows + partners[:, first:end], mode="clip")
            pairs -= mean
            if samples % 2 == 0 and end == gaps:  # half a ring apart, a pair is met twice
                pairs[:, -1] /= 2
            single = pairs.astype(np.float32)
            waves = rfft(single, axis=0)
            found = np.empty((settings, len(waves)), np.complex128)
            for number in range(settings):
                same = others[number, :, first:end] == self._labels[number, :, None]
                found[number] = np.vecdot(waves, rfft(same * weights[number, :, None], axis=0))
            return found, float(np.vdot(single, single))

        firsts = range(0, gaps, _GAPS)
        if len(firsts) == 1:
            parts = [transformed(0)]
        else:
            with ThreadPoolExecutor(available_cores()) as pool:
                parts = list(pool.map(transformed, firsts))
        nearly = irfft(np.sum([part for part, _ in parts], axis=0), samples, axis=1)
        nearly += mean * (samples - len(self._weights)) / 2
        return nearly, self._bound(sum(square for _, square in parts))

    def _bound(self, squares: float) -> float:
        """By Cauchy and Schwarz: a correlation's terms add up to no more than both norms."""
        samples = len(self._ring)
        transforms = 2 * _TRANSFORM * np.log2(samples)
        sums = (2 * _GAPS + 8) * _UNIT
        return float((transforms + sums) * np.sqrt(squares * len(self._weights) / 2))
