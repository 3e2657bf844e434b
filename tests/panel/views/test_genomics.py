"""What the view of plankton communities and images is answered, from the samples alone."""

from __future__ import annotations

import base64
import io
import json
from typing import TypeVar

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import bluecloud_catalogs
from bluecloud_routines import genomics
from bluecloud_views import answered
from bluecloud_views.genomics import gallery
from bluecloud_views.genomics import stations as asked_stations
from bluecloud_views.genomics.gallery import Thumbnails, Traits
from bluecloud_views.genomics.stations import Communities, Composition
from bluecloud_views.wire import Refusal, Shown

Answer = TypeVar("Answer", bound=Shown)

AS_USUAL = {"rank": "genus", "metric": "bray_curtis", "ordination": "pcoa"}
PIXELS = {"pixel_um": 1, "min_esd_um": 10}


@pytest.fixture(autouse=True)
def _samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


def ask(kind: type[Answer], name: str, **asked: object) -> Answer:
    """What a question answers, which is small enough to be sent at every change of a control."""
    found = answered("genomics", name, json.dumps(asked))
    assert isinstance(found, kind), found
    assert len(found.model_dump_json()) < 300_000
    return found


def refused(name: str, **asked: object) -> str:
    found = answered("genomics", name, json.dumps(asked))
    assert isinstance(found, Refusal)
    return found.message


def counted(rank: str) -> pd.DataFrame:
    """The counts as the notebook makes them."""
    catalogue = bluecloud_catalogs.open_catalog("genomics")
    records = catalogue["mgnify_taxonomy"](study="ERP001736").read()
    keys = catalogue["tara_oceans_runs"].read()[["run_accession", "sample_accession"]]
    records = records.merge(keys, on="run_accession").rename(columns={"sample_accession": "sample"})
    return genomics.community_table(records, sample="sample", count="count", rank=rank)


def test_every_station_has_a_place_on_the_map_and_among_the_communities() -> None:
    found = ask(Communities, "communities", **AS_USUAL)
    assert len(found.stations) == 30
    assert found.left_out == 0
    assert found.origin.synthetic
    assert len({station.group for station in found.stations}) == 3
    assert all(-90 <= station.latitude <= 90 for station in found.stations)
    # Axes of principal coordinates are about their mean.
    assert abs(sum(station.first for station in found.stations)) < 1e-3


def test_the_ordination_is_that_of_the_routine() -> None:
    found = ask(Communities, "communities", **AS_USUAL)
    places = genomics.principal_coordinates(genomics.beta_diversity(counted("genus")))
    expected = places.coordinates.loc[[station.id for station in found.stations]].to_numpy()
    at = np.array([(station.first, station.second) for station in found.stations])
    np.testing.assert_allclose(at, expected, rtol=1e-3)
    np.testing.assert_allclose(found.explained, places.explained, rtol=1e-3)
    assert found.stress is None


def test_non_metric_scaling_has_a_stress_and_no_shares() -> None:
    found = ask(Communities, "communities", **{**AS_USUAL, "ordination": "nmds"})
    assert found.explained == ()
    assert found.stress is not None
    assert 0 < found.stress < 0.2
    at = np.array([(station.first, station.second) for station in found.stations])
    assert np.abs(at).max() == pytest.approx(1)


def test_diversity_is_worked_out_from_the_counts() -> None:
    first = ask(Communities, "communities", **AS_USUAL).stations[0]
    reads = counted("genus").loc[first.id]
    shares = reads[reads > 0] / reads.sum()
    entropy = float(-(shares * np.log(shares)).sum())
    assert first.reads == reads.sum()
    assert first.richness == len(shares)
    assert first.shannon == pytest.approx(entropy, abs=0.006)
    assert first.evenness == pytest.approx(entropy / np.log(len(shares)), abs=0.001)
    assert first.equal_richness is not None
    assert first.equal_richness <= first.richness


def test_an_arrow_is_as_long_as_the_root_of_what_it_explains() -> None:
    found = ask(Communities, "communities", **AS_USUAL)
    assert {arrow.name for arrow in found.arrows} == {"temperature", "salinity", "nitrate"}
    for arrow in found.arrows:
        assert np.hypot(arrow.first, arrow.second) ** 2 == pytest.approx(arrow.r_squared, abs=0.002)
    assert 0 < found.group_r_squared < 1
    assert found.group_p_value == pytest.approx(0.001)  # the least of 999 orders


def test_the_shares_of_a_station_and_its_others_are_all_its_reads() -> None:
    picked = [station.id for station in ask(Communities, "communities", **AS_USUAL).stations[:4]]
    found = ask(Composition, "composition", stations=picked, rank="phylum", top=5)
    assert [each.station for each in found.stations] == picked
    assert len(found.taxa) == 5
    table = counted("phylum")
    for each in found.stations:
        assert sum(each.shares) + each.others == pytest.approx(1, abs=1e-3)
        reads = table.loc[each.station]
        np.testing.assert_allclose(each.shares, reads[list(found.taxa)] / reads.sum(), atol=1e-4)
    means = np.mean([each.shares for each in found.stations], axis=0)
    assert list(means) == sorted(means, reverse=True)


def test_the_same_comparison_is_made_once() -> None:
    ask(Communities, "communities", **{**AS_USUAL, "rank": "family"})
    compared = asked_stations._compared.cache_info().misses
    counts = asked_stations._counts.cache_info().misses
    again = ask(Communities, "communities", **{**AS_USUAL, "rank": "family"})
    ask(Composition, "composition", stations=[again.stations[0].id], rank="family", top=3)
    assert asked_stations._compared.cache_info().misses == compared
    assert asked_stations._counts.cache_info().misses == counts


def test_what_cannot_be_answered_says_why() -> None:
    assert "no station ['nowhere']" in refused(
        "composition", stations=["nowhere"], rank="class", top=5
    )
    assert "rank" in refused("communities", **{**AS_USUAL, "rank": "colour"})
    assert "stations" in refused("composition", stations=[], rank="class", top=5)
    assert "no image ['none.jpg']" in refused("thumbnails", images=["none.jpg"], outline=True)
    assert "is pixel_um right" in refused("traits", pixel_um=0.001, min_esd_um=10)


def test_every_image_has_one_body_with_the_routine_s_traits() -> None:
    found = ask(Traits, "traits", **PIXELS)
    images = bluecloud_catalogs.open_catalog("genomics")["plankton_images"].read()
    assert len(found.bodies) + found.without == len(images) == 105
    assert not found.origin.synthetic
    result = genomics.image_traits(images, pixel_um=1, min_esd_um=10)
    np.testing.assert_allclose([body.esd for body in found.bodies], result["esd"], rtol=1e-3)
    assert sorted(set(images["taxon"])) == list(found.taxa)


def test_sizes_grow_with_the_pixel_and_shapes_do_not() -> None:
    one = ask(Traits, "traits", **PIXELS).bodies[0]
    two = ask(Traits, "traits", pixel_um=2, min_esd_um=10).bodies[0]
    assert two.image == one.image
    assert two.esd == pytest.approx(2 * one.esd, rel=1e-3)
    assert two.volume == pytest.approx(8 * one.volume, rel=2e-3)
    assert (two.circularity, two.transparency) == (one.circularity, one.transparency)


def test_a_dark_body_on_a_bright_ground_is_little_transparent() -> None:
    found = ask(Traits, "traits", **PIXELS)
    shades = [body.transparency for body in found.bodies]
    assert min(shades) > 0
    assert np.median(shades) < 1


def test_pictures_come_by_the_page_in_the_order_asked_for() -> None:
    names = [body.image for body in ask(Traits, "traits", **PIXELS).bodies[:24]][::-1]
    found = ask(Thumbnails, "thumbnails", images=names, outline=True)
    assert [thumbnail.image for thumbnail in found.thumbnails] == names
    first = found.thumbnails[0]
    kind, _, data = first.url.partition(",")
    assert kind == "data:image/png;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(data)))
    assert max(picture.size) <= 96
    assert picture.width / picture.height == pytest.approx(first.width / first.height, rel=0.05)
    reds = np.asarray(picture).astype(int)
    assert (reds[..., 0] - reds[..., 1] > 60).any(), "the outline is drawn"
    plain = ask(Thumbnails, "thumbnails", images=names[:1], outline=False).thumbnails[0]
    assert plain.url != first.url


def test_bodies_are_measured_once() -> None:
    ask(Traits, "traits", **PIXELS)
    before = gallery._measured.cache_info().misses
    ask(Traits, "traits", **PIXELS)
    assert gallery._measured.cache_info().misses == before
