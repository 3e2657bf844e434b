"""ICOS and PANGAEA: recorded descriptions, binary columns, a cruise; tokens; bad requests."""

import base64
import json
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_catalogs import CredentialRequired, MalformedAnswer
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import File, place_of
from bluecloud_catalogs.readers.asked import during, inside
from bluecloud_catalogs.readers.icos_data import binary_columns
from bluecloud_catalogs.readers.icos_login import expiry, secrets_for
from bluecloud_catalogs.readers.icos_meta import columns_table, object_of, rights
from bluecloud_catalogs.readers.pangaea import read_tab
from tests.catalogs.asking import answered, boxes, example, junk, many, periods
from tests.federation.reading import declared
from tests.federation.recorded import recorded
from tests.federation.sources.icos import token

CRUISE = "icos/26NA20050107_CO2_underway_SOCATv3.tab"


def file(path: str) -> File:
    found = recorded(path)
    return File(found.name, found.read_bytes())


def test_recorded_binary_columns_have_the_values_that_the_portal_expects_of_them():
    content = recorded("icos/intFloatDouble344.cpb").read_bytes()
    size = 344 * (4 + 4 + 8)
    # What follows in the file is the portal's dictionary of categories, which it never sends.
    whole, fraction, number = binary_columns(content[:size], ["int32", "float32", "float64"], 344)
    assert (whole[0], whole[-1]) == (6466, 6809)
    assert (fraction[0], fraction[-1]) == (np.float32(0.1646847), np.float32(0.1612696))
    assert (number[0], number[-1]) == (419.2594, 202.5468)
    assert whole.dtype.isnative
    with pytest.raises(ValueError, match="5504 bytes of 3 columns, and there are 5514"):
        binary_columns(content, ["int32", "float32", "float64"], 344)


def test_a_recorded_description_of_now_has_columns_rows_and_rights():
    told = object_of(file("icos/meta_objects/119920180214.csv.json"))
    assert (told.id, told.rows, told.format) == (
        "n94jijAEWH95fMNn8Mwd4I0M", 10639, "asciiOtcProductCsv",
    )  # fmt: skip
    assert rights(told) == {
        "licence": "ICOS CCBY4 Data Licence (https://creativecommons.org/licenses/by/4.0)",
        "citation": "Gkritzalis, T., Theetaert, H., Cattrijsse, A., 2021. ICOS OTC FOS Release "
        "from BE-FOS-Thornton Buoy 2018-02-14–2020-07-10. https://doi.org/10.18160/TPH2-QBBE",  # noqa: RUF001
    }
    table = columns_table(told).set_index("label")
    assert table.loc["Temp [degC]", "units"] == "degree_Celsius"
    assert table.loc["Temp [degC]", "format"] == "float32"
    assert told.columns[2].is_flag


def test_an_old_recorded_description_is_read_without_the_formats_it_lacks():
    told = object_of(file("icos/meta_objects/58G2_NRT_20210118.csv.json"))
    assert told.rows == 3612
    assert len(told.columns) == 17
    assert {each.format for each in told.columns} == {""}
    assert told.about["previous_version"].endswith("leVXl9O7dEI8ZbziSPLSXi4f")
    assert "licence" not in rights(told)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"hash": "x"}', b"<html>a</html>", b"1"])
def test_what_describes_no_object_is_malformed(content):
    with pytest.raises(MalformedAnswer):
        object_of(File("made", content))


def test_a_recorded_cruise_has_its_flags_mapped_and_kept():
    table, told = read_tab(file(CRUISE))
    assert len(table) == 526
    first = table.iloc[0]
    assert str(first["time"]) == "2005-01-07 01:08:00"
    assert (first["latitude"], first["longitude"]) == (59.343, -42.983)
    assert (first["fCO2water_SST_wet"], first["fCO2rec"]) == (339.106, 339.106)
    assert set(table["Flag"]) == {2}  # WOCE's good, which others call something else
    assert set(table["fCO2rec_QC"]) == {"1"}
    assert told.about["licence"] == "Creative Commons Attribution 3.0 Unported (CC-BY)"
    assert "doi:10.1594/PANGAEA.850132" in told.about["citation"]
    columns = table.attrs["columns"]
    assert columns["fCO2rec"]["units"] == "uatm"
    assert columns["Temp"] == {"units": "degree_Celsius", "standard_name": "sea_water_temperature"}


def test_flags_of_all_kinds_are_mapped():
    whole = file(CRUISE)
    lines = whole.content.decode().splitlines()
    for number, flag in ((-1, "3"), (-2, "4"), (-3, "9")):
        lines[number] = lines[number].rpartition("\t")[0] + f"\t{flag}"
    table, _ = read_tab(File(whole.path, ("\n".join(lines) + "\n").encode()))
    assert table["fCO2rec_QC"].tolist()[-4:] == ["1", "9", "4", "3"]
    assert table["Flag"].tolist()[-4:] == [2, 9, 4, 3]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[:-1], "last line does not end"),
        (lambda text: text.replace("\n*/\n", "\n"), "no text of PANGAEA"),
        (lambda text: text.replace("\tLATITUDE (Latitude) * GEOCODE\n", ""), "17 parameters"),
        (lambda text: text.replace("\tDEPTH, water [m] (Depth water)", "\tDEPTH"), "described"),
        (lambda text: "<!doctype html><html></html>", "no plain text"),
    ],
)
def test_a_cruise_that_is_not_whole_is_told(change, said):
    whole = file(CRUISE)
    with pytest.raises(MalformedAnswer, match=said):
        read_tab(File(whole.path, change(whole.content.decode()).encode()))


def test_a_token_says_when_it_ends():
    told = base64.b64encode(b'[1600000000000, "someone", "Password"]\x1esignature').decode()
    assert expiry(told) == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    assert expiry(told.rstrip("=")) == expiry(told)


@settings(deadline=None)
@given(st.text())
def test_whatever_stands_for_a_token_it_has_an_end_or_none(text):
    assert isinstance(expiry(text), datetime | None)


def test_a_token_that_has_ended_is_told_before_anything_is_asked(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_ICOS_TOKEN", token(hours=-1))
    place = place_of(declared("icos_data"), "live")
    with pytest.raises(CredentialRequired, match="the token ended on") as caught:
        secrets_for(place, "cpauth")
    assert token(hours=-1)[:20] not in str(caught.value)


@many
@given(
    boxes,
    periods,
    junk | st.lists(st.sampled_from(["Temp [degC]", "pCO2 [uatm]", "x"]) | junk, max_size=3),
    junk | st.sampled_from(["n94jijAEWH95fMNn8Mwd4I0M", "../../etc/passwd", "a" * 24]),
)
def test_data_are_those_asked_for_or_refused(bbox, time, columns, object_id):
    for name in ("icos_data", "icos_data_binary", "icos_object"):
        asked = {"object": object_id}
        if name != "icos_object":
            asked |= {"bbox": bbox, "time": time, "columns": columns}
        found = answered(name, asked)
        if found is None or name == "icos_object":
            continue
        request, table = found
        assert request.object == "n94jijAEWH95fMNn8Mwd4I0M"
        assert request.bbox is None  # a buoy has no column of positions
        if request.columns is not None:
            assert set(request.columns) <= set(table.columns)
        if request.time is not None:
            assert during(request.time, table["time"].to_numpy("datetime64[ns]")).all()


@many
@given(boxes, periods, junk | st.sampled_from([850132, 1]))
def test_a_cruise_is_chosen_from_or_the_request_refused(bbox, time, dataset):
    found = answered("socat_cruise", {"bbox": bbox, "time": time, "dataset": dataset})
    if found is not None:
        request, table = found
        if request.bbox is not None:
            east, north = table["longitude"].to_numpy(), table["latitude"].to_numpy()
            assert inside(request.bbox, east, north).all()
        if request.time is not None:
            assert during(request.time, table["time"].to_numpy("datetime64[ns]")).all()


@many
@given(st.dictionaries(st.sampled_from(["type", "name", "object"]), junk), periods)
def test_objects_and_stations_are_searched_properly_or_refused(contains, time):
    for name, asked in (
        ("icos_ocean_objects", {"contains": contains, "time": time}),
        ("icos_ocean_stations", {"contains": contains}),
    ):
        found = answered(name, asked)
        if found is not None:
            request, table = found
            for column, text in (request.contains or {}).items():
                assert all(text.lower() in each.lower() for each in table[column])


def test_both_forms_of_the_sample_say_the_same():
    _, text = answered("icos_data", example("icos_data"))
    _, binary = answered("icos_data_binary", example("icos_data_binary"))
    assert list(text.columns) == list(binary.columns)
    for name in text:
        if text[name].dtype.kind == "f":
            np.testing.assert_allclose(text[name], binary[name], rtol=1e-6)
        else:
            assert text[name].astype(str).tolist() == binary[name].astype(str).tolist()
    assert text["pCO2 [uatm]_QC"].tolist()[:11] == ["1"] * 5 + ["3"] + ["1"] * 4 + ["9"]


def test_the_sample_is_harvested():
    place = place_of(declared("icos_ocean_objects"), "sample")
    (page,) = HARVESTERS["icos"].pages(place)
    (record,) = page.records
    assert record.id == "icos:n94jijAEWH95fMNn8Mwd4I0M"
    assert record.request == {"object": "n94jijAEWH95fMNn8Mwd4I0M"}
    assert record.access == "login"
    json.dumps(record.request)
