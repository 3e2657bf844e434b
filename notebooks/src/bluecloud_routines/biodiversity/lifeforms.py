"""The plankton index of two lifeforms: how far a year's months stay where they used to be.

Each month is a point: the logarithm of the abundance of one lifeform against that of another. In a
year the points go round, so that those of a reference period fill a ring, and the envelope of most
of them has an outer border and a hole. The index is the share of later points in the envelope: 1
where nothing has changed, 0 where no month is as any month was (Tett et al. 2008).
"""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import shapely
import xarray as xr
from scipy.spatial import ConvexHull, QhullError
from scipy.stats import binom

from bluecloud_routines._counts import Floats
from bluecloud_routines._time import ordered_years
from bluecloud_routines.biodiversity._communities import belongs, checked
from bluecloud_routines.errors import ParameterError, TooShortError, ValuesError

# Of copepods: larger than 2 mm when adult, or smaller, as OSPAR's indicator has them.
LARGE_COPEPODS = ("Calanus", "Candacia", "Euchaeta", "Metridia", "Paraeuchaeta", "Pleuromamma")
SMALL_COPEPODS = (
    "Acartia", "Centropages", "Clausocalanus", "Oithona", "Paracalanus", "Pseudocalanus", "Temora",
)  # fmt: skip
LIFEFORM_REFERENCES = (
    "Tett et al. (2008, ICES J. Mar. Sci. 65, 1475-1482); "
    "McQuatters-Gollop et al. (2019, https://doi.org/10.1016/j.ecolind.2019.02.010)"
)
_LEAST_POINTS = 12  # of the reference: a year of months


def lifeform_index(
    observations: pd.DataFrame,
    lifeforms: Mapping[str, Sequence[str]],
    *,
    reference: tuple[int, int],
    envelope: float = 0.9,
    min_samples: int = 1,
) -> xr.Dataset:
    """How much of each year lies where the months of a reference period lay.

    Parameters
    ----------
    observations
        A row for each taxon of each sample, as ``abundance_observations(..., by_taxon=True)``
        gives them; all of one region.
    lifeforms
        Two lifeforms, each a name and the species or genera that belong to it.
    reference
        First and last year of the reference period, both included.
    envelope
        Share of the reference's points that the envelope is drawn around, 0.5 to 1: of the
        others, half are those farthest from the median and half those nearest to it.
    min_samples
        Samples that a month needs.

    Returns
    -------
    xarray.Dataset
        By ``year``: ``lifeform_index`` (0 to 1), ``n_months`` (points), ``p_value`` (that so few
        or fewer of its points are inside, were each inside with the probability ``envelope``; it
        takes months for independent, which they are not quite). By ``time``: ``log_abundance``
        (lifeform; log10(1 + mean of the month, m-3)) and ``is_inside``. The borders:
        ``outer`` and ``inner`` on (vertex, lifeform), closed; ``inner`` may be empty of area.

    Raises
    ------
    ParameterError
        If there are not two lifeforms with names, they share a taxon, or an option is out of
        range.
    UnitsError
        If the abundance is not in m-3.
    ValuesError
        If an observation cannot be, a lifeform was never found, or the reference's points lie
        on one line.
    BaselineError
        If the reference period is reversed.
    TooShortError
        If it has fewer than 12 months with samples.

    References
    ----------
    Tett et al. (2008), ICES Journal of Marine Science 65, 1475-1482; McQuatters-Gollop et al.
    (2019), https://doi.org/10.1016/j.ecolind.2019.02.010
    """
    names = _two(lifeforms)
    if not 0.5 <= envelope <= 1:
        raise ParameterError(f"envelope is {envelope}: 0.5 to 1 is allowed")
    if min_samples < 1:
        raise ParameterError(f"min_samples is {min_samples}: 1 or more")
    first, last = ordered_years(reference)
    points = monthly_points(checked(observations), lifeforms, min_samples=min_samples)
    times = pd.DatetimeIndex(points.index)
    year = np.asarray(times.year)
    used = (year >= first) & (year <= last)
    if used.sum() < _LEAST_POINTS:
        raise TooShortError(
            f"the reference {first}-{last} has {int(used.sum())} months with {min_samples} samples "
            f"or more: at least {_LEAST_POINTS} are needed"
        )
    outer, inner = envelope_of(points.to_numpy()[used], envelope=envelope)
    inside = is_inside(points.to_numpy(), outer, inner)
    years = np.unique(year)
    total = np.array([(year == each).sum() for each in years])
    within = np.array([inside[year == each].sum() for each in years])
    one = {"units": "1"}
    result = xr.Dataset(
        {
            "lifeform_index": (
                "year",
                within / total,
                {"long_name": f"share of months in the envelope of {first}-{last}", **one},
            ),
            "p_value": (
                "year",
                binom.cdf(within, total, envelope),
                {"long_name": "probability of so few months inside without a change", **one},
            ),
            "n_months": ("year", total, {"long_name": "number of months with samples", **one}),
            "log_abundance": (
                ("time", "lifeform"),
                points.to_numpy(),
                {"long_name": "log10(1 + mean abundance of the month in m-3)", **one},
            ),
            "is_inside": (
                "time",
                inside.astype(np.int8),
                {"long_name": "whether the month is in the envelope", **one},
            ),
            "outer": (("outer_vertex", "lifeform"), outer, {"long_name": "outer border", **one}),
            "inner": (
                ("inner_vertex", "lifeform"),
                inner,
                {"long_name": "border of the hole", **one},
            ),
        },
        coords={
            "year": ("year", years, {"long_name": "year"}),
            "time": ("time", times, {"standard_name": "time"}),
            "lifeform": ("lifeform", names, {"long_name": "lifeform"}),
        },
    )
    told = {
        "lifeforms": {name: list(lifeforms[name]) for name in names},
        "reference": [first, last],
        "envelope": envelope,
        "min_samples": min_samples,
    }
    return result.assign_attrs(references=LIFEFORM_REFERENCES, parameters=json.dumps(told))


def monthly_points(
    rows: pd.DataFrame, lifeforms: Mapping[str, Sequence[str]], *, min_samples: int
) -> pd.DataFrame:
    """log10(1 + mean abundance) of each lifeform in each month with samples enough."""
    samples = rows.groupby("sample").agg(time=("time", "first"))
    taxa = pd.Index(rows["taxon"])
    for name, members in lifeforms.items():
        mine = rows[belongs(taxa, members)]
        if not (mine["value"] > 0).any():
            raise ValuesError(f"no {name} was found: {list(members)} are looked for")
        samples[name] = mine.groupby("sample")["value"].sum()
    month = pd.DatetimeIndex(samples["time"]).to_period("M")
    months = samples.drop(columns="time").fillna(0.0).groupby(month)
    means: pd.DataFrame = months.mean()[months.size() >= min_samples]
    means.index = pd.PeriodIndex(means.index).to_timestamp()
    return means.add(1.0).apply(np.log10)


def envelope_of(points: Floats, *, envelope: float) -> tuple[Floats, Floats]:
    """The outer border of a cloud of points, (vertex, 2), and the border of its hole; closed.

    Distances are from the median, in standard deviations. The hole is bounded by those points
    whose inverses (the same direction, one over the distance) are corners of the inverses' hull.

    Raises
    ------
    ValuesError
        If the points lie on one line.
    """
    spread = points.std(axis=0, ddof=1)
    if not spread.all():
        raise ValuesError("the reference's points lie on one line: there is no envelope of them")
    scaled = (points - np.median(points, axis=0)) / spread
    distance = np.hypot(*scaled.T)
    out = round((1 - envelope) / 2 * len(points))
    kept = np.sort(np.argsort(distance, kind="stable")[out : len(points) - out])
    scaled, distance = scaled[kept], np.maximum(distance[kept], 1e-9)
    try:
        outer = ConvexHull(scaled).vertices
        inner = ConvexHull(scaled / distance[:, None] ** 2).vertices
    except QhullError as error:
        raise ValuesError(
            f"the {len(kept)} points of the reference that are kept lie on one line"
        ) from error
    corners = points[kept]
    return corners[[*outer, outer[0]]], corners[[*inner, inner[0]]]


def is_inside(
    points: Floats, outer: Floats, inner: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which points are in the envelope; those on a border are."""
    ring, hole = shapely.Polygon(outer), shapely.Polygon(inner)
    # A corner computed from itself may be off by the last digit.
    near = shapely.distance(shapely.points(points), ring) < 1e-9
    in_hole = shapely.contains_xy(hole, *points.T)
    on_border = shapely.distance(shapely.points(points), hole.exterior) < 1e-9
    return np.asarray(near & (~in_hole | on_border))


def _two(lifeforms: Mapping[str, Sequence[str]]) -> list[str]:
    names = list(lifeforms)
    if len(names) != 2 or not all(lifeforms.values()):
        raise ParameterError(f"lifeforms are {names}: two are needed, each with its taxa")
    one, other = (lifeforms[name] for name in names)
    # A genus has its species: it cannot be of one lifeform, and a species of it of the other.
    shared = {
        each
        for mine, theirs in ((one, other), (other, one))
        for each in mine
        if belongs(pd.Index([each]), theirs)[0]
    }
    if shared:
        raise ParameterError(f"{sorted(shared)} are of both lifeforms: each taxon is of one")
    return names
