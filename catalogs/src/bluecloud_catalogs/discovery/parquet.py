"""The records as STAC-GeoParquet, a file a source: what is kept, exchanged and never lost.

The index can always be made again from these files. They hold what STAC items hold, in the
columns that STAC-GeoParquet names, so that DuckDB, geopandas or any reader of Parquet opens
them without us; fields that STAC has no name for begin with ``bluecloud:``. Rows lie by cells
of ten degrees and then by time, with their boxes as columns of numbers, so that a reader that
looks for a place skips most of a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..errors import DataError
from .records import Asset, Record
from .stac import STAC_VERSION, column

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 20_000
_LISTS = ("keywords", "p01", "p02", "cf", "native", "instruments", "taxa", "taxon_names")
_TEXTS = (
    "collection",
    "level",
    "platform",
    "platform_code",
    "provider",
    "citation",
    "access",
    "entry",
)


def write(path: Path, records: Iterable[Record]) -> int:
    """Write the records of a file in the place of what it held, whole or not at all.

    Returns
    -------
    int
        How many there are.
    """
    import pyarrow.parquet as pq

    ordered = sorted(records, key=_cell_and_time)
    table = _table(ordered)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    pq.write_table(table, new, row_group_size=ROWS, compression="zstd", write_page_index=True)
    new.replace(path)
    return len(ordered)


def read(path: Path) -> Iterator[Record]:
    """The records of a file, in the order in which they are kept.

    Raises
    ------
    DataError
        If it is none of ours.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS):
                for row in batch.drop_columns(["geometry"]).to_pylist():
                    yield _record(row)
    except (pa.ArrowException, OSError, KeyError, ValidationError) as error:
        raise DataError(f"{path} holds no records that can be read: {error}") from error


def merge(path: Path, changed: Iterable[Record], gone: Iterable[str] = ()) -> int:
    """Put records into a file, in the place of those with their ids, and take others out."""
    kept = {record.id: record for record in (read(path) if path.exists() else ())}
    kept |= {record.id: record for record in changed}
    for identifier in gone:
        kept.pop(identifier, None)
    return write(path, kept.values())


def read_all(folder: Path) -> Iterator[Record]:
    """The records of all sources."""
    for path in sorted(folder.glob("*.parquet")):
        yield from read(path)


def _cell_and_time(record: Record) -> tuple[int, int, datetime, str]:
    west, south = record.bbox[:2] if record.bbox else (-180.0, -100.0)
    first = record.time[0] if record.time else None
    early = datetime(1, 1, 1, tzinfo=UTC)
    return int(south // 10), int(west // 10), first or early, record.id


def _table(records: list[Record]) -> pa.Table:
    import pyarrow as pa

    moment, text = pa.timestamp("us", tz="UTC"), pa.string()
    box = pa.struct([(side, pa.float64()) for side in ("xmin", "ymin", "xmax", "ymax")])
    most = max((len(record.assets) for record in records), default=0)
    asset = pa.struct([(name, pa.int64() if name == "bluecloud:size" else text) for name in _ASSET])
    roles = pa.field("roles", pa.list_(text))
    asset = pa.struct([*asset, roles])
    none: list[Any] = []
    columns: dict[str, pa.Array] = {
        "type": pa.array(["Feature"] * len(records), text),
        "stac_version": pa.array([STAC_VERSION] * len(records), text),
        "stac_extensions": pa.array([none] * len(records), pa.list_(text)),
        "id": pa.array([record.id for record in records], text),
        "collection": pa.array([record.source for record in records], text),
        "bbox": pa.array([_box(record) for record in records], box),
        "geometry": pa.array(_geometries(records), pa.binary()),
        "links": pa.array([none] * len(records), pa.list_(pa.struct([("href", text)]))),
        "assets": pa.array(
            [_assets(record) for record in records],
            # A struct with no field cannot be kept in Parquet.
            pa.struct([(f"asset{number}", asset) for number in range(max(most, 1))]),
        ),
        "datetime": pa.array([_single(record) for record in records], moment),
        "start_datetime": pa.array([_end(record, 0) for record in records], moment),
        "end_datetime": pa.array([_end(record, 1) for record in records], moment),
        "bluecloud:dated": pa.array([record.time is not None for record in records]),
        "bluecloud:depth": pa.array(
            [record.depth and list(record.depth) for record in records], pa.list_(pa.float64())
        ),
        "bluecloud:request": pa.array(
            [json.dumps(record.request) if record.request else None for record in records], text
        ),
    }
    for name in ("title", "description", "doi", "licence", *_TEXTS):
        columns[column(name)] = pa.array([getattr(record, name) for record in records], text)
    columns[column("modified")] = pa.array([record.modified for record in records], moment)
    for name in _LISTS:
        kind = pa.list_(pa.int64() if name == "taxa" else text)
        columns[column(name)] = pa.array([list(getattr(record, name)) for record in records], kind)
    return pa.table(columns).replace_schema_metadata({b"geo": json.dumps(_geo()).encode()})


_ASSET = ("href", "type", "bluecloud:protocol", "bluecloud:size")


def _geo() -> dict[str, Any]:
    covering = {side: ["bbox", side] for side in ("xmin", "ymin", "xmax", "ymax")}
    geometry = {"encoding": "WKB", "geometry_types": [], "covering": {"bbox": covering}}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geometry}}


def _geometries(records: list[Record]) -> list[bytes | None]:
    import numpy as np
    import shapely

    made = np.array([geometry_of(record.bbox) for record in records], dtype=object)
    return shapely.to_wkb(made).tolist() if len(made) else []


def geometry_of(bbox: tuple[float, float, float, float] | None) -> Any:
    """The shape of a box: a point, a line, a polygon, or two at the antimeridian."""
    import shapely

    if bbox is None:
        return None
    west, south, east, north = bbox
    if west > east:
        return shapely.MultiPolygon(
            [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
        )
    if (west, south) == (east, north):
        return shapely.Point(west, south)
    if west == east or south == north:
        return shapely.LineString([(west, south), (east, north)])
    return shapely.box(west, south, east, north)


def _box(record: Record) -> dict[str, float] | None:
    if record.bbox is None:
        return None
    return dict(zip(("xmin", "ymin", "xmax", "ymax"), record.bbox, strict=True))


def _single(record: Record) -> datetime | None:
    """STAC's ``datetime``: only where a record is of one moment."""
    return record.time[0] if record.time and record.time[0] == record.time[1] else None


def _end(record: Record, side: int) -> datetime | None:
    return record.time[side] if record.time else None


def _assets(record: Record) -> dict[str, Any]:
    return {
        f"asset{number}": {
            "href": asset.href,
            "type": asset.media_type,
            "roles": [asset.role],
            "bluecloud:protocol": asset.protocol,
            "bluecloud:size": asset.size,
        }
        for number, asset in enumerate(record.assets)
    }


def _record(row: dict[str, Any]) -> Record:
    told: dict[str, Any] = {name: row[column(name)] for name in ("title", *_TEXTS)}
    told |= {name: row[column(name)] for name in ("description", "doi", "licence", "modified")}
    told |= {name: tuple(row[column(name)] or ()) for name in _LISTS}
    box, depth, asked = row["bbox"], row["bluecloud:depth"], row["bluecloud:request"]
    return Record(
        id=row["id"],
        source=row["collection"],
        bbox=tuple(box.values()) if box else None,
        time=(row["start_datetime"], row["end_datetime"]) if row["bluecloud:dated"] else None,
        depth=tuple(depth) if depth else None,
        request=json.loads(asked) if asked else {},
        assets=tuple(_asset(each) for each in row["assets"].values() if each),
        **told,
    )


def _asset(told: dict[str, Any]) -> Asset:
    return Asset(
        href=told["href"],
        media_type=told["type"],
        role=told["roles"][0],
        protocol=told["bluecloud:protocol"],
        size=told["bluecloud:size"],
    )
