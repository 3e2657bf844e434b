"""What is counted as it happens: requests, searches, runs that end and what they read.

No label is a person's, and each has few values: routes are templates, causes and states are the
service's own words, and a source that no catalogue has, of which a run may write what it likes, is
``other``.
"""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Histogram

from bluecloud_catalogs.declarations import PRODUCTS_SOURCE
from bluecloud_hub.settings import SOURCES

from ..metering import Read
from ..runs.index import Row

_FAST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
_SLOW_S = (1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
_KNOWN = frozenset({*SOURCES, PRODUCTS_SOURCE})
_SEARCHES = ("/stac/search", "/stac/collections/{source}/items")


def source_label(source: str) -> str:
    """A source as a label."""
    return source if source in _KNOWN else "other"


class Measured:
    """The counters and histograms of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "bluecloud_http_requests",
            "Requests that were answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._took = Histogram(
            "bluecloud_http_request_duration_seconds",
            "How long requests took.",
            ["method", "route"],
            buckets=_FAST_S,
            registry=self.registry,
        )
        self._searches = Histogram(
            "bluecloud_search_duration_seconds",
            "How long searches for data took.",
            buckets=_FAST_S,
            registry=self.registry,
        )
        self._ended = Counter(
            "bluecloud_runs_ended",
            "Runs that ended, by how and why.",
            ["laboratory", "state", "cause"],
            registry=self.registry,
        )
        self._waited = Histogram(
            "bluecloud_run_wait_seconds",
            "How long runs waited to be started.",
            buckets=_SLOW_S,
            registry=self.registry,
        )
        self._ran = Histogram(
            "bluecloud_run_duration_seconds",
            "How long runs were executed.",
            ["laboratory"],
            buckets=_SLOW_S,
            registry=self.registry,
        )
        self._reads = Counter(
            "bluecloud_source_reads",
            "Readings of sources by runs, as these report them.",
            ["source", "tier"],
            registry=self.registry,
        )
        self._bytes = Counter(
            "bluecloud_source_read_bytes",
            "Bytes of the files behind readings of sources by runs, as these report them.",
            ["source", "tier"],
            registry=self.registry,
        )
        self._unread = Counter(
            "bluecloud_source_failures",
            "Runs that failed because a source did not give what was asked for.",
            ["laboratory"],
            registry=self.registry,
        )
        self.audit_failures = Counter(
            "bluecloud_audit_failures",
            "Acts that could not be written into the audit log.",
            registry=self.registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._took.labels(method, route).observe(seconds)
        if route.endswith(_SEARCHES) and status == 200:
            self._searches.observe(seconds)

    def ended(self, row: Row, reads: Iterable[Read]) -> None:
        """Count a run that ended."""
        self._ended.labels(row.laboratory, row.state, row.cause or "none").inc()
        if row.started is not None:
            self._waited.observe(max(0.0, row.started - row.submitted))
            if row.ended is not None:
                self._ran.labels(row.laboratory).observe(max(0.0, row.ended - row.started))
        if row.cause == "source-unavailable":
            self._unread.labels(row.laboratory).inc()
        for read in reads:
            source = source_label(read.source)
            self._reads.labels(source, read.tier).inc(read.reads)
            self._bytes.labels(source, read.tier).inc(read.bytes)
