"""What can be searched for, and what of it an index has to look for.

A `Query` is what a person asks, checked. `wanted` makes of it a `Wanted`: words in the
spelling that the index keeps, boxes that may cross the antimeridian as plain numbers, moments
as microseconds, and everything that has a name - variable, taxon, source, level, platform - as
tags. All backends answer the same `Wanted`, so that they can be held against each other.

Words are compared without case, accents and a plural ``s``. A record without a place is in no
box, one without a time in no period, one without a depth at no depth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from ..declarations import Slug
from ..errors import ParameterError
from ..readers.asked import Box, Period
from ..tree import explained
from .records import Level, Record
from .vocabulary import Vocabulary
from .words import words_of

Facet = Literal["source", "collection", "level", "variable", "platform", "decade"]
FACETS: tuple[Facet, ...] = ("source", "level", "variable", "platform", "decade")
MOST = 1000
_FARTHEST_M = 100_000.0
OPEN_START, OPEN_END = -(1 << 62), 1 << 62  # microseconds: before and after all that is dated
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND = -(1 << 35)  # the year 881: older is as old, newer than 3058 as new
_LEVELS: tuple[Level, ...] = ("granule", "sample", "product", "collection")


def _list(value: object) -> object:
    """One value or several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str | int) else value


def _text(value: object) -> object:
    return value.strip() or None if isinstance(value, str) else value


Name = Annotated[str, Field(min_length=1, max_length=300)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_list), Field(max_length=100)]


class Query(BaseModel):
    """A search: all that is given has to be fulfilled; of a list, one of it.

    Attributes
    ----------
    text
        Words, all of which a record must have, or what the vocabulary knows them to mean.
    bbox
        West, south, east, north in degrees; west above east crosses the antimeridian.
    time
        As ``"2015/2020"``, both included.
    depth
        Shallowest and deepest in metres, positive down.
    variables
        Codes of P01 or P02, CF standard names, a provider's names, or words of the vocabulary.
    taxa
        AphiaIDs or scientific names.
    limit, token
        How many records a page has, and where it begins: the token of the page before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[Annotated[str, Field(max_length=500)] | None, BeforeValidator(_text)] = None
    bbox: Box = None
    time: Period = None
    depth: tuple[float, float] | None = None
    variables: Names = ()
    taxa: Annotated[tuple[int | Name, ...], BeforeValidator(_list), Field(max_length=100)] = ()
    sources: Annotated[tuple[Slug, ...], BeforeValidator(_list), Field(max_length=100)] = ()
    collections: Names = ()
    levels: Annotated[tuple[Level, ...], BeforeValidator(_list)] = ()
    platforms: Names = ()
    ids: Annotated[tuple[Name, ...], BeforeValidator(_list), Field(max_length=MOST)] = ()
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50
    token: Annotated[str | None, Field(pattern=r"^p?[0-9a-f]{16}o?$")] = None

    @field_validator("depth")
    @classmethod
    def _downwards(cls, depth: tuple[float, float] | None) -> tuple[float, float] | None:
        if depth is not None and not depth[0] <= depth[1]:
            raise ValueError("is shallowest, deepest in metres, positive down")
        # As far as any sea and any air; JSON cannot say how far infinity is.
        return depth and (max(depth[0], -_FARTHEST_M), min(depth[1], _FARTHEST_M))

    @field_validator("text")
    @classmethod
    def _has_a_word(cls, text: str | None) -> str | None:
        if text is not None and not words_of(text):
            raise ValueError("has no word in it")
        return text


def checked(**asked: object) -> Query:
    """A query of these parameters.

    Raises
    ------
    ParameterError
        Naming the parameter, its value and what is allowed.
    """
    try:
        return Query.model_validate(asked)
    except ValidationError as error:
        raise ParameterError(f"find: {explained(error, Query.model_fields)}") from error


@dataclass(frozen=True)
class Meaning:
    """One thing that a text says: all of these words, or one of these tags."""

    words: tuple[str, ...]
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """A query as an index answers it.

    ``box`` is west, south, east, north with east not below west, so up to 540. ``first`` and
    ``after`` are microseconds since 1970. ``tags`` are alternatives, each of which has to be
    met. First come the records whose title has all words of ``title``, then the others. Only
    ranks below ``below`` are on the page, of ``others`` where the former were on earlier pages.
    """

    text: tuple[Meaning, ...]
    box: tuple[float, float, float, float] | None
    first: int | None
    after: int | None
    depth: tuple[float, float] | None
    tags: tuple[frozenset[str], ...]
    limit: int
    below: int | None
    title: tuple[str, ...] = ()
    others: bool = False


def token_of(rank: int, *, others: bool) -> str:
    """What asks for the page after the record of a rank, which is of the others or is not."""
    return f"{rank:016x}{'o' if others else ''}"


def wanted(query: Query, vocabulary: Vocabulary) -> Wanted:
    """What an index has to look for to answer a query."""
    groups: list[Iterable[str]] = [
        {tag for name in query.variables for tag in vocabulary.variable_tags(name)},
        {tag for name in query.taxa for tag in vocabulary.taxon_tags(name)},
        {f"source:{name}" for name in query.sources},
        {f"collection:{name.casefold()}" for name in query.collections},
        {f"level:{name}" for name in query.levels},
        {f"platform:{_code(name)}" for name in query.platforms},
        {f"id:{name}" for name in query.ids},
    ]
    first, after = query.time or (None, None)
    meanings = vocabulary.meanings(words_of(query.text)) if query.text else ()
    return Wanted(
        text=tuple(Meaning(words, tags) for words, tags in meanings),
        box=_eastward(query.bbox) if query.bbox else None,
        first=_microseconds(first.replace(tzinfo=UTC)) if first else None,
        after=_microseconds(after.replace(tzinfo=UTC)) if after else None,
        depth=query.depth,
        tags=tuple(frozenset(group) for group in groups if group),
        limit=query.limit,
        below=int(query.token.removeprefix("p")[:16], 16) if query.token else None,
        title=tuple(dict.fromkeys(words_of(query.text))) if query.text else (),
        others=bool(query.token and query.token.endswith("o")),
    )


def all_tags(record: Record) -> frozenset[str]:
    """Every tag that a record is found by, but for its id."""
    tags = {
        f"source:{record.source}",
        f"collection:{record.collection.casefold()}",
        f"level:{record.level}",
        f"access:{record.access}",
        *(f"p01:{code.casefold()}" for code in record.p01),
        *(f"p02:{code.casefold()}" for code in record.p02),
        *(f"cf:{name.casefold()}" for name in record.cf),
        *(f"native:{name.casefold()}" for name in record.native),
        *(f"taxon:{number}" for number in record.taxa),
        *(f"taxon:{' '.join(words_of(name))}" for name in record.taxon_names),
    }
    if record.platform_code:
        tags.add(f"platform:{_code(record.platform_code)}")
    return frozenset(tags)


def facet_values(record: Record) -> dict[Facet, tuple[str, ...]]:
    """What a record counts under, by facet."""
    return {
        "source": (record.source,),
        "collection": (record.collection,),
        "level": (record.level,),
        "variable": tuple(dict.fromkeys(record.p02 or record.cf or record.native)),
        "platform": (record.platform,) if record.platform else (),
        "decade": _decade(record),
    }


def _decade(record: Record) -> tuple[str, ...]:
    moment = record.time and (record.time[0] or record.time[1])
    return (f"{moment.year // 10 * 10}s",) if moment else ()


def box_of(record: Record) -> tuple[float, float, float, float] | None:
    """A record's box with its east not below its west."""
    return _eastward(record.bbox) if record.bbox else None


def period_of(record: Record) -> tuple[int, int] | None:
    """First and last microsecond of a record, since 1970."""
    if record.time is None:
        return None
    first, last = record.time
    return (
        _microseconds(first) if first else OPEN_START,
        _microseconds(last) if last else OPEN_END,
    )


def order_of(record: Record) -> int:
    """Where a record stands among others, the greatest first.

    Collections come before products, samples and granules, because one of them stands for
    many; then what is newer; records without a time come last. Its lowest 26 bits are free.
    """
    period = period_of(record)
    second = min(max(period[1] // 1_000_000 - _FIRST_SECOND, 1), (1 << 36) - 1) if period else 0
    return (_LEVELS.index(record.level) << 62) | (second << 26)


def _eastward(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The box with west in -180..180 and east not below it."""
    west, south, east, north = box
    if east - west >= 360:
        return -180.0, south, 180.0, north
    if east < west:
        east += 360
    while west > 180:
        west, east = west - 360, east - 360
    return west, south, east, north


def _microseconds(moment: datetime) -> int:
    passed = moment - _EPOCH
    return (passed.days * 86400 + passed.seconds) * 1_000_000 + passed.microseconds


def _code(platform: str) -> str:
    """A platform's code without what only some write of it."""
    return "".join(words_of(platform)) or platform.casefold()
