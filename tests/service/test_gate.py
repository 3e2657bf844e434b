"""The gate without containers: what is believed of a candidate, and what its report says."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import pytest

from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.settings import checkout
from bluecloud_service.gate import (
    CHECKS,
    Check,
    Report,
    judging,
    notebooks,
    packages,
    read_report,
    write_report,
)
from bluecloud_service.gate.bom import bill_of_materials
from bluecloud_service.gate.checking import only_check
from bluecloud_service.gate.errors import GateBusy
from bluecloud_service.gate.files import ImageFiles, only_file, read_image_files
from bluecloud_service.gate.page import page
from bluecloud_service.gate.remembered import Remembered
from bluecloud_service.gate.report import Change, NotebookRun, Package
from bluecloud_service.gate.seen import Ended, Image, told_behind

ID = f"sha256:{'a' * 64}"
WORD = "f00d" * 8
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    PORT = free.getsockname()[1]
LABORATORY = read_laboratory(checkout() / "hub" / "labs" / "environment.toml")
ENDED = Ended(
    exit_code=0,
    in_time=True,
    out_of_memory=False,
    seconds=3.0,
    peak_bytes=2**20,
    told=None,
    log="",
)
NUMPY = Package(kind="python", name="numpy", version="2.4.6", licence="BSD-3-Clause")


def image(user: str = "1000", **changed: Any) -> Image:
    known = Image(
        id=ID,
        user=user,
        command=("tini", "--", "jupyterhub-singleuser"),
        environment={"BLUECLOUD_LAB": "environment"},
        size_bytes=10**9,
    )
    return replace(known, **changed)


def report(**changed: Any) -> Report:
    checks = tuple(Check(name=name, state="passed", sentence="As it should be.") for name in CHECKS)
    values: dict[str, Any] = {
        "slug": "environment",
        "image": ID,
        "name": "bluecloud/environment",
        "version": "0.1.0",
        "hub_version": "6.1.1",
        "began": datetime(2026, 11, 26, 12, tzinfo=UTC),
        "seconds": 61.5,
        "size_bytes": 10**9,
        "checks": checks,
        "packages": (NUMPY,),
    }
    return Report(**{**values, **changed})


def test_a_report_is_green_if_every_check_passed() -> None:
    assert report().is_green
    assert report().verdict.startswith("It can be promoted")


@pytest.mark.parametrize("state", ["failed", "not done"])
def test_a_check_that_failed_or_was_left_out_closes_the_gate(state: str) -> None:
    checks = list(report().checks)
    checks[3] = checks[3].model_copy(update={"state": state})
    refused = report(checks=checks)
    assert not refused.is_green
    assert f"{state.capitalize()}: The laboratory's view and panel are enabled" in refused.verdict
    assert not report(checks=checks[:3]).is_green


@pytest.mark.parametrize(
    ("user", "state", "said"),
    [
        ("1000", "passed", "Its user is 1000"),
        ("1000:1000", "passed", "as every laboratory's"),
        ("", "failed", "not said, which is root: it would start as root; allowed is 1000"),
        ("0:1000", "failed", "it would start as root"),
        ("root", "failed", "it would start as root"),
        ("1001", "failed", "people's homes belong to 1000"),
        ("jovyan", "failed", "a name that the image itself gives a number to"),
    ],
)
def test_whom_an_image_starts_as(user: str, state: str, said: str) -> None:
    check = judging.user_check(image(user))
    assert check.state == state
    assert said in check.sentence


@pytest.mark.parametrize(
    ("version", "hub", "said"),
    [
        ("6.1.1", "6.1.1", ""),
        ("6.1.0", "6.1.1", ""),
        ("6.2.0", "6.1.1", ""),
        ("6.0.4", "6.1.1", "too old: JupyterHub 6.0.4 is in the image and the hub is 6.1.1"),
        ("4.1.6", "6.1.1", "allowed is 6.1 and newer, below 7"),
        ("7.0.0", "6.1.1", "too new: JupyterHub 7.0.0"),
        ("newest", "6.1.1", "no version that can be compared"),
        ("", "6.1.1", "no version that can be compared"),
    ],
)
def test_which_versions_go_together(version: str, hub: str, said: str) -> None:
    fault = judging.version_fault(version, hub)
    assert bool(fault) == bool(said)
    assert said in fault


def test_an_image_of_another_laboratory_is_refused() -> None:
    other = image(environment={"BLUECLOUD_LAB": "fisheries"})
    check = judging.laboratory_check(other, LABORATORY, ImageFiles())
    assert check.state == "failed"
    assert (
        "BLUECLOUD_LAB is 'fisheries' in the image; it has to be 'environment'" in check.faults[0]
    )


# What is told ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b'{"started": true}\n',
        b'0000 {"started": true}\n',
        f'{WORD} {{"a": 1}}\n{WORD} {{"a": 1}}\n'.encode(),
        f"{WORD} [1]\n".encode(),
        f"{WORD} {'[' * 100_000}\n".encode(),
        f'{WORD} {{"a": "{"x" * 2**20}"}}\n'.encode(),
    ],
    ids=["nothing", "no word", "another word", "twice", "no object", "deep", "giant"],
)
def test_what_is_not_told_behind_the_word_is_not_told(text: bytes) -> None:
    assert told_behind(WORD, text) is None


def test_what_is_told_behind_the_word_is_found_among_other_output() -> None:
    text = f'noise\n{{"a": 2}}\n{WORD} {{"a": 1}}\nnoise'.encode()
    assert told_behind(WORD, text) == {"a": 1}


@pytest.mark.parametrize(
    "told",
    [
        {"started": True, "uid": 1000, "peak_bytes": 1, "more": 1},
        {"started": True, "uid": 1000, "peak_bytes": -1},
        {"started": True, "uid": 1000, "peak_bytes": 1, "extensions": ["x"] * 3000},
    ],
    ids=["more than is asked", "below nothing", "too long"],
)
def test_what_is_told_in_another_form_is_not_believed(told: dict[str, Any]) -> None:
    check = judging.server_check(replace(ENDED, told=told), "6.1.1")
    assert check.state == "failed"
    assert "told nothing that can be believed" in check.sentence


def test_who_says_that_an_entry_was_read_that_does_not_exist_is_not_believed() -> None:
    entries = [{"name": name, "made": "Dataset", "size": 9} for name in ("sst", "decoy")]
    told = {"status": 0, "seconds": 1, "uid": 1000, "peak_bytes": 1, "entries": entries}
    check, read = judging.catalogue_check(replace(ENDED, told=told), ["sst"], "decoy")
    assert check.state == "failed"
    assert "nothing of it is true" in check.sentence
    assert read == ()


def test_an_entry_of_which_nothing_is_told_fails() -> None:
    entries = [{"name": "decoy", "error": "UnknownEntry"}, {"name": "sst", "size": 9}]
    told = {"status": 0, "seconds": 1, "uid": 1000, "peak_bytes": 1, "entries": entries}
    check, _ = judging.catalogue_check(replace(ENDED, told=told), ["sst", "wind"], "decoy")
    assert check.sentence == "wind: nothing was told of it."


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"in_time": False, "seconds": 120.4}, "did not end within 120 s"),
        ({"out_of_memory": True, "exit_code": 137}, "more memory than the laboratory's default"),
        ({"exit_code": 3}, "exit status 3"),
        ({}, "told nothing that can be believed"),
    ],
)
def test_how_a_step_ended_is_said(changed: dict[str, Any], said: str) -> None:
    assert said in judging.server_check(replace(ENDED, **changed), "6.1.1").sentence


# Notebooks ---------------------------------------------------------------------------------------


def notebook(*sources: str) -> bytes:
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{number}",
            "metadata": {"tags": ["parameters"]} if number == 0 else {},
            "outputs": [],
            "source": source,
        }
        for number, source in enumerate(sources)
    ]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    told = {"cells": cells, "metadata": spec, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(told).encode()


def executed(given: notebooks.Given, **last: Any) -> bytes:
    """A notebook as if it had been executed, with its last cell as it is wanted."""
    made = json.loads(given.content)
    for number, cell in enumerate(made["cells"], 1):
        cell["execution_count"] = number
    said = {"output_type": "stream", "name": "stdout", "text": [f"{given.answer}\n"]}
    made["cells"][-1] |= {"outputs": [said], **last}
    return json.dumps(made).encode()


def test_an_executed_notebook_is_believed_if_it_is_whole_and_knows_the_sum() -> None:
    given = notebooks.given(notebook("year: int = 2020  # which year", "print(year)"))
    assert notebooks.fault_of_executed(executed(given), given) == ""


def test_a_notebook_that_only_looks_executed_is_not_believed() -> None:
    given = notebooks.given(notebook("a = 1"))
    for forged, said in (
        (None, "no executed notebook"),
        (b"\x00", "no notebook: it is not JSON"),
        (b"[" * 10**6, "no notebook"),
        (executed(given, outputs=[]), "the sum that was added as a last cell"),
        (executed(given, execution_count=None), "code cell 2 of 2 was not executed"),
        (executed(notebooks.given(notebook("a = 2"))), "not the one that was given"),
        (given.content, "code cell 1 of 2 was not executed"),
    ):
        assert said in notebooks.fault_of_executed(forged, given)


def test_the_cell_that_raised_is_named() -> None:
    given = notebooks.given(notebook("a = 1"))
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no \x1b[31msea",
        "traceback": [],
    }
    fault = notebooks.fault_of_executed(executed(given, outputs=[error]), given)
    assert fault == "cell 2 raised ValueError: no sea"


def test_parameters_that_nobody_can_be_asked_for_are_named() -> None:
    assert notebooks.faults_of_parameters(notebook("year: int = 2020  # which")) == []
    faults = notebooks.faults_of_parameters(notebook("year: int = len('x')  # which"))
    assert len(faults) == 1
    assert faults[0].startswith("line 1 of the parameters cell: ")


def test_a_laboratory_without_a_notebook_is_refused() -> None:
    assert "no notebook is in" in judging.notebooks_check([]).sentence.lower()
    slow = NotebookRun(name="n.ipynb", state="not done", fault="the time was over")
    assert judging.notebooks_check([slow]).state == "failed"


# Files and packages ------------------------------------------------------------------------------


def export(**members: bytes | str) -> list[bytes]:
    """A file system as the engine exports it: text is where a link points, bytes are a file."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for path, content in members.items():
            entry = tarfile.TarInfo(path)
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    whole = made.getvalue()
    return [whole[start : start + 1000] for start in range(0, len(whole), 1000)]


NOTEBOOKS = "opt/bluecloud/notebooks/environment"


def test_files_that_tell_of_an_image_are_read_and_links_are_not_followed() -> None:
    members: dict[str, bytes | str] = {
        f"{NOTEBOOKS}/a.ipynb": b"{}",
        f"{NOTEBOOKS}/b.ipynb": "/etc/shadow",
        f"{NOTEBOOKS}/figures/c.ipynb": b"{}",
        "etc/passwd": b"root",
        "opt/venv/bin/jupyterhub-singleuser": b"#!",
    }
    found = read_image_files(export(**members))
    assert found.below(NOTEBOOKS, ".ipynb") == {"a.ipynb": b"{}"}
    assert found.passed_over == [f"{NOTEBOOKS}/b.ipynb"]
    assert list(found.content) == [f"{NOTEBOOKS}/a.ipynb"]
    assert found.has_server


def test_of_what_is_copied_out_only_a_plain_short_file_is_taken() -> None:
    assert only_file(export(**{"executed.ipynb": b"{}"}), most=10) == b"{}"
    assert only_file(export(**{"executed.ipynb": b"{}" * 6}), most=10) is None
    assert only_file(export(**{"executed.ipynb": "/etc/shadow"}), most=10) is None
    assert only_file([b"no archive"], most=10) is None


SITE = "opt/venv/lib/python3.11/site-packages"
LISTED = {
    f"{SITE}/numpy-2.4.6.dist-info/METADATA": (
        b"Name: numpy\nVersion: 2.4.6\nLicense-Expression: BSD-3-Clause\n\nLicense: no\n"
    ),
    f"{SITE}/old_one-1.dist-info/METADATA": (
        b"Name: Old_One\nVersion: 1\nLicense: Everything\n  that is said\n"
        b"Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)\n\n"
    ),
    f"{SITE}/unsaid-1.dist-info/METADATA": b"Name: unsaid\nVersion: 1\n\n",
    "var/lib/dpkg/status": (
        b"Package: tini\nStatus: install ok installed\nVersion: 0.19.0-1\n\n"
        b"Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
    ),
    "usr/share/doc/tini/copyright": (
        b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
        b"Files: *\nLicense: Expat\n Permission\n"
    ),
    "usr/lib/R/library/base/DESCRIPTION": b"Package: base\nVersion: 4.2\nLicense: Part of R 4.2\n",
}


def test_packages_are_read_with_what_they_say_of_their_licences() -> None:
    found = packages.packages(LISTED)
    assert [(p.kind, p.name, p.version, p.licence) for p in found] == [
        ("python", "numpy", "2.4.6", "BSD-3-Clause"),
        ("python", "old-one", "1", "GNU General Public License v3 (GPLv3)"),
        ("python", "unsaid", "1", ""),
        ("debian", "tini", "0.19.0-1", "Expat"),
        ("r", "base", "4.2", "Part of R 4.2"),
    ]
    check = judging.packages_check(found)
    assert check.state == "passed"
    assert check.sentence == (
        "5 packages. Under the GPL, Debian's own left out: old-one. 1 do not say their licence."
    )


@pytest.mark.parametrize(
    ("licence", "is_gpl"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("GPLv2+", True),
        ("Apache-2.0", False),
        ("LGPL-2.1-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
    ],
)
def test_the_gpl_is_told_from_its_lesser_sister(licence: str, is_gpl: bool) -> None:
    ours = Package(kind="python", name="bluecloud-catalogs", version="1", licence=licence)
    assert judging.packages_check([ours]).state == ("failed" if is_gpl else "passed")


def test_what_differs_from_the_current_release_is_named() -> None:
    newer = NUMPY.model_copy(update={"version": "2.5"})
    xarray = Package(kind="python", name="xarray", version="1")
    told = packages.differences([NUMPY, xarray], [newer])
    assert told.changed == (Change(kind="python", name="numpy", before="2.4.6", now="2.5"),)
    assert told.removed == (xarray,)
    assert told.added == ()


# The report --------------------------------------------------------------------------------------


def test_a_report_is_written_with_its_page_and_its_bill(tmp_path: Path) -> None:
    write_report(report(), tmp_path / "r.json")
    assert read_report(tmp_path / "r.json") == report()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.cdx.json", "r.html", "r.json"]


def test_the_page_gives_the_verdict_first_and_takes_nothing_for_markup() -> None:
    evil = NotebookRun(name="<script>alert(1)</script>", state="failed", fault="</table>\x1b[2J")
    text = page(report(notebooks=(evil,), packages=()))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text
    assert text.index("It can be promoted") < text.index("As it should be.")
    assert '<html lang="en">' in text


def test_the_bill_names_each_package_with_its_licence() -> None:
    odd = Package(kind="python", name="odd", version="1+x", licence="As you like")
    bill = json.loads(bill_of_materials(report(packages=(NUMPY, odd))))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    first, second = bill["components"]
    assert first["purl"] == "pkg:pypi/numpy@2.4.6"
    assert first["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]
    assert second["purl"] == "pkg:pypi/odd@1%2Bx"
    assert second["licenses"] == [{"license": {"name": "As you like"}}]


def test_one_candidate_is_checked_at_a_time(tmp_path: Path) -> None:
    with (
        only_check(tmp_path),
        pytest.raises(GateBusy, match="another candidate"),
        only_check(tmp_path),
    ):
        pass
    with only_check(tmp_path):
        pass


# The steps, as processes -------------------------------------------------------------------------


def step(folder: Path, given: bytes = b"", **order: Any) -> Ended:
    """Do a step as a candidate's container would, on this machine."""
    inside = resources("bluecloud_service.gate") / "inside"
    for name in ("step.py", "server.py", "entries.py"):
        (folder / name).write_bytes((inside / name).read_bytes())
    (folder / "given.ipynb").write_bytes(given)
    (folder / "work").mkdir()
    told = {"slug": "environment", "word": WORD, "seconds": 90, **order}
    (folder / "order.json").write_text(json.dumps(told))
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(folder / "step.py")],
        capture_output=True,
        check=False,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(folder),
            "BLUECLOUD_LAB": "environment",
            "BLUECLOUD_ROOT": str(checkout()),
            "BLUECLOUD_TIERS": "sample",
        },
    )
    assert not (folder / "order.json").exists()
    left = folder / "work" / "executed.ipynb"
    return replace(
        ENDED,
        exit_code=done.returncode,
        told=told_behind(WORD, done.stdout),
        log=done.stderr.decode(),
        output=left.read_bytes() if left.exists() else None,
    )


def test_a_single_user_server_is_started_beside_a_hub_and_asked(tmp_path: Path) -> None:
    command = ["jupyterhub-singleuser", "--allow-root"]
    ended = step(tmp_path, step="server", hub_version="6.1.1", command=command, port=PORT)
    assert judging.server_check(ended, "6.1.1").state == "passed", ended
    assert "too old" in judging.server_check(ended, "6.3.0").sentence
    names = ("@bluecloud/core", "@bluecloud/environment")
    place = "opt/venv/share/jupyter/labextensions"
    there = {f"{place}/{n}/package.json": json.dumps({"name": n}).encode() for n in names}
    files = ImageFiles(content=there)
    assert judging.extensions_check(ended, files, "environment").state == "passed", ended
    assert ended.told is not None
    off = {**ended.told, "disabled": ["@bluecloud/environment:plugin"], "panel": 404}
    refused = judging.extensions_check(replace(ended, told=off), files, "environment")
    assert refused.faults[0] == "@bluecloud/environment is disabled"
    assert "bluecloud_panel answers 404" in refused.faults[1]


def test_a_server_that_lets_everybody_in_is_refused(tmp_path: Path) -> None:
    code = (
        "from http.server import *\n"
        "class H(BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200)\n"
        "        self.send_header('X-JupyterHub-Version', '6.1.1')\n"
        "        self.end_headers()\n"
        f"HTTPServer(('127.0.0.1', {PORT}), H).serve_forever()\n"
    )
    command = [sys.executable, "-c", code]
    ended = step(tmp_path, step="server", hub_version="6.1.1", command=command, port=PORT)
    check = judging.server_check(ended, "6.1.1")
    assert check.state == "failed"
    assert "who has no token is answered 200; allowed are 302, 401 and 403" in check.faults
    assert "it never asked the hub whose a token is" in check.faults


def test_a_server_that_does_not_start_is_refused_with_its_last_lines(tmp_path: Path) -> None:
    command = ["bash", "-c", "echo no sea today; exit 7"]
    ended = step(tmp_path, step="server", hub_version="6.1.1", command=command, port=PORT)
    check = judging.server_check(ended, "6.1.1")
    assert "did not answer below /user/... within its time (exit status 7)" in check.sentence
    assert "no sea today" in check.log


def test_entries_are_read_and_one_that_is_not_there_is_not(tmp_path: Path) -> None:
    entries = ["ostia_sst_monthly", "decoy", "argo_profiles"]
    ended = step(tmp_path, step="entries", entries=entries)
    check, read = judging.catalogue_check(ended, [entries[0], entries[2]], "decoy")
    assert check.state == "passed", check
    assert [(each.name, each.made) for each in read] == [
        (entries[0], "Dataset"),
        (entries[2], "Dataset"),
    ]


def test_a_notebook_runs_and_one_that_raises_says_where(tmp_path: Path) -> None:
    for name, source, fault in (
        ("good", "print('sea')", ""),
        ("bad", "raise ValueError('no sea')", "raised ValueError: no sea"),
    ):
        given = notebooks.given(notebook("year: int = 2020  # which", source))
        folder = tmp_path / name
        folder.mkdir()
        ended = step(folder, given.content, step="notebook")
        assert fault in notebooks.fault_of_executed(ended.output, given)
        assert bool(fault) == bool(notebooks.fault_of_executed(ended.output, given))


def test_packages_of_an_image_are_remembered_and_what_is_damaged_is_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    remembered = Remembered(tmp_path / "packages")
    assert remembered.packages(ID) is None
    remembered.keep(ID, (NUMPY,))
    assert Remembered(tmp_path / "packages").packages(ID) == (NUMPY,)
    (tmp_path / "packages" / f"{ID.removeprefix('sha256:')}.json").write_text("[{}]")
    assert remembered.packages(ID) is None
    assert "is not used" in caplog.text


def test_of_many_images_the_longest_unused_are_forgotten(tmp_path: Path) -> None:
    remembered = Remembered(tmp_path)
    for number in range(50):
        remembered.keep(f"sha256:{number:064d}", (NUMPY,))
        os.utime(tmp_path / f"{number:064d}.json", (number, number))
    remembered.keep(ID, (NUMPY,))
    assert len(list(tmp_path.glob("*.json"))) == 40
    assert remembered.packages(f"sha256:{0:064d}") is None
    assert remembered.packages(f"sha256:{49:064d}") == (NUMPY,)
