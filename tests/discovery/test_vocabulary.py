"""The shipped vocabulary is what its program makes, and its codes are codes that exist."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bluecloud_catalogs.discovery import vocabulary
from bluecloud_catalogs.discovery.vocabulary import shipped
from bluecloud_catalogs.discovery.words import words_of
from tests.federation.recorded import recorded

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(vocabulary.__file__).with_name("vocabulary.json")


def test_it_is_what_its_program_makes(tmp_path: Path) -> None:
    program = ROOT / "catalogs" / "vocabulary" / "make_vocabulary.py"
    subprocess.run([sys.executable, program, tmp_path / "made.json"], check=True)
    assert (tmp_path / "made.json").read_bytes() == FILE.read_bytes()


def test_its_p02_codes_are_in_the_list_that_seadatanets_broker_uses() -> None:
    listed = recorded("seadatanet/cdi/cdi-parameters.txt").read_text()
    codes = set(re.findall(r"SDN:P02::(\w+)/", listed))
    assert len(codes) > 200
    assert set(shipped().labels) - codes == set()


def test_argos_names_are_those_of_nvs() -> None:
    graph = json.loads(recorded("seadatanet/nvs/R03.jsonld").read_text())["@graph"]
    codes = {
        each["skos:altLabel"]: str(each.get("owl:sameAs", ""))
        for each in graph
        if each.get("@type") == "skos:Concept"
    }
    told = json.loads(FILE.read_text())["concepts"]
    assert {name for concept in told for name in concept["native"]} - set(codes) == set()
    for concept in told:
        known = " ".join(codes[name] for name in concept["native"])
        assert [code for code in concept["p01"] if code not in known] == []


def test_taxa_have_the_numbers_that_obis_gives_them() -> None:
    taxon = json.loads(recorded("obis/json/taxon_complete_Gadus_20morhua.json").read_text())
    assert "126436" in json.dumps(taxon)
    assert "taxon:126436" in shipped().taxon_tags("cod")
    assert "taxon:gadus morhua" in shipped().taxon_tags(126436)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("oxygen", "native:doxy"),
        ("O2", "p02:doxy"),
        ("Dissolved Oxygen", "p01:doxmzzxx"),
        ("chlorophyll-a", "p02:cpwc"),
        ("sea_water_temperature", "p02:temp"),
        ("SST", "cf:sea_surface_temperature"),
        ("currents", "p02:rfvl"),
    ],
)
def test_a_word_means_its_codes(text: str, tag: str) -> None:
    ((_, tags),) = shipped().meanings(words_of(text))
    assert tag in tags


def test_the_longest_phrase_wins_and_unknown_words_stay() -> None:
    told = shipped().meanings(words_of("air temperature of Lagoon"))
    assert [words for words, _ in told] == [("air", "temperature"), ("of",), ("lagoon",)]
    assert "p02:cdta" in told[0][1]
    assert "p02:temp" not in told[0][1]
    assert told[2][1] == frozenset()


def test_a_code_is_known_however_it_is_written() -> None:
    tags = shipped().variable_tags
    assert tags("P02:DOXY") == tags("SDN:P02::DOXY") == tags("doxy")
    assert tags("P01:DOXMZZXX") == {"p01:doxmzzxx"}
    assert "native:my_own_name" in tags("MY_OWN_NAME")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Étude de l'océan", ("etude", "de", "l", "ocean")),
        ("Profiles of floats", ("profile", "of", "float")),
        ("Calanus finmarchicus, Mola mola", ("calanus", "finmarchicus", "mola", "mola")),
        ("sea_water-temperature", ("sea", "water", "temperature")),
        ("biomass", ("biomass",)),
    ],
)
def test_words_are_kept_without_case_accents_and_plurals(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words
