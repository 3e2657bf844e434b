"""One archive behind three doors: https, ftp and a public bucket give the same profiles."""

import time

import numpy as np
import pytest

import bluecloud_catalogs
from bluecloud_catalogs import (
    CatalogueError,
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.ftp import get_all
from bluecloud_catalogs.http import Call
from tests.catalogs.conftest import SAMPLE
from tests.federation.ftp import served, talking


@pytest.fixture
def over_ftp(monkeypatch):
    with served(SAMPLE) as url:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_FTP_URL", url)
        monkeypatch.setenv("BLUECLOUD_TIERS", "live")
        yield bluecloud_catalogs.open_catalog("environment")


def test_the_tree_over_ftp_is_the_tree_over_http(over_ftp, gdac):
    entry = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]
    wanted = {"platform": [9000001, 9000002], "cycles": [1, 2, 3]}
    ours, theirs = entry(**wanted, tree="ftp").read(), entry(**wanted).read()
    assert ours.drop_attrs().equals(theirs.drop_attrs())
    assert ours.attrs["checksum"].partition(" of ")[2] == "7 files"
    assert ours.sizes["N_PROF"] == 7


def test_the_whole_source_can_be_moved_to_an_ftp_mirror(monkeypatch):
    with served(SAMPLE) as url:
        monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", url)
        monkeypatch.setenv("BLUECLOUD_TIERS", "live")
        table = bluecloud_catalogs.open_catalog("environment")["argo_index"].read()
    assert len(table) == 6


def test_a_bucket_has_its_indexes_apart(gdac, tmp_path):
    entry = bluecloud_catalogs.open_catalog("environment")["argo_index"]
    with pytest.raises(NotFound, match="s3/idx/ar_index_global_prof.txt: the provider has no"):
        entry(tree="s3").read()


def test_a_snapshot_is_kept_of_what_came_over_ftp(over_ftp, monkeypatch, tmp_path):
    monkeypatch.setenv("BLUECLOUD_SNAPSHOTS", str(tmp_path))
    first = over_ftp["argo_index"](tree="ftp").read()
    monkeypatch.setenv("BLUECLOUD_TIERS", "snapshot")
    again = over_ftp["argo_index"](tree="ftp").read()
    assert again.attrs["checksum"] == first.attrs["checksum"]


def test_an_absent_file_is_named():
    with served(SAMPLE) as url, pytest.raises(NotFound, match=r"gone.nc: it answered 550"):
        get_all([Call(f"{url}/gone.nc")])


def test_nobody_there_is_said_at_once():
    began = time.monotonic()
    with pytest.raises(SourceUnavailable, match="no connection: Connection refused"):
        get_all([Call("ftp://127.0.0.1:1/file")])
    assert time.monotonic() - began < 2


def test_a_server_that_wants_a_login(tmp_path):
    with (
        served(tmp_path, anonymous=False) as url,
        pytest.raises(CredentialRequired, match="it answered 530"),
    ):
        get_all([Call(f"{url}/file")])


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_HTTP_SILENCE_S", "0.5")
    monkeypatch.setenv("BLUECLOUD_HTTP_DEADLINE_S", "1")


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_is_silent():
    began = time.monotonic()
    with talking() as url, pytest.raises(SourceUnavailable, match="no answer in time"):
        get_all([Call(f"{url}/file")])
    assert time.monotonic() - began < 3


@pytest.mark.usefixtures("_impatient")
def test_a_server_that_drips():
    began = time.monotonic()
    with (
        talking(b"220 " + b"welcome " * 100, every_s=0.1) as url,
        pytest.raises(SourceUnavailable, match="no answer in time"),
    ):
        get_all([Call(f"{url}/file")])
    assert time.monotonic() - began < 4


def test_a_server_of_something_else():
    with (
        talking(b"<html>hello</html>\r\n") as url,
        pytest.raises(MalformedAnswer, match="it is no FTP server: <html>"),
    ):
        get_all([Call(f"{url}/file")])


def test_a_server_that_cannot_now_is_asked_three_times():
    with (
        talking(b"421 too many users\r\n") as url,
        pytest.raises(SourceUnavailable, match="it answered 421 too many users, 3 times"),
    ):
        get_all([Call(f"{url}/file")])


def test_a_file_that_is_too_large_is_not_begun(tmp_path, monkeypatch):
    (tmp_path / "large").write_bytes(bytes(2_000_000))
    monkeypatch.setenv("BLUECLOUD_HTTP_MOST_MB", "1")
    with served(tmp_path) as url, pytest.raises(RequestTooLarge, match="2 MB, and 1 MB are read"):
        get_all([Call(f"{url}/large")])


def test_files_come_in_the_order_asked_and_every_byte_of_them(tmp_path):
    contents = [bytes([number]) * (1000 * number + 1) for number in range(12)]
    for number, content in enumerate(contents):
        (tmp_path / f"{number} +.nc").write_bytes(content)
    with served(tmp_path) as url:
        answers = get_all([Call(f"{url}/{number}%20+.nc") for number in range(12)])
    assert [answer.content for answer in answers] == contents


@pytest.mark.parametrize("call", [Call("ftp://h/x", "POST"), Call("ftp://h/x", secrets={"a": "b"})])
def test_no_login_is_sent_in_the_clear(call):
    with pytest.raises(ParameterError, match="over FTP files are got, without a login"):
        get_all([call])


def test_a_path_cannot_hold_a_second_command():
    with pytest.raises(ParameterError, match="what no path on an FTP server can hold"):
        get_all([Call("ftp://127.0.0.1:1/x%0D%0ADELE%20y")])


@pytest.mark.parametrize("url", ["ftp://user:secret@h/x", "gopher://h"])
def test_an_address_with_a_password_or_of_another_protocol_is_refused(monkeypatch, url):
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_FTP_URL", url)
    with pytest.raises(CatalogueError) as caught:
        bluecloud_catalogs.open_catalog("environment")
    assert "secret" not in str(caught.value)


def test_primary_profiles_of_a_box_come_from_the_floats_own_file(gdac):
    entry = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]
    box = {"bbox": [0, 30, 10, 50]}
    every, primary = entry(**box).read(), entry(**box, samplings="primary").read()
    assert (every.sizes["N_PROF"], primary.sizes["N_PROF"]) == (7, 6)
    assert set(gdac.paths[-2:]) == {
        "/dac/synthetic/9000001/9000001_prof.nc",
        "/dac/synthetic/9000002/9000002_prof.nc",
    }
    single = entry(platform=9000001, cycles=[2], samplings="primary").read()
    assert single.sizes["N_PROF"] == 1
    whole = entry(platform=9000001, samplings="all").read()
    assert whole.sizes["N_PROF"] == 4
    np.testing.assert_array_equal(
        primary["TEMP"].values[1], whole.isel(N_PROF=1, N_LEVELS=slice(14))["TEMP"].values
    )
