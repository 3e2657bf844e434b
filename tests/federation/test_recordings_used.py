"""Every recording is read by some test, or it is said here why not.

It runs last (``tests/conftest.py`` sees to that), looks at what the others have opened, and says
nothing of a run that left some of them out.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.federation.conftest import recordings
from tests.federation.opened import opened, watch
from tests.federation.recorded import used

GROUPS = {"catalogs", "federation"}  # that read recordings
# What is neither data nor an answer: what is said of them, and programs.
ABOUT = ("PROVENANCE.md", "README.md", "NOTICE", "LICENSE", "LICENSE.*", "*.py", ".git*")
PROGRAMS = ("argogdac/cli/ftp_data",)
# By pattern, why no test reads it. A reason that has become untrue fails.
UNUSED: Mapping[str, str] = {}


def is_recording(path: str) -> bool:
    """Whether it is data or an answer."""
    name = path.rpartition("/")[2]
    return path not in PROGRAMS and not any(fnmatchcase(name, pattern) for pattern in ABOUT)


def without_use(every: Iterable[str], read: set[str], reasons: Mapping[str, str]) -> list[str]:
    """The recordings that nobody read and that have no reason not to be."""
    return sorted(
        path
        for path in every
        if is_recording(path)
        and path not in read
        and not any(fnmatchcase(path, pattern) for pattern in reasons)
    )


def without_truth(every: Iterable[str], read: set[str], reasons: Mapping[str, str]) -> list[str]:
    """The patterns of which every file has been read after all, or which name none."""
    return sorted(
        pattern
        for pattern in reasons
        if not any(fnmatchcase(path, pattern) and path not in read for path in every)
    )


def all_of(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_an_opened_file_is_noted_and_one_that_is_only_listed_is_not(tmp_path):
    for name in ("read", "listed", "by hand"):
        (tmp_path / name).write_text("x")
    watch(tmp_path)
    (tmp_path / "read").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["by hand", "listed", "read"]
    assert opened(tmp_path) == {"read"}


def test_what_is_not_used_is_named():
    every = ["a/PROVENANCE.md", "a/data.nc", "a/LICENSE", "b/1.json", "b/2.json"]
    assert without_use(every, {"a/data.nc"}, {}) == ["b/1.json", "b/2.json"]
    assert without_use(every, {"a/data.nc"}, {"b/*": "too large"}) == []
    assert without_use(every, {"a/data.nc"}, {"b/1.*": "too large"}) == ["b/2.json"]
    assert without_truth(every, {"b/1.json", "b/2.json"}, {"b/*": "x", "c": "y"}) == ["b/*", "c"]
    assert without_truth(every, {"b/1.json"}, {"b/*": "x"}) == []


def test_every_recording_is_read_by_some_test(request):
    folder = recordings()
    if folder is None:
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/")
    if lacking := whole_run(request.config):
        pytest.skip(f"recordings are counted when all tests run: {lacking}")
    every = all_of(folder)
    read = opened(folder) | used
    counted = [path for path in every if is_recording(path)]
    assert len(counted) > 0
    nobody = without_use(every, read, UNUSED)
    told = "\n".join([f"{len(nobody)} of {len(counted)} recordings are read by no test:", *nobody])
    assert not nobody, told
    assert without_truth(every, read, UNUSED) == []


def whole_run(config: pytest.Config) -> str:
    """Why a run is not of all tests that read recordings; nothing if it is."""
    told = config.option
    of_marks = told.markexpr not in {"", "not live"}  # the latter is how all of them are run
    if told.keyword or of_marks or told.deselect or getattr(told, "lf", False):
        return "some are left out by a choice"
    absent = GROUPS - groups_of(config)
    return f"those of {', '.join(sorted(absent))} are not asked for" if absent else ""


def groups_of(config: pytest.Config) -> set[str]:
    """The groups of tests that were asked for whole."""
    tests = Path(__file__).resolve().parents[1]
    asked = [Path(config.invocation_params.dir, word.partition("::")[0]) for word in config.args]
    whole = {path.resolve() for path in asked if path.is_dir()}
    if whole & {tests, tests.parent}:
        return {path.name for path in tests.iterdir() if path.is_dir()}
    return {path.name for path in whole if path.parent == tests}
