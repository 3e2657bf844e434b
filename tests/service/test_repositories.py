"""What is said of a product where it is deposited, and which files go there."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bluecloud_hub.service import open_pages
from bluecloud_hub.settings import read_settings
from bluecloud_service.errors import NotThere
from bluecloud_service.products.lineage import Input
from bluecloud_service.products.parcels import packed
from bluecloud_service.products.records import Kept
from bluecloud_service.products.repositories import described

MADE_FROM = Input(
    name="cmems:ostia",
    title="OSTIA",
    tier="live",
    licence="CC-BY-4.0",
    by="catalogue",
    citation="Good (2020), https://doi.org/10.48670/moi-00168; and 10.1016/0022-0981(95)00001-X.",
)
KEPT = Kept(
    id="a" * 20,
    laboratory="environment",
    slug="warm",
    version=3,
    run="b" * 20 + "-0000",
    proposed_by="ada",
    proposed=datetime(2026, 1, 1, tzinfo=UTC),
    state="published",
    title="Warm days",
    decided_by="mia",
    decided=datetime(2026, 2, 3, tzinfo=UTC),
    words="",
    embargo=None,
    members_only=False,
    form={
        "description": "Days > 20 <b>°C</b>.\nOf one sea.",
        "creators": [{"name": "Plato", "affiliation": "The\nAcademy"}, {"name": " , "}],
        "licence": "CC-BY-4.0",
        "keywords": ["warm"],
    },
    inputs=[MADE_FROM.model_dump(), MADE_FROM.model_dump()],
    answers=[],
    checks=[],
    files=[],
)


def test_what_is_said_is_escaped_where_it_is_html_and_names_what_it_was_made_from() -> None:
    said = described(KEPT, takes_html=True, page="https://vre.example.org/p", earlier=["10.5072/2"])
    assert said.description.startswith("<p>Days &gt; 20 &lt;b&gt;°C&lt;/b&gt;.<br>Of one sea.</p>")
    assert "<p>Made from:<br>Good (2020)" in said.description
    assert [(each.relation, each.identifier) for each in said.related] == [
        ("isderivedfrom", "10.48670/moi-00168"),
        ("isderivedfrom", "10.1016/0022-0981(95)00001-X"),
        ("isnewversionof", "10.5072/2"),
        ("isidenticalto", "https://vre.example.org/p"),
    ]
    plain = described(KEPT, takes_html=False)
    assert plain.description.startswith("Days > 20 <b>°C</b>.\nOf one sea.\n\n")
    assert (plain.creators[0].name, plain.creators[0].affiliation) == ("Plato", "The Academy")
    assert (plain.version, str(plain.published)) == ("3", "2026-02-03")


@pytest.mark.parametrize(
    ("public", "pages"),
    [
        ("http://127.0.0.1:8000", ""),
        ("http://bluecloud.localhost:8000", ""),
        (
            "https://vre.example.org",
            "https://bluecloud--service.vre.example.org/services/bluecloud",
        ),
    ],
)
def test_a_link_back_is_given_where_others_can_follow_it(public: str, pages: str) -> None:
    settings = {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_PUBLIC_URL": public}
    assert open_pages(read_settings(settings)) == pages


def test_folders_go_as_archives_and_what_was_altered_does_not_go(tmp_path: Path) -> None:
    content = {"sst.nc": b"sst", "deep.zarr/.zgroup": b"{}", "deep.zarr/t/0": b"0"}
    for name, each in content.items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(each)
    files = [
        {"path": name, "bytes": len(each), "sha256": hashlib.sha256(each).hexdigest()}
        for name, each in content.items()
    ]
    kept = replace(KEPT, files=files)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with packed(kept, tmp_path / "files", scratch) as (plain, folder):
        assert plain == tmp_path / "files" / "sst.nc"
        assert folder.name == "deep.zarr.zip"
        with zipfile.ZipFile(folder) as archive:
            assert {name: archive.read(name) for name in archive.namelist()} == {
                ".zgroup": b"{}",
                "t/0": b"0",
            }
    (tmp_path / "files" / "deep.zarr" / "t" / "0").write_bytes(b"1")
    with (
        pytest.raises(NotThere, match=r"deep\.zarr/t/0 is not what was approved"),
        packed(kept, tmp_path / "files", scratch),
    ):
        pass
    assert not [*scratch.iterdir()]
