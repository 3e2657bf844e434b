"""Which tier answers when the provider does not, and that nobody is left in doubt about it."""

import json

import pytest

import bluecloud_catalogs
from bluecloud_catalogs import MalformedAnswer, NotFound, SourceUnavailable, TierError
from bluecloud_catalogs.tiers import TierWarning
from tests.federation.server import Reply, serve

INDEX, FLOATS, PROFILES = "prof.txt", "meta.txt", "9000001_prof.nc"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_HTTP_SILENCE_S", "1")


@pytest.fixture
def all_tiers(gdac, monkeypatch):
    monkeypatch.delenv("BLUECLOUD_TIERS")
    return bluecloud_catalogs.open_catalog("environment")


@pytest.mark.parametrize("fault", ["500", "html", "cut short", "silent"])
def test_a_provider_that_fails_is_replaced_by_the_sample_with_a_warning(all_tiers, gdac, fault):
    gdac.faults[INDEX] = fault
    with pytest.warns(TierWarning, match="^These are SYNTHETIC data, not observations: the so"):
        table = all_tiers["argo_index"].read()
    assert table.attrs["tier"] == "sample"
    assert table.attrs["synthetic"] == "true"
    assert table.attrs["licence"].startswith("CC0 1.0 ")
    assert "not to be cited" in bluecloud_catalogs.citations(table)


def test_who_has_no_internet_is_told_first_what_it_means(all_tiers, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", "http://127.0.0.1:9")
    catalogue = bluecloud_catalogs.open_catalog("environment")
    with pytest.warns(TierWarning) as warned:
        catalogue["argo_profiles"](platform=9000001).read()
    consequence, detail = str(warned[0].message).split("\n")
    assert consequence == (
        "These are SYNTHETIC data, not observations: "
        "the source could not be reached (no internet?)."
    )
    assert detail.startswith("argo_profiles: read from its sample, because live: http://127.0.0.1")
    assert "[Errno" not in detail
    assert "snapshot" not in detail


def test_a_long_address_is_told_short_and_kept_whole(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_EUROARGO_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    with pytest.raises(SourceUnavailable) as raised:
        bluecloud_catalogs.open_entry(
            "euroargo_points", bbox=[2, 39, 4, 40], time=["2020-01", "2020-02"]
        ).read()
    told, whole = str(raised.value), str(raised.value.__cause__)
    assert "longitude%3C%3D4" in whole
    assert "longitude" in told
    assert "longitude%3C%3D4" not in told
    assert "…: no connection" in told


def test_a_warning_points_at_the_line_of_who_asked():
    found = bluecloud_catalogs.find("argo", sources="argogdac", levels="granule")
    with pytest.warns(TierWarning) as warned:
        found.open(0)
    assert [each.filename for each in warned] == [__file__]


def test_a_snapshot_that_nobody_keeps_is_not_offered(gdac, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    monkeypatch.setenv("BLUECLOUD_SNAPSHOTS", "")
    gdac.faults[INDEX] = "500"
    catalogue = bluecloud_catalogs.open_catalog("environment")
    with pytest.raises(SourceUnavailable, match="BLUECLOUD_TIERS would have to allow sample$"):
        catalogue["argo_index"].read()


def test_a_sample_that_holds_nothing_of_what_was_asked_is_no_answer(all_tiers, gdac):
    gdac.faults[INDEX] = "500"
    with pytest.raises(SourceUnavailable, match="500.*the sample holds nothing of what was asked"):
        all_tiers["argo_index"](bbox=[100, 0, 110, 10]).read()
    gdac.faults[FLOATS] = "500"
    with pytest.raises(SourceUnavailable, match="500.*has no float 5900865"):
        all_tiers["argo_profiles"](platform=5900865).read()


def test_there_is_no_such_float_is_an_answer(all_tiers, gdac):
    with pytest.raises(NotFound, match="has no float 5900865"):
        all_tiers["argo_profiles"](platform=5900865).read()


def test_an_entry_without_the_tiers_that_are_allowed_says_which_it_has(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_TIERS", "live,snapshot")
    catalogue = bluecloud_catalogs.open_catalog("environment")
    with pytest.raises(TierError, match="can be read from sample; BLUECLOUD_TIERS allows live"):
        catalogue["ostia_sst_monthly"].read()


def test_the_sample_alone_asks_nobody(all_tiers, gdac, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    assert all_tiers["argo_profiles"](platform=9000002).read().attrs["tier"] == "sample"
    assert all_tiers["argo_index"](bbox=[100, 0, 110, 10]).read().empty
    assert gdac.asked == []


@pytest.fixture
def snapshots(monkeypatch, tmp_path):
    monkeypatch.setenv("BLUECLOUD_SNAPSHOTS", str(tmp_path / "kept"))
    return tmp_path / "kept"


def test_the_last_good_answer_is_kept_and_read_when_the_provider_fails(all_tiers, gdac, snapshots):
    asked = all_tiers["argo_profiles"](platform=9000001)
    live = asked.read()
    gdac.faults[".gz"] = gdac.faults[".txt"] = gdac.faults[".nc"] = "500"
    with pytest.warns(TierWarning, match="read from its snapshot, because live: .*500"):
        kept = asked.read()
    assert kept.attrs["tier"] == "snapshot"
    assert kept.attrs["snapshot_time"] >= live.attrs["access_time"]
    assert kept.attrs["synthetic"] == "false"
    assert kept.attrs["checksum"] == live.attrs["checksum"]
    assert kept.drop_attrs().identical(live.drop_attrs())


def test_what_was_kept_is_asked_for_again_only_if_it_changed(all_tiers, gdac, snapshots):
    first = all_tiers["argo_index"].read()
    again = all_tiers["argo_index"].read()
    _, headers = gdac.asked[-1]
    assert "If-Modified-Since" in headers
    assert again.attrs["tier"] == "live"
    assert again.equals(first)


def test_a_malformed_answer_does_not_replace_the_last_good_one(all_tiers, gdac, snapshots):
    asked = all_tiers["argo_profiles"](platform=9000001)
    live = asked.read()
    gdac.faults[PROFILES] = "html"
    for _ in range(2):
        with pytest.warns(TierWarning, match="read from its snapshot"):
            kept = asked.read()
        assert kept.attrs["checksum"] == live.attrs["checksum"]


def test_a_folder_that_cannot_be_written_costs_a_warning_and_no_data(
    all_tiers, gdac, monkeypatch, tmp_path
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("BLUECLOUD_SNAPSHOTS", str(tmp_path / "file" / "below"))
    with pytest.warns(TierWarning, match="BLUECLOUD_SNAPSHOTS: nothing is kept"):
        assert len(all_tiers["argo_index"].read()) == 6


def test_a_kept_answer_that_was_spoilt_is_not_read(all_tiers, gdac, snapshots, monkeypatch):
    all_tiers["argo_index"].read()
    for body in snapshots.glob("*.body"):
        body.write_bytes(body.read_bytes()[:100])
    monkeypatch.setenv("BLUECLOUD_TIERS", "snapshot")
    with pytest.raises(SourceUnavailable, match="no snapshot of .* was ever kept"):
        all_tiers["argo_index"].read()


def test_the_policys_order_is_kept(all_tiers, gdac, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample,live")
    assert all_tiers["argo_index"].read().attrs["tier"] == "sample"
    assert gdac.asked == []


def test_an_answer_that_the_reader_stumbles_over_is_malformed_and_the_next_tier_asked(monkeypatch):
    class Broken:
        kind = "emulated"

        def answer(self, request):
            results = [{"name": "a", "groups": [None], "extras": [{"value": "no key"}]}]
            told = {"success": True, "result": {"count": 1, "results": results}}
            return Reply(json.dumps(told).encode())

    with serve({"ckan": Broken()}) as federation:
        monkeypatch.setenv("BLUECLOUD_EUDAT_URL", federation.address("ckan"))
        entry = bluecloud_catalogs.open_catalog("environment")["b2find_bluecloud"]
        monkeypatch.setenv("BLUECLOUD_TIERS", "live")
        with pytest.raises(MalformedAnswer, match=r"not as its protocol promises: \w+Error"):
            entry.read()
        monkeypatch.setenv("BLUECLOUD_TIERS", "live,sample")
        with pytest.warns(TierWarning, match="gave no proper answer"):
            assert entry.read().attrs["tier"] == "sample"
