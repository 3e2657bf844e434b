"""A study of the BioImage Archive, as a table of its components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..answers import as_json
from ..errors import MalformedAnswer
from ..places import Ask
from .asked import Asked
from .base import Reading, SourceReader
from .biostudies import SERVICE, Accession, fetch_study, moments
from .pagetab import Study, methods, organisms

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place


class BiostudiesStudyRequest(Asked):
    """Which study, by its accession."""

    study: Accession = None


class BiostudiesStudy(SourceReader):
    """Reads a study: a row for each of its components and sets of annotations."""

    protocol = "BioStudies API v1"
    makes = "pandas:DataFrame"
    request = BiostudiesStudyRequest

    def read(
        self, place: Place, options: object, request: BiostudiesStudyRequest, *, lazy: bool
    ) -> Reading:
        """Read the study asked for."""
        file, study = fetch_study(place, request.study)
        path = f"studies/{study.accession}"
        (about,) = place.fetch([Ask(f"{path}/info", SERVICE, sample=f"{path}_info.json")])
        table = components(study, info(about))
        notes = {"licence_of_study": study.licence[0]}
        return Reading(table, len(table), [file, about], notes)


def info(file: File) -> dict[str, Any]:
    """What is said of a study's files: how many, where, and when they were changed."""
    from datetime import UTC, datetime

    told = as_json(file)
    try:
        # Milliseconds, although other services of the same house count seconds.
        changed: datetime | None = None
        if told.get("modified"):
            changed = datetime.fromtimestamp(told["modified"] / 1000, UTC).replace(tzinfo=None)
        return {
            "files": int(told["files"]),
            "download": str(told["httpLink"]),
            "modified": changed,
        }
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise MalformedAnswer(f"{file.path}: it is no study's info: {error!r}") from error


def components(study: Study, about: dict[str, Any]) -> pd.DataFrame:
    """A study's components, each with what it is of and how it was imaged."""
    import pandas as pd

    licence, licence_url = study.licence
    rows = []
    for part in study.components:
        samples = study.subjects(part, "biosample")
        names, numbers = organisms(samples or [study.section])
        acquired = study.subjects(part, "image acquisition")
        instruments = [each.first("imaging instrument") for each in acquired]
        rows.append(
            {
                "accession": study.accession,
                "title": study.told("title"),
                "doi": study.told("doi"),
                "released": study.told("releasedate"),
                "modified": about["modified"],
                "licence": licence,
                "licence_url": licence_url,
                "kind": part.kind,
                "component": part.first("name") or part.first("title"),
                "description": part.first("description") or part.first("annotation overview"),
                "file_list": part.first("file list"),
                "organisms": names,
                "ncbi_taxon_ids": numbers,
                "imaging_methods": methods(acquired),
                "instruments": tuple(dict.fromkeys(filter(None, instruments))),
                "files": about["files"],
                "download": about["download"],
            }
        )
    table = pd.DataFrame(rows)
    table["released"] = moments(table["released"])
    table["modified"] = pd.to_datetime(table["modified"]).astype("datetime64[ns]")
    return table
