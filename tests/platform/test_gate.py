"""The gate with real images: a good one passes, and each bad one is refused with its reason."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.settings import checkout
from bluecloud_service.gate import (
    CHECKS,
    CheckName,
    Held,
    NoSuchImage,
    Report,
    Times,
    check_candidate,
    only_check,
    read_report,
)
from tests.service.serving import four_people, serving_runs, until
from tests.service.work import notebook

pytestmark = pytest.mark.docker

NAME = f"bctest{os.getpid()}-gate"
GOOD = "bluecloud/fisheries"
LABORATORY = read_laboratory(checkout() / "hub" / "labs" / "fisheries.toml")
NOTEBOOKS = "/opt/bluecloud/notebooks/fisheries"
SITE = "/opt/venv/lib/python3.11/site-packages"


def ours() -> list[str]:
    """The containers that the gate made here and that are there now."""
    words = ["docker", "ps", "--all", "--quiet", "--filter", f"label=bluecloud.deployment={NAME}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert ours() == []


@contextmanager
def made(folder: Path, *steps: str, **files: str) -> Iterator[str]:
    """An image of the good one with these steps of a Dockerfile, for as long as it is needed."""
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    lines = [f"FROM {GOOD}", "USER 0", *steps]
    (folder / "Dockerfile").write_text("\n".join(lines) + "\n")
    build = ["docker", "build", "--quiet", "--network=none", str(folder)]
    image = subprocess.run(build, capture_output=True, text=True, check=True).stdout.strip()
    try:
        yield image
    finally:
        subprocess.run(["docker", "rmi", "--force", image], check=True, capture_output=True)


def checked(
    image: str,
    only: Collection[CheckName] = CHECKS,
    *,
    current: str | None = None,
    times: Times | None = None,
    hub_version: str | None = None,
) -> Report:
    held = Held(NAME, pids_limit=1024)
    return check_candidate(
        image,
        LABORATORY,
        held,
        current=current,
        only=only,
        times=times,
        hub_version=hub_version,
    )


# Of its curated notebooks two, in two languages: test_images runs all of them.
KEPT = ("harmonise_catch.ipynb", "yield_per_recruit_r.ipynb")


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Report:
    kept = " ".join(f"! -name {name}" for name in KEPT)
    fewer = f"RUN find {NOTEBOOKS} -name '*.ipynb' {kept} -delete"
    with made(tmp_path_factory.mktemp("good"), fewer, "USER 1000") as image:
        return checked(image, current="bluecloud/base")


def test_a_good_image_passes_every_check(good: Report) -> None:
    assert good.is_green, good.verdict + "\n".join(map(str, good.checks))


def test_each_of_its_notebooks_has_its_time_and_peak_of_memory(good: Report) -> None:
    assert [run.name for run in good.notebooks] == sorted(KEPT)
    for run in good.notebooks:
        assert 0 < run.seconds < 120
        assert 50e6 < run.peak_bytes <= 2 * 2**30


def test_its_packages_are_told_with_licences_and_what_differs(good: Report) -> None:
    licences = {(each.kind, each.name): each.licence for each in good.packages}
    assert licences["python", "jupyterhub"] == "BSD-3-Clause"
    assert licences["python", "bluecloud-catalogs"] == "Apache-2.0"
    assert ("debian", "tini") in licences
    assert good.differences is not None
    assert ("r", "jsonlite") in {(each.kind, each.name) for each in good.differences.added}
    assert good.differences.removed == ()
    assert good.current_size_bytes is not None
    assert good.size_bytes > good.current_size_bytes


def test_an_image_that_starts_as_root_is_refused(tmp_path: Path) -> None:
    with made(tmp_path) as image:
        check = checked(image, {"user"}).check("user")
    assert check.state == "failed"
    assert check.sentence.startswith("Its user is 0: it would start as root; allowed is 1000")


def test_an_image_without_the_single_user_server_is_refused(tmp_path: Path) -> None:
    with made(tmp_path, "RUN rm /opt/venv/bin/jupyterhub-singleuser", "USER 1000") as image:
        report = checked(image, {"server", "extensions"})
    assert "jupyterhub-singleuser is not in the image" in report.check("server").sentence.lower()
    assert report.check("extensions").state == "not done"


def test_an_image_with_a_jupyterhub_that_is_too_old_is_refused(tmp_path: Path) -> None:
    older = f"RUN sed -i 's/^Version: .*/Version: 4.1.6/' {SITE}/jupyterhub-*.dist-info/METADATA"
    with made(tmp_path, older, "USER 1000") as image:
        check = checked(image, {"server"}, hub_version="6.1.1").check("server")
    assert check.state == "failed"
    assert "too old: JupyterHub 4.1.6 is in the image and the hub is 6.1.1" in check.sentence


def test_a_server_whose_own_word_is_too_old_is_refused(tmp_path: Path) -> None:
    older = 'RUN sed -i \'s/^version_info = .*/version_info = (4, 1, 6, "", "")/\''
    with made(tmp_path, f"{older} {SITE}/jupyterhub/_version.py", "USER 1000") as image:
        check = checked(image, {"server"}, hub_version="6.1.1").check("server")
    assert "too old: JupyterHub 4.1.6" in check.sentence


def test_disabled_extensions_are_named(tmp_path: Path) -> None:
    off = json.dumps({"disabledExtensions": {"@bluecloud/fisheries": True}})
    steps = (
        "COPY off.json /opt/venv/etc/jupyter/labconfig/page_config.json",
        "RUN /opt/venv/bin/jupyter server extension disable --sys-prefix bluecloud_panel",
        "USER 1000",
    )
    with made(tmp_path, *steps, **{"off.json": off}) as image:
        check = checked(image, {"extensions"}).check("extensions")
    assert check.faults[0] == "@bluecloud/fisheries is disabled"
    assert "bluecloud_panel answers 404" in check.faults[1]


def test_a_catalogue_entry_that_does_not_read_is_named(tmp_path: Path) -> None:
    steps = (
        "COPY fisheries.yaml /opt/bluecloud/catalogs/fisheries.yaml",
        "RUN rm -r /opt/bluecloud/catalogs/samples/eurobis",
        "USER 1000",
    )
    text = "entries: [eurobis_occurrences, herring, tuna_atlas_catch]\n"
    with made(tmp_path, *steps, **{"fisheries.yaml": text}) as image:
        report = checked(image, {"catalogue"})
    check, read = report.check("catalogue"), {each.name: each for each in report.entries}
    assert check.state == "failed"
    assert [fault.partition(":")[0] for fault in check.faults] == ["eurobis_occurrences", "herring"]
    assert "no source has an entry 'herring'" in read["herring"].fault
    assert read["tuna_atlas_catch"].state == "passed"


BAD = {
    "hangs": "import time; time.sleep(600)",
    "raises": "raise ValueError('no sea today')",
    "swells": "held = [bytearray(2**28) for _ in range(40)]",
    "works": "print('sea')",
}


def with_notebooks(**sources: str) -> tuple[list[str], dict[str, str]]:
    """Steps and files of an image with these notebooks and no others."""
    files = {f"{name}.ipynb": json.dumps(notebook(code)) for name, code in sources.items()}
    steps = [f"RUN rm {NOTEBOOKS}/*.ipynb", f"COPY *.ipynb {NOTEBOOKS}/", "USER 1000"]
    return steps, files


def test_notebooks_that_do_not_run_to_their_ends_are_named_with_the_reason(tmp_path: Path) -> None:
    steps, files = with_notebooks(**BAD)
    with made(tmp_path, *steps, **files) as image:
        report = checked(image, {"notebooks"}, times=Times(notebook=15))
    fault = {run.name.removesuffix(".ipynb"): run.fault for run in report.notebooks}
    # Seen from inside, or, where the machine is busy, from outside two seconds later.
    assert re.search(r"did not end within 1[57] s and was stopped", fault["hangs"]), fault["hangs"]
    assert "raised ValueError: no sea today" in fault["raises"]
    assert fault["swells"]
    assert fault["works"] == ""
    assert report.check("notebooks").state == "failed"


FORGER = """
import json, os, pathlib, sys
told = {"started": True, "uid": 1000, "peak_bytes": 1, "status": 0, "version": "6.1.1",
        "with_token": 200, "without_token": 403, "wrong_token": 403, "page": 200, "panel": 200}
for word in ("", "0" * 32, "told"):
    print(word, json.dumps(told), flush=True)
if sys.orig_argv[1].endswith("entries.py"):
    out, _, *names = sys.orig_argv[2:]
    pathlib.Path(out).write_text("".join(
        json.dumps({"name": name, "made": "Dataset", "size": 9}) + "\\n" for name in names))
    os._exit(0)
if "papermill" in sys.orig_argv:
    given, left = sys.orig_argv[-2:]
    made = json.loads(pathlib.Path(given).read_text())
    for number, cell in enumerate(made["cells"], 1):
        cell["execution_count"] = number
    pathlib.Path(left).write_text(json.dumps(made))
    os._exit(0)
if any(word.endswith("jupyterhub-singleuser") for word in sys.orig_argv):
    while True:
        os.write(1, b"{}\\n" * 100_000)
"""


def test_a_forged_report_opens_nothing(tmp_path: Path) -> None:
    steps, files = with_notebooks(raises=BAD["raises"])
    # Debian has a sitecustomize of its own, which goes before: a .pth is read in any case.
    forged = [f"COPY forger.py forger.pth {SITE}/", *steps]
    files |= {"forger.py": FORGER, "forger.pth": "import forger\n"}
    only: set[CheckName] = {"server", "extensions", "catalogue", "notebooks"}
    with made(tmp_path, *forged, **files) as image:
        report = checked(image, only, times=Times(server=20))
    states = {name: report.check(name).state for name in only}
    assert states == {
        "server": "failed",
        "extensions": "not done",
        "catalogue": "failed",
        "notebooks": "failed",
    }
    assert "an entry that does not exist" in report.check("catalogue").sentence
    assert "the sum that was added as a last cell" in report.check("notebooks").sentence


def command(state: Path, *words: str) -> subprocess.Popen[str]:
    told = {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_NAME": NAME, "BLUECLOUD_STATE": str(state)}
    return subprocess.Popen(
        [sys.executable, "-m", "bluecloud_service.gate", *words, "--lab", "fisheries"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **told},
    )


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "build"
    folder.mkdir()
    steps, files = with_notebooks(hangs=BAD["hangs"])
    # Its server cannot be started, which takes no time.
    steps = ["RUN rm /opt/venv/bin/jupyterhub-singleuser", *steps]
    with made(folder, *steps, **files) as image:
        yield image


def runs(check: subprocess.Popen[str]) -> bool:
    """Wait until a check runs the notebook that hangs, and say whether its container is there."""
    assert check.stderr is not None
    said = any("running hangs.ipynb" in line for line in check.stderr)
    return said and bool(until(lambda: len(ours()) == 1, 30))


def test_what_a_killed_check_left_goes_when_the_service_starts(
    hanging: str, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    killed = command(state, hanging)
    assert runs(killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert len(ours()) == 1
    settings = {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_NAME": NAME}
    with four_people() as hub, serving_runs(hub, state, **settings):
        until(lambda: ours() == [], 30)


def test_a_check_that_is_ended_leaves_neither_containers_nor_a_report(
    hanging: str, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    ended = command(tmp_path / "state", hanging, "--report", str(report))
    assert runs(ended)
    ended.send_signal(signal.SIGTERM)
    _, said = ended.communicate(timeout=60)
    assert ended.returncode == 2
    assert "nothing is known of the candidate" in said
    assert ours() == []
    assert not report.exists()


def test_the_command_writes_why_a_candidate_is_refused(tmp_path: Path) -> None:
    folder, report = tmp_path / "build", tmp_path / "report.json"
    folder.mkdir()
    steps = ("RUN rm /opt/venv/bin/jupyterhub-singleuser", f"RUN rm {NOTEBOOKS}/*.ipynb")
    with made(folder, *steps) as image:
        told, said = (check := command(tmp_path, image, "--report", str(report))).communicate()
    assert check.returncode == 1, said
    assert told.startswith("It cannot be promoted. Failed: It does not run as root; It starts as")
    assert "passed: catalogue: All 22 entries were read from their samples." in said
    assert read_report(report).check("user").state == "failed"
    assert "It cannot be promoted." in report.with_suffix(".html").read_text()


def test_a_check_that_cannot_be_made_ends_with_another_status(tmp_path: Path) -> None:
    gone = command(tmp_path, "bluecloud/herring")
    assert "image 'bluecloud/herring' is not on this server" in gone.communicate()[1]
    assert gone.returncode == 2
    with only_check(tmp_path):
        busy = command(tmp_path, GOOD)
        assert "another candidate is being checked" in busy.communicate()[1]
    assert busy.returncode == 2


def test_an_image_that_is_not_there_is_not_fetched() -> None:
    with pytest.raises(NoSuchImage, match="nothing is fetched"):
        checked("debian:never")
