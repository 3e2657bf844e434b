"""The packages of an image as a software bill of materials: CycloneDX 1.6, in JSON.

Written out here and not by a library: of that format a bill of names, versions and licences needs
a dozen fields, and the library brings six packages.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .report import Package, Report

_KINDS = {"python": "pypi", "debian": "deb/debian", "r": "cran", "npm": "npm"}
# As SPDX names licences; everything else is told as the package tells it.
_SPDX = re.compile(
    r"(MIT|ISC|Zlib|Unlicense|PSF-2\.0|Apache-2\.0|BSD-[23]-Clause|MPL-2\.0|0BSD"
    r"|A?GPL-[23]\.0-(only|or-later)|LGPL-(2\.1|3\.0)-(only|or-later))"
)


def bill_of_materials(report: Report) -> str:
    """The bill of a candidate, as JSON; the same report gives the same bill."""
    return bill(f"bluecloud/{report.slug}", report.image, report.began, report.packages)


def bill(name: str, image: str, moment: datetime, packages: Iterable[Package]) -> str:
    """The bill of an image, by its id, as it was at a moment; as JSON."""
    subject = {
        "type": "container",
        "bom-ref": image,
        "name": name,
        "version": image,
        "hashes": [{"alg": "SHA-256", "content": image.removeprefix("sha256:")}],
    }
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, image)}",
        "version": 1,
        "metadata": {"timestamp": moment.isoformat(), "component": subject},
        # One a package and version, though it may lie there twice.
        "components": list({each["purl"]: each for each in map(_component, packages)}.values()),
    }
    return json.dumps(told, indent=1) + "\n"


def _component(package: Package) -> dict[str, Any]:
    # A scope of npm's is the namespace of a package's address.
    name = quote(package.name, safe="/" if package.kind == "npm" else "")
    version = quote(package.version, safe="")
    purl = f"pkg:{_KINDS[package.kind]}/{name}@{version}"
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl,
        "name": package.name,
        "version": package.version,
        "purl": purl,
    }
    if package.licence:
        key = "id" if _SPDX.fullmatch(package.licence) else "name"
        told["licenses"] = [{"license": {key: package.licence}}]
    return told
