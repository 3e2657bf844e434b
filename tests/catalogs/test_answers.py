"""An answer is looked at before it is believed."""

import pytest

from bluecloud_catalogs import MalformedAnswer, RequestRefused
from bluecloud_catalogs.answers import as_json, as_text, as_xml, told_by
from bluecloud_catalogs.places import File
from tests.federation.server import EXCEPTION, PAGE, TOMCAT


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TOMCAT, "HTTP Status 500 - Internal Server Error"),
        (EXCEPTION, "The layer is gone"),
        (b'Error {\n    code=404;\n    message="Not Found (nRows=0)";\n}', "Not Found (nRows=0)"),
        (b'{"error": {"message": "no such field", "code": 3}}', "no such field"),
        (b'{"detail": [{"msg": "bad"}, {"msg": "worse"}]}', "msg bad; msg worse"),
        (b"plain words", "plain words"),
        (b"<html><body>nothing said</body></html>", ""),
        (b"x" * 1000, "x" * 297 + "..."),
    ],
)  # fmt: skip
def test_a_faults_own_words_are_found(content, told):
    assert told_by(content) == told


@pytest.mark.parametrize("read", [as_json, as_text, as_xml])
def test_a_page_is_nothing_that_was_asked_for(read):
    with pytest.raises(MalformedAnswer, match=r"a\?b: it is no .* begins b'<html>"):
        read(File("a?b", PAGE))


@pytest.mark.parametrize("read", [as_xml, as_text])
def test_an_exception_report_is_a_refusal_with_its_words(read):
    with pytest.raises(RequestRefused, match="The layer is gone"):
        read(File("a", EXCEPTION))


@pytest.mark.parametrize("content", [b'{"a": [1, 2', b"", b"nil"])
def test_half_a_json_is_malformed(content):
    with pytest.raises(MalformedAnswer, match="no JSON, or not whole"):
        as_json(File("a", content))


def test_xml_reads_no_entity_and_no_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hush")
    told = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a>&x;</a>'
    assert "hush" not in "".join(as_xml(File("a", told.encode())).itertext())


def test_text_may_be_latin_1():
    assert as_text(File("a", "Plouzané".encode("latin-1"))) == "Plouzané"
    assert as_text(File("a", "\ufeffPlouzané".encode())) == "Plouzané"


def test_a_json_that_is_too_deep_is_malformed():
    deep = b"[" * 200_000

    with pytest.raises(MalformedAnswer, match="no JSON"):
        as_json(File("a", deep))
    assert told_by(deep[:20_000]).startswith("[[")
