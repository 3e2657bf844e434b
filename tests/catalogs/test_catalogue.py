"""A laboratory's catalogue, as one meets it in a notebook."""

import pickle
import subprocess
import sys

import intake
import pytest
from IPython.core.interactiveshell import InteractiveShell

import bluecloud_catalogs
from bluecloud_catalogs import CatalogueError, NotLazy, ParameterError, UnknownEntry
from bluecloud_catalogs.catalogue import LaboratoryCatalog
from bluecloud_catalogs.tree import read_sources
from tests.catalogs.conftest import FEW

ENTRIES = list(FEW)


@pytest.fixture
def catalogue():
    """The first of the real catalogue's entries, so that what it grows by changes no test."""
    found = read_sources().entries
    return LaboratoryCatalog("environment", [found[name] for name in ENTRIES])


def test_it_is_an_intake_catalogue_that_lists_its_entries_in_order(catalogue):
    assert isinstance(catalogue, intake.Catalog)
    assert list(catalogue) == ENTRIES
    assert len(catalogue) == 4
    assert "argo_index" in catalogue
    assert "argo_indx" not in catalogue


def test_entries_are_offered_to_tab_completion(catalogue):
    assert set(ENTRIES) <= set(dir(catalogue))
    assert set(catalogue._ipython_key_completions_()) == set(ENTRIES)
    assert {"read", "to_dask", "describe"} <= set(dir(catalogue.argo_index))


def test_an_entry_is_an_intake_reader_by_key_and_by_attribute(catalogue):
    assert isinstance(catalogue["argo_index"], intake.BaseReader)
    assert catalogue.argo_index == catalogue["argo_index"]
    assert catalogue.argo_index in catalogue


def test_a_notebook_shows_the_persons_line_and_the_message(catalogue, capsys):
    shell = InteractiveShell(user_ns={"catalogue": catalogue})
    result = shell.run_cell("year = 2020\ncatalogue['argo_index'].read(year=year)")
    assert isinstance(result.error_in_exec, ParameterError)
    first, *message = capsys.readouterr().out.strip().splitlines()
    assert first == "line 2: catalogue['argo_index'].read(year=year)"
    assert " ".join(message).startswith("ParameterError: argo_index has no parameter year: it ")


def test_an_unknown_entry_is_named_with_those_that_are_near(catalogue):
    with pytest.raises(UnknownEntry, match=r"no entry 'sst': .* ostia_sst_monthly, sst_daily_synt"):
        catalogue["sst"]
    with pytest.raises(KeyError):
        catalogue["sst"]
    with pytest.raises(AttributeError, match="no entry 'sst'"):
        _ = catalogue.sst


@pytest.mark.parametrize("word", ["raed", "reda", "plot", "hvplot", "_repr_mimebundle_"])
def test_a_misspelt_attribute_fails_at_once(catalogue, word):
    assert not hasattr(catalogue.argo_index, word)


def test_an_entry_is_not_indexed_before_it_is_read(catalogue):
    with pytest.raises(TypeError, match=r"use \.read\(\)\['sst'\]"):
        catalogue.ostia_sst_monthly["sst"]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("SALINITY", ["argo_profiles"]),
        ("sea_surface_temperature", ["ostia_sst_monthly", "sst_daily_synthetic"]),
        ("heatwave", ["sst_daily_synthetic"]),
        ("argo", ["argo_index", "argo_profiles"]),
        ("plankton", []),
    ],
)
def test_search_looks_at_names_titles_descriptions_and_variables(catalogue, text, hits):
    assert list(catalogue.search(text)) == hits


def test_what_a_search_finds_can_be_read(catalogue):
    assert catalogue.search("ostia").ostia_sst_monthly.read().sizes["time"] == 54


def test_it_shows_itself_in_text_and_in_html(catalogue):
    assert "ostia_sst_monthly: Monthly sea-surface temperature" in repr(catalogue)
    shown = catalogue._repr_html_()
    assert ">argo_profiles</td>" in shown
    assert ">live, snapshot, sample (SYNTHETIC)</td>" in shown
    assert "CC BY 4.0" in catalogue.argo_profiles._repr_html_()
    assert repr(catalogue.argo_index(platform=13857)).startswith("argo_index(platform=[13857])")


def test_describe_gives_the_facts(catalogue):
    facts = catalogue.argo_profiles.describe()
    assert facts.tiers == ("live", "snapshot", "sample")
    assert facts.licence.name == "CC BY 4.0"
    assert "10.17882/42182" in facts.citation
    assert facts.parameters["mode"]["enum"] == ["standard", "expert"]
    assert facts.parameters["mode"]["default"] == "standard"
    assert facts.live_verified == "never"
    assert facts.evidence


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"plattform": 1}, "no parameter plattform: it takes platform, cycles, bbox, time, mode"),
        ({"platform": "x"}, "platform = 'x': must be a whole number"),
        ({"platform": True}, "platform = True: must be a whole number"),
        ({"platform": 12}, "WMO numbers of 4 to 7 digits, and 12 is none"),
        ({"cycles": [1, -2]}, r"cycles = \[1, -2\]: must be cycle numbers from 0 to 9999"),
        ({"cycles": []}, "must not be an empty list"),
        ({"mode": "fast"}, "mode = 'fast': Input should be 'standard' or 'expert'"),
        ({"bbox": [0, 1, 2]}, "four numbers, not 3"),
        ({"bbox": [0, 60, 10, 50]}, "south 60 is above north 50"),
        ({"time": "2020/2015"}, r"begins \(2020-01-01 00:00:00\) after it ends"),
        ({"time": "soon"}, "'soon', which is no date"),
    ],
)
def test_a_wrong_parameter_is_refused_by_name_before_any_request(
    gdac, catalogue, parameters, message
):
    with pytest.raises(ParameterError, match=message):
        catalogue["argo_profiles"](**parameters)
    assert gdac.asked == []


@pytest.mark.parametrize(
    ("parameters", "message"),
    [({}, "which profiles"), ({"cycles": [1]}, "cycles are counted by float: give platform")],
)
def test_a_request_that_lacks_something_is_refused_before_any_request(
    gdac, catalogue, parameters, message
):
    with pytest.raises(ParameterError, match=message):
        catalogue["argo_profiles"](**parameters).read()
    assert gdac.asked == []


def test_parameters_add_up_and_the_entry_stays_as_it_was(gdac, catalogue):
    float_1 = catalogue.argo_profiles(platform=9000001)
    assert float_1(cycles=[1]).read().sizes["N_PROF"] == 1
    assert float_1.read(cycles=[1, 3]).sizes["N_PROF"] == 2
    assert float_1.read().sizes["N_PROF"] == 3


def test_a_catalogue_takes_no_parameters(catalogue):
    with pytest.raises(ParameterError, match="give them to an entry"):
        catalogue(year=2020)


@pytest.mark.parametrize("name", ["argo_index", "argo_profiles"])
def test_what_is_read_whole_says_so_when_asked_lazily(catalogue, name):
    with pytest.raises(NotLazy, match=rf"{name} .* is read whole: use \.read\(\)"):
        catalogue[name].to_dask()


def test_an_entry_survives_pickle_and_intakes_own_yaml(gdac, catalogue, tmp_path):
    asked = catalogue.argo_profiles(platform=9000001, time="2020-01-05")
    assert pickle.loads(pickle.dumps(asked)).read().sizes["N_PROF"] == 1  # noqa: S301 -- our own
    asked.to_cat("first").to_yaml_file(str(tmp_path / "first.yaml"))
    assert gdac.url not in (tmp_path / "first.yaml").read_text()
    again = intake.from_yaml_file(str(tmp_path / "first.yaml"))["first"]
    assert again.read().sizes["N_PROF"] == 1


def test_an_unknown_laboratory_is_named_with_those_there_are():
    with pytest.raises(CatalogueError, match="no catalogue 'enviroment'.*there are.*environment"):
        bluecloud_catalogs.open_catalog("enviroment")


def test_without_the_tree_the_setting_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("BLUECLOUD_ROOT", str(tmp_path))
    with pytest.raises(CatalogueError, match="set BLUECLOUD_ROOT to the folder that holds"):
        bluecloud_catalogs.open_catalog("environment")


def test_importing_it_imports_nothing_heavy():
    program = (
        "import sys, bluecloud_catalogs; "
        "print({'pydantic', 'intake', 'xarray', 'pandas', 'aiohttp'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"


def test_listing_entries_imports_neither_xarray_nor_pandas():
    program = (
        "import sys, bluecloud_catalogs; bluecloud_catalogs.entries('environment'); "
        "print({'xarray', 'pandas', 'netCDF4'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"


def test_a_change_of_the_tree_or_of_an_address_is_seen_at_once(tree, monkeypatch):
    before = read_sources()
    assert read_sources() == before
    path = tree / "sources" / "argogdac.yaml"
    path.write_text(path.read_text().replace("title: Index of Argo", "title: Index of all Argo"))
    before.entries.clear()  # what one has is one's own
    assert read_sources().entries["argo_index"].declaration.title == "Index of all Argo profiles"
    monkeypatch.setenv("BLUECLOUD_ARGOGDAC_URL", "http://127.0.0.1:2")
    assert read_sources().entries["argo_index"].address.startswith("http://127.0.0.1:2")
    path.unlink()
    assert "argo_index" not in read_sources().entries
