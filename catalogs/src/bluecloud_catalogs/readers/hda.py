"""Scenes and datasets of WEkEO, by its Harmonised Data Access (HDA) version 2.

The provider's client accepts a dataset's terms in a person's name whenever it searches. Here
nobody's terms are accepted unseen: what is not accepted yet is named, with the address where
it can be read, and is accepted when the person names it in ``accept_terms``.

No recorded answer of this service is to be found in public. What is known of it is what its
client, hda 2.40, sends and expects, and that client is run against what this is tested with.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ..answers import as_json, is_page, told_by
from ..errors import LicenceNotAccepted, MalformedAnswer, SourceUnavailable
from ..places import Ask, with_query
from . import boxes
from .asked import Asked
from .base import Reading, SourceReader
from .copernicus_login import wekeo
from .scenes import SceneRequest, check, check_total, moments, table

if TYPE_CHECKING:
    from ..places import File, Place

_PAGE = 100
_MOST_DATASETS = 5000
_SERVICE = "hda"
_API = "api/v1"
_DATASET = r"^EO:[A-Z0-9_]+:DAT:[A-Za-z0-9_:.-]{1,150}$"
_ANSWERS = frozenset({200, 201})
_QUOTA = {429: "the quota of this account is used up"}


def _terms(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Terms = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")], ...], BeforeValidator(_terms)
]


class HdaOptions(BaseModel):
    """Which dataset, by WEkEO's identifier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: Annotated[str, Field(pattern=_DATASET)]


class HdaRequest(SceneRequest):
    """Which scenes, and which terms the person accepts with this request."""

    accept_terms: Terms = ()


class HdaDatasetsRequest(Asked):
    """Datasets with this text in their identifier, as WEkEO matches it (``EO:EUM:*``)."""

    text: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class HdaScenes(SourceReader):
    """Reads which products of a dataset there are."""

    protocol = "WEkEO HDA v2"
    makes = "geopandas:GeoDataFrame"
    options = HdaOptions
    request = HdaRequest

    def read(
        self, place: Place, options: HdaOptions, request: HdaRequest, *, lazy: bool
    ) -> Reading:
        """Read the products asked for, after the terms are seen to be accepted."""
        check(request)
        secrets = {"Authorization": wekeo(place)} if place.tier == "live" else {}
        if place.tier == "live":
            see_terms(place, options.dataset, request.accept_terms, secrets)
        first, after = moments(request)
        rows: dict[str, dict[str, Any]] = {}
        files: list[File] = []
        for part in boxes.parts(request.bbox or (-180.0, -90.0, 180.0, 90.0)):
            asked = {
                "dataset_id": options.dataset,
                "bbox": list(part),
                "startdate": first,
                "enddate": after,
            }
            query = {name: value for name, value in asked.items() if value is not None}
            features, read = _pages(place, query, secrets, request)
            files += read
            rows |= {each["id"]: _row(each, options.dataset) for each in features}
        scenes = table(list(rows.values()), request)
        return Reading(scenes, len(scenes), files)


class HdaDatasets(SourceReader):
    """Lists the datasets of WEkEO."""

    protocol = "WEkEO HDA v2"
    makes = "pandas:DataFrame"
    request = HdaDatasetsRequest

    def read(
        self, place: Place, options: object, request: HdaDatasetsRequest, *, lazy: bool
    ) -> Reading:
        """Read the list, all pages of it."""
        import pandas as pd

        secrets = {"Authorization": wekeo(place)} if place.tier == "live" else {}
        features, files = datasets(place, secrets, text=request.text)
        wanted = (request.text or "").strip("*").casefold()
        rows = [
            {
                "dataset": each.get("dataset_id"),
                "title": (each.get("metadata") or {}).get("title") or each.get("title"),
                "abstract": each.get("abstract"),
                "terms": ", ".join(map(str, each.get("terms") or ())),
            }
            for each in features
            if wanted in str(each.get("dataset_id", "")).casefold()
        ]
        table = pd.DataFrame(rows, columns=["dataset", "title", "abstract", "terms"])
        return Reading(table, len(table), files)


def datasets(
    place: Place, secrets: dict[str, str], *, text: str | None = None
) -> tuple[list[dict[str, Any]], list[File]]:
    """The list of datasets, all pages of it."""
    rows: list[dict[str, Any]] = []
    files: list[File] = []
    while True:
        query = {"startIndex": len(rows), "itemsPerPage": _PAGE, "q": text}
        path = with_query(f"{_API}/datasets", query, safe=":*")
        ask = Ask(path, _SERVICE, secrets=secrets, sample="hda/datasets.json")
        (file,) = place.fetch([ask])
        files.append(file)
        features, total, _ = _page(file)
        rows += features
        if total is None:
            raise MalformedAnswer(f"{file.path}: the list does not say how long it is")
        if len(rows) >= total or not features:
            break
    if len(rows) != total or total > _MOST_DATASETS:
        raise MalformedAnswer(f"{files[0].path}: {total} datasets are announced, {len(rows)} came")
    return rows, files


def see_terms(
    place: Place, dataset: str, accepted: tuple[str, ...], secrets: dict[str, str]
) -> None:
    """Let only those through who have accepted a dataset's terms, or do so now.

    Raises
    ------
    LicenceNotAccepted
        Naming the terms that are not accepted yet.
    """
    (file,) = place.fetch([Ask(f"{_API}/datasets/{dataset}", _SERVICE, secrets=secrets)])
    told = as_json(file)
    terms = told.get("terms") if isinstance(told, dict) else None
    if not isinstance(terms, list):
        raise MalformedAnswer(f"{file.path}: the dataset does not say which terms it has")
    missing = [str(each) for each in terms if not _accepted(place, str(each), secrets)]
    refused = [each for each in missing if each not in accepted]
    if refused:
        raise LicenceNotAccepted(
            f"{dataset}: {', '.join(refused)} must be accepted by you first. Read the terms at "
            "https://www.wekeo.eu/docs/licenses; then accept them there, or by asking with "
            f"accept_terms={refused!r}"
        )
    for each in missing:
        place.fetch(
            [
                Ask(
                    f"{_API}/termsaccepted/{each}",
                    _SERVICE,
                    "PUT",
                    b'{"accepted": true}',
                    {"Content-Type": "application/json"},
                    _ANSWERS,
                    secrets=secrets,
                )
            ]
        )


def _accepted(place: Place, terms: str, secrets: dict[str, str]) -> bool:
    """Whether the person has accepted these terms before; who does not say has not."""
    path = f"{_API}/termsaccepted/{terms}"
    statuses = frozenset({200, 404, 405})
    (file,) = place.fetch([Ask(path, _SERVICE, statuses=statuses, secrets=secrets)])
    if file.status != 200:
        return False
    told = as_json(file)
    return isinstance(told, dict) and told.get("accepted") is True


def _pages(
    place: Place, query: dict[str, Any], secrets: dict[str, str], request: SceneRequest
) -> tuple[list[dict[str, Any]], list[File]]:
    """The products of all pages, as many as were announced.

    Datasets that come from the Data Space announce no number, and name the next page instead.
    """
    rows: list[dict[str, Any]] = []
    files: list[File] = []
    total: int | None = None
    start: int | None = 0
    while start is not None:
        body = json.dumps({**query, "startIndex": start, "itemsPerPage": _PAGE}).encode()
        ask = Ask(
            f"{_API}/dataaccess/search",
            _SERVICE,
            "POST",
            body,
            {"Content-Type": "application/json"},
            frozenset({200, 429}),
            secrets=secrets,
            sample=f"hda/{query['dataset_id'].replace(':', '.')}.json",
        )
        (file,) = place.fetch([ask])
        if file.status in _QUOTA:
            reset = file.headers.get("x-quota-reset", "a time it does not say")
            raise SourceUnavailable(f"{file.path}: {_QUOTA[file.status]} until {reset}")
        files.append(file)
        features, told, following = _page(file)
        if total is None:
            total = told
            check_total(total or 0, request)
        rows += features
        check_total(len(rows), request)
        if total is not None:
            start = len(rows) if len(rows) < total and features else None
        else:
            start = following if following and features else None
    if total is not None and len(rows) != total:
        raise MalformedAnswer(f"{files[0].path}: {total} products are announced, {len(rows)} came")
    return rows, files


def _page(file: File) -> tuple[list[dict[str, Any]], int | None, int | None]:
    """A page's features, the announced total and where the next page begins."""
    if is_page(file.content):
        raise MalformedAnswer(f"{file.path}: it is a page: {told_by(file.content)}")
    told = as_json(file)
    features = told.get("features") if isinstance(told, dict) else None
    facts = told.get("properties") if isinstance(told, dict) else None
    if not isinstance(features, list) or not isinstance(facts, dict):
        raise MalformedAnswer(f"{file.path}: it is no page of HDA: {told_by(file.content)}")
    total, following = facts.get("totalResults"), facts.get("nextIndex")
    return (
        features,
        total if isinstance(total, int) else None,
        following if isinstance(following, int) else None,
    )


def _row(told: dict[str, Any], dataset: str) -> dict[str, Any]:
    facts = told.get("properties") or {}
    size = facts.get("size")
    return {
        "id": told["id"],
        "name": told["id"],
        "collection": dataset,
        "start": facts.get("startdate"),
        "end": facts.get("enddate"),
        "size_bytes": size if isinstance(size, int | float) else None,  # or "ND"
        "online": True,
        "address": facts.get("location"),
        "geometry": told.get("geometry"),
    }
