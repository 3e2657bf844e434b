"""Have the kernel ``python3`` of an environment started by the fork server.

    python -m bluecloud_runner.forkserver.install --prefix <sys.prefix>

Writes the kernel's specification below the prefix again, as it is there or as ipykernel has it,
with the name of the provisioner in it, and of a kernel that ends at once when asked to
(`bluecloud_kernel`). Running it twice is running it once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import RESOURCES, get_kernel_dict

from bluecloud_runner.folders import write_whole

PROVISIONER = "bluecloud-forked"
KERNEL = "python3"
_CLASS = "--IPKernelApp.kernel_class=bluecloud_kernel.kernel.Kernel"


def install(prefix: Path) -> Path:
    """Write the specification, and say where."""
    folder = prefix / "share" / "jupyter" / "kernels" / KERNEL
    file = folder / "kernel.json"
    if file.is_file():
        spec: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    else:
        shutil.copytree(RESOURCES, folder, dirs_exist_ok=True)
        spec = {**get_kernel_dict(), "argv": ["python", *get_kernel_dict()["argv"][1:]]}
    # A flag of the interpreter is one that a fork cannot have.
    argv = [word for word in spec["argv"] if not word.startswith("-X") and word != _CLASS]
    spec["argv"] = [*argv, _CLASS]
    metadata = spec.get("metadata", {})
    spec["metadata"] = {**metadata, "kernel_provisioner": {"provisioner_name": PROVISIONER}}
    # A new file: installers link one that they have kept into many environments.
    write_whole(file, (json.dumps(spec, indent=1) + "\n").encode())
    return file


def main() -> int:
    """Install, and say where; but never have a kernel name a provisioner that is not there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefix", type=Path, default=Path(sys.prefix), help="of the environment")
    prefix = parser.parse_args().prefix
    if not entry_points(group="jupyter_client.kernel_provisioners", name=PROVISIONER):
        sys.stderr.write(f"{PROVISIONER} is no provisioner here: install bluecloud-notebooks\n")
        return 1
    sys.stdout.write(f"{install(prefix)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
