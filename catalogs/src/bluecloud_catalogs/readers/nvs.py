"""Vocabularies of the NERC Vocabulary Server (NVS) as tables, a row a concept.

The server gives a collection or one concept as JSON-LD, which is read as the JSON it is, with
the names it uses: no RDF library is needed. A collection lists its members, so that one that
lacks concepts is known not to be whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..answers import as_json, is_page
from ..errors import MalformedAnswer
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader

if TYPE_CHECKING:
    from ..places import File, Place

_CONCEPT, _COLLECTION = "skos:Concept", "skos:Collection"
_LINKS = {
    "broader": "skos:broader",
    "narrower": "skos:narrower",
    "related": "skos:related",
    "same_as": "owl:sameAs",
}
COLUMNS = (
    "code", "urn", "label", "alternative", "definition", "deprecated", "status", "version",
    "modified", *_LINKS, "address",
)  # fmt: skip


class NvsRequest(Asked):
    """Which collection, and of it which concept (none: all); ``label`` must be in its label."""

    collection: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{2}$")] = "P02"
    concept: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")] | None = None
    label: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class NvsCollection(SourceReader):
    """Reads the concepts of a collection."""

    protocol = "NVS linked data (JSON-LD)"
    makes = "pandas:DataFrame"
    request = NvsRequest

    def read(self, place: Place, options: object, request: NvsRequest, *, lazy: bool) -> Reading:
        """Read the concepts asked for."""
        import pandas as pd

        below = f"collection/{request.collection}/current/"
        one = f"{below}{request.concept}/" if request.concept else below
        asked = {"_profile": "nvs", "_mediatype": "application/ld+json"}
        sample = f"nvs/{request.collection}.jsonld"
        file = place.fetch([Ask(with_query(one, asked), sample=sample)])[0]
        about, concepts = concepts_of(file)
        table = pd.DataFrame(concepts, columns=list(COLUMNS))
        table["modified"] = pd.to_datetime(
            table["modified"], format="ISO8601", errors="coerce"
        ).astype("datetime64[ns]")
        if request.concept is not None:
            table = table[table["code"] == request.concept]
        if request.label is not None:
            held = table["label"].str.lower().str.contains(request.label.lower(), regex=False)
            table = table[held.astype(bool)]
        table = table.reset_index(drop=True)
        table.attrs.update(about)
        return Reading(table, count=len(table), files=[file])


def concepts_of(file: File) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """What is said of the collection, and its concepts in the order of their codes.

    Raises
    ------
    MalformedAnswer
        If it is no JSON-LD of the NVS, or lacks concepts that it lists.
    """
    if is_page(file.content):
        raise MalformedAnswer(f"{file.path}: JSON-LD was asked for, and a page for people came")
    told = as_json(file)
    if not isinstance(told, dict) or not ("@graph" in told or "@id" in told):
        raise MalformedAnswer(f"{file.path}: it is no JSON-LD of a concept or a collection")
    nodes = told.get("@graph", [told])
    try:
        found = [_concept(node) for node in nodes if _CONCEPT in _several(node["@type"])]
        collections = [node for node in nodes if _COLLECTION in _several(node["@type"])]
        listed = {each["@id"] for node in collections for each in _several(node["skos:member"])}
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{file.path}: a concept is not complete: {error!r}") from error
    absent = listed - {each["address"] for each in found}
    if absent:
        raise MalformedAnswer(
            f"{file.path}: it lists {len(listed)} concepts and lacks {len(absent)} of them, "
            f"{min(absent)} for one"
        )
    about = {}
    if collections:
        about = {
            "collection_title": _english(collections[0].get("skos:prefLabel")),
            "collection_version": str(collections[0].get("owl:versionInfo", "")),
            "collection_date": str(collections[0].get("dc:date", "")),
        }
    return about, sorted(found, key=lambda each: str(each["code"]))


def _concept(node: dict[str, Any]) -> dict[str, Any]:
    urn = str(node["dc:identifier"])
    return {
        "code": urn.rpartition("::")[2],
        "urn": urn,
        "label": _english(node["skos:prefLabel"]),
        "alternative": _english(node.get("skos:altLabel")),
        "definition": _english(node.get("skos:definition")),
        "deprecated": str(node.get("owl:deprecated", "false")).lower() == "true",
        "status": _english(node.get("skos:note")),
        "version": str(node.get("owl:versionInfo", "")),
        "modified": node.get("dc:date"),
        **{
            name: tuple(each["@id"] for each in _several(node.get(link)))
            for name, link in _LINKS.items()
        },
        "address": node["@id"],
    }


def _several(value: Any) -> list[Any]:
    """What may be one, several or nothing in JSON-LD."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _english(value: Any) -> str:
    """A text that may be in several languages: the English one, else the first."""
    texts = _several(value)
    for each in texts:
        if isinstance(each, dict) and str(each.get("@language", "")).startswith("en"):
            return str(each["@value"])
    if not texts:
        return ""
    return str(texts[0]["@value"] if isinstance(texts[0], dict) else texts[0])
