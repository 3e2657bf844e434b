"""Tables with geometries as GeoJSON that says what it is made from."""

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd


def described_geojson(table: gpd.GeoDataFrame, attrs: Mapping[str, Any]) -> str:
    """A table as GeoJSON (RFC 7946), in degrees, with what the attributes say as ``metadata``.

    Every reader takes the features; ``metadata`` is a member that those who look find. Dates
    are written in ISO 8601, and what is missing as null.
    """
    plain = table.to_crs("EPSG:4326")
    for name in plain.columns:
        if pd.api.types.is_datetime64_any_dtype(plain[name]):
            plain[name] = plain[name].dt.strftime("%Y-%m-%dT%H:%M:%S")
    collection = json.loads(plain.to_json(drop_id=True))
    collection.pop("crs", None)  # RFC 7946 knows one reference system only
    metadata = {name: str(value) for name, value in attrs.items()}
    return json.dumps({"type": collection.pop("type"), "metadata": metadata, **collection})
