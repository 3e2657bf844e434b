"""BioStudies and the archives' lists: what their answers are like, on recorded ones and by hand."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluecloud_catalogs import DataError, MalformedAnswer, NotFound, ParameterError
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import File, Folder, place_of
from bluecloud_catalogs.readers import bia_images, omero_plates
from bluecloud_catalogs.readers.biostudies import search
from bluecloud_catalogs.readers.biostudies_files import listed
from bluecloud_catalogs.readers.biostudies_study import components, info
from bluecloud_catalogs.readers.image_set import ImageSet, ImageSetOptions, ImageSetRequest, decoded
from bluecloud_catalogs.readers.pagetab import study_of
from bluecloud_catalogs.tiers import read
from tests.catalogs.asking import answered, boxes, junk, many, periods
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.sources.eurobioimaging import EXAMPLES

STUDIES = "eurobioimaging/bia-integrator/ro-crate-ingest/override_data/biostudies"
TESTS = "eurobioimaging/bia-integrator/bia-test-data/data"
IMAGES = "eurobioimaging/bia-integrator/bia-search/api/tests/test_data/bia-image-metadata.json"
PLANKTON = "eurobioimaging/planktonclas-demo"
ABOUT = {"files": 1, "download": "https://x", "modified": None}


def table_of(path: str) -> pd.DataFrame:
    content = recorded(path).read_text(encoding="utf-8")
    table = components(study_of(json.loads(content), path), ABOUT)
    assert "@" not in table.to_csv(), "an address of e-mail came through"
    return table


class Answers(Folder):
    """Answers by hand, one after the other."""

    def __init__(self, *answers: object) -> None:
        object.__setattr__(self, "answers", list(answers))
        object.__setattr__(self, "tier", "live")

    def fetch(self, asks):
        return [File(ask.path, json.dumps(self.answers.pop(0)).encode()) for ask in asks]


def test_the_recorded_sea_anemone_is_read_component_by_component():
    table = table_of(f"{STUDIES}/S-BIAD628/S-BIAD628_original.json")
    assert list(table["file_list"]) == [
        "File_list_MHC.json", "File_list_Cadherin.json", "File_list_Elavmb.json",
    ]  # fmt: skip
    assert set(table["organisms"]) == {("Nematostella vectensis",)}
    assert set(table["ncbi_taxon_ids"]) == {(45351,)}
    assert set(table["imaging_methods"]) == {("SPIM",)}
    assert set(table["title"]) == {"Volumetric light-sheet data of freely moving sea anemone"}
    assert table["released"].iloc[0] == pd.Timestamp("2023-03-02")


def test_a_study_without_a_licence_says_that_it_states_none():
    table = table_of(f"{STUDIES}/S-BIAD628/S-BIAD628_original.json")
    assert set(table["licence"]) == {"not stated"}


def test_components_are_of_the_samples_they_name_however_the_record_is_cut():
    original = table_of(f"{STUDIES}/S-BIAD628/S-BIAD628_original.json")
    edited = table_of(f"{STUDIES}/S-BIAD628/S-BIAD628_override.json")
    same = ["component", "file_list", "organisms", "ncbi_taxon_ids", "imaging_methods"]
    pd.testing.assert_frame_equal(original[same], edited[same])


@pytest.mark.parametrize(
    ("path", "organisms", "licence", "doi"),
    [
        ("S-BIAD954/S-BIAD954_override.json", "Danio rerio (zebrafish)", "CC0", ""),
        ("S-BIAD1261/S-BIAD1261_original.json", "Wistar rat", "CC0", "10.6019/S-BIAD1261"),
    ],
)
def test_recorded_studies_of_the_newer_template_are_read(path, organisms, licence, doi):
    table = table_of(f"{STUDIES}/{path}")
    assert len(table) == 1
    row = table.iloc[0]
    assert (row["organisms"], row["licence"], row["doi"]) == ((organisms,), licence, doi)
    assert row["title"]
    assert row["imaging_methods"]
    assert row["licence_url"] == "https://creativecommons.org/publicdomain/zero/1.0/legalcode"


def test_a_blank_at_the_end_of_a_title_does_not_lose_the_sample():
    table = table_of(f"{TESTS}/biad_v4/S-BIADTEST.json").set_index("component")
    assert list(table["kind"]) == ["annotations", "study component", "study component"]
    both = table.loc["Study Component 1", "organisms"]
    assert len(both) > len(table.loc["Study Component 2", "organisms"]) > 0
    assert table.loc["Study Component 2", "imaging_methods"] == ("confocal microscopy",)
    assert table.loc["Study Component 1", "imaging_methods"] == (
        "confocal microscopy", "fluorescence microscopy",
    )  # fmt: skip


def test_the_moments_of_a_study_are_milliseconds():
    path = recorded(f"{TESTS}/biad_v4/S-BIADTEST_INFO.json")
    told = info(File("info", path.read_bytes()))
    assert told["modified"] == datetime(2024, 6, 23, 21, 29, 11, 723000)
    assert told["files"] == 7


def test_a_study_of_the_default_template_has_its_files_in_its_record():
    path = recorded(f"{TESTS}/default_biostudies/S-BSSTTEST_files_direct.json")
    study = study_of(json.loads(path.read_text()), "x")
    assert [each["path"] for each in study.section.files] == ["path1.czi", "path2.csv", "path3.czi"]
    assert study.section.links == ("https://www.testLink.com",)  # a list in a list
    apart = recorded(f"{TESTS}/default_biostudies/files_direct_default.json")
    assert listed(File("list.json", apart.read_bytes())) == list(study.section.files)


def test_files_of_a_component_come_with_their_attributes(federation):
    for name in ("file_list_study_component_1.json", "file_list_annotations_and_images.json"):
        recorded(f"{TESTS}/biad_v4/{name}")
    entry = declared("bioimage_files")
    wanted = {"study": "S-BIADTEST", "component": "Study Component 1"}
    found = read(entry, asked(entry, wanted), lazy=False)
    assert list(found["size"]) == [3, 123]
    assert json.loads(found["attributes"][1])["metadata3_key"] == "metadata3_value"
    assert found["url"][0].endswith("/S-BIADTEST/study_component1/im06.png")
    wanted["component"] = "Segmentation masks"
    found = read(entry, asked(entry, wanted), lazy=False)
    assert list(found["kind"]) == ["file", "file", "directory", "file"]
    with pytest.raises(NotFound, match="no component 'x': it has 'Segmentation masks'"):
        read(entry, asked(entry, {**wanted, "component": "x"}), lazy=False)


def test_files_in_a_record_are_read_without_a_list(federation):
    recorded(TESTS)
    entry = declared("bioimage_files")
    found = read(entry, asked(entry, {"study": "S-BSSTTEST"}), lazy=False)
    assert list(found["path"]) == ["path1.czi", "path2.csv", "path3.czi"]
    assert set(found["size"]) == {1222831936}


def test_a_list_of_files_may_be_a_table():
    rows = listed(File("list.tsv", b"Files\tDepth\nA/1.tif\t5\nA/2.tif\t6\n"))
    assert [row["path"] for row in rows] == ["A/1.tif", "A/2.tif"]
    with pytest.raises(MalformedAnswer):
        listed(File("list.tsv", b"Files\tDepth\nA/1.tif\t5\nA/2"))
    with pytest.raises(MalformedAnswer):
        listed(File("list.json", b'{"path": "x"}'))


@pytest.mark.parametrize("path", ["../other/list.json", "/etc/passwd", "a/../../b.json"])
def test_a_list_of_files_lies_in_its_study(path):
    part = {"type": "Study Component", "attributes": [{"name": "File List", "value": path}]}
    record = {"accno": "S-BIAD1", "section": {"type": "Study", "subsections": [part]}}
    reader = declared("bioimage_files").reader
    with pytest.raises(MalformedAnswer, match="no path of a list"):
        reader.read(Answers(record), None, reader.request(study="S-BIAD1"), lazy=False)


@pytest.mark.parametrize(
    "told", [[], {}, {"accno": "S-BIAD1"}, {"accno": "S-BIAD1", "section": {"attributes": "x"}}]
)
def test_what_is_no_record_of_a_study_is_no_answer(told):
    with pytest.raises(MalformedAnswer):
        study_of(told, "studies/x")


def test_empty_objects_and_lists_in_lists_are_read():
    record = {
        "accno": "S-BIAD1",
        "attributes": {},
        "section": {
            "type": "Study",
            "links": {},
            "files": [[], [{"path": "a.tif"}]],
            "attributes": [{"name": "Title"}, {"name": "Keyword", "value": "me@sea.org, b"}],
            "subsections": [[{"type": "Biosample", "attributes": {}}], {}],
        },
    }
    study = study_of(record, "x")
    assert study.section.all("Keyword") == ("[address removed], b",)
    assert [each.kind for each in study.section.walk()] == ["study", "biosample"]
    assert study.section.files == ({"path": "a.tif"},)


HIT = {"title": "x", "author": None, "links": 0, "files": 1, "release_date": "2020-01-01"}


def hits(first: int, count: int, total: int, page: int, *, exact: bool = True) -> dict:
    numbered = [{**HIT, "accession": f"S-BIAD{first + number}"} for number in range(count)]
    return {"page": page, "totalHits": total, "isTotalHitsExact": exact, "hits": numbered}


def test_pages_are_followed_to_the_announced_end():
    pages = list(search(Answers(hits(0, 100, 130, 1), hits(100, 30, 130, 2)), "x"))
    assert sum(len(page.hits) for page in pages) == 130
    assert [page.is_last for page in pages] == [False, True]


def test_a_number_that_is_not_exact_is_what_there_is_at_least():
    answers = (hits(0, 100, 100, 1, exact=False), hits(100, 30, 100, 2, exact=False))
    assert sum(len(page.hits) for page in search(Answers(*answers), "x")) == 130
    with pytest.raises(MalformedAnswer, match="at least 120 studies were announced, and 90 came"):
        list(search(Answers(hits(0, 90, 120, 1, exact=False)), "x"))


@pytest.mark.parametrize(
    "answers",
    [
        [hits(0, 100, 130, 1), hits(100, 20, 130, 2)],
        [hits(0, 100, 130, 1), hits(90, 30, 130, 2)],
        [hits(0, 100, 130, 1), hits(0, 100, 130, 1)],
        [hits(0, 3, 2, 1)],
        [{"page": 1, "hits": []}],
        [{"page": 1, "totalHits": "many", "hits": []}],
        [{"page": 1, "totalHits": 1, "hits": [{"title": "x"}]}],
        [[]],
    ],
)
def test_pages_that_are_not_the_whole_list_are_no_answer(answers):
    with pytest.raises(MalformedAnswer):
        list(search(Answers(*answers), "x"))


def test_nothing_found_is_an_empty_table_with_all_its_columns(federation):
    entry = declared("bioimage_studies")
    found = read(entry, asked(entry, {"text": "coelacanth"}), lazy=False)
    assert len(found) == 0
    assert {"accession", "released"} <= set(found.columns)


def test_studies_are_found_and_chosen_by_release(federation):
    recorded(STUDIES)
    entry = declared("bioimage_studies")
    found = read(entry, asked(entry, {"text": "sea anemone"}), lazy=False)
    assert "S-BIAD628" in set(found["accession"])
    assert "@" not in found.to_csv()
    later = read(entry, asked(entry, {"text": "sea anemone", "released": "2024/"}), lazy=False)
    assert "S-BIAD628" not in set(later["accession"])


def test_words_of_the_query_language_are_asked_for_as_words(federation):
    entry = declared("bioimage_studies")
    read(entry, asked(entry, {"text": "sea NOT anemone"}), lazy=False)
    assert "query=sea%20not%20anemone" in federation.paths[0]


def test_recorded_images_come_with_their_ome_zarr():
    images = list(json.loads(recorded(IMAGES).read_text()).values())
    rows = [row for image in images for row in bia_images.rows_of(image, "x")]
    assert [row["format"] for row in rows].count(".ome.zarr") == 3
    first = next(row for row in rows if row["format"] == ".ome.zarr")
    assert first["accession"] == "S-BIAD1556"
    assert first["organisms"] == ("Homo sapiens",)
    assert first["imaging_methods"] == ("confocal microscopy",)
    assert first["voxel_x"] == pytest.approx(0.11)  # micrometres, of 1.1e-07 m
    assert (first["size_x"], first["size_z"], first["size_c"]) == (1072, 34, 2)
    assert first["image"].startswith("https://livingobjects.ebi.ac.uk/bioimaging-integrator-data/")


def test_images_are_chosen_by_format(federation):
    recorded(IMAGES)
    entry = declared("bioimage_images")
    every = read(entry, asked(entry, {"text": "microscopy"}), lazy=False)
    ours = read(
        entry, asked(entry, {"text": "microscopy", "image_format": ".ome.zarr"}), lazy=False
    )
    assert 0 < len(ours) < len(every)
    assert set(ours["format"]) == {".ome.zarr"}


def image_page(uuids: list[str], total: int, page: int, relation: str = "eq") -> dict:
    found = [{"_source": {"uuid": each, "representation": []}} for each in uuids]
    counted = {"value": total, "relation": relation}
    return {"hits": {"total": counted, "hits": found}, "pagination": {"page": page}}


@pytest.mark.parametrize(
    "answers",
    [
        [image_page(["a"], 2, 1)],
        [image_page(["a", "b"], 1, 1)],
        [image_page(["a"], 1, 2)],
        [{"hits": []}],
        [{"hits": {"total": {"value": "x", "relation": "eq"}, "hits": []}, "pagination": {}}],
    ],
)
def test_pages_of_images_that_are_not_the_whole_list_are_no_answer(answers):
    with pytest.raises(MalformedAnswer):
        bia_images.pages(Answers(*answers), "x")


def test_more_images_than_are_counted_are_too_many():
    with pytest.raises(ParameterError, match="5001 of these images"):
        bia_images.pages(Answers(image_page(["a"], 1000, 1, "gte")), "x")


def annotation(link: int, plate: int, values: list) -> dict:
    return {"link": {"id": link, "parent": {"id": plate}}, "values": values}


def test_map_annotations_of_a_plate_are_brought_together():
    answer = {
        "annotations": [
            annotation(1, 7, [["Station", "TARA_1"], ["Depth", "5"]]),
            annotation(2, 7, [["Station", "TARA_2"], ["E-mail", "x@y.org"], ["By", "x@y.org"]]),
        ],
        "experimenters": [{"omeName": "somebody"}],
    }
    _, found = omero_plates.map_annotations(Answers(answer), [7], part=1)
    assert found == {
        7: {"Station": ("TARA_1", "TARA_2"), "Depth": ("5",), "By": ("[address removed]",)}
    }


@pytest.mark.parametrize(
    "answer",
    [
        {"annotations": [annotation(1, 7, []), annotation(1, 7, [])]},
        {"annotations": [annotation(1, 8, [])]},
        {"annotations": [annotation(1, 7, ["Station"])]},
        {"annotations": [{"values": []}]},
        {"message": "no"},
        [],
    ],
)
def test_annotations_that_are_of_others_or_none_are_no_answer(answer):
    with pytest.raises(MalformedAnswer):
        omero_plates.map_annotations(Answers(answer), [7], part=1)


def test_annotations_are_asked_for_until_a_page_is_not_full():
    full = [annotation(number, 7, [["k", "v"]]) for number in range(omero_plates.PAGE_SIZE)]
    files, _ = omero_plates.map_annotations(
        Answers({"annotations": full}, {"annotations": []}), [7], part=1
    )
    assert len(files) == 2
    again = [{"annotations": full}] * 3
    with pytest.raises(MalformedAnswer, match="came twice"):  # a server that leaves page aside
        omero_plates.map_annotations(Answers(*again), [7], part=1)


def plate_page(numbers: range, total: int) -> dict:
    return {
        "data": [{"@id": number, "Name": f"p{number}"} for number in numbers],
        "meta": {"totalCount": total},
    }


def test_plates_are_the_announced_number():
    _, found = omero_plates.plates(
        Answers(plate_page(range(200), 210), plate_page(range(200, 210), 210)), 1201
    )
    assert len(found) == 210
    for short in ([plate_page(range(5), 6), plate_page(range(5), 6)], [plate_page(range(3), 2)]):
        with pytest.raises(MalformedAnswer, match="were announced"):
            omero_plates.plates(Answers(*short), 1201)


def test_plates_have_places_and_their_images(federation):
    entry = declared("tara_oceans_plates")
    whole = read(entry, asked(entry, {}), lazy=False)
    some = read(entry, asked(entry, {"bbox": [-10, 36, 0, 39.5]}), lazy=False)
    assert 0 < len(some) < len(whole)
    assert some["latitude"].between(36, 39.5).all()
    assert json.loads(some["annotations"][0])["EVENT_DEVICE_LABEL"] == "SYNTHETIC net"
    images = declared("tara_oceans_images")
    image = read(images, asked(images, {"image": some["image"][0]}), lazy=False)
    assert list(image["c"].values) == ["chloroplasts", "DNA"]


def test_the_harvest_lists_each_study_once_and_goes_on_where_it_stopped(federation):
    harvester = HARVESTERS["eurobioimaging"]
    place = place_of(declared(harvester.entry), "live")
    pages = list(harvester.pages(place))
    records = [record for page in pages for record in page.records]
    assert len({record.id for record in records}) == len(records)
    assert {record.level for record in records} == {"collection", "granule"}
    assert pages[-1].cursor is None
    plates = [record for record in records if record.level == "granule"]
    assert all(record.bbox and record.time and record.request["image"] for record in plates)
    assert next(harvester.pages(place, cursor="plates")).records == pages[-1].records
    resumed = list(harvester.pages(place, cursor=pages[0].cursor))
    assert len(resumed) == len(pages) - 1


def test_the_harvest_takes_what_was_released_since_and_sets_bad_studies_aside():
    harvester = HARVESTERS["eurobioimaging"]
    first = hits(1, 3, 3, 1)
    first["hits"][0]["release_date"] = "2019-01-01"
    first["hits"][1]["release_date"] = "soon"
    empty = [hits(0, 0, 0, 1)] * 3
    pages = list(harvester.pages(Answers(first, *empty), since=datetime(2020, 1, 1)))
    assert [record.id for page in pages for record in page.records] == ["eurobioimaging:S-BIAD3"]
    (bad,) = [each for page in pages for each in page.quarantined]
    assert bad.native_id == "S-BIAD2"
    assert "soon" in bad.reason
    assert pages[-1].cursor is None


REAL = ImageSetOptions(
    classes="dataset_files/classes.txt",
    lists={"train": "dataset_files/train.txt", "val": "dataset_files/val.txt"},
    images="planktonclas/resources/demo-images",
)


def test_recorded_plankton_is_read_with_its_classes():
    folder = recorded(PLANKTON)
    paths = sorted((folder / REAL.images).rglob("*.jpg"))
    named = {path.name for path in paths}
    lists = "".join((folder / path).read_text() for path in REAL.lists.values())
    both = tuple(name for name in sorted(named) if name in lists)
    place = Folder(folder)
    found = ImageSet().read(place, REAL, ImageSetRequest(image=both), lazy=False).data
    assert len(found) == len(both) == 73
    assert found.groupby("taxon").size().sum() == 73
    assert set(found["taxon"]) == {
        "Actinoptychus", "Bacillariophyceae", "Ciliophora", "Dinoflagellata", "Noctilucales",
        "Tripos",
    }  # fmt: skip
    for row in found.to_dict("records"):
        assert row["pixels"].shape[:2] == (row["height"], row["width"])
        assert row["pixels"].dtype == np.uint8
        assert row["taxon"] in row["image"]
    for path in paths:  # those of the list for testing, which was not recorded, too
        assert decoded(File(path.name, path.read_bytes())).std() > 0


def test_half_an_image_is_no_image():
    path = next(iter(sorted((recorded(PLANKTON) / REAL.images).rglob("*.jpg"))))
    with pytest.raises(MalformedAnswer):
        decoded(File("x.jpg", path.read_bytes()[:-300]))
    with pytest.raises(MalformedAnswer):
        decoded(File("x.jpg", b"<html></html>"))


def test_a_list_that_puts_an_image_into_another_class_is_no_list(tmp_path):
    (tmp_path / "classes.txt").write_text("Tripos\nCiliophora\n")
    for line in ("Tripos/a.png 1", "Tripos/a.png 2", "a.png 0", "Tripos/a.png", "Tripos/b/a.png 0"):
        (tmp_path / "train.txt").write_text(line)
        options = ImageSetOptions(classes="classes.txt", lists={"train": "train.txt"}, images="i")
        with pytest.raises(MalformedAnswer):
            ImageSet().read(Folder(tmp_path), options, ImageSetRequest(), lazy=False)


@pytest.mark.parametrize("fault", ["html", "500", "truncated", "cut short", "exception report"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_entry_that_fails_is_a_named_error(federation, name, fault):
    entry = declared(name)
    federation.faults["/eurobioimaging"] = fault
    with pytest.raises(DataError) as caught:
        read(entry, asked(entry, EXAMPLES[name]), lazy=False)
    assert not isinstance(caught.value, ParameterError)


TEXTS = st.none() | st.text(max_size=12) | st.sampled_from(["plankton", "sea", "a" * 300]) | junk


@many
@given(text=TEXTS, released=periods)
def test_any_request_for_studies_is_refused_or_answered_right(text, released):
    if (answer := answered("bioimage_studies", {"text": text, "released": released})) is None:
        return
    _, table = answer
    assert {"accession", "title"} <= set(table.columns)
    assert len(table) <= 3


@many
@given(study=st.sampled_from(["S-BIAD628", "S-BIAD1", "s-biad628"]) | junk)
def test_any_request_for_a_study_is_refused_or_answered_right(study):
    if (answer := answered("bioimage_study", {"study": study})) is not None:
        assert set(answer[1]["accession"]) == {study} == {"S-BIAD628"}


@many
@given(component=st.sampled_from(["SYNTHETIC tentacles", "x"]) | junk)
def test_any_request_for_files_is_refused_or_answered_right(component):
    wanted = {"study": "S-BIAD628", "component": component}
    if (answer := answered("bioimage_files", wanted)) is None:
        return
    assert len(answer[1]) == (4 if component is None else 2)


@many
@given(text=TEXTS, image_format=st.sampled_from([None, ".ome.zarr", ".tif"]) | junk)
def test_any_request_for_images_is_refused_or_answered_right(text, image_format):
    wanted = {"text": text, "image_format": image_format}
    if (answer := answered("bioimage_images", wanted)) is not None:
        assert set(answer[1]["format"]) == {".ome.zarr"}


@many
@given(
    bbox=boxes, time=periods, depth=st.none() | st.tuples(st.floats(-200, 13000), st.floats(0, 50))
)
def test_any_request_for_plates_is_refused_or_answered_right(bbox, time, depth):
    wanted = {"bbox": bbox, "time": time, "depth": depth}
    if (answer := answered("tara_oceans_plates", wanted)) is None:
        return
    request, table = answer
    if request.bbox is not None:
        west, south, east, north = request.bbox
        assert table["latitude"].between(south, north).all()
        assert ((table["longitude"] - west) % 360 <= ((east - west) % 360 or 360)).all()
    if request.depth is not None:
        assert table["depth"].between(*request.depth).all()


@many
@given(
    taxon=st.none() | st.lists(st.sampled_from(["Actinoptychus", "Noctilucales", "X"])) | junk,
    split=st.sampled_from([None, "train", "val", "test", "all"]) | junk,
)
def test_any_request_for_plankton_is_refused_or_answered_right(taxon, split):
    if (answer := answered("plankton_images", {"taxon": taxon, "split": split})) is None:
        return
    request, table = answer
    lists = Path(__file__).parents[2] / "catalogs/samples/plankton/dataset_files"
    listed = [
        line.partition("/")[0]
        for each in ("train", "val", "test")
        if split in (None, each)
        for line in (lists / f"{each}.txt").read_text().splitlines()
    ]
    wanted = [name for name in listed if request.taxon is None or name in request.taxon]
    assert len(table) == len(wanted)
    assert sorted(table["taxon"]) == sorted(wanted)
