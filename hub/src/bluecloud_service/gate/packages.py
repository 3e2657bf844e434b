"""Which packages an image holds, read from the files that the installers left in it.

Nothing of the image is executed for it, so that what is listed is what lies there. A licence is
what the package says of itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from email.parser import BytesHeaderParser
from email.policy import compat32

from .report import Change, Differences, Package

METADATA = re.compile(r"^.+\.(dist|egg)-info/(METADATA|PKG-INFO)$")
DPKG = "var/lib/dpkg/status"
COPYRIGHT = re.compile(r"^usr/share/doc/(?P<package>[^/]+)/copyright$")
R_DESCRIPTION = re.compile(r"^usr/(local/)?lib/R/(site-)?library/[^/]+/DESCRIPTION$")
NPM = re.compile(r"^(.+/)?node_modules/(@[^/]+/)?[^/]+/package\.json$")
_MOST_LICENCE = 120
_MOST_LICENCES = 6


def packages(files: Mapping[str, bytes]) -> tuple[Package, ...]:
    """The packages of an image by the files that name them, in the order of kind and name."""
    found = {
        *(_python(content) for path, content in files.items() if METADATA.match(path)),
        *(_r(content) for path, content in files.items() if R_DESCRIPTION.match(path)),
        *(_npm(content) for path, content in files.items() if NPM.match(path)),
        *_debian(files),
    }
    named = (package for package in found if package.name)
    return tuple(sorted(named, key=_order))


def versions(found: Iterable[Package], name: str) -> list[str]:
    """The versions in which a Python package is there, lowest text first."""
    return sorted({p.version for p in found if p.kind == "python" and p.name == name})


def differences(before: Iterable[Package], now: Iterable[Package]) -> Differences:
    """What was added, removed and changed; of one name there can be several versions."""
    old, new = _by_name(before), _by_name(now)
    return Differences(
        added=tuple(each for key, found in new.items() if key not in old for each in found),
        removed=tuple(each for key, found in old.items() if key not in new for each in found),
        changed=tuple(
            Change(kind=found[0].kind, name=found[0].name, before=was, now=versions_now)
            for key, found in new.items()
            if key in old and (was := _told(old[key])) != (versions_now := _told(found))
        ),
    )


def _by_name(found: Iterable[Package]) -> dict[tuple[str, str], list[Package]]:
    named: dict[tuple[str, str], list[Package]] = {}
    for each in sorted(found, key=_order):
        named.setdefault((each.kind, each.name), []).append(each)
    return named


def _told(found: Iterable[Package]) -> str:
    return ", ".join(dict.fromkeys(each.version for each in found))


def _order(package: Package) -> tuple[bool, str, str, str, str]:
    """Python first, then by kind, name, version and licence."""
    kind = package.kind
    return kind != "python", kind, package.name, package.version, package.licence


def _python(content: bytes) -> Package:
    said = BytesHeaderParser(policy=compat32).parsebytes(content)
    name = re.sub(r"[-_.]+", "-", str(said.get("Name", ""))).lower()
    licence = str(said.get("License-Expression") or said.get("License") or "").strip()
    # Some give the whole text, which is no name.
    if not licence or "\n" in licence or len(licence) > _MOST_LICENCE or licence == "UNKNOWN":
        classified = [
            str(each).rpartition("::")[2].strip()
            for each in said.get_all("Classifier", [])
            if str(each).startswith("License ::")
        ]
        licence = " AND ".join(dict.fromkeys(classified)) or licence.partition("\n")[0]
    version = str(said.get("Version", ""))
    return Package(kind="python", name=name, version=version, licence=licence[:_MOST_LICENCE])


def _r(content: bytes) -> Package:
    said = _fields(content.decode("utf-8", "replace"))
    return Package(
        kind="r",
        name=said.get("Package", ""),
        version=said.get("Version", ""),
        licence=said.get("License", ""),
    )


def _npm(content: bytes) -> Package:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        said = None
    told = said if isinstance(said, dict) else {}
    name, version, licence = (told.get(key) for key in ("name", "version", "license"))
    return Package(
        kind="npm",
        # Folders of a package that are none have no version.
        name=str(name) if name and version else "",
        version=str(version or ""),
        licence=licence[:_MOST_LICENCE] if isinstance(licence, str) else "",
    )


def _debian(files: Mapping[str, bytes]) -> list[Package]:
    licences = {}
    for path, content in files.items():
        match = COPYRIGHT.match(path)
        if match:
            licences[match["package"]] = _licence(content.decode("utf-8", "replace"))
    told = []
    for block in files.get(DPKG, b"").decode("utf-8", "replace").split("\n\n"):
        said = _fields(block)
        if said.get("Status", "").endswith(" installed"):
            name = said.get("Package", "")
            told.append(
                Package(
                    kind="debian",
                    name=name,
                    version=said.get("Version", ""),
                    licence=licences.get(name, ""),
                )
            )
    return told


def _licence(copyright_file: str) -> str:
    """The licences that a machine-readable copyright file names; empty where it is prose."""
    if "copyright-format" not in copyright_file[:400]:
        return ""
    named = re.findall(r"^License:[ \t]*(\S.*)$", copyright_file, re.MULTILINE)
    different = list(dict.fromkeys(each.strip() for each in named))
    more = ", ..." if len(different) > _MOST_LICENCES else ""
    return ", ".join(different[:_MOST_LICENCES]) + more


def _fields(block: str) -> dict[str, str]:
    lines = (line.partition(":") for line in block.splitlines() if line[:1].strip())
    return {key.strip(): value.strip() for key, _, value in lines}
