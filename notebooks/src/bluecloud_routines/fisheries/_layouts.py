"""The layouts in which the tuna organisations publish catches, each read into one form.

A layout is known by its columns. Where a square is named by a point of it, the organisations
mean different ones: its middle (IATTC), its south-western corner (WCPFC), its north-western one
(CCSBT), or that nearest to 0 degrees (ICCAT, and IOTC as a code of the grid).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ParameterError, TimeAxisError, ValuesError
from bluecloud_routines.fisheries._wide import (
    Wide,
    catches,
    dated,
    days,
    degrees,
    matching,
    one,
    signed,
)
from bluecloud_routines.fisheries.cwp import DIGITS, cwp_codes

_PERIODS = {13: (1, 3), 14: (4, 6), 15: (7, 9), 16: (10, 12), 17: (1, 12)}
_WCPFC = re.compile(r"([A-Z]{3})_(C|N)(?:_(UNA|LOG|DFAD|AFAD|OTH))?")
_IATTC = re.compile(r"([A-Z]{3,4})(n|mt)?")
_IOTC = re.compile(r"([A-Z]{3,4})\.(NO|MT|FS|LS|UNCL)")
_ICCAT = re.compile(r"([A-Z]{3})(fd|fs)")


@dataclass(frozen=True)
class Layout:
    """How a table of one kind is known and read."""

    name: str
    needs: frozenset[str]
    read: Callable[[pd.DataFrame, str | None], Wide]


def layout_of(raw: pd.DataFrame) -> Layout:
    """The layout that a table is in.

    Raises
    ------
    ValuesError
        If it is none that is known.
    """
    for layout in LAYOUTS:
        if layout.needs <= set(raw.columns):
            return layout
    known = "; ".join(f"{each.name}: {', '.join(sorted(each.needs))}" for each in LAYOUTS)
    raise ValuesError(
        f"the columns {list(raw.columns)[:12]} are those of no layout that is known ({known})"
    )


def _atlas(raw: pd.DataFrame, gear: str | None) -> Wide:
    """Rows of the tuna atlas, with its own names of columns."""
    rows = pd.DataFrame(
        {
            "source_authority": raw["source_authority"],
            "fishing_fleet": raw["fishing_fleet"],
            "gear": raw["gear_type"],
            "fishing_mode": raw["fishing_mode"],
            "time": days(raw["time_start"]),
            "time_end": days(raw["time_end"]),
            "area": raw["geographic_identifier"],
            "species": raw["species"],
            # R reads a column of nothing but t as true.
            "unit": raw["measurement_unit"].astype(str).replace({"TRUE": "t", "True": "t"}),
        }
    )
    wrong = sorted(set(rows["unit"]) - {"t", "no"})
    if wrong:
        raise ValuesError(f"'measurement_unit' has {wrong}: 't' or 'no'")
    values = catches(raw[["measurement_value"]])
    return Wide("", rows, one({}), values, np.ones(len(raw)))


def _iattc(raw: pd.DataFrame, gear: str | None) -> Wide:
    width = 1 if "LatC1" in raw else 5
    found = matching(raw, _IATTC)
    if gear is None and "Hooks" not in raw:
        raise ParameterError("gear is not said: this layout has none; 'PS' or 'LP' as its file's")
    columns = pd.DataFrame(
        [(species, "no" if unit == "n" else "t") for species, unit in found.values()],
        columns=["species", "unit"],
    )
    latitude, longitude = degrees(raw[f"LatC{width}"]), degrees(raw[f"LonC{width}"])
    return dated(
        "IATTC",
        pd.DataFrame(
            {
                "fishing_fleet": raw.get("Flag", "UNK"),
                "gear": gear or "LL",
                "fishing_mode": raw.get("SetType", "UNK"),
                # The middles of cells.
                "area": cwp_codes(latitude, longitude, resolution=width),
            },
            index=raw.index,
        ),
        (raw["Year"], raw["Month"], raw["Month"]),
        columns,
        raw[list(found)],
    )


def _iattc_nominal(raw: pd.DataFrame, gear: str | None) -> Wide:
    return dated(
        "IATTC",
        pd.DataFrame(
            {
                "fishing_fleet": raw["BanderaFlag"],
                "gear": raw["ArteGear"],
                "area": "EPO",
                "species": raw["EspeciesSpecies"],
            }
        ),
        (raw["AnoYear"], 1, 12),
        one({"unit": "t"}),
        raw[["t"]],
    )


def _wcpfc(raw: pd.DataFrame, gear: str | None) -> Wide:
    found = matching(raw, _WCPFC)
    schools = any(school for _, _, school in found.values())
    told = "L" if "HHOOKS" in raw else "S" if schools else "P"
    columns = pd.DataFrame(
        [
            (species, "t" if unit == "C" else "no", school or "UNK")
            for species, unit, school in found.values()
        ],
        columns=["species", "unit", "fishing_mode"],
    )
    # The south-western corner of each square of five degrees.
    latitude = signed(raw["LAT5"], "N", "S") + 2.5
    longitude = signed(raw["LON5"], "E", "W") + 2.5
    return dated(
        "WCPFC",
        pd.DataFrame(
            {
                "fishing_fleet": raw.get("flag_code", "UNK"),
                "gear": gear or told,
                "area": cwp_codes(latitude, longitude, resolution=5),
            },
            index=raw.index,
        ),
        (raw["YY"], raw["MM"], raw["MM"]),
        columns,
        raw[list(found)],
    )


def _wcpfc_nominal(raw: pd.DataFrame, gear: str | None) -> Wide:
    return dated(
        "WCPFC",
        pd.DataFrame(
            {
                "fishing_fleet": raw["FLAG_CODE"],
                "gear": raw["GEAR_CODE"],
                "area": "WCPO",
                "species": raw["SP_CODE"],
            }
        ),
        (raw["YY"], 1, 12),
        one({"unit": "t"}),
        raw[["SP_MT"]],
    )


def _iccat(raw: pd.DataFrame, gear: str | None) -> Wide:
    found = matching(raw, _ICCAT)
    names = list(found)
    columns = pd.DataFrame(
        [(species.upper(), mode.upper()) for species, mode in found.values()],
        columns=["species", "fishing_mode"],
    )
    if not names:
        if not {"CatchUnit", "FleetCode"} <= set(raw.columns):
            raise ValuesError(
                "the catches are those between the columns 'CatchUnit' and 'FleetCode', and one of "
                f"them is absent: the columns are {list(raw.columns)[:20]}"
            )
        every = [str(name) for name in raw.columns]
        names = every[every.index("CatchUnit") + 1 : every.index("FleetCode")]
        columns = pd.DataFrame(
            {
                "species": [name.upper() for name in names],
            }
        )
    unit = raw["CatchUnit"] if "CatchUnit" in raw else pd.Series("kg", index=raw.index)
    wrong = sorted({str(each) for each in unit} - {"kg", "nr"})
    if wrong:
        raise ValuesError(f"'CatchUnit' has {wrong}: 'kg' or 'nr'")
    digits = raw["SquareTypeCode"].map({f"{width:g}x{width:g}": n for width, n in DIGITS.items()})
    quadrant, lat, lon = (degrees(raw[name]) for name in ("QuadID", "Lat", "Lon"))
    code = digits.fillna(0) * 1_000_000 + quadrant * 100_000 + lat * 1000 + lon
    irregular = (
        raw["SquareTypeCode"].astype(str)
        + raw["QuadID"].map(" quadrant {}".format)
        + raw["Lat"].map(" {}".format)
        + raw["Lon"].map(" {}".format)
    )
    periods = raw["TimePeriodID"].map({month: (month, month) for month in range(1, 13)} | _PERIODS)
    if periods.isna().any():
        raise TimeAxisError("a 'TimePeriodID' is not 1 to 17: months, quarters and the year")
    rows = pd.DataFrame(
        {
            "fishing_fleet": raw["FlagCode"] if "FlagCode" in raw else raw["FleetCode"],
            "gear": raw["GearGrpCode"] if "GearGrpCode" in raw else raw["GearCode"],
            "area": np.where(digits.notna(), code.astype(int).astype(str), irregular),
            "unit": np.where(unit == "kg", "t", "no"),
        }
    )
    months = (raw["YearC"], periods.str[0], periods.str[1])
    wide = dated("ICCAT", rows, months, columns, raw[names])
    return Wide("ICCAT", wide.rows, wide.columns, wide.values, np.where(unit == "kg", 1e3, 1.0))


def _iotc(raw: pd.DataFrame, gear: str | None) -> Wide:
    found = matching(raw, _IOTC)
    schools = "CatchUnits" in raw
    columns = pd.DataFrame(
        [
            (species, kind) if schools else (species, "no" if kind == "NO" else "t")
            for species, kind in found.values()
        ],
        columns=["species", "fishing_mode" if schools else "unit"],
    )
    rows = {"fishing_fleet": raw["Fleet"], "gear": raw["Gear"], "area": raw["Grid"]}
    if schools:
        rows["unit"] = raw["CatchUnits"].astype(str).str.strip().map({"MT": "t", "NO": "no"})
    months = (raw["Year"], raw["MonthStart"], raw["MonthEnd"])
    return dated("IOTC", pd.DataFrame(rows), months, columns, raw[list(found)])


def _ccsbt(raw: pd.DataFrame, gear: str | None) -> Wide:
    surface = "WEIGHT_Kg_OF_SBT_RETAINED" in raw
    name = "WEIGHT_Kg_OF_SBT_RETAINED" if surface else "NUMBER_OF_SBT_RETAINED"
    if name not in raw:
        raise ValuesError(f"there is no column {name!r} of retained fish")
    # Notes below the table have no year.
    raw = raw[raw["YEAR"].notna()]
    width = 1 if surface else 5
    # The north-western corner of each square.
    latitude = degrees(raw["LATITUDE"]) - width / 2
    longitude = degrees(raw["LONGITUDE"]) + width / 2
    rows = pd.DataFrame(
        {
            "fishing_fleet": raw["COUNTRY_CODE"],
            "gear": raw.get("GEAR_CODE", gear or "LL"),
            "area": cwp_codes(latitude, longitude, resolution=width),
        },
        index=raw.index,
    )
    said = {"species": "SBF", "unit": "t" if surface else "no"}
    wide = dated("CCSBT", rows, (raw["YEAR"], raw["MONTH"], raw["MONTH"]), one(said), raw[[name]])
    divisor = np.full(len(raw), 1e3 if surface else 1.0)
    return Wide("CCSBT", wide.rows, wide.columns, wide.values, divisor)


LAYOUTS = (
    Layout(
        "rows of the tuna atlas",
        frozenset(
            {
                *("source_authority", "fishing_fleet", "gear_type", "fishing_mode", "species"),
                *("time_start", "time_end", "geographic_identifier"),
                *("measurement_unit", "measurement_value"),
            }
        ),
        _atlas,
    ),
    Layout("IATTC by one degree", frozenset({"Year", "Month", "LatC1", "LonC1"}), _iattc),
    Layout("IATTC by five degrees", frozenset({"Year", "Month", "LatC5", "LonC5"}), _iattc),
    Layout(
        "IATTC nominal",
        frozenset({"AnoYear", "BanderaFlag", "ArteGear", "EspeciesSpecies", "t"}),
        _iattc_nominal,
    ),
    Layout("WCPFC", frozenset({"YY", "MM", "LAT5", "LON5"}), _wcpfc),
    Layout(
        "WCPFC nominal",
        frozenset({"YY", "GEAR_CODE", "FLAG_CODE", "SP_CODE", "SP_MT"}),
        _wcpfc_nominal,
    ),
    Layout(
        "ICCAT task 2 catch and effort",
        frozenset({"YearC", "TimePeriodID", "SquareTypeCode", "QuadID", "Lat", "Lon"}),
        _iccat,
    ),
    Layout(
        "IOTC catch and effort",
        frozenset({"Fleet", "Gear", "Year", "MonthStart", "MonthEnd", "Grid"}),
        _iotc,
    ),
    Layout(
        "CCSBT catch and effort",
        frozenset({"YEAR", "MONTH", "COUNTRY_CODE", "LATITUDE", "LONGITUDE"}),
        _ccsbt,
    ),
)
