"""Communities that the routines are tested on."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.mgnify import long

STUDIES = ("ERP003634", "ERP124431", "SRP334933")


@pytest.fixture(scope="session")
def tables(test_data: Path) -> Path:
    """The folder of MGnify's and Tara's tables."""
    return test_data / "oracles" / "genomics" / "genomics"


@pytest.fixture(scope="session", params=STUDIES)
def study(request: pytest.FixtureRequest, tables: Path) -> pd.DataFrame:
    """A study's small-subunit taxonomy by MGnify, long."""
    path = tables / f"mgnify_{request.param}_taxonomy_abundances_SSU_v5.0.tsv"
    records, _ = long(File(path.name, path.read_bytes()))
    return records


def community(seed: int, *, samples: int = 24, taxa: int = 80) -> pd.DataFrame:
    """Counts with many rare taxa and many zeros, as sequences give them."""
    random = np.random.default_rng(seed)
    counts = random.negative_binomial(0.3, 0.02, size=(samples, taxa))
    counts[:, 0] += 1
    return pd.DataFrame(
        counts,
        index=pd.Index([f"sample {number}" for number in range(samples)], name="sample"),
        columns=[f"taxon {number}" for number in range(taxa)],
    )


@pytest.fixture
def counts() -> pd.DataFrame:
    """24 samples of 80 taxa."""
    return community(1)


@pytest.fixture
def context(counts: pd.DataFrame) -> pd.DataFrame:
    """Where the samples were taken, and what was measured there."""
    random = np.random.default_rng(2)
    number = len(counts)
    return pd.DataFrame(
        {
            "latitude": random.uniform(-60, 60, number),
            "longitude": random.uniform(-180, 180, number),
            "time": pd.date_range("2010-01-01", periods=number, freq="7D"),
            "temperature": random.normal(15, 5, number),
            "region": np.repeat(["north", "south", "east"], number // 3),
        },
        index=counts.index,
    )
