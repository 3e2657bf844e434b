"""The files that a cluster is given, as they are kept, and as other choices make them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bluecloud_hub.cluster.__main__ import generated

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
LABS = ROOT / "hub" / "labs"
CHOICES = 'host = "vre.example.org"\nimages = "registry.example.org/bluecloud"\ntag = "1"\n'
Manifest = dict[str, Any]


def documents(name: str) -> list[Manifest]:
    return list(yaml.safe_load_all((FOLDER / name).read_text()))


def values() -> dict[str, Any]:
    (found,) = documents("values.yaml")
    return found


def made(folder: Path, choices: str) -> dict[str, str]:
    (folder / "cluster.toml").write_text(choices)
    return generated(folder / "cluster.toml", LABS)
