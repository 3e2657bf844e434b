"""The part of a field in a box."""

import numpy as np
import pytest
import xarray as xr

from bluecloud_routines.environment import area_mean, within_box
from bluecloud_routines.errors import ParameterError, ValuesError

EARTH = (-180.0, -90.0, 180.0, 90.0)


def field(longitudes: list[float]) -> xr.DataArray:
    """The number of the column on each cell, from north to south at 20, 10, 0 and -10 degrees."""
    latitudes = [20.0, 10.0, 0.0, -10.0]
    return xr.DataArray(
        np.tile(np.arange(len(longitudes), dtype=float), (4, 1)),
        dims=("latitude", "longitude"),
        coords={
            "latitude": ("latitude", latitudes, {"units": "degrees_north"}),
            "longitude": ("longitude", longitudes, {"units": "degrees_east"}),
        },
        attrs={"units": "K"},
    )


def test_edges_belong_to_the_box() -> None:
    part = within_box(field([0.0, 10.0, 20.0, 30.0]), (10, 0, 20, 10))
    assert part["longitude"].values.tolist() == [10.0, 20.0]
    assert part["latitude"].values.tolist() == [10.0, 0.0]
    assert part.attrs == {"units": "K"}
    assert part["longitude"].attrs == {"units": "degrees_east"}


def test_a_box_west_of_greenwich_finds_longitudes_that_are_counted_to_360() -> None:
    part = within_box(field([0.0, 10.0, 340.0, 350.0]), (-20, -90, 10, 90))
    assert part["longitude"].values.tolist() == [-20.0, -10.0, 0.0, 10.0]
    assert part[0].values.tolist() == [2.0, 3.0, 0.0, 1.0]


def test_a_box_goes_over_the_antimeridian() -> None:
    part = within_box(field([-180.0, -170.0, 0.0, 170.0]), (165, -90, -165, 90))
    assert part["longitude"].values.tolist() == [170.0, 180.0, 190.0]
    assert part[0].values.tolist() == [3.0, 0.0, 1.0]


def test_the_whole_earth_leaves_a_series_without_a_place_as_it_is() -> None:
    series = xr.DataArray([1.0, 2.0], dims="time")
    assert within_box(series, EARTH) is series


def test_the_mean_of_a_box_is_that_of_its_cells() -> None:
    whole = field([0.0, 10.0, 20.0, 30.0])
    assert float(area_mean(within_box(whole, (0, -20, 10, 30)))) == pytest.approx(0.5)


def test_a_box_without_cells_says_where_the_data_are() -> None:
    with pytest.raises(ValuesError, match="the data are from 0 to 30 degrees east"):
        within_box(field([0.0, 10.0, 20.0, 30.0]), (50, 0, 60, 10))


@pytest.mark.parametrize("bbox", [(0, 10, 20, 0), (0, 0, 10), (0, 0, float("nan"), 1)])
def test_what_is_no_box_is_refused(bbox: tuple[float, ...]) -> None:
    with pytest.raises(ParameterError, match="south below north"):
        within_box(field([0.0, 10.0]), bbox)
