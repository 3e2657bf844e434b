"""The providers of the test federation, a module a source, named as the source is.

A module has ``provider(data)``, given the folder of recordings or None, and ``EXAMPLES``: for
each entry that can be asked live, the parameters of a request that the provider answers with
something. A provider that is nothing without recordings returns None without them. ``LOGIN``
may set the variables of a login that the provider takes.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from tests.federation.server import Provider


class Source(Protocol):
    """What a module of this package offers."""

    EXAMPLES: Mapping[str, Mapping[str, Any]]

    def provider(self, data: Path | None) -> Provider | None:
        """What answers for the source."""


def sources() -> dict[str, Source]:
    """Every source that the federation has, by its slug."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return {name: cast("Source", importlib.import_module(f"{__name__}.{name}")) for name in names}
