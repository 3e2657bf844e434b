"""What is written down of each access, and the acknowledgement that comes of it."""

import json

import pytest

import bluecloud_catalogs
from bluecloud_catalogs import NotFound


@pytest.fixture
def catalogue(gdac):
    return bluecloud_catalogs.open_catalog("environment")


def test_every_access_is_one_line_of_the_log(catalogue, gdac, monkeypatch, tmp_path):
    monkeypatch.setenv("BLUECLOUD_ACCESS_LOG", str(tmp_path / "access.jsonl"))
    read = catalogue["argo_profiles"](platform=9000001).read()
    with pytest.raises(NotFound):
        catalogue["argo_profiles"](platform=5900865).read()
    (line,) = (tmp_path / "access.jsonl").read_text().splitlines()
    access = json.loads(line)
    for name in ("source", "entry", "request", "tier", "access_time", "licence", "checksum"):
        assert access[name] == read.attrs[name]
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
    read = catalogue["argo_profiles"](platform=9000001).read()
    with pytest.raises(bluecloud_catalogs.DataError, match="dataset 2 of 2 says nothing of"):
        bluecloud_catalogs.citations(read, read.drop_attrs())
