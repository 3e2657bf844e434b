"""Tables of catches that the routines of the fisheries laboratory are tested on."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines.fisheries import cwp_codes


@pytest.fixture(scope="session")
def tuna(test_data: Path) -> Path:
    """The folder of tuna catches, and of what the tuna atlas made of them."""
    return test_data / "oracles" / "fisheries" / "fish" / "tuna"


@pytest.fixture(scope="session")
def sardara(tuna: Path) -> pd.DataFrame:
    """IRD's catches of yellowfin in 2000 and 2001, by squares of five degrees and countries.

    Their codes name two corners in the north-west, by source; so the squares themselves count.
    """
    told = json.loads((tuna / "testSardara_YFT2000_5deg.geojson").read_text())
    rows = []
    for feature in told["features"]:
        (((ring,),),) = (feature["geometry"]["coordinates"],)
        lon, lat = np.mean(np.array(ring)[:-1], axis=0)
        (code,) = cwp_codes([lat], [lon], resolution=5)
        properties = feature["properties"]
        rows.append(
            {
                "area": code,
                "time": pd.Timestamp(properties["year"], 1, 1),
                "species": properties["species"],
                "fishing_fleet": properties["country"],
                "catch": properties["value"],
                "unit": "t",
            }
        )
    return pd.DataFrame(rows)


@pytest.fixture
def reports() -> pd.DataFrame:
    """500 reports by cells of one and of five degrees, of two species and gears, in 2020."""
    random = np.random.default_rng(3)
    fine = np.arange(500) % 2 == 0
    lat, lon = random.uniform(-40, 40, 500), random.uniform(-180, 180, 500)
    area = np.where(fine, cwp_codes(lat, lon, resolution=1), cwp_codes(lat, lon, resolution=5))
    return pd.DataFrame(
        {
            "area": area.astype(str),
            "time": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 366, 500), "D"),
            "species": random.choice(["YFT", "SKJ"], 500),
            "gear": random.choice(["01.1", "09.32"], 500),
            "catch": random.gamma(0.5, 20.0, 500),
            "unit": "t",
        }
    )
