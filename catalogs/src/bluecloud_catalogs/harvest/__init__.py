"""The sources whose holdings can be listed, each with its harvester: the list is the whole."""

from collections.abc import Mapping
from types import MappingProxyType

from .argogdac import ArgoGdac
from .base import Harvester, Page, Quarantined
from .ena import EnaHarvester

HARVESTERS: Mapping[str, Harvester] = MappingProxyType(
    {
        "argogdac": ArgoGdac(),
        "ena": EnaHarvester(),
    }
)

__all__ = ["HARVESTERS", "Harvester", "Page", "Quarantined"]
