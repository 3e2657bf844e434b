"""Events of a table laid along time: which days of which place belong to one."""

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._time import with_dates
from bluecloud_routines.errors import ValuesError


def event_days(events: pd.DataFrame, like: xr.DataArray) -> xr.DataArray:
    """Whether each day belongs to an event, from a table such as the marine heatwaves' is.

    Parameters
    ----------
    events
        One row an event, with ``start`` and ``end`` (last day, included) as dates. Columns with
        the names of coordinates of ``like`` say of which place it is; without any it is of all.
    like
        A series or a grid with ``time``; of it the coordinates are taken.

    Returns
    -------
    xarray.DataArray
        ``int8``, 1 on the days of an event, else 0.

    Raises
    ------
    TimeAxisError
        If ``like`` has no time, or times out of order.
    ValuesError
        If a column is absent or has no dates, or dates of a time zone; an event ends before it
        starts, or is of a place that is not there.
    """
    absent = [name for name in ("start", "end") if name not in events]
    if absent:
        raise ValuesError(
            f"the events have no column {', '.join(absent)}: start and end are needed"
        )
    like, times = with_dates(like)
    start, end = (_dates(events[name]) for name in ("start", "end"))
    # A comparison with a missing date is false.
    wrong = ~np.asarray(end >= start)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValuesError(
            f"event {row} goes from {events['start'].iloc[row]} to {events['end'].iloc[row]}: two "
            "dates are needed, the last not before the first"
        )
    days = times.normalize()
    first, stop = days.searchsorted(start), days.searchsorted(end, side="right")
    cells = [dim for dim in like.dims if dim != "time" and dim in events]
    found = np.zeros([like.sizes[dim] for dim in ("time", *cells)], dtype=np.int8)
    places = []
    for dim in cells:
        at = pd.Index(like[dim].to_numpy()).get_indexer(events[dim])
        if (at < 0).any():
            stray = events[dim].iloc[int(np.flatnonzero(at < 0)[0])]
            raise ValuesError(f"there is an event at {dim} {stray}, where nothing is given")
        places.append(at)
    for n in range(len(events)):
        found[(slice(first[n], stop[n]), *(at[n] for at in places))] = 1
    coords = {dim: like[dim] for dim in ("time", *cells) if dim in like.coords}
    told = {"long_name": "whether the day belongs to an event", "units": "1"}
    return xr.DataArray(found, dims=("time", *cells), coords=coords, attrs=told)


def _dates(column: pd.Series) -> pd.DatetimeIndex:
    try:
        dates = pd.DatetimeIndex(pd.to_datetime(column))
    except (ValueError, TypeError) as error:
        raise ValuesError(f"{column.name!r} of the events has no dates: {error}") from error
    if dates.tz is not None:
        raise ValuesError(
            f"{column.name!r} of the events is of the time zone {dates.tz}: days of the series' "
            "own are needed (dt.tz_localize(None))"
        )
    return dates
