"""What is wanted, as conditions in PostgreSQL's words.

Words and tags lie in one array, where they cannot be taken for one another, because only tags
have a colon: one index then answers any mixture of them. PostGIS finds boxes by an index that
rounds to single precision, so what it finds is compared once more in double. Columns are not
called ``xmin`` and ``xmax``, names that PostgreSQL keeps for itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from .query import Facet, Wanted

MOST_BYTES = 400
_SIGN = 1 << 63
_PLACED = "(place && ST_MakeEnvelope(%s, %s, %s, %s) AND {exactly})"


def term(text: str) -> str:
    """A word, tag or id as the database can keep it: itself, or a hash of a very long one."""
    if "\0" in text or len(text.encode()) > MOST_BYTES:
        return f"hash:{hashlib.blake2b(text.encode(), digest_size=20).hexdigest()}"
    return text


def signed(rank: int) -> int:
    """A rank as the database can keep it, in the same order: its integers have a sign."""
    return rank - _SIGN


def unsigned(kept: int) -> int:
    """The rank that is kept so."""
    return kept + _SIGN


class Conditions:
    """Conditions that all have to be met, with the values in them."""

    def __init__(self, wanted: Wanted) -> None:
        self.values: list[Any] = []
        self._parts: list[str] = []
        for meaning in wanted.text:
            self._said(meaning.words, meaning.tags)
        for group in wanted.tags:
            self._tagged(group)
        if wanted.box:
            self._in(wanted.box)
        if wanted.first is not None or wanted.after is not None:
            self._add("period && int8range(%s, %s, '[)')", wanted.first, wanted.after)
        if wanted.depth:
            shallowest, deepest = wanted.depth
            self._add("shallowest <= %s AND deepest >= %s", deepest, shallowest)

    @property
    def sql(self) -> str:
        """What comes after ``WHERE``."""
        return " AND ".join(self._parts) or "TRUE"

    def _add(self, part: str, *values: Any) -> None:
        self._parts.append(part)
        self.values += values

    def _said(self, words: Sequence[str], tags: frozenset[str]) -> None:
        said = [term(word) for word in words]
        if tags:
            self._add("(found_by @> %s::text[] OR found_by && %s::text[])", said, _terms(tags))
        else:
            self._add("found_by @> %s::text[]", said)

    def _tagged(self, tags: frozenset[str]) -> None:
        ids = {tag for tag in tags if tag.startswith("id:")}
        if ids:
            self._add("id = ANY(%s::text[])", [term(tag[3:]) for tag in sorted(ids)])
        else:
            self._add("found_by && %s::text[]", _terms(tags))

    def _in(self, box: tuple[float, float, float, float]) -> None:
        """As `columns` compares boxes: also once round the Earth, where either crosses 180."""
        west, south, east, north = box
        ways = [_PLACED.format(exactly="west <= %s AND east >= %s")]
        values: list[float] = [west, south, east, north, east, west]
        ways.append(_PLACED.format(exactly="east >= %s"))
        values += [west + 360, south, 540, north, west + 360]
        if east >= 180:
            ways.append(_PLACED.format(exactly="west <= %s"))
            values += [-180, south, east - 360, north, east - 360]
        placed = f"({' OR '.join(ways)}) AND south <= %s AND north >= %s"
        self._add(placed, *map(float, values), float(north), float(south))


def _terms(tags: frozenset[str]) -> list[str]:
    return [term(tag) for tag in sorted(tags)]


def page_sql(conditions: Conditions, wanted: Wanted) -> tuple[str, list[Any]]:
    """A page's ranks and records, the number of all in each row; one row of it if there is none.

    What is found is counted in any case, and so it is written down first. Were it not, the
    planner would walk all records in their order until a page is full.
    """
    title = [term(f"title:{word}") for word in wanted.title]
    titled = "found_by @> %s::text[]" if title else "TRUE"
    below = [] if wanted.below is None else [not wanted.others, signed(wanted.below)]
    sql = f"""
        WITH found AS MATERIALIZED (
            SELECT rank, {titled} AS titled FROM bluecloud.records WHERE {conditions.sql}
        ),
        page AS (
            SELECT rank, titled FROM found {"WHERE (titled, rank) < (%s, %s)" if below else ""}
            ORDER BY titled DESC, rank DESC LIMIT %s
        )
        SELECT total, rank, titled, content
        FROM (SELECT count(*) AS total FROM found) AS counted
        LEFT JOIN (page JOIN bluecloud.records USING (rank)) ON TRUE
        ORDER BY titled DESC, rank DESC
    """  # noqa: S608 -- our own words; values go apart
    return sql, [*([title] if title else []), *conditions.values, *below, wanted.limit]


def count_sql(conditions: Conditions) -> str:
    """How many there are."""
    return f"SELECT count(*) FROM bluecloud.records WHERE {conditions.sql}"  # noqa: S608 -- as above


def facets_sql(conditions: Conditions, names: Sequence[Facet]) -> str:
    """How many have each value, as rows of facet, value and number."""
    columns = ", ".join(_COLUMNS[name] for name in names)
    counts = " UNION ALL ".join(
        f"SELECT '{name}', value, count(*) FROM {_VALUES.get(name, _COLUMN.format(name))} "  # noqa: S608 -- as above
        f"WHERE value IS NOT NULL GROUP BY value"
        for name in names
    )
    return (
        f"WITH found AS MATERIALIZED (SELECT {columns} FROM bluecloud.records "  # noqa: S608 -- as above
        f"WHERE {conditions.sql}) {counts}"
    )


_COLUMN = "(SELECT {} AS value FROM found) AS of"
_VALUES: dict[Facet, str] = {"variable": "found, unnest(variables) AS value"}
_COLUMNS: dict[Facet, str] = {
    "source": "source",
    "collection": "collection",
    "level": "level",
    "platform": "platform",
    "decade": "decade",
    "variable": "variables",
}
