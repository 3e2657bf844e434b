"""What of the printed is a result: what notebooks say, and none of the objects that they show."""

import json
import sys

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_panel.printed_results import results_of, sentences_of


@pytest.mark.parametrize(
    "line",
    [
        "mean temperature: 15.2 °C",
        "events: 12",
        "Area (km2) = 1,204.5 km2",
        "trend: -0.03 ± 0.01 °C per year",
        "p-value: 1.2e-05",
        "heat content: 3.1e+08 J m-2",
        "share: 43%",
        "depth of 10 m: 3.2",
    ],
)
def test_a_label_with_a_number_and_its_unit_is_a_result(line: str) -> None:
    assert list(results_of(f"  {line}\n")) == [line]


SERIES = xr.Dataset(
    {"sst": ("time", np.arange(3.0), {"units": "degC", "valid_min": 0})},
    coords={"time": pd.date_range("2000-01-01", periods=3)},
    attrs={"realm": 5, "title": "a: 3"},
)


@pytest.mark.parametrize(
    "shown",
    [
        repr(SERIES),
        repr(SERIES.sst),
        repr(SERIES.sst.values),
        repr(SERIES.to_dataframe()),
        repr(SERIES.to_dataframe().sst),
        json.dumps({"mean": 1.5, "run": {"n": 3}}, indent=1),
        repr({"mean": 1.5}),
        repr(SERIES.attrs),
        sys.version,
        f"xarray: {xr.__version__}",
        "version: 3.11",
        "time: 12:30:05",
        "started: 2026-11-25 10:00:10",
        "year: 2026-11-25",
        "took: 2.3 s",
        "elapsed = 12.5 seconds",
        "outputs: /home/ada/r 3.nc",
        "outputs/sst_2026.nc",
        "CPU times: user 3 ms, sys: 2 ms",
        "Wall time: 12 ms",
        "<Axes at 0x7f01>",
        "2.5",
        "(3, 4)",
        "100%|##########| 3/3",
        "https://example.org/a?b=3",
        "address: 127.0.0.1",
    ],
)
def test_objects_times_paths_versions_and_json_are_no_results(shown: str) -> None:
    assert list(results_of(shown)) == []


def test_what_comes_after_an_object_is_looked_at_again() -> None:
    assert list(results_of(f"{SERIES!r}\nmean: 1 degC")) == ["mean: 1 degC"]


@pytest.mark.parametrize(
    ("markdown", "results"),
    [
        ("3 heatwaves, on 41 days.", ["3 heatwaves, on 41 days."]),
        (
            "A bloom was found in **43%** of cells and years.",
            ["A bloom was found in 43% of cells and years."],
        ),
        ("Mean along the way: -2.31 mol m⁻² a year at 7 m s⁻¹.", None),
        ("120 days from 2010-01-01 to 2010-04-30.", []),
        ("## 3 results.", []),
        ("Written to results/sst 3.nc.", []),
        ("Gregor, L. (2021). OceanSODA 1. doi:10.25921/m5wx.", []),
        ("| a | 3 |", []),
        ("No number is here.", []),
    ],
)
def test_of_markdown_a_sentence_with_a_number_is_a_result(
    markdown: str, results: list[str] | None
) -> None:
    assert list(sentences_of(markdown)) == ([markdown] if results is None else results)
