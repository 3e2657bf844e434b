"""Cages in radar scenes: on scenes whose farms, ships and land are known."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

import bluecloud_catalogs
from bluecloud_routines.aquaculture import (
    Detector,
    Shapes,
    cages_of,
    cfar,
    detect_cages,
    detections,
    persistent_false_alarm,
    sea_mask,
    waters,
)
from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

ZONE = "EPSG:32633"
DETECTOR = Detector(pfa=1e-5, window=21, guard=11)


def scenes(number: int = 6, size: int = 80) -> xr.DataArray:
    """A sea of speckle on cells of 10 m."""
    random = np.random.default_rng(4)
    values = 0.004 * random.gamma(4.4, 1 / 4.4, (number, size, size))
    return xr.DataArray(
        values.astype(np.float32),
        dims=("time", "y", "x"),
        coords={
            "time": pd.date_range("2021-01-01", periods=number, freq="12D"),
            "y": 3_980_000 - 10.0 * np.arange(size),
            "x": 460_000 + 10.0 * np.arange(size),
        },
        attrs={"units": "1"},
    )


@pytest.fixture
def watched() -> xr.DataArray:
    """Two cages 20 m apart that stay, a third that comes late, and a ship that moves."""
    made = scenes()
    made[:, 20:22, 30:33] = 0.2
    made[:, 20:22, 35:37] = 0.2
    made[3:, 60:63, 60:63] = 0.1
    for n in range(6):
        made[n, 40, 10 * n + 5 : 10 * n + 9] = 2.0
    return made


def test_what_stays_is_found_and_what_moves_is_not(watched: xr.DataArray) -> None:
    objects, raster = detect_cages(watched, detector=DETECTOR, crs=ZONE)
    assert objects["area_m2"].tolist() == [1000, 900]
    first, second = objects.geometry
    assert first.equals(
        shapely.union(
            shapely.box(460_295, 3_979_785, 460_325, 3_979_805),
            shapely.box(460_345, 3_979_785, 460_365, 3_979_805),
        )
    )
    assert second.bounds == (460_595, 3_979_375, 460_625, 3_979_405)
    assert objects["length_m"].tolist() == pytest.approx([70, 30])
    assert objects["width_m"].tolist() == pytest.approx([20, 30])
    assert objects["persistence"].tolist() == [1.0, 0.5]
    assert objects["first_date"].tolist() == [*pd.to_datetime(["2021-01-01", "2021-02-06"])]
    assert objects["last_date"].tolist() == [pd.Timestamp("2021-03-02")] * 2
    assert objects["contrast_db"].tolist() == pytest.approx([17, 14], abs=0.6)
    assert objects.crs == ZONE
    assert int(raster["object"].max()) == 2
    assert (raster["object"] == 1).sum() == 10
    assert (raster["object"][40] == 0).all()
    assert (raster["scene_count"] == 6).all()


def test_cells_are_merged_as_far_as_is_said(watched: xr.DataArray) -> None:
    def number(merge_m: float) -> int:
        return len(
            detect_cages(
                watched, detector=DETECTOR, crs=ZONE, shapes=Shapes(merge_m=merge_m)
            ).objects
        )

    assert [number(20), number(30), number(40)] == [3, 2, 2]


@pytest.mark.parametrize(
    ("shapes", "areas"),
    [
        (Shapes(min_area_m2=950), [1000]),
        (Shapes(max_area_m2=950), [900]),
        (Shapes(max_length_m=60), [900]),
        (Shapes(min_area_m2=2000), []),
    ],
)
def test_objects_of_another_size_are_left_out(
    watched: xr.DataArray, shapes: Shapes, areas: list[float]
) -> None:
    found = detect_cages(watched, detector=DETECTOR, crs=ZONE, shapes=shapes)
    assert found.objects["area_m2"].tolist() == areas
    assert int(found.raster["object"].max()) == len(areas)
    assert found.objects.crs == ZONE


def test_more_persistence_keeps_less(watched: xr.DataArray) -> None:
    def areas(persistence: float) -> list[float]:
        found = detect_cages(watched, detector=DETECTOR, crs=ZONE, persistence=persistence)
        return found.objects["area_m2"].tolist()

    assert areas(0.5) == [1000, 900]
    assert areas(0.51) == [1000]
    assert len(areas(0.01)) > 2  # the ship, in each of its places


def test_limits_can_be_tried_without_another_look_at_the_scenes(watched: xr.DataArray) -> None:
    seen = detections(watched, detector=DETECTOR, crs=ZONE)
    for persistence in (0.2, 0.5, 1.0):
        apart = cages_of(seen, persistence=persistence, shapes=Shapes(merge_m=0))
        whole = detect_cages(
            watched,
            detector=DETECTOR,
            persistence=persistence,
            shapes=Shapes(merge_m=0),
            crs=ZONE,
        )
        assert apart.objects.equals(whole.objects)
        assert apart.objects.attrs == whole.objects.attrs
        xr.testing.assert_identical(apart.raster, whole.raster)


def test_the_rate_of_persistent_false_alarms_is_the_binomial_one() -> None:
    sea = scenes(number=6, size=400)
    detector = Detector(pfa=0.05, window=21, guard=11)
    found = detect_cages(sea, detector=detector, crs=ZONE, persistence=0.5).raster
    rate = float((found["persistence"] >= 0.5).mean())
    expected = persistent_false_alarm(6, pfa=0.05, persistence=0.5)
    assert rate == pytest.approx(expected, rel=0.15)


def test_land_and_a_missing_scene_are_no_sea(watched: xr.DataArray) -> None:
    watched[2] = np.nan
    sea = xr.DataArray(np.ones((80, 80), dtype=bool), dims=("y", "x"))
    sea[:, :33] = False
    objects, raster = detect_cages(
        watched, waters=sea, detector=DETECTOR, crs=ZONE, min_scenes=5, shapes=Shapes(merge_m=0)
    )
    assert objects["area_m2"].tolist() == [400, 900]
    assert objects["scenes"].tolist() == [5, 5]
    assert (raster["scene_count"][:, :33] == 0).all()
    assert raster["persistence"][:, :33].isnull().all()


def test_lazily_it_is_the_same(watched: xr.DataArray) -> None:
    eager = detect_cages(watched, detector=DETECTOR, crs=ZONE)
    lazy = detect_cages(watched.chunk({"time": 1, "y": 30, "x": 30}), detector=DETECTOR, crs=ZONE)
    xr.testing.assert_identical(eager.raster, lazy.raster)
    pd.testing.assert_frame_equal(pd.DataFrame(eager.objects), pd.DataFrame(lazy.objects))


def test_the_farms_of_the_synthetic_scenes_are_found_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    data = bluecloud_catalogs.open_catalog("aquaculture")["sigma0_synthetic"].read()
    land = bluecloud_catalogs.land([14.0, 35.7, 14.7, 36.15])
    searched = waters(sea_mask(data, land))
    objects = detect_cages(data["sigma0"], waters=searched).objects
    known = [one for one in json.loads(data.attrs["farms"]) if "2021" in one["cages"]]
    inside = [one for one in known if one["longitude"] > 14.5]
    places = gpd.points_from_xy(
        [one["longitude"] for one in inside], [one["latitude"] for one in inside], crs=4326
    ).to_crs(objects.crs)
    assert len(objects) == len(inside) == 2
    for place in places:
        assert objects.distance(place).min() < 20
    assert (objects["contrast_db"] > 10).all()


def test_the_sea_is_where_no_land_is(watched: xr.DataArray) -> None:
    land = gpd.GeoDataFrame(
        geometry=[shapely.box(459_000, 3_970_000, 460_104, 3_990_000)], crs=ZONE
    )
    sea = sea_mask(watched, land.to_crs("EPSG:4326"), crs=ZONE)
    assert (~sea[:, :11]).all()
    assert sea[:, 11:].all()
    near = waters(sea, coast_buffer_m=25, max_distance_m=100)
    assert near[0].values.nonzero()[0].tolist() == [*range(13, 21)]
    assert waters(sea.where(sea, True).astype(bool)).all()


def test_the_raster_names_its_grid(watched: xr.DataArray) -> None:
    raster = detect_cages(watched, detector=DETECTOR, crs=ZONE).raster
    assert raster["spatial_ref"].attrs["grid_mapping_name"] == "transverse_mercator"
    assert all(one.attrs["grid_mapping"] == "spatial_ref" for one in raster.data_vars.values())
    parameters = json.loads(raster.attrs["parameters"])
    assert (parameters["pfa"], parameters["merge_m"]) == (1e-5, 40)
    # What it names is understood again.
    again = watched.assign_coords(spatial_ref=raster["spatial_ref"])
    assert detect_cages(again, detector=DETECTOR).objects.crs == ZONE


def test_a_single_detection_is_that_of_the_detector(watched: xr.DataArray) -> None:
    one = watched.isel(time=[0])
    raster = detect_cages(one, detector=DETECTOR, crs=ZONE, min_scenes=1).raster
    direct = cfar(one, detector=DETECTOR)["detection"][0]
    np.testing.assert_array_equal(raster["detection_count"], direct == 1)


def test_options_out_of_range_are_refused(watched: xr.DataArray) -> None:
    for option, message in (
        ({"min_scenes": 0}, "min_scenes is 0"),
        ({"min_scenes": 7}, "there are 6 scenes"),
        ({"persistence": 0.0}, "persistence is 0.0"),
        ({"crs": "EPSG:4326"}, "a projected reference system"),
        ({"crs": None}, "names no reference system"),
    ):
        with pytest.raises(ParameterError, match=message):
            detect_cages(watched, **{"crs": ZONE, **option})  # type: ignore[arg-type]
    for wrong, message in (
        ({"merge_m": -1.0}, "merge_m is -1.0"),
        ({"min_area_m2": 10.0, "max_area_m2": 5.0}, "the first below the second"),
        ({"max_length_m": 0.0}, "max_length_m is 0.0"),
    ):
        with pytest.raises(ParameterError, match=message):
            Shapes(**wrong)
    sea = xr.DataArray(np.ones((80, 80), dtype=bool), dims=("y", "x"))
    with pytest.raises(ParameterError, match="the first below the second"):
        waters(sea, coast_buffer_m=5, max_distance_m=5)


def test_scenes_that_cannot_be_used_are_refused(watched: xr.DataArray) -> None:
    with pytest.raises(TimeAxisError, match="'time' is needed"):
        detect_cages(watched[0], crs=ZONE)
    with pytest.raises(TimeAxisError, match="not in order"):
        detect_cages(watched[::-1], crs=ZONE)
    uneven = watched["x"].values.copy()
    uneven[5] += 3
    with pytest.raises(ValuesError, match="x is not evenly spaced"):
        detect_cages(watched.assign_coords(x=uneven), crs=ZONE)
    with pytest.raises(ValuesError, match="the coordinate y is absent"):
        detect_cages(watched.drop_vars("y"), crs=ZONE)
    with pytest.raises(UnitsError, match="no units"):
        detect_cages(watched.drop_attrs(), crs=ZONE)
    small = xr.DataArray(np.ones((8, 80), dtype=bool), dims=("y", "x"))
    with pytest.raises(ValuesError, match="those of the image are needed"):
        detect_cages(watched, waters=small, crs=ZONE)
    with pytest.raises(UnitsError, match="the land has no reference system"):
        sea_mask(watched, gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)]), crs=ZONE)
