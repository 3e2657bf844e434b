"""Ponds from scenes whose dykes are known."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import bluecloud_catalogs
from bluecloud_routines.aquaculture import PondRules, class_areas_ha, pond_mapping
from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

ZONE = "EPSG:32750"
SIDE = 60


def known() -> np.ndarray:
    """Twelve ponds of 12 x 16 cells between dykes of two, and a river of three."""
    number = np.zeros((SIDE, SIDE), dtype=int)
    for row in range(3):
        for column in range(4):
            top, left = 2 + 14 * row, 2 + 14 * column
            number[top : top + 12, left : left + 12] = 1 + 4 * row + column
    return number


def scene(water: np.ndarray, dates: int = 3) -> xr.Dataset:
    random = np.random.default_rng(2)
    noise = 1 + 0.05 * random.standard_normal((2, dates, SIDE, SIDE))
    green = np.where(water, 0.10, 0.07) * noise[0]
    swir = np.where(water, 0.02, 0.20) * noise[1]
    about = {"units": "1"}
    return xr.Dataset(
        {"green": (("time", "y", "x"), green, about), "swir1": (("time", "y", "x"), swir, about)},
        coords={
            "time": pd.date_range("2017-01-01", periods=dates, freq="30D"),
            "y": 9_469_000 - 10.0 * np.arange(SIDE),
            "x": 777_000 + 10.0 * np.arange(SIDE),
        },
    )


def radar(image: xr.Dataset, db: np.ndarray) -> xr.DataArray:
    """Ten scenes: ``db`` on (time, y, x) or what broadcasts to it."""
    random = np.random.default_rng(3)
    power = 10 ** (np.broadcast_to(db, (10, SIDE, SIDE)) / 10)
    return xr.DataArray(
        power * random.gamma(4.4, 1 / 4.4, power.shape),
        dims=("time", "y", "x"),
        coords={
            "time": pd.date_range("2017-01-05", periods=10, freq="36D"),
            "y": image["y"],
            "x": image["x"],
        },
        attrs={"units": "1"},
    )


@pytest.fixture
def ponds() -> np.ndarray:
    return known()


def test_ponds_between_known_dykes_are_found_cell_by_cell(ponds: np.ndarray) -> None:
    water = ponds > 0
    water[50:53] = True  # a river
    basins, raster = pond_mapping(scene(water), crs=ZONE)
    found = raster["cover"].to_numpy() == 1
    assert (found & (ponds > 0)).sum() / (found | (ponds > 0)).sum() == 1
    of_ponds = basins[basins["kind"] == "pond"]
    assert of_ponds["area_ha"].tolist() == pytest.approx([1.44] * 12)
    assert of_ponds["compactness"].tolist() == pytest.approx([np.pi / 4] * 12)
    assert of_ponds["rectangularity"].tolist() == pytest.approx([1] * 12)
    (river,) = basins[basins["kind"] == "other_water"].itertuples()
    assert river.area_ha == pytest.approx(1.8)
    assert river.compactness == pytest.approx(4 * np.pi * 18_000 / 1260**2)
    assert basins.crs == ZONE
    assert class_areas_ha(raster["cover"]) == pytest.approx(
        {"land": 36 - 12 * 1.44 - 1.8, "pond": 12 * 1.44, "other_water": 1.8},
        abs=0.02,  # Otsu's threshold lies within the brightest bin of land
    )


def test_a_gap_in_a_dyke_does_not_join_two_ponds(ponds: np.ndarray) -> None:
    water = ponds > 0
    water[7:9, 14:16] = True  # a gate of 20 m between the first two

    def number(neck_m: float) -> int:
        found = pond_mapping(scene(water), rules=PondRules(neck_m=neck_m), crs=ZONE)
        assert (found.raster["basin"] > 0).sum() == water.sum()
        return len(found.basins)

    assert [number(0), number(25)] == [11, 12]


def test_ponds_turned_against_the_cells_are_as_compact() -> None:
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    turned = np.pi / 6
    along, across = x * np.cos(turned) + y * np.sin(turned), y * np.cos(turned) - x * np.sin(turned)
    water = (np.abs(along) < 15) & (np.abs(across) < 15)
    (one,) = pond_mapping(scene(water), crs=ZONE).basins.itertuples()
    assert one.area_ha == pytest.approx(9, rel=0.02)
    assert one.compactness == pytest.approx(np.pi / 4, abs=0.06)
    assert one.rectangularity > 0.9


def test_what_is_dark_only_in_a_season_is_no_pond(ponds: np.ndarray) -> None:
    image = scene(ponds > 0)
    wet = np.arange(10)[:, None, None] < 5
    level = np.where(ponds > 0, -20.0, -8.0)
    level = np.where((ponds > 8) & ~wet, -10.0, level)  # the last row is rice
    rules = PondRules()
    basins, raster = pond_mapping(image, radar(image, level), rules=rules, crs=ZONE)
    assert basins["kind"].tolist() == ["pond"] * 8 + ["seasonal_water"] * 4
    assert (basins["deviation_db"][:8] < 0.5).all()
    assert basins["deviation_db"][8:].to_numpy() == pytest.approx([5.27] * 4, abs=0.3)
    np.testing.assert_array_equal(raster["cover"] == 1, (ponds > 0) & (ponds <= 8))
    in_db = radar(image, level)
    in_db = (10 * np.log10(in_db)).assign_attrs(units="dB")
    again = pond_mapping(image, in_db, crs=ZONE).basins
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(basins))


def test_clouds_and_high_ground_are_not_taken_for_land_or_ponds(ponds: np.ndarray) -> None:
    image = scene(ponds > 0)
    image["green"][:, :10, :10] = np.nan  # never seen
    image["green"][0, 20:] = np.nan  # seen twice
    high = xr.DataArray(np.where(ponds == 12, 15.0, 3.0), dims=("y", "x"))
    raster = pond_mapping(image, elevation_m=high, crs=ZONE).raster
    assert (raster["cover"][:10, :10] == 4).all()
    assert (raster["date_count"][:10, :10] == 0).all()
    assert (raster["date_count"][20:] == 2).all()
    assert set(np.unique(raster["cover"].values[ponds == 12])) == {0}
    strict = pond_mapping(image, min_dates=3, crs=ZONE).raster
    assert (strict["cover"][20:] == 4).all()


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        (PondRules(max_area_ha=1.4), 0),
        (PondRules(min_area_ha=1.5), 0),
        (PondRules(min_compactness=0.8), 0),
        (PondRules(min_compactness=0.78), 12),
    ],
)
def test_basins_of_another_shape_are_left_out(
    ponds: np.ndarray, rules: PondRules, kept: int
) -> None:
    basins = pond_mapping(scene(ponds > 0), rules=rules, crs=ZONE).basins
    assert (basins["kind"] == "pond").sum() == kept


def test_a_threshold_of_ones_own_is_used_and_told(ponds: np.ndarray) -> None:
    raster = pond_mapping(scene(ponds > 0), threshold=0.2, crs=ZONE).raster
    assert json.loads(raster.attrs["parameters"])["threshold"] == 0.2
    nothing = pond_mapping(scene(ponds > 0), threshold=0.99, crs=ZONE)
    assert len(nothing.basins) == 0
    assert (nothing.raster["cover"] == 0).all()


def test_lazily_it_is_the_same(ponds: np.ndarray) -> None:
    image = scene(ponds > 0)
    signal = radar(image, np.where(ponds > 0, -20.0, -8.0))
    eager = pond_mapping(image, signal, crs=ZONE)
    chunks = {"time": 1, "y": 25, "x": 60}
    lazy = pond_mapping(image.chunk(chunks), signal.chunk(chunks), crs=ZONE)
    xr.testing.assert_identical(eager.raster, lazy.raster)
    pd.testing.assert_frame_equal(pd.DataFrame(eager.basins), pd.DataFrame(lazy.basins))


def test_the_ponds_of_the_synthetic_coast_are_mapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    data = bluecloud_catalogs.open_catalog("aquaculture")["ponds_synthetic"].read()
    found = pond_mapping(data, data["vv"].rename(radar_time="time"))
    mapped, truth = found.raster["cover"].values == 1, data["reference"].values == 1
    assert (mapped & truth).sum() / (mapped | truth).sum() >= 0.9
    rice = data["reference"].values == 2
    assert mapped[rice].mean() < 0.01
    without = pond_mapping(data).raster["cover"].values == 1
    assert without[rice].mean() > 0.9  # the colour alone does not tell
    names = set(data["reference_pond"].values[mapped]) - {0}
    assert len(names) >= 80


def test_scenes_that_cannot_be_used_are_refused(ponds: np.ndarray) -> None:
    image = scene(ponds > 0)
    signal = radar(image, np.where(ponds > 0, -20.0, -8.0))
    for error, message, options in (
        (ParameterError, "min_dates is 0", {"min_dates": 0}),
        (ParameterError, "'otsu' or a finite number", {"threshold": np.nan}),
        (ParameterError, "names no reference system", {"crs": None}),
        (TimeAxisError, "there is one radar scene", {"radar": signal[:1]}),
        (TimeAxisError, "not in order", {"radar": signal[::-1]}),
        (UnitsError, "sigma0 has no units", {"radar": signal.drop_attrs()}),
        (ValuesError, "radar has the sizes", {"radar": signal[:, :5]}),
        (ValuesError, "its x differs", {"radar": signal.assign_coords(x=signal["x"] + 5)}),
        (ValuesError, "elevation_m has the sizes", {"elevation_m": signal[0, :5]}),
    ):
        with pytest.raises(error, match=message):
            pond_mapping(image, **{"crs": ZONE, **options})  # type: ignore[arg-type]
    with pytest.raises(TimeAxisError, match="'time' is needed"):
        pond_mapping(image.isel(time=0), crs=ZONE)
    with pytest.raises(ValuesError, match="all 3600 values are missing"):
        pond_mapping(image.where(False), crs=ZONE)
    for wrong, message in (
        ({"min_area_ha": 5.0, "max_area_ha": 2.0}, "the first below the second"),
        ({"min_compactness": 1.2}, "min_compactness is 1.2: 0 to 1"),
        ({"neck_m": -1.0}, "neck_m is -1.0: 0 or more"),
    ):
        with pytest.raises(ParameterError, match=message):
            PondRules(**wrong)
