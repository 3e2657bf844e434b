"""Profiles as Ocean Data View's text, read back with the catalogue's reader of that format."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.odv import read_odv
from bluecloud_routines import ParameterError, UnitsError, ValuesError, odv_text

NAMED = {"along": "sample", "vertical": "depth", "cruise": "platform", "station": "cycle"}


def profiles() -> xr.Dataset:
    """Three profiles: one whole, one with gaps, one empty."""
    depth = np.array([[5.0, 10, 20], [5, np.nan, 30], [np.nan] * 3])
    temperature = np.array([[15.25, 15, 14.125], [14, 13, np.nan], [np.nan] * 3])
    salinity = np.array([[35.1, 35.2, np.nan], [35.5, 35.5, 35.75], [np.nan] * 3])
    two = ("profile", "sample")
    return xr.Dataset(
        {
            "temperature": (two, temperature, {"units": "degree_Celsius"}),
            "salinity": (two, salinity, {"units": "1"}),
            "layer_depth": ("profile", [12.0, 20.0, np.nan], {"units": "m"}),
        },
        coords={
            "depth": (two, depth, {"units": "m"}),
            "time": (
                "profile",
                pd.to_datetime(["2020-01-05T06:30", "2020-01-15T00:00", "2020-02-01T00:00"]),
            ),
            "latitude": ("profile", [40.5, 41.0, 42.0]),
            "longitude": ("profile", [-8.25, -8.5, -9.0]),
            "platform": ("profile", ["A1", "A1", "B2"]),
            "cycle": ("profile", [1, 2, 1]),
        },
        attrs={"title": "SYNTHETIC: casts", "history": "first\nsecond"},
    )


def read_back(text: str) -> pd.DataFrame:
    return read_odv(File("casts.txt", text.encode()))


def test_what_is_written_is_read_back() -> None:
    table = read_back(odv_text(profiles(), **NAMED))
    assert list(table["Cruise"]) == ["A1"] * 5
    assert list(table["Station"]) == ["1", "1", "1", "2", "2"]
    np.testing.assert_array_equal(table["depth"], [5, 10, 20, 5, 30])
    np.testing.assert_array_equal(table["temperature"], [15.25, 15, 14.125, 14, np.nan])
    np.testing.assert_array_equal(table["salinity"], [35.1, 35.2, np.nan, 35.5, 35.75])
    np.testing.assert_array_equal(table["latitude"], [40.5] * 3 + [41] * 2)
    np.testing.assert_array_equal(table["longitude"], [-8.25] * 3 + [-8.5] * 2)
    assert table["time"][0] == pd.Timestamp("2020-01-05 06:30")
    assert table.attrs["columns"]["temperature"]["units"] == "degree_Celsius"


def test_the_attributes_stand_above_as_comments_and_each_row_has_every_cell() -> None:
    lines = odv_text(profiles(), **NAMED).splitlines()
    assert lines[:3] == ["//title: SYNTHETIC: casts", "//history: first", "//history: second"]
    assert lines[3].endswith(
        "\tBot. Depth [m]\tdepth [m]\ttemperature [degree_Celsius]\tsalinity [1]"
    )
    assert {line.count("\t") for line in lines[3:]} == {9}


def test_samples_of_one_axis_for_all_profiles_are_repeated() -> None:
    gridded = profiles().drop_vars("depth").assign_coords(sample=[5.0, 10, 20])
    gridded = gridded.rename(sample="depth")
    gridded["depth"].attrs["units"] = "m"
    table = read_back(odv_text(gridded, **{**NAMED, "along": "depth"}))
    np.testing.assert_array_equal(table["depth"], [5, 10, 20, 5, 10, 20])


def test_what_cannot_be_written_is_refused_with_the_reason() -> None:
    casts = profiles()
    with pytest.raises(ParameterError, match=r"have no \['pressure'\], but \['temperature'"):
        odv_text(casts, **{**NAMED, "vertical": "pressure"})
    with pytest.raises(ParameterError, match="have no 'level'"):
        odv_text(casts, **{**NAMED, "along": "level"})
    with pytest.raises(ParameterError, match="'temperature' is on"):
        odv_text(casts.expand_dims(member=2), **NAMED)
    with pytest.raises(UnitsError, match="salinity has no units"):
        odv_text(casts.assign(salinity=casts["salinity"].drop_attrs()), **NAMED)
    with pytest.raises(ValuesError, match="no profile has a sample with 'depth'"):
        odv_text(casts.isel(profile=[2]), **NAMED)
