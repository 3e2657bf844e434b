"""Tables: Darwin Core for occurrences, MIxS for samples of genomics, and names and units else."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

from .told import LATITUDES, LONGITUDES, TIMES, Told, boxed, ends

_DWC = {"occurrenceID", "basisOfRecord", "scientificName", "eventDate", "decimalLatitude"}
_DWC_NEEDED = ("occurrenceID", "basisOfRecord", "scientificName", "eventDate")
_DWC_WISHED = ("scientificNameID", "occurrenceStatus", "coordinateUncertaintyInMeters")
_BASES = {
    "HumanObservation",
    "MachineObservation",
    "PreservedSpecimen",
    "LivingSpecimen",
    "MaterialSample",
    "MaterialEntity",
    "FossilSpecimen",
    "Occurrence",
    "Event",
}
_MIXS = {"samp_name", "lat_lon", "env_broad_scale", "env_local_scale", "env_medium", "geo_loc_name"}
_MIXS_NEEDED = ("samp_name", "collection_date", "geo_loc_name", "lat_lon", "env_broad_scale")
_MIXS_WISHED = ("env_local_scale", "env_medium", "project_name", "seq_meth")
_MOST_ROWS = 200_000


def text_table(path: Path, told: Told) -> None:
    """A table in text, of commas or of tabulators."""
    import pandas as pd

    separator = "," if path.suffix.lower() == ".csv" else "\t"
    with path.open(encoding="utf-8", newline="") as file:
        comments: list[str] = []
        header: list[str] = []
        widths: set[int] = set()
        rows = 0
        for line in csv.reader(
            (one for one in file if not _is_comment(one, comments)), delimiter=separator
        ):
            if not header:
                header = line
                continue
            rows += 1
            widths.add(len(line))
    if not header:
        told.errors.append("it is empty: a table has a line of names")
        return
    if widths - {len(header)}:
        told.errors.append(
            f"its lines have {', '.join(map(str, sorted(widths)))} cells under {len(header)} names"
        )
        return
    table = pd.read_csv(path, sep=separator, comment="#", nrows=_MOST_ROWS)
    if rows > _MOST_ROWS:
        told.warnings.append(f"the values of its first {_MOST_ROWS} rows were looked at")
    _table(table, header, rows, told, units=_units_told(comments))


def _is_comment(line: str, kept: list[str]) -> bool:
    if not line.startswith("#"):
        return False
    kept.append(line[1:].strip())
    return True


def _units_told(comments: list[str]) -> dict[str, str]:
    """Units that lines before the names tell, as ``# units: depth=m, oxygen=umol/kg``."""
    found = {}
    for line in comments:
        key, _, rest = line.partition(":")
        if key.strip().lower() == "units":
            for each in rest.split(","):
                name, is_told, unit = each.partition("=")
                if is_told:
                    found[name.strip()] = unit.strip()
    return found


def parquet(path: Path, told: Told) -> None:
    """A table in Parquet."""
    import pandas as pd
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    units = {
        field.name: (field.metadata or {}).get(b"units", b"").decode("utf-8", "replace")
        for field in file.schema_arrow
    }
    batch = next(file.iter_batches(_MOST_ROWS), None)
    table = pd.DataFrame() if batch is None else batch.to_pandas()
    names = [field.name for field in file.schema_arrow]
    _table(table, names, file.metadata.num_rows, told, units=units)


def _table(table: Any, names: list[str], rows: int, told: Told, *, units: dict[str, str]) -> None:
    told.facts["rows"] = rows
    blank = [at for at, name in enumerate(names, start=1) if not name.strip()]
    twice = sorted({name for name in names if names.count(name) > 1})
    if blank:
        told.errors.append(f"column {', '.join(map(str, blank))} has no name")
    if twice:
        told.errors.append(f"{', '.join(twice)}: two columns have this name")
    if rows == 0:
        told.errors.append("it has no row")
    if told.errors:
        return
    columns = set(names)
    if len(_DWC & columns) >= 2 or "occurrenceID" in columns:
        told.kind = "occurrences"
        _darwin_core(table, told)
    elif len(_MIXS & columns) >= 2:
        told.kind = "genomics"
        _mixs(table, told)
    for name in names:
        given = units.get(name) or _in_brackets(name)
        told.variables.append({"name": name[:100], "units": given[:60], "standard_name": ""})
        if (
            told.kind == "table"
            and table[name].dtype.kind == "f"
            and not given
            and not _is_place(name)
        ):
            told.warnings.append(
                f"{name}: its unit is not told: name it in the column's name, as '{name} (m)', or "
                f"in a line before the names, as '# units: {name}=m'"
            )
    _table_extent(table, told)


def _in_brackets(name: str) -> str:
    for left, right in ("()", "[]"):
        if name.endswith(right) and left in name:
            return name[name.rindex(left) + 1 : -1].strip()
    return ""


def _is_place(name: str) -> bool:
    return name in (*LATITUDES, *LONGITUDES)


def _needed(
    table: Any, names: tuple[str, ...], wished: tuple[str, ...], standard: str, told: Told
) -> None:
    for name in names:
        if name not in table:
            told.errors.append(f"{name}: {standard} asks for this column")
        elif empty := int(table[name].isna().sum()):
            told.errors.append(f"{name}: it is empty in {empty} rows")
    told.warnings += [f"{name}: {standard} recommends it" for name in wished if name not in table]


def _darwin_core(table: Any, told: Told) -> None:
    places = ("decimalLatitude", "decimalLongitude")
    _needed(table, (*_DWC_NEEDED, *places), _DWC_WISHED, "Darwin Core", told)
    if "occurrenceID" in table and (twice := int(table["occurrenceID"].duplicated().sum())):
        told.errors.append(f"occurrenceID: {twice} rows have one that another row has")
    if "basisOfRecord" in table:
        unknown = sorted({str(each) for each in table["basisOfRecord"].dropna()} - _BASES)
        if unknown:
            told.errors.append(
                f"basisOfRecord = {', '.join(unknown[:3])!r}: it is one of "
                f"{', '.join(sorted(_BASES))}"
            )
    _dates(table, "eventDate", told)


def _mixs(table: Any, told: Told) -> None:
    _needed(table, _MIXS_NEEDED, _MIXS_WISHED, "MIxS", told)
    if "samp_name" in table and (twice := int(table["samp_name"].duplicated().sum())):
        told.errors.append(f"samp_name: {twice} rows have one that another row has")
    if "lat_lon" in table:
        pairs = table["lat_lon"].dropna().astype(str).str.split()
        bad = [" ".join(pair) for pair in pairs if not _is_pair(pair)]
        if bad:
            told.errors.append(
                f"lat_lon = {bad[0]!r} and {len(bad) - 1} more: it is latitude and longitude in "
                "decimal degrees, as '43.5 7.3'"
            )
        elif len(pairs):
            latitudes, longitudes = [float(p[0]) for p in pairs], [float(p[1]) for p in pairs]
            boxed((min(longitudes), max(longitudes)), (min(latitudes), max(latitudes)), told)
    _dates(table, "collection_date", told)


def _is_pair(pair: list[str]) -> bool:
    try:
        latitude, longitude = map(float, pair)
    except ValueError:
        return False
    return math.isfinite(latitude + longitude) and abs(latitude) <= 90 and abs(longitude) <= 180


def _dates(table: Any, name: str, told: Told) -> None:
    import pandas as pd

    if name in table:
        first = table[name].dropna().astype(str).str.partition("/")[0]  # an interval's beginning
        bad = first[pd.to_datetime(first, errors="coerce", format="ISO8601", utc=True).isna()]
        if len(bad):
            told.errors.append(f"{name} = {bad.iloc[0]!r}, in {len(bad)} rows: dates are ISO 8601")


def _table_extent(table: Any, told: Told) -> None:
    import pandas as pd

    latitude = next((table[n] for n in LATITUDES if n in table), None)
    longitude = next((table[n] for n in LONGITUDES if n in table), None)
    if latitude is not None and longitude is not None:
        numbers = [
            pd.to_numeric(each, errors="coerce").to_numpy() for each in (longitude, latitude)
        ]
        boxed(ends(numbers[0]), ends(numbers[1]), told)
    time = next((table[n] for n in TIMES if n in table), None)
    if time is not None:
        read = pd.to_datetime(
            time.astype(str), errors="coerce", format="ISO8601", utc=True
        ).dropna()
        if len(read):
            told.facts["time"] = [read.min().isoformat()[:19], read.max().isoformat()[:19]]
