"""The grid of fishery statistics: codes, boxes, and back."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines import ParameterError, ValuesError
from bluecloud_routines.fisheries import cwp_boxes, cwp_codes


@pytest.mark.parametrize("resolution", [1, 5, 10, 20, 30])
def test_every_cell_goes_to_its_code_and_back(resolution: int) -> None:
    middle = np.arange(0.5, 180)
    lat, lon = (
        axis.ravel()
        for axis in np.meshgrid(np.r_[-middle[:90], middle[:90]], np.r_[-middle, middle])
    )
    assert lat.size == 64_800
    codes = cwp_codes(lat, lon, resolution=resolution)
    boxes = cwp_boxes(codes)
    assert (boxes["size"] == resolution).all()
    assert ((boxes["south"] < lat) & (lat < boxes["north"])).all()
    assert ((boxes["west"] < lon) & (lon < boxes["east"])).all()
    assert np.unique(codes).size == 2 * int(np.ceil(90 / resolution)) * 360 // resolution
    again = cwp_codes(boxes.eval("(south + north) / 2"), boxes.eval("(west + east) / 2"),
                      resolution=resolution)  # fmt: skip
    np.testing.assert_array_equal(again, codes)


@pytest.mark.parametrize(
    ("code", "south", "north", "west", "east"),
    [
        (6230130, -35, -30, 130, 135),  # south-east: the corner nearest to 0, 0 is the upper left
        (5312084, -13, -12, -85, -84),  # south-west: the upper right
        (5419112, 19, 20, -113, -112),  # north-west: the lower right
        (5200000, -1, 0, 0, 1),
        (8180000, 80, 90, 0, 20),  # a row of twenty degrees that the pole cuts
        (9300000, -30, 0, -30, 0),
    ],
)
def test_a_code_names_the_corner_nearest_to_the_origin(
    code: int, south: float, north: float, west: float, east: float
) -> None:
    box = cwp_boxes([str(code)]).iloc[0]
    assert tuple(box[["south", "north", "west", "east"]]) == (south, north, west, east)


def test_points_on_edges_poles_and_the_antimeridian_have_one_cell() -> None:
    lat, lon = [0, 90, -90, 0, 0, 0], [0, 0, 0, 180, -180, 190]
    codes = cwp_codes(lat, lon, resolution=5)
    assert codes.tolist() == [6100000, 6185000, 6285000, 6400175, 6400175, 6400165]


def test_the_cells_that_the_tuna_atlas_assigns_to_areas_are_all_cells(tuna: Path) -> None:
    table = pd.read_csv(tuna / "nominal" / "geographic_identifier_to_nominal.csv")
    assert len(table) == 12_579
    boxes = cwp_boxes(table["code"])
    assert boxes["size"].value_counts().to_dict() == {1: 10_668, 5: 1_911}
    # The eastern Pacific's lie between 150°W and America, both sides of the equator to 50°.
    eastern = boxes[(table["geographic_identifier_nom"] == "EPO").to_numpy()]
    assert eastern["west"].min() >= -150
    assert eastern["east"].max() <= -65


@pytest.mark.parametrize("code", ["EPO", "5190000", "6101000", "510000", 5_500_000, 6_100_003, 0])
def test_what_is_no_code_is_refused_by_name(code: object) -> None:
    with pytest.raises(ValuesError, match=f"'{code}' is no code of the CWP grid"):
        cwp_boxes([6100000, code])


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, -181), (0, 361), (np.nan, 0)])
def test_a_point_that_is_not_on_the_earth_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValuesError, match="no point on the earth"):
        cwp_codes([lat], [lon], resolution=1)


def test_a_width_that_the_grid_lacks_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"resolution is 2\.5.*1\.0, 5\.0, 10\.0"):
        cwp_codes([0], [0], resolution=2.5)
