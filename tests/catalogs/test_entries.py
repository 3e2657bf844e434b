"""Every entry of every catalogue: what it says of itself, and that it is so."""

import functools
import json
import runpy
import warnings
from pathlib import Path

import pytest
import xarray as xr
import yaml

import bluecloud_catalogs
from bluecloud_catalogs import table
from bluecloud_catalogs.tiers import TierWarning

CATALOGS = Path(__file__).resolve().parents[2] / "catalogs"
LABORATORIES = sorted(path.stem for path in CATALOGS.glob("*.yaml"))
ALL = [
    (laboratory, name)
    for laboratory in LABORATORIES
    for name in yaml.safe_load((CATALOGS / f"{laboratory}.yaml").read_text())["entries"]
]
STAMPED = {"source", "entry", "request", "tier", "access_time", "licence", "citation", "checksum"}


@functools.cache
def facts_of(laboratory: str):
    """What a catalogue tells of its entries, by their names; read once."""
    return {each.name: each for each in bluecloud_catalogs.entries(laboratory)}


def run(snippet: str, name: str):
    space: dict = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TierWarning)  # the provider is down: that is the point
        exec(snippet, space)  # noqa: S102 -- the cell that the panel inserts
    return space[name]


@pytest.fixture(scope="module")
def read():
    """Read an entry once, by its own snippet."""
    done: dict = {}

    def read_once(laboratory: str, name: str):
        if name not in done:
            facts = facts_of(laboratory)[name]
            done[name] = facts, run(facts.snippet, name)
        return done[name]

    return read_once


@pytest.mark.parametrize(("laboratory", "name"), ALL)
def test_its_snippet_runs_with_the_provider_out_of_reach(read, laboratory, name):
    facts, data = read(laboratory, name)
    assert data.attrs["entry"] == name
    assert data.attrs["tier"] == "sample"
    assert f"# {facts.title} - licence: {facts.licence.name}\n# Cite: " in facts.snippet


@pytest.mark.parametrize(("laboratory", "name"), ALL)
def test_what_is_read_says_where_it_comes_from(read, laboratory, name):
    facts, data = read(laboratory, name)
    assert set(data.attrs) >= STAMPED
    assert data.attrs["source"] == facts.source
    assert data.attrs["synthetic"] == str(facts.synthetic_sample).lower()
    assert ("SYNTHETIC" in data.attrs["title"]) is facts.synthetic_sample
    json.loads(data.attrs["request"])


@pytest.mark.parametrize(("laboratory", "name"), ALL)
def test_the_variables_are_those_that_are_declared(read, laboratory, name):
    facts, data = read(laboratory, name)
    for variable in facts.variables:
        assert variable.name in data
        if isinstance(data, xr.Dataset):
            assert data[variable.name].attrs.get("standard_name") == variable.standard_name
            assert data[variable.name].attrs["units"] == variable.units


@pytest.mark.parametrize(("laboratory", "name"), ALL)
def test_its_citation_is_wrapped_and_whole(laboratory, name):
    facts = facts_of(laboratory)[name]
    _, *comment = [line for line in facts.snippet.splitlines() if line.startswith("#")]
    assert max(len(line) for line in comment) <= 95
    said = " ".join(line.removeprefix("# ") for line in comment)
    cited, *whose = said.split(" These are the provider's.")
    assert cited == f"Cite: {facts.citation}"
    # Where what is read may be no observation, the licence in the cell's head is not its own.
    assert bool(whose) is (facts.synthetic_sample and "live" in facts.tiers)


def test_a_description_is_read_line_by_line():
    facts = bluecloud_catalogs.open_catalog("environment")["argo_profiles"].describe()
    first, *lines = repr(facts).splitlines()
    assert first == "argo_profiles: Argo profiles of pressure, temperature and salinity"
    assert "variables   PRES (dbar), TEMP (degree_Celsius), PSAL (1)" in lines
    assert "where       -180 to 180 degrees east, -90 to 90 north" in lines
    example = "read(bbox=[1.0, 38.0, 6.0, 42.0], time=['2020-01', '2020-03'])"
    assert f"example     {example}" in lines
    assert "tiers       live, snapshot, sample (SYNTHETIC)" in lines
    assert "<td" in facts._repr_html_()


@pytest.mark.parametrize(("laboratory", "name"), ALL)
def test_the_facts_go_to_json_and_back(laboratory, name):
    facts = facts_of(laboratory)[name]
    assert type(facts).model_validate_json(facts.model_dump_json()) == facts


@pytest.mark.parametrize(
    ("laboratory", "name"),
    [
        (laboratory, facts.name)
        for laboratory in LABORATORIES
        for facts in facts_of(laboratory).values()
        if facts.makes == "xarray:Dataset"
    ],
)
def test_a_dataset_can_be_written_and_its_provenance_read_again(read, tmp_path, laboratory, name):
    _, data = read(laboratory, name)
    data.to_netcdf(tmp_path / "written.nc", engine="netcdf4")
    with xr.open_dataset(tmp_path / "written.nc", engine="netcdf4") as again:
        assert again.attrs["citation"] == data.attrs["citation"]


def test_the_table_of_the_readme_is_what_the_program_makes():
    assert table.main(["--check"]) == 0


def test_a_stale_table_is_told_and_made_anew(tree, capsys):
    readme = tree / "README.md"
    readme.write_text((CATALOGS / "README.md").read_text().replace("`argo_index`", "`gone`", 1))
    assert table.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert table.main([]) == 0
    assert table.main(["--check"]) == 0


@pytest.mark.parametrize(
    "program", sorted((CATALOGS / "samples").glob("make_*.py")), ids=lambda path: path.stem
)
def test_a_sample_is_what_its_program_makes(tmp_path, program):
    runpy.run_path(str(program))["make"](tmp_path)
    kept = CATALOGS / "samples" / program.stem.removeprefix("make_")
    paths = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert paths == sorted(path.relative_to(kept) for path in kept.rglob("*") if path.is_file())
    for path in paths:
        assert (tmp_path / path).read_bytes() == (kept / path).read_bytes()
