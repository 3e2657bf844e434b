"""Something to be run, as small as it can be, and what a unit would find."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bluecloud_runner.folders import Limits, Outcome, RunFolder, Verdict
from bluecloud_runner.seal import write_verdict
from bluecloud_service.runs.store import Work, attempts


def notebook(*sources: str, parameters: str = "n: int = 1") -> dict[str, Any]:
    """A notebook with a cell of parameters and these others."""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "metadata": {"tags": ["parameters"]} if number == 0 else {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate([parameters, *sources])
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": cells,
    }


def work(
    *sources: str,
    sets: Sequence[Mapping[str, Any]] = ({"n": 1},),
    image: str = "",
    **limits: Any,
) -> Work:
    """That notebook as admission hands it on."""
    return Work(
        laboratory="environment",
        version="0.1.0",
        image=image,
        notebook="counting.ipynb",
        content=json.dumps(notebook(*sources)).encode(),
        kernel="python3",
        parameters=sets,
        limits=Limits(**limits),
    )


def judge(run: RunFolder, outcome: Outcome = "succeeded", **more: Any) -> Verdict:
    """Write a verdict of a run's last attempt, under its seal."""
    last = attempts(run)[-1]
    verdict = Verdict(
        run=run.request().id,
        attempt=last.number,
        outcome=outcome,
        started=datetime.now(UTC),
        ended=datetime.now(UTC),
        **more,
    )
    write_verdict(run.verdict, verdict, last.key)
    return verdict
