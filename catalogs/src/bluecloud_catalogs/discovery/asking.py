"""Asking the providers themselves, while a person waits: those that have a search of their own.

An index has what was harvested; a provider has what it took in since. What it finds is not counted
nor divided, and only its first page is read: whoever wants more asks its entry. Each is asked by
itself, so that one that is silent keeps nobody from what the others say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import MalformedAnswer, ParameterError
from ..places import Ask, Live, addresses_of, with_query
from ..readers import boxes
from ..tiers import policy
from ..tree import read_sources
from .query import box_of, period_of, wanted
from .vocabulary import shipped

if TYPE_CHECKING:
    from ..places import Place
    from .query import Query, Wanted
    from .records import Record

MOST = 20  # a page: more nobody looks through while there are other answers
_MANY = 1_000_000


def askable() -> Mapping[str, str]:
    """The sources that can be searched where they are, by slug, with their titles.

    None where ``BLUECLOUD_TIERS`` lets no provider be asked.
    """
    if "live" not in policy():
        return MappingProxyType({})
    entries = read_sources().entries
    return MappingProxyType(
        {
            source: entries[each.entry].source_title
            for source, each in _SEARCHES.items()
            if each.entry in entries
        }
    )


def ask(source: str, query: Query) -> tuple[Record, ...]:
    """What a provider finds of a query's words, in its box and period; the first page.

    Variables and taxa are asked as words, by what the vocabulary calls them.

    Raises
    ------
    ParameterError
        If the source has no search, or the query has no word that could be asked.
    SourceError
        If the provider does not answer, or not properly.
    """
    if source not in askable():
        raise ParameterError(f"{source} has no search: there are {', '.join(askable()) or 'none'}")
    words = _words(query)
    if not words:
        raise ParameterError(f"{source} is searched by words, and there are none")
    search = _SEARCHES[source]
    entry = read_sources().entries[search.entry]
    place = Live(addresses_of(entry), None, entry.connections)
    asked = wanted(query, shipped())
    found = [record for record in search.find(place, words, query) if _touches(record, asked)]
    return tuple({record.id: record for record in found}.values())[:MOST]


def _words(query: Query) -> str:
    known = shipped()
    named = [known.label(name) for name in query.variables] + [str(taxon) for taxon in query.taxa]
    # Marks are operators in some languages of queries, and words in none.
    return " ".join(re.findall(r"[\w.-]*\w", " ".join([query.text or "", *named])))


def _touches(record: Record, asked: Wanted) -> bool:
    """Whether a record lies in the box and the period, as an index would say."""
    where, when = box_of(record), period_of(record)
    if asked.box is not None and (where is None or not boxes.touch(asked.box, where)):
        return False
    if asked.first is not None and (when is None or when[1] < asked.first):
        return False
    return asked.after is None or (when is not None and when[0] < asked.after)


def _emodnet(place: Place, words: str, query: Query) -> Iterator[Record]:
    from ..harvest.emodnet import record_of
    from ..readers.csw import CswOptions, pages

    options = CswOptions(service="catalogue", page=MOST, most=_MANY)
    for part in boxes.parts(query.bbox) if query.bbox else (None,):
        for page in pages(place, options, text=words, box=part):
            yield from _good(record_of, page.records)
            break


def _eudat(place: Place, words: str, query: Query) -> Iterator[Record]:
    from ..harvest.eudat import record_of
    from ..readers.ckan import pages

    # It knows places, and not as boxes: so more is had than is shown, and what lies in it kept.
    for _file, packages, _total in pages(place, None, words, most=_MANY, rows=5 * MOST):
        yield from _good(lambda each: record_of(each, each["groups"][0]["name"]), packages)
        break


def _eurobis(place: Place, words: str, query: Query) -> Iterator[Record]:
    from ..harvest.eurobis import obis_record
    from ..readers.obis_answer import answer_of

    path = with_query("dataset", {"q": words})
    (file,) = place.fetch([Ask(path, "obis", sample="none")])
    yield from _good(lambda told: obis_record(told, file), answer_of(file).rows)


def _eurobioimaging(place: Place, words: str, query: Query) -> Iterator[Record]:
    from ..harvest.eurobioimaging import study_record
    from ..readers.biostudies import search

    for page in search(place, words):
        yield from _good(study_record, page.hits)
        break


def _good(make: Callable[[Any], Record], told: Iterable[Any]) -> list[Record]:
    """Records of what can be understood: one that cannot costs itself and no other.

    Raises
    ------
    MalformedAnswer
        If there are some and none can: that nothing was found would not be true.
    """
    good, reasons = [], []
    for each in told:
        try:
            good.append(make(each))
        except (MalformedAnswer, AttributeError, LookupError, TypeError, ValueError) as error:
            reasons.append(f"{type(error).__name__}: {error}")
    if reasons and not good:
        raise MalformedAnswer(f"none of {len(reasons)} records can be read; {reasons[0]}")
    return good


@dataclass(frozen=True)
class _Search:
    entry: str  # whose place is asked
    find: Callable[[Place, str, Query], Iterator[Record]]


_SEARCHES: Mapping[str, _Search] = MappingProxyType(
    {
        "emodnet": _Search("emodnet_catalogue", _emodnet),
        "eudat": _Search("b2find_datasets", _eudat),
        "eurobis": _Search("obis_datasets", _eurobis),
        "eurobioimaging": _Search("bioimage_studies", _eurobioimaging),
    }
)
