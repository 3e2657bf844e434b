"""The files of a study in BioStudies: those in its record, and those in lists beside it.

A study of the BioImage Archive names a list of files for each of its components; the lists are
files themselves, JSON or tables. Each file may have attributes of its own, whatever names its
submitter chose: they are kept as JSON, and names of the submitter's e-mail are not among them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import quote

from ..answers import as_json, as_text
from ..errors import MalformedAnswer, NotFound, RequestTooLarge
from ..places import Ask
from .asked import Asked
from .base import Reading, SourceReader
from .biostudies import Accession, fetch_study
from .pagetab import Section, Study, attributes_of
from .words import Form, Name

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

SERVICE = "files"
# Where a person finds a file: at the provider, even where a mirror was asked for the list.
ADDRESS = "https://www.ebi.ac.uk/biostudies/files"
MOST_FILES = 1_000_000
COLUMNS = ("accession", "component", "path", "kind", "size", "url", "attributes")
_NAMES = ("Files", "files", "File", "path")
Component: TypeAlias = Annotated[
    Name, Form(r"[^\x00-\x1f]{1,200}", "the name of a component of the study", most=1)
]


class BiostudiesFilesRequest(Asked):
    """Which study, and which of its components; none means all."""

    study: Accession = None
    component: Component = None


class BiostudiesFiles(SourceReader):
    """Reads the list of a study's files."""

    protocol = "BioStudies API v1"
    makes = "pandas:DataFrame"
    request = BiostudiesFilesRequest

    def read(
        self, place: Place, options: object, request: BiostudiesFilesRequest, *, lazy: bool
    ) -> Reading:
        """Read the files asked for."""
        record, study = fetch_study(place, request.study)
        chosen = _chosen(study, request.component)
        lists = [(name, each) for name, each in chosen if each]
        answers = place.fetch([_ask(study, each) for _, each in lists])
        rows: list[dict[str, Any]] = []
        if request.component is None:
            for section in study.section.walk():
                rows += _rows(study, section.first("name"), section.files, record.path)
        for (name, _), answer in zip(lists, answers, strict=True):
            rows += _rows(study, name, listed(answer), answer.path)
        if len(rows) > MOST_FILES:
            raise RequestTooLarge(
                f"{study.accession}: it has {len(rows)} files, and {MOST_FILES} are read at once: "
                "ask for one component"
            )
        return Reading(_table(rows), len(rows), [record, *answers])


def _chosen(study: Study, component: str | None) -> list[tuple[str, str]]:
    """Names of components and of their lists of files.

    Raises
    ------
    NotFound
        If the study has no such component.
    """
    parts = [(_name(each), each.first("file list")) for each in study.components]
    if component is None:
        return parts
    found = [(name, files) for name, files in parts if name == component]
    if not found:
        known = ", ".join(repr(name) for name, _ in parts if name) or "none"
        raise NotFound(f"{study.accession} has no component {component!r}: it has {known}")
    return found


def _name(section: Section) -> str:
    return section.first("name") or section.first("title")


def _ask(study: Study, listed_in: str) -> Ask:
    parts = listed_in.split("/")
    if ".." in parts or not parts[0] or "\\" in listed_in:
        raise MalformedAnswer(f"{study.accession}: {listed_in!r} is no path of a list of files")
    path = f"{study.accession}/{quote(listed_in)}"
    return Ask(path, SERVICE, sample=f"files/{study.accession}/{listed_in}")


def listed(file: File) -> list[dict[str, Any]]:
    """The files of a list: JSON, or a table whose first column has their paths.

    Raises
    ------
    MalformedAnswer
        If it is neither, or not whole.
    """
    if not file.path.endswith((".tsv", ".txt")):
        told = as_json(file)
        if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
            raise MalformedAnswer(f"{file.path}: it is no list of files")
        return told
    rows = list(csv.DictReader(as_text(file).splitlines(), delimiter="\t", strict=True))
    name = next((each for each in _NAMES if rows and each in rows[0]), None)
    if rows and (name is None or any(None in row or None in row.values() for row in rows)):
        raise MalformedAnswer(f"{file.path}: it is no table of files, or not whole")
    return [
        {
            "path": row[str(name)],
            "attributes": [
                {"name": each, "value": value} for each, value in row.items() if each != name
            ],
        }
        for row in rows
    ]


def _rows(
    study: Study, component: str, files: Iterable[Mapping[str, Any]], where: str
) -> list[dict[str, Any]]:
    made = []
    for each in files:
        path, size = each.get("path"), each.get("size")
        if not isinstance(path, str) or not path or ".." in path.split("/"):
            raise MalformedAnswer(f"{where}: {path!r} is no path of a file")
        if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 0):
            raise MalformedAnswer(f"{where}: {path} has {size!r} bytes")
        made.append(
            {
                "accession": study.accession,
                "component": component,
                "path": path,
                "kind": str(each.get("type") or "file"),
                "size": size,
                "url": f"{ADDRESS}/{study.accession}/{quote(path)}",
                "attributes": json.dumps(
                    {
                        name: values[0] if len(values) == 1 else values
                        for name, values in attributes_of(each.get("attributes"), where).items()
                    },
                    ensure_ascii=False,
                    sort_keys=True,
                ),
            }
        )
    return made


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["size"] = table["size"].astype("Int64")
    return table
