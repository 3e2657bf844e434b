"""Darwin Core tables: events, occurrences and measurements, joined without losing a row.

An event inherits from the event it is part of what it does not say itself. A measurement belongs
to an occurrence if it names one, else to its event; the archive's own link, which goes to the
core, cannot tell. And what has no measurement is still something that was seen: joining keeps
both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_LSID = re.compile(r"(?:taxname:|[?&]id=|^)(\d+)$")
_DATE = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](.*))?)?)?$")
_DEEPEST = 20  # of events within events; more is a circle


def event_time(dates: pd.Series[str]) -> pd.Series[Any]:
    """The first moment of each ``eventDate``, in UTC; what is no ISO date is not known.

    A date may be a year, a month, a day, a moment, or an interval of two of these.
    """
    import pandas as pd

    first = dates.fillna("").astype(str).str.partition("/")[0].str.strip()
    parts = first.str.extract(_DATE)
    whole = (
        parts[0]
        + "-"
        + parts[1].fillna("1").str.zfill(2)
        + "-"
        + parts[2].fillna("1").str.zfill(2)
        + ("T" + parts[3]).fillna("")
    )
    moments = pd.to_datetime(whole, format="ISO8601", utc=True, errors="coerce")
    return moments.dt.tz_localize(None).astype("datetime64[ns]")


def aphia_ids(identifiers: pd.Series[str]) -> pd.Series[Any]:
    """The AphiaID of WoRMS in an LSID, an address or alone; missing where there is none."""
    import pandas as pd

    found = identifiers.fillna("").astype(str).str.strip().str.extract(_LSID)[0]
    return pd.to_numeric(found).astype("Int64")


def inherited(events: pd.DataFrame) -> pd.DataFrame:
    """Events with what they do not say themselves from those they are part of."""
    if not {"eventID", "parentEventID"} <= set(events.columns):
        return events
    names = [name for name in events.columns if name not in {"eventID", "parentEventID"}]
    whole = events.copy()
    unique = whole.drop_duplicates("eventID").set_index("eventID")
    parent = whole["parentEventID"]
    for _ in range(_DEEPEST):
        known = parent.isin(unique.index) & (parent != "")
        if not known.any():
            break
        above = unique.reindex(parent.where(known)).reset_index(drop=True).set_index(whole.index)
        for name in names:
            blank = whole[name].isna() | (whole[name] == "")
            whole[name] = whole[name].where(~blank, above[name])
        parent = above["parentEventID"]
    return whole


def with_events(occurrences: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Occurrences with the columns of their event that they have not themselves, row by row."""
    if "eventID" not in occurrences or "eventID" not in events:
        return occurrences
    unique = inherited(events).drop_duplicates("eventID")
    added = [name for name in unique.columns if name not in occurrences.columns]
    joined = occurrences.merge(unique[["eventID", *added]], on="eventID", how="left")
    for name in set(unique.columns) & set(occurrences.columns) - {"eventID"}:
        theirs = unique.set_index("eventID")[name].reindex(joined["eventID"])
        blank = joined[name].isna() | (joined[name] == "")
        joined[name] = joined[name].where(~blank.to_numpy(), theirs.to_numpy())
    return joined


def with_measurements(
    occurrences: pd.DataFrame, measurements: pd.DataFrame, events: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Every measurement with its occurrence or event, then every occurrence without one.

    The result has as many rows as there are measurements, and one for each occurrence that no
    measurement names. Columns that both have are the measurement's, the other's with
    ``_of_occurrence``.
    """
    import pandas as pd

    key = "occurrenceID"
    named = (
        measurements[key].notna() & (measurements[key] != "")
        if key in measurements
        else pd.Series(data=False, index=measurements.index)
    )
    unique = occurrences.drop_duplicates(key) if key in occurrences else occurrences.iloc[:0]
    of_occurrence = (
        measurements[named].merge(unique, on=key, how="left", suffixes=("", "_of_occurrence"))
        if named.any()
        else measurements[named]
    )
    rest = measurements[~named]
    if events is not None and "eventID" in rest and "eventID" in events:
        whole = inherited(events).drop_duplicates("eventID")
        rest = rest.merge(whole, on="eventID", how="left", suffixes=("", "_of_event"))
    measured = set(measurements.loc[named, key]) if key in measurements else set()
    without = occurrences[~occurrences[key].isin(measured)] if key in occurrences else occurrences
    parts = [each for each in (of_occurrence, rest, without) if len(each)]
    return pd.concat(parts, ignore_index=True) if parts else of_occurrence


def degrees(values: pd.Series[str], most: float) -> npt.NDArray[np.float64]:
    """Degrees as numbers; what is none, or beyond the most there are, is not known."""
    import pandas as pd

    numbers = pd.to_numeric(values, errors="coerce").to_numpy("float64", copy=True)
    numbers[~(abs(numbers) <= most)] = float("nan")
    return numbers
