"""A sweep of sixty: five boxes in twelve months, watched from its submit to its end."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from bluecloud import runs
from bluecloud.service import Service
from bluecloud_catalogs import open_catalog
from tests.service.serving import four_people, serving_runs
from tests.service.work import notebook

BOXES = [[west, -5.0, west + 20.0, 5.0] for west in (0.0, 60.0, 160.0, 200.0, 320.0)]
MONTHS = list(range(1, 13))
PARAMETERS = """
box: tuple[float, float, float, float] = (0.0, -5.0, 20.0, 5.0)  # west, south, east, north
month: int = 1  # of 2008
"""
IMPORT = "import json\nimport numpy as np\nfrom pathlib import Path\nimport bluecloud_catalogs"
READ = """
west, south, east, north = box
sst = bluecloud_catalogs.open_catalog("environment")["ostia_sst_monthly"].read().sst
cut = sst.sel(time=f"2008-{month:02d}", latitude=slice(south, north), longitude=slice(west, east))
Path("mean.json").write_text(json.dumps(float(np.nanmean(cut.values))))
"""


def test_sixty_runs_say_how_far_they_are_and_each_leaves_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    sst = open_catalog("environment")["ostia_sst_monthly"].read().sst
    path = tmp_path / "mean.ipynb"
    path.write_text(json.dumps(notebook(IMPORT, READ, parameters=PARAMETERS)))
    progress: list[int] = []
    with (
        four_people() as hub,
        serving_runs(hub, tmp_path / "state") as served,
        Service(served.address, "ada") as service,
    ):
        sweep = runs.submit(
            path,
            sweep={"box": BOXES, "month": MONTHS},
            laboratory="environment",
            size="medium",
            service=service,
        )
        done = sweep.wait(
            timeout=400,
            told=lambda now: progress.append(sum(run.state in runs.ENDED for run in now.runs)),
        )
        assert {(run.state, run.words) for run in done.runs} == {("succeeded", "")}
        asked = {(tuple(r.parameters["box"]), r.parameters["month"]): r for r in done.runs}
        assert set(asked) == set(itertools.product(map(tuple, BOXES), MONTHS))
        assert progress == sorted(progress)
        assert len(set(progress)) > 10, "it was told of as it went on"
        assert sum(run.whole["forked"] for run in done.runs) > 50
        for one in (asked[tuple(BOXES[0]), 1], asked[tuple(BOXES[4]), 12]):
            (file,) = [f for f in one.fetch(tmp_path / "left") if f.name == "mean.json"]
            month = f"2008-{one.parameters['month']:02d}"
            west, south, east, north = one.parameters["box"]
            cut = sst.sel(time=month, latitude=slice(south, north), longitude=slice(west, east))
            expected = float(np.nanmean(cut.values.astype(float)))
            assert json.loads(file.read_text()) == pytest.approx(expected, rel=1e-6)
