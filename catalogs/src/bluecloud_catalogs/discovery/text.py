"""The text of records in a tantivy index, which also knows the rest.

Columns answer what has no text in it. A text goes to tantivy together with all else that is
asked, so that it never has to hand over every record with a common word. A record is known
there by its rank, a number of its own in the order in which records are found; records
themselves are kept beside the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .query import (
    Facet,
    Wanted,
    all_tags,
    box_of,
    facet_values,
    period_of,
    token_of,
)
from .records import Record
from .words import words_of

if TYPE_CHECKING:
    import tantivy

_FACETS: tuple[Facet, ...] = ("source", "collection", "level", "variable", "platform", "decade")
_FLOATS = ("xmin", "xmax", "ymin", "ymax", "zmin", "zmax")
_BUCKETS = 60_000


def schema() -> tantivy.Schema:
    """The fields of the index."""
    import tantivy

    built = tantivy.SchemaBuilder()
    built.add_unsigned_field("rank", fast=True, indexed=True)
    built.add_unsigned_field("generation", fast=True, indexed=True)
    built.add_text_field("id", tokenizer_name="raw", index_option="basic")
    built.add_text_field("words", tokenizer_name="whitespace", index_option="basic")
    built.add_text_field("title", tokenizer_name="whitespace", index_option="basic")
    built.add_text_field("tag", tokenizer_name="raw", index_option="basic")
    for facet in _FACETS:
        built.add_text_field(facet, fast=True, tokenizer_name="raw", index_option="basic")
    for name in _FLOATS:
        built.add_float_field(name, fast=True)
    for name in ("first", "last"):
        built.add_integer_field(name, fast=True)
    return built.build()


def document(rank: int, record: Record) -> tantivy.Document:
    """A record as tantivy is to know it."""
    import tantivy

    made = tantivy.Document()
    made.add_unsigned("rank", rank)
    made.add_text("id", record.id)
    made.add_text("words", " ".join(all_words(record)))
    made.add_text("title", " ".join(words_of(record.title)))
    for tag in all_tags(record):
        made.add_text("tag", tag)
    for facet, values in facet_values(record).items():
        for value in values:
            made.add_text(facet, value)
    if box := box_of(record):
        for name, side in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
            made.add_float(name, float(side))
    if record.depth:
        made.add_float("zmin", float(record.depth[0]))
        made.add_float("zmax", float(record.depth[1]))
    if period := period_of(record):
        made.add_integer("first", period[0])
        made.add_integer("last", period[1])
    return made


def all_words(record: Record) -> tuple[str, ...]:
    """Every word that a record is found by, once."""
    told = (
        record.id.partition(":")[2],
        record.collection,
        record.title,
        record.description,
        *record.keywords,
        *record.p01,
        *record.p02,
        *record.cf,
        *record.native,
        *record.instruments,
        *record.taxon_names,
        record.platform or "",
        record.platform_code or "",
        record.provider or "",
    )
    return tuple(dict.fromkeys(words_of("\n".join(told))))


class TextSearch:
    """A search of one state of the index."""

    def __init__(self, searcher: tantivy.Searcher, fields: tantivy.Schema) -> None:
        self._searcher = searcher
        self._fields = fields
        self._has_titles = _has_field(fields, "title")

    def page(self, wanted: Wanted) -> tuple[list[int], str | None, int]:
        """The ranks of a page's records, what asks for the next, and how many there are in all.

        Who asks in words is answered first by what has all of them in its title.
        """
        whole = self._query(wanted)
        if not (wanted.title and self._has_titles):
            ranks = self._ranks(whole, wanted.limit, wanted.below)
            return ranks, _next(ranks, wanted.limit, others=False), self._count_of(whole)
        titled = whole.and_must_match(self._titled(wanted.title))
        total = self._count_of(whole)
        ranks = [] if wanted.others else self._ranks(titled, wanted.limit, wanted.below)
        left = wanted.limit - len(ranks)
        if not left:
            return ranks, token_of(ranks[-1], others=False), total
        untitled = self._without(whole, wanted.title)
        more = self._ranks(untitled, left, wanted.below if wanted.others else None)
        return [*ranks, *more], _next(more, left, others=True), total

    def _ranks(self, query: tantivy.Query, limit: int, below: int | None) -> list[int]:
        import tantivy

        if below is not None:
            page = tantivy.Query.range_query(
                self._fields,
                "rank",
                tantivy.FieldType.Unsigned,
                None,
                below,
                include_upper=False,
            )
            query = query.and_must_match(page)
        found = self._searcher.search(query, limit, count=False, order_by_field="rank")
        return [rank for rank, _ in found.hits]

    def _titled(self, words: Sequence[str]) -> tantivy.Query:
        import tantivy

        kinds, must = tantivy.Query, tantivy.Occur.Must
        each = [(must, kinds.term_query(self._fields, "title", word)) for word in words]
        return kinds.const_score_query(kinds.boolean_query(each), 1.0)

    def _without(self, query: tantivy.Query, words: Sequence[str]) -> tantivy.Query:
        import tantivy

        return tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.MustNot, self._titled(words))]
        )

    def count(self, wanted: Wanted) -> int:
        """How many there are."""
        return self._count_of(self._query(wanted))

    def _count_of(self, query: tantivy.Query) -> int:
        return int(_count(self._searcher.search(query, 1)))

    def counts(self, wanted: Wanted, names: Sequence[Facet]) -> dict[Facet, dict[str, int]]:
        """How many have each value of these facets."""
        terms = {"size": _BUCKETS, "segment_size": _BUCKETS}
        asked = {name: {"terms": {"field": name, **terms}} for name in names}
        answer = self._searcher.aggregate(self._query(wanted), asked)
        return {
            name: {each["key"]: int(each["doc_count"]) for each in answer[name]["buckets"]}
            for name in names
        }

    def _query(self, wanted: Wanted) -> tantivy.Query:
        import tantivy

        kinds, must = tantivy.Query, tantivy.Occur.Must
        parts = []
        for meaning in wanted.text:
            words = [kinds.term_query(self._fields, "words", word) for word in meaning.words]
            said = words[0] if len(words) == 1 else kinds.boolean_query([(must, w) for w in words])
            parts.append(_any([said, *self._tags(meaning.tags)]) if meaning.tags else said)
        parts += [_any(self._tags(group)) for group in wanted.tags]
        if wanted.box:
            parts += self._in(wanted.box)
        if wanted.first is not None:
            parts.append(self._range("last", wanted.first, None))
        if wanted.after is not None:
            parts.append(self._range("first", None, wanted.after - 1))
        if wanted.depth:
            parts.append(self._range("zmin", None, wanted.depth[1]))
            parts.append(self._range("zmax", wanted.depth[0], None))
        return kinds.boolean_query([(must, kinds.const_score_query(part, 1.0)) for part in parts])

    def _tags(self, tags: frozenset[str]) -> list[tantivy.Query]:
        import tantivy

        return [
            tantivy.Query.term_query(self._fields, "id", tag[3:])
            if tag.startswith("id:")
            else tantivy.Query.term_query(self._fields, "tag", tag)
            for tag in sorted(tags)
        ]

    def _in(self, box: tuple[float, float, float, float]) -> list[tantivy.Query]:
        """As `columns` compares boxes."""
        import tantivy

        west, south, east, north = box
        plain = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, self._range("xmin", None, east)),
                (tantivy.Occur.Must, self._range("xmax", west, None)),
            ]
        )
        ways = [plain, self._range("xmax", west + 360, None)]
        if east >= 180:
            ways.append(self._range("xmin", None, east - 360))
        return [_any(ways), self._range("ymin", None, north), self._range("ymax", south, None)]

    def _range(self, name: str, low: float | None, high: float | None) -> tantivy.Query:
        import tantivy

        is_float = name in _FLOATS
        kind = tantivy.FieldType.Float if is_float else tantivy.FieldType.Integer
        sides = [side if side is None or not is_float else float(side) for side in (low, high)]
        return tantivy.Query.range_query(self._fields, name, kind, *sides)


def _any(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    import tantivy

    if len(queries) == 1:
        return queries[0]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def _next(ranks: Sequence[int], limit: int, *, others: bool) -> str | None:
    return token_of(ranks[-1], others=others) if len(ranks) == limit else None


def _has_field(fields: tantivy.Schema, name: str) -> bool:
    """Whether an index, which may be older than this program, has a field."""
    import tantivy

    try:
        tantivy.Query.term_query(fields, name, "")
    except ValueError:
        return False
    return True


def _count(found: Any) -> int:
    return found.count or 0
