"""Plankton tows that no ship made, taxon by taxon, west of Ireland.

Indicators of communities need years of samples in which every taxon was counted, and none arrive
with a package. Here copepods of cold and of warm water live in a sea that gets warmer: each is
most abundant at a latitude of its own, which moves northward, and in a season of its own. As with
most providers, only what was found has a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import pandas as pd

    from ...places import Place

FIRST_YEAR, YEARS, TOWS_A_MONTH = 2006, 12, 36
WEST, EAST, SOUTH, NORTH = -30.0, -11.0, 45.0, 60.0
VOLUME_M3 = 3.0
NORTHWARD = 0.30  # degrees a year
SEED = 20060101


class Taxon(NamedTuple):
    """A taxon: latitude of its home and half its width, month of its peak, ln abundance."""

    name: str
    home: float
    width: float
    month: float
    most: float


TAXA = (
    Taxon("Calanus finmarchicus", 60.0, 5.0, 5.5, 4.4),
    Taxon("Calanus helgolandicus", 48.0, 4.5, 8.5, 3.4),
    Taxon("Temora longicornis", 53.0, 6.0, 6.5, 3.2),
    Taxon("Centropages typicus", 48.0, 4.5, 9.5, 3.6),
    Taxon("Acartia clausi", 52.0, 8.0, 7.5, 4.0),
    Taxon("Metridia lucens", 57.0, 6.0, 4.5, 2.6),
    Taxon("Oithona similis", 55.0, 9.0, 7.0, 4.2),
    Taxon("Pseudocalanus elongatus", 56.0, 6.0, 5.0, 4.0),
    Taxon("Paracalanus parvus", 49.0, 6.0, 8.5, 3.8),
    Taxon("Candacia armata", 48.0, 5.0, 9.5, 1.2),
    Taxon("Paraeuchaeta norvegica", 60.0, 5.0, 4.5, 1.6),
    Taxon("Clausocalanus arcuicornis", 45.5, 4.0, 9.0, 2.6),
    Taxon("Calanus hyperboreus", 63.0, 3.0, 4.0, 2.0),
    Taxon("Pleuromamma robusta", 55.0, 4.0, 4.0, 0.6),
    Taxon("Rhincalanus nasutus", 46.0, 3.0, 9.0, 0.8),
    Taxon("Euchaeta acuta", 45.0, 3.5, 10.0, 1.4),
    Taxon("Nannocalanus minor", 44.0, 3.0, 9.0, 2.4),
    Taxon("Mesocalanus tenuicornis", 44.0, 3.0, 10.0, 1.6),
    Taxon("Calanoides carinatus", 43.0, 3.0, 8.0, 1.8),
    Taxon("Microcalanus pusillus", 59.0, 3.0, 6.0, 0.4),
)


class SyntheticPlankton(SourceReader):
    """Computes the measurements, the same ones each time."""

    protocol = "computed"
    makes = "pandas:DataFrame"

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of them."""
        table = self._table()
        return Reading(table, count=len(table))

    def _table(self) -> pd.DataFrame:
        import numpy as np
        import pandas as pd

        # RandomState's streams are frozen for ever; those of the newer generators may change.
        random = np.random.RandomState(SEED)
        number = YEARS * 12 * TOWS_A_MONTH
        month = np.repeat(np.arange(YEARS * 12), TOWS_A_MONTH)
        start = np.datetime64(f"{FIRST_YEAR}-01", "M") + month
        day = random.randint(0, 28, number).astype("timedelta64[D]")
        hour = random.randint(0, 24, number).astype("timedelta64[h]")
        time = start.astype("datetime64[D]").astype("datetime64[h]") + day + hour
        longitude = random.uniform(WEST, EAST, number)
        latitude = random.uniform(SOUTH, NORTH, number)
        moved = NORTHWARD * (month / 12 - YEARS / 2)
        rows = []
        for taxon in TAXA:
            away = (latitude - taxon.home - moved) / taxon.width
            season = np.cos(2 * np.pi * (month % 12 + 1 - taxon.month) / 12)
            log = taxon.most - 0.5 * away**2 + 0.9 * season + 0.7 * random.standard_normal(number)
            counted = random.poisson(VOLUME_M3 * np.exp(log - 1.5))
            seen = np.flatnonzero(counted)
            rows.append(
                pd.DataFrame(
                    {
                        "tow": seen,
                        "scientificName": taxon.name,
                        "measurementValue": (counted[seen] / VOLUME_M3).round(3),
                    }
                )
            )
        table = pd.concat(rows).sort_values(["tow", "scientificName"], ignore_index=True)
        tow = table.pop("tow").to_numpy()
        table["eventID"] = [f"SYNTHETIC_TOW_{each}" for each in tow]
        table["decimalLongitude"] = longitude[tow].round(3)
        table["decimalLatitude"] = latitude[tow].round(3)
        table["time"] = pd.DatetimeIndex(time[tow]).astype("datetime64[ns]")
        table["measurementType"] = "abundance"
        table["measurementUnit"] = "ind/m3"
        return table
