"""Indicators of plankton communities by cell and year, from samples taxon by taxon.

Shares need abundances only. Numbers of taxa that are comparable (Hurlbert, Chao, Margalef) need
individuals that were counted, and come only where the volume of a sample is known.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._counts import Floats
from bluecloud_routines._diversity import chao1, concentration, richness, shannon_entropy
from bluecloud_routines._rarefaction import expected_taxa
from bluecloud_routines._time import ordered_years
from bluecloud_routines.biodiversity._communities import Communities, communities
from bluecloud_routines.errors import BaselineError, ParameterError

# Genera of copepods that the Continuous Plankton Recorder counts most.
COPEPODS = (
    "Acartia", "Calanoides", "Calanus", "Candacia", "Centropages", "Clausocalanus", "Corycaeus",
    "Ctenocalanus", "Euchaeta", "Eurytemora", "Isias", "Labidocera", "Mesocalanus", "Metridia",
    "Microcalanus", "Nannocalanus", "Oithona", "Oncaea", "Paracalanus", "Paraeuchaeta",
    "Pleuromamma", "Pseudocalanus", "Rhincalanus", "Temora", "Tortanus",
)  # fmt: skip
COLD, WARM = "Calanus finmarchicus", "Calanus helgolandicus"
REFERENCES = (
    "Hurlbert (1971, https://doi.org/10.2307/1934145); "
    "Chao (1984, https://www.jstor.org/stable/4615964); "
    "Richardson et al. (2006, https://doi.org/10.1016/j.pocean.2005.09.011)"
)
# What each indicator is, and its units.
_ABOUT = {
    "richness": ("number of taxa found", "1"),
    "shannon": ("Shannon entropy of the shares of taxa (natural logarithm)", "1"),
    "simpson": ("Simpson diversity, 1 - sum of squared shares of taxa", "1"),
    "pielou": ("Pielou evenness, Shannon entropy over ln(number of taxa)", "1"),
    "margalef": ("Margalef richness, (number of taxa - 1) / ln(individuals counted)", "1"),
    "expected_taxa": ("number of taxa expected among {n_es} individuals (Hurlbert)", "1"),
    "chao1": ("Chao1 estimate of the number of taxa (bias-corrected)", "1"),
    "calanus_share": (f"share of {COLD} in it and {WARM} together", "1"),
    "calanus_ratio": (f"abundance of {COLD} over that of {WARM}", "1"),
    "copepod_abundance": ("mean abundance of copepods", "m-3"),
    "copepod_anomaly": (
        "departure of log10(1 + abundance of copepods in m-3) from its mean of the month, mean of "
        "a year's months",
        "1",
    ),
}


@dataclass(frozen=True)
class _Options:
    """What the indicators are made with: written into the product."""

    cell_size: float
    min_samples: int
    n_es: int
    volume_m3: float | None
    min_months: int
    copepods: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0.1 <= self.cell_size <= 90:
            raise ParameterError(f"cell_size is {self.cell_size}: 0.1 to 90 degrees is allowed")
        for name, most in (("min_samples", 10**6), ("n_es", 10**6), ("min_months", 12)):
            value = getattr(self, name)
            least = 2 if name == "n_es" else 1
            if isinstance(value, bool) or int(value) != value or not least <= value <= most:
                raise ParameterError(f"{name} is {value!r}: a whole number {least} to {most}")
        if self.volume_m3 is not None and not 0 < self.volume_m3 < np.inf:
            raise ParameterError(f"volume_m3 is {self.volume_m3}: above 0, in cubic metres")
        if not self.copepods:
            raise ParameterError("copepods is empty: name one taxon at least")


def plankton_indicators(
    observations: pd.DataFrame,
    *,
    cell_size: float = 5.0,
    min_samples: int = 20,
    n_es: int = 50,
    volume_m3: float | None = None,
    copepods: Sequence[str] = COPEPODS,
    baseline: tuple[int, int] | None = None,
    min_months: int = 8,
) -> xr.Dataset:
    """Diversity and copepods of each cell in each year.

    The samples of a cell and year are taken together. A sample counts where it has a row; where
    a source keeps only what was found, samples in which nothing was found are missing, and
    abundances are too high.

    Parameters
    ----------
    observations
        A row for each taxon of each sample, as ``abundance_observations(..., by_taxon=True)``
        gives them: decimalLongitude, decimalLatitude, time, sample, taxon, value (m-3).
    cell_size
        Of the cells, degrees; they begin at multiples of it.
    min_samples
        Fewer samples in a cell and year give no indicator.
    n_es
        Individuals among which taxa are expected (Hurlbert's ES).
    volume_m3
        Water that each sample filtered, m3; abundance times volume, to the nearest whole
        number, is what was counted. Without it Margalef's, Hurlbert's and Chao's numbers are
        missing. A sample of the Continuous Plankton Recorder is of about 3 m3.
    copepods
        Names of genera or species that are copepods.
    baseline
        First and last year that departures are from, both included; all years by default.
    min_months
        Months that a year needs for its departure.

    Returns
    -------
    xarray.Dataset
        On (year, latitude, longitude): ``richness``, ``shannon``, ``simpson``, ``pielou``
        (missing with one taxon), ``margalef``, ``expected_taxa``, ``chao1``, ``calanus_share``
        (0 to 1), ``calanus_ratio`` (missing without C. helgolandicus), ``copepod_abundance``
        (m-3), ``copepod_anomaly`` (in decades), ``n_samples`` and ``n_individuals``.

    Raises
    ------
    ParameterError
        If an option is out of its range or a column is missing.
    UnitsError
        If the abundance is not in m-3.
    ValuesError
        If there is no observation, or one that cannot be.
    BaselineError
        If the baseline is reversed or has no samples.

    References
    ----------
    Hurlbert (1971), https://doi.org/10.2307/1934145; Chao (1984),
    https://www.jstor.org/stable/4615964; anomalies as usual for the Continuous Plankton Recorder:
    Richardson et al. (2006), https://doi.org/10.1016/j.pocean.2005.09.011
    """
    options = _Options(cell_size, min_samples, n_es, volume_m3, min_months, tuple(copepods))
    found = communities(observations, cell_size=cell_size, volume_m3=volume_m3)
    first, last = ordered_years(baseline or (int(found.years.min()), int(found.years.max())))
    if not ((found.years >= first) & (found.years <= last)).any():
        raise BaselineError(
            f"the baseline {first}-{last} has no samples: there are those of "
            f"{found.years.min()}-{found.years.max()}"
        )
    values = _diversity(found, n_es) | _calanus(found) | _copepods(found, options, (first, last))
    few = found.samples < min_samples
    for each in values.values():
        each[few] = np.nan
    result = _on_cells(found, values, cell_size, n_es)
    told = asdict(options) | {"baseline": [first, last]}
    return result.assign_attrs(references=REFERENCES, parameters=json.dumps(told))


def _diversity(found: Communities, n_es: int) -> dict[str, Floats]:
    taxa = richness(found.abundance).astype(np.float64)
    shannon = shannon_entropy(found.abundance)
    missing = np.full(taxa.shape, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = {
            "richness": taxa,
            "shannon": shannon,
            "simpson": 1 - concentration(found.abundance),
            "pielou": np.where(taxa > 1, shannon / np.log(taxa), np.nan),
        }
        if found.counts is None:
            return values | {
                name: missing.copy() for name in ("margalef", "expected_taxa", "chao1")
            }
        individuals = found.counts.sum(axis=1)
        counted = richness(found.counts)
        return values | {
            "margalef": np.where(individuals > 1, (counted - 1) / np.log(individuals), np.nan),
            "expected_taxa": expected_taxa(found.counts, n_es),
            "chao1": np.where(individuals > 0, chao1(found.counts), np.nan),
        }


def _calanus(found: Communities) -> dict[str, Floats]:
    cold, warm = (found.abundance[:, found.of([name])].sum(axis=1) for name in (COLD, WARM))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "calanus_share": cold / (cold + warm),
            "calanus_ratio": np.where(warm > 0, cold / warm, np.nan),
        }


def _copepods(
    found: Communities, options: _Options, baseline: tuple[int, int]
) -> dict[str, Floats]:
    """Mean abundance, and the departure of the logarithm's means by month."""
    totals = found.sample_totals(options.copepods)
    samples = pd.DataFrame(
        {
            "group": found.group,
            "year": found.years[found.group],
            "cell": pd.MultiIndex.from_arrays([found.south, found.west]).factorize()[0][
                found.group
            ],
            "month": found.month,
            "log": np.log10(1 + totals),
        }
    )
    keys = ["group", "year", "cell", "month"]
    months = samples.groupby(keys, as_index=False)["log"].mean()
    usual = months[months["year"].between(*baseline)].groupby(["cell", "month"])["log"].mean()
    places = pd.MultiIndex.from_arrays([months["cell"], months["month"]])
    expected = usual.reindex(places).to_numpy()
    departure = (months["log"] - expected).groupby(months["group"])
    anomaly = departure.mean().where(departure.count() >= options.min_months)
    return {
        "copepod_abundance": np.bincount(found.group, totals) / found.samples,
        "copepod_anomaly": anomaly.reindex(range(len(found.samples))).to_numpy(
            np.float64, copy=True
        ),
    }


def _on_cells(
    found: Communities, values: dict[str, Floats], cell_size: float, n_es: int
) -> xr.Dataset:
    """The groups' values on the box of all cells and the years from first to last."""
    row, column = (
        np.rint((edge - edge.min()) / cell_size).astype(int) for edge in (found.south, found.west)
    )
    year = found.years - found.years.min()
    shape = tuple(int(each.max()) + 1 for each in (year, row, column))
    dims = ("year", "latitude", "longitude")
    size = f"cells of {cell_size:g} degrees"
    result = xr.Dataset(
        coords={
            "year": ("year", found.years.min() + np.arange(shape[0]), {"long_name": "year"}),
            "latitude": (
                "latitude",
                found.south.min() + cell_size * (np.arange(shape[1]) + 0.5),
                {"standard_name": "latitude", "units": "degrees_north", "long_name": size},
            ),
            "longitude": (
                "longitude",
                found.west.min() + cell_size * (np.arange(shape[2]) + 0.5),
                {"standard_name": "longitude", "units": "degrees_east", "long_name": size},
            ),
        }
    )
    for name, series in values.items():
        told, units = _ABOUT[name]
        grid = np.full(shape, np.nan)
        grid[year, row, column] = series
        attrs = {"long_name": told.format(n_es=n_es), "units": units}
        result[name] = (dims, grid, attrs | {"ancillary_variables": "n_samples"})
    for name, number, told in (
        ("n_samples", found.samples, "number of samples"),
        ("n_individuals", None if found.counts is None else found.counts.sum(axis=1),
         "number of individuals counted"),
    ):  # fmt: skip
        if number is not None:
            whole = np.zeros(shape, dtype=np.int32)
            whole[year, row, column] = number
            result[name] = (dims, whole, {"long_name": told, "units": "1"})
    return result
