"""A run done again from its capsule, by the command line: what is the same, and what is not."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xarray as xr

from bluecloud import runs
from bluecloud.service import Service
from tests.service.serving import four_people, serving_runs
from tests.service.work import notebook

WRITES = """
import os
from datetime import datetime, timezone
from pathlib import Path
import numpy as np, pandas as pd, xarray as xr
now = datetime.now(timezone.utc)
folder = Path(f'results {now:%Y-%m-%d %H%M%S}')
folder.mkdir()
data = xr.Dataset({'sst': (('time', 'lat'), np.arange(12.0).reshape(3, 4) * n)})
data.attrs = {'date_created': now.isoformat(), 'tiers': os.environ.get('BLUECLOUD_TIERS', '')}
data.to_netcdf(folder / 'sst.nc')
pd.DataFrame({'year': [2001, 2002], 'mean': [1.5, 2.5]}).to_csv(folder / 'means.csv', index=False)
(folder / 'clock.bin').write_bytes(os.urandom(4) if n == 3 else b'same')
"""


@pytest.fixture(scope="module")
def capsules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Path]]:
    """Capsules of a notebook by its parameter, 2 and 3; and of one that fails, 4."""
    tmp = tmp_path_factory.mktemp("verified")
    path = tmp / "means.ipynb"
    path.write_text(json.dumps(notebook("assert n < 4", WRITES)))
    with (
        four_people() as hub,
        serving_runs(hub, tmp / "state") as served,
        Service(served.address, "ada") as service,
    ):
        sweep = {"n": [2, 3, 4]}
        submitted = runs.submit(path, sweep=sweep, laboratory="environment", service=service)
        yield {
            run.parameters["n"]: run.capsule(tmp / "fetched", packed=run.parameters["n"] == 4)
            for run in submitted.wait(timeout=120).runs
        }


def verified(capsule: Path, *options: str) -> tuple[int, str]:
    """The status of the command, and all that it said."""
    command = [str(Path(sys.executable).with_name("bluecloud")), "verify", str(capsule), *options]
    kept = {name: value for name, value in os.environ.items() if name != "BLUECLOUD_TIERS"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**kept, "COLUMNS": "200"}
    )
    return done.returncode, done.stdout + done.stderr


def recorded(capsule: Path, path: Path) -> None:
    """Have the metadata tell a file's present checksum, as one who forges a whole capsule."""
    metadata = capsule / "ro-crate-metadata.json"
    told = json.loads(metadata.read_text())
    for entity in told["@graph"]:
        if entity["@id"].replace("%20", " ") == path.relative_to(capsule).as_posix():
            entity["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    metadata.write_text(json.dumps(told))


def test_what_comes_out_again_is_the_same_though_it_says_when(capsules: dict[int, Path]) -> None:
    status, told = verified(capsules[2], "--json")
    assert status == 0, told
    report: dict[str, Any] = json.loads(told)
    assert {f["path"].rpartition("/")[2]: f["status"] for f in report["findings"]} == {
        "clock.bin": "same",
        "means.csv": "same",
        "sst.nc": "same",  # with the setting of tiers that it was run with, in its attributes
    }
    assert (report["packages"], report["inputs"], report["altered"]) == ({}, [], [])
    assert report["reproduced"]


def test_an_altered_output_chance_and_another_environment_are_told_with_where(
    capsules: dict[int, Path], tmp_path: Path
) -> None:
    capsule = capsules[3]
    (path,) = capsule.glob("outputs/*/sst.nc")
    with xr.open_dataset(path) as data:
        altered = data.load()
    altered["sst"][1, 2] = 99.0
    altered.to_netcdf(path)
    environment = capsule / "environment.json"
    told_of = json.loads(environment.read_text())
    told_of["packages"]["numpy"] = "1.0"
    environment.write_text(json.dumps(told_of))
    recorded(capsule, environment)

    status, told = verified(capsule, "--keep", str(tmp_path / "kept"))

    assert status == 1, told
    assert told.count("altered since the run:") == 1
    assert "altered since the run: outputs/" in told
    assert "sst[time=1, lat=2]" in told
    assert "99.0, and now 18.0" in told
    assert "1 packages are different:\n  numpy: 1.0 -> " in told
    (chance,) = [line for line in told.splitlines() if "clock.bin" in line]
    (means,) = [line for line in told.splitlines() if "means.csv" in line]
    assert "different" in chance
    assert "same" in means
    assert len(list((tmp_path / "kept").glob("outputs/*/sst.nc"))) == 1


def test_a_run_that_failed_is_reproduced_if_it_fails_alike(capsules: dict[int, Path]) -> None:
    status, told = verified(capsules[4])
    assert status == 0, told
    assert "the run ended as it had: failed: cell-failed in cell 3" in told


def test_several_capsules_are_each_run_again(capsules: dict[int, Path], tmp_path: Path) -> None:
    status, told = verified(capsules[2], str(capsules[4]), "--json")
    assert status == 0, told
    reports = json.loads(told)
    assert [(Path(each["capsule"]), each["reproduced"]) for each in reports] == [
        (capsules[2], True),
        (capsules[4], True),
    ]
    nothing = tmp_path / "nothing"
    status, told = verified(nothing, str(capsules[3]), str(capsules[2]))
    assert status == 2, told
    assert f"{nothing} is no capsule" in told
    assert told.count("It was reproduced.") == 1
    assert told.count("It was not reproduced.") == 1  # one of its files is chance's
    status, told = verified(capsules[2], str(capsules[3]), "--keep", str(tmp_path / "kept"))
    assert (status, "--keep is for what comes out of one capsule" in told) == (2, True), told


@pytest.mark.parametrize("made", ["nothing", "no capsule", "runs", "no zip", "no run"])
def test_what_is_no_capsule_is_not_run(
    made: str, capsules: dict[int, Path], tmp_path: Path
) -> None:
    path = tmp_path / "it"
    if made == "no capsule":
        path.mkdir()
    elif made == "runs":
        shutil.copytree(capsules[2], path / "the-run")
    elif made == "no zip":
        path.write_bytes(b"PK")
    elif made == "no run":
        shutil.copytree(capsules[2], path)
        (path / "run.json").unlink()
    status, told = verified(path)
    assert status == 2
    assert "Traceback" not in told
    if made in {"nothing", "no capsule", "runs"}:
        assert "is no capsule, which is a folder with ro-crate-metadata.json" in told
        assert ("it holds these: the-run" in told) == (made == "runs")
