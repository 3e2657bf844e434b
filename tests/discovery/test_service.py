"""The STAC API over HTTP, judged by pystac-client, and who may ask it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

import bluecloud_catalogs
from bluecloud_catalogs.discovery.index import Index
from bluecloud_catalogs.discovery.index_writing import Writer
from bluecloud_catalogs.discovery.query import checked
from bluecloud_catalogs.discovery.remote import Remote
from bluecloud_catalogs.errors import CredentialRequired
from bluecloud_service.settings import SettingError, read_settings
from tests.discovery import brute
from tests.discovery.generated import records
from tests.discovery.service import TLS, serving
from tests.federation.server import Reply, Request, serve

ROOT = Path(__file__).resolve().parents[2]
JUDGE = ROOT / ".venv" / "judges" / "bin" / "python"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("index")
    with Writer(made) as writer:
        writer.rebuild(records(5000))
    return made


@pytest.fixture(scope="module")
def service(folder: Path) -> Iterator[str]:
    settings = {"BLUECLOUD_SERVICE_ANONYMOUS": "true", "BLUECLOUD_SERVICE_PER_MINUTE": "100000"}
    with serving(folder, **settings) as address:
        yield address


@pytest.fixture
def client(service: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{service}/stac", trust_env=False, verify=TLS) as made:
        yield made


def test_pystac_client_finds_all_of_it(service: str, folder: Path) -> None:
    ran = subprocess.run(
        [JUDGE, Path(__file__).with_name("judge_pystac.py"), f"{service}/stac"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    here = Index(folder)
    asked = {"bbox": [-20, 30, 40, 60], "time": "1970-01-01/1990-12-31"}
    page = here.search(checked(**asked, sources=["argogdac", "seadatanet"], limit=1000))
    assert told["ids"] == [record.id for record in page.records]
    assert told["matched"] == page.total > 100
    assert told["kinds"] == ["Item"]
    assert told["text"] == [
        record.id for record in here.search(checked(text="oxygen", limit=120)).records
    ]
    assert {"argogdac", "cmems"} <= set(told["collections"])
    assert told["one"].startswith("argogdac:")
    assert told["point"] == here.count(checked(bbox=[0, 0, 0, 0]))


def test_the_same_object_searches_here_and_over_http(service: str, folder: Path) -> None:
    here, there = Index(folder), Remote(service)
    for asked in brute.queries(60, seed=5):
        query = checked(**asked, limit=30)
        assert there.search(query) == here.search(query), asked
        assert there.facets(query) == here.facets(query), asked


def test_find_asks_the_service(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", service)
    found = bluecloud_catalogs.find("oxygen profile", limit=10)
    assert found.where == f"the service at {service}/stac"
    assert len(list(found.all())) == found.total > 10
    assert found.facets["variable"]["DOXY"] > 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"bbox": [0, 10, 5, -10]}, "south 10 is above north -10"),
        ({"datetime": "2020/2015"}, "begins"),
        ({"limit": 5000}, "limit"),
        ({"colour": "blue"}, "colour: unknown"),
        ({"token": "../../etc"}, "token"),
        ({"q": "x" * 600}, "500"),
        ({"intersects": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}, "intersects"),
        ({"bbox": [0, 0, 1, 1], "intersects": {"type": "Point"}}, "exclude"),
        ({"collections": [{"a": 1}]}, "sources"),
        ({"bbox": "everywhere"}, "west, south"),
    ],
)
def test_what_cannot_be_asked_is_said(
    client: httpx.Client, body: dict[str, object], told: str
) -> None:
    answer = client.post("/search", json=body)
    assert answer.status_code == 400
    assert told in answer.json()["description"]


def test_what_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.get("/collections/atlantis").status_code == 404
    assert client.get("/collections/argogdac/items/argogdac:none").status_code == 404


def test_get_and_post_are_one_search(client: httpx.Client) -> None:
    got = client.get(
        "/search",
        params={
            "bbox": "-20,30,40,60",
            "datetime": "2000-01-01T00:00:00Z/..",
            "collections": "argogdac,cmems",
            "variables": "DOXY",
            "depth": "0,100",
            "limit": "5",
        },
    ).json()
    posted = client.post(
        "/search",
        json={
            "bbox": [-20, 30, 40, 60],
            "datetime": "2000-01-01T00:00:00Z/..",
            "collections": ["argogdac", "cmems"],
            "variables": ["DOXY"],
            "depth": [0, 100],
            "limit": 5,
        },
    ).json()
    assert got["features"] == posted["features"]
    assert got["numberMatched"] == posted["numberMatched"] > 5
    following = next(link for link in got["links"] if link["rel"] == "next")
    second = httpx.get(following["href"], trust_env=False, verify=TLS).json()
    assert not {f["id"] for f in got["features"]} & {f["id"] for f in second["features"]}


def test_only_the_fields_that_are_wanted_come(client: httpx.Client) -> None:
    item = client.get("/search", params={"fields": "id,properties.title", "limit": 1}).json()
    assert set(item["features"][0]["properties"]) == {"title", "datetime"}
    item = client.post(
        "/search", json={"fields": {"exclude": ["geometry", "properties.title"]}, "limit": 1}
    ).json()["features"][0]
    assert "geometry" not in item
    assert "title" not in item["properties"]
    assert "bluecloud:level" in item["properties"]


def test_aggregations_are_named_and_others_refused(client: httpx.Client) -> None:
    told = client.get("/aggregate", params={"aggregations": "source,collection"}).json()
    assert [each["name"] for each in told["aggregations"]] == ["source", "collection"]
    assert sum(bucket["frequency"] for bucket in told["aggregations"][0]["buckets"]) == 5000
    assert client.get("/aggregate", params={"aggregations": "colour"}).status_code == 400


def test_the_api_describes_itself(client: httpx.Client, service: str) -> None:
    described = httpx.get(f"{service}/openapi.json", trust_env=False, verify=TLS).json()
    assert "/services/bluecloud/stac/search" in described["paths"]
    landing = client.get("/").json()
    for link in landing["links"]:
        if link["rel"] in {"conformance", "data", "aggregations", "service-desc", "child"}:
            assert httpx.get(link["href"], trust_env=False, verify=TLS).status_code == 200, link


def test_a_request_that_is_too_long_is_not_read(client: httpx.Client) -> None:
    assert client.post("/search", content=b" " * 300_000).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    assert client.post("/search", content=endless()).status_code == 413


def test_what_is_written_is_found_at_once(tmp_path: Path) -> None:
    with Writer(tmp_path) as writer:
        writer.rebuild(records(50))
        with serving(tmp_path, BLUECLOUD_SERVICE_ANONYMOUS="1") as address:
            writer.upsert(records(10, start=10_000))
            health = httpx.get(f"{address}/health", trust_env=False, verify=TLS).json()
    assert (health["records"], health["generation"]) == (60, 2)


def test_what_is_harvested_takes_the_place_of_what_is_shipped_while_it_runs(
    tmp_path: Path,
) -> None:
    settings = {"BLUECLOUD_HOLDINGS": str(tmp_path), "BLUECLOUD_SERVICE_ANONYMOUS": "1"}
    with serving(None, **settings) as address:

        def health() -> tuple[str, int]:
            told = httpx.get(f"{address}/health", trust_env=False, verify=TLS).json()
            return told["index"], told["records"]

        shipped, number = health()
        assert (shipped, number > 50) == ("shipped", True)
        with Writer(tmp_path / "search") as writer:
            assert health() == ("shipped", number)  # of a harvest that has only begun
            writer.upsert(records(7))
            assert health() == ("harvested", 7)


def test_without_a_token_nobody_is_answered_and_whoever_asks_too_often_waits() -> None:
    with serving(None, JUPYTERHUB_API_URL="http://127.0.0.1:1/hub/api") as address:
        for path in ("stac/", "stac/search", "stac/aggregate", "stac/collections"):
            answer = httpx.get(f"{address}/{path}", trust_env=False, verify=TLS)
            assert (path, answer.status_code) == (path, 401)
        token = {"Authorization": "token not-so-secret"}
        answer = httpx.get(f"{address}/stac/search", headers=token, trust_env=False, verify=TLS)
        assert answer.status_code == 503
        assert "not-so-secret" not in answer.text
        with pytest.raises(CredentialRequired):
            Remote(address).search(checked())
    with serving(
        None, BLUECLOUD_SERVICE_ANONYMOUS="1", BLUECLOUD_SERVICE_PER_MINUTE="10"
    ) as address:
        answers = [
            httpx.get(f"{address}/stac/search", trust_env=False, verify=TLS) for _ in range(8)
        ]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 3
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 7


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"BLUECLOUD_SERVICE_PORT": "0"}, "BLUECLOUD_SERVICE_PORT"),
        ({"BLUECLOUD_SERVICE_ANONYMOUS": "perhaps"}, "BLUECLOUD_SERVICE_ANONYMOUS"),
        ({"JUPYTERHUB_SERVICE_PREFIX": "bluecloud"}, "JUPYTERHUB_SERVICE_PREFIX"),
    ],
)
def test_a_setting_that_is_not_allowed_is_named(environment: dict[str, str], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        read_settings(environment)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("search", '{"bbox": [1, 2, 3, 4, 5, "x"]}'),
        ("search", '{"bbox": [1, 2, null, 4, 5, null]}'),
        ("search", '{"depth": [-Infinity, Infinity], "limit": 1}'),
        ("search", '{"depth": 5}'),
        ("search", '{"fields": 5}'),
        ("search", '{"fields": {"include": 5}}'),
        ("search", '{"fields": {"exclude": [null]}}'),
        ("aggregate", '{"aggregations": 5}'),
        ("aggregate", '{"aggregations": [{}]}'),
    ],
)
def test_a_body_of_another_shape_is_not_asked(client: httpx.Client, path: str, body: str) -> None:
    answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "NotAsked")


def test_an_identifier_that_is_too_long_is_not_asked(client: httpx.Client) -> None:
    assert client.get(f"collections/argogdac/items/{'x' * 400}").status_code == 400


def test_a_depth_without_an_end_is_asked_over_http_too(service: str, folder: Path) -> None:
    query = checked(depth=[1000, float("inf")], limit=1)
    assert Remote(service).count(query) == Index(folder).count(query)


class _Hub:
    """A hub that answers with what its person's token says."""

    kind = "emulated"

    def answer(self, request: Request) -> Reply:
        return Reply(request.headers["authorization"].removeprefix("token ").encode())


@pytest.mark.parametrize(
    ("token", "status"),
    [("<html>", 503), ("[]", 503), ('{"scopes": null}', 503), ('{"name": "a"}', 403)],
)
def test_a_hub_that_names_nobody_is_no_person(folder: Path, token: str, status: int) -> None:
    with (
        serve({"hub": _Hub()}) as federation,
        serving(folder, JUPYTERHUB_API_URL=federation.address("hub")) as address,
        httpx.Client(base_url=f"{address}/stac", trust_env=False, verify=TLS) as client,
    ):
        answer = client.get("search", headers={"Authorization": f"token {token}"})
        odd = client.get("search", headers={b"Authorization": b"token \xff"})
    assert odd.status_code == 401
    assert answer.status_code == status
