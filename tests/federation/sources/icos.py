"""The ICOS Carbon Portal and PANGAEA: recorded descriptions and cruise, a real SPARQL engine.

The engine's graph is made of the recorded descriptions of two objects, one of which has an older
version. Their rows were never recorded: the values are ours, as many as the descriptions say,
and are given as CSV and in binary columns. The login, which gives tokens of the portal's form,
and the way to the licence's page are emulated. PANGAEA's cruise is recorded.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import numpy as np
import pyoxigraph as ox

from tests.federation import rdf
from tests.federation.server import Kind, Provider, Reply, Request

BUOY, SHIP = "n94jijAEWH95fMNn8Mwd4I0M", "XXth43B-tQz1tI5xFfVw68ep"
RECORDED = {BUOY: "119920180214.csv.json", SHIP: "58G2_NRT_20210118.csv.json"}
USER, PASSWORD = "someone@example.org", "a-password-of-a-test"
NO_LICENCE = "someone-without-licence"


def token(*, hours: float = 27.0, user: str = USER) -> str:
    """A token as the portal makes them, that ends in so many hours."""
    ends = datetime.now(UTC) + timedelta(hours=hours)
    told = json.dumps([int(ends.timestamp() * 1000), user, "Password"]).encode()
    return base64.b64encode(told + b"\x1e" + b"signature").decode()


LOGIN = {"BLUECLOUD_ICOS_TOKEN": token()}
EXAMPLES: dict[str, dict[str, Any]] = {
    "icos_data": {"object": BUOY},
    "icos_data_binary": {"object": BUOY},
    "icos_object": {"object": SHIP},
    "icos_ocean_objects": {},
    "icos_ocean_stations": {"contains": {"name": "sars"}},
    "socat_cruise": {"dataset": 850132},
}
_CP = "http://meta.icos-cp.eu/ontologies/cpmeta/"
_PROV = "http://www.w3.org/ns/prov#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_BINARY = {
    "iso8601dateTime": ("DOUBLE", ">f8"), "float32": ("FLOAT", ">f4"), "bmpChar": ("CHAR", ">u2"),
}  # fmt: skip


@dataclass(frozen=True)
class Icos:
    """Answers from the folder of recordings."""

    folder: Path
    kind: Kind = "derived"
    logins: list[bytes] = field(default_factory=list)

    def answer(self, request: Request) -> Reply | None:
        """The answer of the service that the first part of the path names."""
        service, _, path = request.path.partition("/")
        if service == "meta" and path == "sparql":
            return rdf.answer(self._graph, request)
        if service == "meta" and path.startswith("objects/"):
            told = self._told.get(path.removeprefix("objects/"))
            known = told and "json" in request.headers.get("accept", "")
            return (
                Reply(json.dumps(told).encode(), content_type="application/json")
                if known
                else (Reply(b"<html>landing page</html>", 404, "text/html"))
            )
        if service == "cpauth" and path == "password/login":
            return self._login(request)
        if service == "data":
            return self._licensed(request) or self._data(path, request)
        if service == "pangaea" and path == "10.1594/PANGAEA.850132":
            told = (self.folder / "26NA20050107_CO2_underway_SOCATv3.tab").read_bytes()
            known = request.query.get("format") == "textfile"
            return Reply(told, content_type="text/tab-separated-values") if known else None
        return None

    def _login(self, request: Request) -> Reply:
        self.logins.append(request.body)
        form = parse_qs(request.body.decode())
        if form.get("mail") != [USER] or form.get("password") != [PASSWORD]:
            return Reply(b"Authentication failed", 401, "text/plain")
        cookie = f"cpauthToken={token()}; Domain=.icos-cp.eu; Path=/; Secure; HttpOnly"
        return Reply(b"OK", headers={"Set-Cookie": cookie})

    def _licensed(self, request: Request) -> Reply | None:
        """Nothing for who may have data, else where they are sent."""
        told = request.headers.get("cookie", "").partition("cpauthToken=")[2]
        try:
            ends, user, _ = json.loads(base64.b64decode(told).partition(b"\x1e")[0])
        except ValueError:
            return Reply(b"", 303, headers={"Location": "https://cpauth.icos-cp.eu/login"})
        if ends < datetime.now(UTC).timestamp() * 1000:
            return Reply(b"token expired", 401, "text/plain")
        if user == NO_LICENCE:
            return Reply(b"", 303, headers={"Location": "https://data.icos-cp.eu/licence_accept"})
        return None

    def _data(self, path: str, request: Request) -> Reply | None:
        if path.startswith("csv/") and path.removeprefix("csv/") in RECORDED:
            labels = [value for name, value in parse_qsl(request.raw_query) if name == "col"]
            return Reply(self._csv(path.removeprefix("csv/"), labels), content_type="text/csv")
        if path == "cpb" and request.method == "POST":
            asked = json.loads(request.body)
            return self._binary(asked) if asked.get("tableId") in RECORDED else None
        return None

    def _csv(self, object_id: str, labels: list[str]) -> bytes:
        columns = {each["label"]: each for each in self._columns(object_id)}
        told = []
        for label in labels or list(columns):
            values = column(columns[label], self._rows(object_id))
            told.append([_written(label, each) for each in values])
        lines = [labels or list(columns), *zip(*told, strict=True)]
        return "".join(",".join(line) + "\n" for line in lines).encode()

    def _binary(self, asked: dict[str, Any]) -> Reply:
        """The columns asked for, if the table was described as it is."""
        columns = sorted(self._columns(asked["tableId"]), key=lambda each: each["label"])
        forms = [each.get("valueFormat", "").rpartition("/")[2] for each in columns]
        rows = self._rows(asked["tableId"])
        right = {
            "columns": [_BINARY[form][0] for form in forms if form],
            "size": rows,
        }
        if asked["schema"] != right or asked["subFolder"] != "asciiOtcProductCsv":
            return Reply(b"requirement failed: schema mismatch", 500, "text/plain")
        body = b"".join(
            column(columns[number], rows).astype(_BINARY[forms[number]][1]).tobytes()
            for number in asked["columnNumbers"]
        )
        return Reply(body)

    def _columns(self, object_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._told[object_id]["specificInfo"]["columns"]
        return found

    def _rows(self, object_id: str) -> int:
        return int(self._told[object_id]["specificInfo"]["nRows"])

    @cached_property
    def _told(self) -> dict[str, dict[str, Any]]:
        return {
            number: json.loads((self.folder / "meta_objects" / name).read_text())
            for number, name in RECORDED.items()
        }

    @cached_property
    def _graph(self) -> ox.Store:
        quads: list[ox.Quad] = []
        for number, told in self._told.items():
            at = f"https://meta.icos-cp.eu/objects/{number}"
            quads += _statements(at, told)
            if "previousVersion" in told:
                older = {**told, "fileName": f"older {told['fileName']}"}
                quads += _statements(told["previousVersion"], older)
                quads.append(rdf.triple(at, f"{_CP}isNextVersionOf", told["previousVersion"]))
        return rdf.store_of(quads)


def column(told: dict[str, Any], rows: int) -> np.ndarray:
    """Values of ours for a column: moments in milliseconds, flags as characters, or numbers."""
    kind = told["valueType"]["self"]["uri"].rpartition("/")[2]
    number = np.arange(rows, dtype="f8")
    if kind == "timeStamp":
        return 1_518_625_200_000.0 + number * 1_800_000
    if kind == "integerQualityFlag":
        return np.where(number % 7 == 3, ord("4"), ord("2"))
    if kind == "longitude":
        return (3.0 + number * 0.001).astype("f4")
    if kind == "latitude":
        return (58.0 - number * 0.0001).astype("f4")
    values = (len(told["label"]) + number * 0.25).astype("f4")
    values[number % 11 == 5] = np.nan
    return values


def _written(label: str, value: float) -> str:
    if label == "TIMESTAMP":
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if label.endswith("QC Flag"):
        return chr(int(value))
    return "" if np.isnan(value) else repr(float(value))


def _statements(at: str, told: dict[str, Any]) -> list[ox.Quad]:
    """A description as the portal's graph has it."""
    spec = told["specification"]
    spec_at = spec["self"]["uri"]
    acquired, submitted = f"{at}/acquisition", f"{at}/submission"
    interval = told["specificInfo"]["acquisition"]["interval"]
    station = told["specificInfo"]["acquisition"]["station"]
    station_at = station["org"]["self"]["uri"]
    moment = ox.NamedNode("http://www.w3.org/2001/XMLSchema#dateTime")
    return [
        rdf.triple(spec_at, f"{_CP}hasDataTheme", spec["theme"]["self"]["uri"]),
        rdf.triple(spec_at, _LABEL, ox.Literal(spec["self"]["label"])),
        rdf.triple(at, f"{_CP}hasObjectSpec", spec_at),
        rdf.triple(at, f"{_CP}hasName", ox.Literal(told["fileName"])),
        rdf.triple(at, f"{_CP}hasSizeInBytes", ox.Literal(told["size"])),
        rdf.triple(at, f"{_CP}wasSubmittedBy", submitted),
        rdf.triple(submitted, f"{_PROV}endedAtTime",
                   ox.Literal(told["submission"]["stop"], datatype=moment)),
        rdf.triple(at, f"{_CP}wasAcquiredBy", acquired),
        rdf.triple(acquired, f"{_PROV}startedAtTime",
                   ox.Literal(interval["start"], datatype=moment)),
        rdf.triple(acquired, f"{_PROV}endedAtTime", ox.Literal(interval["stop"], datatype=moment)),
        rdf.triple(acquired, f"{_PROV}wasAssociatedWith", station_at),
        rdf.triple(station_at, _TYPE, f"{_CP}OS"),
        rdf.triple(station_at, f"{_CP}hasName", ox.Literal(station["org"]["name"])),
        rdf.triple(station_at, f"{_CP}hasStationId", ox.Literal(station["id"])),
    ]  # fmt: skip


def provider(data: Path | None) -> Provider | None:
    """What was recorded, or nothing."""
    folder = data / "icos" if data else None
    return Icos(folder) if folder and (folder / "meta_objects").is_dir() else None
