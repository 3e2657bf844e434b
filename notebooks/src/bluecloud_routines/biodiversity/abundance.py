"""Observations of abundance, from tables of measurements as OBIS and EurOBIS give them.

In Darwin Core's measurements each row is one measurement of anything: abundance beside gear,
mesh and biomass, in whatever unit. An abundance in a volume of water is what a plankton net gives;
one on an area of the bottom is another quantity and is left out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

PER_CUBIC_METRE = "m-3"

# BODC P01: abundance of a biological entity specified elsewhere per unit volume of the water.
_P01 = "SDBIOL01"
_NAMES = ("abundance", "density", "concentration")
# Units without case, spaces and words for individuals, and the number of m-3 in each.
_UNITS = {"/m3": 1.0, "m-3": 1.0, "1/m3": 1.0, "percubicmetre": 1.0, "percubicmeter": 1.0,
          "m^-3": 1.0, "/m^3": 1.0, "/m³": 1.0, "/l": 1000.0, "l-1": 1000.0}  # fmt: skip
_INDIVIDUALS = ("individuals", "individual", "number", "inds", "ind", "no", "nr", "#")
_NEEDED = ("decimalLongitude", "decimalLatitude", "time", "measurementType", "measurementValue",
           "measurementUnit")  # fmt: skip


def per_cubic_metre(units: object) -> float | None:
    """By what a number in these units becomes one in m-3; None if they are no such units."""
    if not isinstance(units, str):
        return None
    plain = units.lower().replace(" ", "").replace(".", "").replace("_", "")
    for word in _INDIVIDUALS:
        if plain.startswith(word):
            plain = plain.removeprefix(word)
            break
    return _UNITS.get(plain)


def abundance_observations(measurements: pd.DataFrame, *, by_taxon: bool = False) -> pd.DataFrame:
    """One row for each sample: where, when and how many individuals in a cubic metre.

    Parameters
    ----------
    measurements
        A row for each measurement: decimalLongitude, decimalLatitude, time, measurementType,
        measurementValue, measurementUnit and, if there are any, measurementTypeID and eventID.
        What is no abundance in a volume of water is left out, and so are rows without a number.
        What one event counted apart, such as the stages of a species, is added up.
    by_taxon
        A row for each taxon of each sample instead: then scientificName is needed too.

    Returns
    -------
    pandas.DataFrame
        ``decimalLongitude``, ``decimalLatitude``, ``time``, ``value`` (m-3), in order of time;
        by taxon also ``taxon``, and ``sample``, a number that the rows of a sample share.
        Its ``attrs`` are those of the measurements, with ``units`` and ``left_out``, the number
        of measurements of abundance that could not be used.

    Raises
    ------
    ParameterError
        If a column is missing.
    UnitsError
        If there are abundances, but none in a volume of water.
    ValuesError
        If there is no abundance.
    """
    needed = [*_NEEDED, *(["scientificName"] if by_taxon else [])]
    absent = [name for name in needed if name not in measurements]
    if absent:
        raise ParameterError(f"the measurements have no {absent}: {needed} are needed")
    if measurements.empty:
        raise ValuesError("there are no measurements: nothing was found of what was asked for")
    counted = measurements[_is_abundance(measurements)]
    if counted.empty:
        kinds = sorted(set(measurements["measurementType"].dropna().map(str)))
        raise ValuesError(f"none of the {len(measurements)} measurements is an abundance: {kinds}")
    factor = counted["measurementUnit"].map(per_cubic_metre).astype("float64")
    if factor.isna().all():
        units = sorted(set(counted["measurementUnit"].map(str)))
        raise UnitsError(f"abundance is in {units}: numbers in a volume, as 'ind/m3', are needed")
    value = pd.to_numeric(counted["measurementValue"], errors="coerce") * factor
    samples = counted.assign(value=value)
    place = ["decimalLongitude", "decimalLatitude", "time"]
    good = np.isfinite(samples["value"]) & samples[place].notna().all(axis=1)
    keys = [*place, *(["eventID"] if "eventID" in samples else [])]
    taxa = ["scientificName"] if by_taxon else []
    good &= samples[taxa].notna().all(axis=1)
    kept = samples[good]
    if by_taxon:
        kept = kept.assign(sample=kept.groupby(keys, dropna=False, sort=True).ngroup())
        taxa = ["sample", *taxa]
    table: pd.DataFrame = (
        kept.groupby([*keys, *taxa], dropna=False, sort=True)["value"]
        .sum()
        .reset_index()
        .drop(columns="eventID", errors="ignore")
        .rename(columns={"scientificName": "taxon"})
        .sort_values([place[2], *place[:2], *(["sample", "taxon"] if by_taxon else [])])
        .reset_index(drop=True)
    )
    table.attrs = {
        **measurements.attrs,
        "units": PER_CUBIC_METRE,
        "left_out": int((~good).sum()),
    }
    return table


def in_period(
    observations: pd.DataFrame,
    *,
    years: tuple[int, int] | None = None,
    months: Sequence[int] | None = None,
) -> pd.DataFrame:
    """The observations of some years, first and last included, and of some months of each.

    Raises
    ------
    ParameterError
        If the years are reversed, or a month is none of 1 to 12.
    """
    time = pd.DatetimeIndex(observations["time"])
    kept = np.ones(len(observations), dtype=bool)
    if years is not None:
        if years[0] > years[1]:
            raise ParameterError(f"years are {years[0]}-{years[1]}: the first comes first")
        kept &= (time.year >= years[0]) & (time.year <= years[1])
    if months is not None:
        if not months or not set(months) <= set(range(1, 13)):
            raise ParameterError(f"months are {list(months)}: one or more of 1 to 12")
        kept &= np.isin(time.month, list(months))
    inside: pd.DataFrame = observations[kept].reset_index(drop=True)
    return inside


def _is_abundance(measurements: pd.DataFrame) -> pd.Series:
    kind = measurements["measurementType"].astype("string").str.lower().fillna("")
    named = kind.str.contains("|".join(_NAMES))
    if "measurementTypeID" in measurements:
        code = measurements["measurementTypeID"].astype("string").fillna("")
        named |= code.str.contains(_P01, regex=False)
    return named.astype(bool)
