"""What is installed is locked, by hash, and each image's part is a part of the whole."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hub", "catalogs", "notebooks", "extensions/core")
LOCKS = sorted(ROOT.glob("requirements*.txt")) + sorted(ROOT.glob("images/*/requirements.txt"))


def locked(path: Path) -> dict[str, set[str]]:
    """Every package of a lock with its hashes."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in path.read_text().splitlines():
        if pin := re.match(r"^([A-Za-z0-9._-]+)(\[[^]]*\])?==", line):
            name = canonicalize_name(pin.group(1))
            found.setdefault(name, set())
        found.get(name, set()).update(re.findall(r"--hash=(\S+)", line))
    return found


def versions(path: Path) -> dict[str, set[str]]:
    """Every package of a lock with its versions, one for each range of Python where they differ."""
    found: dict[str, set[str]] = {}
    for pin in re.finditer(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", path.read_text()):
        found.setdefault(canonicalize_name(pin.group(1)), set()).add(pin.group(2))
    return found


def asked_for() -> Iterator[tuple[str, Requirement]]:
    for package in PACKAGES:
        declared = tomllib.loads((ROOT / package / "pyproject.toml").read_text())["project"]
        extras = declared.get("optional-dependencies", {}).values()
        for line in [*declared["dependencies"], *(line for extra in extras for line in extra)]:
            yield package, Requirement(line)


@pytest.mark.parametrize(
    ("package", "requirement"), list(asked_for()), ids=lambda value: str(value).replace("/", "-")
)
def test_what_a_package_asks_for_is_locked(package: str, requirement: Requirement) -> None:
    if requirement.name == "bluecloud" or requirement.name.startswith("bluecloud-"):
        return
    pinned = versions(ROOT / "requirements.txt").get(canonicalize_name(requirement.name), set())
    assert pinned, f"{package} asks for {requirement}, which is not locked: make lock"
    assert all(requirement.specifier.contains(version) for version in pinned)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_pin_has_a_hash_and_no_address(lock: Path) -> None:
    assert all(locked(lock).values())
    assert "://" not in lock.read_text()
    assert "rfc3987" not in lock.read_text()


@pytest.mark.parametrize(
    "part", sorted(ROOT.glob("images/*/requirements.txt")), ids=lambda path: path.parent.name
)
def test_an_images_part_is_a_part_of_the_whole(part: Path) -> None:
    whole = versions(ROOT / "requirements.txt")
    assert {
        name: found for name, found in versions(part).items() if not found <= whole.get(name, set())
    } == {}


@pytest.mark.parametrize("lock", sorted(ROOT.glob("*/package-lock.json")))
def test_npms_locks_name_no_address(lock: Path) -> None:
    assert '"resolved": "http' not in lock.read_text()
