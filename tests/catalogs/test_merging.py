"""Casts brought together: TEOS-10 by its published check values, flags, units, and twins.

The check values are those of the TEOS-10 Oceanographic Toolbox (www.teos-10.org/pubs/gsw/html,
pages of gsw_z_from_p, gsw_p_from_z and gsw_sigma0), at 188 degrees east, 4 degrees north.
"""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_catalogs import ParameterError, merge_profiles
from bluecloud_catalogs.merging.quantities import About
from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.odv import read_odv
from bluecloud_catalogs.readers.sdn_netcdf import read_sdn_netcdf
from bluecloud_catalogs.tiers import TierWarning, read
from bluecloud_catalogs.tree import read_sources
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded as recording

PRESSURE = [10.0, 50.0, 125.0, 250.0, 600.0, 1000.0]
PRACTICAL = [34.5487, 34.7275, 34.8605, 34.6810, 34.5680, 34.5600]
TEMPERATURE = [28.7856, 28.4329, 22.8103, 10.2600, 6.8863, 4.4036]
Z_OF_PRESSURE = [-9.9445834, -49.7180897, -124.2726219, -248.4700577, -595.8253480, -992.0919061]
PRESSURE_OF_Z = [10.0557267, 50.2835434, 125.7318584, 251.5402996, 604.2100123, 1007.9903377]
SIGMA0 = [21.797900819, 22.052215404, 23.892985308, 26.667608666, 27.107380455, 27.409748977]
NAMES = {
    "pressure": ("sea_water_pressure", "dbar"),
    "depth": ("depth", "m"),
    "temperature": ("sea_water_temperature", "degree_Celsius"),
    "salinity": ("sea_water_practical_salinity", "1"),
    "oxygen": ("mole_concentration_of_dissolved_molecular_oxygen_in_sea_water", "umol L-1"),
}


def table(*, about=None, attrs=None, **columns):
    """A cast at the check values' place, with what its columns are."""
    frame = pd.DataFrame(
        {
            "platform": "6900001", "station": "1", "time": pd.Timestamp("2020-01-01T12:00"),
            "latitude": 4.0, "longitude": 188.0, **columns,
        }
    )  # fmt: skip
    told = {
        name: {"standard_name": NAMES[name][0], "units": NAMES[name][1]}
        for name in columns
        if name in NAMES
    }
    for name, change in (about or {}).items():
        told[name] = {**told.get(name, {}), **change}
    frame.attrs.update({"columns": told, **(attrs or {})})
    return frame


def cast(**changes):
    return table(**{"pressure": PRESSURE, "temperature": TEMPERATURE, "salinity": PRACTICAL,
                    **changes})  # fmt: skip


def levels(dataset, name):
    return dataset[name].values[0]


def test_depth_is_worked_out_of_pressure_by_teos_10():
    merged = merge_profiles(cast())
    np.testing.assert_allclose(levels(merged, "DEPTH"), -np.array(Z_OF_PRESSURE), rtol=1e-8)
    assert merged["DEPTH"].attrs["positive"] == "down"
    assert float(merged["LONGITUDE"][0]) == -172.0


def test_pressure_is_worked_out_of_depth_by_teos_10():
    depths = [10.0, 50.0, 125.0, 250.0, 600.0, 1000.0]
    merged = merge_profiles(table(depth=depths, temperature=TEMPERATURE))
    np.testing.assert_allclose(levels(merged, "PRES"), PRESSURE_OF_Z, rtol=1e-8)
    np.testing.assert_allclose(levels(merged, "DEPTH"), depths, rtol=1e-8)


def test_heights_become_depths_if_they_say_that_they_go_up():
    heights = [-10.0, -50.0]
    up = {"depth": {"positive": "up"}}
    merged = merge_profiles(table(depth=heights, temperature=[20.0, 19.0], about=up))
    np.testing.assert_allclose(levels(merged, "DEPTH"), [10, 50], rtol=1e-8)
    with pytest.raises(ParameterError, match="depths are negative, down to -50 m.*set it to up"):
        merge_profiles(table(depth=heights, temperature=[20.0, 19.0]))


def test_oxygen_per_litre_is_divided_by_the_potential_density():
    merged = merge_profiles(cast(oxygen=200.0))
    expected = 200 / (1 + np.array(SIGMA0) / 1000)  # at the first level 195.7334
    np.testing.assert_allclose(levels(merged, "DOXY"), expected, rtol=2e-6)
    assert levels(merged, "DOXY")[0] == pytest.approx(195.7334, abs=1e-3)
    assert merged["DOXY"].attrs["units"] == "umol kg-1"


@pytest.mark.parametrize(
    ("units", "factor"),
    [
        ("mmol m-3", 1.0),
        ("mol m-3", 1000.0),
        ("mL L-1", 44.6596),
        ("ml/l", 44.6596),
        ("mg L-1", 1000 / 31.9988),
        ("micromoles per litre", 1.0),
    ],
)
def test_oxygen_in_any_unit_by_volume(units, factor):
    merged = merge_profiles(cast(oxygen=5.0, about={"oxygen": {"units": units}}))
    expected = 5 * factor / (1 + np.array(SIGMA0) / 1000)
    np.testing.assert_allclose(levels(merged, "DOXY"), expected, rtol=2e-6)


@pytest.mark.parametrize(("units", "factor"), [("umol kg-1", 1), ("mol kg-1", 1e6)])
def test_oxygen_per_kilogram_needs_no_density(units, factor):
    about = {"oxygen": {"units": units}}
    merged = merge_profiles(table(pressure=PRESSURE, oxygen=5.0, about=about))
    np.testing.assert_allclose(levels(merged, "DOXY"), 5 * factor)


@pytest.mark.parametrize(
    ("columns", "absent"),
    [
        ({}, "no temperature and no salinity"),
        ({"temperature": TEMPERATURE}, "no salinity"),
        ({"salinity": PRACTICAL}, "no temperature"),
    ],
)
def test_oxygen_per_litre_is_refused_without_temperature_and_salinity(columns, absent):
    with pytest.raises(ParameterError, match=f"input 1 of 1: oxygen is in umol L-1.*{absent}"):
        merge_profiles(table(pressure=PRESSURE, oxygen=200.0, **columns))


def test_oxygen_beside_a_bad_salinity_is_missing_and_not_wrong():
    flags = ["1", "4", "1", "1", "1", "1"]
    merged = merge_profiles(cast(oxygen=200.0, salinity_QC=flags))
    assert list(np.isnan(levels(merged, "DOXY"))) == [False, True, False, False, False, False]
    assert levels(merged, "DOXY_QC")[1] == ord("9")
    assert levels(merged, "PSAL")[1] == PRACTICAL[1]


@pytest.mark.parametrize(
    "about",
    [
        {"p01": "TEMPP681"},
        {"long_name": "Temperature, IPTS-68"},
        {"units": "deg C (ITPS-68)"},
    ],
)
def test_temperatures_of_1968_become_those_of_1990(about):
    merged = merge_profiles(cast(about={"temperature": about}))
    np.testing.assert_allclose(levels(merged, "TEMP"), np.array(TEMPERATURE) / 1.00024)


def test_kelvin_and_pascal_are_understood():
    warm = {"units": "K"}
    merged = merge_profiles(
        cast(
            pressure=np.array(PRESSURE) * 1e4,
            temperature=np.array(TEMPERATURE) + 273.15,
            about={"temperature": warm, "pressure": {"units": "Pa"}},
        )
    )
    np.testing.assert_allclose(levels(merged, "TEMP"), TEMPERATURE, rtol=1e-12)
    np.testing.assert_allclose(levels(merged, "PRES"), PRESSURE, rtol=1e-12)


def test_absolute_salinity_becomes_practical():
    absolute = [34.711778345, 34.891522618, 35.025544862, 34.847229026, 34.736628475, 34.732363066]
    about = {"standard_name": "sea_water_absolute_salinity", "units": "g kg-1"}
    merged = merge_profiles(cast(salinity=absolute, about={"salinity": about}))
    # The atlas of anomalies has changed a little since these values were published.
    np.testing.assert_allclose(levels(merged, "PSAL"), PRACTICAL, atol=1e-4)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"pressure": {"units": "m"}}, "pressure: its unit 'm' is not a unit of pressure"),
        ({"temperature": {"units": "dbar"}}, "temperature: 'dbar' is no unit of temperature"),
        ({"salinity": {"units": "g kg-1"}}, "salinity: 'g kg-1' is no unit of practical salinity"),
        ({"oxygen": {"units": "percent"}}, "oxygen: 'percent' is no unit of oxygen"),
        ({"oxygen": {"units": ""}}, "oxygen: '' is no unit of oxygen"),
        ({"oxygen": {"units": "wombats"}}, "oxygen: 'wombats' is no unit"),
    ],
)
def test_a_unit_that_cannot_be_meant_is_refused_with_its_variable(about, message):
    with pytest.raises(ParameterError, match=message):
        merge_profiles(cast(oxygen=200.0, about=about))


def test_flags_are_in_l20_and_kept_as_they_were():
    woce = [2, 2, 3, 4, 9, 6]
    merged = merge_profiles(cast(temperature_flag=woce), schemes={"temperature_flag": "woce water"})
    assert [chr(code) for code in levels(merged, "TEMP_QC")] == ["1", "1", "3", "4", "9", "1"]
    assert list(levels(merged, "TEMP_QC_native")) == ["2", "2", "3", "4", "9", "6"]
    assert [chr(code) for code in levels(merged, "PSAL_QC")] == ["0"] * 6
    assert json.loads(merged.attrs["native_flags"])[0]["temperature"] == "woce water"


def test_a_scheme_that_nobody_names_says_nothing():
    merged = merge_profiles(cast(temperature_flag=[1, 2, 3, 4, 5, 6]))
    assert set(levels(merged, "TEMP_QC")) == {ord("0")}
    assert list(levels(merged, "TEMP_QC_native")) == ["1", "2", "3", "4", "5", "6"]


def test_times_with_a_zone_become_utc():
    zoned = cast(time=pd.Timestamp("2020-01-01T14:00", tz="Europe/Rome"))
    merged = merge_profiles(zoned)
    assert merged["TIME"].values[0] == np.datetime64("2020-01-01T13:00")
    with pytest.raises(ParameterError, match="its time is numbers"):
        merge_profiles(cast(time=2458850.0))


@pytest.mark.parametrize("gone", ["time", "latitude", "longitude"])
def test_what_has_no_place_or_time_is_refused(gone):
    with pytest.raises(ParameterError, match=f"input 1 of 1 has no {gone}"):
        merge_profiles(cast().drop(columns=gone))


def test_what_has_no_pressure_and_no_depth_is_refused():
    with pytest.raises(ParameterError, match="neither pressure nor depth"):
        merge_profiles(table(temperature=TEMPERATURE))
    with pytest.raises(ParameterError, match="has none of temperature, salinity, oxygen"):
        merge_profiles(table(pressure=PRESSURE))
    with pytest.raises(ParameterError, match="nothing to merge"):
        merge_profiles()
    with pytest.raises(ParameterError, match="is a list: casts come as"):
        merge_profiles([1])


def test_two_variables_of_one_kind_are_not_chosen_between():
    about = {"other": {"standard_name": "sea_water_temperature", "units": "degree_Celsius"}}
    with pytest.raises(ParameterError, match="both temperature and other are temperature"):
        merge_profiles(cast(other=1.0, about=about))


def twin(**changes):
    """The same cast as another archive has it: rounded, coarser, under another name."""
    made = cast(temperature=np.round(TEMPERATURE, 2), latitude=4.01, longitude=-172.01,
                platform="OCEAN ROVER", time=pd.Timestamp("2020-01-01T12:20"),
                temperature_QC="1", **changes)  # fmt: skip
    made = made.iloc[1:]
    made.attrs.update(source="seadatanet", entry="cdi")
    return made


def test_the_same_cast_of_two_archives_is_given_once_and_both_are_listed():
    first = cast(temperature_QC="1")
    first.attrs.update(source="argogdac", entry="argo_profiles")
    merged = merge_profiles(twin(), first)
    assert merged.sizes["N_PROF"] == 1
    assert merged["SOURCE"].values[0] == "argogdac"  # it has more good values
    assert merged["HELD_BY"].values[0] == "seadatanet cdi 1; argogdac argo_profiles 1"
    both = merge_profiles(twin(), first, duplicates="all")
    assert list(both["GROUP"].values) == [0, 0]
    assert list(both["IS_BEST"].values) == [True, False]


def test_a_cast_in_delayed_mode_is_better_than_one_with_more_values():
    delayed = twin(DATA_MODE="D")
    merged = merge_profiles(cast(temperature_QC="1", DATA_MODE="R"), delayed)
    assert merged["SOURCE"].values[0] == "seadatanet"


@pytest.mark.parametrize(
    "changes",
    [
        {"time": pd.Timestamp("2020-01-01T13:30")},
        {"latitude": 4.1},
        {"longitude": -171.9},
        {"platform": "6900002"},
        {"temperature": np.array(TEMPERATURE) + 0.1},
        {"salinity": np.array(PRACTICAL) - 0.1},
        {"pressure": np.array(PRESSURE) + 5000},
    ],
)
def test_another_cast_is_another_cast(changes):
    assert merge_profiles(cast(), cast(**changes)).sizes["N_PROF"] == 2


def test_twins_within_one_input_are_left_alone():
    two = pd.concat([cast(), cast(station="2")])
    two.attrs = cast().attrs
    assert merge_profiles(two).sizes["N_PROF"] == 2
    assert merge_profiles(two, cast()).sizes["N_PROF"] == 2


def test_argo_as_its_reader_gives_it(gdac):
    entry = declared("argo_bgc_profiles")
    oxygen = read(entry, asked(entry, {"platform": 9000001}), lazy=False)
    entry = declared("argo_profiles")
    core = read(entry, asked(entry, {"platform": [9000001, 9000002]}), lazy=False)
    merged = merge_profiles(core, oxygen)
    assert merged.sizes["N_PROF"] == 6
    assert list(merged["PLATFORM"].values).count("9000001") == 3
    assert sum(";" in held for held in merged["HELD_BY"].values) == 3
    bad = core["PSAL_QC_L20"]  # one salinity is bad, and standard mode leaves its level out
    assert ord("4") not in bad.values
    with_oxygen = merged.isel(N_PROF=merged["ENTRY"].values == "argo_bgc_profiles")
    assert int(with_oxygen["DOXY"].count()) > 0
    assert set(np.unique(with_oxygen["TEMP_QC_native"].values)) <= {"", "1"}
    assert merged["TEMP_QC"].attrs["sdn_conventions_urn"] == "SDN:L20::"


CASTS = {
    name: told
    for name, entry in read_sources().entries.items()
    if "sample" in entry.tiers
    and (told := {About.told(v.name, v.model_dump()).quantity for v in entry.declaration.variables})
    & {"pressure", "depth"}
}
# Per kilogram already, or with what gives the density.
MERGED = sorted(
    name
    for name, told in CASTS.items()
    if told & {"temperature", "salinity"}
    or ("oxygen" in told and any("kg" in v.units for v in declared(name).declaration.variables))
)
OXYGEN_ALONE = sorted(name for name in set(CASTS) - set(MERGED) if "oxygen" in CASTS[name])


@pytest.mark.parametrize("name", MERGED)
def test_every_entry_of_casts_can_be_merged_as_its_reader_gives_it(name, monkeypatch):
    """Whoever's reader it is: what has a place, a depth and a value of ours is brought together."""
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    entry = declared(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TierWarning)
        data = read(entry, asked(entry, entry.declaration.example), lazy=False)
    merged = merge_profiles(data)
    assert merged.sizes["N_PROF"] > 0
    assert sum(int(merged[each].count()) for each in ("TEMP", "PSAL", "DOXY")) > 0
    assert set(merged["ENTRY"].values) == {name}


@pytest.mark.parametrize("name", OXYGEN_ALONE)
def test_an_entry_of_oxygen_per_litre_alone_is_refused_with_the_reason(name, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    entry = declared(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TierWarning)
        data = read(entry, asked(entry, entry.declaration.example), lazy=False)
    with pytest.raises(ParameterError, match=f"{name}.*no temperature and no salinity beside it"):
        merge_profiles(data)


SDN = "seadatanet/sdn_netcdf_samples/netCDF_vertical_profiles"


def test_recorded_casts_of_seadatanet():
    path = recording(f"{SDN}_ctd_with_instruments.nc")
    merged = merge_profiles(read_sdn_netcdf(File(path.name, path.read_bytes())))
    assert merged.sizes["N_PROF"] == 10
    assert int(merged["TEMP"].count()) == int(merged["DOXY"].count()) == 21645
    assert set(np.unique(merged["TEMP_QC"].values)) == {ord("1"), ord("9")}
    assert set(merged["PLATFORM"].values) == {"FI35200653001"}
    assert merged["TIME"].values[0] == np.datetime64("2006-05-24T14:28")
    path = recording(f"{SDN}_xbt_with_fall_rate_and_instruments.nc")
    probes = merge_profiles(read_sdn_netcdf(File(path.name, path.read_bytes())))
    # It has depths only: at the deepest, 953.6 m at 44 degrees south, the pressure is above that.
    assert float(probes["DEPTH"].max()) == pytest.approx(953.6)
    assert 953.6 < float(probes["PRES"].max()) < 975
    assert int(probes["PSAL"].count()) == 0


def test_a_recorded_cast_of_odv():
    path = recording("seadatanet/odv_nc_medatlas/00563439_ODV_withBOM.txt")
    merged = merge_profiles(read_odv(File(path.name, path.read_bytes())))
    assert merged.sizes == {"N_PROF": 1, "N_LEVELS": 88}
    assert int(merged["TEMP"].count()) == int(merged["PSAL"].count()) == 88
    assert set(np.unique(merged["TEMP_QC"].values)) == {ord("1")}


def test_the_recorded_float_merges_with_itself(recorded):
    entry = declared("argo_profiles")
    core = read(entry, asked(entry, {"platform": 5900865}), lazy=False)
    again = core.assign_coords(LATITUDE=core["LATITUDE"] + 0.005)
    merged = merge_profiles(core, again)
    assert merged.sizes["N_PROF"] == core.sizes["N_PROF"] == 80
    assert all(";" in held for held in merged["HELD_BY"].values)
    assert int(merged["TEMP"].count()) == int(core["TEMP"].count())


def test_a_dataset_of_points_and_one_of_a_single_profile():
    attrs = {name: {"standard_name": each[0], "units": each[1]} for name, each in NAMES.items()}
    place = {
        "time": ((), np.datetime64("2020-01-01T12:00", "ns"), {"standard_name": "time"}),
        "lat": ((), 4.0, {"standard_name": "latitude"}),
        "lon": ((), 188.0, {"standard_name": "longitude"}),
    }
    single = xr.Dataset(
        {
            "p": ("z", PRESSURE, attrs["pressure"]),
            "t": ("z", TEMPERATURE, attrs["temperature"]),
            **place,
        }
    )
    points = single.drop_vars(["time", "lat", "lon"]).rename(z="n")
    for name, (_, value, about) in place.items():
        points[name] = ("n", [value] * 6, about)
    merged = merge_profiles(single, points)
    assert merged.sizes == {"N_PROF": 1, "N_LEVELS": 6}
    np.testing.assert_array_equal(levels(merged, "TEMP"), TEMPERATURE)


def test_a_grid_is_no_cast():
    grid = xr.Dataset(
        {
            "t": (
                ("time", "depth", "lat"),
                np.zeros((1, 2, 3)),
                {"standard_name": "sea_water_temperature"},
            )
        },
        coords={
            "time": ("time", pd.date_range("2020-01-01", periods=1), {"standard_name": "time"}),
            "depth": ("depth", [1.0, 2.0], {"standard_name": "depth", "units": "m"}),
            "lat": ("lat", [1.0, 2.0, 3.0], {"standard_name": "latitude"}),
        },
    )
    with pytest.raises(ParameterError, match="is a grid by latitude"):
        merge_profiles(grid)


def test_what_is_merged_can_be_written_and_cited(gdac, tmp_path):
    import bluecloud_catalogs

    entry = declared("argo_profiles")
    core = read(entry, asked(entry, {"platform": 9000001}), lazy=False)
    merged = merge_profiles(core)
    merged.to_netcdf(tmp_path / "merged.nc", engine="netcdf4")
    with xr.open_dataset(tmp_path / "merged.nc", engine="netcdf4") as again:
        assert bluecloud_catalogs.citations(again) == bluecloud_catalogs.citations(core)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 6000), st.floats(-2, 35), st.floats(2, 42), st.sampled_from("0123459")
        ),
        min_size=1,
        max_size=30,
    )
)
def test_any_cast_keeps_its_values_and_goes_down(rows):
    pressure, temperature, salinity, flags = map(list, zip(*rows, strict=True))
    merged = merge_profiles(
        table(pressure=pressure, temperature=temperature, salinity=salinity, temperature_QC=flags)
    )
    assert merged.sizes == {"N_PROF": 1, "N_LEVELS": len(rows)}
    assert (np.diff(levels(merged, "PRES")) >= 0).all()
    assert (np.diff(levels(merged, "DEPTH")) >= 0).all()
    assert sorted(levels(merged, "TEMP")) == sorted(temperature)
    together = merge_profiles(*(table(pressure=pressure, temperature=temperature),) * 2)
    assert together.sizes["N_PROF"] == 1


@settings(max_examples=24, deadline=None)
@given(st.permutations(range(4)))
def test_what_comes_out_does_not_depend_on_the_order_of_levels(order):
    shuffled = cast(oxygen=200.0).iloc[[*order, 4, 5]]
    shuffled.attrs = cast(oxygen=200.0).attrs
    assert merge_profiles(shuffled).equals(merge_profiles(cast(oxygen=200.0)))


@pytest.mark.parametrize("kind", ["int64", "float64", "str"])
def test_flags_of_a_table_may_be_numbers(kind):
    flags = np.array([1, 2, 4]).astype(kind)
    cast = table(pressure=PRESSURE[:3], temperature=TEMPERATURE[:3], temperature_QC=flags)

    merged = merge_profiles(cast)
    assert merged["TEMP_QC"].values.tolist() == [[49, 50, 52]]
    assert merged["TEMP_QC_native"].values.tolist() == [["1", "2", "4"]]


def test_a_temperature_of_two_scales_is_refused():
    words = {"long_name": "Temperature, ITS-90, converted from IPTS-68"}
    cast = table(about={"temperature": words}, pressure=PRESSURE, temperature=TEMPERATURE)

    with pytest.raises(ParameterError, match="both ITS-90 and IPTS-68"):
        merge_profiles(cast)


def test_casts_that_have_no_value_in_common_are_two():
    nothing = float("nan")
    upper = table(pressure=PRESSURE[:3], temperature=[28.0, nothing, nothing])
    lower = table(pressure=PRESSURE[:3], temperature=[nothing, nothing, 22.0])

    assert merge_profiles(upper, lower).sizes["N_PROF"] == 2
