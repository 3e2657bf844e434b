"""The synthetic ponds: what is known of them is what the scenes show."""

import numpy as np
import pytest

import bluecloud_catalogs


@pytest.fixture(scope="module")
def entry():
    return bluecloud_catalogs.open_catalog("aquaculture").ponds_synthetic


@pytest.fixture(scope="module")
def scenes(entry):
    return entry.read()


def test_the_scenes_are_on_an_even_grid_of_ten_metres(scenes):
    assert dict(scenes.sizes) == {"time": 6, "radar_time": 15, "y": 220, "x": 260}
    assert set(np.diff(scenes["x"])) == {10.0}
    assert set(np.diff(scenes["y"])) == {-10.0}


def test_ponds_are_numbered_where_they_are(scenes):
    pond, number = scenes["reference"] == 1, scenes["reference_pond"]
    assert ((number > 0) == pond).mean() > 0.99
    assert len(np.unique(number)) - 1 == 84


def test_rice_is_under_water_in_half_of_the_year_and_ponds_are_in_all_of_it(scenes):
    rice, pond = (scenes["reference"] == n for n in (2, 1))
    wet, dry = (scenes.isel(time=n) for n in (0, 5))
    for scene, flooded in ((wet, True), (dry, False)):
        darker = scene["nir"] < scene["green"]
        assert (float(darker.where(rice).mean()) > 0.4) == flooded
        assert float(darker.where(pond & scene["nir"].notnull()).mean()) > 0.85
    db = 10 * np.log10(scenes["vv"].where(rice).mean(("y", "x")))
    assert float(db.max() - db.min()) > 5


def test_they_are_the_same_each_time_and_lazily_scene_by_scene(entry, scenes):
    assert entry.read().drop_attrs().identical(scenes.drop_attrs())
    assert entry.to_dask()["vv"].chunks[0] == (1,) * 15
