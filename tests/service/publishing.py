"""A laboratory whose member makes products and whose manager approves them, as tests need it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.service.serving import Serving, four_people, serving_runs, until
from tests.service.work import notebook

ORCID = "0000-0002-1825-0097"  # Josiah Carberry, ORCID's own example
GRID = """
import numpy as np, pandas as pd, xarray as xr
grid = xr.Dataset(
    {"sst": (("time", "lat", "lon"), np.arange(12.0).reshape(3, 2, 2),
             {"units": "degree_Celsius", "standard_name": "sea_surface_temperature"})},
    coords={"time": ("time", pd.date_range("2001-01-01", periods=3), {"standard_name": "time"}),
            "lat": ("lat", [42.0, 44.0], {"units": "degrees_north", "standard_name": "latitude"}),
            "lon": ("lon", [3.0, 9.0], {"units": "degrees_east", "standard_name": "longitude"})},
    attrs={"Conventions": "CF-1.10, ACDD-1.3", "title": "T", "summary": "S."})
grid.to_netcdf("sst.nc")
"""
READ = """
import json, os
def read(source, entry, licence, tier="live"):
    with open(os.environ["BLUECLOUD_ACCESS_LOG"], "a") as log:
        log.write(json.dumps({"source": source, "entry": entry, "tier": tier, "title": entry,
                              "licence": licence, "citation": f"Cite {entry}."}) + "\\n")
read("cmems", "ostia_sst_monthly", "")
"""


@dataclass
class Publishing:
    """A service, and what people of it do with products."""

    service: Serving

    def run(self, *sources: str, person: str = "ada") -> str:
        """A run of a member's that succeeded with these cells."""
        content = notebook(*sources)
        body = {"laboratory": "environment", "notebook": {"name": "sst.ipynb", "content": content}}
        with self.service.client(person) as client:
            answer = client.post("/runs", json=body)
            assert answer.status_code == 201, answer.text
            run = str(answer.json()["runs"][0]["id"])
            until(lambda: client.get(f"/runs/{run}").json()["state"] in {"succeeded", "failed"})
            told = client.get(f"/runs/{run}").json()
            assert told["state"] == "succeeded", told["words"]
        return run

    def ask(self, person: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """What a person is answered."""
        with self.service.client(person) as client:
            return client.request(method, path, json=body)

    def told(self, person: str, method: str, path: str, body: Any = None) -> Any:
        """What a person is answered, if it is no refusal."""
        answer = self.ask(person, method, path, body)
        assert answer.is_success, answer.text
        return answer.json()

    def proposed(self, run: str, **more: Any) -> dict[str, Any]:
        """A proposal of a member's."""
        told: dict[str, Any] = self.told("ada", "POST", "/proposals", form(run, **more))
        return told

    def published(self, run: str, *, answers: Any = (), **more: Any) -> dict[str, Any]:
        """A product that the manager approved."""
        identifier = self.proposed(run, **more)["id"]
        body = {"decision": "approve", "answers": [*answers]}
        told: dict[str, Any] = self.told("mia", "POST", f"/proposals/{identifier}/decision", body)
        return told


def form(run: str, **more: Any) -> dict[str, Any]:
    """A form that is filled in."""
    return {
        "run": run,
        "files": ["sst.nc"],
        "title": "Warm days of the Ligurian Sea",
        "description": "Three days of two places.",
        "creators": [{"name": "Ada Lovelace", "orcid": ORCID}],
        "licence": "CC-BY-4.0",
        "keywords": ["warm"],
        **more,
    }


@contextmanager
def publishing(state: Path, **settings: str) -> Iterator[Publishing]:
    """A service on a folder of state, and its people."""
    with four_people() as hub, serving_runs(hub, state, **settings) as service:
        yield Publishing(service)
