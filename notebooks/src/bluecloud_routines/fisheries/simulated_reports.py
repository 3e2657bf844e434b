"""Invented catches in the layout of each tuna organisation, to try the reading of them on."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ParameterError

# Where each organisation's fleets fish: south, north, west, east.
_WATERS = {
    "IATTC": (-20, 20, -145, -85),
    "WCPFC": (-20, 20, 135, 180),
    "ICCAT": (-15, 25, -40, 10),
    "IOTC": (-25, 10, 45, 95),
    "CCSBT": (-45, -30, 20, 150),
}
ORGANISATIONS = tuple(_WATERS)


def simulated_reports(organisation: str, *, rows: int = 400, seed: int = 1) -> pd.DataFrame:
    """A year of catches as an organisation would publish them, invented.

    Parameters
    ----------
    organisation
        One of IATTC, WCPFC, ICCAT, IOTC and CCSBT: purse seines of the first four, longlines of
        the last and of IOTC.
    rows
        How many places and months.
    seed
        Of the random numbers.

    Returns
    -------
    pandas.DataFrame
        Columns and codes as the organisation has them; marked as synthetic.

    Raises
    ------
    ParameterError
        If there is no such organisation, or no row is asked for.
    """
    if organisation not in _WATERS:
        raise ParameterError(f"organisation is {organisation!r}: one of {', '.join(ORGANISATIONS)}")
    if rows < 1:
        raise ParameterError(f"rows is {rows}: at least 1")
    random = np.random.default_rng([seed, ORGANISATIONS.index(organisation)])
    south, north, west, east = _WATERS[organisation]
    where = pd.DataFrame(
        {
            "lat": np.clip(
                random.normal((south + north) / 2, (north - south) / 5, rows), south, north - 1
            ),
            "lon": random.uniform(west, east - 1, rows),
            "month": random.integers(1, 13, rows),
        }
    )
    raw = _LAYOUTS[organisation](where, random)
    raw.attrs = {
        "title": f"SYNTHETIC catches in the layout of {organisation}",
        "synthetic": "true",
        "licence": "CC0-1.0",
        "citation": "none: simulated",
    }
    return raw


def _amounts(random: np.random.Generator, rows: int, mean: float) -> np.ndarray:
    """Catches, of which two in five are nothing."""
    caught = random.gamma(0.7, mean / 0.7, rows) * (random.random(rows) < 0.6)
    return caught.round(2)


def _iattc(where: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    rows = len(where)
    return pd.DataFrame(
        {
            "Year": 2020,
            "Month": where["month"],
            "Flag": random.choice(["ECU", "MEX", "USA", "OTR"], rows),
            "LatC1": np.floor(where["lat"]) + 0.5,
            "LonC1": np.floor(where["lon"]) + 0.5,
            "NumSets": random.integers(1, 9, rows),
            "BET": _amounts(random, rows, 8),
            "SKJ": _amounts(random, rows, 25),
            "YFT": _amounts(random, rows, 20),
        }
    )


def _wcpfc(where: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    lat = (np.floor(where["lat"] / 5) * 5).astype(int)
    lon = (np.floor(where["lon"] / 5) * 5).astype(int)
    raw = pd.DataFrame(
        {
            "YY": 2020,
            "MM": where["month"],
            "LAT5": [f"{abs(each):02d}{'N' if each >= 0 else 'S'}" for each in lat],
            "LON5": [f"{abs(each):03d}{'E' if each >= 0 else 'W'}" for each in lon],
            "DAYS": random.integers(1, 60, len(where)),
        }
    )
    for school in ("UNA", "DFAD"):
        for species, mean in (("SKJ", 120.0), ("YFT", 40.0), ("BET", 12.0)):
            raw[f"{species}_C_{school}"] = _amounts(random, len(where), mean)
    return raw


def _iccat(where: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    south, west = np.floor(where["lat"]).astype(int), np.floor(where["lon"]).astype(int)
    quadrant = np.where(south >= 0, np.where(west >= 0, 1, 4), np.where(west >= 0, 2, 3))
    raw = pd.DataFrame(
        {
            "FleetCode": random.choice(
                ["EU.ESP-ES-ETRO", "EU.FRA-FR-ETRO", "GHA-GH", "NEI.105"], len(where)
            ),
            "GearCode": "PS",
            "YearC": 2020,
            "TimePeriodID": where["month"],
            "SquareTypeCode": "1x1",
            "QuadID": quadrant,
            # The corner nearest to 0 degrees.
            "Lat": np.where(south >= 0, south, -south - 1),
            "Lon": np.where(west >= 0, west, -west - 1),
        }
    )
    for school in ("fd", "fs"):
        for species, mean in (("YFT", 9e3), ("BET", 3e3), ("SKJ", 15e3)):
            raw[f"{species}{school}"] = _amounts(random, len(where), mean).round()
    return raw


def _iotc(where: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    south, west = np.floor(where["lat"] / 5) * 5, np.floor(where["lon"] / 5) * 5
    corner = np.where(south >= 0, south, -south - 5).astype(int)
    raw = pd.DataFrame(
        {
            "Fleet": random.choice(["JPN    ", "TWN    ", "LKA    ", "NEIFR  "], len(where)),
            "Gear": random.choice(["ELL", "FLL", "GIOF", "UNCL"], len(where)),
            "Year": 2020,
            "MonthStart": where["month"],
            "MonthEnd": where["month"],
            "Grid": np.where(south >= 0, 6_100_000, 6_200_000) + corner * 1000 + west.astype(int),
            "Effort": random.integers(1000, 90_000, len(where)),
            "EffortUnits": "HOOKS",
        }
    )
    for species, mean, weight in (("YFT", 90.0, 0.035), ("BET", 120.0, 0.045), ("SWO", 30.0, 0.06)):
        caught = _amounts(random, len(where), mean).round()
        raw[f"{species}.NO"] = caught
        raw[f"{species}.MT"] = (caught * weight).round(2)
    return raw


def _ccsbt(where: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "YEAR": 2020,
            "MONTH": where["month"],
            "COUNTRY_CODE": random.choice(["JP", "AU", "TW", "ZA"], len(where)),
            "CCSBT_STATISTICAL_AREA": random.integers(1, 15, len(where)),
            # The north-western corner.
            "LATITUDE": (np.floor(where["lat"] / 5) * 5 + 5).astype(int),
            "LONGITUDE": (np.floor(where["lon"] / 5) * 5).astype(int),
            "NUMBER_OF_HOOKS": random.integers(1000, 90_000, len(where)),
            "NUMBER_OF_SBT_RETAINED": _amounts(random, len(where), 60).round().astype(int),
        }
    )


_LAYOUTS: dict[str, Callable[[pd.DataFrame, np.random.Generator], pd.DataFrame]] = {
    "IATTC": _iattc,
    "WCPFC": _wcpfc,
    "ICCAT": _iccat,
    "IOTC": _iotc,
    "CCSBT": _ccsbt,
}
