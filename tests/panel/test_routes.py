"""The routes of the server half, asked as the other half asks them, of a real server."""

from __future__ import annotations

import json
import os
from pathlib import Path

import httpx
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager

from tests.panel.conftest import LaboratoryServer, ServerFactory, write_notebook

ROUTES = ["laboratory", "analyses", "catalogue", "runs"]
ACTIONS = [
    "analyses/answer/open",
    "analyses/answer/run",
    "analyses/answer/submit",
    "runs/r-0/cancel",
    "runs/r-0/again",
    "runs/r-0/fetch",
    "runs/r-0/capsule",
    "runs/finish",
    "submissions/r/cancel",
    "submissions/r/again",
]


def test_the_laboratory_says_what_it_is(shared_server: LaboratoryServer) -> None:
    assert shared_server.get("laboratory").json() == {
        "slug": "testlab",
        "title": "Test laboratory",
        "summary": "One analysis, to try the panel with.",
        "version": "1.2.3",
        "keeps_runs": False,
        "most_runs": 2000,
        "askable": [],
        "problems": [],
    }


def test_an_analysis_says_what_it_is_and_asks(shared_server: LaboratoryServer) -> None:
    [analysis] = shared_server.get("analyses").json()["analyses"]
    assert analysis["title"] == "The answer"
    assert analysis["summary"] == "What is it? See here."
    assert analysis["form"]["properties"]["answer"] == {
        "type": "integer",
        "default": 42,
        "description": "what it is",
    }
    assert analysis["copy_path"] == "testlab/answer.ipynb"
    assert analysis["curated_is_newer"] is False


def test_an_analysis_has_the_picture_that_the_page_shows_first(server: LaboratoryServer) -> None:
    folder = server.root / "notebooks" / "testlab"
    write_notebook(folder / "answer_longer.ipynb")
    (folder / "figures").mkdir()
    for name in ("answer_a", "answer_b", "answer_longer_c"):
        (folder / "figures" / f"{name}.png").write_bytes(name.encode())
    shown = "![The others](figures/answer_longer_c.png) ![The *answers*](figures/answer_b.png)"
    (folder / "README.md").write_text(shown)
    told = {one["name"]: one for one in server.get("analyses").json()["analyses"]}
    assert told["answer"]["picture_words"] == "The *answers*"
    assert told["answer"]["picture"] != told["answer_longer"]["picture"]
    answer = server.get("analyses/answer/picture")
    assert (answer.headers["content-type"], answer.content) == ("image/png", b"answer_b")
    assert "immutable" in answer.headers["cache-control"]
    assert server.get("analyses/answer_longer/picture").content == b"answer_longer_c"


@pytest.mark.parametrize("name", ["answer", "nothing", "..%2Fanswer"])
def test_a_picture_that_is_not_there_is_said(server: LaboratoryServer, name: str) -> None:
    answer = server.get(f"analyses/{name}/picture")
    assert (answer.status_code, answer.json()["kind"]) == (httpx.codes.NOT_FOUND, "NoPicture")


def test_an_unreadable_notebook_does_not_take_the_others_with_it(server: LaboratoryServer) -> None:
    (server.root / "notebooks" / "testlab" / "broken.ipynb").write_text("{")
    broken, good = server.get("analyses").json()["analyses"]
    assert (broken["name"], good["name"]) == ("broken", "answer")
    assert "cannot be read" in broken["problems"][0]["message"]
    assert server.post("analyses/broken/open").status_code == httpx.codes.CONFLICT


def write_r_notebook(server: LaboratoryServer, kernel: str) -> None:
    """A curated notebook in R, for a kernel of that name."""
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell("# In R\n\nHow many?"),
            nbformat.v4.new_code_cell("n <- 3L  # so many", metadata={"tags": ["parameters"]}),
        ],
        metadata={"kernelspec": {"name": kernel, "display_name": "R", "language": "R"}},
    )
    nbformat.write(notebook, server.root / "notebooks" / "testlab" / "in_r.ipynb")


def test_a_notebook_without_its_kernel_is_listed_and_read_and_says_why_it_does_not_run(
    server: LaboratoryServer,
) -> None:
    write_r_notebook(server, "nosuch")
    in_r, answer = server.get("analyses").json()["analyses"]
    assert (in_r["title"], in_r["form"]["properties"]["n"]["default"]) == ("In R", 3)
    [problem] = in_r["problems"]
    assert problem["kind"] == "kernel"
    assert "written in R, and its kernel 'nosuch' is not installed here" in problem["message"]
    assert answer["problems"] == []
    assert server.post("analyses/in_r/open").status_code == httpx.codes.OK
    refused = server.post("analyses/in_r/run", {"parameters": {"n": 4}})
    assert refused.status_code == httpx.codes.CONFLICT
    assert refused.json()["error"] == f"in_r: {problem['message']}"


@pytest.mark.skipif(
    "ir" not in KernelSpecManager().find_kernel_specs(), reason="install r-cran-irkernel"
)
def test_a_notebook_in_r_is_given_its_values_in_r(server: LaboratoryServer) -> None:
    write_r_notebook(server, "ir")
    assert server.get("analyses").json()["analyses"][0]["problems"] == []
    made = server.post("analyses/in_r/run", {"parameters": {"n": 4}}).json()["path"]
    cell = nbformat.read(server.home / made, as_version=4).cells[2]
    assert cell.source == "# Parameters\nn = 4\n"


def test_the_catalogue_lists_its_entries(shared_server: LaboratoryServer) -> None:
    [entry] = shared_server.get("catalogue").json()["entries"]
    assert (entry["name"], entry["licence"]["name"]) == ("tide", "CC0 1.0")
    assert entry["extent"]["time"] == ["2000-01-01", None]
    compile(entry["snippet"], "cell", "exec")


def test_a_broken_entry_is_named_and_the_others_are_listed(server: LaboratoryServer) -> None:
    catalogue = server.root / "catalogs" / "testlab.yaml"
    catalogue.write_text("entries:\n  - tide\n  - nosuch\n")
    answer = server.get("catalogue").json()
    assert [entry["name"] for entry in answer["entries"]] == ["tide"]
    assert "nosuch" in answer["problems"][0]


def test_no_catalogue_is_a_typed_failure_and_the_rest_works(server: LaboratoryServer) -> None:
    (server.root / "catalogs" / "testlab.yaml").unlink()
    answer = server.get("catalogue")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.json()["kind"] == "CatalogueUnavailable"
    assert server.get("analyses").status_code == httpx.codes.OK


def test_running_writes_a_fresh_notebook_with_the_values(shared_server: LaboratoryServer) -> None:
    values = {"parameters": {"answer": 7, "years": [2001, 2010]}}
    first, second = (
        shared_server.post("analyses/answer/run", values).json()["path"] for _ in range(2)
    )
    assert first != second
    assert first.startswith("testlab/answer 20")
    cell = nbformat.read(shared_server.home / first, as_version=4).cells[2]
    assert cell.metadata.tags == ["injected-parameters"]
    assert cell.source == "# Parameters\nanswer = 7\nyears = (2001, 2010)\n"


def test_values_that_are_not_allowed_are_named_and_nothing_is_written(
    shared_server: LaboratoryServer,
) -> None:
    before = sorted(shared_server.home.rglob("*.ipynb"))
    answer = shared_server.post("analyses/answer/run", {"parameters": {"answer": "x", "anwser": 1}})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    refused = {field["field"]: field["allowed"] for field in answer.json()["fields"]}
    assert refused == {"answer": "integer", "anwser": "answer, years"}
    assert sorted(shared_server.home.rglob("*.ipynb")) == before


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"parameters": 3}', b'{"nosuch": 1}'])
def test_a_body_that_is_no_request_is_refused(shared_server: LaboratoryServer, body: bytes) -> None:
    answer = shared_server.client.post("bluecloud/api/analyses/answer/run", content=body)
    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert answer.json()["kind"] == "BadRequest"


@pytest.mark.parametrize(
    "name", ["nosuch", "..%2Fanswer", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "answer.ipynb", "%00"]
)
def test_a_name_is_looked_up_and_never_a_path(shared_server: LaboratoryServer, name: str) -> None:
    for action in ("open", "run"):
        answer = shared_server.post(f"analyses/{name}/{action}")
        assert answer.status_code == httpx.codes.NOT_FOUND
        assert answer.json()["kind"] == "UnknownAnalysis"


def test_nobody_is_answered_without_the_token(shared_server: LaboratoryServer) -> None:
    plots = json.loads(page_config(shared_server)["bluecloudPlots"])
    with httpx.Client(base_url=shared_server.url) as stranger:
        for route in ROUTES:
            assert stranger.get(f"bluecloud/api/{route}").status_code == httpx.codes.FORBIDDEN
        for action in ACTIONS:
            assert stranger.post(f"bluecloud/api/{action}").status_code == httpx.codes.FORBIDDEN
        script = stranger.get(f"bluecloud/plots/bokeh/{plots['bokeh']}/js/bokeh.min.js")
    assert script.status_code in (httpx.codes.FOUND, httpx.codes.FORBIDDEN)


def test_a_cookie_without_the_xsrf_token_changes_nothing(shared_server: LaboratoryServer) -> None:
    with httpx.Client(base_url=shared_server.url, follow_redirects=True) as browser:
        browser.get(
            "tree", params={"token": shared_server.client.headers["Authorization"].split()[1]}
        )
        assert browser.get("bluecloud/api/laboratory").status_code == httpx.codes.OK
        refused = browser.post("bluecloud/api/analyses/answer/run", json={})
        token = browser.cookies.get("_xsrf") or ""
        headers = {"X-XSRFToken": token}
        allowed = browser.post("bluecloud/api/analyses/answer/run", json={}, headers=headers)
    assert refused.status_code == httpx.codes.FORBIDDEN
    assert refused.json()["kind"] == "ServerError"
    assert allowed.status_code == httpx.codes.OK


def test_a_plain_jupyterlab_says_that_it_is_no_laboratory(start: ServerFactory) -> None:
    plain = start(slug="")
    for route in ROUTES:
        answer = plain.get(route)
        assert answer.status_code == httpx.codes.NOT_FOUND
        assert answer.json()["kind"] == "NoLaboratory"


@pytest.mark.parametrize("declaration", ["title = ", "title = 'a'\nsummary = 'b'\n", None])
def test_a_declaration_that_cannot_be_read_is_named(
    server: LaboratoryServer, declaration: str | None
) -> None:
    path = server.root / "hub" / "labs" / "testlab.toml"
    path.unlink() if declaration is None else path.write_text(declaration)
    answer = server.get("laboratory")
    assert answer.json()["kind"] == "DeclarationError"
    assert str(path) in answer.json()["error"]


def page_config(server: LaboratoryServer) -> dict[str, str]:
    """The page configuration, from the JupyterLab page."""
    page = server.client.get("lab").text
    text = page.split('id="jupyter-config-data"')[1].split(">", 1)[1].split("</script>")[0]
    config: dict[str, str] = json.loads(text)
    return config


def test_scripts_of_plots_are_served_to_be_kept(shared_server: LaboratoryServer) -> None:
    plots = json.loads(page_config(shared_server)["bluecloudPlots"])
    for path in (
        f"bokeh/{plots['bokeh']}/js/bokeh.min.js",
        f"bokeh/{plots['bokeh']}/js/bokeh-widgets.min.js",
        f"panel/{plots['panel']}/panel.min.js",
        f"panel/{plots['panel']}/css/loading.css",
    ):
        answer = shared_server.client.get(f"bluecloud/plots/{path}")
        assert answer.status_code == httpx.codes.OK, path
        assert "immutable" in answer.headers["Cache-Control"]


def test_scripts_of_another_version_are_not_served(shared_server: LaboratoryServer) -> None:
    answer = shared_server.client.get("bluecloud/plots/bokeh/0.0.1/js/bokeh.min.js")
    assert answer.status_code == httpx.codes.NOT_FOUND


@pytest.mark.parametrize(
    "way_out",
    [
        "..%2F__init__.py",
        "%2e%2e/%2e%2e/__init__.py",
        "js/..%2f..%2f..%2f__init__.py",
        "%2Fetc%2Fpasswd",
    ],
)
def test_no_path_leads_out_of_the_scripts(shared_server: LaboratoryServer, way_out: str) -> None:
    version = json.loads(page_config(shared_server)["bluecloudPlots"])["bokeh"]
    # Sent as they are: a client would tidy dots away before the shared_server sees them.
    address = httpx.URL(shared_server.url).copy_with(
        raw_path=f"/user/ada/testlab/bluecloud/plots/bokeh/{version}/{way_out}".encode()
    )
    assert shared_server.client.get(address).status_code in (
        httpx.codes.FORBIDDEN,
        httpx.codes.NOT_FOUND,
    )


def test_a_home_that_takes_no_writing_leaves_what_can_work(
    start: ServerFactory, home: Path
) -> None:
    home.chmod(0o555)
    # Root may write anywhere, unless that capability is taken from it.
    as_others = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
    server = start(prefix=as_others)

    assert "Nothing can be written" in server.get("laboratory").json()["problems"][0]
    [analysis] = server.get("analyses").json()["analyses"]
    assert (analysis["title"], analysis["copy_path"]) == ("The answer", None)
    assert server.get("catalogue").status_code == httpx.codes.OK
    for action in ("analyses/answer/open", "analyses/answer/run"):
        answer = server.post(action)
        assert answer.status_code == httpx.codes.CONFLICT
        assert answer.json()["kind"] == "HomeNotWritable"


def test_a_newer_curated_notebook_is_announced_and_opened_beside(server: LaboratoryServer) -> None:
    copy = server.home / "testlab" / "answer.ipynb"
    copy.write_text(copy.read_text().replace("print", "display"))
    write_notebook(server.root / "notebooks" / "testlab" / "answer.ipynb", answer=43)

    [analysis] = server.get("analyses").json()["analyses"]
    beside = server.post("analyses/answer/open", {"beside": True}).json()["path"]

    assert analysis["curated_is_newer"] is True
    assert "display" in copy.read_text()
    assert "answer: int = 43" in (server.home / beside).read_text()
