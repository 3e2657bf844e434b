"""The readers that a catalogue's file may name: this list is the whole of it."""

from collections.abc import Mapping
from types import MappingProxyType

from .argo_bgc import ArgoBgc
from .argo_index import ArgoIndex
from .argo_profiles import ArgoProfiles
from .argo_tables import ArgoFloats, ArgoGreylist, ArgoTechnical, ArgoTrajectories
from .base import Reading, SourceReader
from .gridded_file import GriddedFile
from .synthetic_sst import SyntheticSst
from .wfs import WfsFeatures

READERS: Mapping[str, SourceReader] = MappingProxyType(
    {
        "argo-bgc": ArgoBgc(),
        "argo-floats": ArgoFloats(),
        "argo-greylist": ArgoGreylist(),
        "argo-index": ArgoIndex(),
        "argo-profiles": ArgoProfiles(),
        "argo-technical": ArgoTechnical(),
        "argo-trajectories": ArgoTrajectories(),
        "gridded-file": GriddedFile(),
        "synthetic-sst": SyntheticSst(),
        "wfs": WfsFeatures(),
    }
)

__all__ = ["READERS", "Reading", "SourceReader"]
