"""MGnify's API, version 2: studies, and the taxonomy tables that it computed for each.

A list comes in pages of ``{count, items}``. The count is that of the whole list, so that a
list is complete when as many items came; a page too few or a list that grew in between is an
error, never a shorter list. A taxonomy table is a download of a study: a row a lineage, a
column a run. It comes out long, a row for each lineage that a run has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from ..answers import as_json
from ..errors import MalformedAnswer, NotFound, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader
from .table_file import parsed
from .words import Form, Name, Names

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

PAGE_SIZE = 100
MOST_STUDIES = 5000
RANKS = ("superkingdom", "kingdom", "phylum", "class", "order", "family", "genus", "species")
_PREFIXES = dict(zip(("sk", "k", "p", "c", "o", "f", "g", "s"), RANKS, strict=True))
Biome: TypeAlias = Annotated[
    Name,
    Form(
        r"root(:[A-Za-z0-9 ()/-]+)*",
        "a lineage of biomes, as root:Environmental:Aquatic",
        most=1,
    ),
]
Study: TypeAlias = Annotated[
    Name,
    Form(
        r"MGYS\d{8}|[EDS]RP\d{5,9}|PRJ(EB|NA|DB)\d{1,9}",
        "a study, as MGYS00002008 or ERP001736",
        most=1,
    ),
]
Runs: TypeAlias = Annotated[
    Names, Form(r"[EDS]R[RZ]\d{5,9}", "a run or an assembly, as ERR2010979")
]


class MgnifyStudiesRequest(Asked):
    """Which studies: those of a biome and all below it."""

    biome: Biome = "root:Environmental:Aquatic:Marine"


class MgnifyStudies(SourceReader):
    """Reads the list of studies."""

    protocol = "MGnify API v2"
    makes = "pandas:DataFrame"
    request = MgnifyStudiesRequest

    def read(
        self, place: Place, options: object, request: MgnifyStudiesRequest, *, lazy: bool
    ) -> Reading:
        """Read the studies asked for."""
        import pandas as pd

        if request.biome is None:
            raise ParameterError("biome: give a lineage; root is all of them")
        files, items = paged(place, "studies/", {"biome_lineage": request.biome}, sample="studies")
        rows = [_study(item, files[0].path.partition("?")[0]) for item in items]
        kept = [row for row in rows if _below(row["biome"], request.biome)]
        table = pd.DataFrame(kept, columns=list(_STUDY_COLUMNS))
        table["updated_at"] = pd.to_datetime(
            table["updated_at"], utc=True, format="ISO8601", errors="coerce"
        ).dt.tz_localize(None)
        table["updated_at"] = table["updated_at"].astype("datetime64[ns]")
        return Reading(table, len(table), files)


_STUDY_COLUMNS = (
    "study_accession",
    "ena_accessions",
    "title",
    "biome",
    "updated_at",
    "center_name",
    "description",
)


def paged(
    place: Place, path: str, query: dict[str, object], *, sample: str
) -> tuple[list[File], list[Any]]:
    """All pages of a list, and its items.

    Raises
    ------
    RequestTooLarge
        If there are more items than are read at once.
    MalformedAnswer
        If an answer is no page, or the pages are not the whole list.
    """
    files: list[File] = []
    items: list[Any] = []
    count, number = 1, 0
    while len(items) < count:
        number += 1
        asked = {**query, "page": number, "page_size": PAGE_SIZE}
        ask = Ask(
            with_query(path, asked), service="mgnify", sample=f"mgnify/{sample}_{number}.json"
        )
        file = place.fetch([ask])[0]
        total, page = _page(file)
        if number > 1 and total != count:
            raise MalformedAnswer(f"{path}: the list had {count} items and now has {total}")
        count = total
        if count > MOST_STUDIES:
            raise RequestTooLarge(
                f"{path}: MGnify has {count} of these, and {MOST_STUDIES} are read at once: "
                "ask for a narrower biome"
            )
        if not page and len(items) < count:
            raise MalformedAnswer(f"{path}: {count} items were announced, {len(items)} came")
        files.append(file)
        items += page
    if len(items) != count:
        raise MalformedAnswer(f"{path}: {count} items were announced, {len(items)} came")
    return files, items


def _page(file: File) -> tuple[int, list[Any]]:
    answer = as_json(file)
    where = file.path.partition("?")[0]
    if not isinstance(answer, dict) or not isinstance(answer.get("items"), list):
        raise MalformedAnswer(f"{where}: it is no page of count and items")
    count = answer.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise MalformedAnswer(f"{where}: its count is {count!r}, no number")
    return count, answer["items"]


def _study(item: Any, where: str) -> dict[str, Any]:
    try:
        metadata = item.get("metadata") or {}
        biome = item.get("biome") or {}
        return {
            "study_accession": item["accession"],
            "ena_accessions": tuple(item["ena_accessions"]),
            "title": item["title"],
            "biome": biome.get("lineage") or biome.get("biome_name") or "",
            "updated_at": item["updated_at"],
            "center_name": metadata.get("center_name") or "",
            "description": metadata.get("study_description") or "",
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise MalformedAnswer(f"{where}: a study is not as the API says: {error!r}") from error


def _below(biome: str, wanted: str) -> bool:
    """Whether a biome lies at or below another; one that has no lineage is the server's word."""
    return not biome.startswith("root") or f"{biome}:".startswith(f"{wanted}:")


class MgnifyTaxonomyOptions(BaseModel):
    """Which gene the table is of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gene: Literal["SSU", "LSU"] = "SSU"


class MgnifyTaxonomyRequest(Asked):
    """Which study, by MGnify's accession or INSDC's, and which of its runs."""

    study: Study = None
    run: Runs = None


class MgnifyTaxonomy(SourceReader):
    """Reads a study's taxonomy table, long."""

    protocol = "MGnify API v2"
    makes = "pandas:DataFrame"
    options = MgnifyTaxonomyOptions
    request = MgnifyTaxonomyRequest

    def read(
        self,
        place: Place,
        options: MgnifyTaxonomyOptions,
        request: MgnifyTaxonomyRequest,
        *,
        lazy: bool,
    ) -> Reading:
        """Read the counts of the runs asked for; what a run does not have has no row."""
        if request.study is None:
            raise ParameterError("which study? Give study, as ERP001736 or MGYS00002008")
        files, study = _detail(place, request.study)
        download = _download(study, options.gene, request.study)
        file = place.fetch([Ask(download["url"], sample=f"mgnify/{download['alias']}")])[0]
        table, runs = long(file)
        if request.run is not None:
            absent = [run for run in request.run if run not in runs]
            if absent:
                raise NotFound(
                    f"{request.study} has no run {', '.join(absent)}: it has {', '.join(runs)}"
                )
            table = table[table["run_accession"].isin(request.run)].reset_index(drop=True)
            runs = request.run
        table.insert(0, "study_accession", study["accession"])
        notes = {"runs": " ".join(runs), "pipeline": download["version"]}
        return Reading(table, len(table), [*files, file], notes)


def _detail(place: Place, asked: str) -> tuple[list[File], dict[str, Any]]:
    """What MGnify says of a study, and the answers that say it."""
    files, accession = [], asked
    if not asked.startswith("MGYS"):
        ask = Ask(f"studies/insdc/{asked}", service="mgnify", sample="mgnify/lookup.json")
        files += place.fetch([ask])
        accession = as_json(files[0]).get("accession", "")
        if not re.fullmatch(r"MGYS\d{8}", accession):
            raise MalformedAnswer(f"{files[0].path}: it names no study of MGnify")
    ask = Ask(f"studies/{accession}", service="mgnify", sample="mgnify/study.json")
    files += place.fetch([ask])
    study = as_json(files[-1])
    try:
        if asked not in (study["accession"], *study["ena_accessions"]):
            raise NotFound(f"{asked}: the answer is of another study, {study['accession']}")
        return files, {"accession": study["accession"], "downloads": list(study["downloads"])}
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{files[-1].path}: it is no study: {error!r}") from error


def _download(study: dict[str, Any], gene: str, asked: str) -> dict[str, str]:
    """The newest table of a gene."""
    form = re.compile(rf"\w+_taxonomy_abundances_{gene}_v(\d+(?:\.\d+)*)\.tsv")
    found = []
    for each in study["downloads"]:
        alias, url = str(each.get("alias", "")), each.get("url")
        if (match := form.fullmatch(alias)) and isinstance(url, str):
            version = tuple(int(part) for part in match[1].split("."))
            found.append((version, {"alias": alias, "url": url, "version": match[1]}))
    if not found:
        raise NotFound(
            f"{asked}: MGnify has no {gene} taxonomy table of it (its "
            f"{len(study['downloads'])} downloads are others)"
        )
    return max(found, key=lambda pair: pair[0])[1]


def long(file: File) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A taxonomy table, a row for each count above zero; and the runs that it has.

    Raises
    ------
    MalformedAnswer
        If it is no such table, or not whole.
    """
    import pandas as pd

    wide = parsed(file, "tsv")
    first, *runs = wide.columns
    if not first.lstrip("#").lower().startswith("sample") or not runs:
        raise MalformedAnswer(f"{file.path}: it is no table of taxa by runs: it begins {first!r}")
    try:
        counts = wide[runs].astype("int64")
    except (ValueError, TypeError) as error:
        raise MalformedAnswer(f"{file.path}: a count is no whole number: {error}") from error
    if (counts < 0).any(axis=None):
        raise MalformedAnswer(f"{file.path}: a count is below zero")
    ranks = pd.DataFrame([_ranks(lineage, file.path) for lineage in wide[first]])
    ranks.insert(0, "lineage", wide[first])
    table = pd.concat([ranks, counts], axis=1).melt(
        id_vars=["lineage", *RANKS], var_name="run_accession", value_name="count"
    )
    table = table[table["count"] > 0].reset_index(drop=True)
    order = ["run_accession", "lineage", *RANKS, "count"]
    return table[order], tuple(runs)


def _ranks(lineage: str, where: str) -> dict[str, str]:
    """The name at each rank; empty where the lineage has none, or ends above it."""
    names = dict.fromkeys(RANKS, "")
    for part in lineage.split(";"):
        prefix, mark, taxon = part.partition("__")
        if mark and prefix in _PREFIXES:
            names[_PREFIXES[prefix]] = taxon.replace("_", " ")
        elif part not in {"Unclassified", "unclassified", "root"}:
            raise MalformedAnswer(f"{where}: {lineage!r} is no lineage: {part!r} has no rank")
    return names
