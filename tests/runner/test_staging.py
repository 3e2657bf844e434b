"""Only what is whole and may be shown is given out, and then all of it at once."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from bluecloud_runner.redaction import Secrets
from bluecloud_runner.staging import OutputsRefused, give_out

NONE = Secrets(set())


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging"
    folder.mkdir()
    return folder


def given(staging: Path, *, most_bytes: int = 10**6, secrets: Secrets = NONE) -> Path:
    outputs = staging.with_name("outputs")
    give_out(staging, outputs, most_bytes=most_bytes, secrets=secrets)
    return outputs


def store(path: Path, values: np.ndarray, zarr_format: int) -> None:
    data = xr.Dataset({"sst": (("x",), values)}).chunk(x=2)
    data.to_zarr(path, zarr_format=zarr_format, consolidated=zarr_format == 2)  # type: ignore[arg-type]


def test_what_a_notebook_wrote_is_renamed_as_a_whole(staging: Path) -> None:
    (staging / "maps").mkdir()
    (staging / "maps" / "a.txt").write_text("a")
    assert (given(staging) / "maps" / "a.txt").read_text() == "a"
    assert not staging.exists()


def test_more_than_is_allowed_is_refused(staging: Path) -> None:
    for name, size in (("a", 1100), ("b", 2_500_000), ("c", 1), ("d", 2)):
        (staging / name).write_bytes(bytes(size))
    with pytest.raises(OutputsRefused) as refused:
        given(staging, most_bytes=2_000_000)
    assert str(refused.value) == (
        "what it wrote has 2.5 MB (b 2.5 MB, a 1.1 kB, d 2 bytes and 1 more), of which a run may "
        "leave 2 MB: none of it was kept"
    )
    assert staging.is_dir()


def test_a_link_out_of_the_folder_is_refused(staging: Path) -> None:
    (staging / "passwd").symlink_to("/etc/passwd")
    with pytest.raises(OutputsRefused, match="passwd is a link"):
        given(staging)


def test_a_login_across_two_pieces_of_a_file_is_found(staging: Path) -> None:
    (staging / "a.bin").write_bytes(bytes(2**20 - 3) + b"abcdef" + bytes(10))
    with pytest.raises(OutputsRefused, match="a.bin holds a login"):
        given(staging, most_bytes=10**7, secrets=Secrets({"abcdef"}))


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_whole_store_is_given_out_though_chunks_of_fill_values_are_absent(
    staging: Path, zarr_format: int
) -> None:
    store(staging / "a.zarr", np.array([1.0, 2.0, np.nan, np.nan]), zarr_format)
    assert (given(staging) / "a.zarr").is_dir()


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_a_store_that_was_declared_and_never_written_is_refused(
    staging: Path, zarr_format: int
) -> None:
    data = xr.Dataset({"sst": (("x",), np.arange(4.0))}).chunk(x=2)
    data.to_zarr(
        staging / "a.zarr",
        zarr_format=zarr_format,  # type: ignore[arg-type]
        consolidated=False,
        compute=False,
    )
    with pytest.raises(OutputsRefused, match=r"a\.zarr: its arrays were declared and never"):
        given(staging)


def test_a_torn_description_of_a_store_is_refused(staging: Path) -> None:
    store(staging / "a.zarr", np.arange(4.0), 2)
    path = staging / "a.zarr" / "sst" / ".zarray"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(OutputsRefused, match="no whole JSON"):
        given(staging)


def test_a_name_that_is_no_text_is_refused_and_said(staging: Path) -> None:
    folder = staging / "m\udce5ned"  # Latin 1, as Python has the name
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    with pytest.raises(OutputsRefused, match=r"m\\udce5ned/a.txt' is no text in UTF-8"):
        given(staging)


def test_a_name_that_is_a_secret_is_refused_and_not_said(staging: Path) -> None:
    (staging / "of-s3cr3t-token.txt").write_text("a")
    with pytest.raises(OutputsRefused) as refused:
        given(staging, secrets=Secrets({"s3cr3t-token"}))
    assert "s3cr3t-token" not in str(refused.value)


def test_folders_deeper_than_can_be_read_are_refused(
    staging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(staging)
    for _ in range(1500):
        Path("d").mkdir()
        os.chdir("d")
    try:
        with pytest.raises(OutputsRefused, match="too deeply"):
            given(staging)
    finally:
        monkeypatch.undo()
        subprocess.run(["/bin/rm", "-r", staging], check=True)  # deeper than Python removes
