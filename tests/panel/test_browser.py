"""The panel in a real browser, in a JupyterLab whose page reaches no host but its own server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bluecloud import feedback, survey
from bluecloud.service import Service
from bluecloud_hub.notices import Notice, write_notice
from tests.browsing import COUNT_FIGURES, PATIENCE_MS
from tests.panel.conftest import TOKEN, LaboratoryServer, running_server
from tests.service.serving import four_people, serving_runs

pytestmark = pytest.mark.browser

REPOSITORY = Path(__file__).parents[2]
expect.set_options(timeout=PATIENCE_MS)
KERNEL_MS = 90_000  # a kernel that imports the plotting stack for the first time

SLIDER = (
    "import holoviews as hv\n"
    "hv.extension('bokeh', logo=False)\n"
    "def line(slope):\n    return hv.Curve([(0, 0), (1, slope)])\n"
    "hv.DynamicMap(line, kdims=['slope']).redim.values(slope=[1, 2, 3])"
)


@dataclass
class Window:
    """One browser window in the laboratory, and what it asked of whom."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    service: str = ""  # the deployment's, where there is one

    def watch(self, route: Route) -> None:
        """Let a request to this machine through, and stop and note all others."""
        address = urlsplit(route.request.url)
        if address.hostname == "127.0.0.1" or address.scheme in ("data", "blob"):
            if "/bluecloud/plots/" in address.path:
                self.scripts.append(address.path)
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def tab(self, name: str) -> None:
        """Bring a tab of the panel to the front."""
        self.page.get_by_role("tab", name=name, exact=True).click()

    def questions(self) -> None:
        """Unfold the laboratory's analyses, below its view."""
        self.page.get_by_text("All analyses", exact=True).click()

    def figures(self) -> int:
        """How many plots have drawn something: canvases of some size below shadow roots."""
        return int(self.page.evaluate(COUNT_FIGURES))


# A token is looked up by identity: a second copy of the core would have another.
SAME_TOKEN = """async () => {
  const plugins = async name => (await _JUPYTERLAB[name].get('./extension'))().default;
  const provider = (await plugins('@bluecloud/core')).find(plugin => plugin.provides);
  return (await plugins('@bluecloud/environment')).requires[0] === provider.provides;
}"""


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment's prefix with the built extensions in it."""
    path = tmp_path_factory.mktemp("prefix")
    command = [sys.executable, REPOSITORY / "extensions" / "install.py", "--prefix", path]
    installed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert installed.returncode == 0, installed.stderr
    return path


@contextmanager
def laboratory(
    folder: Path, prefix: Path, *, slug: str = "environment", **told: str
) -> Iterator[LaboratoryServer]:
    """A JupyterLab of the repository's own laboratory."""
    home = folder / "home"
    home.mkdir()
    environment = {
        "JUPYTER_PATH": str(prefix / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(prefix / "etc" / "jupyter"),
        **told,
    }
    with running_server(
        REPOSITORY, home, folder / "jupyter", slug=slug, app="jupyterlab", environment=environment
    ) as server:
        yield server


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, prefix: Path) -> Iterator[LaboratoryServer]:
    with laboratory(tmp_path_factory.mktemp("lab"), prefix) as server:
        yield server


@contextmanager
def opened(browser: Browser, server: LaboratoryServer, path: str = "") -> Iterator[Window]:
    """A window of someone who was never here; `path` is a notebook to be opened."""
    context = browser.new_context(
        viewport={"width": 1400, "height": 1000}, permissions=["clipboard-write"]
    )
    context.set_default_timeout(PATIENCE_MS)
    window = Window(context.new_page())
    context.route("**/*", window.watch)
    where = f"lab/tree/{quote(path)}" if path else "lab"
    try:
        window.page.goto(f"{server.url}{where}?token={TOKEN}&reset")
        if not path:
            window.page.locator(".jp-Launcher").wait_for()  # which takes the focus when it opens
        yield window
    finally:
        context.close()


@pytest.fixture
def window(browser: Browser, lab: LaboratoryServer) -> Iterator[Window]:
    with opened(browser, lab) as at_work:
        yield at_work
        assert at_work.elsewhere == []


def run_all(window: Window) -> None:
    """Run every cell of the notebook, once its kernel is there."""
    page = window.page
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def write_one_cell(source: str, folder: Path) -> None:
    """Write a notebook of one cell."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
    )
    nbformat.write(notebook, folder / "plot.ipynb")


def test_the_panel_greets_who_was_never_here(window: Window) -> None:
    page = window.page
    expect(page.get_by_role("heading", name="Marine environment indicators")).to_be_visible()
    tabs = page.get_by_role("tablist", name="Laboratory").get_by_role("tab")
    expect(tabs).to_have_text(["Indicators", "Analyses", "Find", "Data", "Server"])
    window.questions()
    expect(page.get_by_role("radio", name="Marine heatwaves")).to_be_visible()


@contextmanager
def deployed(browser: Browser, prefix: Path, folder: Path) -> Iterator[Window]:
    """A window on a laboratory of a deployment that has a service, a word of managers, a survey."""
    (folder / "state").mkdir()
    notice = Notice(text="Closed at noon.", by="mia", since=datetime.now(UTC))
    write_notice(folder / "state", "environment", notice)
    with (
        four_people() as hub,
        serving_runs(hub, folder / "state") as service,
        laboratory(
            folder,
            prefix,
            BLUECLOUD_SERVICE_URL=service.address,
            BLUECLOUD_CREDENTIALS_DIR=str(folder / "logins"),
            JUPYTERHUB_API_TOKEN="ada@environment",
        ) as server,
        opened(browser, server) as window,
    ):
        window.service = service.address
        with Service(service.address, "mia") as mia:
            survey.switch("environment", on=True, service=mia)
        yield window


def test_a_login_is_stored_and_never_shown_again(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    secret = "Sea-grass-77"
    with deployed(browser, prefix, tmp_path) as window:
        page = window.page
        window.tab("Access")
        card = page.get_by_role("listitem").filter(has=page.get_by_role("heading")).first
        card.get_by_role("button", name="Store a login").click()
        card.get_by_role("radio", name="Token").check()
        card.locator("input[type=password]").fill(secret)
        card.get_by_role("button", name="Store", exact=True).click()
        expect(card.get_by_text("A token, stored")).to_be_visible()
        (kept,) = (tmp_path / "logins").glob("*.json")
        assert secret in kept.read_text()
        page.reload()
        window.tab("Access")
        expect(page.get_by_text("A token, stored")).to_be_visible()
        assert secret not in page.content()
        card.get_by_role("button", name="Forget").click()
        page.get_by_role("dialog").get_by_role("button", name="Forget").click()
        expect(card.get_by_role("button", name="Store a login")).to_be_visible()
        assert not kept.exists()


def test_a_manager_answers_and_the_answer_comes_to_the_window(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    with deployed(browser, prefix, tmp_path) as window:
        page = window.page
        window.tab("Feedback")
        expect(page.get_by_role("note").get_by_text("Closed at noon.")).to_be_visible()
        panel = page.get_by_role("tabpanel", name="Feedback", exact=True)
        panel.get_by_role("textbox", name="Write to the managers").fill("The map has no coast.")
        panel.get_by_role("button", name="Send").click()
        expect(panel.get_by_role("heading", name="Waits for an answer")).to_be_visible()
        form = panel.get_by_role("form", name="A small survey of Marine environment indicators")
        for degree, sentence in enumerate(form.get_by_role("group").all(), 5):
            sentence.get_by_role("radio", name=str(degree)).check()
        form.get_by_role("button", name="Answer").click()
        expect(form.get_by_text("Your answer is kept.")).to_be_visible()
        with Service(window.service, "ada") as ada:
            assert survey.mine("environment", ada).answer == survey.Answer(5, 6, "")
        with Service(window.service, "mia") as mia:
            (thread,) = feedback.to_managers("environment", state="open", service=mia)
            assert thread.words[0].text == "The map has no coast."
            feedback.write(thread.id, "In the next release.", mia)
        window.tab("Access")
        window.tab("Feedback")
        expect(panel.get_by_role("heading", name="New answer")).to_be_visible()
        expect(panel.get_by_text("In the next release.")).to_be_visible()


def test_a_run_needs_no_window_and_says_how_it_ended(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    with deployed(browser, prefix, tmp_path) as window:
        page = window.page
        window.questions()
        page.get_by_role("radio", name="Marine heatwaves").check()
        page.get_by_role("button", name="Run without me", exact=True).click()
        expect(page.get_by_text("It is submitted and runs on")).to_be_visible()
        window.tab("Runs")
        card = page.get_by_role("listitem").filter(has=page.get_by_role("heading"))
        expect(card.get_by_text("Succeeded")).to_be_visible(timeout=KERNEL_MS)
        card.get_by_role("button", name="Open", exact=True).click()
        expect(page.get_by_role("tab", name="marine_heatwaves.ipynb")).to_be_visible()
        # A server that is told to end while a kernel starts waits for it.
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=KERNEL_MS)
        assert window.elsewhere == []
    kept = list((tmp_path / "home" / "runs").glob("*/outputs/**/*.nc"))
    assert kept, "what it left is in the home"


def test_the_tabs_work_from_the_keyboard(window: Window) -> None:
    first = window.page.get_by_role("tab", name="Indicators")
    first.focus()
    expect(first).to_be_focused()
    window.page.keyboard.press("ArrowRight")
    expect(window.page.get_by_role("tab", name="Analyses")).to_be_focused()
    expect(window.page.get_by_role("heading", name="Marine heatwaves")).to_be_visible()
    window.page.keyboard.press("End")
    server = window.page.get_by_role("tabpanel", name="Server")
    expect(server.get_by_label("Memory")).to_be_visible()


def test_there_is_one_core_and_both_packages_run_in_it(window: Window) -> None:
    expect(window.page.get_by_role("tab", name="Indicators")).to_be_visible()
    assert window.page.evaluate(SAME_TOKEN)


def test_data_are_inserted_read_and_plotted(window: Window, lab: LaboratoryServer) -> None:
    page = window.page
    window.tab("Data")
    page.get_by_role("searchbox", name="Filter").fill("ostia monthly")
    expect(page.get_by_role("status").filter(has_text="1 dataset")).to_be_visible()
    page.get_by_role("button", name="Insert", exact=True).click()
    editor = page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content")
    expect(editor).to_contain_text('catalogue["ostia_sst_monthly"]', timeout=KERNEL_MS)
    page.locator(".jp-Notebook .cm-content").press("Control+End")
    page.keyboard.type("\nimport hvplot.xarray\nostia_sst_monthly.sst[0].hvplot()")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)
    assert any(path.endswith("/js/bokeh.min.js") for path in window.scripts)


def test_a_second_insertion_goes_below_the_first(window: Window) -> None:
    page = window.page
    window.tab("Data")
    for _ in range(2):
        page.get_by_role("button", name="Insert", exact=True).first.click()
    cells = page.locator(".jp-NotebookPanel .jp-CodeCell")
    expect(cells).to_have_count(2, timeout=KERNEL_MS)
    expect(cells.nth(1).locator(".cm-content")).to_contain_text("bluecloud_catalogs")


def test_an_analysis_is_run_from_its_form_and_its_plots_are_seen_again(
    window: Window, browser: Browser, lab: LaboratoryServer
) -> None:
    page = window.page
    window.questions()
    page.get_by_role("radio", name="Monthly sea-surface temperature anomaly").check()
    first_year = page.get_by_label("First year of the baseline")
    expect(first_year).to_have_value("2006")
    first_year.fill("2007")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".jp-Notebook")).to_contain_text("baseline_first = 2007", timeout=KERNEL_MS)
    page.wait_for_function(f"({COUNT_FIGURES})() >= 2", timeout=KERNEL_MS)

    # Saved when the last cell is done; the addresses in it are still everybody's.
    [path] = (lab.home / "environment").glob("sst_anomaly 20*.ipynb")
    wait_until_saved(page, path)
    title = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")  # it begins where one reads
    expect(title.get_by_role("heading", level=1)).to_be_in_viewport()
    assert "127.0.0.1" not in path.read_text()
    with opened(browser, lab, f"environment/{path.name}") as again:
        again.page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)
        assert again.elsewhere == []


def test_a_run_that_fails_says_where_and_shows_the_cell(window: Window) -> None:
    page = window.page
    window.questions()
    page.get_by_role("radio", name="Monthly sea-surface temperature anomaly").check()
    page.get_by_label("First year of the baseline").fill("1950")
    page.get_by_label("Last year of the baseline").fill("1951")
    page.get_by_role("button", name="Run", exact=True).click()
    told = page.get_by_role("alert").filter(has_text="Stopped at cell")
    expect(told).to_be_visible(timeout=KERNEL_MS)
    expect(told).to_contain_text("1950")
    stopped = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    expect(stopped.locator(".jp-OutputArea-output").first).to_be_in_viewport()
    expect(stopped).to_contain_text("Error")


def wait_until_saved(page: Page, path: Path) -> None:
    """Wait until the last cell's output is in the file."""
    for _ in range(300):
        # While it is being written it is not whole, which is no notebook.
        with suppress(nbformat.reader.NotJSONError):
            if nbformat.read(path, as_version=4).cells[-1].get("outputs"):
                return
        page.wait_for_timeout(100)
    raise AssertionError(f"{path} was not saved with its outputs")


def test_a_value_that_is_not_allowed_is_said_beside_its_field(window: Window) -> None:
    page = window.page
    window.questions()
    page.get_by_role("radio", name="Marine heatwaves").check()
    field_ = page.get_by_label("Percentile of the threshold (%)")
    field_.fill("120")
    error = page.get_by_role("alert").filter(has_text="must be more than 50 and less than 100")
    expect(error).to_be_visible()
    identifier = error.get_attribute("id") or "none"
    assert identifier in (field_.get_attribute("aria-describedby") or "")

    page.get_by_role("button", name="Run", exact=True).click()
    said = page.get_by_role("alert").filter(has_text="1 value is not allowed: Percentile of the")
    expect(said).to_be_visible()
    expect(field_).to_be_focused()
    expect(field_).to_be_in_viewport()


def test_a_plot_with_a_slider_answers_it(window: Window, lab: LaboratoryServer) -> None:
    write_one_cell(SLIDER, lab.home)
    page = window.page
    page.goto(f"{lab.url}lab/tree/plot.ipynb?reset")
    run_all(window)
    page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)
    page.locator(".noUi-handle").first.press("ArrowRight")
    expect(page.get_by_text("slope: 2")).to_be_visible()


def test_a_plain_jupyterlab_says_that_it_is_no_laboratory(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    with laboratory(tmp_path, prefix, slug="") as plain, opened(browser, plain) as window:
        message = window.page.get_by_role("alert").filter(has_text="is no laboratory")
        expect(message).to_be_visible(timeout=30_000)
        assert window.elsewhere == []


def test_a_server_that_stops_is_said_and_asked_again(
    browser: Browser, lab: LaboratoryServer
) -> None:
    with opened(browser, lab) as window:
        page = window.page
        expect(page.get_by_role("tab", name="Data")).to_be_visible()
        page.route("**/bluecloud/api/catalogue*", lambda route: route.fulfill(status=502, body="?"))
        page.reload()
        window.tab("Data")
        expect(page.get_by_role("alert").filter(has_text="catalogue")).to_be_visible()
        page.unroute("**/bluecloud/api/catalogue*")
        page.get_by_role("tabpanel", name="Data").get_by_role("button", name="Try again").click()
        expect(page.get_by_role("searchbox", name="Filter")).to_be_visible()
