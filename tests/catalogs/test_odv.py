"""ODV text and MEDATLAS: real files of several writers, and the ways in which such files vary."""

import numpy as np
import pandas as pd
import pytest

from bluecloud_catalogs import MalformedAnswer, RequestRefused
from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.medatlas import read_medatlas
from bluecloud_catalogs.readers.odv import read_odv
from tests.catalogs.seadatanet import HEADER, ROWS, odv_text, recorded_file


def table_of(content: bytes) -> pd.DataFrame:
    return read_odv(File("made.txt", content))


def test_a_real_profile_with_a_byte_order_mark_is_read():
    table = read_odv(recorded_file("odv_nc_medatlas/00563439_ODV_withBOM.txt"))
    assert len(table) == 88
    first, last = table.iloc[0], table.iloc[-1]
    assert first["Cruise"] == last["Cruise"] == "MI CTD Oceanographic Survey"
    assert first["time"] == pd.Timestamp("2006-02-18T12:54:17")
    assert (first["longitude"], first["latitude"]) == (-8.4245, 51.2471667)
    assert first["Temperature of the water column"] == 9.5761
    assert first["Salinity_QC"] == "1"
    assert table.attrs["columns"]["Salinity"] == {
        "units": "1",
        "p01": "PSALST01",
        "p06": "UUUU",
        "standard_name": "sea_water_practical_salinity",
    }


def test_metadata_are_carried_down_a_station_and_never_into_the_next():
    table = table_of(odv_text())
    assert table["Station"].tolist() == ["S1", "S1", "S2"]
    assert table["longitude"].tolist() == [10.5, 10.5, 11.5]
    np.testing.assert_array_equal(table["bottom_depth"], [100.0, 100.0, np.nan])


def test_flags_of_one_name_belong_to_the_variable_before_them():
    table = table_of(odv_text())
    assert table["PRES_QC"].tolist() == ["1", "1", "1"]
    assert table["TEMP_QC"].tolist() == ["1", "3", "9"]


def test_what_is_flagged_missing_is_missing_whatever_stands_there():
    np.testing.assert_array_equal(table_of(odv_text())["TEMP"], [15.5, 15.25, np.nan])


def test_another_scheme_is_mapped_and_its_own_flags_kept():
    header = HEADER.replace("TEMP [degC]\tQV:SEADATANET", "TEMP [degC]\tQV:WOCECTD")
    table = table_of(odv_text(*[row[:-1] + flag for row, flag in zip(ROWS, "239", strict=True)],
                              header=header))  # fmt: skip
    assert table["TEMP_QC"].tolist() == ["1", "3", "9"]
    assert table["TEMP_QC_native"].tolist() == ["2", "3", "9"]
    assert "PRES_QC_native" not in table


@pytest.mark.parametrize(
    ("name", "told", "moment"),
    [
        ("yyyy-mm-ddThh:mm:ss.sss", "2020-01-02T03:04:05.000", "2020-01-02T03:04:05"),
        ("yyyy-mm-ddThh:mm", "2020-01-02T03:04", "2020-01-02T03:04"),
        ("yyyy-mm-dd", "2020-01-02", "2020-01-02"),
        ("YYYY-MM-DDThh:mm:ss.sss", "2020-01-02T03:04:05", "2020-01-02T03:04:05"),
        ("mon/day/yr", "01/02/2020", "2020-01-02"),
        ("yyyy-mm-ddThh:mm:ss.sss:METAVAR:TEXT:24", "2020-01-02T03:04:05", "2020-01-02T03:04:05"),
    ],
)
def test_headers_of_dates_vary(name, told, moment):
    header = HEADER.replace("yyyy-mm-ddThh:mm:ss.sss", name)
    row = ROWS[0].replace("2020-01-02T03:04:05.000", told)
    assert table_of(odv_text(row, header=header))["time"].tolist() == [pd.Timestamp(moment)]


def test_the_hour_may_stand_in_a_column_of_its_own():
    header = HEADER.replace("yyyy-mm-ddThh:mm:ss.sss", "mon/day/yr\thh:mm")
    row = ROWS[0].replace("2020-01-02T03:04:05.000", "01/02/2020\t03:04")
    table = table_of(odv_text(row, header=header))
    assert table["time"].tolist() == [pd.Timestamp("2020-01-02T03:04")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_ends_of_lines_vary(encoding, end):
    text = odv_text(ROWS[0].replace("C1", "Côte d'Azur"), end=end).decode()
    assert table_of(text.encode(encoding))["Cruise"].tolist() == ["Côte d'Azur"]


def test_a_line_separator_of_latin_1_ends_no_line():
    content = odv_text(ROWS[0].replace("C1", "C\x851")).decode().encode("latin-1")
    assert len(table_of(content)) == 1


def test_trailing_tabs_are_nothing():
    table = table_of(odv_text(*(f"{row}\t\t" for row in ROWS), header=f"{HEADER}\t\t",
                              comments="//\t\t\t"))  # fmt: skip
    assert len(table) == 3


@pytest.mark.parametrize(
    ("p01", "told"), [("DTUT8601", "2020-01-02T06:00:00.000"), ("CJDY1101", "2458851.75")]
)
def test_a_series_has_the_time_of_each_row(p01, told):
    header = f"{HEADER}\tmoment [1]\tQV:SEADATANET"
    comments = (
        f"//<subject>SDN:LOCAL:moment</subject><object>SDN:P01::{p01}</object>"
        "<units>SDN:P06::TISO</units>"
    )
    table = table_of(odv_text(f"{ROWS[0]}\t{told}\t1", header=header, comments=comments))
    assert table["time"].tolist() == [pd.Timestamp("2020-01-02T18:00" if p01[0] == "C" else told)]
    assert table["station_time"].tolist() == [pd.Timestamp("2020-01-02T03:04:05")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (odv_text()[:-1], "its last line does not end"),
        (odv_text(ROWS[0], "\t\t\t\t\t2.0\t1"), "row 2 has 7 cells"),
        (odv_text("\t\t\t\t\t\t\t\t\t2.0\t1\t15.25\t3"), "belongs to no station"),
        (odv_text(ROWS[0].replace("2020-01-02T03:04:05.000", "yesterday")), "yesterday"),
        (odv_text(ROWS[0].replace("+10.5", "ten")), "Longitude"),
        (b"a,b\n1,2\n", "it is no ODV text"),
        (b"", "does not end"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>\n", "no plain text"),
    ],
)
def test_what_is_no_odv_or_not_whole_is_told(content, said):
    with pytest.raises(MalformedAnswer, match=said):
        table_of(content)


def test_an_exception_report_is_a_refusal():
    with pytest.raises(RequestRefused, match="gone"):
        table_of(
            b"<ows:ExceptionReport><ows:ExceptionText>gone</ows:ExceptionText>"
            b"</ows:ExceptionReport>\n"
        )


def test_a_real_track_has_its_flags_by_position():
    table = read_odv(recorded_file("odv_nc_medatlas/mod2_odv_traj_mysql_withDate_yMd.txt"))
    assert table["TEMP_QC"].tolist() == list("164211")
    assert table["PSAL_QC"].tolist() == list("173411")
    assert table["time"].iloc[1] == pd.Timestamp("1989-02-02")
    assert table["latitude"].iloc[2] == 55.0004


def test_a_mapping_without_its_heading_line_says_the_same():
    table = read_odv(recorded_file("odv_nc_medatlas/diap_invalid.txt"))
    pd.testing.assert_frame_equal(table, read_odv(recorded_file("odv_nc_medatlas/diap.txt")))


@pytest.mark.parametrize("name", ["sample_ODV.txt", "sample_ODV2.txt"])
def test_a_water_sample_with_empty_and_long_numbers_is_read(name):
    table = read_odv(recorded_file(f"sdn_netcdf_samples/{name}"))
    assert np.isnan(table["Temperature"].iloc[0])
    assert table["Temperature_QC"].iloc[0] == "9"
    assert table["Suspended solids"].iloc[0] == pytest.approx(37.4666666667)
    assert table["Nitrite NO2-N"].iloc[0] == 0.54


def test_an_aggregated_collection_keeps_its_many_metadata_on_every_row():
    table = read_odv(recorded_file("sdn_netcdf_samples/sample_ODV_aggregated.txt"))
    assert table.groupby("LOCAL_CDI_ID").size().to_dict() == {
        "45236468": 19, "FI35199602003_00480_H09": 12,
    }  # fmt: skip
    row = table.iloc[3]
    assert row["Data Holding centre"] == table.iloc[0]["Data Holding centre"]
    assert row["Depth"] == 594.79999
    assert row["Water body salinity"] == 38.3
    assert row["Water body dissolved oxygen concentration"] == 188.10081
    assert (
        table["QV:SEADATANET:SAMPLE" if "QV:SEADATANET:SAMPLE" in table else "Depth_QC"]
        .notna()
        .all()
    )


def test_medatlas_and_odv_of_one_cruise_say_the_same():
    old = read_medatlas(recorded_file("odv_nc_medatlas/diap"))
    new = read_odv(recorded_file("odv_nc_medatlas/diap.txt"))
    assert len(old) == len(new) == 110
    for name in ("time", "LOCAL_CDI_ID", "EDMO_code"):
        assert old[name].tolist() == new[name].tolist()
    np.testing.assert_allclose(old["longitude"], new["longitude"], atol=5e-7)
    np.testing.assert_allclose(old["latitude"], new["latitude"], atol=5e-7)
    np.testing.assert_array_equal(old["PRES"], new["PRESPR01"])
    assert old.attrs["columns"]["NTRA"]["units"] == "umol L-1"


def test_a_medatlas_series_has_the_time_of_each_line():
    table = read_medatlas(recorded_file("odv_nc_medatlas/suva"))
    assert table["time"].iloc[:2].tolist() == [
        pd.Timestamp("1998-07-21T09:30"), pd.Timestamp("1998-07-21T09:40"),
    ]  # fmt: skip
    assert table["TEMP"].iloc[0] == 22.87
    assert table["latitude"].iloc[0] == pytest.approx(-(18 + 8.55 / 60))


def test_a_medatlas_profile_ends_before_its_line_of_no_values():
    table = read_medatlas(
        recorded_file("odv_nc_medatlas/coriolis_H10_CO_4900778_20101214_180437.txt")
    )
    assert len(table) == 76
    assert table["PRES"].iloc[-1] == 1700.0
    assert table["PSAL"].iloc[-1] == 34.899
    assert table["PRES_QC"].iloc[0] == "3"
    assert table["longitude"].iloc[0] == pytest.approx(-(42 + 28.20 / 60))


def test_a_medatlas_station_that_lacks_lines_is_not_whole():
    file = recorded_file("odv_nc_medatlas/coriolis_H10_CO_4900778_20101214_180437.txt")
    lines = file.content.splitlines(keepends=True)
    with pytest.raises(MalformedAnswer, match="has 75 lines and says it has 76"):
        read_medatlas(File(file.path, b"".join(lines[:30] + lines[31:])))
    with pytest.raises(MalformedAnswer, match="no MEDATLAS"):
        read_medatlas(File("made", b"* nothing\n"))
