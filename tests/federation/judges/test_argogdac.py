"""The Argo archive's judge: argopy, the programme's own reader, unchanged, over HTTP and FTP.

Its reader of core profiles is compared with ours in ``tests/catalogs/test_argo_against_argopy.py``;
here it reads biogeochemical profiles, their index, and the tree over FTP. argopy has the name of
the public bucket fixed in its code, so that the bucket is judged by s3fs, from the environment of
other programs, on a real S3 server (moto): it writes the tree there, and we read it.
"""

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from bluecloud_catalogs.tiers import read
from tests.federation.ftp import served
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded

JUDGES = Path(sys.prefix) / "judges" / "bin" / "python"
FLOAT = 3902131


def ours(name, **parameters):
    entry = declared(name)
    return read(entry, asked(entry, parameters), lazy=False)


@pytest.fixture
def argopy(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # argopy's own, of its many dependencies
        import argopy

        argopy.set_options(cachedir=str(tmp_path))
        yield argopy


@pytest.fixture
def tree(tmp_path) -> Path:
    """The indexes and one float of the recorded tree, in one folder that is all a server has."""
    copy = tmp_path / "tree"
    shutil.copytree(recorded("argogdac/ftp-subset-indexes"), copy)
    home = "dac/csiro/5900865"
    shutil.copytree(recorded(f"argogdac/ftp/{home}"), copy / home)
    return copy


def points(dataset, names):
    """Levels that have a value, ordered by cycle, direction and pressure."""
    if "N_PROF" in dataset.dims:
        wide = dataset.reset_coords()[["CYCLE_NUMBER", "DIRECTION", *names]]
        table = wide.broadcast_like(dataset["PRES"]).to_dataframe().reset_index(drop=True)
    else:
        table = dataset.reset_coords()[["CYCLE_NUMBER", "DIRECTION", *names]].to_dataframe()
    table = table.dropna(subset=list(names)).astype({"CYCLE_NUMBER": int})
    keys = ["CYCLE_NUMBER", "DIRECTION", "PRES", "TEMP"]
    return table.sort_values(keys, kind="stable", ignore_index=True)


def test_biogeochemical_profiles_as_they_are(federation, argopy):
    recorded("argogdac")
    fetcher = argopy.DataFetcher(
        src="gdac", ds="bgc", gdac=federation.address("argogdac"), mode="expert", params="all"
    )
    theirs = fetcher.profile(FLOAT, [1, 2, 10]).to_xarray(errors="raise")
    mine = ours("argo_bgc_profiles", platform=FLOAT, cycles=[1, 2, 10], mode="expert")
    mine = mine.isel(N_PROF=mine["DIRECTION"].values == "A")  # argopy leaves the others out
    names = ("PRES", "TEMP", "PSAL", "DOXY")
    left, right = points(mine, names), points(theirs, names)
    assert len(left) == len(right) > 500
    for name in names:
        np.testing.assert_allclose(left[name], right[name], atol=0.0501 * (name == "PRES"))


def test_biogeochemical_profiles_that_are_good(federation, argopy):
    """Argopy keeps a level only if temperature and salinity are good there; we mask each alone."""
    recorded("argogdac")
    fetcher = argopy.DataFetcher(
        src="gdac", ds="bgc", gdac=federation.address("argogdac"), mode="expert", params="all"
    )
    theirs = fetcher.profile(FLOAT, [1, 2, 10]).to_xarray(errors="raise")
    theirs = theirs.argo.datamode.merge()
    theirs = theirs.argo.filter_qc(QC_list=[1, 2], QC_fields=["PRES_QC", "TEMP_QC", "PSAL_QC"])
    mine = ours("argo_bgc_profiles", platform=FLOAT, cycles=[1, 2, 10])
    mine = mine.isel(N_PROF=mine["DIRECTION"].values == "A")
    for name in ("PRES", "TEMP", "PSAL"):
        mine = mine.where(mine[f"{name}_QC"].isin([1, 2]))
    mine["CYCLE_NUMBER"] = mine["CYCLE_NUMBER"].max("N_LEVELS")
    mine["DIRECTION"] = ("N_PROF", ["A"] * mine.sizes["N_PROF"])
    names = ("PRES", "TEMP", "PSAL")
    left, right = points(mine, names), points(theirs, names)
    assert len(left) == len(right) > 100
    for name in names:
        np.testing.assert_allclose(left[name], right[name], atol=0.0501 * (name == "PRES"))


@pytest.mark.parametrize(("kind", "count"), [("bgc-s", 11), ("bgc-b", 11)])
def test_the_biogeochemical_indexes(federation, argopy, kind, count):
    recorded("argogdac")
    host = federation.address("argogdac")
    theirs = argopy.ArgoIndex(host=host, index_file=kind).load().to_dataframe()
    assert len(theirs) == count
    if kind == "bgc-s":
        mine = ours("argo_bgc_index").sort_values("file", ignore_index=True)
        theirs = theirs.sort_values("file", ignore_index=True)
        assert list(mine["file"]) == list(theirs["file"])
        assert list(mine["parameters"]) == list(theirs["parameters"])
        assert list(mine["parameter_data_mode"]) == list(theirs["parameter_data_mode"])


def test_the_tree_over_ftp(federation, argopy, tree, monkeypatch):
    with served(tree) as url:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_FTP_URL", url)
        fetcher = argopy.DataFetcher(src="gdac", gdac=url, mode="expert")
        theirs = fetcher.profile(5900865, [1, 40]).to_xarray(errors="raise")
        mine = ours("argo_profiles", platform=5900865, cycles=[1, 40], mode="expert", tree="ftp")
    names = ("PRES", "TEMP", "PSAL")
    left, right = points(mine, names), points(theirs, names)
    assert len(left) == len(right) > 100
    for name in names:
        np.testing.assert_allclose(left[name], right[name], atol=0.0501 * (name == "PRES"))


_BUCKET = """
import json, sys
from moto.server import ThreadedMotoServer
import s3fs
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
server.start()
host, port = server.get_host_and_port()
url = f"http://127.0.0.1:{port}"
files = s3fs.S3FileSystem(key="x", secret="x", endpoint_url=url)
files.mkdir("archive")
for path, key in json.loads(sys.argv[1]):
    files.put_file(path, f"archive/pub/{key}", ACL="public-read")
print("AT", url, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def bucket(tree) -> Iterator[str]:
    """The indexes and one float in a public bucket of a real S3 server; its address."""
    wanted = [(tree / name, f"idx/{name}") for name in ("ar_index_global_meta.txt.gz",)]
    wanted += [(tree / name, f"idx/{name}") for name in ("ar_index_global_prof.txt.gz",)]
    home = "dac/csiro/5900865"
    paths = [tree / home / "5900865_prof.nc", *sorted((tree / home / "profiles").iterdir())[:3]]
    wanted += [(path, str(path.relative_to(tree))) for path in paths]
    told = json.dumps([(str(path), key) for path, key in wanted])
    environment = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
    with subprocess.Popen(
        [str(JUDGES), "-c", _BUCKET, told],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            address = next((line for line in server.stdout if line.startswith("AT ")), "")
            assert address, "the S3 server did not start"
            yield f"{address.split()[1]}/archive/pub"
        finally:
            server.stdin.close()


def test_the_tree_in_a_bucket(federation, bucket, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_S3_URL", bucket)
    over_s3 = ours("argo_profiles", platform=5900865, tree="s3")
    over_http = ours("argo_profiles", platform=5900865)
    assert over_s3.sizes["N_PROF"] == 80
    assert over_s3.drop_attrs().equals(over_http.drop_attrs())
    some = ours("argo_profiles", platform=5900865, cycles=[1, 2], tree="s3")
    assert some.sizes["N_PROF"] == 2
