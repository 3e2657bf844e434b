"""A laboratory is one declaration and its folders: none is missing and none is orphaned."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bluecloud_hub.labs import read_laboratories

ROOT = Path(__file__).resolve().parents[2]
LABORATORIES = read_laboratories(ROOT / "hub" / "labs")


@pytest.mark.parametrize("slug", LABORATORIES)
@pytest.mark.parametrize(
    "part",
    [
        "catalogs/{}.yaml",
        "extensions/{}/package.json",
        "hub/labs/{}.svg",
        "images/{}/apt.txt",
        "images/{}/requirements.in",
        "images/{}/requirements.txt",
        "notebooks/{}/README.md",
        "notebooks/src/bluecloud_routines/{}/__init__.py",
    ],
)
def test_a_laboratory_has_all_its_parts(slug: str, part: str) -> None:
    assert (ROOT / part.format(slug)).is_file(), f"{part.format(slug)} is missing"


@pytest.mark.parametrize("slug", LABORATORIES)
def test_a_laboratory_has_an_analysis_and_data(slug: str) -> None:
    assert list((ROOT / "notebooks" / slug).glob("*.ipynb"))
    assert yaml.safe_load((ROOT / "catalogs" / f"{slug}.yaml").read_text())


def test_nothing_is_left_of_a_laboratory_that_is_not_declared() -> None:
    named = {
        *(path.stem for path in (ROOT / "catalogs").glob("*.yaml")),
        *(path.parent.name for path in (ROOT / "images").glob("*/requirements.in")),
        *(path.parent.name for path in (ROOT / "extensions").glob("*/package.json")),
        *(path.stem for path in (ROOT / "hub" / "labs").glob("*.svg")),
        *(path.parent.name for path in (ROOT / "notebooks").glob("*/*.ipynb")),
    }
    assert named - set(LABORATORIES) - {"base", "core", "service"} == set()
