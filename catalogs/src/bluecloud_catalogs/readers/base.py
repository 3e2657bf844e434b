"""What a reader is: the knowledge of one protocol, written once for all tiers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import xarray as xr

    from ..places import File, Place

    Data: TypeAlias = xr.Dataset | pd.DataFrame | gpd.GeoDataFrame


class Nothing(BaseModel):
    """No options, or no parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Reading:
    """What a reader made of a place's answer.

    ``count`` is how many things were found (rows, profiles, time steps): 0 is an empty
    result, which only the provider itself can vouch for.
    """

    data: Data
    count: int
    files: Sequence[File] = ()
    notes: Mapping[str, str] = field(default_factory=dict)


class SourceReader(ABC):
    """One protocol. ``options`` are set by an entry's file, ``request`` by who reads it.

    Modules of readers import xarray and the like inside functions: listing a catalogue
    must not cost seconds.
    """

    protocol: ClassVar[str]
    makes: ClassVar[
        str
    ]  # as Intake writes types: "xarray:Dataset", "pandas:DataFrame", "geopandas:GeoDataFrame"
    lazy: ClassVar[bool] = False
    options: ClassVar[type[BaseModel]] = Nothing
    request: ClassVar[type[BaseModel]] = Nothing

    @abstractmethod
    def read(self, place: Place, options: Any, request: Any, *, lazy: bool) -> Reading:
        """Read what was asked for.

        Raises
        ------
        ParameterError
            If the request lacks something or asks for too much; before anything is fetched,
            where that can be known.
        SourceError
            If the place gives no answer, or not a proper one.
        """
