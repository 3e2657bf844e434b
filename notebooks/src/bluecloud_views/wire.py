"""The bases of what views ask and are answered, and what several of them share."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, ConfigDict, Field

Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Asked(BaseModel):
    """The base of what a view asks: unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Shown(BaseModel):
    """The base of all answers: fixed once made. What is missing is null: JSON has no NaN."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_inf_nan="null",
        json_schema_serialization_defaults_required=True,  # an answer leaves nothing out
    )


class Refusal(Shown):
    """Why a question has no answer."""

    kind: str
    message: str


class GridField(Shown):
    """A field on a regular grid, to be drawn as an image over a map."""

    name: str
    units: str
    west: float = Field(description="The edges of the grid, degrees; east may be beyond 180.")
    south: float
    east: float
    north: float
    values: tuple[tuple[float | None, ...], ...] = Field(
        description="By row from north to south, then from west to east."
    )
    low: float = Field(description="The values between which colours change.")
    high: float


class Origin(Shown):
    """Where what is shown comes from, to be said beside it."""

    titles: tuple[str, ...] = Field(description="Of the catalogue's entries.")
    citations: tuple[str, ...]
    synthetic: bool = Field(description="Made up: good to try things, not to find things.")


def figures(values: ArrayLike, digits: int = 5) -> list[float]:
    """Numbers with no more digits than a screen shows, so that an answer is small."""
    array = np.asarray(values, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(array)))
        step = 10.0 ** (digits - 1 - np.where(np.isfinite(size), size, 0))
        rounded = np.where(np.isfinite(array), np.round(array * step) / step, np.nan)
    found: list[float] = rounded.ravel().tolist()
    return found
