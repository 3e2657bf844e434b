"""The readers that a catalogue's file may name: this list is the whole of it."""

from collections.abc import Mapping
from types import MappingProxyType

from .argo_index import ArgoIndex
from .argo_profiles import ArgoProfiles
from .base import Reading, SourceReader
from .gridded_file import GriddedFile
from .synthetic_sst import SyntheticSst
from .wfs import WfsFeatures

READERS: Mapping[str, SourceReader] = MappingProxyType(
    {
        "argo-index": ArgoIndex(),
        "argo-profiles": ArgoProfiles(),
        "gridded-file": GriddedFile(),
        "synthetic-sst": SyntheticSst(),
        "wfs": WfsFeatures(),
    }
)

__all__ = ["READERS", "Reading", "SourceReader"]
