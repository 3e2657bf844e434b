"""D4Science: the catalogue of a context (gCat), a person's workspace (StorageHub), its methods.

All three are read with a login in the context, and in pages where there are many. No answer of
D4Science was ever published: the shapes are those that public client programs rely on, and what
is not of them is an error that says so. There is no Python client to compare with.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeAlias

from ..answers import as_json
from ..contexts import CONTEXT, ContextLogin
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader
from .ckan_packages import extras, text
from .words import Form, Name

if TYPE_CHECKING:
    from ..places import File, Place

PAGE_ITEMS = 100
MOST_ITEMS = 5000
_EXAMPLE = "/d4science.research-infrastructures.eu/D4OS/Blue-CloudLab"
Context: TypeAlias = Annotated[Name, Form(CONTEXT, f"a context, as {_EXAMPLE}", most=1)]
Folder: TypeAlias = Annotated[
    Name, Form(r"[A-Za-z0-9-]{8,64}", "the identifier of a folder of the workspace", most=1)
]


class ContextRequest(Asked):
    """In which context."""

    context: Context = None


class InContext(SourceReader):
    """What readers in a context have in common."""

    makes = "pandas:DataFrame"
    request = ContextRequest
    columns: ClassVar[tuple[str, ...]]

    def read(self, place: Place, options: Any, request: Any, *, lazy: bool) -> Reading:
        """Read all rows."""
        import pandas as pd

        if request.context is None:
            raise ParameterError("in which context? Give context, the path of a laboratory")
        files, rows = self.rows(ContextLogin(place, request.context), request)
        table = pd.DataFrame(rows, columns=list(self.columns))
        for name in {"modified", "created"} & set(table):
            told = pd.to_datetime(table[name], errors="coerce", utc=True, format="ISO8601")
            table[name] = told.dt.tz_localize(None).astype("datetime64[ns]")
        return Reading(table, len(table), files)

    @abstractmethod
    def rows(self, login: ContextLogin, request: Any) -> tuple[list[File], list[Any]]:
        """The answers, and a row for each thing."""


class CatalogueItems(InContext):
    """Reads the items that a context has published."""

    protocol = "D4Science gCat"
    columns = ("name", "title", "description", "licence", "type", "tags", "resources", "modified")

    def rows(self, login: ContextLogin, request: Any) -> tuple[list[File], list[Any]]:
        """Each item; the list has names only, so that each is asked for."""
        files, names = item_names(login)
        asks = [
            Ask(f"items/{name}", "catalogue", sample=f"catalogue/{name}.json") for name in names
        ]
        items = login.fetch(asks) if asks else []
        return [*files, *items], [item(as_json(file), file.path) for file in items]


def item_names(login: ContextLogin) -> tuple[list[File], list[str]]:
    """The names of all items, page by page until one is not full.

    Raises
    ------
    MalformedAnswer
        If an answer is no list of names, or repeats one: then it did not turn the page.
    """
    files: list[File] = []
    names: list[str] = []
    while True:
        query = {"limit": PAGE_ITEMS, "offset": len(names)}
        file = login.fetch(
            [Ask(with_query("items", query), "catalogue", sample="catalogue/items.json")]
        )[0]
        page = as_json(file)
        if not isinstance(page, list) or not all(isinstance(each, str) for each in page):
            raise MalformedAnswer("items: it is no list of names")
        if set(page) & set(names):
            raise MalformedAnswer(f"items: the page from {len(names)} on is one that was had")
        files.append(file)
        names += page
        if len(page) < PAGE_ITEMS:
            return files, names
        if len(names) >= MOST_ITEMS:
            raise RequestTooLarge(f"the catalogue has more than {MOST_ITEMS} items")


def item(told: Any, where: str) -> tuple[Any, ...]:
    """An item as a row.

    Raises
    ------
    MalformedAnswer
        If it has no name.
    """
    if not isinstance(told, dict) or not told.get("name"):
        raise MalformedAnswer(f"{where}: it is no item: it has no name")
    more = extras(told)
    try:
        return (
            told["name"],
            text(told.get("title")),
            text(told.get("notes")),
            text(told.get("license_id")),
            text(more.get("system:type")),
            "; ".join(each["name"] for each in told.get("tags") or []),
            tuple(each["url"] for each in told.get("resources") or []),
            told.get("metadata_modified"),
        )
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{where}: it is no item: {error!r}") from error


class WorkspaceRequest(ContextRequest):
    """Which folder; without one, the person's own."""

    folder: Folder = None


class Workspace(InContext):
    """Reads what lies in a folder of the workspace."""

    protocol = "D4Science StorageHub"
    columns = ("id", "name", "kind", "title", "bytes", "modified")
    request = WorkspaceRequest

    def rows(self, login: ContextLogin, request: Any) -> tuple[list[File], list[Any]]:
        """Each thing that lies in the folder."""
        files = []
        folder = request.folder
        if folder is None:
            ask = Ask(
                with_query("", {"exclude": "hl:accounting"}),
                "workspace",
                sample="workspace/root.json",
            )
            files += login.fetch([ask])
            folder = part(as_json(files[0]), "item", dict).get("id", "")
        path = with_query(
            f"items/{folder}/children", {"exclude": "hl:accounting", "showHidden": "false"}
        )
        files += login.fetch([Ask(path, "workspace", sample="workspace/children.json")])
        children = part(as_json(files[-1]), "itemlist", list)
        try:
            return files, [
                (
                    each["id"],
                    each["name"],
                    str(each["@class"]).rsplit(".", 1)[-1],
                    text(each.get("title")),
                    (each.get("content") or {}).get("size"),
                    _moment(each.get("lastModificationTime")),
                )
                for each in children
            ]
        except (AttributeError, KeyError, TypeError) as error:
            raise MalformedAnswer(f"children: a thing is not as expected: {error!r}") from error


def _moment(milliseconds: Any) -> str | None:
    """A moment in ISO's form of the milliseconds since 1970 that StorageHub counts."""
    if not isinstance(milliseconds, int):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat()


class Methods(InContext):
    """Reads which methods the context's computing platform offers."""

    protocol = "OGC API Processes"
    columns = ("id", "title", "description", "version", "keywords")

    def rows(self, login: ContextLogin, request: Any) -> tuple[list[File], list[Any]]:
        """Each method."""
        file = login.fetch([Ask("processes", "ccp", sample="ccp/processes.json")])[0]
        told = as_json(file)
        methods = told if isinstance(told, list) else part(told, "processes", list)
        try:
            return [file], [
                (
                    each["id"],
                    text(each.get("title")),
                    text(each.get("description")),
                    text(each.get("version")),
                    text(each.get("keywords")),
                )
                for each in methods
            ]
        except (KeyError, TypeError, AttributeError) as error:
            raise MalformedAnswer(f"processes: a method has no id: {error!r}") from error


def part(told: Any, name: str, kind: type) -> Any:
    """A part of an answer that must be of a kind."""
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, kind):
        raise MalformedAnswer(f"it has no {name}, or {name} is none of kind {kind.__name__}")
    return found
