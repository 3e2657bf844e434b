"""Tests by permutation: what a statistic would be if the samples' labels meant nothing.

All permutations of a batch are laid side by side as columns of one matrix, so that a test is a
few matrix products and no loop. The p-value counts the observed order among the permutations; it
can therefore not be below ``1 / (permutations + 1)``. Orders that give the observed value again
count as such though their sums were rounded otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.genomics._tables import whole_number

ROUNDING = 1e-10  # relative: far above that of a sum, far below any difference of interest

_Number = TypeVar("_Number", np.int64, np.float64)

_BATCH = 2**21  # numbers in a batch: 16 MB


@dataclass(frozen=True)
class PermutationTest:
    """One test's result.

    Attributes
    ----------
    test, subject
        The method, and what was tested.
    statistic
        ``pseudo-F`` or a correlation, and its ``value``.
    r_squared
        Share of the variation that the subject explains; the correlation's square for Mantel.
    p_value
        Share of the orders, the observed one included, that are at least as extreme.
    permutations, samples, groups
        How many of each; no groups is 0.
    """

    test: str
    subject: str
    statistic: str
    value: float
    r_squared: float
    p_value: float
    permutations: int
    samples: int
    groups: int


def table_of_tests(tests: Sequence[PermutationTest]) -> pd.DataFrame:
    """One row a test."""
    return pd.DataFrame([asdict(test) for test in tests])


def permutations_of(permutations: int) -> int:
    """The number of permutations, checked.

    Raises
    ------
    ParameterError
        If it is not 99 to 99,999.
    """
    return whole_number("permutations", permutations, 99, 99_999)


def shuffled(
    values: NDArray[_Number], permutations: int, seed: int, *, each: int
) -> Iterator[NDArray[_Number]]:
    """The values in random orders, a row an order, in batches whose size changes nothing.

    ``each`` is how many numbers the caller makes of one order.
    """
    random = np.random.default_rng(seed)
    batch = max(1, _BATCH // each)
    for first in range(0, permutations, batch):
        rows = min(batch, permutations - first)
        yield random.permuted(np.tile(values, (rows, 1)), axis=1)
