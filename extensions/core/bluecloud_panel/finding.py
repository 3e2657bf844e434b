"""Finding data of all sources, as the panel asks for it.

What is here - the index of this machine, or the small one that is shipped, and one's own data -
answers at once; what the deployment's service has comes when it comes. A page asks both, so that
a service that is away costs nothing but what it would have added.
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bluecloud.service import ADDRESS
from bluecloud_panel import wire
from bluecloud_panel.errors import BadRequest, CatalogueUnavailable, ServiceAway

if TYPE_CHECKING:
    from bluecloud_catalogs.discovery.backend import Counts, Searchable
    from bluecloud_catalogs.discovery.narrowing import Wish
    from bluecloud_catalogs.discovery.query import Query
    from bluecloud_catalogs.discovery.records import Record
    from bluecloud_catalogs.states import SourceState
    from bluecloud_catalogs.tree import Entry

_KEPT_S = 60.0  # how long what was found out about entries and sources holds
_MOST_VALUES = 12  # of a facet: more would not be read
_MOST_SUGGESTIONS = 8
_AT_ONCE = 4  # providers that are asked
_ASKED_AT_ONCE = 2  # searches at one provider
AT = "at:"  # before a source that is searched where it is
_PATIENCE_S = 15.0  # of a person who waits for a provider
_ADDRESS = re.compile(r"^https?://\S+: ")
# In every record, and no help to anybody who narrows.
_COORDINATES = {"time", "latitude", "longitude", "depth", "geometry", "title", "id", "name"}


class FindDesk:
    """Searches, suggests words, and knows how the sources are."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._entries: tuple[float, dict[str, Entry]] = (0.0, {})
        self._states = _States()
        # Each provider has threads of its own: one that is silent keeps them, and no other's.
        self._asking: defaultdict[str, ThreadPoolExecutor] = defaultdict(
            lambda: ThreadPoolExecutor(_ASKED_AT_ONCE, thread_name_prefix="bluecloud-asking")
        )

    def askable(self) -> tuple[wire.Askable, ...]:
        """The sources that can be searched where they are; none if the catalogue is broken."""
        from bluecloud_catalogs import DataError
        from bluecloud_catalogs.discovery.asking import askable

        try:
            return tuple(wire.Askable(source=s, title=title) for s, title in askable().items())
        except DataError:  # which is said where something is looked for
            return ()

    async def ask(self, asked: wire.FindRequest) -> wire.Found:
        """What a provider finds itself, asked now and not waited for for ever.

        Raises
        ------
        BadRequest
            If something in it cannot be asked, or not there.
        CatalogueUnavailable
            If the provider gives no answer.
        """
        from bluecloud_catalogs import DataError, ParameterError

        source = asked.where.removeprefix(AT)
        if source not in {each.source for each in self.askable()}:
            raise BadRequest(f"{source} has no search that can be asked")
        waiting = self._asking[source].submit(self._ask, source, asked)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(waiting), _PATIENCE_S)
        except TimeoutError as error:
            raise CatalogueUnavailable(f"it was silent for {_PATIENCE_S:.0f} s") from error
        except ParameterError as error:
            raise BadRequest(str(error)) from error
        except DataError as error:
            # Without the address, which says nothing to a person who knows whom they asked.
            raise CatalogueUnavailable(_ADDRESS.sub("", str(error))) from error

    def _ask(self, source: str, asked: wire.FindRequest) -> wire.Found:
        from bluecloud_catalogs.discovery.asking import ask, askable

        query, wish = _query(asked), _wish(asked)
        records, entries = ask(source, query), self._readable()
        return wire.Found(
            where=askable()[source],
            total=len(records),
            token=None,
            suggestion="",
            hits=tuple(_hit(each, entries.get(each.entry or ""), wish) for each in records),
            facets=(),
        )

    def find(self, asked: wire.FindRequest) -> wire.Found:
        """One page of what is found, and how it divides.

        Raises
        ------
        BadRequest
            If something in it cannot be asked.
        ServiceAway
            If the service is asked and does not answer.
        """
        from bluecloud_catalogs import DataError, ParameterError
        from bluecloud_catalogs.discovery.query import FACETS
        from bluecloud_catalogs.discovery.spelling import did_you_mean

        query, wish = _query(asked), _wish(asked)
        try:
            index, where = self._index(asked.where)
            page = index.search(query)
            facets: Counts = index.facets(query, FACETS) if asked.token is None else {}
            entries = self._readable()
        except ParameterError as error:
            raise BadRequest(str(error)) from error
        except DataError as error:
            away = ServiceAway if asked.where == "service" else CatalogueUnavailable
            raise away(str(error)) from error
        return wire.Found(
            where=where,
            total=page.total,
            token=page.token,
            suggestion=did_you_mean(query.text) if query.text and not page.total else "",
            hits=tuple(
                _hit(record, entries.get(record.entry or ""), wish) for record in page.records
            ),
            facets=tuple(_facets(facets)),
        )

    def add(self, asked: wire.OwnFile) -> wire.AddedFile:
        """Check a file of the person's own and add it, to be found from now on.

        Raises
        ------
        BadRequest
            If there is no such file in the home, or something in it is wrong.
        """
        import bluecloud_catalogs

        path = (self._home / asked.path.lstrip("/")).resolve()
        if not path.is_relative_to(self._home.resolve()):
            raise BadRequest(f"{asked.path} is not in your home")
        try:
            added = bluecloud_catalogs.add_data(
                path,
                title=asked.title or None,
                visibility=asked.visibility,
                licence=asked.licence,
                citation=asked.citation or None,
            )
        except bluecloud_catalogs.DataError as error:
            raise BadRequest(str(error)) from error
        with self._lock:
            self._entries = (0.0, {})
        snippet = f"import bluecloud_catalogs\n\n{added.name} = bluecloud_catalogs.open_entry("
        snippet += f'"{added.name}").read()\n{added.name}\n'
        return wire.AddedFile(entry=added.name, words=str(added), snippet=snippet)

    def suggestions(self, asked: wire.SuggestRequest) -> wire.Suggestions:
        """Variables and taxa of the vocabulary that begin so, or have such a word."""
        from bluecloud_catalogs.discovery.vocabulary import suggestions

        found = suggestions(asked.text, most=_MOST_SUGGESTIONS)
        return wire.Suggestions(
            suggestions=tuple(
                wire.Suggestion(kind=each.kind, value=each.value, label=each.label)
                for each in found
            )
        )

    def sources(self) -> wire.Sources:
        """The sources as far as is known how they are; those not known yet are being asked."""
        from bluecloud_catalogs import DataError

        try:
            return self._states.now()
        except DataError as error:
            raise CatalogueUnavailable(str(error)) from error

    def _index(self, where: str) -> tuple[Searchable, str]:
        from bluecloud_catalogs.discovery.finding import here
        from bluecloud_catalogs.discovery.remote import Remote
        from bluecloud_catalogs.own.search import with_own

        if where == "service":
            address = os.environ.get(ADDRESS)
            if not address:
                raise ServiceAway("This laboratory belongs to no deployment with a service.")
            return with_own(Remote(address)), "the deployment's index"
        near, words = here()
        return with_own(near), words

    def _readable(self) -> dict[str, Entry]:
        """What can be read by name; the files behind it change rarely and take time to read."""
        from bluecloud_catalogs.discovery.opening import readable
        from bluecloud_catalogs.products import product_entries
        from bluecloud_catalogs.tree import Entry

        with self._lock:
            when, entries = self._entries
            if time.monotonic() - when > _KEPT_S or not entries:
                self._entries = (time.monotonic(), readable())
            kept = self._entries[1]
        # Of products only the folders are looked at: one is read as soon as it is published.
        now = {name: one for name, one in product_entries().items() if isinstance(one, Entry)}
        return {**kept, **now}


class _States:
    """How the sources are, asked behind everybody's back and kept for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[str, tuple[float, str, Future[SourceState]]] = {}
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="bluecloud-states")

    def now(self) -> wire.Sources:
        from bluecloud_catalogs.states import entries_by_source, state_of

        with self._lock:
            stale = [s for s, (when, _, _) in self._asked.items() if self._is_old(when)]
            if stale or not self._asked:
                for source, entries in entries_by_source().items():
                    kept = self._asked.get(source)
                    if kept and not kept[2].done():
                        continue  # still being asked
                    asked = self._pool.submit(state_of, source, entries)
                    self._asked[source] = (time.monotonic(), entries[0].source_title, asked)
            told = dict(self._asked)
        return wire.Sources(
            sources=tuple(
                _state(source, title, asked) for source, (_, title, asked) in told.items()
            )
        )

    @staticmethod
    def _is_old(when: float) -> bool:
        return time.monotonic() - when > _KEPT_S


def _state(source: str, title: str, asked: Future[SourceState]) -> wire.SourceState:
    if not asked.done():
        return wire.SourceState(source=source, title=title, state="asking", words="Being asked.")
    found = asked.result()
    return wire.SourceState(source=source, title=title, state=found.state, words=found.words)


def _query(asked: wire.FindRequest) -> Query:
    from bluecloud_catalogs import ParameterError
    from bluecloud_catalogs.discovery.query import checked

    period = _period_asked(asked)
    try:
        return checked(
            text=asked.text,
            bbox=asked.bbox,
            time="/".join(period) if period else None,
            depth=asked.depth,
            variables=asked.variables,
            taxa=asked.taxa,
            sources=asked.sources,
            levels=asked.levels,
            platforms=asked.platforms,
            limit=asked.limit,
            token=asked.token,
        )
    except ParameterError as error:
        raise BadRequest(str(error)) from error


def _period_asked(asked: wire.FindRequest) -> tuple[str, str] | None:
    if not asked.first and not asked.last:
        return None
    return asked.first or "..", asked.last or ".."


def _wish(asked: wire.FindRequest) -> Wish:
    """What of a search can be read alone."""
    from bluecloud_catalogs.discovery.narrowing import Wish

    return Wish(bbox=asked.bbox, time=_period_asked(asked), depth=asked.depth)


def _hit(record: Record, entry: Entry | None, wish: Wish) -> wire.Hit:
    from bluecloud_catalogs.discovery.narrowing import Narrowed, narrowed
    from bluecloud_catalogs.discovery.results import measured
    from bluecloud_catalogs.facts import snippet_of

    read = narrowed(entry, record, wish) if entry else Narrowed(record.request)
    pictures = [a.href for a in record.assets if a.role in {"thumbnail", "overview"}]
    pages = [a.href for a in record.assets if a.role == "metadata"]
    citation = record.citation or (entry.citation if entry else None)
    licence = record.licence or (entry.licence.name if entry else None)
    sample = entry.declaration.sample if entry else None
    return wire.Hit(
        id=record.id,
        title=record.title,
        description=record.description,
        source=record.source,
        level=record.level,
        variables=tuple(measured(record)),
        platform=record.platform,
        bbox=record.bbox,
        time=_period(record),
        depth=record.depth,
        licence=licence,
        citation=citation,
        page=f"https://doi.org/{record.doi}" if record.doi else next(iter(pages), None),
        picture=next((p for p in pictures if p.startswith("https://")), None),
        access=record.access,
        synthetic="SYNTHETIC" in record.title or bool(sample and sample.synthetic),
        entry=entry.name if entry else None,
        request=read.request,
        beyond=read.beyond,
        refused=read.refused,
        snippet=snippet_of(entry, read.request) if entry else None,
    )


def _period(record: Record) -> tuple[str | None, str | None] | None:
    if record.time is None:
        return None
    first, last = (_day(side) for side in record.time)
    return first, last


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None


def _facets(counts: Counts) -> Iterator[wire.Facet]:
    from bluecloud_catalogs.discovery.vocabulary import shipped

    for name, of in counts.items():
        useful = [(value, n) for value, n in of.items() if value not in _COORDINATES]
        yield wire.Facet(
            name=name,
            values=tuple(
                wire.FacetValue(
                    value=value,
                    label=shipped().label(value).replace("_", " "),
                    number=number,
                )
                for value, number in useful[:_MOST_VALUES]
            ),
        )
