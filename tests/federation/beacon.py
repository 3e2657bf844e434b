"""A Beacon node over a table: its JSON queries of columns, ranges and limits, and its forms.

What a query asks that is not here is an error, as a node's are: another status than 200, and text.
"""

import io
import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tests.federation.server import Reply, Request


@dataclass(frozen=True)
class Node:
    """One node: a table, and the tokens it takes; none: it is open."""

    name: str
    table: pd.DataFrame
    tokens: tuple[str, ...] = ()

    def answer(self, request: Request, path: str) -> Reply | None:
        """What it answers."""
        if path == "api/health":
            return Reply(b"Ok", content_type="text/plain")
        if path == "api/info":
            return as_json({"beacon_version": "1.7.0"})
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.tokens and bearer not in self.tokens:
            return Reply(b"Unauthorized", 401, "text/plain")
        if path == "api/tables":
            return as_json([self.name])
        if path == "api/table-schema":
            fields = [{"name": each, "data_type": "Utf8"} for each in self.table]
            return as_json({"fields": fields})
        if path == "api/query" and request.method == "POST":
            return self.query(json.loads(request.body))
        return None

    def query(self, asked: dict[str, Any]) -> Reply:
        """The rows and columns asked for."""
        if asked.get("from", "default") != self.name:
            return Reply(b"table not found", 400, "text/plain")
        try:
            keep = pd.Series(True, index=self.table.index)
            for each in asked.get("filters") or []:
                keep &= self.test(each)
            columns = {each["column"]: each.get("alias") for each in asked["select"]}
            found = self.table.loc[keep, list(columns)]
        except KeyError as error:
            return Reply(f"Schema error: No field named {error}".encode(), 400, "text/plain")
        if asked.get("limit") is not None:
            found = found.head(asked["limit"])
        found = found.rename(columns={name: alias for name, alias in columns.items() if alias})
        form = (asked.get("output") or {}).get("format")
        body = io.BytesIO()
        if form == "parquet":
            found.to_parquet(body, index=False)
        elif form == "csv":
            body.write(found.to_csv(index=False, date_format="%Y-%m-%dT%H:%M:%S").encode())
        else:
            return Reply(b"unknown output format", 400, "text/plain")
        return Reply(body.getvalue())

    def test(self, told: dict[str, Any]) -> Any:
        """Which rows fulfil a filter."""
        if "and" in told or "or" in told:
            parts = [self.test(each) for each in told.get("and", told.get("or"))]
            made = parts[0]
            for part in parts[1:]:
                made = made & part if "and" in told else made | part
            return made
        values = self.table[told["column"]]
        keep = pd.Series(True, index=values.index)
        for name, value in told.items():
            if name == "column" or value is None:
                continue
            limit = value
            if values.dtype.kind == "M":
                limit = pd.Timestamp(value).tz_localize(None)
            compared = {
                "gt_eq": values.ge, "lt_eq": values.le, "gt": values.gt, "lt": values.lt,
                "eq": values.eq,
            }  # fmt: skip
            keep &= compared[name](limit)
        return keep


def as_json(content: object) -> Reply:
    """An answer of JSON."""
    return Reply(json.dumps(content).encode(), content_type="application/json")
