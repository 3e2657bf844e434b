"""Wide reports of an organisation to rows that all share: ours against pandas.

The peer melts the table, drops what is nothing, names square and month, and sums what says the
same, with the codes of gear and fleet joined from small tables. Both begin with the same table;
ours also gives the account, and marks what is told in both units.
"""

import time

import numpy as np
import pandas as pd

from bluecloud_routines.fisheries import cwp_codes, harmonise_catch
from bluecloud_routines.fisheries._fishery_codes import fleet_of
from tests.bench.ratio import Ratio

_ROWS = 200_000
_SPECIES = ("ALB", "BET", "BKJ", "BZX", "PBF", "SKJ", "TUN", "YFT")
_REPEATS = 3
_KEYS = ["fishing_fleet", "gear", "time", "time_end", "area", "species", "unit"]


def run() -> list[Ratio]:
    """Time both, and see that they say the same of the same strata."""
    raw = _raw()
    best = {"ours": float("inf"), "pandas": float("inf")}
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        found = harmonise_catch(raw, gear="PS").rows
        best["ours"] = min(best["ours"], time.perf_counter() - begin)
        begin = time.perf_counter()
        expected = _pandas(raw)
        best["pandas"] = min(best["pandas"], time.perf_counter() - begin)
    ordered = found.astype({"area": str}).sort_values(_KEYS, ignore_index=True)
    for name in _KEYS:
        assert (ordered[name].astype(str) == expected[name].astype(str)).all(), name
    np.testing.assert_allclose(ordered["catch"], expected["catch"], rtol=1e-9)
    return [
        Ratio(
            name=f"{_ROWS:,} wide reports of {len(_SPECIES)} species to rows of the grid",
            peer_name=f"pandas {pd.__version__}",
            ours=best["ours"],
            peer=best["pandas"],
            unit="s",
            target=3 / 4,
            note=f"{len(found):,} rows",
        )
    ]


def _raw() -> pd.DataFrame:
    """Seiners of the eastern Pacific, 40 years of months."""
    random = np.random.default_rng(3)
    raw = pd.DataFrame(
        {
            "Year": random.integers(1980, 2020, _ROWS),
            "Month": random.integers(1, 13, _ROWS),
            "Flag": random.choice(["ECU", "MEX", "USA", "VEN", "ESP"], _ROWS),
            "LatC1": random.integers(-20, 20, _ROWS) + 0.5,
            "LonC1": random.integers(-145, -85, _ROWS) + 0.5,
            "NumSets": random.integers(1, 9, _ROWS),
        }
    )
    for name in _SPECIES:
        raw[name] = random.gamma(0.7, 20, _ROWS) * (random.random(_ROWS) < 0.3)
    return raw


def _pandas(raw: pd.DataFrame) -> pd.DataFrame:
    begin = pd.to_datetime({"year": raw["Year"], "month": raw["Month"], "day": 1})
    fleets = {flag: fleet_of(flag) for flag in raw["Flag"].unique()}
    table = raw[list(_SPECIES)].assign(
        fishing_fleet=raw["Flag"].map(fleets),
        gear="01.1",
        time=begin,
        time_end=begin + pd.offsets.MonthEnd(0),
        area=cwp_codes(raw["LatC1"], raw["LonC1"], resolution=1).astype(str),
        unit="t",
    )
    identity = [name for name in _KEYS if name != "species"]
    long = table.melt(id_vars=identity, var_name="species", value_name="catch")
    long = long[long["catch"] > 0]
    return long.groupby(_KEYS, sort=True, as_index=False, observed=True)["catch"].sum()
