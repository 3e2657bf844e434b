"""Samples of plankton, taxon by taxon, brought together in cells and years."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines._counts import Floats, Integers
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

PER_CUBIC_METRE = "m-3"
_MOST = np.iinfo(np.int32).max  # individuals, so that a product can hold their number
_NEEDED = ("decimalLongitude", "decimalLatitude", "time", "sample", "taxon", "value")


@dataclass(frozen=True)
class Communities:
    """What was found in each cell and year that has samples, and where each sample belongs.

    Attributes
    ----------
    years, south, west
        Of each group of samples: its year, and the edges of its cell.
    samples
        How many samples each group has.
    group, month
        Of each sample: the number of its group, and its month, 1 to 12.
    taxa
        Names, in the order of the columns of ``abundance`` and ``counts``.
    abundance
        (group, taxon): mean over the samples, m-3.
    counts
        (group, taxon): individuals counted in all samples; None where no volume is known.
    sample, taxon, value
        Of each observation: the number of its sample and of its taxon, and its abundance, m-3.
    """

    years: Integers
    south: Floats
    west: Floats
    samples: Integers
    group: Integers
    month: Integers
    taxa: pd.Index
    abundance: Floats
    counts: Integers | None
    sample: Integers
    taxon: Integers
    value: Floats

    def of(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Which taxa are one of these names, or belong to one that is a genus."""
        return belongs(self.taxa, names)

    def sample_totals(self, names: Sequence[str]) -> Floats:
        """The abundance of these taxa together in each sample, m-3; 0 where none was found."""
        mine = self.of(names)[self.taxon]
        return np.asarray(
            np.bincount(self.sample[mine], self.value[mine], minlength=len(self.group))
        )


def belongs(taxa: pd.Index, names: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the taxa have one of these names, or one of them as their first word."""
    wanted = set(names)
    first = taxa.astype(str).str.split(" ").str[0]
    return np.asarray(taxa.isin(wanted) | first.isin(wanted))


def communities(
    observations: pd.DataFrame, *, cell_size: float, volume_m3: float | None
) -> Communities:
    """The communities of all cells and years with samples.

    Raises
    ------
    ParameterError
        If a column is missing.
    UnitsError
        If the abundance is not in m-3.
    ValuesError
        If there is no row, or a value, place, time or name that cannot be.
    """
    rows = checked(observations)
    sample, _ = pd.factorize(rows["sample"])
    where = rows[~rows["sample"].duplicated()]
    times = pd.DatetimeIndex(where["time"])
    keys = pd.MultiIndex.from_arrays(
        [
            times.year,
            _edge(where["decimalLatitude"], cell_size, last=90),
            _edge(where["decimalLongitude"], cell_size, last=180),
        ]
    )
    group, found = keys.factorize(sort=True)
    groups = np.array([*found], dtype=np.int64)  # year, row and column of each
    taxon, names = pd.factorize(rows["taxon"].astype("str"), sort=True)
    value = rows["value"].to_numpy(np.float64)
    shape = len(groups), len(names)
    column = group[sample] * shape[1] + taxon
    samples = np.bincount(group, minlength=shape[0])
    total = np.bincount(column, value, minlength=shape[0] * shape[1]).reshape(shape)
    counts = None
    if volume_m3 is not None:
        individuals = np.rint(value * volume_m3)
        if individuals.sum() > _MOST:
            raise ValuesError(
                f"{individuals.sum():.3g} individuals were counted in samples of {volume_m3:g} m3: "
                f"at most {_MOST:.3g}; is the abundance in m-3 and the volume in m3?"
            )
        counts = np.bincount(column, individuals, minlength=shape[0] * shape[1])
        counts = counts.reshape(shape).astype(np.int64)
    return Communities(
        years=groups[:, 0],
        south=np.asarray(groups[:, 1] * cell_size, dtype=np.float64),
        west=np.asarray(groups[:, 2] * cell_size, dtype=np.float64),
        samples=samples,
        group=group,
        month=np.asarray(times.month, dtype=np.int64),
        taxa=pd.Index(names),
        abundance=total / samples[:, None],
        counts=counts,
        sample=sample,
        taxon=taxon,
        value=value,
    )


def checked(observations: pd.DataFrame) -> pd.DataFrame:
    """A copy of the observations that can be computed with; see :func:`communities`."""
    absent = [name for name in _NEEDED if name not in observations]
    if absent:
        raise ParameterError(
            f"the observations have no {absent}: {list(_NEEDED)} are needed, as "
            "abundance_observations(..., by_taxon=True) gives them"
        )
    units = observations.attrs.get("units")
    if units != PER_CUBIC_METRE:
        raise UnitsError(f"the units of abundance are {units!r}: {PER_CUBIC_METRE!r} is needed")
    if observations.empty:
        raise ValuesError("there are no observations: nothing was found of what was asked for")
    rows = observations[list(_NEEDED)].copy()
    try:
        numbers = rows[["decimalLongitude", "decimalLatitude", "value"]].to_numpy(dtype=np.float64)
        rows["time"] = pd.to_datetime(rows["time"])
    except (TypeError, ValueError) as error:
        raise ValuesError(f"a place or value is no number, or a time no date: {error}") from error
    for wrong, what in (
        (~np.isfinite(numbers).all(axis=1), "a longitude, latitude or value that is no number"),
        (numbers[:, 2] < 0, "an abundance below zero"),
        (np.abs(numbers[:, 0]) > 180, "a longitude outside -180 to 180"),
        (np.abs(numbers[:, 1]) > 90, "a latitude outside -90 to 90"),
        (rows[["time", "sample", "taxon"]].isna().any(axis=1), "no time, sample or taxon"),
    ):
        if np.any(wrong):
            at = int(np.flatnonzero(wrong)[0])
            raise ValuesError(f"row {at} has {what}: {rows.iloc[at].to_dict()}")
    places = rows.groupby("sample")[["decimalLongitude", "decimalLatitude", "time"]].nunique()
    moved = places.index[(places > 1).any(axis=1)]
    if len(moved):
        raise ValuesError(
            f"sample {moved[0]} is at more than one place or time: a sample is one haul"
        )
    if rows.duplicated(["sample", "taxon"]).any():
        at = int(np.flatnonzero(rows.duplicated(["sample", "taxon"]))[0])
        raise ValuesError(
            f"the taxon {rows['taxon'].iloc[at]!r} has two rows in sample "
            f"{rows['sample'].iloc[at]}: add them up first"
        )
    return rows


def _edge(degrees: pd.Series, size: float, *, last: float) -> Floats:
    """The number of the cell from the one that begins at 0; the last edge is the last cell's."""
    values = degrees.to_numpy(dtype=np.float64)
    most = np.ceil(last / size) - 1
    # A hundred-millionth of a cell, so that 0.3 is in the cell that begins at 3 x 0.1.
    return np.asarray(np.minimum(np.floor(values / size + 1e-8), most))
