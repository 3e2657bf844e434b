"""What is written down of each access, and the acknowledgement that comes of it."""

import json

import pytest

import bluecloud_catalogs
from bluecloud_catalogs import DataError, NotFound
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared


@pytest.fixture
def catalogue(gdac):
    return bluecloud_catalogs.open_catalog("environment")


def test_every_access_is_one_line_of_the_log(catalogue, gdac, monkeypatch, tmp_path):
    monkeypatch.setenv("BLUECLOUD_ACCESS_LOG", str(tmp_path / "access.jsonl"))
    found = catalogue["argo_profiles"](platform=9000001).read()
    with pytest.raises(NotFound):
        catalogue["argo_profiles"](platform=5900865).read()
    (line,) = (tmp_path / "access.jsonl").read_text().splitlines()
    access = json.loads(line)
    for name in ("source", "entry", "request", "tier", "access_time", "licence", "checksum"):
        assert access[name] == found.attrs[name]
    assert access["address"] == gdac.url
    assert access["files"][-1].endswith("9000001_prof.nc")


def test_citations_name_each_source_once(catalogue):
    index = catalogue["argo_index"].read()
    floats = catalogue["argo_profiles"](platform=9000001).read()
    text = bluecloud_catalogs.citations(index, floats, index)
    assert text.count("10.17882/42182") == 1
    assert "argo_index, live tier" in text
    assert "argo_profiles, live tier" in text


def test_what_lost_its_attrs_cannot_be_cited(catalogue):
    found = catalogue["argo_profiles"](platform=9000001).read()
    with pytest.raises(bluecloud_catalogs.DataError, match="dataset 2 of 2 says nothing of"):
        bluecloud_catalogs.citations(found, found.drop_attrs())


def test_the_version_of_the_data_is_said(catalogue):
    """The date of an index, or else that of the newest file."""
    assert catalogue["argo_index"].read().attrs["dataset_version"] == "20260101000000"
    floats = catalogue["argo_profiles"](platform=9000001).read()
    assert floats.attrs["dataset_version"] == "20260101000000"
    entry = declared("argo_greylist")
    assert (
        read(entry, asked(entry, {}), lazy=False).attrs["dataset_version"].startswith("files of 20")
    )


def test_what_was_merged_owes_what_each_owes(catalogue):
    floats = catalogue["argo_profiles"](platform=9000001).read()
    other = floats.assign_attrs(
        citation="Another archive.", entry="other", licence="CC0 1.0", source="other"
    )
    merged = bluecloud_catalogs.merge_profiles(floats, other)
    text = bluecloud_catalogs.citations(merged, floats)
    assert len(text.splitlines()) == 2
    assert "Another archive. Licence: CC0 1.0. (other, live tier" in text
    broken = merged.assign_attrs(merged_from="nothing")
    with pytest.raises(bluecloud_catalogs.DataError, match="merged_from is no JSON"):
        bluecloud_catalogs.citations(broken)


def test_a_log_that_cannot_be_written_is_named(catalogue, monkeypatch, tmp_path):
    monkeypatch.setenv("BLUECLOUD_ACCESS_LOG", str(tmp_path / "none" / "log"))
    with pytest.raises(DataError, match="BLUECLOUD_ACCESS_LOG=.*cannot be written"):
        catalogue["argo_index"].read()
