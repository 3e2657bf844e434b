"""What became of farms, and what a register knows of them: by hand."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from bluecloud_routines.aquaculture import compare_with_register, farm_changes, farm_inventory
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError


@pytest.fixture
def farms(two_farms: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The squares are there in 2010 and 2012 (one cage less), the circles in 2010 and 2014."""
    squares, circles = two_farms.iloc[:6], two_farms.iloc[6:11]
    seen = [
        (squares, "2010"),
        (squares.iloc[:5], "2012"),
        (circles, "2010"),
        (circles, "2014"),
    ]
    return farm_inventory(
        pd.concat([part.assign(date=f"{year}-06-01") for part, year in seen])
    ).farms


def test_sites_are_followed_through_the_years(farms: gpd.GeoDataFrame) -> None:
    told = farm_changes(farms)
    assert told[["site", "year", "cages", "state"]].to_numpy().tolist() == [
        [1, 2010, 6, "first seen"],
        [1, 2012, 5, "shrunk"],
        [1, 2014, 0, "vanished"],
        [2, 2010, 5, "first seen"],
        [2, 2012, 0, "vanished"],
        [2, 2014, 5, "seen again"],
    ]
    assert np.isnan(told["cages_change"][0])
    assert told["cages_change"].tolist()[1:3] == [-1, -5]
    assert told["area_change_m2"][1] == pytest.approx(-75)


def test_the_cages_of_a_year_are_all_there(farms: gpd.GeoDataFrame) -> None:
    told = farm_changes(farms)
    for column in ("cages", "area_m2", "circles", "squares"):
        pd.testing.assert_series_equal(
            told.groupby("year")[column].sum(), farms.groupby("year")[column].sum()
        )


def test_a_site_of_many_years_has_one_row_for_each(labels: gpd.GeoDataFrame) -> None:
    farms = farm_inventory(labels).farms
    told = farm_changes(farms)
    assert len(told) == told["site"].nunique() * farms["year"].nunique()
    assert told["farms"].sum() == len(farms)
    assert ((told["state"] == "first seen").groupby(told["site"]).sum() == 1).all()


def test_how_close_farms_are_decides_what_a_site_is(farms: gpd.GeoDataFrame) -> None:
    assert farm_changes(farms, same_site_m=9_889)["site"].max() == 2
    assert farm_changes(farms, same_site_m=9_891)["site"].max() == 1


def test_farms_are_held_against_a_register(farms: gpd.GeoDataFrame) -> None:
    now = farms[farms["year"] == 2010]
    places = [shapely.Point(4_000_050, 2_000_310), shapely.Point(4_100_000, 2_000_000)]
    sites = gpd.GeoDataFrame({"name": ["near", "far"]}, geometry=places, crs=farms.crs)
    seen, known = compare_with_register(now, sites.to_crs(4326), within_m=500)
    assert seen["matched"].tolist() == [True, False]
    assert seen["distance_m"].tolist()[0] == pytest.approx(300, abs=0.5)
    assert known["matched"].tolist() == [True, False]
    assert known.crs == "EPSG:4326"
    none, _ = compare_with_register(now, sites.iloc[:0])
    assert none["distance_m"].isna().all()
    assert not none["matched"].any()


def test_what_cannot_be_compared_is_refused(farms: gpd.GeoDataFrame) -> None:
    with pytest.raises(ParameterError, match="same_site_m is -1"):
        farm_changes(farms, same_site_m=-1)
    with pytest.raises(ValuesError, match="there is no farm"):
        farm_changes(farms.iloc[:0])
    with pytest.raises(ParameterError, match="within_m is 0"):
        compare_with_register(farms, farms, within_m=0)
    with pytest.raises(UnitsError, match="no reference system"):
        compare_with_register(farms, farms.set_crs(None, allow_override=True))
