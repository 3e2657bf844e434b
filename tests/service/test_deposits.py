"""Products in repositories: deposited whole and once, whatever goes down in between."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

import bluecloud_catalogs
from bluecloud import product_commands
from tests.federation.invenio import Invenio
from tests.federation.server import Federation, Reply, Request, serve
from tests.federation.sources.d4science import LOGIN, D4Science
from tests.service.publishing import GRID, ORCID, READ, Publishing
from tests.service.serving import four_people, serving_runs, until


class Served:
    """A repository of InvenioRDM as a provider."""

    kind = "emulated"

    def __init__(self, state: Invenio) -> None:
        self.state = state

    def answer(self, request: Request) -> Reply | None:
        """What it answers."""
        return self.state.answer(request, request.path)


@dataclass
class Repositories:
    """The repositories, the server they run on, and how a deployment is told of them."""

    b2share: Invenio
    zenodo: Invenio
    d4science: D4Science
    server: Federation

    @property
    def settings(self) -> dict[str, str]:
        """Their addresses."""
        names = ("b2share", "zenodo", "d4science")
        return {f"BLUECLOUD_{name.upper()}_URL": self.server.address(name) for name in names}


@pytest.fixture(scope="module")
def there() -> Iterator[Repositories]:
    """The repositories, with nothing in them."""
    b2share, zenodo = Invenio(("ada-b2share", "mia-b2share"), True), Invenio(("ada-zenodo",), False)
    d4science = D4Science()
    providers = {"b2share": Served(b2share), "zenodo": Served(zenodo), "d4science": d4science}
    with serve(providers) as server:
        yield Repositories(b2share, zenodo, d4science, server)


class Depositing(Publishing):
    """A service with its people, of whom Ada has stored her logins, and what they published."""

    def __init__(self, hub: str, state: Path, settings: dict[str, str]) -> None:
        self._hub, self._state, self._settings = hub, state, settings
        self._stack = ExitStack()
        self.begin()

    def begin(self) -> None:
        """Start the service, or start it again."""
        serving = serving_runs(self._hub, self._state, **self._settings)
        self.service = self._stack.enter_context(serving)

    def kill(self) -> None:
        """Kill it."""
        self.service.process.kill()
        self.service.process.wait()

    def end(self) -> None:
        """End all that was started."""
        self._stack.close()

    def publish(self) -> None:
        """Publish a product in two versions, and others that are not open."""
        run = self.run(
            READ, GRID, "import os; os.mkdir('more'); open('more/a.txt', 'w').write('a')"
        )
        self.day = str(datetime.now(UTC).date() + timedelta(days=2))
        self.first = self.published(run, slug="days", files=["sst.nc", "more/a.txt"])
        self.second = self.published(run, slug="days")
        self.other = self.published(run, slug="other")
        self.held = self.published(run, slug="held", embargo=self.day)
        self.gone = self.published(run, slug="gone")
        why = {"reason": "wrong"}
        self.told("ada", "POST", "/products/environment/gone/1/withdraw", why)

    def deposit(
        self, product: dict[str, Any], repository: str, person: str = "ada"
    ) -> httpx.Response:
        """What a person is answered who deposits a product."""
        return self.ask(person, "POST", address(product), {"repository": repository})

    def lost(self, product: dict[str, Any], repository: str) -> None:
        """Deposit, and be told nothing."""
        with pytest.raises(httpx.HTTPError):
            self.deposit(product, repository)

    def shown(self, product: dict[str, Any], repository: str, person: str = "ada") -> Any:
        """What a person is told of a deposit; None where of none."""
        path = address(product).removesuffix("/deposits")
        found = self.told(person, "GET", path)["deposits"]
        return next((one for one in found if one["repository"] == repository), None)


@pytest.fixture(scope="module")
def lab(there: Repositories, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depositing]:
    """A service with its people and their products."""
    state = tmp_path_factory.mktemp("depositing") / "state"
    with four_people() as hub:
        found = Depositing(hub, state, there.settings)
        try:
            for source, token in (
                ("b2share", "ada-b2share"),
                ("zenodo", "ada-zenodo"),
                ("d4science", LOGIN["BLUECLOUD_D4SCIENCE_TOKEN"]),
            ):
                found.told("ada", "PUT", f"/credentials/{source}", {"token": token})
            found.publish()
            yield found
        finally:
            found.end()


@pytest.fixture(autouse=True)
def in_order(there: Repositories) -> Iterator[None]:
    """No fault is left to the next test."""
    yield
    there.server.faults.clear()


def address(product: dict[str, Any]) -> str:
    """Where a product's deposits are."""
    return f"/products/environment/{product['slug']}/{product['version']}/deposits"


def test_a_product_is_deposited_whole_and_once_and_is_cited_by_its_doi(
    lab: Depositing, there: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    product, before = lab.first, len(there.b2share.published)
    plan = lab.told("ada", "GET", f"{address(product)}/b2share")
    assert (plan["title"], plan["why_not"], plan["deposit"]) == ("EUDAT B2SHARE", "", None)
    assert [one["name"] for one in plan["files"]] == ["sst.nc", "more.zip"]
    assert len(there.b2share.published) == before

    done = lab.deposit(product, "b2share")
    assert done.status_code == 201, done.text
    told = done.json()
    assert (told["state"], told["person"], told["draft"]) == ("deposited", "ada", "")
    id, record = [*there.b2share.published.items()][-1]
    assert told["doi"] == record["pids"]["doi"]["identifier"]
    said = record["metadata"]
    assert said["title"] == "Warm days of the Ligurian Sea"
    assert said["rights"] == [{"id": "cc-by-4.0"}]
    assert said["creators"][0]["person_or_org"] == {
        "type": "personal",
        "family_name": "Lovelace",
        "given_name": "Ada",
        "identifiers": [{"scheme": "orcid", "identifier": ORCID}],
    }
    assert (said["version"], said["subjects"]) == ("1", [{"subject": "warm"}])
    assert said["publication_date"] == product["decided"][:10]
    assert "<p>Three days of two places.</p>" in said["description"]
    assert "UK Open Government Licence" in said["description"]
    sha256 = next(one["sha256"] for one in product["files"] if one["path"] == "sst.nc")
    assert hashlib.sha256(there.b2share.content[id, "sst.nc"]).hexdigest() == sha256
    with zipfile.ZipFile(io.BytesIO(there.b2share.content[id, "more.zip"])) as more:
        assert {name: more.read(name) for name in more.namelist()} == {"a.txt": b"a"}

    assert lab.deposit(product, "b2share").json() == told
    assert lab.deposit(product, "b2share", "mia").json() == told
    assert len(there.b2share.published) == before + 1
    shown = lab.told("ben", "GET", "/products/environment/days/1")
    assert (shown["doi"], told in shown["deposits"]) == (told["doi"], True)
    assert shown["citation"].endswith(f"https://doi.org/{told['doi']}")
    found = lab.told("ben", "GET", "/stac/search?collections=products&limit=100")["features"]
    item = next(each for each in found if "days/1" in each["id"])
    assert item["properties"]["sci:doi"] == told["doi"]
    cited = [link["href"] for link in item["links"] if link["rel"] == "cite-as"]
    assert cited == [f"https://doi.org/{told['doi']}"]
    monkeypatch.setenv("BLUECLOUD_PRODUCTS", str(lab.service.state / "products"))
    read = bluecloud_catalogs.open_entry("product_environment_days_v1").read()
    assert shown["citation"] in bluecloud_catalogs.citations(read)
    assert not [*(lab.service.state / "service" / "products" / "drafts").glob("deposit-*")]

    lab.deposit(lab.second, "b2share")
    assert [*there.b2share.published.values()][-1]["metadata"]["related_identifiers"] == [
        {"identifier": told["doi"], "scheme": "doi", "relation_type": {"id": "isnewversionof"}}
    ]


def test_an_item_of_d4science_has_its_files_in_the_workspace(
    lab: Depositing, there: Repositories
) -> None:
    told = lab.deposit(lab.first, "d4science").json()
    assert (told["state"], told["doi"]) == ("deposited", "")
    (item,) = there.d4science.published.values()
    assert told["url"].endswith(item["name"])
    assert item["notes"].startswith("Three days of two places.\n\n")
    assert lab.first["files"][0]["sha256"] in item["resources"][0]["description"]
    assert lab.deposit(lab.first, "d4science").json() == told
    assert len(there.d4science.published) == 1


def test_who_may_not_and_what_may_not_be_deposited_is_refused(
    lab: Depositing, there: Repositories
) -> None:
    asked = len(there.server.asked)
    for person, product, repository, status, words in (
        ("ben", lab.other, "zenodo", 403, "by who made it, or by a manager"),
        ("mia", lab.other, "zenodo", 400, "bluecloud credentials add zenodo"),
        ("ada", lab.other, "figshare", 400, "b2share"),
        ("ada", lab.held, "zenodo", 400, f"under embargo until {lab.day}"),
        ("ada", lab.gone, "zenodo", 400, "was withdrawn by ada: wrong"),
        ("ada", {**lab.other, "version": 9}, "zenodo", 404, "no other of version 9"),
    ):
        answer = lab.deposit(product, repository, person)
        assert (answer.status_code, words in answer.text) == (status, True), answer.text
    assert len(there.server.asked) == asked
    why_not = lab.told("mia", "GET", f"{address(lab.other)}/zenodo")["why_not"]
    assert why_not.startswith("you have stored no login for zenodo")
    lab.told("mia", "PUT", "/credentials/zenodo", {"token": "of-another-server"})
    answer = lab.deposit(lab.other, "zenodo", "mia")
    lab.ask("mia", "DELETE", "/credentials/zenodo")
    assert (answer.status_code, "does not take your login" in answer.text) == (400, True)
    assert "of-another-server" not in answer.text
    assert lab.shown(lab.other, "zenodo", "ben") is None
    told = lab.shown(lab.other, "zenodo", "mia")
    assert (told["state"], told["person"], told["draft"]) == ("failed", "mia", "")


def test_a_repository_that_goes_down_half_way_has_nothing_left_or_it_is_said(
    lab: Depositing, there: Repositories
) -> None:
    faults = there.server.faults
    faults["zenodo/records/draft"] = "500"
    answer = lab.deposit(lab.first, "zenodo")
    draft = f"draft-{there.zenodo.number:05d}"
    assert (answer.status_code, f"its draft {draft} is left" in answer.text) == (503, True)
    told = lab.shown(lab.first, "zenodo")
    assert (told["state"], told["draft"]) == ("failed", draft)
    faults.clear()
    faults["sst.nc/content"] = "reset"
    answer = lab.deposit(lab.first, "zenodo")
    assert (answer.status_code, "is left there" in answer.text) == (503, False)
    assert (there.zenodo.drafts, lab.shown(lab.first, "zenodo")["draft"]) == ({}, "")
    faults.clear()
    told = lab.deposit(lab.first, "zenodo").json()
    assert (told["state"], told["words"]) == ("deposited", "")


def test_a_service_that_is_killed_at_it_leaves_word_and_the_next_one_publishes_once(
    lab: Depositing, there: Repositories
) -> None:
    b2share, zenodo = there.b2share, there.zenodo
    before = (len(b2share.published), len(zenodo.published))
    # One is silent when the file has come, the other when it has published.
    cut = f"b2share/records/draft-{b2share.number + 1:05d}/draft/files/sst.nc/content"
    there.server.faults |= {cut: "silent", "actions/publish": "silent"}
    with ThreadPoolExecutor(2) as pool:
        between = pool.submit(lab.lost, lab.other, "b2share")
        after = pool.submit(lab.lost, lab.second, "zenodo")
        until(lambda: any(cut in path for path in there.server.paths))
        until(lambda: len(zenodo.published) == before[1] + 1)
        assert lab.shown(lab.other, "b2share")["state"] == "sending"
        answer = lab.deposit(lab.other, "b2share")
        assert (answer.status_code, "just now by ada" in answer.text) == (409, True)
        path = address(lab.other).replace("/deposits", "/withdraw")
        answer = lab.ask("ada", "POST", path, {"reason": "too soon"})
        assert (answer.status_code, "just now by ada" in answer.text) == (409, True)
        lab.kill()
        between.result(), after.result()
    there.server.faults.clear()
    lab.begin()
    told = lab.shown(lab.other, "b2share")
    draft = next(iter(b2share.drafts))
    assert (told["state"], told["draft"]) == ("interrupted", draft)
    assert lab.deposit(lab.second, "zenodo").json()["state"] == "deposited"
    # A manager's login does not open Ada's draft, which she has to delete.
    lab.told("mia", "PUT", "/credentials/b2share", {"token": "mia-b2share"})
    told = lab.deposit(lab.other, "b2share", "mia").json()
    assert (told["state"], told["person"]) == ("deposited", "mia")
    assert told["words"].startswith(f"{draft} is left there, unpublished")
    assert ([*b2share.drafts], zenodo.drafts) == ([draft], {})
    assert (len(b2share.published), len(zenodo.published)) == (before[0] + 1, before[1] + 1)


def test_on_the_command_line_what_is_sent_is_shown_and_asked_about(
    lab: Depositing, there: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(person: str, *words: str, answer: str = "") -> Result:
        monkeypatch.setenv("BLUECLOUD_SERVICE_URL", lab.service.address)
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", person)
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.delenv("BLUECLOUD_RUN_TOKEN", raising=False)
        return CliRunner().invoke(product_commands.app, words, input=answer)

    deposit = ("deposit", "environment/other", "--to", "d4science")
    before = len(there.d4science.published)
    for answer in ("n\n", ""):
        shown = said("ada", *deposit, answer=answer)
        assert shown.exit_code == 1
        assert f"Lovelace, Ada <{ORCID}>" in shown.output
        assert "sst.nc (" in shown.output
        assert "for good?" in shown.output
    no_login = said("mia", *deposit, "--yes")
    assert (no_login.exit_code, "credentials add d4science" in no_login.output) == (1, True)
    assert len(there.d4science.published) == before
    done = said("ada", *deposit, answer="y\n")
    assert (done.exit_code, len(there.d4science.published)) == (0, before + 1), done.output
    there_by = "in d4science, by ada: https://data.d4science.org/ctlg/Blue-CloudLab/product_"
    assert f"environment/other/1: {there_by}" in done.output
    assert said("mia", *deposit).output.startswith(f"environment/other/1: {there_by}")
    assert there_by in said("ben", "show", "environment/other").output
