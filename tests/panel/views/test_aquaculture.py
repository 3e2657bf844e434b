"""What the aquaculture view is answered, from the samples alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

import bluecloud_catalogs
from bluecloud_routines import aquaculture
from bluecloud_views import answered
from bluecloud_views.aquaculture import radar, sites
from bluecloud_views.wire import Refusal

SIZES: dict[str, Any] = {"min_area_m2": 200, "max_area_m2": 250_000, "within_m": 1000}
RADAR: dict[str, Any] = {
    **SIZES,
    "method": "ca",
    "pfa": 1e-6,
    "persistence": 0.5,
    "max_length_m": 2000,
    "merge_m": 40,
}
BOXES: dict[str, Any] = {**SIZES, "year": 2021, "eps_m": 50, "min_cages": 5}
SITE: dict[str, Any] = {
    "layer": "suitability",
    "logic": "fuzzy",
    "suitable": 0.7,
    "min_depth_m": 20,
    "max_depth_m": 100,
    "wave_m": 2.5,
    "max_rough_percent": 10,
    "max_port_km": 25,
}


@pytest.fixture(autouse=True)
def samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def told(name: str, **asked: object) -> Any:
    shown = answered("aquaculture", name, json.dumps(asked))
    assert len(shown.model_dump_json()) < 300_000
    return shown


def refused(name: str, **asked: object) -> Refusal:
    shown = told(name, **asked)
    assert isinstance(shown, Refusal)
    return shown


def test_objects_in_radar_are_the_routines() -> None:
    data, _, searched = radar.scenes()
    objects, _ = aquaculture.detect_cages(
        data["sigma0"],
        waters=searched,
        detector=aquaculture.Detector(pfa=1e-6, looks=4.4, window=41, guard=21),
    )
    shown = told("radar_farms", **RADAR)
    assert sorted(farm.area_m2 for farm in shown.farms) == sorted(objects["area_m2"])
    assert shown.found == len(objects) == 2  # Marsaxlokk and Xghajra, as the sample was made
    assert shown.scenes == 8
    assert shown.wrong_cells == pytest.approx(
        int(searched.sum()) * aquaculture.persistent_false_alarm(8, pfa=1e-6, persistence=0.5)
    )
    assert shown.origin.synthetic


def test_a_rarer_presence_counts_more_and_the_scenes_are_not_looked_at_again() -> None:
    told("radar_farms", **RADAR)
    looks = radar._seen.cache_info().misses
    often = told("radar_farms", **RADAR)
    once = told("radar_farms", **{**RADAR, "persistence": 0.1})
    assert once.found > often.found  # ships are in one scene each
    assert radar._seen.cache_info().misses == looks


def test_what_the_limits_of_size_drop_is_counted() -> None:
    all_of_them = told("radar_farms", **{**RADAR, "persistence": 0.1, "min_area_m2": 0})
    fewer = told("radar_farms", **{**RADAR, "persistence": 0.1, "min_area_m2": 1000})
    assert all_of_them.dropped == 0
    assert fewer.found + fewer.dropped == all_of_them.found
    assert all(farm.area_m2 >= 1000 for farm in fewer.farms)


def test_farms_of_boxes_have_the_cages_that_the_sample_was_made_with() -> None:
    made = json.loads(bluecloud_catalogs.open_entry("cages_synthetic").read().attrs["farms"])
    for year in (2005, 2013, 2021):
        cages = sorted(farm["cages"].get(str(year), 0) for farm in made)
        shown = told("box_farms", **{**BOXES, "year": year})
        assert sorted(farm.cages for farm in shown.farms) == [each for each in cages if each]
    assert told("box_farms", **{**BOXES, "year": None}).farms == shown.farms
    assert told("box_farms", **{**BOXES, "eps_m": 500, "min_cages": 7}).found == 2  # Salina has 6


def test_a_farm_near_its_site_is_registered_and_the_site_seen() -> None:
    near = told("box_farms", **BOXES)
    far = told("box_farms", **{**BOXES, "within_m": 50})
    assert sum(farm.registered for farm in near.farms) == 2
    assert sum(site.seen for site in near.sites) == 2
    assert not any(farm.registered for farm in far.farms)
    for farm in near.farms:
        assert farm.outline[0] == farm.outline[-1]
        assert abs(farm.outline[0][0] - farm.longitude) < 0.01


def test_the_suitable_area_is_the_routines_and_every_place_is_held_back_by_one_thing() -> None:
    shown = told("site_layer", **SITE)
    asked = sites.SiteAsked(**SITE)
    result = aquaculture.site_suitability(
        sites._layers(2.5),
        sites.criteria(asked),
        weights=sites.weights(),
        excluded=sites._closed(),
    )
    area = aquaculture.suitable_area(result["suitability"], suitable=0.7)
    assert shown.suitable_km2 == pytest.approx(area["suitable_km2"][0], rel=1e-3)
    values = np.array(shown.field.values, dtype=float)[::-1]
    np.testing.assert_allclose(values, result["suitability"], rtol=6e-3)
    assert sum(each.area_km2 for each in shown.held_back) == pytest.approx(
        shown.known_km2, rel=1e-3
    )
    assert sum(each.weight or 0 for each in shown.held_back) == pytest.approx(1)


def test_a_stricter_degree_leaves_less_and_computes_nothing_anew() -> None:
    first = told("site_layer", **SITE)
    before = sites._suitability.cache_info().misses
    strict = told("site_layer", **{**SITE, "suitable": 0.9})
    depth = told("site_layer", **{**SITE, "layer": "depth"})
    assert strict.suitable_km2 < first.suitable_km2 == depth.suitable_km2
    assert depth.field.units == "m"
    assert sites._suitability.cache_info().misses == before


def test_farms_are_kept_with_what_is_said_of_them(home: Path) -> None:
    first, second = told("radar_farms", **RADAR).farms
    edit = {"id": first.id, "name": "Il-Hofra", "species": "seabream", "status": "functional"}
    kept = told("keep_farms", radar=RADAR, edits=[edit, {"id": second.id, "left_out": True}])
    assert (kept.farms, kept.left_out) == (1, 1)
    (row,) = gpd.read_file(home / kept.path).to_dict("records")
    assert (row["name"], row["species"], row["status"]) == ("Il-Hofra", "seabream", "functional")
    assert (row["inspireId_localId"], row["activity"]) == (first.id, "A.03.21")
    assert row["area_m2"] == first.area_m2
    said = json.loads((home / kept.path).read_text())["metadata"]
    assert said["title"].startswith("SYNTHETIC")
    assert json.loads(said["parameters"]) == RADAR
    assert "sigma0_synthetic" in said["source"]
    assert "emodnet_finfish_sites" in said["source"]
    assert json.loads(said["variables"])["area_m2"]["units"] == "m2"
    assert "SYNTHETIC data" in said["acknowledgement"]


def test_nothing_that_was_kept_is_overwritten(home: Path) -> None:
    paths = {told("keep_farms", boxes=BOXES).path for _ in range(3)}
    assert len(paths) == 3
    assert {str(path.relative_to(home)) for path in home.rglob("*.geojson")} == paths


def test_what_cannot_be_kept_is_refused_and_leaves_nothing(home: Path) -> None:
    assert "one of them" in refused("keep_farms", radar=RADAR, boxes=BOXES).message
    assert "no farm" in refused("keep_farms", boxes=BOXES, edits=[{"id": "nowhere"}]).message
    assert "2005, 2013, 2021" in refused("box_farms", **{**BOXES, "year": 1999}).message
    assert refused("radar_farms", **{**RADAR, "pfa": 0.5}).kind == "ValidationError"
    assert list(home.iterdir()) == []
    (home / "products").write_text("a file where the folder would be")
    assert "cannot be written" in refused("keep_farms", boxes=BOXES).message
