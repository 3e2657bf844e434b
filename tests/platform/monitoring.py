"""The files of ``deploy/monitoring``: their queries, and the names of metrics in these."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
_NAME = re.compile(r"\b(?:bluecloud|jupyterhub)_[a-z0-9_]+\b")


def queries() -> list[str]:
    """Every query of the dashboard and the alert rules."""
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    rules = yaml.safe_load((FOLDER / "rules.yml").read_text())
    return [
        *(target["expr"] for panel in dashboard["panels"] for target in panel["targets"]),
        *(rule["expr"] for group in rules["groups"] for rule in group["rules"]),
    ]


def names() -> set[str]:
    """Every metric that a query names."""
    return {name for query in queries() for name in _NAME.findall(query)}
