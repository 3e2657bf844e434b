"""An ERDDAP emulated: it computes its answers from real tables and grids.

ERDDAP is a Java program that no package brings. What is here is what its clients ask: tabledap
with its conditions, griddap by numbers and by values, info and search, as NetCDF, NetCDF
headers, CSV and JSON, and faults in ERDDAP's own form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import netCDF4
import numpy as np
import xarray as xr

from bluecloud_catalogs.readers.netcdf import alone
from tests.federation.server import Kind, Reply, Request

_CONDITION = re.compile(r"^(\w+)(=~|!=|>=|<=|>|<|=)(.*)$", re.DOTALL)
_CELLS = re.compile(r"\[([^\]]*)\]")
_HEADS = ("griddap", "tabledap", "Title", "Summary", "Institution", "Dataset ID")


class RefusedError(Exception):
    """A request that ERDDAP answers with its text."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


NOTHING = RefusedError(404, "Not Found: Your query produced no matching results. (nRows = 0)")


@dataclass
class Erddap:
    """Tables, with a dimension ``row``, and grids, by their names."""

    tables: Mapping[str, xr.Dataset] = field(default_factory=dict)
    grids: Mapping[str, xr.Dataset] = field(default_factory=dict)
    kind: Kind = "derived"

    def answer(self, request: Request) -> Reply | None:
        """The answer, or ERDDAP's text of what is wrong."""
        try:
            return self._answer(request)
        except RefusedError as fault:
            return error(fault)

    def _answer(self, request: Request) -> Reply | None:
        where, _, rest = request.path.strip("/").partition("/")
        if where == "info":
            return self._info(rest, request.query)
        if where == "search":
            words = request.query.get("searchFor", "").lower().split()
            return self._listed(rest, words, request.address)
        if where == "version":
            return Reply(b"ERDDAP_version=2.25\n", content_type="text/plain")
        name, _, form = rest.rpartition(".")
        # Some clients, erddapy among them, encode the ampersands too.
        whole = request.raw_query if "&" in request.raw_query else unquote(request.raw_query)
        query = [unquote(part) for part in whole.split("&") if part]
        if where == "tabledap":
            table = rows(self._known(self.tables, name), query)
            return formed(table, name, form, "row")
        if where == "griddap":
            grid = self._known(self.grids, name)
            if form == "ncml":
                return Reply(ncml(grid), content_type="application/xml")
            return formed(cells(grid, query[0] if query else ""), name, form, None)
        return None

    def _known(self, held: Mapping[str, xr.Dataset], name: str) -> xr.Dataset:
        if name not in held:
            raise RefusedError(404, f"Not Found: Currently unknown datasetID={name}")
        return held[name]

    def _info(self, rest: str, query: Mapping[str, str]) -> Reply:
        name, _, page = rest.rpartition("/")
        if not name:
            return self._listed(page, [], "")
        dataset = self._known({**self.tables, **self.grids}, name)
        columns = ("Row Type", "Variable Name", "Attribute Name", "Data Type", "Value")
        told: list[tuple[str, ...]] = [
            ("attribute", "NC_GLOBAL", key, "String", str(value))
            for key, value in dataset.attrs.items()
        ]
        for key, variable in dataset.variables.items():
            grid = name in self.grids and key in dataset.dims
            told.append(("dimension" if grid else "variable", str(key), "", _type(variable), ""))
            told += [
                ("attribute", str(key), str(each), _type_of(value), _told(value))
                for each, value in variable.attrs.items()
            ]
        return listing(page, columns, told)

    def _listed(self, page: str, words: list[str], address: str) -> Reply:
        found = []
        for kind, held in (("griddap", self.grids), ("tabledap", self.tables)):
            for name, dataset in held.items():
                text = f"{name} {dataset.attrs} {list(dataset.variables)}".lower()
                if all(word in text for word in words):
                    links = [f"{address}/{kind}/{name}" if kind == each else "" for each in _HEADS]
                    title = str(dataset.attrs.get("title", name))
                    about = str(dataset.attrs.get("summary", ""))
                    maker = str(dataset.attrs.get("institution", ""))
                    found.append((*links[:2], title, about, maker, name))
        if not found:
            raise NOTHING
        return listing(page, _HEADS, found)


def error(fault: RefusedError) -> Reply:
    """ERDDAP's own text."""
    body = f'Error {{\n    code={fault.code};\n    message="{fault}";\n}}\n'
    return Reply(body.encode(), fault.code, "text/plain")


def rows(table: xr.Dataset, query: list[str]) -> xr.Dataset:
    """The rows and variables that a query asks for."""
    names = [each for each in (query[0] if query else "").split(",") if each] or list(table)
    unknown = [name for name in names if name not in table]
    if unknown:
        raise RefusedError(400, f'Bad Request: Query error: Unrecognized variable="{unknown[0]}".')
    wanted = np.ones(table.sizes["row"], dtype=bool)
    order: list[str] = []
    for condition in query[1:]:
        if condition.startswith("orderBy("):
            order = condition[len('orderBy("') : -2].split(",")
        elif condition != "distinct()":
            wanted &= _fulfils(table, condition)
    if not wanted.any():
        raise NOTHING
    chosen = table.isel(row=wanted)
    if order:
        keys = [chosen[name.strip()].values for name in reversed(order)]
        chosen = chosen.isel(row=np.lexsort(keys))
    return chosen[names]


def _fulfils(table: xr.Dataset, condition: str) -> Any:
    found = _CONDITION.match(condition)
    if not found or found[1] not in table:
        raise RefusedError(400, f'Bad Request: Query error: constraint "{condition}" is none.')
    name, operator, told = found.groups()
    values = table[name].values
    text = told.strip('"')
    if operator == "=~":
        return np.array(
            [re.fullmatch(text, _told(each)) is not None for each in values], dtype=bool
        )
    if values.dtype.kind in "USO":
        return {"=": values == text, "!=": values != text}[operator]
    number = _number(text)
    if np.isnan(number):
        return np.isnan(values) if operator == "=" else ~np.isnan(values)
    compare = {">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less,
               "=": np.equal, "!=": np.not_equal}  # fmt: skip
    with np.errstate(invalid="ignore"):
        return compare[operator](values, number)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()


def cells(grid: xr.Dataset, query: str) -> xr.Dataset:
    """The cells that a query asks for, by numbers or by values in parentheses."""
    if not query:
        return grid
    asked = re.findall(r"(\w+)((?:\[[^\]]*\])*)", query)
    kept, where = [], {}
    for name, brackets in asked:
        if name not in grid.variables:
            raise RefusedError(400, f'Bad Request: Query error: Unrecognized variable="{name}".')
        kept.append(name)
        parts = _CELLS.findall(brackets)
        for axis, part in zip(grid[name].dims, parts, strict=bool(parts) and len(parts) > 0):
            where[axis] = _slice(grid[axis].values, part)
    found = grid.isel(where)
    return found[kept]


def _slice(axis: Any, part: str) -> slice:
    sides = part.split(":")
    first, step, last = (
        (sides[0], "1", sides[-1]) if len(sides) < 3 else (sides[0], sides[1], sides[2])
    )
    begin, end = _position(axis, first), _position(axis, last)
    if begin > end:
        raise RefusedError(
            400, f"Bad Request: Query error: start={begin} is greater than stop={end}."
        )
    return slice(begin, end + 1, int(step))


def _position(axis: Any, told: str) -> int:
    if not told.startswith("("):
        number = int(told)
        if not 0 <= number < axis.size:
            raise RefusedError(404, f"Not Found: Your query produced no matching results. {number}")
        return number
    value = _number(told[1:-1])
    low, high = axis.min(), axis.max()
    edge = abs(axis[1] - axis[0]) / 2 if axis.size > 1 else 0.5
    if not low - edge <= value <= high + edge:
        raise RefusedError(
            404, "Not Found: Your query produced no matching results. It is outside."
        )
    return int(np.abs(axis - value).argmin())


def formed(dataset: xr.Dataset, name: str, form: str, dim: str | None) -> Reply:
    """A dataset in one of ERDDAP's forms."""
    if form == "nc":
        return Reply(netcdf(dataset), content_type="application/x-netcdf")
    if form == "ncHeader":
        return Reply(header(dataset, name), content_type="text/plain")
    if form in {"csv", "csvp", "csv0", "json"}:
        flat = dataset.to_dataframe().reset_index()
        flat = flat[[each for each in flat if each != "row"]]
        units = [str(dataset[each].attrs.get("units", "")) for each in flat]
        return listing(form, tuple(flat), [tuple(row) for row in flat.values.tolist()], units)
    raise RefusedError(400, f'Bad Request: Query error: fileType=".{form}" isn\'t supported.')


def netcdf(dataset: xr.Dataset) -> bytes:
    """A classic NetCDF file, text as characters in Latin-1, as ERDDAP writes them.

    Alone in the library, which a reader may be in at the same time in another thread.
    """
    with alone():
        return _written(dataset)


def _written(dataset: xr.Dataset) -> bytes:
    file = netCDF4.Dataset("answer.nc", "w", format="NETCDF3_CLASSIC", memory=1)
    file.setncatts(dict(dataset.attrs))
    for dim, size in dataset.sizes.items():
        file.createDimension(str(dim), size)
    for key, variable in dataset.variables.items():
        attrs, values = dict(variable.attrs), variable.values
        if values.dtype.kind in "USO":
            encoded = [str(each).encode("latin-1") for each in values.ravel()]
            width = max([1, *map(len, encoded)])
            file.createDimension(f"{key}_strlen", width)
            held = file.createVariable(str(key), "S1", (*variable.dims, f"{key}_strlen"))
            held.set_auto_chartostring(False)
            held[:] = np.array(encoded, dtype=f"S{width}").view("S1").reshape(*values.shape, width)
            attrs["_Encoding"] = "ISO-8859-1"
        else:
            fill = variable.encoding.get("_FillValue")
            dtype = "i4" if values.dtype == np.int64 else values.dtype
            if fill is not None:
                dtype = variable.encoding.get("dtype", dtype)
            held = file.createVariable(str(key), dtype, variable.dims, fill_value=fill)
            held.set_auto_maskandscale(False)
            held[:] = values if fill is None else np.where(np.isnan(values), fill, values)
        held.setncatts(attrs)
    return bytes(file.close())


def header(dataset: xr.Dataset, name: str) -> bytes:
    """The header of the file, as ``ncdump -h`` writes it."""
    lines = [f"netcdf {name}.nc {{", "  dimensions:"]
    lines += [f"    {dim} = {size};" for dim, size in dataset.sizes.items()]
    lines.append("  variables:")
    for key, variable in dataset.variables.items():
        lines.append(f"    {_type(variable)} {key}({', '.join(map(str, variable.dims))});")
        lines += [f'      :{each} = "{_told(value)}";' for each, value in variable.attrs.items()]
    lines += [f'  :{key} = "{_told(value)}";' for key, value in dataset.attrs.items()]
    return "\n".join([*lines, "}"]).encode()


def ncml(dataset: xr.Dataset) -> bytes:
    """The description of a grid that erddapy asks for."""
    space = "https://www.unidata.ucar.edu/namespaces/netcdf/ncml-2.2"
    lines = [f'<netcdf xmlns="{space}">']
    lines += [f'<dimension name="{dim}" length="{size}"/>' for dim, size in dataset.sizes.items()]
    for key, variable in dataset.variables.items():
        shape = " ".join(map(str, variable.dims))
        lines.append(f'<variable name="{key}" shape="{shape}" type="{_type(variable)}">')
        if key in dataset.dims:
            values = variable.values
            lines.append(f'<attribute name="actual_range" value="{values.min()} {values.max()}"/>')
        lines.append("</variable>")
    return "\n".join([*lines, "</netcdf>"]).encode()


def listing(
    page: str, columns: tuple[str, ...], told: list[tuple[Any, ...]], units: list[str] | None = None
) -> Reply:
    """Rows as CSV or as ERDDAP's JSON."""
    form = page.rpartition(".")[2]
    if form == "json":
        table = {"columnNames": columns, "columnTypes": ["String"] * len(columns), "rows": told}
        return Reply(json.dumps({"table": table}).encode(), content_type="application/json")
    heads = [",".join(columns)] if form != "csv0" else []
    if units is not None and form == "csv":
        heads.append(",".join(units))
    if units is not None and form == "csvp":
        both = zip(columns, units, strict=True)
        heads = [",".join(f"{name} ({unit})" if unit else name for name, unit in both)]
    lines = [",".join(_quoted(each) for each in row) for row in told]
    return Reply("\n".join([*heads, *lines, ""]).encode(), content_type="text/csv")


def _quoted(value: object) -> str:
    text = "NaN" if isinstance(value, float) and np.isnan(value) else str(value)
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\n]', text) else text


def _told(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return ", ".join(map(str, value.tolist()))
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _type(variable: Any) -> str:
    return {
        "f4": "float",
        "f8": "double",
        "i4": "int",
        "i8": "int",
        "i2": "short",
        "i1": "byte",
    }.get(variable.dtype.str[1:], "String")


def _type_of(value: Any) -> str:
    return "String" if isinstance(value, str) else "double"
