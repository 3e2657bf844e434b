"""Argo profiles as records, from the archive's indexes alone: a record a profile file.

The core index says where and when; the one of synthetic profiles says what else was measured, and
its profiles are read from there. Which of temperature and salinity a float measures the core index
does not say, and neither does the record: it names temperature, which every float has.

The cursor is the number of rows done, which holds because an index is read whole and ordered by
file name. ``since`` is compared with the date of a file's last update.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..discovery.records import Asset, Record
from ..errors import DataError
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    import pandas as pd

    from ..places import Place

PAGE = 5000
_NAME = r"(?P<dac>[^/]+)/(?P<platform>\d+)/profiles/[A-Z]+\d+_(?P<cycle>\d+)(?P<down>D?)\.nc$"
_CODES = {  # CF standard name and P02 code of what an index calls by Argo's name
    "TEMP": ("sea_water_temperature", "TEMP"),
    "PSAL": ("sea_water_practical_salinity", "PSAL"),
    "PRES": ("sea_water_pressure_due_to_sea_water", None),
    "DOXY": ("moles_of_oxygen_per_unit_mass_in_sea_water", "DOXY"),
    "NITRATE": ("moles_of_nitrate_per_unit_mass_in_sea_water", "NTRA"),
    "CHLA": ("mass_concentration_of_chlorophyll_a_in_sea_water", "CPWC"),
    "PH_IN_SITU_TOTAL": ("sea_water_ph_reported_on_total_scale", "ALKY"),
}


class ArgoGdac(Harvester):
    """Lists the profiles of the Argo archive."""

    source = "argogdac"
    entry = "argo_index"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """All profiles, or those whose file was updated since, 5000 at a time."""
        from ..readers.argo_bgc import SYNTHETIC_INDEX
        from ..readers.argo_index import PROFILES, read_index

        begin = _number(cursor)
        _, table = read_index(place, PROFILES)
        _, synthetic = read_index(place, SYNTHETIC_INDEX)
        measured = _measured(synthetic)
        if since is not None:
            moment = since.astimezone(UTC).replace(tzinfo=None) if since.tzinfo else since
            table = table[table["date_update"] >= moment]
        table = table.sort_values("file", ignore_index=True)
        table = table.join(table["file"].str.extract(_NAME))
        for first in range(begin, max(len(table), begin + 1), PAGE):
            rows = table.iloc[first : first + PAGE].to_dict("records")
            records, quarantined = [], []
            for row in rows:
                made = _record(row, measured)
                if isinstance(made, Record):
                    records.append(made)
                else:
                    quarantined.append(made)
            after = first + PAGE
            cursor_after = str(after) if after < len(table) else None
            yield Page(tuple(records), tuple(quarantined), cursor_after)


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not cursor.isdecimal():
        raise DataError(f"cursor {cursor!r} is none of argogdac: it is a number of rows")
    return int(cursor)


def _measured(synthetic: pd.DataFrame) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """What was measured, by float, cycle and direction."""
    keys = synthetic["file"].str.extract(_NAME)
    words = synthetic["parameters"].str.split()
    return {
        (str(row.platform), str(row.cycle), str(row.down)): tuple(names)
        for row, names in zip(keys.itertuples(index=False), words, strict=True)
    }


def _record(
    row: dict[Any, Any], measured: dict[tuple[str, str, str], tuple[str, ...]]
) -> Record | Quarantined:
    """The record of a row of the core index, or why there is none."""
    import pandas as pd

    if not isinstance(row["platform"], str):
        return Quarantined("argogdac", row["file"], "its file is not named as a profile's")
    platform, cycle, down = row["platform"], row["cycle"], row["down"]
    names = measured.get((platform, cycle, down), ())
    known = [_CODES[name] for name in names or ("PRES", "TEMP") if name in _CODES]
    latitude, longitude = row["latitude"], row["longitude"]
    placed = not (pd.isna(latitude) or pd.isna(longitude))
    east = (float(longitude) + 180) % 360 - 180 if placed else 0.0
    dated = None if pd.isna(row["date"]) else row["date"].to_pydatetime(warn=False)
    updated = row["date_update"]
    try:
        return Record(
            id=f"argogdac:{platform}_{cycle}{down}",
            source="argogdac",
            collection="argo_bgc_profiles" if names else "argo_profiles",
            level="granule",
            title=f"Argo float {platform}, cycle {int(cycle)}{' descending' if down else ''}",
            cf=tuple(cf for cf, _ in known),
            p02=tuple(code for _, code in known if code),
            native=names or ("PRES", "TEMP"),
            platform="profiling float",
            platform_code=platform,
            bbox=(east, float(latitude), east, float(latitude)) if placed else None,
            time=(dated, dated) if dated else None,
            provider=str(row["institution"]) or None,
            entry="argo_bgc_profiles" if names else "argo_profiles",
            request={"platform": [int(platform)], "cycles": [int(cycle)]},
            assets=(
                Asset(
                    href=f"https://data-argo.ifremer.fr/dac/{row['file']}",
                    media_type="application/x-netcdf",
                    protocol="https",
                ),
            ),
            modified=None if pd.isna(updated) else updated.to_pydatetime(warn=False),
        )
    except ValidationError as error:
        return Quarantined("argogdac", row["file"], error.errors()[0]["msg"])
