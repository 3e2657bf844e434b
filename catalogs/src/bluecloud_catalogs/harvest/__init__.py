"""The sources whose holdings can be listed, each with its harvester: the list is the whole."""

from collections.abc import Mapping
from types import MappingProxyType

from .argogdac import ArgoGdac
from .base import Harvester, Page, Quarantined

HARVESTERS: Mapping[str, Harvester] = MappingProxyType({ArgoGdac.source: ArgoGdac()})

__all__ = ["HARVESTERS", "Harvester", "Page", "Quarantined"]
