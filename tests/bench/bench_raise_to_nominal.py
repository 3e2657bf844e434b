"""A million reports raised to nominal catches: ours against pandas.

The peer sums both tables by stratum, joins the factor to each report and multiplies. Both begin
with the same tables, with codes as categories; ours also says of each stratum why it is as it is.
"""

import time

import numpy as np
import pandas as pd

from bluecloud_routines.fisheries import raise_to_nominal
from tests.bench.ratio import Ratio

_ROWS = 1_000_000
_REPEATS = 3
_BY = ["source_authority", "fishing_fleet", "species", "gear"]


def run() -> list[Ratio]:
    """Time both, and see that they raise every report alike."""
    reports, nominal = _tables()
    best = {"ours": float("inf"), "pandas": float("inf")}
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        found = raise_to_nominal(reports, nominal, by_authority={}).rows
        best["ours"] = min(best["ours"], time.perf_counter() - begin)
        begin = time.perf_counter()
        expected = _pandas(reports, nominal)
        best["pandas"] = min(best["pandas"], time.perf_counter() - begin)
    np.testing.assert_allclose(found["catch"], expected["catch"], rtol=1e-9)
    return [
        Ratio(
            name="a million reports raised to nominal catches",
            peer_name=f"pandas {pd.__version__}",
            ours=best["ours"],
            peer=best["pandas"],
            unit="s",
            target=1.25,
            note=f"{len(nominal):,} strata",
        )
    ]


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    random = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "source_authority": pd.Categorical(random.choice(["IATTC", "ICCAT", "IOTC"], _ROWS)),
            "fishing_fleet": pd.Categorical(random.choice([f"F{n:02d}" for n in range(30)], _ROWS)),
            "species": pd.Categorical(random.choice([f"S{n:02d}" for n in range(12)], _ROWS)),
            "gear": pd.Categorical(random.choice(["01.1", "09.1", "09.32"], _ROWS)),
            "time": pd.Timestamp("1990-01-15")
            + pd.to_timedelta(365 * random.integers(0, 30, _ROWS), "D"),
            "area": 5_100_000 + random.integers(0, 40, _ROWS),
            "unit": "t",
            "catch": random.gamma(0.5, 20, _ROWS),
        }
    )
    sums = table.groupby([*_BY, table["time"].dt.year.rename("year")], observed=True)["catch"].sum()
    nominal = sums.reset_index()
    nominal["catch"] *= random.uniform(0.9, 3, len(nominal))
    nominal["time"] = pd.to_datetime({"year": nominal["year"], "month": 1, "day": 1})
    return table, nominal.drop(columns="year").assign(unit="t", area="all")


def _pandas(reports: pd.DataFrame, nominal: pd.DataFrame) -> pd.DataFrame:
    keys = [*_BY, "year"]
    rows = reports.assign(year=reports["time"].dt.year)
    parts = rows.groupby(keys, observed=True)["catch"].sum()
    whole = nominal.assign(year=nominal["time"].dt.year).groupby(keys, observed=True)["catch"].sum()
    factor = (whole / parts).rename("factor").reset_index()
    joined = rows.merge(factor, on=keys, how="left")
    joined["catch"] = joined["catch"] * joined["factor"].fillna(1.0)
    return joined
