"""What words mean: the synonyms by which a search for "oxygen" finds DOXY.

The vocabulary is a small snapshot that ``catalogs/vocabulary/make_vocabulary.py`` makes; its
sources and their dates are in its file. Words are expanded when a search is asked, not when a
record is kept, so that a better vocabulary needs no new index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from .words import words_of

_PREFIX = ("sdn:", "p01:", "p02:", "cf:", "native:")


@dataclass(frozen=True)
class Vocabulary:
    """Phrases, as tuples of words, with the tags that they stand for.

    Attributes
    ----------
    variables, taxa
        By phrase: a label, a synonym, a code or a name.
    labels
        By P02 code, in words.
    """

    variables: Mapping[tuple[str, ...], frozenset[str]] = field(repr=False)
    taxa: Mapping[tuple[str, ...], frozenset[str]] = field(repr=False)
    labels: Mapping[str, str] = field(repr=False)
    longest: int = 1

    def meanings(
        self, words: tuple[str, ...]
    ) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
        """The words in groups, each with the tags that mean the same; the longest phrase wins."""
        found = []
        start = 0
        while start < len(words):
            for length in range(min(self.longest, len(words) - start), 0, -1):
                phrase = words[start : start + length]
                tags = self.variables.get(phrase, frozenset()) | self.taxa.get(phrase, frozenset())
                if tags or length == 1:
                    found.append((phrase, tags))
                    start += length
                    break
        return tuple(found)

    def variable_tags(self, name: str) -> frozenset[str]:
        """The tags of a variable, given as a code, a name or words; itself, where unknown."""
        known = self.variables.get(words_of(_bare(name)))
        plain = _bare(name).casefold()
        own = {f"{kind}:{plain}" for kind in ("p01", "p02", "cf", "native")}
        prefix = name.casefold().removeprefix("sdn:").split(":", 1)[0]
        if prefix in {"p01", "cf", "native"} and ":" in name:
            return frozenset({f"{prefix}:{plain}"})
        return (known or frozenset()) | own

    def taxon_tags(self, name: int | str) -> frozenset[str]:
        """The tags of a taxon, given as an AphiaID or a name."""
        if isinstance(name, int) or name.isdecimal():
            return self.taxa.get((str(name),), frozenset()) | {f"taxon:{int(name)}"}
        words = words_of(name)
        return self.taxa.get(words, frozenset()) | {f"taxon:{' '.join(words)}"}

    def label(self, code: str) -> str:
        """What a P02 code stands for; the code itself where it is not known."""
        return self.labels.get(code, code)


@dataclass(frozen=True)
class Suggestion:
    """Something the vocabulary knows: what it is asked by, and what it is called."""

    kind: Literal["variable", "taxon"]
    value: str
    label: str


def suggestions(text: str, *, most: int) -> list[Suggestion]:
    """Variables and taxa that are called so, begin so, or have a word that does.

    Words are compared without case, accents and plurals, the last as a beginning. Names that
    begin with the text come before those that have it further on, short ones before long ones.
    """
    words = words_of(text)
    if not words:
        return []
    ranked = []
    for suggestion, phrases in _suggested():
        ranks = [(at, len(phrase)) for phrase in phrases if (at := _place(words, phrase)) >= 0]
        if ranks:
            ranked.append((min(ranks), suggestion.label, suggestion))
    return [suggestion for *_, suggestion in sorted(ranked, key=lambda each: each[:2])[:most]]


def known_words() -> set[str]:
    """Every word by which something is called, as an index keeps it."""
    return {word for _, phrases in _suggested() for phrase in phrases for word in phrase}


def _place(words: tuple[str, ...], phrase: tuple[str, ...]) -> int:
    """Where in a phrase the words are, one after the other; -1 if nowhere."""
    *whole, begun = words
    for at in range(len(phrase) - len(whole)):
        same = phrase[at : at + len(whole)] == tuple(whole)
        if same and phrase[at + len(whole)].startswith(begun):
            return at
    return -1


@cache
def _suggested() -> list[tuple[Suggestion, list[tuple[str, ...]]]]:
    """Everything that may be suggested, with the names it goes by."""
    told = json.loads((files(__package__) / "vocabulary.json").read_text(encoding="utf-8"))
    found = []
    for concept in told["concepts"]:
        names = [concept["label"], concept["p02"], *concept["words"], *concept["native"]]
        names += concept["cf"]
        suggestion = Suggestion("variable", concept["p02"], concept["label"])
        found.append((suggestion, [words_of(name.replace("_", " ")) for name in names]))
    for taxon in told["taxa"]:
        suggestion = Suggestion("taxon", taxon["name"], taxon["name"])
        names = [taxon["name"], *taxon["words"]]
        found.append((suggestion, [words_of(name) for name in names]))
    return found


@cache
def shipped() -> Vocabulary:
    """The vocabulary that comes with the package."""
    told = json.loads((files(__package__) / "vocabulary.json").read_text(encoding="utf-8"))
    variables: dict[tuple[str, ...], set[str]] = {}
    taxa: dict[tuple[str, ...], set[str]] = {}
    for concept in told["concepts"]:
        tags = {f"p02:{concept['p02'].casefold()}"}
        for kind in ("cf", "p01", "native"):
            tags |= {f"{kind}:{name.casefold()}" for name in concept[kind]}
        names = [concept["p02"], concept["label"], *concept["words"], *concept["native"]]
        names += [*concept["p01"], *concept["cf"]]
        _add(variables, (words_of(name) for name in names), tags)
    for taxon in told["taxa"]:
        name = words_of(taxon["name"])
        tags = {f"taxon:{taxon['aphia_id']}", f"taxon:{' '.join(name)}"}
        spellings = [name, (str(taxon["aphia_id"]),), *(words_of(each) for each in taxon["words"])]
        _add(taxa, spellings, tags)
    return Vocabulary(
        variables=_fixed(variables),
        taxa=_fixed(taxa),
        labels={concept["p02"]: concept["label"] for concept in told["concepts"]},
        longest=max(len(phrase) for phrase in (*variables, *taxa)),
    )


def _add(
    phrases: dict[tuple[str, ...], set[str]],
    spellings: Iterable[tuple[str, ...]],
    tags: set[str],
) -> None:
    for phrase in spellings:
        phrases.setdefault(phrase, set()).update(tags)


def _fixed(
    phrases: Mapping[tuple[str, ...], set[str]],
) -> Mapping[tuple[str, ...], frozenset[str]]:
    return MappingProxyType({phrase: frozenset(tags) for phrase, tags in phrases.items()})


def _bare(name: str) -> str:
    """A code without what says which list it is of: ``SDN:P02::DOXY`` is ``DOXY``."""
    return name.rsplit(":", 1)[-1] if name.casefold().startswith(_PREFIX) else name
