"""Abundance out of tables of measurements, and observations of a season."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines import ParameterError, UnitsError, ValuesError
from bluecloud_routines.biodiversity import abundance_observations, in_period


def measured(*rows: tuple[str, Any, str | None], **columns: Any) -> pd.DataFrame:
    """Measurements of one event each, at one place, a day apart."""
    table = pd.DataFrame(rows, columns=["measurementType", "measurementValue", "measurementUnit"])
    number = np.arange(len(rows))
    return table.assign(
        decimalLongitude=number / 1.0,
        decimalLatitude=50.0,
        time=pd.Timestamp(2010, 1, 1) + pd.to_timedelta(number, "D"),
        eventID=number.astype(str),
        **columns,
    )


def test_abundance_in_a_volume_is_kept_and_all_else_left_out() -> None:
    table = measured(
        ("Abundance", "12", "ind/m3"),
        ("abundance of biota", 2.5, "#/m3"),
        ("abundance", "3", "ind/l"),
        ("abundance", "7", "ind/m2"),
        ("abundance", "a few", "ind/m3"),
        ("sampling gear", "CPR", None),
        ("wet weight biomass", "3", "mg/m3"),
    )
    found = abundance_observations(table)
    assert found["value"].tolist() == [12.0, 2.5, 3000.0]
    assert found["decimalLongitude"].tolist() == [0.0, 1.0, 2.0]
    assert found.attrs["units"] == "m-3"
    assert found.attrs["left_out"] == 2


def test_a_code_of_p01_says_that_it_is_abundance() -> None:
    code = "http://vocab.nerc.ac.uk/collection/P01/current/SDBIOL01/"
    table = measured(("count", "4", "ind/m3"), measurementTypeID=code)
    assert abundance_observations(table)["value"].tolist() == [4.0]


def test_the_stages_of_one_event_are_added_up() -> None:
    table = measured(
        ("abundance", 1, "ind/m3"), ("abundance", 2, "ind/m3"), ("abundance", 4, "ind/m3")
    )
    table.loc[1, ["decimalLongitude", "time", "eventID"]] = table.loc[
        0, ["decimalLongitude", "time", "eventID"]
    ]
    assert abundance_observations(table)["value"].tolist() == [3.0, 4.0]


def test_what_the_measurements_said_of_themselves_is_carried_over() -> None:
    table = measured(("abundance", 1, "ind/m3"))
    table.attrs = {"licence": "CC0 1.0", "synthetic": "true"}
    assert abundance_observations(table).attrs["synthetic"] == "true"


def test_tables_without_abundance_are_refused() -> None:
    with pytest.raises(ValuesError, match="there are no measurements"):
        abundance_observations(measured(("abundance", 1, "ind/m3")).iloc[:0])
    with pytest.raises(ValuesError, match=r"no.*abundance: \['length'\]"):
        abundance_observations(measured(("length", 1, "mm")))
    with pytest.raises(UnitsError, match=r"\['ind/m2'\]"):
        abundance_observations(measured(("abundance", 1, "ind/m2")))
    with pytest.raises(ParameterError, match="measurementUnit"):
        abundance_observations(measured(("abundance", 1, "m-3")).drop(columns="measurementUnit"))


def test_years_and_months_are_both_asked_for() -> None:
    days = pd.date_range("2009-01-15", "2012-12-15", freq="MS")
    table = pd.DataFrame({"time": days, "value": 1.0})
    table.attrs["units"] = "m-3"
    found = in_period(table, years=(2010, 2011), months=(12, 1))
    assert found["time"].dt.strftime("%Y-%m").tolist() == [
        "2010-01",
        "2010-12",
        "2011-01",
        "2011-12",
    ]
    assert found.attrs["units"] == "m-3"
    assert len(in_period(table)) == len(table)
    with pytest.raises(ParameterError, match="2011-2010"):
        in_period(table, years=(2011, 2010))
    with pytest.raises(ParameterError, match="13"):
        in_period(table, months=[13])
