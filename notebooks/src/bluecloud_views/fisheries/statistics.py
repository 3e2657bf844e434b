"""What each size of squares says of one catch, and so what it hides."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
from pydantic import Field

from bluecloud_routines import fisheries

from ..wire import Origin, Shown, figures
from .catches import CatchAsked, catch_of, origin_of
from .maps import modelled_share


class ScaleRow(Shown):
    """What a catch says of itself in squares of one width."""

    width: float = Field(description="Degrees.")
    squares: int = Field(description="With a catch.")
    half: int = Field(description="Squares that hold half the catch.")
    half_percent: float = Field(description="The same of all squares with a catch, percent.")
    entropy: float = Field(description="Shannon's, nats.")
    entropy_low: float | None = Field(description="The least over grids that begin elsewhere.")
    entropy_high: float | None
    gini: float = Field(description="0 if all squares are alike, towards 1 if one has all.")
    gini_low: float | None
    gini_high: float | None
    moran: float | None = Field(description="Moran's I: whether like lies beside like.")
    taylor: float | None = Field(
        description="Slope of log variance by log mean, to the next width."
    )
    modelled: float = Field(description="Which part was split from wider reports, 0 to 1.")


class Scales(Shown):
    """The statistics of a catch at every width."""

    rows: tuple[ScaleRow, ...] = Field(description="From fine to coarse.")
    taylor: float | None = Field(
        description="Slope over all widths: 1 if neighbours are unrelated, 2 if they are alike."
    )
    lost: float = Field(description="Which part of the catch is in no square, 0 to 1.")
    origin: Origin


def scales(asked: CatchAsked) -> Scales:
    """Evenness, concentration, likeness of neighbours and growth of variance at every width."""
    table = _statistics(*asked.model_dump().values())
    rows = []
    for _, row in table.iterrows():
        told = {name: figures([row[name]], 4)[0] if pd.notna(row[name]) else None for name in _TOLD}
        width = float(row["resolution"])
        cells, half = int(row["cells"]), int(row["cells_50"])
        rows.append(
            ScaleRow(
                width=width,
                squares=cells,
                half=half,
                half_percent=figures([100 * half / cells if cells else 0.0], 3)[0],
                modelled=figures([modelled_share(asked, width)])[0],
                **told,
            )
        )
    slope = table.attrs["taylor_slope"]
    return Scales(
        rows=tuple(rows),
        taylor=figures([slope], 3)[0] if pd.notna(slope) else None,
        lost=figures([table["lost"].iloc[-1]])[0],
        origin=origin_of(catch_of(asked)),
    )


_TOLD = (
    *("entropy", "entropy_low", "entropy_high", "gini", "gini_low", "gini_high"),
    *("moran", "taylor"),
)


@lru_cache(maxsize=32)
def _statistics(
    species: str, gear: str, first_year: int, last_year: int, downgrade: str
) -> pd.DataFrame:
    asked = CatchAsked(species=species, gear=gear, first_year=first_year, last_year=last_year)
    return fisheries.scale_statistics(
        catch_of(asked),
        resolutions=fisheries.RESOLUTIONS,
        downgrade=downgrade,  # type: ignore[arg-type]  # the routine refuses what is none
    )
