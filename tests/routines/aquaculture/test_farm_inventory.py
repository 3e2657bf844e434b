"""Farms made of cages: against people's labels, scikit-learn and what is counted by hand."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import DBSCAN

from bluecloud_routines.aquaculture import box_table, farm_inventory
from bluecloud_routines.aquaculture._density import density_clusters
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError


def test_the_labelled_cages_make_the_farms_that_are_known(labels: gpd.GeoDataFrame) -> None:
    assert labels["type"].value_counts().to_dict() == {"square_cage": 3575, "circle_cage": 567}
    cages, farms = farm_inventory(labels, eps_m=50, min_cages=5, crs="EPSG:3035")
    number = farms.groupby("year").size()
    alone = (cages["farm"] == 0).groupby(cages["year"]).sum()
    assert {year: (number[year], alone[year]) for year in (2003, 2014, 2021)} == {
        2003: (15, 0),
        2014: (14, 4),
        2021: (5, 6),
    }
    assert farms["cages"].sum() + alone.sum() == 4142
    assert (farms["circles"] + farms["squares"]).equals(farms["cages"])


def test_in_another_reference_system_they_are_the_same(labels: gpd.GeoDataFrame) -> None:
    european = farm_inventory(labels).farms
    zone = farm_inventory(labels, crs="EPSG:32631").farms
    counted = [one.groupby("year")["cages"].apply(sorted).to_dict() for one in (european, zone)]
    assert counted[0] == counted[1]


def test_cages_average_the_area_that_the_authors_give(labels: gpd.GeoDataFrame) -> None:
    """69 square metres, of the cages that their model found in the same images."""
    cages = farm_inventory(labels).cages
    assert cages["area_m2"].mean() == pytest.approx(69, rel=0.1)


@pytest.mark.parametrize("least", [1, 2, 3, 5])
def test_mediterranean_sites_cluster_as_scikit_learn_has_it(
    mediterranean_sites: gpd.GeoDataFrame, least: int
) -> None:
    assert len(mediterranean_sites) == 440
    metric = mediterranean_sites.to_crs("EPSG:3035").geometry
    points = np.column_stack([metric.x, metric.y])
    compare_with_scikit_learn(points, reach=3000, least=least)


def compare_with_scikit_learn(points: np.ndarray, *, reach: float, least: int) -> None:
    ours = density_clusters(points, reach=reach, least=least)
    fitted = DBSCAN(eps=reach, min_samples=least).fit(points)
    core = fitted.core_sample_indices_
    np.testing.assert_array_equal(ours == -1, fitted.labels_ == -1)
    pairs = set(zip(ours[core], fitted.labels_[core], strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    # A point in reach of two clusters may be of either; it is of one whose core is in reach.
    for n in np.flatnonzero(ours != -1):
        others = core[ours[core] == ours[n]]
        assert np.hypot(*(points[others] - points[n]).T).min() <= reach


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_clusters_are_those_of_scikit_learn_in_any_order(data: st.DataObject) -> None:
    coordinate = st.integers(0, 12)
    some = data.draw(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=40))
    points = np.array(some, dtype=float)
    least = data.draw(st.integers(1, 5))
    compare_with_scikit_learn(points, reach=2.0, least=least)
    labels = density_clusters(points, reach=2.0, least=least)
    order = np.array(data.draw(st.permutations(range(len(points)))))
    np.testing.assert_array_equal(
        density_clusters(points[order], reach=2.0, least=least), labels[order]
    )


def test_two_farms_by_hand(two_farms: gpd.GeoDataFrame) -> None:
    cages, farms = farm_inventory(two_farms)
    assert cages["farm"].tolist() == [1] * 6 + [2] * 5 + [0] * 2
    assert farms["cages"].tolist() == [6, 5]
    assert farms["squares"].tolist() == [6, 0]
    # Squares: between 50 and 100 square metres each, and all alike.
    assert farms["area_m2"].tolist() == pytest.approx([450, 5 * np.pi * 100])
    assert farms["area_min_m2"][0] == pytest.approx(300)
    assert farms["area_max_m2"][0] == pytest.approx(600)
    assert farms["area_sd_m2"].tolist() == pytest.approx([300 / np.sqrt(12), 0])
    assert farms["hull_area_m2"].tolist() == pytest.approx([110 * 10, 108 * 20])
    assert farms.crs == "EPSG:3035"
    assert json.loads(farms.attrs["parameters"])["eps_m"] == 50


def test_cages_that_are_turned_on_their_own_cancel_their_errors(
    two_farms: gpd.GeoDataFrame,
) -> None:
    farms = farm_inventory(two_farms, aligned=False).farms
    assert farms["area_sd_m2"][0] == pytest.approx(np.sqrt(6) * 50 / np.sqrt(12))


def test_a_circle_that_the_image_cuts_is_between_a_triangle_and_an_ellipse(
    two_farms: gpd.GeoDataFrame,
) -> None:
    cut = two_farms.assign(borders=[0] * 6 + [1, 2, 0, 0, 0] + [0, 1])
    cages, farms = farm_inventory(cut)
    for n in (6, 7):
        assert cages["area_min_m2"][n] == pytest.approx(200)
        assert cages["area_max_m2"][n] == pytest.approx(100 * np.pi)
        assert cages["area_m2"][n] == pytest.approx(100 + 50 * np.pi)
        assert cages["area_sd_m2"][n] ** 2 == pytest.approx((100 * np.pi - 200) ** 2 / 12)
    assert farms["cut"].tolist() == [0, 2]


def test_a_square_at_every_angle_is_in_its_bounds() -> None:
    """The box of a turned square, by rotating one; the mean is over all bounds alike."""
    turned = [
        shapely.affinity.rotate(shapely.box(0, 0, 10, 10), angle) for angle in range(0, 90, 5)
    ]
    boxes = gpd.GeoDataFrame(
        {"type": "square", "year": 2000},
        index=range(len(turned)),
        geometry=[shapely.box(*one.bounds) for one in turned],
        crs="EPSG:3035",
    ).translate(4e6, 2e6)
    table = gpd.GeoDataFrame({"type": "square", "year": 2000}, geometry=boxes, index=boxes.index)
    cages = farm_inventory(table).cages
    assert (cages["area_min_m2"] <= 100 + 1e-6).all()
    assert (cages["area_max_m2"] >= 100 - 1e-6).all()


def test_each_year_is_for_itself(two_farms: gpd.GeoDataFrame) -> None:
    later = two_farms.assign(date="2012-01-01").iloc[:5]
    both = pd.concat([later, two_farms])
    farms = farm_inventory(both).farms
    assert farms[["year", "farm", "cages"]].to_numpy().tolist() == [
        [2010, 1, 6],
        [2010, 2, 5],
        [2012, 1, 5],
    ]


def test_where_no_cage_has_neighbours_there_is_no_farm(two_farms: gpd.GeoDataFrame) -> None:
    cages, farms = farm_inventory(two_farms, min_cages=7)
    assert (cages["farm"] == 0).all()
    assert len(farms) == 0
    assert {"year", "farm", "area_sd_m2", "geometry"} <= set(farms.columns)


def test_the_distance_of_neighbours_is_included(two_farms: gpd.GeoDataFrame) -> None:
    assert len(farm_inventory(two_farms, eps_m=20, min_cages=3).farms) == 1
    assert len(farm_inventory(two_farms, eps_m=19.99, min_cages=3).farms) == 0


def test_the_order_of_the_table_changes_nothing(labels: gpd.GeoDataFrame) -> None:
    some = labels[labels["year"] == 2011]
    shuffled = some.sample(frac=1, random_state=1)
    first, second = farm_inventory(some), farm_inventory(shuffled)
    pd.testing.assert_frame_equal(
        first.farms.drop(columns="geometry"), second.farms.drop(columns="geometry")
    )
    assert (first.farms.geometry.geom_equals(second.farms.geometry)).all()


def test_a_table_of_corners_is_as_good(two_farms: gpd.GeoDataFrame) -> None:
    corners = two_farms.bounds.set_axis(["xmin", "ymin", "xmax", "ymax"], axis=1)
    table = pd.concat([pd.DataFrame(two_farms.drop(columns="geometry")), corners], axis=1)
    farms = farm_inventory(box_table(table, crs="EPSG:3035")).farms
    assert farms["cages"].tolist() == [6, 5]


def test_what_came_with_the_cages_stays(two_farms: gpd.GeoDataFrame) -> None:
    named = two_farms.assign(image="a.tif")
    named.attrs = {"licence": "CC0", "synthetic": "true"}
    cages, farms = farm_inventory(named)
    assert set(cages["image"]) == {"a.tif"}
    assert farms.attrs["synthetic"] == "true"
    assert "10.1126/sciadv.adn4944" in farms.attrs["references"]
    assert "references" not in named.attrs


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"eps_m": 0}, "eps_m is 0"),
        ({"eps_m": float("nan")}, "eps_m is nan"),
        ({"eps_m": 10_001}, "at most 10000 metres"),
        ({"min_cages": 0}, "min_cages is 0"),
        ({"crs": "EPSG:4326"}, "in degree: a projected"),
        ({"crs": "EPSG:2263"}, "a projected reference system in metres"),
        ({"crs": "nowhere"}, "which is no reference system"),
    ],
)
def test_an_option_out_of_range_is_refused(
    two_farms: gpd.GeoDataFrame, option: dict[str, object], message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        farm_inventory(two_farms, **option)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("type", "hexagon", "type is hexagon: one of circle"),
        ("type", None, "type is None"),
        ("date", None, "row 0 has no date"),
        ("date", "yesterdays", "'date' has what is no date"),
        ("date", 2010, "'date' has numbers"),
        ("borders", 3, "row 0 has borders 3"),
    ],
)
def test_a_value_that_is_not_allowed_is_named(
    two_farms: gpd.GeoDataFrame, column: str, value: object, message: str
) -> None:
    with pytest.raises(ValuesError, match=message):
        farm_inventory(two_farms.assign(**{column: value}))


def test_what_is_no_table_of_boxes_is_refused(two_farms: gpd.GeoDataFrame) -> None:
    with pytest.raises(ValuesError, match="there is no cage"):
        farm_inventory(two_farms.iloc[:0])
    with pytest.raises(ValuesError, match="a GeoDataFrame is needed"):
        farm_inventory(pd.DataFrame(two_farms))
    with pytest.raises(UnitsError, match="no reference system"):
        farm_inventory(two_farms.set_crs(None, allow_override=True))
    for column in ("type", "date"):
        with pytest.raises(ValuesError, match=f"no column '{column}'"):
            farm_inventory(two_farms.drop(columns=column))
    for wrong in (None, shapely.Point(0, 0), shapely.Polygon()):
        spoilt = two_farms.copy()
        spoilt.loc[3, "geometry"] = wrong
        with pytest.raises(ValuesError, match="row 3 is"):
            farm_inventory(spoilt)


def test_corners_that_make_no_box_are_refused() -> None:
    table = pd.DataFrame({"xmin": [0.0], "ymin": [0.0], "xmax": [1.0], "ymax": [1.0]})
    for wrong in ({"xmax": 0.0}, {"ymax": -1.0}, {"xmin": np.nan}, {"ymin": -np.inf}):
        with pytest.raises(ValuesError, match="row 0 is"):
            box_table(table.assign(**wrong), crs="EPSG:3035")
    with pytest.raises(ValuesError, match="no column ymax"):
        box_table(table.drop(columns="ymax"), crs="EPSG:3035")
