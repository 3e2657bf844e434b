"""What tests of the catalogues share: the tree, a GDAC on loopback, and a clean environment."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalogs.gdac import Gdac, serve
from tests.federation.conftest import federation, running

__all__ = ["federation", "running"]

ROOT = Path(__file__).resolve().parents[2]
FEW = ("ostia_sst_monthly", "sst_daily_synthetic", "argo_index", "argo_profiles")
SAMPLE = ROOT / "catalogs" / "samples" / "argogdac"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, and no test reaches beyond the machine."""
    for name in os.environ:
        if name.startswith("BLUECLOUD_") and name != "BLUECLOUD_TEST_DATA":
            monkeypatch.delenv(name)
    # A port that nothing listens on: every provider is down unless a test serves it.
    for path in (ROOT / "catalogs" / "sources").glob("*.yaml"):
        monkeypatch.setenv(f"BLUECLOUD_{path.stem.upper()}_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogues, to be spoilt; the one that is opened.

    The environment laboratory has four entries in it, whatever it has in the tree.
    """
    for path in [*(ROOT / "catalogs").glob("*.yaml"), *(ROOT / "catalogs/sources").glob("*.yaml")]:
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    listed = "".join(f"  - {name}\n" for name in FEW)
    (tmp_path / "catalogs" / "environment.yaml").write_text(f"entries:\n{listed}")
    monkeypatch.setenv("BLUECLOUD_ROOT", str(tmp_path))
    return tmp_path / "catalogs"


@pytest.fixture
def gdac(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gdac]:
    """Our own synthetic sample, served as if it were the provider."""
    with serve(SAMPLE) as server:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", server.url)
        monkeypatch.setenv("BLUECLOUD_TIERS", "live")
        yield server


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The recorded tree of the real Argo GDAC."""
    told = os.environ.get("BLUECLOUD_TEST_DATA")
    folder = Path(told or "/nowhere") / "recordings" / "argogdac"
    if not folder.is_dir():
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/argogdac")
    return folder


@pytest.fixture(scope="session")
def recorded_tree(recordings: Path) -> Iterator[Gdac]:
    """The recorded profiles over HTTP.

    The profiles are real. The index is not the recorded one, which lists 2702 profiles of
    which most were not recorded: ``ftp-subset-indexes`` was made from it, with the rows
    whose files are there.
    """
    with serve(recordings / "ftp-subset-indexes", recordings / "ftp") as server:
        yield server


@pytest.fixture
def recorded(recorded_tree: Gdac, monkeypatch: pytest.MonkeyPatch) -> Gdac:
    """The catalogue reads from the recorded profiles."""
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", recorded_tree.url)
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    return recorded_tree
