"""From a table of observations to labelled arrays that say their units."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ValuesError


def observations(table: pd.DataFrame) -> xr.Dataset:
    """The table's columns as variables along ``obs``, with the units that the table says.

    A column that is called ``time``, ``latitude``, ``longitude`` or ``depth`` becomes a
    coordinate. Units and standard names are those of ``table.attrs["columns"]``, as the
    catalogue's readers give them; the other attributes are kept.

    Raises
    ------
    ValuesError
        If the table has no rows.
    """
    if not len(table):
        raise ValuesError("the table has no rows")
    columns: Mapping[str, Mapping[str, Any]] = table.attrs.get("columns", {})
    plain = table.reset_index(drop=True).rename_axis("obs")
    plain.attrs = {}
    dataset = plain.to_xarray().drop_vars("obs")
    for name, variable in dataset.variables.items():
        said = columns.get(str(name), {})
        variable.attrs = {key: said[key] for key in ("units", "standard_name") if said.get(key)}
    where = [name for name in ("time", "latitude", "longitude", "depth") if name in dataset]
    kept = {key: value for key, value in table.attrs.items() if key != "columns"}
    return dataset.set_coords(where).assign_attrs(kept)
