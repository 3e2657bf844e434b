"""OME-Zarr: the recorded examples, valid, doubtful and not, and what a bucket may answer."""

import json
import os

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st

from bluecloud_catalogs import (
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.places import Folder
from bluecloud_catalogs.readers.ome_zarr import OmeZarr, OmeZarrRequest
from bluecloud_catalogs.tiers import read
from tests.catalogs.asking import answered, junk, many
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.sources.eurobioimaging import SAMPLE, TARA

EXAMPLES = "eurobioimaging/ome-zarr-examples"
V05 = "v0.5/idr0062A/6001240_labels.zarr"


def image(name: str, *, lazy: bool = False, **wanted: object):
    """An image of the Image Data Resource's bucket; ``recorded/`` holds the recorded ones."""
    entry = declared("ome_zarr_images")
    return read(entry, asked(entry, {"image": name, **wanted}), lazy=lazy)


@pytest.fixture
def examples(federation):
    return recorded(EXAMPLES) / "data"


def test_pixels_of_a_recorded_image_are_those_that_zarr_reads(federation, examples):
    found = image("recorded/valid/image-03.zarr")
    path = examples / "valid" / "image-03.zarr" / "0"
    np.testing.assert_array_equal(found["intensity"], zarr.open_array(path, mode="r")[:])
    assert found["intensity"].values.std() > 0
    assert found["intensity"].dims == ("z", "y", "x")
    assert found["x"].attrs["units"] == "micrometer"
    assert found.attrs["ome_zarr_version"] == "0.4"


def test_a_part_is_that_part_and_only_its_chunks_are_asked_for(federation, examples):
    whole = image("recorded/valid/image-03.zarr")
    federation.asked.clear()
    part = image("recorded/valid/image-03.zarr", z=[1, 2], y=[10, 40], x=[5, 6])
    np.testing.assert_array_equal(
        part["intensity"], whole["intensity"].isel(z=[1], y=slice(10, 40), x=[5])
    )
    np.testing.assert_array_equal(part["y"], np.arange(10.0, 40.0))
    chunks = [path for path in federation.paths if path.rpartition("/")[2].isdecimal()]
    assert chunks == ["/eurobioimaging/embassy/idr/zarr/recorded/valid/image-03.zarr/0/1/0/0"]


def test_lazily_no_pixel_is_asked_for_before_it_is_computed_with(federation, examples):
    federation.asked.clear()
    lazy = image("recorded/valid/image-03.zarr", lazy=True)
    assert not [path for path in federation.paths if "/0/0/0/0" in path]
    eager = image("recorded/valid/image-03.zarr")
    np.testing.assert_array_equal(lazy["intensity"].compute(), eager["intensity"])


def test_a_fault_while_computing_is_a_fault_and_no_darkness(federation, examples):
    lazy = image("recorded/valid/image-03.zarr", lazy=True)
    federation.faults["/0/0/0/0"] = "500"
    with pytest.raises(SourceUnavailable):
        lazy["intensity"].compute()


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("valid/image-01.zarr", (1000, 1000)),
        ("valid/image-04.zarr", (2, 64, 64)),
        ("warning/image-01.zarr", (64, 64)),
        ("valid/plate-01.zarr", (1000, 1000)),
    ],
)
def test_recorded_images_whose_chunks_are_not_there_are_their_fill_value(
    federation, examples, name, shape
):
    found = image(f"recorded/{name}")
    assert found["intensity"].shape == shape
    assert (found["intensity"] == 0).all()


def test_a_level_has_the_places_of_its_pixels(federation, examples):
    fine = image("recorded/valid/image-04.zarr")
    coarse = image("recorded/valid/image-04.zarr", level=1)
    np.testing.assert_array_equal(fine["x"], np.arange(64.0))
    np.testing.assert_array_equal(coarse["x"], np.arange(0.0, 64.0, 2.0))
    assert coarse.attrs["levels"] == "2x64x64; 2x32x32"
    with pytest.raises(ParameterError, match="level = 2: the image has 2"):
        image("recorded/valid/image-04.zarr", level=2)


@pytest.mark.parametrize("well", ["A/1", "A/2", "B/1", "B/2"])
def test_a_plate_holds_images_by_well(federation, examples, well):
    found = image("recorded/valid/plate-01.zarr", well=well)
    assert found.attrs["image"] == f"recorded/valid/plate-01.zarr/{well}/0"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"well": "C/1"}, "the plate has A/1, A/2, B/1, B/2"),
        ({"field": 1}, "well A/1 has 1, from 0 on"),
    ],
)
def test_a_well_or_field_that_a_plate_has_not_is_refused(federation, examples, wanted, message):
    with pytest.raises(ParameterError, match=message):
        image("recorded/valid/plate-01.zarr", **wanted)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("image-01.zarr", "no image of OME-Zarr"),
        ("image-03.zarr", "it has no level 0, and says that it has"),
        ("image-04.zarr", "level 1 has 2 axes, and the image 3"),
    ],
)
def test_recorded_images_that_are_not_valid_are_no_images(federation, examples, name, message):
    with pytest.raises(MalformedAnswer, match=message):
        image(f"recorded/invalid/{name}")


@pytest.mark.parametrize("path", ["labels", "0"])
def test_labels_and_levels_of_a_recorded_image_are_no_images_themselves(federation, examples, path):
    with pytest.raises((MalformedAnswer, NotFound)):
        image(f"recorded/valid/image-03.zarr/{path}")


def test_version_five_is_read_as_version_four_is():
    found = OmeZarr().read(
        Folder(SAMPLE / "zarr"), None, OmeZarrRequest(image=V05, level=1), lazy=False
    )
    assert found.notes["ome_zarr_version"] == "0.5"
    assert found.data["intensity"].dtype == np.uint16
    np.testing.assert_array_equal(found.data["x"], np.arange(0.0, 24.0))
    raw = np.frombuffer((SAMPLE / "zarr" / V05 / "1" / "c" / "1" / "0" / "0").read_bytes(), "<u2")
    np.testing.assert_array_equal(found.data["intensity"][1].values.ravel(), raw)


def test_an_image_is_asked_for_by_its_address_at_another_of_the_sources_services(federation):
    found = image(f"https://livingobjects.ebi.ac.uk/bioimaging-integrator-data/{V05}")
    assert found["intensity"].shape == (2, 48, 48)
    with pytest.raises(MalformedAnswer, match="points outside of the source"):
        image("https://example.org/x.zarr")


@pytest.mark.parametrize("name", ["gone.zarr", "https://uk1s3.embassy.ebi.ac.uk/gone"])
def test_what_a_bucket_has_not_is_not_found_whether_it_says_404_or_400(federation, name):
    with pytest.raises(NotFound, match="there is no OME-Zarr"):
        image(name)


def test_a_bucket_that_wants_a_login_says_so(federation):
    federation.faults["/embassy"] = "expired token"
    with pytest.raises(CredentialRequired):
        image(V05)


def test_what_was_read_once_is_read_again_without_the_provider(federation, tmp_path, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_SNAPSHOTS", str(tmp_path))
    live = [image(V05), image(V05, level=1)]
    monkeypatch.setenv("BLUECLOUD_TIERS", "snapshot")
    federation.asked.clear()
    for level, before in enumerate(live):
        kept = image(V05, level=level)
        np.testing.assert_array_equal(kept["intensity"], before["intensity"])
        assert kept.attrs["checksum"] == before.attrs["checksum"]
    assert federation.asked == []


def store(folder, *, words, shape=(64, 64), chunks=(64, 64)):
    """A store by hand, without a chunk."""
    (folder / "x.zarr" / "0").mkdir(parents=True)
    (folder / "x.zarr" / ".zattrs").write_text(json.dumps(words))
    array = {
        "zarr_format": 2, "shape": shape, "chunks": chunks, "dtype": "|u1", "order": "C",
        "compressor": None, "filters": None, "fill_value": 0,
    }  # fmt: skip
    (folder / "x.zarr" / "0" / ".zarray").write_text(json.dumps(array))
    return Folder(folder)


AXES = [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}]
SCALE = {"type": "scale", "scale": [1, 1]}


def words(axes=AXES, transformations=(SCALE,), path="0"):
    dataset = {"path": path, "coordinateTransformations": list(transformations)}
    return {"multiscales": [{"version": "0.4", "axes": axes, "datasets": [dataset]}]}


def test_too_much_is_refused_before_a_pixel_is_asked_for(tmp_path):
    side = 100_000
    place = store(tmp_path, words=words(), shape=(side, side), chunks=(1000, 1000))
    with pytest.raises(RequestTooLarge, match="10000 MB in 10000 chunks, and 500 MB in 4000"):
        OmeZarr().read(place, None, OmeZarrRequest(image="x.zarr"), lazy=False)
    lazily = OmeZarr().read(place, None, OmeZarrRequest(image="x.zarr"), lazy=True)
    assert lazily.data["intensity"].shape == (side, side)


def test_a_shift_moves_the_places(tmp_path):
    shift = {"type": "translation", "translation": [0.5, 10]}
    place = store(tmp_path, words=words(transformations=(SCALE, shift)))
    found = OmeZarr().read(place, None, OmeZarrRequest(image="x.zarr"), lazy=False).data
    assert (found["y"][0], found["x"][0]) == (0.5, 10.0)


@pytest.mark.parametrize(
    "told",
    [
        words(axes=[{"name": "y"}]),
        words(axes=[{"name": "y"}, {"name": "y"}]),
        words(axes=[{"name": "y"}, {"name": "lambda"}]),
        words(transformations=()),
        words(transformations=({"type": "scale", "scale": [1]},)),
        words(path="7"),
        {"multiscales": []},
        {"plate": {}},
        {"plate": {"wells": [{"path": "A/1"}]}},
        {"bioformats2raw.layout": 3},
        [],
    ],
)
def test_words_that_are_not_as_the_format_has_them_are_no_image(tmp_path, told):
    place = store(tmp_path, words=told)
    with pytest.raises(MalformedAnswer):
        OmeZarr().read(place, None, OmeZarrRequest(image="x.zarr"), lazy=False)


def test_every_file_of_the_recorded_examples_is_json_or_a_chunk():
    for folder, _, names in os.walk(recorded(EXAMPLES) / "data"):
        for name in names:
            if name.startswith("."):
                content = (recorded(EXAMPLES) / "data" / folder / name).read_text()
                assert isinstance(json.loads(content), dict)


PARTS = st.none() | st.tuples(st.integers(-2, 70), st.integers(-2, 70)) | st.just([0, 10**9]) | junk


@many
@given(
    level=st.integers(-1, 3) | junk, z=PARTS, y=PARTS, x=PARTS, c=PARTS,
    well=st.sampled_from([None, "A/1", "Z/9", "../x"]) | junk, field=st.integers(-1, 2) | junk,
)  # fmt: skip
def test_any_request_for_an_image_is_refused_or_answered_right(level, z, y, x, c, well, field):
    wanted = {"image": TARA, "level": level, "z": z, "y": y, "x": x, "c": c}
    wanted |= {"well": well, "field": field}
    if (answer := answered("tara_oceans_images", wanted)) is None:
        return
    request, found = answer
    assert (well, field) in {(None, 0), ("A/1", 0)}
    side = 64 // 2**level
    for name, length in (("z", 1), ("y", side), ("x", side), ("c", 2)):
        first, after = getattr(request, name) or (0, length)
        assert found.sizes[name] == after - first
        assert after <= length


@pytest.mark.parametrize(
    "name", ["", "/x", "../x.zarr", "a/../b.zarr", "http://x/y.zarr", "file:///etc", "a//b", "a?b"]
)
def test_what_is_no_path_of_an_image_is_refused_before_it_is_asked_for(federation, name):
    with pytest.raises((ParameterError, ValueError)):
        image(name)
    assert federation.paths == []
