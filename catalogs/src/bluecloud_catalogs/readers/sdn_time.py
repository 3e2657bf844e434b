"""Chronological Julian Days, SeaDataNet's way of writing time as a number (P01 CJDY1101).

Day 2440588 begins at midnight of 1 January 1970. SeaDataNet's NetCDF files declare it as "days
since -4713-01-01" in the calendar ``julian``. Whoever takes that by the letter is 13 days early
in our century, since the calendar counts on as if Pope Gregory had not been: so this unit is
never handed to a generic decoder.

The files give such days with six decimals, which is 0.09 s, so that moments come out to a tenth
of a second: 17:28:59.981 was written as 17:29:00.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

DAY_OF_1970 = 2440588
_TENTHS_A_DAY = 864_000
_URN = "SDN:P01::CJDY1101"


def is_chronological_julian_day(attrs: Mapping[str, Any]) -> bool:
    """Whether a variable with these attributes holds such days: by its code, or by its unit."""
    if attrs.get("sdn_parameter_urn") == _URN:
        return True
    unit = str(attrs.get("units", "")).strip().lower()
    calendar = str(attrs.get("calendar", "")).lower()
    return unit.startswith(("days since -4713-01-01", "days since -4712-01-01")) and (
        calendar in {"julian", ""}
    )


def from_chronological_julian_day(days: Any) -> npt.NDArray[np.datetime64]:
    """The moments of days and their fractions, to a tenth of a second; NaN is no time."""
    import numpy as np

    values = np.asarray(days, dtype="float64")
    known = np.isfinite(values)
    since = np.where(known, values - DAY_OF_1970, 0.0)
    milliseconds = np.round(since * _TENTHS_A_DAY).astype("int64") * 100
    moments = milliseconds.astype("datetime64[ms]").astype("datetime64[ns]")
    return np.where(known, moments, np.datetime64("NaT", "ns"))
