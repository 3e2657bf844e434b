"""Writes what a cluster is given: ``python -m bluecloud_hub.cluster [FOLDER]``.

FOLDER has ``cluster.toml`` and is ``deploy/kubernetes`` of the checkout by default. With
``--check`` nothing is written, and it is an error if what is there is not what would be.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from bluecloud_hub.cluster import dask, manifests, values
from bluecloud_hub.cluster.choices import read_cluster
from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.settings import checkout

_HEADER = (
    "# Generated from hub/labs/*.toml and cluster.toml beside this file; make kubernetes writes\n"
    "# it again. Change those, or give helm a file of your own after it.\n"
)


class _Plain(yaml.SafeDumper):
    """YAML without anchors, so that each part can be read by itself."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write what occurs twice twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Plain.add_representer(str, _text)


def generated(cluster_file: Path, labs: Path) -> dict[str, str]:
    """The text of each file by its name.

    Raises
    ------
    HubError
        If the choices or a declaration cannot be used.
    """
    laboratories = read_laboratories(labs)
    cluster = read_cluster(cluster_file).placed(laboratories)
    files = {
        "manifests.yaml": _documents(manifests.manifests(cluster)),
        "values.yaml": _documents([values.values(cluster, laboratories)]),
    }
    if cluster.dask.enabled:
        files["dask-manifests.yaml"] = _documents(dask.manifests(cluster))
        files["dask-values.yaml"] = _documents([dask.values(cluster, laboratories)])
    return files


def _documents(documents: list[dict[str, Any]]) -> str:
    dumped = (
        yaml.dump(each, Dumper=_Plain, sort_keys=False, width=1000, allow_unicode=True)
        for each in documents
    )
    return _HEADER + "---\n".join(dumped)


def main(arguments: list[str] | None = None) -> int:
    """Write the files, or compare them."""
    parser = argparse.ArgumentParser(
        prog="python -m bluecloud_hub.cluster", description=main.__doc__
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, default=checkout() / "deploy" / "kubernetes"
    )
    parser.add_argument("--labs", type=Path, default=checkout() / "hub" / "labs")
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    chosen = parser.parse_args(arguments)
    try:
        files = generated(chosen.folder / "cluster.toml", chosen.labs)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    stale = [
        name
        for name, text in files.items()
        if not (chosen.folder / name).is_file()
        or (chosen.folder / name).read_text(encoding="utf-8") != text
    ]
    if chosen.check:
        for name in stale:
            sys.stderr.write(f"{chosen.folder / name} is not what make kubernetes writes\n")
        return 1 if stale else 0
    for name, text in files.items():
        (chosen.folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{chosen.folder / name}{'' if name in stale else ' (as it was)'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
