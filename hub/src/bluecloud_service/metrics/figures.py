"""What is looked up when it is asked for: rows in numbers, and what the hub said last."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine, func, select

from ..desk.hub import Server
from ..products.store import DEPOSITS, PRODUCTS
from ..releases.store import RELEASES
from ..runs.index import RUNS
from ..runs.sharing import Capacity
from ..runs.state import ENDED
from .measured import source_label


class Figures(Collector):
    """The gauges of a deployment.

    Parameters
    ----------
    servers
        The servers that there are, or None where the hub did not say.
    keeps
        Whether this service keeps the runs, and nothing hinders it.
    holdings
        Where what was harvested lies.
    """

    def __init__(
        self,
        database: Engine,
        capacity: Capacity,
        *,
        servers: Callable[[], list[Server] | None],
        keeps: Callable[[], bool],
        holdings: Path | None,
    ) -> None:
        self._database = database
        self._capacity = capacity
        self._servers = servers
        self._keeps = keeps
        self._holdings = holdings

    def collect(self) -> Iterator[Any]:
        """Each gauge with its values now."""
        yield _one("bluecloud_keeper_up", "Whether runs are kept here.", float(self._keeps()))
        yield from self._runs()
        for name, words, labels, columns in (
            ("bluecloud_products", "Products, by state.", ["laboratory", "state"], PRODUCTS.c),
            ("bluecloud_releases", "Releases, by state.", ["laboratory", "state"], RELEASES.c),
            ("bluecloud_deposits", "Deposits, by state.", ["repository", "state"], DEPOSITS.c),
        ):
            yield self._counted(name, words, labels, columns)
        servers = self._servers()
        if servers is not None:
            gauge = GaugeMetricFamily(
                "bluecloud_laboratory_servers",
                "Laboratories' servers that are there, by state.",
                labels=["laboratory", "state"],
            )
            for key, count in Counter((s.laboratory, s.state) for s in servers).items():
                gauge.add_metric(list(key), count)
            yield gauge
        yield self._harvested()

    def _runs(self) -> Iterator[Any]:
        going = RUNS.c.state.in_(("starting", "running"))
        queued = RUNS.c.state == "queued"
        with self._database.connect() as connection:
            by_state = connection.execute(
                select(RUNS.c.laboratory, RUNS.c.state, func.count())
                .where(RUNS.c.state.not_in(ENDED))
                .group_by(RUNS.c.laboratory, RUNS.c.state)
            ).all()
            oldest = connection.execute(select(func.min(RUNS.c.submitted)).where(queued)).scalar()
            # A unit's runs share what it may use.
            units = connection.execute(
                select(func.max(RUNS.c.cpus), func.max(RUNS.c.memory_bytes))
                .where(going)
                .group_by(RUNS.c.unit)
            ).all()
        gauge = GaugeMetricFamily(
            "bluecloud_runs",
            "Runs that have not ended, by state.",
            labels=["laboratory", "state"],
        )
        for laboratory, state, count in by_state:
            gauge.add_metric([laboratory, state], count)
        yield gauge
        yield _one(
            "bluecloud_runs_oldest_wait_seconds",
            "How long the run waits that was submitted first of those that wait.",
            max(0.0, time.time() - oldest) if oldest else 0.0,
        )
        for what, used, most in (
            ("cpus", sum(cpus for cpus, _ in units), self._capacity.cpus),
            ("memory_bytes", sum(memory for _, memory in units), self._capacity.memory_bytes),
        ):
            words = "that runs may use together, 0 where no limit is held"
            yield _one(f"bluecloud_runs_{what}_limit", f"{what} {words}.", float(most))
            yield _one(f"bluecloud_runs_{what}_taken", f"{what} that units of runs may use.", used)

    def _counted(self, name: str, words: str, labels: list[str], columns: Any) -> Any:
        gauge = GaugeMetricFamily(name, words, labels=labels)
        by = [columns[label] for label in labels]
        with self._database.connect() as connection:
            for *values, count in connection.execute(select(*by, func.count()).group_by(*by)):
                gauge.add_metric([str(value) for value in values], count)
        return gauge

    def _harvested(self) -> Any:
        gauge = GaugeMetricFamily(
            "bluecloud_harvest_timestamp_seconds",
            "When a source was last harvested, in seconds since 1970.",
            labels=["source"],
        )
        folder = self._holdings / "records" if self._holdings else None
        for path in folder.glob("*.parquet") if folder else ():
            gauge.add_metric([source_label(path.stem)], path.stat().st_mtime)
        return gauge


def _one(name: str, words: str, value: float) -> Any:
    gauge = GaugeMetricFamily(name, words)
    gauge.add_metric([], value)
    return gauge
