"""The notebook of gene clusters, as it runs without a person."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from tests.routines.defaults import Defaults
from tests.routines.running import FOLDER, executed, made, not_marked, shown, violations

NOTEBOOK = FOLDER / "genomics" / "gene_clusters.ipynb"

pytestmark = pytest.mark.usefixtures("samples_alone")


def test_it_runs_from_its_defaults_and_every_figure_says_synthetic(from_defaults: Defaults) -> None:
    notebook, folder = from_defaults(NOTEBOOK)
    assert not_marked(notebook, ("composition", "biplot-figure", "vectors", "map-figure")) == []
    told = shown(notebook)
    assert "63 genes in 35 clusters, 30 stations." in told
    assert "12 clusters meet all conditions." in told
    assert "Data: synthetic, not to be cited as observations." in told
    assert "Warning" not in told
    product = made(folder, "gene_clusters.nc")
    assert violations(product) == []
    table = pd.read_csv(product.with_suffix(".csv"), comment="#")
    with xr.open_dataset(product) as written:
        assert written.attrs["title"].startswith("SYNTHETIC")
        assert table["cluster"].tolist() == written["cluster"].values.tolist()
        assert float(written["rv"][-1]) == pytest.approx(1)
        assert float(written["explained"].sum()) > 0.5
        assert json.loads(written.attrs["parameters"])["min_stations"] == 10
        # The Mediterranean's taxa like salt: it lies apart on the first axis.
        east = written["longitude"] > 4
        north = written["latitude"] > 0
        first = written["station_coordinate"][:, 0]
        sea = first.where(east & north, drop=True).mean() - first.where(~(east & north)).mean()
        assert abs(float(sea)) > 0.3


def test_clusters_of_a_persons_own_file_are_chosen_by_their_orthologs(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    rows = [
        (f"g{cluster}_{gene}", f"CC{cluster}", station, int(random.integers(1, 500)),
         40.0 + station, -20.0 + station, f"ko:K0000{cluster % 2}", "Mamiellophyceae")
        for cluster in range(8) for gene in range(5) for station in range(12)
    ]  # fmt: skip
    names = ["gene", "cluster", "station", "reads", "latitude", "longitude", "kegg_ko", "class"]
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "own.csv", index=False)
    own = {"genes_file": "own.csv", "asked": "K00001", "min_genes": 5}
    told = shown(executed(NOTEBOOK, tmp_path, **own))
    assert "4 clusters meet all conditions." in told
    assert "SYNTHETIC" not in told
    with xr.open_dataset(made(tmp_path, "gene_clusters.nc")) as written:
        assert written["cluster"].values.tolist() == ["CC1", "CC3", "CC5", "CC7"]
        assert "own.csv" in written.attrs["source"]
