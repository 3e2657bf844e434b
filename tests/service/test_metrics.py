"""What the service measures and meters: by laboratory, state and source, and of nobody by name."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bluecloud_hub.tokens import token
from bluecloud_service.metrics.measured import source_label
from tests.service.desk_hub import OWN, DeskHub, desk_hub, server
from tests.service.serving import PEOPLE, Serving, serving_runs, until
from tests.service.work import notebook

LAB = "environment"
READS = (
    "import json, os; open(os.environ['BLUECLOUD_ACCESS_LOG'], 'a').write("
    "''.join(json.dumps({'source': s, 'entry': 'e', 'tier': 'live', 'bytes': 1000}) + '\\n' "
    "for s in ('argogdac', 'argogdac', 'ada')))"
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    hub = DeskHub(PEOPLE, servers={"ada": {LAB: server()}, "ben": {LAB: server("spawn")}})
    state = tmp_path_factory.mktemp("state")
    with desk_hub(hub) as address:
        told = {"JUPYTERHUB_API_TOKEN": OWN, "BLUECLOUD_RUNS_CPUS": "2"}
        with serving_runs(address, state, **told) as served:
            yield served


def scraped(service: Serving) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, by its name and labels."""
    headers = {"Authorization": f"Bearer {token(service.state, 'metrics')}"}
    with httpx.Client(trust_env=False) as client:
        answer = client.get(f"{service.address}/metrics", headers=headers).raise_for_status()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def of(service: Serving, name: str, **labels: str) -> float | None:
    return scraped(service).get((name, frozenset(labels.items())))


def test_requests_are_counted_by_route_and_no_label_is_a_persons(service: Serving) -> None:
    body = {"laboratory": LAB, "notebook": {"name": "own.ipynb", "content": notebook(READS)}}
    with service.client("ada") as ada:
        run = ada.post("/runs", json=body).json()["runs"][0]["id"]
        until(lambda: ada.get(f"/runs/{run}").json()["state"] == "succeeded")
        ada.get("/stac/search?q=oxygen").raise_for_status()
    ended = {"laboratory": LAB, "state": "succeeded", "cause": "none"}
    until(lambda: of(service, "bluecloud_runs_ended_total", **ended) == 1)
    found = scraped(service)
    route = "/runs/{run}"
    labels = frozenset({("method", "GET"), ("route", route), ("status", "200")})
    assert found["bluecloud_http_requests_total", labels] >= 1
    assert found["bluecloud_search_duration_seconds_count", frozenset()] == 1
    assert found["bluecloud_run_wait_seconds_count", frozenset()] == 1
    argo, other = (
        frozenset({("source", name), ("tier", "live")}) for name in ("argogdac", "other")
    )
    assert found["bluecloud_source_reads_total", argo] == 2
    assert found["bluecloud_source_read_bytes_total", argo] == 2000
    assert found["bluecloud_source_read_bytes_total", other] == 1000
    assert found["bluecloud_runs_cpus_limit", frozenset()] == 2
    values = {value for _, labels in found for _, value in labels}
    assert not values & {"ada", "ben", "mia", "olga", run}


def test_servers_are_counted_by_laboratory(service: Serving) -> None:
    name = "bluecloud_laboratory_servers"
    until(lambda: of(service, name, laboratory=LAB, state="running") == 1)
    assert of(service, name, laboratory=LAB, state="starting") == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"Authorization": "token olga"}, 403), ({"Authorization": "Bearer x"}, 403)],
)
def test_only_the_token_of_metrics_reads_them(
    service: Serving, headers: dict[str, str], status: int
) -> None:
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{service.address}/metrics", headers=headers).status_code == status


def test_a_source_that_no_catalogue_has_is_no_label_of_its_own() -> None:
    assert [source_label(one) for one in ("icos", "products", "x" * 40)] == [
        "icos",
        "products",
        "other",
    ]
