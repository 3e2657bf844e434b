"""What every test may use: recordings where they are, engines where they run, and a clock.

A group of tests is a folder; ``budgets.toml`` says how many minutes each may take, and a run of
CI in which one takes longer fails. What a machine lacks is skipped with one line that says how to
run it; ``REQUIRE_DOCKER=1``, ``REQUIRE_BROWSER=1`` and ``REQUIRE_POSTGIS=1`` turn that skip into a
failure.
"""

from __future__ import annotations

import functools
import os
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from xdist.remote import Producer

from tests.browsing import ARGUMENTS, chromium
from tests.discovery.database import programs
from tests.federation import matrix
from tests.federation.opened import watch
from tests.lanes import Lanes
from tests.platform.daemons import unpacked
from tests.platform.deployments import (
    Deployment,
    Docker,
    Local,
    compose_program,
    images,
    running,
)
from tests.routines.defaults import Defaults

# Examples are others each time, so that many runs see many; --hypothesis-profile=many sees them in
# one.
settings.register_profile("some", max_examples=50)
settings.register_profile("many", max_examples=500)
settings.load_profile("some")

TESTS = Path(__file__).parent
ROOT = TESTS.parent

# What counts the others, in this order.
LAST = (
    "test_every_recording_is_read_by_some_test",
    "test_the_table_of_sources_is_what_the_tests_showed",
)
_minutes: defaultdict[str, float] = defaultdict(float)
_notebooks: list[str] = []


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of recordings and reference results that BLUECLOUD_TEST_DATA names."""
    folder = os.environ.get("BLUECLOUD_TEST_DATA")
    if not folder:
        pytest.skip("set BLUECLOUD_TEST_DATA to a folder of recordings to run this")
    return Path(folder)


@pytest.fixture(scope="session")
def from_defaults(tmp_path_factory: pytest.TempPathFactory) -> Defaults:
    """The curated notebooks' runs from their defaults, one a notebook for all tests."""
    return Defaults(tmp_path_factory.mktemp("notebooks"))


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A hub with engine ``local``, started once for all tests."""
    with running(Local(tmp_path_factory.mktemp("local"))) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def docker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Docker]:
    """A deployment of containers, started once; its images are made by ``make images``."""
    with running(Docker(tmp_path_factory.mktemp("docker"))) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def layers() -> Iterator[Path]:
    """What daemons of tests' own begin with: the images of a deployment and one laboratory."""
    ours = [f"{images()}/{each}" for each in ("hub", "service", "registry", "database")]
    with unpacked(*ours, "bluecloud/base", "bluecloud/environment") as folder:
        yield folder


@pytest.fixture(params=["local", pytest.param("docker", marks=pytest.mark.docker)])
def deployment(request: pytest.FixtureRequest) -> Deployment:
    """Each engine in turn."""
    made: Deployment = request.getfixturevalue(request.param)
    return made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a screen; while it is there, no asynchronous test can run."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()


@functools.cache
def _docker_fault() -> str:
    import docker

    try:
        client = docker.from_env(timeout=10)
        client.ping()
        client.close()
    except docker.errors.DockerException as error:
        return str(error)
    return "" if compose_program() else "no compose"


def pytest_configure() -> None:
    """Note from the beginning which recordings are opened."""
    told = os.environ.get("BLUECLOUD_TEST_DATA")
    if told and (Path(told) / "recordings").is_dir():
        watch(Path(told) / "recordings")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    """Lanes, where there is more than one process."""
    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run, saying how to; last comes what counts the others."""
    _on_one_engine(items)
    items.sort(key=lambda item: LAST.index(item.name) if item.name in LAST else -1)
    for item in items:
        if item.get_closest_marker("docker") and not os.environ.get("REQUIRE_DOCKER"):
            fault = _docker_fault()
            if fault:
                reason = (
                    "no Docker engine with compose answers: install and start it, then make test"
                )
                item.add_marker(pytest.mark.skip(reason=reason))
        if (
            item.get_closest_marker("browser")
            and not os.environ.get("REQUIRE_BROWSER")
            and not chromium()
        ):
            reason = "no Chromium here: install your system's chromium, then make test"
            item.add_marker(pytest.mark.skip(reason=reason))
        if (
            item.get_closest_marker("postgis")
            and not os.environ.get("REQUIRE_POSTGIS")
            and not programs()
        ):
            reason = "no PostGIS here: apt-get install postgresql-15-postgis-3, then make test"
            item.add_marker(pytest.mark.skip(reason=reason))


def _on_one_engine(items: list[pytest.Item]) -> None:
    """Leave out of tests for one engine what is not for containers, where there are some.

    What is the hub's or the browser's is the same on both, and takes up to a minute each time.
    """
    contained = bool(os.environ.get("REQUIRE_DOCKER")) or not _docker_fault()
    other = "local" if contained else "docker"
    items[:] = [
        item
        for item in items
        if not item.get_closest_marker("one_engine") or f"[{other}" not in item.name
    ]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Book each test's time on its group, and remember what passed."""
    if report.when == "call":
        matrix.note(report.nodeid, report.outcome)
        _notebooks.extend(str(said) for name, said in report.user_properties if name == "notebook")
    if report.failed and os.environ.get("CI") == "true" and "PYTEST_XDIST_WORKER" not in os.environ:
        # At once, since a run that is cut off never comes to its summary.
        crash = getattr(report.longrepr, "reprcrash", None)
        said = f"{crash.path}:{crash.lineno}: {crash.message}" if crash else report.longreprtext
        sys.stdout.write(f"\n{report.nodeid} failed: {said[:3000]}\n")
    parts = Path(report.nodeid.split("::")[0]).parts
    if len(parts) > 2 and parts[1] != "live":
        _minutes[parts[1]] += report.duration / 60


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what each group took of its minutes, and each notebook of time and memory."""
    budgets = tomllib.loads((TESTS / "budgets.toml").read_text())
    if _notebooks:
        terminalreporter.section("notebooks in their images, network off")
        for line in sorted(_notebooks):
            terminalreporter.line(line)
    terminalreporter.section("minutes")
    for group, minutes in sorted(_minutes.items()):
        allowed = budgets.get(group)
        terminalreporter.line(
            f"{group:12} {minutes:6.2f} of {allowed if allowed else 'none given'}"
        )


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run of CI in which a group took more than its minutes, or has none.

    Elsewhere it is only told: a slower machine, or one that others use, shows nothing new.
    """
    if os.environ.get("CI") != "true":
        return
    budgets = tomllib.loads((TESTS / "budgets.toml").read_text())
    over = [group for group, minutes in _minutes.items() if minutes > budgets.get(group, 0)]
    if over and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
