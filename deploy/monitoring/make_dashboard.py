"""Write ``dashboard.json`` for Grafana from the list of its panels: ``python make_dashboard.py``.

Grafana's own JSON says everything many times; here a panel is a title, a unit and its queries. A
test holds the file against this list, and each name in a query against what hub and service expose.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

# Of each: title, unit, and the legend and query of each line.
PANELS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("Answers", "short", [("{{job}}", 'up{job=~"bluecloud-.*"}')]),
    ("Runs are kept", "short", [("kept", "max(bluecloud_keeper_up)")]),
    ("People active in 24 h", "short", [("people", 'jupyterhub_active_users{period="24h"}')]),
    (
        "Servers by laboratory",
        "short",
        [
            (
                "{{laboratory}} {{state}}",
                "sum by (laboratory, state) (bluecloud_laboratory_servers)",
            )
        ],
    ),
    (
        "Starts of laboratories",
        "s",
        [
            (
                "p95 {{status}}",
                "histogram_quantile(0.95, sum by (le, status) "
                "(rate(jupyterhub_server_spawn_duration_seconds_bucket[30m])))",
            )
        ],
    ),
    (
        "Hub: time of answers",
        "s",
        [
            (
                f"p{q}",
                f"histogram_quantile(0.{q}, sum by (le) "
                "(rate(jupyterhub_request_duration_seconds_bucket[5m])))",
            )
            for q in (50, 95)
        ],
    ),
    (
        "Service: requests",
        "reqps",
        [("{{status}}", "sum by (status) (rate(bluecloud_http_requests_total[5m]))")],
    ),
    (
        "Service: time of answers by route, p95",
        "s",
        [
            (
                "{{method}} {{route}}",
                "topk(10, histogram_quantile(0.95, sum by (le, method, route) "
                "(rate(bluecloud_http_request_duration_seconds_bucket[5m]))))",
            )
        ],
    ),
    (
        "Search: time",
        "s",
        [
            (
                f"p{q}",
                f"histogram_quantile(0.{q}, sum by (le) "
                "(rate(bluecloud_search_duration_seconds_bucket[5m])))",
            )
            for q in (50, 95)
        ],
    ),
    (
        "Runs that have not ended",
        "short",
        [("{{laboratory}} {{state}}", "sum by (laboratory, state) (bluecloud_runs)")],
    ),
    (
        "Runs: wait",
        "s",
        [
            (
                "p95 of those started",
                "histogram_quantile(0.95, sum by (le) "
                "(rate(bluecloud_run_wait_seconds_bucket[1h])))",
            ),
            ("who waits longest", "max(bluecloud_runs_oldest_wait_seconds)"),
        ],
    ),
    (
        "Runs: cores",
        "short",
        [
            ("taken", "max(bluecloud_runs_cpus_taken)"),
            ("limit", "max(bluecloud_runs_cpus_limit)"),
        ],
    ),
    (
        "Runs: memory",
        "bytes",
        [
            ("taken", "max(bluecloud_runs_memory_bytes_taken)"),
            ("limit", "max(bluecloud_runs_memory_bytes_limit)"),
        ],
    ),
    (
        "Runs that ended, by how and why",
        "short",
        [
            (
                "{{state}} {{cause}}",
                "sum by (state, cause) (increase(bluecloud_runs_ended_total[1h]))",
            )
        ],
    ),
    (
        "Runs: how long, p95",
        "s",
        [
            (
                "{{laboratory}}",
                "histogram_quantile(0.95, sum by (le, laboratory) "
                "(rate(bluecloud_run_duration_seconds_bucket[6h])))",
            )
        ],
    ),
    (
        "Sources: readings",
        "short",
        [
            (
                "{{source}} {{tier}}",
                "sum by (source, tier) (increase(bluecloud_source_reads_total[1h]))",
            )
        ],
    ),
    (
        "Sources: bytes read live",
        "bytes",
        [
            (
                "{{source}}",
                'sum by (source) (increase(bluecloud_source_read_bytes_total{tier="live"}[1h]))',
            )
        ],
    ),
    (
        "Sources: runs that failed by one",
        "short",
        [
            (
                "{{laboratory}}",
                "sum by (laboratory) (increase(bluecloud_source_failures_total[1h]))",
            )
        ],
    ),
    (
        "Age of what was harvested",
        "s",
        [("{{source}}", "time() - bluecloud_harvest_timestamp_seconds")],
    ),
    ("Products", "short", [("{{state}}", "sum by (state) (bluecloud_products)")]),
    ("Releases", "short", [("{{state}}", "sum by (state) (bluecloud_releases)")]),
    (
        "Deposits",
        "short",
        [("{{repository}} {{state}}", "sum by (repository, state) (bluecloud_deposits)")],
    ),
]


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    source = {"type": "prometheus", "uid": "${prometheus}"}
    panels = [
        {
            "id": number + 1,
            "type": "timeseries",
            "title": title,
            "datasource": source,
            "gridPos": {"h": 7, "w": 8, "x": 8 * (number % 3), "y": 7 * (number // 3)},
            "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
            "targets": [
                {"refId": chr(65 + n), "datasource": source, "expr": query, "legendFormat": legend}
                for n, (legend, query) in enumerate(queries)
            ],
        }
        for number, (title, unit, queries) in enumerate(PANELS)
    ]
    return {
        "uid": "bluecloud",
        "title": "Blue-Cloud VRE",
        "tags": ["bluecloud"],
        "schemaVersion": 39,
        "timezone": "utc",
        "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"},
        "templating": {
            "list": [{"name": "prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": panels,
    }


def main() -> None:
    """Write the file."""
    (HERE / "dashboard.json").write_text(json.dumps(dashboard(), indent=1) + "\n")


if __name__ == "__main__":
    main()
