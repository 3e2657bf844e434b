"""The packages of a candidate as a software bill of materials: CycloneDX 1.6, in JSON.

Written out here and not by a library: of that format a bill of names, versions and licences needs
a dozen fields, and the library brings six packages.
"""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import quote

from .report import Package, Report

_KINDS = {"python": "pypi", "debian": "deb/debian", "r": "cran"}
# As SPDX names licences; everything else is told as the package tells it.
_SPDX = re.compile(
    r"(MIT|ISC|Zlib|Unlicense|PSF-2\.0|Apache-2\.0|BSD-[23]-Clause|MPL-2\.0|0BSD"
    r"|A?GPL-[23]\.0-(only|or-later)|LGPL-(2\.1|3\.0)-(only|or-later))"
)


def bill_of_materials(report: Report) -> str:
    """The bill, as JSON; the same report gives the same bill."""
    image = report.image.removeprefix("sha256:")
    subject = {
        "type": "container",
        "bom-ref": report.image,
        "name": f"bluecloud/{report.slug}",
        "version": report.image,
        "hashes": [{"alg": "SHA-256", "content": image}],
    }
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, report.image)}",
        "version": 1,
        "metadata": {"timestamp": report.began.isoformat(), "component": subject},
        "components": [_component(package) for package in report.packages],
    }
    return json.dumps(bill, indent=1) + "\n"


def _component(package: Package) -> dict[str, Any]:
    name, version = quote(package.name, safe=""), quote(package.version, safe="")
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
