"""SeaDataNet's NetCDF: time that is not 13 days early, flags that are bytes, units of codes."""

import warnings

import cf_xarray  # noqa: F401 -- registers .cf
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_catalogs import MalformedAnswer, ParameterError, qc
from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.odv import read_odv
from bluecloud_catalogs.readers.sdn_netcdf import joined, read_sdn_netcdf
from bluecloud_catalogs.readers.sdn_time import from_chronological_julian_day
from tests.catalogs.seadatanet import recorded_file
from tests.federation.recorded import recorded

FILES = {
    "odv_nc_medatlas/diap.nc": "2001-12-10T17:29",
    "sdn_netcdf_samples/netCDF_timeseries_tidegauge_with_instrument.nc": "1998-07-21T09:30",
    "sdn_netcdf_samples/netCDF_trajectory_meteorological_data.nc": "2015-05-06T00:00",
    "sdn_netcdf_samples/netCDF_trajectory_tsg_with_instrument.nc": "2000-08-11T15:22:58",
    "sdn_netcdf_samples/netCDF_vertical_profiles_ctd_with_instruments.nc": "2006-05-24T14:28",
    "sdn_netcdf_samples/netCDF_vertical_profiles_xbt_with_fall_rate_and_instruments.nc":
        "2015-01-02T04:23:03",
}  # fmt: skip


def dataset_of(path: str) -> xr.Dataset:
    return read_sdn_netcdf(recorded_file(path))


def test_chronological_julian_days_are_counted_from_midnight():
    found = from_chronological_julian_day([2440588.0, 2440587.75, np.nan, 2452254.728472])
    assert [str(each) for each in found.astype("datetime64[s]")] == [
        "1970-01-01T00:00:00", "1969-12-31T18:00:00", "NaT", "2001-12-10T17:29:00",
    ]  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_time_is_that_of_the_cruise(path):
    dataset = dataset_of(path)
    assert dataset["TIME"].values.ravel()[0] == np.datetime64(FILES[path])
    assert dataset["TIME"].attrs["standard_name"] == "time"


def test_a_profile_has_the_time_that_its_twin_in_text_has():
    dataset = dataset_of("odv_nc_medatlas/diap.nc")
    text = read_odv(recorded_file("odv_nc_medatlas/diap.txt"))
    stations = text.groupby("LOCAL_CDI_ID").first()
    assert dataset.sizes["INSTANCE"] == len(stations) == 13
    for number, local_id in enumerate(dataset["SDN_LOCAL_CDI_ID"].values):
        assert pd.Timestamp(dataset["TIME"].values[number]) == stations.loc[local_id, "time"]
        assert dataset["LATITUDE"].values[number] == pytest.approx(
            stations.loc[local_id, "latitude"], abs=1e-6
        )
        mine = text[text["LOCAL_CDI_ID"] == local_id]
        values = dataset["NTRAYYDZ"].values[number]
        np.testing.assert_array_equal(values[~np.isnan(values)], mine["NTRAYYDZ"].dropna())


def test_a_generic_tool_is_13_days_early():
    """Which is why this reader exists; if it fails, the reader may go."""
    path = recorded("seadatanet/odv_nc_medatlas/diap.nc")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a year 0 and of dates that NumPy cannot hold
        with xr.open_dataset(path, engine="netcdf4") as generic:
            told = str(generic["TIME"].values[0])
    assert told.startswith("2001-11-27")
    ours = dataset_of("odv_nc_medatlas/diap.nc")["TIME"].values[0]
    assert ours.astype("datetime64[D]") - np.datetime64("2001-11-27") == np.timedelta64(13, "D")


def test_flags_are_bytes_and_none_is_masked():
    dataset = dataset_of("sdn_netcdf_samples/netCDF_vertical_profiles_ctd_with_instruments.nc")
    flags = dataset["TEMPPR01_SEADATANET_QC"]
    assert flags.dtype == "int8"
    codes = qc.decoded(flags.values)
    assert set(np.unique(codes)) <= set(qc.L20)
    missing = np.isnan(dataset["TEMPPR01"].values)
    assert (codes[missing] == "9").all()
    assert (flags.cf == "missing_value").values[missing].all()
    assert qc.is_good(flags.values).any()


@pytest.mark.parametrize("path", FILES)
def test_every_unit_of_a_code_is_understood(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of a matplotlib that is not there
        from cf_xarray.units import units
    for name, variable in dataset_of(path).variables.items():
        if "sdn_uom_urn" in variable.attrs and name != "TIME":
            assert units.parse_units(variable.attrs["units"]) is not None


def test_fill_values_and_texts_are_what_they_mean():
    dataset = dataset_of("odv_nc_medatlas/diap.nc")
    assert np.isnan(dataset["SDN_BOT_DEPTH"].values).all()
    assert dataset["SDN_CRUISE"].values[0] == "FI35200110014"
    assert dataset["SDN_XLINK"].values[0, 0].startswith("<sdn_reference")
    ctd = dataset_of("sdn_netcdf_samples/netCDF_vertical_profiles_ctd_with_instruments.nc")
    assert "Université" in ctd["SDN_CRUISE"].attrs["laboratories"]


def test_profiles_of_several_files_are_joined_and_what_one_lacks_is_missing():
    first = dataset_of("odv_nc_medatlas/diap.nc")
    second = dataset_of("sdn_netcdf_samples/netCDF_vertical_profiles_ctd_with_instruments.nc")
    both = joined([first, second])
    assert both.sizes["INSTANCE"] == 23
    assert np.isnan(both["TEMPPR01"].values[:13]).all()
    assert (qc.decoded(both["TEMPPR01_SEADATANET_QC"].values[:13]) == "9").all()
    np.testing.assert_array_equal(both["NTRAYYDZ"].values[:13, :11], first["NTRAYYDZ"].values)
    np.testing.assert_array_equal(both["PSLTZZ01"].values[13:], second["PSLTZZ01"].values)


def test_kinds_that_have_no_common_shape_are_told():
    track = dataset_of("sdn_netcdf_samples/netCDF_trajectory_tsg_with_instrument.nc")
    with pytest.raises(ParameterError, match="several kinds, profile, trajectory"):
        joined([dataset_of("odv_nc_medatlas/diap.nc"), track])


@pytest.mark.parametrize(
    "content",
    [
        b"", b"<html><body>Log in</body></html>", b"CDF\x01 and no more", b"\x89HDF\r\n\x1a\n",
    ],
)  # fmt: skip
def test_what_is_no_netcdf_is_malformed(content):
    with pytest.raises(MalformedAnswer, match="no NetCDF"):
        read_sdn_netcdf(File("made.nc", content))


def test_half_a_file_is_malformed():
    whole = recorded_file("odv_nc_medatlas/diap.nc")
    with pytest.raises(MalformedAnswer):
        read_sdn_netcdf(File(whole.path, whole.content[: len(whole.content) // 4]))


def test_another_netcdf_is_told_for_what_it_lacks(tmp_path):
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(tmp_path / "made.nc", engine="netcdf4")
    content = (tmp_path / "made.nc").read_bytes()
    with pytest.raises(MalformedAnswer, match="no SeaDataNet NetCDF: it has no INSTANCE"):
        read_sdn_netcdf(File("made.nc", content))
