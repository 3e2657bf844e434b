"""Open each file of a proposed product and say what is wrong with it: the last line, as JSON.

It is executed by itself, away from the service, with little memory and time, no network and no
secret: C libraries that read a stranger's file may be made to do anything. It is called with a
file that says what to check; whoever calls it knows which files there are, and believes nothing of
the answer but its form.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from .grids import netcdf, zarr_store
from .tables import parquet, text_table
from .told import Told

_MOST_WRITTEN = 16 * 2**20  # bytes, of what it says


def check(path: Path, name: str) -> Told:
    """What is found of a file, by its kind; whatever a library stumbles over is an error of it."""
    suffix = Path(name).suffix.lower()
    kinds = {".nc": ("grid", netcdf), ".zarr": ("grid", zarr_store), ".parquet": ("table", parquet)}
    kinds |= dict.fromkeys((".csv", ".tsv", ".tab"), ("table", text_table))
    kinds |= {".json": ("document", _json), ".geojson": ("document", _json)}
    kind, reads = kinds.get(suffix, ("document", None))
    told = Told(name, kind)
    if reads is not None:
        try:
            reads(path, told)
        except MemoryError:
            told.errors.append("it needs more memory than a check has: publish it in parts")
        except Exception as error:  # noqa: BLE001 - any fault of a library is one of the file
            told.errors.append(f"it cannot be read: {type(error).__name__}: {error}")
    return told


def _json(path: Path, told: Told) -> None:
    with path.open(encoding="utf-8") as file:
        json.load(file)


def hold(seconds: int, memory_bytes: int) -> None:
    """Take away from this process what no check needs, before a file is opened."""
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: _MOST_WRITTEN,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 512,
    }
    if memory_bytes:  # else whatever holds the process holds it
        limits[resource.RLIMIT_AS] = memory_bytes
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))


def main() -> int:
    """Check what the order names; the exit status of the program."""
    order = json.loads(Path(sys.argv[1]).read_bytes())
    hold(order["seconds"], order["memory_bytes"])
    folder = Path(order["folder"])
    found = [check(folder / name, name).plain() for name in order["names"]]
    sys.stdout.write(f"\n{json.dumps(found)}\n")
    return 0
