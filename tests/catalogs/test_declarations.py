"""Catalogue files that are broken, and catalogue files that attack."""

from pathlib import Path

import pytest

import bluecloud_catalogs
from bluecloud_catalogs import CatalogueError, TierError

SOURCE = """
title: A source
url: https://example.org
licence: {name: CC0, text: Free., url: https://example.org/licence}
citation: Somebody.
entries:
  attacked:
    title: An entry
    description: Of no use.
    variables: [{name: sst, units: K}]
    extent: {bbox: [0, 0, 1, 1], time: [2020-01-01, null]}
    reader: argo-index
    url: "{base}"
    sample: {kind: folder, path: argogdac, synthetic: true}
    evidence: This test.
    live_verified: never
"""


@pytest.fixture
def opened(tree: Path):
    """Open the laboratory "attack", whose only entry is declared by the given text."""

    def opened_with(text: str, *, strict: bool = True):
        (tree / "sources" / "attack.yaml").write_text(text)
        (tree / "attack.yaml").write_text("entries: [attacked]\n")
        return bluecloud_catalogs.open_catalog("attack", strict=strict)

    return opened_with


def test_the_entry_that_the_others_spoil_is_good(opened):
    assert list(opened(SOURCE)) == ["attacked"]


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        ("argo-index", "os:system", "reader 'os:system' is unknown: one of argo-bgc, argo-"),
        ("argo-index", "argo_indx", "reader 'argo_indx' is unknown"),
        ("title: An entry", "titel: An entry", "title is missing; titel is unknown: there are ti"),
        ("[2020-01-01, null]", "[yesterday, null]", "extent.time.0 = 'yesterday'"),
        ("[0, 0, 1, 1]", "[0, 9, 1, 1]", "south is above north"),
        ("live_verified: never", "live_verified: soon", "live_verified"),
        ('"{base}"', '"{env(HOME)}"', r"must begin with .* and hold no other template"),
        ('"{base}"', '"{base}/{HOME}"', r"must begin with .* and hold no other template"),
        ('"{base}"', '"{base.__class__}"', "hold no other template"),
        ('"{base}"', '"file:///etc/passwd"', r"must begin with \{base\}"),
        ("https://example.org\n", "file:///etc\n", "must begin with https:// or http://"),
        ("https://example.org\n", "https://me:secret@example.org\n", "hold no user or password"),
        ("path: argogdac", "path: ../../etc", "must be a path below its folder"),
        ("path: argogdac", "path: /etc", "must be a path below its folder"),
        ("title: An entry", 'title: "x\\nimport os"', "must be one line of printable characters"),
        ("  attacked:", "  class:", "a word of Python's own|no source has an entry"),
        ("evidence: This test.", "evidence: ''", "evidence = ''"),
        ("    evidence: This test.\n", "", "evidence is missing"),
        ("url: \"{base}\"\n", "url: \"{base}\"\n    options: {func: os}\n", "func is unknown"),
        ("url: \"{base}\"\n", "url: \"{base}\"\n    parameters: {year: 1}\n", "no parameter year"),
        ("url: \"{base}\"\n", "url: \"{base}\"\n    example: {bbox: null}\n", "example sets what"),
        ("citation: Somebody.\n", "", "licence and citation"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_entry_and_field(opened, good, bad, message):
    assert good in SOURCE
    with pytest.raises(CatalogueError, match=message) as caught:
        opened(SOURCE.replace(good, bad, 1))
    assert "attack.yaml" in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch {mark}']",
        "title: !!python/object/new:os.system ['touch {mark}']",
        "!!python/name:os.system",
        "title: &a x\nurl: *a",
        "title: x\ntitle: y",
        "a: [",
        "[" * 5000,
        "just text",
        "",
        "\x00",
    ],
)
def test_yaml_that_is_more_or_less_than_data_is_refused(opened, tmp_path, text):
    mark = tmp_path / "mark"
    with pytest.raises(CatalogueError, match=r"attack\.yaml"):
        opened(text.replace("{mark}", str(mark)))
    assert not mark.exists()


def test_no_text_of_an_entry_is_ever_filled_in(opened, monkeypatch):
    monkeypatch.setenv("SECRET", "s3cr3t")
    text = SOURCE.replace("Of no use.", '"{env(SECRET)} {{ env(SECRET) }} ${SECRET}"')
    catalogue = opened(text)
    shown = [repr(catalogue), catalogue._repr_html_(), catalogue.attacked.describe().snippet]
    assert "s3cr3t" not in "".join([*shown, str(catalogue.to_dict())])
    assert "{env(SECRET)}" in catalogue.attacked.describe().description


def test_html_in_a_title_is_shown_as_text(opened):
    catalogue = opened(SOURCE.replace("title: An entry", "title: <script>alert(1)</script>"))
    assert "<script>" not in catalogue._repr_html_() + catalogue.attacked._repr_html_()


def test_intake_imports_nothing_that_a_catalogue_names(opened):
    opened(SOURCE)
    import intake

    described = intake.readers.entry.ReaderDescription(
        "intake.readers.convert:GenericFunc", kwargs={"func": "{func(os:system)}"}
    )
    with pytest.raises(intake.readers.utils.SecurityError):
        described.to_reader()


@pytest.mark.parametrize("address", ["file:///etc", "https://me:s3cr3t@example.org", "x"])
def test_an_address_that_overrides_is_checked_and_not_repeated(tree, monkeypatch, address):
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", address)
    with pytest.raises(CatalogueError, match=r"BLUECLOUD_ARGOGDAC_URL: .*https://") as caught:
        bluecloud_catalogs.open_catalog("environment")
    assert "s3cr3t" not in str(caught.value)


def test_a_broken_entry_hides_no_other_unless_one_is_strict(tree):
    source = tree / "sources" / "argogdac.yaml"
    source.write_text(source.read_text().replace("reader: argo-index", "reader: nothing"))
    with pytest.raises(CatalogueError, match=r"argogdac\.yaml, entry 'argo_index': reader"):
        bluecloud_catalogs.open_catalog("environment")
    catalogue = bluecloud_catalogs.open_catalog("environment", strict=False)
    assert list(catalogue) == ["ostia_sst_monthly", "sst_daily_synthetic", "argo_profiles"]
    assert "reader 'nothing' is unknown" in str(catalogue.problems[0])
    assert "cannot be used" in repr(catalogue)


def test_a_broken_source_costs_only_its_own_entries(tree):
    (tree / "sources" / "argogdac.yaml").write_text("title: [")
    catalogue = bluecloud_catalogs.open_catalog("environment", strict=False)
    assert list(catalogue) == ["ostia_sst_monthly", "sst_daily_synthetic"]
    assert len(catalogue.problems) == 2


def test_a_broken_source_that_a_laboratory_does_not_use_costs_it_nothing(tree):
    (tree / "sources" / "ena.yaml").write_text("title: [")
    assert len(bluecloud_catalogs.open_catalog("environment")) == 4


def test_a_reference_to_nothing_is_named_with_what_there_is(tree):
    (tree / "environment.yaml").write_text("entries: [ostia_sst_montly]\n")
    with pytest.raises(
        CatalogueError,
        match=r"environment\.yaml.*no source has an.*'ostia_sst_montly'.* are argo",
    ):
        bluecloud_catalogs.open_catalog("environment")


def test_a_name_that_two_sources_give_belongs_to_neither(tree):
    (tree / "sources" / "other.yaml").write_text(SOURCE.replace("attacked:", "argo_index:"))
    with pytest.raises(CatalogueError, match="another source has an entry of this name"):
        bluecloud_catalogs.open_catalog("environment")


def test_a_field_that_no_laboratorys_catalogue_has_is_refused(tree):
    (tree / "environment.yaml").write_text("entries: [argo_index]\nplugins: {x: os}\n")
    with pytest.raises(CatalogueError, match="plugins is unknown: there are entries"):
        bluecloud_catalogs.open_catalog("environment")


@pytest.mark.parametrize("told", ["lvie", "live;sample", ","])
def test_a_policy_that_names_no_tier_is_refused(monkeypatch, told):
    monkeypatch.setenv("BLUECLOUD_TIERS", told)
    with pytest.raises(TierError, match="it lists some of live,snapshot,sample"):
        bluecloud_catalogs.open_catalog("environment").sst_daily_synthetic.read()
