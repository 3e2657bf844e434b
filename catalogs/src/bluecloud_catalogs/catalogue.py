"""A laboratory's catalogue as Intake 2 knows catalogues, without what would surprise there.

Intake resolves templates, imports what a file names, and answers any attribute of a reader
with a pipeline that fails later. Here entries are built from checked declarations: Intake's
listing, aliases, tokens and YAML work on them, while names that do not exist are errors at
once. An entry written to Intake's own YAML holds its name and parameters, no address.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import intake
from intake.readers.readers import BaseReader
from pydantic import BaseModel, ValidationError

from . import tiers
from .errors import CatalogueError, NotLazy, ParameterError, UnknownEntry
from .facts import EntryFacts, facts_of
from .nearest import nearest
from .own import own_entries
from .tree import Entry, explained, read_laboratory, read_sources

if TYPE_CHECKING:
    from .readers.base import Data


class LaboratoryCatalog(intake.Catalog):
    """The entries of one laboratory, by name.

    ``problems`` holds what is wrong with those that could not be used, if it was opened with
    ``strict=False``.
    """

    def __init__(
        self,
        laboratory: str,
        entries: Iterable[Entry],
        *,
        problems: Iterable[CatalogueError] = (),
    ) -> None:
        super().__init__(metadata={"name": laboratory})
        self._laboratory = laboratory
        self._readers = {entry.name: EntryReader(entry, laboratory) for entry in entries}
        self._problems = tuple(problems)
        for name, reader in self._readers.items():
            self[name] = reader

    @property
    def problems(self) -> tuple[CatalogueError, ...]:
        """What is wrong with the entries that are missing."""
        return self._problems

    def __setitem__(self, name: str, entry: object) -> None:
        # Intake lists aliases, and makes none where the key is the name.
        self.add_entry(entry, name=name)
        self.aliases[name] = name

    def add(self, name: str, reader: EntryReader) -> None:
        """Add an entry, asked with parameters of its own, under another name than its own."""
        self._readers[name] = reader
        self[name] = reader

    def __getitem__(self, name: str) -> EntryReader:
        try:
            return self._readers[name]
        except KeyError:
            raise UnknownEntry(
                f"the catalogue {self._laboratory} has no entry {name!r}: "
                f"{nearest(name, self._readers)}"
            ) from None

    def __contains__(self, thing: object) -> bool:
        return thing in self._readers or thing in self._readers.values()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except UnknownEntry as error:
            raise AttributeError(str(error)) from None

    def __call__(self, **parameters: object) -> LaboratoryCatalog:
        """Refuse: parameters belong to an entry, ``cat["x"](year=2020)``."""
        raise ParameterError(
            f"a catalogue takes no parameters ({', '.join(parameters)}): give them to an entry"
        )

    def search(self, text: str) -> LaboratoryCatalog:
        """The entries that have the text, in any case, in name, title, description or variables."""
        wanted = text.casefold()
        hits = [reader.declared for reader in self._readers.values() if wanted in _searched(reader)]
        return LaboratoryCatalog(self._laboratory, hits)

    def facts(self) -> list[EntryFacts]:
        """The facts of every entry, in the catalogue's order."""
        return [reader.describe() for reader in self._readers.values()]

    def __repr__(self) -> str:
        # By the names that they have here: a catalogue of what was found has names of its own.
        lines = [f"  {name}: {each.describe().title}" for name, each in self._readers.items()]
        broken = [f"  cannot be used: {problem}" for problem in self._problems]
        return "\n".join([f"Catalogue {self._laboratory}", *lines, *broken])

    def _repr_html_(self) -> str:
        rows = [
            (name, facts.title, _names(facts), facts.tiers_told, facts.licence.name)
            for name, facts in zip(self._readers, self.facts(), strict=True)
        ]
        return _table(("entry", "title", "variables", "tiers", "licence"), rows) + "".join(
            f"<p>Cannot be used: {html.escape(str(problem))}</p>" for problem in self._problems
        )


class EntryReader(BaseReader):
    """An entry of a catalogue: called with parameters it is the entry so asked; read, data."""

    def __init__(
        self,
        entry: Entry | str,
        laboratory: str,
        *,
        metadata: Mapping[str, Any] | None = None,
        output_instance: str | None = None,
        **parameters: object,
    ) -> None:
        if isinstance(entry, str):  # from Intake's own YAML, which holds the name
            entry = open_catalog(laboratory)[entry].declared
        self._entry = entry
        self._laboratory = laboratory
        self._request = _request(entry, parameters)
        # As plain values: what Intake cannot write as text it would pickle.
        self._parameters = self._request.model_dump(mode="json", include=set(parameters))
        super().__init__(
            entry=entry.name,
            laboratory=laboratory,
            metadata={"title": entry.declaration.title},
            output_instance=entry.reader.makes,
            **self._parameters,
        )

    @property
    def declared(self) -> Entry:
        """The entry as its file declares it."""
        return self._entry

    @property
    def request(self) -> BaseModel:
        """What is asked, with the entry's defaults, checked."""
        return self._request

    def __call__(self, /, **parameters: object) -> EntryReader:
        """The same entry, asked with these parameters over those it has."""
        _request(self._entry, {**self._parameters, **parameters})  # none is an argument of ours
        return EntryReader(self._entry, self._laboratory, **{**self._parameters, **parameters})

    def describe(self) -> EntryFacts:
        """All that is known of the entry without reading it."""
        return facts_of(self._entry, self._laboratory)

    def read(self, /, **parameters: object) -> Data:
        """Read into memory.

        Raises
        ------
        ParameterError
            Before any request, if the entry cannot be asked so.
        SourceError
            If no tier gave a proper answer.
        TierError
            If the policy leaves none to be asked.
        """
        asked = self(**parameters) if parameters else self
        return tiers.read(asked._entry, asked._request, lazy=False)

    def discover(self, /, **parameters: object) -> Data:
        """The same as ``read``: entries have no cheaper first look."""
        return self.read(**parameters)

    def to_dask(self) -> Data:
        """Open without reading: an xarray dataset of dask arrays.

        Raises
        ------
        NotLazy
            If the entry is a table, or has to be read whole.
        """
        if not self._entry.reader.lazy:
            raise NotLazy(
                f"{self._entry.name} ({self._entry.reader.makes}, {self._entry.reader.protocol}) "
                "is read whole: use .read()"
            )
        return tiers.read(self._entry, self._request, lazy=True)

    def __getattr__(self, name: str) -> Any:
        # Intake would answer any name with a pipeline that fails when it is read.
        raise AttributeError(f"an entry has no {name!r}: read() it first, then ask the data")

    def __getitem__(self, name: str) -> object:
        raise TypeError(f"{self._entry.name} is not read yet: use .read()[{name!r}]")

    def __dir__(self) -> list[str]:
        return sorted(object.__dir__(self))

    def __repr__(self) -> str:
        asked = ", ".join(f"{name}={value!r}" for name, value in self._parameters.items())
        facts = self._entry.declaration
        return f"{self._entry.name}({asked}): {facts.title} -> {self._entry.reader.makes}"

    def _repr_html_(self) -> str:
        facts = self.describe()
        rows = [
            ("title", facts.title),
            ("description", facts.description),
            ("variables", _names(facts)),
            ("parameters", ", ".join(facts.parameters) or "none"),
            *([("example", facts.example_told)] if facts.example else []),
            ("tiers", facts.tiers_told),
            ("licence", facts.licence.name),
            ("citation", facts.citation),
        ]
        return _table(("", facts.name), rows)


def open_catalog(laboratory: str, *, strict: bool = True) -> LaboratoryCatalog:
    """The catalogue of a laboratory, and the data of one's own that can be seen from here.

    Parameters
    ----------
    laboratory
        Its slug.
    strict
        If an entry cannot be used, raise; otherwise leave it out and keep the reason in
        ``problems``.

    Raises
    ------
    CatalogueError
        Naming file, entry and field.
    """
    intake.conf["allow_import"] = False  # a function named in a catalogue is never imported
    declared = read_laboratory(laboratory)
    sources = read_sources()
    problems = []
    for name in dict.fromkeys(declared.entries):
        if name in sources.broken:
            problems.append(sources.broken[name])
        elif name not in sources.entries:
            unreadable = "".join(f"; {error}" for error in sources.unreadable)
            problems.append(
                CatalogueError(
                    f"{laboratory}.yaml, entries: no source has an entry {name!r}: there are "
                    f"{', '.join(sorted(sources.entries))}{unreadable}"
                )
            )
    own = own_entries()
    problems += [each for each in own.values() if isinstance(each, CatalogueError) and not strict]
    if problems and strict:
        raise CatalogueError("\n".join(str(problem) for problem in problems))
    usable = [
        sources.entries[name] for name in dict.fromkeys(declared.entries) if name in sources.entries
    ]
    usable += [each for each in own.values() if isinstance(each, Entry)]
    return LaboratoryCatalog(laboratory, usable, problems=problems)


def _request(entry: Entry, parameters: Mapping[str, object]) -> BaseModel:
    """The parameters over the entry's defaults, checked."""
    allowed = entry.declaration.parameters
    unknown = sorted(set(parameters) - set(allowed))
    if unknown:
        raise ParameterError(
            f"{entry.name} has no parameter {', '.join(unknown)}: "
            f"it takes {', '.join(allowed) or 'none'}"
        )
    try:
        return entry.reader.request.model_validate({**allowed, **parameters})
    except ValidationError as error:
        raise ParameterError(f"{entry.name}: {explained(error, allowed)}") from error


def _searched(reader: EntryReader) -> str:
    declared = reader.declared.declaration
    names = [f"{variable.name}\n{variable.standard_name}" for variable in declared.variables]
    words = [reader.declared.name, declared.title, declared.description, *names]
    return "\n".join(words).casefold()


def _names(facts: EntryFacts) -> str:
    return ", ".join(variable.name for variable in facts.variables)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    left = 'style="text-align: left"'  # JupyterLab puts all cells to the right, as numbers
    top = "".join(f"<th {left}>{html.escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td {left}>{html.escape(cell)}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
