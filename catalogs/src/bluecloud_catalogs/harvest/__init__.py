"""The sources whose holdings can be listed, each with its harvester: the list is the whole."""

from collections.abc import Mapping
from types import MappingProxyType

from .argogdac import ArgoGdac
from .base import Harvester, Page, Quarantined
from .bluecloud import BluecloudHarvester
from .cmems import CmemsHarvester
from .d4science import D4ScienceHarvester
from .dias import DiasHarvester
from .emodnet import Emodnet
from .ena import EnaHarvester
from .eudat import EudatHarvester
from .euroargo import EuroArgo
from .eurobioimaging import EuroBioImaging
from .eurobis import EurobisHarvester
from .icos import IcosHarvester
from .seadatanet import SeaDataNetHarvester

HARVESTERS: Mapping[str, Harvester] = MappingProxyType(
    {
        "argogdac": ArgoGdac(),
        "bluecloud": BluecloudHarvester(),
        "cmems": CmemsHarvester(),
        "d4science": D4ScienceHarvester(),
        "dias": DiasHarvester(),
        "emodnet": Emodnet(),
        "ena": EnaHarvester(),
        "eudat": EudatHarvester(),
        "euroargo": EuroArgo(),
        "eurobioimaging": EuroBioImaging(),
        "eurobis": EurobisHarvester(),
        "icos": IcosHarvester(),
        "seadatanet": SeaDataNetHarvester(),
    }
)

__all__ = ["HARVESTERS", "Harvester", "Page", "Quarantined"]
