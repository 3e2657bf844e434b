"""A report as a page, which needs neither scripts nor anything from elsewhere.

What a candidate says of itself is text to it: the templates escape everything.
"""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from .report import TITLES, Report


def page(report: Report) -> str:
    """The page, whole."""
    environment = Environment(
        loader=PackageLoader("bluecloud_service.gate"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mb"] = lambda count: f"{count / 1e6:,.0f} MB"
    environment.filters["s"] = lambda seconds: f"{seconds:.1f} s"
    return environment.get_template("report.html").render(report=report, titles=TITLES)
