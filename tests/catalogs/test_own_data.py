"""A person's own file: checked, kept where nobody else looks, found, read, merged."""

import stat
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import bluecloud_catalogs
from bluecloud_catalogs import DataError, ParameterError, UnusableFile, add_data, merge_profiles
from bluecloud_catalogs.commands import app
from bluecloud_catalogs.discovery.results import measured
from bluecloud_catalogs.errors import CatalogueError
from bluecloud_catalogs.own import own_entries, own_records, remove_data
from bluecloud_catalogs.own.cnv import read_cnv
from bluecloud_catalogs.own.csv_table import read_csv_table
from bluecloud_catalogs.own.dimensions import expected_unit, unit_fault
from tests.federation.recorded import recorded as recording

CSV = """time,latitude,longitude,depth [m],temperature (degC),salinity [1],chl [mg m-3]
2021-06-01T10:00:00Z,45.2,12.6,1,18.2,35.1,1.1
2021-06-01T10:00:00Z,45.2,12.6,5,17.9,35.2,
2021-06-02T10:00:00+02:00,45.3,12.7,1,18.4,35.0,0.9
"""
CNV = """* Sea-Bird SBE 9 Data File:
* FileName = C:\\data\\cast7.hex
* NMEA Latitude = 45 30.00 N
* NMEA Longitude = 012 15.00 W
* NMEA UTC (Time) = Jun 25 2019 12:30:01
# nquan = 5
# nvalues = 3
# units = specified
# name 0 = prDM: Pressure, Digiquartz [db]
# name 1 = t090C: Temperature [ITS-90, deg C]
# name 2 = sal00: Salinity, Practical [PSU]
# name 3 = sbeox0ML/L: Oxygen, SBE 43 [ml/l]
# name 4 = flag:  0.000e+00
# bad_flag = -9.990e-29
# start_time = Jun 25 2019 14:30:01 [System UpLoad Time]
# file_type = ascii
*END*
      1.000    20.1234    35.0001     5.1000  0.000e+00
      2.000    20.1000    35.0010     5.0000  0.000e+00
      3.000    20.0000    35.0100 -9.990e-29  0.000e+00
"""


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    """A home of the test's own, with nothing in it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BLUECLOUD_SHARED", raising=False)


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(name):
    return bluecloud_catalogs.open_catalog("environment")[name].read()


def test_a_csv_is_found_read_and_merged(tmp_path):
    added = add_data(file(tmp_path, "Lagoon 2021.csv", CSV), title="My lagoon")
    assert added.name == "own_lagoon_2021"
    assert added.rows == 3
    (record,) = own_records()
    assert record.title == "My lagoon"
    assert record.bbox == (12.6, 45.2, 12.7, 45.3)
    assert record.depth == (1.0, 5.0)
    assert record.entry == added.name
    assert "sea_water_temperature" in record.cf
    table = read(added.name)
    assert list(table["time"])[2] == pd.Timestamp("2021-06-02T08:00")
    assert np.isnan(table["chl"][1])
    assert table.attrs["source"] == "own"
    assert table.attrs["tier"] == "live"
    assert table.attrs["synthetic"] == "false"
    cited = bluecloud_catalogs.citations(table)
    assert cited.startswith("Own data, unpublished: My lagoon. Licence: all rights reserved (")
    assert "(own_lagoon_2021, own file, read 20" in cited
    merged = merge_profiles(table)
    assert merged.sizes == {"N_PROF": 2, "N_LEVELS": 2}
    np.testing.assert_array_equal(merged["TEMP"].values[0], [18.2, 17.9])


def test_own_data_are_read_whatever_tiers_providers_are_read_from(tmp_path, monkeypatch):
    add_data(file(tmp_path, "cast.csv", CSV), citation="A. Rossi (2021)")
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    table = read("own_cast")
    assert len(table) == 3
    assert "A. Rossi (2021). Licence" in bluecloud_catalogs.citations(table)


@pytest.mark.parametrize(
    ("column", "value"), [("depth", "-999"), ("temperature", "-99.9"), ("salinity", "9999")]
)
def test_a_fill_value_that_nobody_named_is_refused(tmp_path, column, value):
    names = {"depth": ",1,", "temperature": ",18.2,", "salinity": ",35.1,"}
    text = CSV.replace(names[column], f",{value},", 1)
    with pytest.raises(UnusableFile, match=rf"line 2: {column} is {value}.*leave it empty"):
        add_data(file(tmp_path, "lagoon.csv", text))


def test_own_data_are_found_by_the_same_search_and_opened_from_it(tmp_path):
    before = bluecloud_catalogs.find("temperature").total
    add_data(file(tmp_path, "lagoon.csv", CSV), title="My lagoon")
    found = bluecloud_catalogs.find("temperature", limit=1)
    assert found.total == before + 1
    assert found[0].source == "own"
    assert len(found) == 2
    assert found.facets["source"]["own"] == 1
    table = found.open(0)
    assert table.attrs["entry"] == "own_lagoon"
    assert "own" not in {record.source for record in found.next()}
    here = bluecloud_catalogs.find(bbox=[12, 45, 13, 46], time="2021-06", sources=["own"])
    assert [record.title for record in here] == ["My lagoon"]
    assert bluecloud_catalogs.find(bbox=[0, 0, 1, 1], sources=["own"]).total == 0
    assert list(here.to_intake()) != []


def test_private_data_are_the_owners_alone(tmp_path):
    added = add_data(file(tmp_path, "mine.csv", CSV))
    home = tmp_path / "home" / ".bluecloud" / "data"
    assert added.path == home / "own_mine" / "mine.csv"
    for path in (home, home / "own_mine"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    for path in (home / "own_mine").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_laboratorys_data_are_seen_by_who_shares_its_folder(tmp_path, monkeypatch):
    path = file(tmp_path, "ours.csv", CSV)
    with pytest.raises(DataError, match="BLUECLOUD_SHARED=: it must name"):
        add_data(path, visibility="laboratory")
    (tmp_path / "shared").mkdir()
    monkeypatch.setenv("BLUECLOUD_SHARED", str(tmp_path / "shared"))
    added = add_data(path, visibility="laboratory", licence="CC BY 4.0", citation="Us (2021).")
    assert added.path == tmp_path / "shared" / "data" / "own_ours" / "ours.csv"
    monkeypatch.setenv("HOME", str(tmp_path / "another"))
    table = read("own_ours")
    assert table.attrs["citation"] == "Us (2021)."
    assert table.attrs["licence"].startswith("CC BY 4.0")


def test_a_name_that_is_taken_is_not_written_over(tmp_path):
    path = file(tmp_path, "mine.csv", CSV)
    add_data(path)
    with pytest.raises(ParameterError, match="own_mine is there already"):
        add_data(path)
    add_data(path, replace=True, title="Again")
    assert [record.title for record in own_records()] == ["Again"]
    with pytest.raises(ParameterError, match="must be lower-case letters"):
        add_data(path, name="../../etc")


def test_nothing_is_kept_of_a_file_that_is_wrong(tmp_path):
    with pytest.raises(UnusableFile):
        add_data(file(tmp_path, "wrong.csv", CSV.replace("45.3", "95.3")))
    assert list(own_records()) == []
    assert own_entries() == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("45.3", "95.3"), r"wrong.csv, line 4: latitude is 95.3: it must be from -90 to 90"),
        (("12.7", "north"), r"line 4: longitude is 'north': it must be a number of degrees"),
        (("2021-06-02T10:00:00+02:00", "02/06/2021"), r"line 4, time: '02/06/2021' is no date as"),
        (("2021-06-02T10:00:00+02:00", ""), r"line 4: it has no time"),
        (("2021-06-02T10:00:00+02:00", "2121-06-02"), r"line 4: time is 2121.*and today"),
        (("2021-06-02T10:00:00+02:00", "0021-06-02"), r"line 4"),
        (("temperature (degC)", "temperature"), r"temperature has no unit: write it in brackets"),
        (("salinity [1]", "salinity"), r"salinity has no unit: .* as 'salinity \[1\]', or give"),
        (("chl [mg m-3]", "chl [wombats]"), r"chl: 'wombats' is no unit that is known"),
        (("temperature (degC)", "station"), r"station has no unit"),
        (("latitude", "y"), r"it has no latitude: name a column so, or give time and position"),
        (("salinity [1]", "temperature [degC]"), r"more than one column is temperature"),
        (("salinity [1]", ""), r"column 6 has no name"),
        (("18.4", "warm"), r"line 4, .*: 'warm' is no number, and its unit is"),
        (("18.4", '"18,4"'), r"'18,4' is no number, .*: write a number with a point, not a comma"),
        (("0.9\n", "0.9,7\n"), r"line 4: 8 cells, and 7 columns"),
    ],
)
def test_what_is_wrong_in_a_csv_is_said_with_its_line(tmp_path, change, message):
    with pytest.raises(UnusableFile, match=message):
        add_data(file(tmp_path, "wrong.csv", CSV.replace(*change)))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", "", "it is empty"),
        ("head.csv", CSV.splitlines()[0], "it has 1 lines"),
        ("places.csv", "time,lat,lon\n2020-01-01,1,2\n", "it measures nothing"),
        ("nan.csv", "time,lat,lon,t [K]\n2020-01-01,1,2,\n", "not one of its numbers is there"),
        ("x.xlsx", b"PK\x03\x04", "none of what can be added"),
        ("bytes.csv", b"a,b\0\n", "none of what can be added"),
        ("not.nc", b"CDF\x01\x00", "not.nc: "),
    ],
)
def test_what_is_no_data_is_refused(tmp_path, name, content, message):
    with pytest.raises(UnusableFile, match=message):
        add_data(file(tmp_path, name, content))
    with pytest.raises(UnusableFile, match="there is no such file"):
        add_data(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("column", "unit"),
    [
        ("temperature", "m"),
        ("temp", "furlong"),
        ("salinity", "degC"),
        ("salinity", "ppt"),  # picopints, to UDUNITS
        ("pressure", "m"),
        ("depth", "dbar"),
        ("chlorophyll", "mmol m-3"),
        ("mole_concentration_of_nitrate_in_sea_water", "umol kg-1"),
    ],
)
def test_a_unit_of_something_else_is_refused(tmp_path, column, unit):
    path = file(tmp_path, "units.csv", f"time,lat,lon,{column} [{unit}]\n2020-01-01,1,2,7.5\n")
    with pytest.raises(
        UnusableFile, match=rf"{column}: '{unit}' is no unit of \w+, which is given"
    ):
        add_data(path)
    assert not own_entries()


@pytest.mark.parametrize(
    ("column", "unit"),
    [("temperature", "K"), ("salinity", "1e-3"), ("salinity", "PSU"), ("pressure", "kPa"),
     ("depth", "km"), ("chlorophyll", "ug/L"), ("wind", "m s-1"), ("sea_water_ph", "1")],
)  # fmt: skip
def test_a_unit_that_converts_is_taken(tmp_path, column, unit):
    value = 280 if unit == "K" else 7.5
    content = f"time,lat,lon,{column} [{unit}]\n2020-01-01,1,2,{value}\n"
    added = add_data(file(tmp_path, "units.csv", content))
    assert own_entries()[added.name].declaration.variables[0].units == unit


def test_what_a_unit_must_be_is_what_the_table_of_standard_names_says():
    table = files("compliance_checker") / "data" / "cf-standard-name-table.xml"
    told = {
        entry.get("id"): entry.findtext("canonical_units")
        for entry in ElementTree.fromstring(table.read_bytes()).iter("entry")  # noqa: S314 - of a package
    }
    ruled = [name for name in told if expected_unit(name)]
    assert len(ruled) > 800
    assert [name for name in ruled if unit_fault(told[name], name)] == []


def test_units_in_a_second_row_are_units():
    content = "time,latitude,longitude,temp,mark\nUTC,degrees_north,degrees_east,degree_C,\n"
    table = read_csv_table(
        (content + "2020-01-01,1,2,3,a\n").encode(), name="x.csv", units={"mark": "1"}, names={}
    )
    assert len(table) == 1
    assert table.attrs["columns"]["temp"]["units"] == "degree_C"
    assert table.attrs["columns"]["temp"]["standard_name"] == "sea_water_temperature"


def test_units_and_names_may_be_given_beside_the_file(tmp_path):
    path = file(tmp_path, "bare.csv", "time;lat;lon;o2\n2020-01-01;1;2;250\n")
    added = add_data(
        path,
        units={"o2": "umol kg-1"},
        names={"o2": "moles_of_oxygen_per_unit_mass_in_sea_water"},
    )
    assert added.record.cf == ("moles_of_oxygen_per_unit_mass_in_sea_water",)
    assert read(added.name).attrs["columns"]["o2"]["units"] == "umol kg-1"
    with pytest.raises(UnusableFile, match="given for oxygen, which are no columns: there are"):
        add_data(path, name="again", units={"o2": "umol kg-1", "oxygen": "1"})


def test_a_number_of_a_station_needs_no_unit(tmp_path):
    content = "time,lat,lon,station,t [K]\n2020-01-01,1,2,7,280\n"
    added = add_data(file(tmp_path, "stations.csv", content))
    assert own_entries()[added.name].declaration.variables[0].units == "1"


@pytest.mark.parametrize("column", ["StationNo", "cruise", "sample id", "Cast", "temp_qc"])
def test_what_tells_apart_or_counts_is_known_by_its_name(tmp_path, column):
    content = f"time,lat,lon,{column},t [K]\n2020-01-01,1,2,7,280\n"
    assert add_data(file(tmp_path, "numbers.csv", content)).rows == 1


@pytest.mark.parametrize(
    "column",
    ["oxygen", "Abundance", "temp", "nitrate", "count", "sample_weight", "number of individuals"],
)
def test_a_measurement_of_whole_values_needs_a_unit(tmp_path, column):
    content = f"time,lat,lon,{column}\n2020-01-01,1,2,7\n2020-01-02,1,2,8\n"
    with pytest.raises(UnusableFile, match=f"{column} has no unit: write it in brackets"):
        add_data(file(tmp_path, "whole.csv", content))
    assert not own_entries()


@pytest.mark.parametrize(
    ("column", "standard"),
    [
        ("oxygen [umol/kg]", "moles_of_oxygen_per_unit_mass_in_sea_water"),
        ("O2 [umol l-1]", "mole_concentration_of_dissolved_molecular_oxygen_in_sea_water"),
        ("nitrate [mmol m-3]", "mole_concentration_of_nitrate_in_sea_water"),
        ("PO4 [umol kg-1]", "moles_of_phosphate_per_unit_mass_in_sea_water"),
    ],
)
def test_what_is_dissolved_is_named_by_its_unit(tmp_path, column, standard):
    content = f"time,lat,lon,{column}\n2020-01-01,1,2,7.5\n"
    assert add_data(file(tmp_path, "water.csv", content)).record.cf == (standard,)


def test_a_hit_of_own_data_names_all_that_was_measured_and_whose_it_is(tmp_path):
    content = "time,lat,lon,temp [degC],oxygen [ml/l],plankton [1]\n2020-01-01,1,2,7,5,3\n"
    record = add_data(file(tmp_path, "all.csv", content)).record
    assert measured(record) == ["temp", "oxygen", "plankton"]
    assert record.access == "private"


def test_own_data_are_removed_and_the_file_they_came_from_is_not(tmp_path):
    path = file(tmp_path, "gone.csv", "time,lat,lon,t [K]\n2020-01-01,1,2,280\n")
    added = add_data(path)
    with pytest.raises(ParameterError, match="name = 'own_other': it must be one of own_gone"):
        remove_data("own_other")
    with pytest.raises(ParameterError, match=r"name = '\.\./data/own_gone'"):
        remove_data("../data/own_gone")
    assert not remove_data(added.name).exists()
    assert path.is_file()
    assert (list(own_records()), own_entries()) == ([], {})


def test_the_command_asks_before_it_removes(tmp_path):
    add_data(file(tmp_path, "asked.csv", "time,lat,lon,t [K]\n2020-01-01,1,2,280\n"))
    run = CliRunner().invoke
    assert run(app, ["remove", "own_asked"], input="n\n").exit_code == 1
    assert "own_asked" in own_entries()
    assert run(app, ["remove", "own_asked"], input="y\n").exit_code == 0
    assert own_entries() == {}
    refused = run(app, ["remove", "own_asked"])  # and is not asked
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "name = 'own_asked': there are no data" in refused.stderr


def test_a_cast_of_a_ctd_by_sea_bird(tmp_path):
    added = add_data(file(tmp_path, "cast7.cnv", CNV))
    table = read(added.name)
    assert list(table["t090C"]) == [20.1234, 20.1, 20.0]
    assert np.isnan(table["sbeox0ML/L"][2])
    assert set(table["latitude"]) == {45.5}
    assert set(table["longitude"]) == {-12.25}
    assert set(table["time"]) == {pd.Timestamp("2019-06-25T12:30:01")}  # NMEA's, and not the PC's
    merged = merge_profiles(table)
    # 5.1 ml/l is 227.764 umol/l; at 20.1234 degrees and 35.0001 a litre weighs 1.0247 kg.
    assert float(merged["DOXY"][0, 0]) == pytest.approx(5.1 * 44.6596 / 1.02474, rel=1e-4)
    assert merged["PRES"].values[0].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("# nvalues = 3", "# nvalues = 4"), "it says that it has 4 rows, and has 3: it is not"),
        (("*END*\n", ""), "it has no line \\*END\\*"),
        (("file_type = ascii", "file_type = binary"), "its numbers are binary"),
        (("20.1000", "abc"), "x.cnv, line 19: .* is not 5 numbers"),
        (("# name 3", "# name 9"), "its variables are numbered .* with a gap"),
        (("1 = t090C", "1 = prDM"), "two variables are named prDM"),
        (("* Sea-Bird", "Sea-Bird"), "its first line does not begin with"),
    ],
)
def test_what_is_wrong_in_a_cnv_is_said(change, message):
    with pytest.raises(UnusableFile, match=message):
        read_cnv(CNV.replace(*change).encode(), name="x.cnv")


def test_a_cast_without_time_and_place_is_told_them(tmp_path):
    bare = "\n".join(
        line for line in CNV.splitlines() if "NMEA" not in line and "start" not in line
    )
    path = file(tmp_path, "bare.cnv", bare)
    with pytest.raises(UnusableFile, match="it has no time, latitude, longitude"):
        add_data(path)
    added = add_data(path, time="2020-06-30T12:00+02:00", position=(45.0, 12.0))
    table = read(added.name)
    assert set(table["time"]) == {pd.Timestamp("2020-06-30T10:00")}
    assert set(table["longitude"]) == {12.0}
    with pytest.raises(ParameterError, match="position = .* it must be latitude"):
        add_data(path, name="other", time="2020", position=(145.0, 12.0))
    with pytest.raises(ParameterError, match="time = 'noon'"):
        add_data(path, name="other", time="noon")


def netcdf(path, **changes):
    dataset = xr.Dataset(
        {
            "t": (("time",), [1.0, 2.0], {"standard_name": "sea_water_temperature",
                                          "units": "degree_Celsius"}),
            "lat": ((), 45.0, {"standard_name": "latitude", "units": "degrees_north"}),
            "lon": ((), 200.0, {"standard_name": "longitude", "units": "degrees_east"}),
        },
        coords={
            "time": ("time", pd.date_range("2020-01-01", periods=2), {"standard_name": "time"}),
        },
    )  # fmt: skip
    for name, attrs in changes.items():
        dataset[name].attrs = attrs
    dataset.to_netcdf(path, engine="netcdf4")
    return path


def test_a_netcdf_file_is_a_dataset(tmp_path):
    added = add_data(netcdf(tmp_path / "series.nc"))
    data = read(added.name)
    assert isinstance(data, xr.Dataset)
    assert data["t"].values.tolist() == [1, 2]
    assert added.record.bbox == (-160.0, 45.0, -160.0, 45.0)


def test_a_netcdf_file_without_cf_names_is_known_by_units_or_names(tmp_path):
    bare = netcdf(tmp_path / "bare.nc", lat={"units": "degrees_north"}, lon={}, time={})
    data = read(add_data(bare).name)
    assert data["lat"].attrs["standard_name"] == "latitude"
    assert data["lon"].attrs["standard_name"] == "longitude"
    assert data["time"].attrs["standard_name"] == "time"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"t": {"standard_name": "sea_water_temperature"}}, "t has no unit"),
        ({"t": {"units": "no unit at all"}}, "t: 'no unit at all' is no unit"),
        ({"lat": {"units": "1"}}, "no variable has the CF name latitude"),
    ],
)
def test_what_is_wrong_in_a_netcdf_file_is_said(tmp_path, changes, message):
    with pytest.raises(UnusableFile, match=message):
        add_data(netcdf(tmp_path / "wrong.nc", **changes))


def test_a_netcdf_file_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "cut.nc"
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as made:
        made.createDimension("n", 1000)
        made.createVariable("x", "f8", ("n",))[:] = 1.0
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(UnusableFile, match="100 bytes are missing"):
        add_data(path)


@pytest.mark.parametrize(
    "path",
    [
        "seadatanet/sdn_netcdf_samples/netCDF_vertical_profiles_ctd_with_instruments.nc",
        "seadatanet/sdn_netcdf_samples/sample_ODV.txt",
        "seadatanet/odv_nc_medatlas/diap.txt",
        "argogdac/ftp/dac/csiro/5900865/profiles/D5900865_001.nc",
    ],
)
def test_a_recorded_file_of_a_provider_may_be_added(path):
    added = add_data(recording(path), name="recorded")
    assert added.rows > 0
    data = read("own_recorded")
    assert data.attrs["checksum"].startswith("sha256:")


def test_a_broken_folder_costs_itself_and_no_other(tmp_path):
    add_data(file(tmp_path, "good.csv", CSV))
    home = tmp_path / "home" / ".bluecloud" / "data"
    (home / "own_bad").mkdir()
    (home / "own_bad" / "entry.json").write_text('{"reader": "argo-index"}')
    (home / "own_bad" / "record.json").write_text("[]")
    catalogue = bluecloud_catalogs.open_catalog("environment", strict=False)
    assert any("own_bad" in str(problem) for problem in catalogue.problems)
    assert "own_good" in catalogue
    assert len(list(own_records())) == 1
    assert "own_good" in bluecloud_catalogs.open_catalog("environment")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    added = add_data(file(tmp_path, "mine.csv", CSV))
    added.path.unlink()
    added.path.symlink_to(tmp_path / "mine.csv")
    with pytest.raises(bluecloud_catalogs.NotFound, match="mine.csv is gone"):
        read(added.name)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-90, 90), st.floats(-180, 360), st.floats(-1e6, 1e6)),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_every_number_of_a_csv_comes_back(rows, delimiter):
    heading = delimiter.join(["time", "lat", "lon", "x [m]"])
    lines = [delimiter.join(["2020-01-01", *(repr(value) for value in row)]) for row in rows]
    content = "\n".join([heading, *lines]).encode()
    table = read_csv_table(content, name="x.csv", units={}, names={})
    assert table[["latitude", "longitude", "x"]].to_numpy().tolist() == [list(row) for row in rows]


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_an_error_that_says_so(content):
    with suppress(UnusableFile):  # and nothing else
        assert len(read_csv_table(content, name="x.csv", units={}, names={}).columns) > 0
    with suppress(UnusableFile):
        assert len(read_cnv(content, name="x.cnv").columns) > 0


@pytest.mark.parametrize(
    ("longitudes", "box"),
    [
        ((0, 120, 359.5), (0.0, -0.5)),
        ((0, 120, 360), (-180.0, 180.0)),
        ((-10, 120, 350), (-180.0, 180.0)),
        ((-170, 10, 350), (-180.0, 180.0)),
        ((350, 355, 359), (-10.0, -1.0)),
        ((170, 175, 190), (170.0, -170.0)),
    ],
)
def test_the_box_of_own_data_holds_all_their_longitudes(tmp_path, longitudes, box):
    rows = [f"2021-06-0{day},45,{east},18" for day, east in enumerate(longitudes, start=1)]
    content = "\n".join(["time,latitude,longitude,temperature [degC]", *rows])
    added = add_data(file(tmp_path, "round.csv", content))

    assert (added.record.bbox[0], added.record.bbox[2]) == box


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"licence": "GPL"}, r"licence = 'GPL'.*CC BY 4\.0"),
        ({"position": (1, 2, 3)}, "position"),
        ({"position": ("north", 2)}, "position"),
        ({"title": "two\nlines"}, "title"),
        ({"citation": " "}, "citation"),
    ],
)
def test_what_cannot_be_told_beside_a_file_is_a_parameter_error(tmp_path, asked, message):
    with pytest.raises(ParameterError, match=message):
        add_data(file(tmp_path, "a.csv", CSV), **asked)


def test_a_file_name_that_is_not_printable_is_refused(tmp_path):
    with pytest.raises(UnusableFile, match="printable"):
        add_data(file(tmp_path, "two\nlines.csv", CSV))


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_OWN_DATA", str(file(tmp_path, "no folder", "")))

    with pytest.raises(DataError, match="cannot be kept in .*no folder"):
        add_data(file(tmp_path, "a.csv", CSV))


@pytest.mark.parametrize("name", ["entry.json", "record.json"])
def test_a_file_called_as_what_is_kept_beside_it_is_refused(tmp_path, name):
    dataset = xr.Dataset(
        {"temp": ("time", [18.0], {"units": "degree_Celsius"})},
        coords={
            "time": pd.to_datetime(["2021-06-01"]),
            "latitude": ("time", [45.0]),
            "longitude": ("time", [12.0]),
        },
    )
    dataset.to_netcdf(tmp_path / name)

    with pytest.raises(UnusableFile, match="rename"):
        add_data(tmp_path / name, name="mooring")
    assert not own_entries()


def test_shared_data_do_not_take_the_place_of_a_sources_entry(tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("BLUECLOUD_SHARED", str(shared))
    added = add_data(file(tmp_path, "a.csv", CSV), visibility="laboratory", name="mine")
    (shared / "data" / added.name).rename(shared / "data" / "argo_index")

    catalogue = bluecloud_catalogs.open_catalog("environment")
    assert catalogue["argo_index"].declared.source == "argogdac"
    assert isinstance(own_entries()["argo_index"], CatalogueError)
    assert not list(own_records())


def test_a_shared_record_is_of_no_other_source(tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setenv("BLUECLOUD_SHARED", str(shared))
    added = add_data(file(tmp_path, "a.csv", CSV), visibility="laboratory", name="mine")
    path = shared / "data" / added.name / "record.json"
    path.write_text(path.read_text().replace('"source": "own"', '"source": "argogdac"'))

    assert not list(own_records())


def test_a_netcdf_file_that_unpacks_to_more_than_is_read_is_refused(tmp_path):
    path = tmp_path / "small.nc"
    with netCDF4.Dataset(path, "w") as made:
        made.createDimension("x", 200_000)
        made.createDimension("y", 200_000)
        made.createVariable("temp", "f8", ("x", "y"), zlib=True, chunksizes=(1000, 1000))
    assert path.stat().st_size < 100_000

    with pytest.raises(UnusableFile, match="unpacks to 320000 MB"):
        add_data(path)


@pytest.mark.parametrize("word", ["1_0", "inf", "-Infinity", "1e999"])
def test_a_word_that_only_python_takes_for_a_number_is_none(tmp_path, word):
    with pytest.raises(UnusableFile, match=f"line 2, temperature: .{word}. is no number"):
        add_data(file(tmp_path, "a.csv", CSV.replace("18.2", word)))
