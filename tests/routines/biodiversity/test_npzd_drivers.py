"""Drivers of phytoplankton: on the service's own samples, on a twin, and what must hold."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.biodiversity import (
    clear_sky_par,
    npzd_drivers,
    parameter_ranges,
    parameter_table,
    share_table,
    simulate_npzd,
    station_forcing,
)

DAYS = pd.date_range("2014-01-01", "2017-12-31")
UNITS = dict.fromkeys(("din", "phosphate", "silicate"), "umol L-1")
UNITS |= {"temperature": "degree_Celsius"}
# The files' names, by ours.
FILES_NAMES = {
    "max_uptake": "maxUptake",
    "ks_par": "ksPAR",
    "ks_din": "ksDIN",
    "ks_phosphate": "ksP",
    "ks_silicate": "ksSi",
    "max_grazing": "maxGrazing",
    "ks_grazing": "ksGrazing",
    "faeces": "pFaeces",
    "excretion": "excretionRate",
    "mortality": "mortalityRate",
    "chlorophyll_to_nitrogen": "ChlNratio",
    "reference_temperature": "Tobs",
    "attenuation": "kd",
}
# mg of carbon an individual over g mol-1 and mol C:N, as the service's program has them.
NITROGEN = {
    "Calanoida": 0.0006 / 12.0107 / 5.75,
    "Noctiluca": 0.0003 / 12.0107 / 3.35,
    "Harpacticoida": 0.001 / 12.0107 / 4.5,
    "Appendicularia": 0.004 / 12.0107 / 4.08,
}


def twin(forcing: xr.Dataset, **options: object) -> xr.DataArray:
    """Chlorophyll every tenth day of a sea that is the model, with parameters that are known."""
    ranges = parameter_ranges("nearshore")
    known = pd.DataFrame([(0.3 * ranges["least"] + 0.7 * ranges["most"]).to_dict()])
    return simulate_npzd(forcing, known, **options)["chlorophyll"].isel(member=0, drop=True)[5::10]


@pytest.fixture(scope="module")
def station(npzd_data: Path) -> tuple[xr.Dataset, xr.DataArray]:
    """Daily forcing and chlorophyll of station 130, nearshore, 2014 to 2017."""
    table = pd.read_csv(npzd_data / "abiotic_pigment_2020.csv", parse_dates=["Time"])
    ours = {"Time": "time", "Phosphate_PO4": "phosphate", "Silicate_SiO4": "silicate"}
    table = table.rename(columns={**ours, "Temperature": "temperature"})
    table = table[table["time"].dt.year <= 2017]
    table["din"] = table["Nitrate_Nitrite"] + table["Ammonium_NH4"]
    forcing = station_forcing(table, times=DAYS, units=UNITS)
    forcing["par"] = clear_sky_par(DAYS, latitude=51.27)
    green = table.groupby("time")["Chlorophyll_a"].mean().dropna().to_xarray()
    return forcing, green.assign_attrs(units="mg m-3")


@pytest.fixture(scope="module")
def result(station: tuple[xr.Dataset, xr.DataArray]) -> xr.Dataset:
    return npzd_drivers(*station)


def test_nearshore_chlorophyll_is_about_the_published(result: xr.Dataset) -> None:
    """Otero et al. (2023): 3.5 to 23.1 mg m-3.

    Their light and splines are not ours, and their file has one of their nearshore stations.
    """
    middle = result["chlorophyll"].sel(quantile=0.5)
    monthly = middle.resample(time="MS").mean()
    climatology = middle.groupby("time.month").mean()
    assert int(climatology.idxmax()) in (3, 4, 5)
    assert 23.1 / 1.15 < float(monthly.max()) < 23.1 * 1.15
    assert 3.5 / 2 < float(monthly.min()) < 3.5 * 2
    assert float(result["r2"][0]) > 0.4


def test_light_holds_back_in_winter_and_phosphate_more_in_spring(result: xr.Dataset) -> None:
    table = share_table(result).set_index(["season", "driver"])["mean"]
    assert table["DJF"].idxmax() == "par"
    assert table["MAM", "phosphate"] > table["DJF", "phosphate"]
    assert table["JJA", "temperature"] < 0.02 < table["DJF", "temperature"]


def test_zooplankton_can_judge_too(station: tuple[xr.Dataset, xr.DataArray], npzd_data) -> None:
    caught = pd.read_csv(npzd_data / "zooscan.csv", parse_dates=["Date"])
    amount = (caught["Density"] * caught["Taxon"].map(NITROGEN)).groupby(caught["Date"]).sum()
    animals = amount.rename_axis("time").to_xarray().assign_attrs(units="mmol m-3")
    judged = npzd_drivers(*station, zooplankton=animals, n_members=300, keep=20)
    alone = npzd_drivers(*station, n_members=300, keep=20)
    mean = float(amount[:"2017"].mean())
    departures = [
        abs(float(each["zooplankton"].sel(quantile=0.5).mean()) - mean) for each in (judged, alone)
    ]
    assert departures[0] < departures[1]


@pytest.mark.parametrize("region", ["nearshore", "midshore", "offshore"])
def test_the_ranges_are_the_services(npzd_data: Path, region: str) -> None:
    theirs = pd.read_csv(npzd_data / f"parameters_min_max_{region}.csv", index_col=0)
    ours = parameter_ranges(region).rename(index=FILES_NAMES)
    np.testing.assert_array_equal(ours[["least", "most"]], theirs.loc[ours.index])


@pytest.mark.parametrize("din", ["forced", "prognostic"])
@pytest.mark.parametrize("split_day", [172, None])
def test_shares_add_up_to_one(forcing: xr.Dataset, din: str, split_day: int | None) -> None:
    found = npzd_drivers(
        forcing, twin(forcing), n_members=60, keep=10, din=din, split_day=split_day
    )
    for name in ("share_mean_by_month", "share_mean_by_season", "share_mean"):
        np.testing.assert_allclose(found[name].sum("driver"), 1, rtol=1e-12)
        assert float(found[name].min()) >= 0
    bands = found["share_by_month"]
    assert bool((bands.diff("quantile") >= 0).all())
    assert ("din" in found) == (din == "prognostic")


def test_a_share_is_what_a_pencil_gives(forcing: xr.Dataset) -> None:
    """With every limitation a half and temperature at its reference there are five equal shares."""
    for name, value in (("din", 5), ("phosphate", 0.5), ("silicate", 1), ("par", 100)):
        forcing[name][:] = value
    forcing["temperature"][:] = 10
    fixed = dict(zip(parameter_ranges("nearshore").index, [0] * 13, strict=True))
    fixed |= {"ks_din": 5, "ks_phosphate": 0.5, "ks_silicate": 1, "ks_par": 100, "ks_grazing": 1}
    fixed |= {"reference_temperature": 10, "chlorophyll_to_nitrogen": 1}
    ranges = {name: (float(value), float(value)) for name, value in fixed.items()}
    seen = xr.ones_like(forcing["din"]).assign_attrs(units="mg m-3")
    # No uptake, no grazing: phytoplankton stays 1.
    found = npzd_drivers(forcing, seen, ranges=ranges, n_members=10, keep=2)
    shares = found["share_mean_by_season"].sel(driver=["din", "phosphate", "silicate", "par"])
    np.testing.assert_allclose(shares, 0.2, rtol=1e-12)
    np.testing.assert_allclose(found["share_mean_by_season"].sel(driver="temperature"), 0)
    np.testing.assert_allclose(found["rmse"], 0, atol=1e-12)


def test_the_second_run_is_no_worse_than_the_first(forcing: xr.Dataset) -> None:
    seen = twin(forcing)
    random = np.random.default_rng(3)
    ranges = parameter_ranges("nearshore")
    drawn = random.uniform(ranges["least"], ranges["most"], size=(400, len(ranges)))
    one = simulate_npzd(forcing, pd.DataFrame(drawn, columns=ranges.index))["chlorophyll"]
    misfit = np.sqrt(((one.sel(time=seen["time"]) - seen) ** 2).mean("time"))
    found = npzd_drivers(forcing, seen, n_members=400, keep=20, spinup_years=0)
    assert float(found["rmse"].median()) < float(np.sort(misfit)[:20].mean())


def test_on_a_twin_the_band_holds_the_truth(forcing: xr.Dataset) -> None:
    seen = twin(forcing)
    found = npzd_drivers(forcing, seen, n_members=1000, keep=50, spinup_years=0)
    band = found["chlorophyll"].sel(time=seen["time"])
    inside = (band.sel(quantile=0.05) <= seen) & (seen <= band.sel(quantile=0.95))
    assert float(inside.mean()) > 0.8
    assert float(found["r2"].min()) > 0.7


def test_it_is_the_same_each_time_and_another_with_another_seed(forcing: xr.Dataset) -> None:
    seen = twin(forcing)
    few = {"n_members": 50, "keep": 5}
    first, again = (npzd_drivers(forcing, seen, **few) for _ in range(2))
    assert first.identical(again)
    other = npzd_drivers(forcing, seen, **few, seed=1)
    assert not first["parameter_value"].equals(other["parameter_value"])


def test_samples_outside_the_period_change_nothing(forcing: xr.Dataset) -> None:
    seen = twin(forcing)
    later = seen[:3].assign_coords(time=pd.date_range("2030-01-01", periods=3)) * 100
    few = {"n_members": 50, "keep": 5}
    more = xr.concat([seen, later], "time").assign_attrs(seen.attrs)
    assert npzd_drivers(forcing, seen, **few).identical(npzd_drivers(forcing, more, **few))


def test_tables_are_tidy_and_options_are_told(forcing: xr.Dataset) -> None:
    found = npzd_drivers(forcing, twin(forcing), n_members=50, keep=5)
    table = parameter_table(found)
    assert len(table) == 26
    assert (table["least"] <= table["q05"]).all()
    assert (table["q95"] <= table["most"]).all()
    assert len(share_table(found, by="month")) == 72
    assert json.loads(found.attrs["parameters"])["split_day"] == 172


def test_samples_become_a_daily_cycle_that_closes() -> None:
    """Samples of a known cycle, once a month, without noise."""
    when = DAYS[10::30]

    def known(days: pd.DatetimeIndex) -> np.ndarray:
        return np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 30) / 365.25)

    table = pd.DataFrame({"time": when, "temperature": 12 - 6 * known(when)})
    for name in ("din", "phosphate", "silicate"):
        table[name] = np.exp(1 + known(when))
    found = station_forcing(table, times=DAYS, units=UNITS)
    np.testing.assert_allclose(found["temperature"], 12 - 6 * known(DAYS), atol=0.15)
    np.testing.assert_allclose(np.log(found["din"]), 1 + known(DAYS), atol=0.05)
    assert float(abs(found["temperature"].diff("time")).max()) < 0.2  # 31 December too
    same = station_forcing(table, times=DAYS, units=UNITS, interannual=False)
    first, second = (same["din"].sel(time=year).values for year in ("2014", "2015"))
    np.testing.assert_allclose(first, second)


def test_a_warm_year_is_seen_as_warm() -> None:
    when = DAYS[::20]
    usual = 12 - 6 * np.cos(2 * np.pi * (when.day_of_year.to_numpy() - 30) / 365.25)
    table = pd.DataFrame({"time": when, "temperature": usual + 2.0 * (when.year >= 2016)})
    for name in ("din", "phosphate", "silicate"):
        table[name] = 1.0
    by_year = station_forcing(table, times=DAYS, units=UNITS)["temperature"].groupby("time.year")
    means = by_year.mean()
    assert float(means.sel(year=2017) - means.sel(year=2014)) == pytest.approx(2.0, abs=0.4)
