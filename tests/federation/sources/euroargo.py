"""Euro-Argo's services: recorded answers as they are, and others worked out from the same data.

Without recordings everything comes from our own sample, whose floats never were.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xarray as xr

from tests.federation.conftest import recordings
from tests.federation.erddap import Erddap
from tests.federation.replay import Replay, argopy_index, replayed
from tests.federation.server import Kind, Provider, Reply, Request

SAMPLE = Path(__file__).resolve().parents[3] / "catalogs" / "samples" / "euroargo"
SERVICES = {
    "https://erddap.ifremer.fr/erddap": "erddap",
    "https://fleetmonitoring.euro-argo.eu": "fleet",
    "https://dataselection.euro-argo.eu/api": "selection",
    "https://argovis-api.colorado.edu": "argovis",
    "https://www.ocean-ops.org/api/1": "oceanops",
    "https://data-argo.ifremer.fr": "gdac",
    "https://vocab.nerc.ac.uk": "nvs",
    "https://api.ifremer.fr": "ifremer",
}
_RECORDED = {
    "euroargo_points": {"bbox": [-60, 40, -55, 45], "time": ["2007-08-01", "2007-08-31"]},
    "euroargo_bgc_points": {"bbox": [-55, 55, -47, 57], "time": ["2022-10", "2023-06"],
                            "vertical": [0, 10]},
    "euroargo_argovis_profiles": {"bbox": [-70, 35, -65, 40], "time": ["2012-01", "2012-02"],
                                  "pressure": [0, 10]},
    "euroargo_float_state": {"platform": [9000001]},  # of which nothing is recorded
    "euroargo_float_technical": {"platform": [13857]},
    "euroargo_float_tracks": {"platform": [2901623, 6902755]},
    "euroargo_deployments": {"bbox": [-90, 0, 0, 60], "time": ["2022", "2022"]},
}  # fmt: skip
_OURS = {
    "euroargo_points": {"platform": ["9000001"]},
    "euroargo_bgc_points": {"platform": ["9000001"]},
    "euroargo_argovis_profiles": {"platform": [9000001]},
    "euroargo_float_state": {"platform": [9000001]},
    "euroargo_float_technical": {"platform": [9000001]},
    "euroargo_float_tracks": {"platform": [9000001]},
    "euroargo_deployments": {"bbox": [0, 30, 10, 50], "time": ["2019", "2020"]},
}
EXAMPLES: dict[str, dict[str, Any]] = _RECORDED if recordings() else _OURS
_KEY = ["platform_number", "cycle_number", "direction", "time", "pres_adjusted"]


@dataclass
class EuroArgo:
    """All the services, each a folder."""

    replay: Replay
    erddap: Erddap
    profiles: list[dict[str, Any]]
    deployments: list[dict[str, Any]]
    kind: Kind

    def answer(self, request: Request) -> Reply | None:
        """What was recorded, else what the data say."""
        if recorded := self.replay.answer(request):
            return recorded
        service, _, path = request.path.partition("/")
        if service == "erddap":
            whole = f"{request.address}/erddap"
            moved = Request(request.method, path, request.raw_query, request.headers, b"", whole)
            return self.erddap.answer(moved)
        if service == "argovis":
            return self._argovis(path, request.query)
        if service == "oceanops" and path == "data/platform":
            return self._oceanops(request.query)
        sample = SAMPLE / f"{path}.json"
        if service in {"fleet", "selection"} and ".." not in path and sample.is_file():
            return Reply(sample.read_bytes(), content_type="application/json")
        return None

    def _argovis(self, path: str, query: dict[str, str]) -> Reply | None:
        if path == "ping":
            return Reply(b"OK", content_type="text/plain")
        found = [cut for each in self.profiles if (cut := _of_argovis(each, query))]
        body = json.dumps(found) if found else "[\n\n]"
        return Reply(body.encode(), content_type="application/json")

    def _oceanops(self, query: dict[str, str]) -> Reply:
        expression, *values = json.loads(query["exp"])
        conditions = re.findall(r"ptfDepl\.(\w+)(>=|<=)\$var(\d+)", expression)
        found = [
            each
            for each in self.deployments
            if all(
                _at_least(each["ptfDepl"][name], values[int(number) - 1])
                if sign == ">="
                else _at_least(values[int(number) - 1], each["ptfDepl"][name])
                for name, sign, number in conditions
            )
        ]
        return Reply(json.dumps({"data": found, "total": len(found)}).encode())


def _at_least(one: Any, other: Any) -> bool:
    if isinstance(one, str):
        return datetime.fromisoformat(one) >= datetime.fromisoformat(other)
    return float(one) >= float(other)


def _of_argovis(profile: dict[str, Any], query: dict[str, str]) -> dict[str, Any] | None:
    """A profile as a query wants it, or none."""
    longitude, latitude = profile["geolocation"]["coordinates"]
    if "platform" in query and not profile["_id"].startswith(f"{query['platform']}_"):
        return None
    if "box" in query:
        (west, south), (east, north) = json.loads(query["box"])
        if not (west <= longitude <= east and south <= latitude <= north):
            return None
    moment = profile["timestamp"][:19]
    if not query.get("startDate", "")[:19] <= moment < query.get("endDate", "9999")[:19]:
        return None
    if "presRange" not in query:
        return profile
    first, last = map(float, query["presRange"].split(","))
    kept = [first <= level <= last for level in profile["data"][0]]
    data = [[x for x, keep in zip(column, kept, strict=True) if keep] for column in profile["data"]]
    return {**profile, "data": data} if any(kept) else None


def provider(data: Path | None) -> Provider:
    """The recorded services, or the sample's."""
    if data is None or not (data / "euroargo").is_dir():
        return _from_sample()
    answers = {
        **argopy_index(data / "erddap" / "argopy_recorded"),
        **argopy_index(data / "euroargo" / "argopy-http-recordings"),
    }
    tables = {}
    for name in ("ArgoFloats", "ArgoFloats-synthetic-BGC"):
        beginning = f"https://erddap.ifremer.fr/erddap/tabledap/{name}.nc?"
        paths = [each.path for key, each in answers.items() if key.startswith(beginning)]
        whole = table([path for path in paths if path.read_bytes().startswith(b"CDF")])
        about = answers[f"https://erddap.ifremer.fr/erddap/info/{name}/index.json"].path
        tables[name] = with_all_variables(whole, json.loads(about.read_text()))
    profiles: dict[str, dict[str, Any]] = {}
    deployments: dict[str, dict[str, Any]] = {}
    for address, each in answers.items():
        if "argovis-api" in address and "/argo?" in address:
            for profile in json.loads(each.path.read_text()):
                before = profiles.setdefault(profile["_id"], profile)
                if len(profile["data"][0]) > len(before["data"][0]):
                    profiles[profile["_id"]] = profile
        if "ocean-ops" in address:
            told = json.loads(each.path.read_text())["data"]
            deployments |= {platform["ref"]: platform for platform in told}
    return EuroArgo(
        Replay(replayed(answers, SERVICES)),
        Erddap(tables),
        list(profiles.values()),
        list(deployments.values()),
        "derived",
    )


def _from_sample() -> Provider:
    tables = {path.stem: table([path]) for path in (SAMPLE / "tabledap").glob("*.nc")}
    return EuroArgo(
        Replay({}),
        Erddap(tables, kind="emulated"),
        json.loads((SAMPLE / "argo.json").read_text()),
        json.loads((SAMPLE / "data/platform.json").read_text())["data"],
        "emulated",
    )


def table(paths: list[Path]) -> xr.Dataset:
    """The rows of several answers of ERDDAP as one table, each row once."""
    opened = []
    for path in sorted(paths):
        with xr.open_dataset(path, decode_times=False, engine="netcdf4") as one:
            opened.append(one.load())
    frame = (
        xr.concat(opened, "row", join="outer", combine_attrs="override")
        if opened[1:]
        else opened[0]
    )
    rows = frame[_KEY].to_dataframe()
    whole = frame.isel(row=~rows.duplicated(_KEY).to_numpy())
    for name, variable in whole.variables.items():
        known = next(each[name] for each in opened if name in each)
        if known.dtype.kind in "SUO":
            whole[name] = ("row", _text(variable.values), dict(known.attrs))
        else:
            native = known.encoding["dtype"]
            if native.kind == "i" and variable.notnull().all():
                whole[name] = whole[name].astype(native)
            whole[name].attrs, whole[name].encoding = dict(known.attrs), dict(known.encoding)
    return whole


def with_all_variables(table: xr.Dataset, info: dict[str, Any]) -> xr.Dataset:
    """The table with the variables that the server has too, of which no value was recorded."""
    import numpy as np

    told = info["table"]["rows"]
    for kind, name, _, form, _ in told:
        if kind == "variable" and name not in table:
            blank = np.full(table.sizes["row"], "" if form == "String" else np.nan)
            table[name] = ("row", blank)
            table[name].attrs = {
                key: text
                for what, of, key, form_, text in told
                if what == "attribute" and of == name and form_ == "String"
            }
    return table


def _text(values: Any) -> Any:
    import numpy as np

    texts = [
        each.decode("latin-1") if isinstance(each, bytes) else "" if each != each else str(each)
        for each in values
    ]
    return np.array(texts, dtype=str)
