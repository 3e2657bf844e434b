"""A laboratory is declared once, and a wrong declaration is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluecloud_hub.errors import DeclarationError
from bluecloud_hub.labs import picture, read_laboratories, read_laboratory

DECLARATION = """
title = "Plankton genomics"
summary = "Who lives where in the plankton."
theme = "Genomics"
version = "0.1.0"
access = "members"

[sizes.small]
title = "Small"
cpu_limit = 1.0
memory_limit = "2G"
memory_guarantee = "512M"
"""


def declare(folder: Path, slug: str, text: str = DECLARATION) -> Path:
    path = folder / f"{slug}.toml"
    path.write_text(text)
    return path


def test_the_file_name_is_the_slug(tmp_path: Path) -> None:
    laboratory = read_laboratory(declare(tmp_path, "genomics"))
    assert (laboratory.slug, laboratory.image) == ("genomics", "bluecloud/genomics")


def test_laboratories_come_in_the_order_of_their_slugs(tmp_path: Path) -> None:
    for slug in ("genomics", "aquaculture"):
        declare(tmp_path, slug)
    assert list(read_laboratories(tmp_path)) == ["aquaculture", "genomics"]


@pytest.mark.parametrize("slug", ["Genomics", "plankton-genomics", "plankton_genomics", "4d", "x"])
def test_a_slug_that_would_need_escaping_is_refused(tmp_path: Path, slug: str) -> None:
    with pytest.raises(DeclarationError, match=f"{slug}.toml: slug"):
        read_laboratory(declare(tmp_path, slug))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("memory_limit", "memroy_limit", "memroy_limit"),
        ('"members"', '"anyone"', "access.*everyone.*members.*given: 'anyone'"),
        ('memory_limit = "2G"', 'memory_limit = "two"', "memory_limit.*given: 'two'"),
        ("cpu_limit = 1.0", "cpu_limit = 0", "sizes.small.cpu_limit.*greater than 0"),
        ('"0.1.0"', '"new"', "version.*given: 'new'"),
        ('"Plankton genomics"', '""', "title"),
        ("[sizes.small]", "[sizes", "not readable as TOML"),
        ("theme", 'slug = "other"\ntheme', "given by the file's name"),
    ],
)
def test_a_broken_declaration_says_what_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, named: str
) -> None:
    path = declare(tmp_path, "genomics", DECLARATION.replace(old, new, 1))
    with pytest.raises(DeclarationError, match=named) as refusal:
        read_laboratory(path)
    assert "genomics.toml" in str(refusal.value)


@pytest.mark.parametrize("slug", ["hub", "operators", "base"])
def test_a_reserved_name_is_no_laboratory(tmp_path: Path, slug: str) -> None:
    with pytest.raises(DeclarationError, match="reserved"):
        read_laboratory(declare(tmp_path, slug))


def test_a_laboratory_without_a_size_is_refused(tmp_path: Path) -> None:
    text = DECLARATION.split("[sizes")[0] + "sizes = {}\n"
    with pytest.raises(DeclarationError, match="sizes"):
        read_laboratory(declare(tmp_path, "genomics", text))


def test_a_folder_without_laboratories_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="no laboratory is declared"):
        read_laboratories(tmp_path)


def test_a_size_reads_as_a_person_chooses_it(tmp_path: Path) -> None:
    laboratory = read_laboratory(declare(tmp_path, "genomics"))
    assert laboratory.sizes[laboratory.default_size].summary == "Small: 1 core, 2 GB"


def test_a_laboratory_may_have_no_picture(tmp_path: Path) -> None:
    assert picture(tmp_path, "genomics") == ""
