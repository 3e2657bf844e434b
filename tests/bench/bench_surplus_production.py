"""One stock with 35 years of catch and index: the whole assessment, in 60,000 kept draws.

The target is a time, 1.5 seconds. The estimates must be those that the stock was simulated with.
"""

import time

from bluecloud_routines.fisheries import simulated_stock, surplus_production
from tests.bench.ratio import Ratio

_REPEATS = 5
_DRAWS = 60_000
_LIMIT_S = 1.5


def run() -> list[Ratio]:
    """Time the assessment, and see that it converged on the stock that was simulated."""
    stock = simulated_stock(growth=0.4, unfished=1e5, years=35)
    best = float("inf")
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        found = surplus_production(stock, resilience="medium", draws=_DRAWS)
        best = min(best, time.perf_counter() - begin)
    table = found.summary.set_index("quantity")
    assert found.converged
    for name, truth in (("r", 0.4), ("k", 1e5), ("msy", 1e4)):
        assert table.loc[name, "low"] < truth < table.loc[name, "high"], name
    return [
        Ratio(
            name="surplus production, one stock, 60,000 draws",
            peer_name="the time set for it",
            ours=best,
            peer=_LIMIT_S,
            unit="s",
            target=1.0,
            note=f"{table['ess'].min():.0f} effective draws, R-hat {table['r_hat'].max():.3f}",
        )
    ]
