"""Samples that are computed: seas, fields and scenes that never were, the same ones each time.

They stand where no real data are small enough, or free enough, to come with the package. Each is
drawn with the structure that an analysis looks for, so that what it finds can be checked, and each
is declared ``synthetic``, which whatever is made of it goes on saying.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ..base import SourceReader
from .chlorophyll import SyntheticChlorophyll
from .coast import SyntheticCoast
from .conditions import SyntheticConditions
from .currents import SyntheticCurrents
from .farms import SyntheticCages
from .plankton import SyntheticPlankton
from .ponds import SyntheticPonds
from .sigma0 import SyntheticSigma0
from .sst import SyntheticSst
from .station import SyntheticStation
from .wind import SyntheticWind

COMPUTED: Mapping[str, SourceReader] = MappingProxyType(
    {
        "synthetic-cages": SyntheticCages(),
        "synthetic-chlorophyll": SyntheticChlorophyll(),
        "synthetic-coast": SyntheticCoast(),
        "synthetic-conditions": SyntheticConditions(),
        "synthetic-currents": SyntheticCurrents(),
        "synthetic-plankton": SyntheticPlankton(),
        "synthetic-ponds": SyntheticPonds(),
        "synthetic-sigma0": SyntheticSigma0(),
        "synthetic-sst": SyntheticSst(),
        "synthetic-station": SyntheticStation(),
        "synthetic-wind": SyntheticWind(),
    }
)
