"""What the documents say is so: links lead somewhere, commands exist, budgets are complete."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluecloud_hub.settings import HANDED_ON, Settings

ROOT = Path(__file__).resolve().parents[2]


def tracked(pattern: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.split() if (ROOT / line).is_file()]


DOCUMENTS = tracked("*.md")


def links() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        prose = re.sub(r"(?s)```.*?```", "", document.read_text())
        for link in re.findall(r"\]\(([^)#\s]+)", prose):
            if "://" not in link:
                yield str(document.relative_to(ROOT)), link


@pytest.mark.parametrize(("document", "link"), list(links()))
def test_a_link_leads_somewhere(document: str, link: str) -> None:
    assert (ROOT / document).parent.joinpath(link).exists()


def test_every_make_command_in_a_document_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    named = {
        command
        for document in DOCUMENTS
        for command in re.findall(r"(?:^    |`)make ([a-z-]+)", document.read_text(), re.MULTILINE)
    }
    assert named - targets == set()


def test_every_test_that_a_document_names_exists() -> None:
    named = {
        path
        for document in DOCUMENTS
        for path in re.findall(r"`(tests/[\w/]+\.(?:py|toml|md))`", document.read_text())
    }
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_every_group_of_tests_has_its_minutes() -> None:
    groups = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    budgets = tomllib.loads((ROOT / "tests" / "budgets.toml").read_text())
    assert groups - {"live"} == set(budgets)  # which is never part of the whole
    assert sum(budgets.values()) < 2 * 85


def test_a_setting_in_the_example_is_one_the_deployment_reads() -> None:
    files = ("compose.yaml", "compose.tls.yaml", "compose.swarm.yaml")
    compose = "".join((ROOT / "deploy" / name).read_text() for name in files)
    example = (ROOT / "deploy" / ".env.example").read_text()
    named = set(re.findall(r"(?m)^#?([A-Z0-9_]+)=", example))
    read = set(re.findall(r"\$\{([A-Z0-9_]+)", compose))
    settings = {f"BLUECLOUD_{field.upper()}" for field in Settings.model_fields}
    assert named - read - settings - {"BLUECLOUD_TIERS"} == set()
    assert read - named - HANDED_ON - {"BLUECLOUD_ENV_FILE", "DOCKER_SOCKET"} == set()
    assert read >= HANDED_ON, "runs are told what laboratories are told of data"


def test_notebooks_are_kept_without_outputs() -> None:
    kept = [path for path in tracked("*.ipynb") if '"output_type"' in path.read_text()]
    assert kept == []


def test_no_file_names_the_machine_it_was_made_on() -> None:
    home = str(ROOT.parent) + "/"
    found = [
        path
        for path in tracked("*")
        if path.suffix not in {".png", ".nc", ".gz"} and home in path.read_text(errors="replace")
    ]
    assert found == []
