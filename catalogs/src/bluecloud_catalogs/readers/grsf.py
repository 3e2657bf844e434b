"""The Global Record of Stocks and Fisheries: names of species, and what a stock is of.

Its API was made for a page: an answer is an object with a ``result``, in which a list of one is
its only element. What is read is what the public programs that use it read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from ..answers import as_json
from ..errors import MalformedAnswer, ParameterError
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader
from .ckan_packages import text
from .d4science import part
from .words import Form, Name, Names

if TYPE_CHECKING:
    from ..places import Place


class GrsfSpeciesRequest(Asked):
    """Which species, by a common name."""

    common_name: Annotated[
        Name, Form(r"[A-Za-z][A-Za-z' -]{1,60}", "a common name in English, as cod", most=1)
    ] = None


class GrsfSpecies(SourceReader):
    """Reads the species that have a common name, in the Global Record of Stocks and Fisheries."""

    protocol = "GRSF API"
    makes = "pandas:DataFrame"
    request = GrsfSpeciesRequest

    def read(
        self, place: Place, options: object, request: GrsfSpeciesRequest, *, lazy: bool
    ) -> Reading:
        """Read the codes that each species has elsewhere."""
        import pandas as pd

        if request.common_name is None:
            raise ParameterError("which species? Give common_name, as cod")
        path = with_query("searchspeciesnames", {"common_name": request.common_name})
        file = place.fetch([Ask(path, "grsf", sample="grsf/species.json")])[0]
        found = part(as_json(file), "result", list)
        try:
            rows = [
                (text(each.get("scientific_name")), text(each.get("_3a_code")),
                 text(each.get("fishbase_id")), text(each.get("gbif_id")))
                for each in found
            ]  # fmt: skip
        except AttributeError as error:
            raise MalformedAnswer(f"searchspeciesnames: a species is none: {error!r}") from error
        columns = ["scientific_name", "asfis_code", "fishbase_id", "gbif_id"]
        return Reading(pd.DataFrame(rows, columns=columns), len(rows), [file])


class GrsfStocksRequest(Asked):
    """Which stocks, by GRSF's identifiers."""

    stock: Annotated[
        Names,
        Form(
            r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
            "an identifier (UUID) of a stock in GRSF",
            most=50,
        ),
    ] = None


class GrsfStocks(SourceReader):
    """Reads of which species and in which areas stocks are."""

    protocol = "GRSF API"
    makes = "pandas:DataFrame"
    request = GrsfStocksRequest

    def read(
        self, place: Place, options: object, request: GrsfStocksRequest, *, lazy: bool
    ) -> Reading:
        """Read a row for each species of a stock; a single one comes without its list."""
        import pandas as pd

        if request.stock is None:
            raise ParameterError("which stocks? Give stock, GRSF's identifiers")
        asks = [
            Ask(
                with_query("getstockbasic", {"uuid": each, "response_type": "JSON"}),
                "grsf",
                sample=f"grsf/{each}.json",
            )
            for each in request.stock
        ]
        files = place.fetch(asks)
        rows = []
        for stock, file in zip(request.stock, files, strict=True):
            told = part(as_json(file), "result", dict)
            areas = [
                " ".join(str(value) for value in each.values() if value)
                for each in _several(told.get("assessment_areas"))
            ]
            for each in _several(told.get("species")):
                code, name = text(each.get("species_code")), text(each.get("species_name"))
                rows.append((stock, code, name, "; ".join(areas)))
        columns = ["stock", "species_code", "species_name", "areas"]
        return Reading(pd.DataFrame(rows, columns=columns), len(rows), files)


def _several(told: Any) -> list[dict[str, Any]]:
    """A list, or what should have been a list of one."""
    several = told if isinstance(told, list) else [told] if told else []
    if not all(isinstance(each, dict) for each in several):
        raise MalformedAnswer("getstockbasic: species and areas are no objects")
    return several
