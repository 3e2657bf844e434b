"""Biogeochemical profiles: a data mode a parameter, on the recorded float and on our sample."""

import numpy as np
import pytest

from bluecloud_catalogs import MalformedAnswer, NotFound, ParameterError
from bluecloud_catalogs.readers.argo_bgc_dataset import bgc_standard
from bluecloud_catalogs.readers.argo_files import Column
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared


def entry(name, **parameters):
    found = declared(name)
    return read(found, asked(found, parameters), lazy=False)


def test_the_index_is_filtered_by_what_was_measured(gdac):
    table = entry("argo_bgc_index", measured="DOXY")
    assert list(table["parameter_data_mode"]) == ["DDDR", "DDDD", "DDDD"]
    assert len(entry("argo_bgc_index", measured=["DOXY", "CHLA"])) == 0
    with pytest.raises(ValueError, match="must be Argo parameters such as DOXY"):
        entry("argo_bgc_index", measured=["doxy; DROP"])


def test_adjusted_oxygen_is_used_in_delayed_mode_and_none_in_real_time(gdac):
    found = entry("argo_bgc_profiles", platform=9000001)
    assert list(found["DOXY_DATA_MODE"].values) == ["R", "D", "D"]
    assert int(found["DOXY"][0].count()) == 0
    # By hand: (190 + 50 exp(-5/200)) * 1.05 at the first level.
    np.testing.assert_allclose(found["DOXY"][1, 0], (190 + 50 * np.exp(-0.025)) * 1.05, rtol=1e-6)
    assert int(found["TEMP"][0].count()) == 14
    assert found["DOXY"].attrs["units"] == "umol kg-1"
    assert found["DOXY"].attrs["ancillary_variables"] == "DOXY_QC DOXY_QC_L20"


def test_flags_are_kept_and_given_in_the_words_of_seadatanet(gdac):
    found = entry("argo_bgc_profiles", platform=9000001, mode="expert")
    assert set(found["DOXY_QC"].values[0]) == {3}
    assert set(found["DOXY_QC_L20"].values[0]) == {ord("3")}
    assert found["DOXY_QC_L20"].attrs["sdn_conventions_urn"] == "SDN:L20::"
    assert found["DOXY_QC"].attrs["conventions"] == "Argo reference table 2"


def test_b_files_hold_what_oxygen_is_made_from(gdac):
    found = entry("argo_bio_profiles", platform=9000001, cycles=[2, 3])
    assert {"PRES", "TEMP_DOXY", "DOXY"} <= set(found)
    assert "TEMP" not in found
    assert int(found["TEMP_DOXY"].count()) == 0  # in real time, and no light
    raw = entry("argo_bio_profiles", platform=9000001, cycles=[2, 3], mode="expert")
    assert int(raw["TEMP_DOXY"].count()) == 28


def test_a_float_and_a_cycle_that_are_not_there_are_named(gdac):
    with pytest.raises(NotFound, match="argo_synthetic-profile_index.txt, .* no float 9000002"):
        entry("argo_bgc_profiles", platform=9000002)
    with pytest.raises(NotFound, match="no cycle 9 of float 9000001"):
        entry("argo_bgc_profiles", platform=9000001, cycles=9)
    with pytest.raises(ParameterError, match="which profiles"):
        entry("argo_bgc_profiles")
    assert entry("argo_bgc_profiles", bbox=[100, 0, 101, 1]).sizes["N_PROF"] == 0


def columns(modes):
    """One profile of two parameters at two levels."""
    levels = {
        "PRES": [[5.0, 10.0]], "PRES_ADJUSTED": [[6.0, 11.0]],
        "BBP700": [[0.1, 0.2]], "BBP700_ADJUSTED": [[0.3, 0.4]],
    }  # fmt: skip
    made = {name: Column(np.array(values, "f4"), {}) for name, values in levels.items()}
    for name in levels:
        made[f"{name}_QC"] = Column(np.array([[1, 2]], "i1"), {})
    for name, value in (("STATION_PARAMETERS", "PRES BBP700"), ("PARAMETER_DATA_MODE", modes)):
        made[name] = Column(np.array([value]), {})
    for name in ("JULD", "LATITUDE", "LONGITUDE"):
        made[name] = Column(np.array([1.0]), {})
    for name in ("JULD_QC", "POSITION_QC"):
        made[name] = Column(np.array([1], "i1"), {})
    return made


@pytest.mark.parametrize(
    ("modes", "pressures", "backscatter"),
    [
        ("RR", [5, 10], [0.1, 0.2]),
        ("RA", [5, 10], [0.3, 0.4]),
        ("DR", [6, 11], [0.1, 0.2]),
        ("A D", [6, 11], [0.3, 0.4]),
    ],
)
def test_each_parameter_follows_its_own_mode(modes, pressures, backscatter):
    found = bgc_standard(columns(modes), files=["x.nc"])
    np.testing.assert_array_equal(found["PRES"][0], np.array(pressures, "f4"))
    np.testing.assert_array_equal(found["BBP700"][0], np.array(backscatter, "f4"))


def test_a_file_with_too_few_modes_is_refused():
    with pytest.raises(MalformedAnswer, match=r"x.nc: 2 parameters .* have 1 data modes"):
        bgc_standard(columns("D"), files=["x.nc"])


def test_the_recorded_float_has_temperature_and_no_oxygen_that_anybody_looked_at(recorded):
    found = entry("argo_bgc_profiles", platform=3902131)
    assert found.sizes["N_PROF"] == 11
    assert set(found["DIRECTION"].values) == {"A", "D"}
    assert set(found["DOXY_DATA_MODE"].values) == {"R"}
    assert int(found["DOXY"].count()) == 0
    assert 0 < float(found["TEMP"].min()) < float(found["TEMP"].max()) < 31
    raw = entry("argo_bgc_profiles", platform=3902131, mode="expert")
    assert raw.sizes["N_LEVELS"] >= found.sizes["N_LEVELS"] > 700
    assert int(raw["DOXY"].count()) > 1000
    assert raw["DOXY"].attrs["units"] == raw["DOXY_ADJUSTED"].attrs["units"] == "umol kg-1"


@pytest.mark.parametrize("kind", ["BD", "BR"])
def test_every_recorded_b_file_is_read_with_all_its_profiles(recordings, kind):
    from bluecloud_catalogs.places import File
    from bluecloud_catalogs.readers.argo_files import read_files

    folder = recordings / "ftp/dac/coriolis/3902131/profiles"
    paths = sorted(folder.glob(f"{kind}*.nc"))
    files = [File(path.name, path.read_bytes()) for path in paths]
    assert len(files) == 11
    read = read_files(files, mode="PARAMETER_DATA_MODE")
    assert len(read["JULD"].values) > 11
    assert set("".join(read["PARAMETER_DATA_MODE"].values)) <= set(" RAD")
    found = bgc_standard(read, files=[kind])
    assert (int(found["DOXY"].count()) > 0) is (kind == "BD")
