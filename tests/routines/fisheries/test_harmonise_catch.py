"""Raw catches of five organisations against the tuna atlas' own rows of them, and by hand."""

from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.errors import ParameterError, RoutineError, TimeAxisError, ValuesError
from bluecloud_routines.fisheries import (
    ORGANISATIONS,
    catch_at_scale,
    cwp_boxes,
    cwp_codes,
    harmonise_catch,
    join_authorities,
    simulated_reports,
)

FEW = settings(max_examples=25, deadline=None)
NAMES = {
    "gear_type": "gear",
    "time_start": "time",
    "geographic_identifier": "area",
    "measurement_unit": "unit",
    "measurement_value": "catch",
}
COMPARED = [
    *("source_authority", "fishing_fleet", "gear", "fishing_mode", "time", "time_end"),
    *("area", "species", "unit", "catch"),
]

PLAIN = {name: object for name in COMPARED if name not in ("time", "time_end", "catch")}
PLAIN |= {"time": "M8[ns]", "time_end": "M8[ns]", "catch": float}


@pytest.fixture(scope="session")
def raw(tuna: Path) -> Path:
    """The folder of ten-row samples, and of what the tuna atlas made of the whole files."""
    return tuna / "gta_raw_samples"


def atlas(path: Path) -> pd.DataFrame:
    """Rows that the atlas made, under our names."""
    rows = pd.read_csv(path, dtype={"gear_type": str, "geographic_identifier": str})
    rows["measurement_unit"] = rows["measurement_unit"].astype(str).replace("True", "t")
    for name in ("time_start", "time_end"):
        rows[name] = pd.to_datetime(rows[name])
    return rows.rename(columns=NAMES)[COMPARED]


def rows_of(csv: str, **options: str) -> pd.DataFrame:
    return harmonise_catch(pd.read_csv(StringIO(csv)), **options).rows  # type: ignore[arg-type]


def test_billfish_of_seiners_become_the_rows_that_the_atlas_made_of_them(raw: Path) -> None:
    given = pd.read_csv(raw / "iattc_catch__PublicPSBillfishFlag.csv")
    found = harmonise_catch(given, gear="PS").rows
    expected = atlas(raw / "iattc_catch__PublicPSBillfishFlag_mapped.csv")
    # Both samples are the first rows of their files, in other orders: these three are in both.
    ours = found[found["fishing_fleet"] == "COL"][COMPARED].reset_index(drop=True)
    assert len(ours) == 3
    pd.testing.assert_frame_equal(ours.astype(PLAIN), expected.iloc[:3].astype(PLAIN))


SAMPLES = {
    "iattc_catch__PublicPSTunaFlag": (376.58, 0, "PS"),
    "iattc_catch__PublicPSTunaSetType": (368.39, 0, "PS"),
    "iattc_catch__PublicLPTunaFlag": (412.2, 0, "LP"),
    "iattc_catch__PublicPSSharkFlag": (0, 8, "PS"),
    "iattc_catch__PublicLLSharkMt": (0, 131, None),
    "iattc_catch__PublicLLTunaBillfishMt": (0, 28189, None),
    "iattc_nominal__CatchFlagGear": (18961, 0, None),
    "iccat_effort__t2ce_noSchool": (18291, 123768, None),
    "iccat_effort__t2ce_bySchool": (640.78, 0, None),
    "iotc_effort__IOTC-DATASETS-2023-04-24-CE-Coastal_1950-2021": (5.66, 0, None),
    "iotc_effort__IOTC-DATASETS-2023-04-24-CE-Longline_1950-2021": (17.57, 1402, None),
    "iotc_effort__IOTC-DATASETS-2023-04-24-CE-Surface_1950-2021": (616.88, 0, None),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_no_catch_of_a_raw_sample_is_lost(raw: Path, name: str) -> None:
    tonnes, number, gear = SAMPLES[name]  # sums of the files' own columns
    found = harmonise_catch(pd.read_csv(raw / f"{name}.csv"), gear=gear)
    account = found.account.set_index("what")
    for what in ("read", "written"):
        assert account.loc[what, "t"] == pytest.approx(tonnes)
        assert account.loc[what, "no"] == pytest.approx(number)
    squares = found.rows["area"][found.rows["area"] != "EPO"]
    assert set(cwp_boxes(squares)["size"]) <= {1.0, 5.0}


def test_rows_that_the_atlas_made_stay_what_they_are(raw: Path) -> None:
    paths = sorted(raw.glob("*_catch__*_mapped.csv"))
    assert len(paths) == 8
    for path in paths:
        expected = atlas(path)
        # Columns of nothing but numbers lose the zero before a gear.
        found = harmonise_catch(pd.read_csv(path)).rows
        order = COMPARED[:-1]
        pd.testing.assert_frame_equal(
            found[COMPARED].astype(PLAIN).sort_values(order, ignore_index=True),
            expected.astype(PLAIN).sort_values(order, ignore_index=True),
            obj=path.name,
        )


def test_the_nominal_catch_of_the_eastern_pacific_is_the_atlas_total(tuna: Path) -> None:
    found = harmonise_catch(pd.read_csv(tuna / "nominal" / "iattc_CWP_dataset.csv"))
    assert len(found.rows) == 12_083
    assert found.rows["catch"].sum() == 39_589_241
    gears = pd.read_csv(tuna / "nominal" / "iattc_recap_mapping.csv", dtype=str)
    ours = set(found.rows["gear"])
    assert ours <= set(gears["trg_code"])


def test_gears_and_fleets_of_iattc_are_translated_as_the_atlas_does(tuna: Path) -> None:
    table = pd.read_csv(tuna / "nominal" / "iattc_recap_mapping.csv", dtype=str)
    for kind, column in (("gear_iattc", "ArteGear"), ("flag_iattc", "BanderaFlag")):
        codes = table[table["src_codingsystem"] == kind]
        plain = {"AnoYear": 2000, "BanderaFlag": "USA", "ArteGear": "PS", "EspeciesSpecies": "YFT"}
        given = pd.DataFrame({**plain, column: codes["src_code"], "t": 1.0})
        for code, row in zip(codes["trg_code"], given.to_dict("records"), strict=True):
            found = harmonise_catch(pd.DataFrame([row])).rows
            ours = found["gear" if column == "ArteGear" else "fishing_fleet"]
            assert ours.tolist() == [code], row


def test_each_area_of_the_atlas_is_a_cell_and_its_middle_has_its_code(tuna: Path) -> None:
    table = pd.read_csv(tuna / "nominal" / "geographic_identifier_to_nominal.csv")
    boxes = cwp_boxes(table["code"])
    assert len(boxes) == 12_579
    for size in (1.0, 5.0):
        some = boxes[boxes["size"] == size]
        middle = (some["south"] + some["north"]) / 2, (some["west"] + some["east"]) / 2
        np.testing.assert_array_equal(cwp_codes(*middle, resolution=size), some["code"])


def test_squares_of_the_western_pacific_are_named_by_their_south_western_corner() -> None:
    csv = """YY,MM,flag_code,LAT5,LON5,HHOOKS,ALB_C,ALB_N,OTH_C,OTH_N
1985,12,JP,10S,180W,7,2.5,100,0,0
1986,2,,05N,140E,7,0,0,1.25,0
"""
    found = rows_of(csv)
    first = found[found["species"] == "ALB"]
    assert set(first["area"]) == {"6305175"}  # 10 to 5 degrees south, 180 to 175 west
    assert dict(zip(first["unit"], first["catch"], strict=True)) == {"t": 2.5, "no": 100}
    assert first["both_units"].all()
    (other,) = found[found["species"] == "MZZ"].itertuples()
    assert (other.area, other.fishing_fleet, other.gear) == ("6105140", "NEI", "09.31")
    assert (other.time, other.time_end) == (pd.Timestamp(1986, 2, 1), pd.Timestamp(1986, 2, 28))


def test_schools_of_western_seiners_are_free_or_at_floating_objects() -> None:
    csv = """YY,MM,LAT5,LON5,SKJ_C_UNA,SKJ_C_LOG,SKJ_C_DFAD,YFT_C_OTH
1997,3,05S,145E,293.315,444.691,263.561,1
"""
    found = rows_of(csv).set_index(["species", "fishing_mode"])["catch"]
    assert found["SKJ", "FS"] == 293.315
    assert found["SKJ", "LS"] == pytest.approx(444.691 + 263.561)
    assert found["YFT", "OTH"] == 1


def test_squares_of_ccsbt_are_named_by_their_north_western_corner() -> None:
    # Headings broken over lines, kilogrammes, and a note below the table.
    table = pd.DataFrame(
        {
            "YEAR": [1975, np.nan],
            "MONTH": [12, np.nan],
            "COUNTRY\r\nCODE": ["AU", "a note"],
            "GEAR CODE": ["PS", None],
            "LATITUDE": [-37, np.nan],
            "LONGITUDE": [150, np.nan],
            "WEIGHT (Kg) OF SBT\r\nRETAINED": [59800, np.nan],
        }
    )
    (row,) = harmonise_catch(table).rows.itertuples()
    # The atlas: AUS, 01.1, 1975-12-01 to 1975-12-31, 5237150, SBF, t, 59.8.
    assert (row.fishing_fleet, row.gear, row.area, row.unit) == ("AUS", "01.1", "5237150", "t")
    assert (row.time, row.time_end) == (pd.Timestamp(1975, 12, 1), pd.Timestamp(1975, 12, 31))
    assert (row.species, row.catch) == ("SBF", 59.8)


def test_quarters_and_irregular_squares_of_the_atlantic_are_kept_and_counted() -> None:
    csv = """FleetCode,GearCode,YearC,TimePeriodID,SquareTypeCode,QuadID,Lat,Lon,YFTfd,YFTfs
EU.ESP-ES-ETRO,PS,1991,14,5x10,4,5,20,1000,0
GHA,PS,1991,2,20x20,3,80,20,0,3000
"""
    found = harmonise_catch(pd.read_csv(StringIO(csv)))
    quarter, month = found.rows.sort_values("fishing_fleet").itertuples()
    assert (quarter.area, quarter.fishing_mode, quarter.catch) == ("5x10 quadrant 4 5 20", "LS", 1)
    assert (quarter.time, quarter.time_end) == (pd.Timestamp(1991, 4, 1), pd.Timestamp(1991, 6, 30))
    assert (month.area, month.fishing_mode, month.catch) == ("8380020", "FS", 3)
    account = found.account.set_index("what")
    assert account.loc["area not of the grid", "t"] == 1


@pytest.mark.parametrize("organisation", ORGANISATIONS)
def test_invented_reports_of_each_organisation_lie_in_its_waters(organisation: str) -> None:
    gear = "PS" if organisation == "IATTC" else None
    reports = simulated_reports(organisation)
    found = harmonise_catch(reports, gear=gear).rows
    assert set(found["source_authority"]) == {organisation}
    boxes = cwp_boxes(found["area"])
    south, north, west, east = {
        "IATTC": (-20, 20, -145, -85),
        "WCPFC": (-20, 20, 135, 180),
        "ICCAT": (-15, 25, -40, 10),
        "IOTC": (-25, 10, 45, 95),
        "CCSBT": (-45, -30, 20, 150),
    }[organisation]
    assert boxes["south"].min() >= south
    assert boxes["north"].max() <= north
    assert boxes["west"].min() >= west
    assert boxes["east"].max() <= east
    unit = "no" if organisation == "CCSBT" else "t"
    field = catch_at_scale(found, resolution=5, unit=unit)
    total = found.loc[found["unit"] == unit, "catch"].sum()
    assert float(field["catch"].sum()) == pytest.approx(total)


@FEW
@given(
    seed=st.integers(0, 10_000),
    organisation=st.sampled_from(["WCPFC", "ICCAT", "IOTC", "CCSBT"]),
)
def test_order_and_repetition_of_the_rows_change_no_more_than_the_sums(
    seed: int, organisation: str
) -> None:
    reports = simulated_reports(organisation, rows=30, seed=seed)
    once = harmonise_catch(reports).rows
    shuffled = harmonise_catch(reports.sample(frac=1, random_state=seed)).rows
    pd.testing.assert_frame_equal(once, shuffled)
    twice = harmonise_catch(pd.concat([reports, reports])).rows
    np.testing.assert_allclose(twice["catch"], 2 * once["catch"])
    again = harmonise_catch(
        once.rename(columns={ours: theirs for theirs, ours in NAMES.items()})
    ).rows
    pd.testing.assert_frame_equal(again[COMPARED].astype(PLAIN), once[COMPARED].astype(PLAIN))


def test_codes_that_are_not_known_are_named_and_can_be_told() -> None:
    reports = simulated_reports("IOTC")
    found = harmonise_catch(reports)
    assert set(found.unknown["code"]) == {"NEIFR", "UNCL"}
    told = harmonise_catch(reports, gears={"UNCL": "09.9"}, fleets={"NEIFR": "EUFRA"})
    assert told.unknown.empty
    assert told.rows["catch"].sum() == pytest.approx(found.rows["catch"].sum())


def test_a_catch_that_two_organisations_tell_of_is_kept_once() -> None:
    east = harmonise_catch(simulated_reports("IATTC"), gear="PS").rows
    west = east.iloc[:10].assign(source_authority="WCPFC", catch=1.0)
    other = harmonise_catch(simulated_reports("ICCAT")).rows
    kept, left = join_authorities([west, east, other])
    assert len(kept) == len(east) + len(other)
    assert set(left["source_authority"]) == {"WCPFC"}
    kept, left = join_authorities([west, east], prefer=("WCPFC",))
    assert set(left["source_authority"]) == {"IATTC"}
    assert len(kept) == len(east)


ICCAT = "GearCode,YearC,TimePeriodID,SquareTypeCode,QuadID,Lat,Lon,CatchUnit,YFT,FleetCode\n"
ATLAS = (
    "source_authority,fishing_fleet,gear_type,fishing_mode,time_start,geographic_identifier,"
    "species,time_end,measurement_unit,measurement_value\n"
    "IOTC,EUESP,01.1,FS,2000-01-01,6100050,YFT,"
)
IATTC = "Year,Month,Flag,LatC1,LonC1,YFT\n"


@pytest.mark.parametrize(
    ("csv", "error", "words"),
    [
        ("a,b\n1,2\n", ValuesError, "are those of no layout that is known"),
        (IATTC, ValuesError, "has no rows"),
        (IATTC + "2000,13,USA,0.5,-90.5,1\n", TimeAxisError, "row 0 has no year, or months"),
        (IATTC + "2000,1,USA,95,-90.5,1\n", ValuesError, "is no point on the earth"),
        (IATTC + "2000,1,USA,0.5,-90.5,-1\n", ValuesError, "infinite or negative"),
        (IATTC + "2000,1,USA,0.5,-90.5,0\n", ValuesError, "no catch is above 0"),
        ("YY,MM,LAT5,LON5,ALB_C\n1983,11,30,170W,1\n", ValuesError, "hemisphere is not known"),
        (
            "FleetCode,GearCode,YearC,TimePeriodID,SquareTypeCode,QuadID,Lat,Lon,YFTfd\n"
            "GHA,PS,1991,20,1x1,1,0,0,1\n",
            TimeAxisError,
            "'TimePeriodID' is not 1 to 17",
        ),
        (
            "Fleet,Gear,Year,MonthStart,MonthEnd,Grid,CatchUnits,YFT.FS\nJPN,PS,2000,1,1,5100051,,1\n",
            ValuesError,
            "row 0 has a catch, and no unit",
        ),
        (IATTC + '2000,1,USA,0.5,-90.5,"1,000"\n', ValuesError, "row 0 has '1,000' as its 'YFT'"),
        (IATTC + "2000,1,USA,north,-90.5,1\n", ValuesError, "row 0 has 'north' as its 'LatC1'"),
        (ICCAT + "GHA,1991,1,5x5,1,,0,kg,1,GHA\n", ValuesError, "row 0 has 'nan' as its 'Lat'"),
        (ICCAT + "GHA,1991,1,5x5,1,0,0,lb,1,GHA\n", ValuesError, "'CatchUnit' has \\['lb'\\]"),
        (
            ICCAT.replace("CatchUnit", "U") + "GHA,1991,1,5x5,1,0,0,kg,1,GHA\n",
            ValuesError,
            "absent",
        ),
        (
            ATLAS + "2000-01-31,kg,1\n",
            ValuesError,
            "'measurement_unit' has \\['kg'\\]: 't' or 'no'",
        ),
        (ATLAS + "2000-01-31,t,some\n", ValuesError, "row 0 has 'some' as its 'measurement_value'"),
        (ATLAS + "soon,t,1\n", TimeAxisError, "row 0 has 'soon' as its 'time_end'"),
    ],
)
def test_tables_that_cannot_be_read_are_refused(
    csv: str, error: type[RoutineError], words: str
) -> None:
    with pytest.raises(error, match=words):
        rows_of(csv, gear="PS")


def test_what_the_layout_does_not_say_is_asked_for() -> None:
    with pytest.raises(ParameterError, match="gear is not said"):
        rows_of(IATTC + "2000,1,USA,0.5,-90.5,1\n")
    with pytest.raises(ParameterError, match="organisation is 'NAFO'"):
        simulated_reports("NAFO")
    with pytest.raises(ParameterError, match="there is nothing to join"):
        join_authorities([])


def test_the_quarters_and_the_year_of_iccat_have_their_first_and_last_days() -> None:
    lines = "".join(f"GHA,1991,{each},5x5,1,0,0,kg,1000,GHA\n" for each in range(13, 18))
    found = rows_of(ICCAT + lines).sort_values(["time", "time_end"])
    ends = zip(
        found["time"].dt.strftime("%m-%d"), found["time_end"].dt.strftime("%m-%d"), strict=True
    )
    assert list(ends) == [
        ("01-01", "03-31"),
        ("01-01", "12-31"),
        ("04-01", "06-30"),
        ("07-01", "09-30"),
        ("10-01", "12-31"),
    ]
