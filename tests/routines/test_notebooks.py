"""The curated notebooks: as they are kept, and as they run without a person."""

import json
import shutil
import subprocess
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
import xarray as xr

import bluecloud_catalogs
from bluecloud_routines.environment import area_mean, heatwave_events
from bluecloud_runner.parameters import parameter_form
from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, read, shown, violations

PATHS = sorted(FOLDER.glob("*/*.ipynb"))
EACH = pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parent.name}/{path.stem}")
ENVIRONMENT = FOLDER / "environment"
# What engine ``local`` runs of each laboratory; the images run them all.
ONE_OF_EACH = (
    "aquaculture/site_suitability.ipynb",
    "biodiversity/chlorophyll_profiles.ipynb",
    "environment/sst_anomaly.ipynb",
    "fisheries/raise_to_nominal.ipynb",
    "genomics/community_diversity.ipynb",
)

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_every_laboratory_has_one_that_is_run_on_this_machine() -> None:
    assert {name.split("/")[0] for name in ONE_OF_EACH} == {path.parent.name for path in PATHS}


@EACH
def test_it_is_kept_without_outputs_in_format_4_5(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == ("ir" if path.stem.endswith("_r") else "python3")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)


@EACH
def test_it_begins_with_title_and_question_then_its_one_parameters_cell(path: Path) -> None:
    first, second, *others = read(path).cells
    heading, empty, question = first.source.split("\n")
    assert heading.startswith("# ")
    assert empty == ""
    assert "?" in question
    assert second.metadata.tags == ["parameters"]
    assert not any("parameters" in cell.metadata.get("tags", []) for cell in others)


@EACH
def test_its_parameters_can_all_be_asked_for(path: Path) -> None:
    form = parameter_form(read(path))
    assert form.problems == ()
    for name, field in form.schema["properties"].items():
        assert field["title"], name
        assert field["description"], name


@EACH
def test_no_cell_is_longer_than_15_lines(path: Path) -> None:
    long = [cell.id for cell in read(path).cells if len(cell.source.splitlines()) > 15]
    assert long == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_on_this_machine_it_makes_what_it_makes_in_its_image(
    name: str, from_defaults: Defaults
) -> None:
    here = from_defaults.here(FOLDER / name).folder / "results"
    other = from_defaults(FOLDER / name).folder / "results"
    files = sorted(path.name for path in here.glob("*/*"))
    assert files == sorted(path.name for path in other.glob("*/*"))
    (product,) = [file for file in files if file.endswith(".nc")]
    (one,), (two,) = here.glob(f"*/{product}"), other.glob(f"*/{product}")
    with xr.open_dataset(one) as first, xr.open_dataset(two) as second:
        xr.testing.assert_allclose(first, second)


def test_the_anomaly_runs_from_its_defaults_and_says_why_it_gives_no_trend(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(ENVIRONMENT / "sst_anomaly.ipynb")
    told = shown(notebook)
    assert "No trend is given: a trend needs at least 10 years" in told
    assert "SYNTHETIC" not in told
    assert "Baseline 2006-2010: 4 to 5 years of each month, 2006-04 to 2010-09." in told
    product = made(folder, "sst_anomaly.nc")
    assert f"Written: `{product.relative_to(folder)}`" in told
    assert violations(product) == []
    with xr.open_dataset(product) as written:
        assert "Open Government Licence" in written.attrs["license"]
        assert "Met Office" in written.attrs["acknowledgement"]
        parameters = {"baseline": [2006, 2010], "min_trend_years": 10, "confidence": 0.95}
        assert json.loads(written.attrs["parameters"]) == parameters
        assert "references" not in written.attrs  # there is no trend
        # Its own baseline: each calendar month's mean is nothing.
        months = written["sst_anomaly"].groupby("time.month").mean()
        assert float(abs(months).max()) < 1e-5


def test_the_heatwaves_run_from_their_defaults_and_every_figure_says_synthetic(
    from_defaults: Defaults,
) -> None:
    notebook, folder = from_defaults(ENVIRONMENT / "marine_heatwaves.ipynb")
    assert not_marked(notebook, ("map", "series", "years")) == []
    told = shown(notebook)
    assert "Method: Hobday et al. (2016, https://doi.org/" in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "marine_heatwaves.nc")
    assert violations(product) == []
    table = pd.read_csv(
        product.with_name("marine_heatwave_events.csv"),
        comment="#",
        parse_dates=["start", "end", "peak"],
    )
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert written.attrs["license"].startswith("CC0")
        pd.testing.assert_frame_equal(table, heatwave_events(written), check_dtype=False)


def test_the_heatwaves_of_a_box_as_one_are_those_of_its_mean(tmp_path: Path) -> None:
    box = [2.5, 39.5, 4.0, 41.0]
    executed(ENVIRONMENT / "marine_heatwaves.ipynb", tmp_path, bbox=box, area_as_one=True)
    with xr.open_dataset(made(tmp_path, "marine_heatwaves.nc")) as written:
        assert written["category"].dims == ("time",)
        sst = bluecloud_catalogs.open_catalog("environment")["sst_daily_synthetic"].read()["sst"]
        part = sst.sel(longitude=slice(2.5, 4.0), latitude=slice(39.5, 41.0))
        np.testing.assert_allclose(written["sst"], area_mean(part))


def test_a_baseline_that_the_data_do_not_cover_is_refused_and_not_bent(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        executed(ENVIRONMENT / "marine_heatwaves.ipynb", tmp_path, baseline_first=1971)
    assert "the baseline 1971-2020 is not covered" in caught.value.stderr
    with pytest.raises(subprocess.CalledProcessError) as caught:
        executed(ENVIRONMENT / "sst_anomaly.ipynb", tmp_path, baseline_first=1991)
    assert "there is no month of 1991" in caught.value.stderr


def test_a_second_run_leaves_the_products_of_the_first(
    from_defaults: Defaults, tmp_path: Path
) -> None:
    _, folder = from_defaults(ENVIRONMENT / "sst_anomaly.ipynb")
    shutil.copytree(folder / "results", tmp_path / "results")
    first = made(tmp_path, "sst_anomaly.nc")
    before = first.read_bytes()
    executed(ENVIRONMENT / "sst_anomaly.ipynb", tmp_path, baseline_last=2009)
    assert first.read_bytes() == before
    assert len(list((tmp_path / "results").iterdir())) == 2


def test_the_heatwaves_of_a_persons_own_series_are_those_of_the_authors_program(
    tmp_path: Path, oracles: Path
) -> None:
    own = {"sst_file": oracles / "sst_WA.csv", "baseline_first": 1982, "baseline_last": 2011}
    notebook = executed(ENVIRONMENT / "marine_heatwaves.ipynb", tmp_path, **own)
    assert "SYNTHETIC" not in shown(notebook)
    product = made(tmp_path, "marine_heatwaves.nc")
    assert violations(product) == []
    table = pd.read_csv(product.with_name("marine_heatwave_events.csv"), comment="#")
    reference = pd.read_csv(oracles / "ref_oliver_sst_WA_events_clim1982-2011.csv")
    assert table["start"].tolist() == reference["date_start"].tolist()
    assert table["peak"].tolist() == reference["date_peak"].tolist()
