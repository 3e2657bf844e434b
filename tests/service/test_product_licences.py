"""Which licence a product may have, by those of what it was made from; and who is known."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bluecloud_service.products.licences import OFFERED, choices, terms_of
from bluecloud_service.products.lineage import Declared, inputs_of
from bluecloud_service.products.wire import Creator
from bluecloud_service.runs.capsule.told import Access

ATTRIBUTED = {"CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "ODC-By-1.0"}
NOT_COMMERCIAL = {"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"}

ALLOWED = {
    ("CC0 1.0",): set(OFFERED),
    ("Public domain",): set(OFFERED),
    ("CC BY 4.0",): ATTRIBUTED,
    ("CC BY 3.0", "CC0 1.0"): ATTRIBUTED,
    ("https://creativecommons.org/licenses/by/4.0/",): ATTRIBUTED,
    ("Copernicus Marine licence",): ATTRIBUTED,
    ("UK Open Government Licence",): ATTRIBUTED,
    ("CC BY-NC 4.0",): NOT_COMMERCIAL,
    ("http://creativecommons.org/licenses/by-nc/4.0/legalcode", "CC BY 4.0"): NOT_COMMERCIAL,
    ("CC BY-SA 4.0",): {"CC-BY-SA-4.0"},
    ("CC-BY-NC-SA-4.0",): {"CC-BY-NC-SA-4.0"},
    ("CC BY-SA 4.0", "CC BY-NC 4.0"): set(),  # neither may become the other
    ("CC BY-SA 4.0", "CC BY-NC-SA 4.0"): set(),
}


@pytest.mark.parametrize("inputs", ALLOWED)
def test_what_a_product_of_these_inputs_may_have(inputs: tuple[str, ...]) -> None:
    told = choices((name, terms_of(name)) for name in inputs)
    assert {one.spdx for one in told if not one.why_not} == ALLOWED[inputs]
    assert all(any(name in one.why_not for name in inputs) for one in told if one.why_not)


@pytest.mark.parametrize(
    "words",
    [
        "as each item says",
        "per dataset",
        "CC BY 4.0, some datasets CC BY-NC",
        "CC BY 4.0 and CC BY-NC 4.0",
        "CC0 (metadata), CC BY-NC 4.0 (data)",
        "Open Government Licence and CC BY-SA 4.0",
        "CC BY 4.0 (non-commercial use only)",
        "Copernicus Marine, noncommercial",
        "not in the public domain",
        "Courtesy of MIT",
        "by request",
    ],
)
def test_a_licence_that_is_in_doubt_is_not_taken_for_open(words: str) -> None:
    assert not terms_of(words).known


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("all rights reserved", "forbids redistribution"),
        ("SeaDataNet restricted", "forbids redistribution"),
        ("under moratorium until 2028", "under moratorium"),
        ("CC BY-ND 4.0", "no derived data"),
        ("CC BY-NC-ND 4.0", "no derived data"),
    ],
)
def test_what_forbids_to_pass_it_on_is_told_as_such(words: str, why: str) -> None:
    assert why in terms_of(words).forbidden


def access(source: str, entry: str, licence: str) -> Access:
    return Access(source=source, entry=entry, tier="live", licence=licence)


def test_a_notebooks_own_word_opens_nothing() -> None:
    """The log of accesses is the notebook's to write: the catalogue's licence goes before it."""
    told = {"ices": Declared("under moratorium", "Cite it.", "T")}
    by_catalogue, unknown = inputs_of(
        [access("ices", "ices", "CC0 1.0"), access("mine", "made_up", "CC0 1.0")], told
    )
    assert "moratorium" in by_catalogue.question
    assert "is not known (CC0 1.0)" in unknown.question
    depends = {"obis": Declared("per dataset", "Cite it.", "T")}
    (one,) = inputs_of([access("obis", "obis", "CC0 1.0")], depends)
    assert (one.licence, one.by) == ("CC0 1.0", "run")
    assert one.question


def test_what_a_run_read_beside_the_catalogue_is_asked_for() -> None:
    (one,) = inputs_of([], {})
    assert one.name == "unrecorded"
    assert "no word" in one.question
    known = {"sst": Declared("CC0 1.0", "Cite it.", "T")}
    assert len(inputs_of([access("cmems", "sst", "")], known)) == 1
    assert inputs_of([access("cmems", "sst", "")], known, left_out=1)[-1].question


@pytest.mark.parametrize(
    "told", ["0000-0002-1825-0097", "https://orcid.org/0000-0002-1694-233X", "0000-0001-5109-3700"]
)
def test_an_orcid_is_kept_without_its_address(told: str) -> None:
    assert Creator(name="A", orcid=told).orcid == told.removeprefix("https://orcid.org/")


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ("0000-0002-1825-0079", "its last character would be"),  # two digits change places
        ("0000-0002-1694-2330", "would be X"),
        ("0000000218250097", "four groups"),
        ("http://orcid.org.example.org/0000-0002-1825-0097", "four groups"),
    ],
)
def test_a_mistyped_orcid_is_refused(told: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Creator(name="A", orcid=told)
