"""ENA's Browser API: what a submitter said of a sample, in XML, one attribute a row.

The Portal API has a fixed set of fields; what else a submitter recorded (nutrients, filters,
instruments) is only here. Attributes are free text with a unit that may be missing, so they
come as they are, and the number beside them only where the whole value is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

from ..answers import as_xml
from ..errors import MalformedAnswer, NotFound, ParameterError
from ..places import Ask
from .asked import Asked
from .base import Reading, SourceReader
from .words import Form, Names

if TYPE_CHECKING:
    from ..places import Place

MOST_SAMPLES = 200  # one request each
Samples: TypeAlias = Annotated[
    Names,
    Form(
        r"SAM(EA|N|D)[A-Z]?\d{1,10}|[EDS]RS\d{5,9}",
        "an accession of a sample, as SAMEA2620084 or ERS488919",
        most=MOST_SAMPLES,
    ),
]
_COLUMNS = ("sample_accession", "biosample_accession", "attribute", "value", "number", "units")


class EnaXmlRequest(Asked):
    """Which samples."""

    sample: Samples = None


class EnaXml(SourceReader):
    """Reads the attributes of samples as a table."""

    protocol = "ENA Browser API"
    makes = "pandas:DataFrame"
    request = EnaXmlRequest

    def read(self, place: Place, options: object, request: EnaXmlRequest, *, lazy: bool) -> Reading:
        """Read all attributes of the samples asked for."""
        import pandas as pd

        if request.sample is None:
            raise ParameterError("which samples? Give sample, one accession or several")
        asks = [
            Ask(f"xml/{each}", service="browser", sample="browser/sample.xml")
            for each in request.sample
        ]
        files = place.fetch(asks)
        rows: list[tuple[str, str, str, str, float | None, str]] = []
        for accession, file in zip(request.sample, files, strict=True):
            root = as_xml(file)
            if root.tag != "SAMPLE_SET":
                raise MalformedAnswer(f"{file.path}: it is {root.tag}, no SAMPLE_SET")
            found = [each for each in root.iter("SAMPLE") if accession in _accessions(each)]
            if not found:
                raise NotFound(f"{file.path}: it says nothing of the sample {accession}")
            rows += [row for each in found for row in _rows(each)]
        table = pd.DataFrame(rows, columns=list(_COLUMNS))
        table["number"] = table["number"].astype("float64")
        return Reading(table, len(table), list({file.path: file for file in files}.values()))


def _accessions(sample: object) -> tuple[str, str]:
    """The INSDC and the BioSamples accession."""
    primary = sample.get("accession") or ""  # type: ignore[attr-defined]
    external = [
        each.text or ""
        for each in sample.iter("EXTERNAL_ID")  # type: ignore[attr-defined]
        if each.get("namespace") == "BioSample"
    ]
    return primary, external[0] if external else ""


def _rows(sample: object) -> list[tuple[str, str, str, str, float | None, str]]:
    primary, biosample = _accessions(sample)
    rows = []
    for each in sample.iter("SAMPLE_ATTRIBUTE"):  # type: ignore[attr-defined]
        value = (each.findtext("VALUE") or "").strip()
        tag = (each.findtext("TAG") or "").strip()
        units = (each.findtext("UNITS") or "").strip()
        rows.append((primary, biosample, tag, value, _number(value), units))
    return rows


def _number(text: str) -> float | None:
    """The number a value is, or None; 99999 is ENA's word for none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return None if number == 99999 else number
