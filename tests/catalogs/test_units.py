"""Units of every entry of every source: understood by pint, and such as CF allows for the name."""

import functools
import warnings
from importlib.resources import files
from xml.etree import ElementTree

import pytest
import xarray as xr

from bluecloud_catalogs.tiers import TierWarning, read
from bluecloud_catalogs.tree import read_sources
from tests.federation.reading import asked

ENTRIES = read_sources().entries
# What a column holds that is counted in nothing.
NO_UNITS = {
    "UTC", "WMO number", "EDMO code", "AphiaID", "MRGID", "dasid",
    "not stated by the service", "as in column units", "as in measurementUnit",
}  # fmt: skip
# CF's canonical units that say more than a dimension.
SALINITY = {"1", "1e-3", "PSU", "psu"}


@functools.cache
def registry():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that there is nothing to plot with
        from cf_xarray.units import units
    return units


@functools.cache
def canonical() -> dict[str, str]:
    """CF standard names, aliases too, each with its canonical units."""
    table = files("compliance_checker").joinpath("data/cf-standard-name-table.xml")
    root = ElementTree.fromstring(table.read_bytes())  # noqa: S314 -- a package's own file
    found = {each.get("id"): each.findtext("canonical_units") or "1" for each in root.iter("entry")}
    for alias in root.iter("alias"):
        named = alias.findtext("entry_id")
        found[alias.get("id")] = found.get(named, "1")
    return found


def assert_understood(units: str, standard_name: str | None, where: str) -> None:
    if standard_name == "time" or (standard_name is None and units in NO_UNITS):
        return
    if units in SALINITY and standard_name in {"sea_water_salinity", "sea_surface_salinity"}:
        return  # 1e-3 is CF's own, which pint does not take for a unit
    dimension = registry().Quantity(1, registry().Unit(units)).dimensionality
    if standard_name is None or units in SALINITY:
        return
    assert standard_name in canonical(), f"{where}: CF has no name {standard_name}"
    expected = canonical()[standard_name]
    if expected == "1e-3":
        expected = "1"
    wanted = registry().Quantity(1, registry().Unit(expected)).dimensionality
    assert dimension == wanted, f"{where}: {units} is no unit of {standard_name} ({expected})"


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_the_units_that_an_entry_declares(name):
    for variable in ENTRIES[name].declaration.variables:
        assert_understood(variable.units, variable.standard_name, f"{name}, {variable.name}")


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, entry in ENTRIES.items()
        if entry.reader.makes == "xarray:Dataset" and "sample" in entry.tiers
    ),
)
def test_the_units_that_a_dataset_comes_with(name, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    entry = ENTRIES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TierWarning)
        data = read(entry, asked(entry, entry.declaration.example), lazy=False)
    assert isinstance(data, xr.Dataset)
    for each, variable in data.variables.items():
        if "units" in variable.attrs:
            told = variable.attrs.get("standard_name")
            assert_understood(variable.attrs["units"], told, f"{name}, {each}")


@pytest.mark.parametrize(
    ("units", "name", "message"),
    [
        ("dbar", "sea_water_temperature", "dbar is no unit of sea_water_temperature"),
        ("m", "sea_water_wombats", "CF has no name sea_water_wombats"),
    ],
)
def test_what_is_wrong_is_found(units, name, message):
    with pytest.raises(AssertionError, match=message):
        assert_understood(units, name, "here")
