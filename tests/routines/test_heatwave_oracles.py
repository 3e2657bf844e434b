"""Marine heatwaves against what other programs found in the same observations.

The events, climatologies and thresholds are those of E. Oliver's own program, run on NOAA's
OISST at two of the sites of Hobday et al. (2016); the printed figures are heatwaveR's.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.environment import CATEGORIES, heatwave_events, marine_heatwaves

SITES = pytest.mark.parametrize(("site", "number"), [("WA", 90), ("NW_Atl", 130)])
SAME = {
    "intensity_max": "intensity_max",
    "intensity_mean": "intensity_mean",
    "intensity_cumulative": "intensity_cumulative",
    "intensity_std": "intensity_var",
    "intensity_max_threshold": "intensity_max_relThresh",
    "intensity_mean_threshold": "intensity_mean_relThresh",
    "intensity_cumulative_threshold": "intensity_cumulative_relThresh",
    "intensity_max_absolute": "intensity_max_abs",
    "intensity_mean_absolute": "intensity_mean_abs",
    "rate_onset": "rate_onset",
    "rate_decline": "rate_decline",
    "days_moderate": "duration_moderate",
    "days_strong": "duration_strong",
    "days_severe": "duration_severe",
    "days_extreme": "duration_extreme",
}


def observed(oracles: Path, site: str) -> xr.DataArray:
    table = pd.read_csv(oracles / f"sst_{site}.csv", index_col=0, parse_dates=True)
    series = table["temp"].rename_axis("time").to_xarray()
    return series.assign_attrs(units="degree_Celsius")


def found(oracles: Path, site: str, **options: object) -> tuple[xr.Dataset, pd.DataFrame]:
    result = marine_heatwaves(observed(oracles, site), baseline=(1982, 2011), **options)  # type: ignore[arg-type]
    return result, heatwave_events(result)


@SITES
def test_the_events_are_those_of_the_authors_program(oracles: Path, site: str, number: int) -> None:
    _, events = found(oracles, site)
    dates = ["date_start", "date_end", "date_peak"]
    name = f"ref_oliver_sst_{site}_events_clim1982-2011.csv"
    reference = pd.read_csv(oracles / name, parse_dates=dates)
    assert len(events) == len(reference) == number
    for ours, theirs in zip(("start", "end", "peak"), dates, strict=True):
        assert (events[ours] == reference[theirs]).all(), ours
    assert (events["duration_days"] == reference["duration"]).all()
    assert (events["category"].map(CATEGORIES) == reference["category"]).all()
    for ours, theirs in SAME.items():
        np.testing.assert_allclose(events[ours], reference[theirs], atol=1e-6, rtol=0)


@SITES
def test_climatology_and_threshold_are_those_of_the_authors_program(
    oracles: Path, site: str, number: int
) -> None:
    result, _ = found(oracles, site)
    reference = pd.read_csv(oracles / f"ref_oliver_sst_{site}_clim.csv")
    np.testing.assert_array_equal(result["doy"], reference["doy"])
    np.testing.assert_allclose(result["climatology"], reference["seas"], atol=1e-6, rtol=0)
    np.testing.assert_allclose(result["threshold"], reference["thresh"], atol=1e-6, rtol=0)


@SITES
def test_events_of_each_year_are_those_of_the_authors_program(
    oracles: Path, site: str, number: int
) -> None:
    _, events = found(oracles, site)
    reference = pd.read_csv(oracles / f"ref_oliver_sst_{site}_block.csv", index_col=0)
    counted = events.groupby(events["start"].dt.year).size()
    counted = counted.reindex(reference.index, fill_value=0)
    assert counted.tolist() == reference["count"].tolist()


def test_the_great_heatwave_of_western_australia_is_as_heatwaver_prints_it(
    oracles: Path,
) -> None:
    _, events = found(oracles, "WA")
    great = events.loc[events["intensity_max"].idxmax()]
    assert (great["start"], great["peak"]) == (
        pd.Timestamp(2010, 12, 24),
        pd.Timestamp(2011, 2, 28),
    )
    assert (great["duration_days"], great["category"]) == (105, 4)
    # heatwaveR rounds its climatology to four digits and clips the window to the baseline.
    assert great["intensity_max"] == pytest.approx(6.5798, abs=1e-3)
    assert great["intensity_cumulative"] == pytest.approx(293.2107, abs=0.03)
    shares = great[["days_moderate", "days_strong", "days_severe", "days_extreme"]] / 105
    assert [round(100 * share) for share in shares] == [52, 27, 11, 10]


def test_the_same_series_in_kelvin_has_the_same_events(oracles: Path) -> None:
    _, celsius = found(oracles, "WA")
    kelvin = (observed(oracles, "WA") + 273.15).assign_attrs(units="K")
    events = heatwave_events(marine_heatwaves(kelvin, baseline=(1982, 2011)))
    pd.testing.assert_frame_equal(events, celsius, atol=1e-9, rtol=0)


def test_cold_spells_are_the_heatwaves_of_the_series_upside_down(oracles: Path) -> None:
    series = observed(oracles, "NW_Atl")
    cold = heatwave_events(marine_heatwaves(series, baseline=(1982, 2011), cold=True))
    turned = (-series).assign_attrs(series.attrs)
    warm = heatwave_events(marine_heatwaves(turned, baseline=(1982, 2011)))
    for name in ("start", "end", "peak", "category", "days_strong"):
        assert cold[name].tolist() == warm[name].tolist(), name
    np.testing.assert_allclose(cold["intensity_cumulative"], -warm["intensity_cumulative"])
