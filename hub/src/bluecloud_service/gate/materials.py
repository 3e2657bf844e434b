"""Bills of materials: ``python -m bluecloud_service.gate.materials --to FOLDER IMAGE...``.

One file an image, ``NAME.cdx.json`` (CycloneDX 1.6), of what its installers left in it: packages of
Debian, Python, R and npm. Nothing of an image is executed. A release has its bill from the gate.

The exit status is 0, or 2 where an image is not there or no package was found in it.
"""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from .bom import bill
from .errors import GateError
from .held import Held
from .packages import packages


def main(arguments: list[str] | None = None) -> int:
    """Write them, with a line each; the exit status of the program."""
    parser = argparse.ArgumentParser(
        prog="python -m bluecloud_service.gate.materials",
        description=(__doc__ or "").partition("\n")[0],
    )
    parser.add_argument("images", metavar="IMAGE", nargs="+", help="an image id or name")
    parser.add_argument("--to", metavar="FOLDER", type=Path, required=True, help="made if absent")
    chosen = parser.parse_args(arguments)
    try:
        held = Held("materials", pids_limit=64)
        chosen.to.mkdir(parents=True, exist_ok=True)
        for name in chosen.images:
            image = held.image(name)
            files = held.files(image)
            found = packages(files.content)
            if not found or files.passed_over:
                unread = ", ".join(files.passed_over[:3]) or "no package was found"
                sys.stderr.write(f"there is no whole bill of {name}; not read: {unread}\n")
                return 2
            plain = name.rpartition("/")[2].partition(":")[0].partition("@")[0]
            path = chosen.to / f"{plain}.cdx.json"
            path.write_text(bill(name, image.id, datetime.now(UTC), found), encoding="utf-8")
            sys.stdout.write(f"{path}: {len(found)} packages of {image.id}\n")
    except (GateError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
