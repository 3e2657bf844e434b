"""The notebook of five organisations, run as it is kept."""

from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.fisheries import ORGANISATIONS, simulated_reports
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

HARMONISE = FOLDER / "fisheries" / "harmonise_catch.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_invented_reports_of_five_organisations_become_one_table_marked_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(HARMONISE)
    assert not_marked(notebook, ("shares", "map", "gears")) == []
    told = shown(notebook)
    assert "Warning" not in told
    assert "Data: synthetic, not to be cited as observations." in told
    product = made(folder, "catch_5_degrees.nc")
    assert violations(product) == []
    kinds = {"area": str, "gear": str}
    rows = pd.read_csv(made(folder, "harmonised_catch.csv"), comment="#", dtype=kinds)
    assert set(rows["source_authority"]) == set(ORGANISATIONS)
    account = pd.read_csv(made(folder, "account.csv"), comment="#")
    written = account[account["what"] == "written"]
    for unit in ("t", "no"):
        total = rows.loc[rows["unit"] == unit, "catch"].sum()
        assert written[unit].sum() == pytest.approx(total)
    with xr.open_dataset(product) as field:
        assert field.attrs["title"].startswith("SYNTHETIC")
        total = rows.loc[rows["unit"] == "t", "catch"].sum()
        assert float(field["catch"].sum()) == pytest.approx(total)


def test_files_of_ones_own_are_read_with_the_gear_that_is_told(tmp_path: Path) -> None:
    for name in ("IATTC", "ICCAT"):
        simulated_reports(name, rows=50).to_csv(tmp_path / f"{name}.csv", index=False)
    notebook = executed(HARMONISE, tmp_path, files=["IATTC.csv", "ICCAT.csv"], gears=["LP"])
    assert "SYNTHETIC" not in shown(notebook)
    rows = pd.read_csv(made(tmp_path, "harmonised_catch.csv"), comment="#", dtype={"gear": str})
    assert rows.groupby("source_authority")["gear"].unique().map(list).to_dict() == {
        "IATTC": ["09.1"],
        "ICCAT": ["01.1"],
    }
