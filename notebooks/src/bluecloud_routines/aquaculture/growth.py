"""How fish grow with the temperature of each day, and on which days it is too much for them.

The thermal growth coefficient (Iwama and Tautz 1981) makes the cube root of a fish's weight grow in
a straight line with the sum of daily temperatures. It needs one number and one series, and holds
between temperatures that the fish like; that is why days outside them are counted, and why they can
be told to fast on those days.
"""

import json
from dataclasses import asdict

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._temperature import to_celsius
from bluecloud_routines._time import require_daily, with_dates
from bluecloud_routines.aquaculture.stock import DAYS_A_MONTH, Stock
from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

REFERENCES = (
    "Iwama and Tautz (1981), Canadian Journal of Fisheries and Aquatic Sciences 38, 649-656; "
    "Jobling (2003, https://doi.org/10.1046/j.1365-2109.2003.00859.x)"
)
_COLDEST, _WARMEST = -50, 60  # degrees Celsius: beyond it, another unit
COLD, WARM, LOW_OXYGEN, HEATWAVE = 1, 2, 4, 8
_OXYGEN = frozenset({"mmol m-3", "mmol/m3", "mmol/m^3", "umol l-1", "umol/l", "micromol l-1"})


def growth_stress(
    temperature: xr.DataArray,
    *,
    start: str | pd.Timestamp,
    stock: Stock | None = None,
    oxygen: xr.DataArray | None = None,
    heatwave: xr.DataArray | None = None,
) -> xr.Dataset:
    """Weight, feed, biomass and days of stress of fish from their stocking on.

    Parameters
    ----------
    temperature
        Daily, in kelvin or degrees Celsius, with a dimension ``time``; others are kept. With
        dask it stays lazy. After a missing day nothing is known of the weight, nor given.
    start
        The day of stocking: the first on which the fish grow.
    stock
        The fish; see :class:`Stock`.
    oxygen
        Daily dissolved oxygen, mmol m-3, on the same coordinates. A missing value counts as no
        stress: where it was not measured, low oxygen is not seen.
    heatwave
        Whether each day belongs to a marine heatwave (or its category, 0 for none), on the same
        times and, if it has others, coordinates; :func:`event_days` makes it of a table.

    Returns
    -------
    xarray.Dataset
        On the times from the start on: ``weight`` (g, at the end of the day), ``feed`` (g a fish
        on that day), ``fish_count``, ``biomass`` (t), ``feed_total`` (t, of all fish since the
        start) and ``stress`` (flags that can come together: cold 1, warm 2, low oxygen 4,
        heatwave 8). And ``harvest_date`` (NaT if it is not reached) and ``days_to_harvest``.
        The series go on after the harvest.

    Raises
    ------
    UnitsError
        If temperature or oxygen is in other units.
    TimeAxisError
        If time is absent, unsorted, repeated or not daily, the start is no day of it, or oxygen
        or heatwaves are on other times.
    ValuesError
        If no temperature from the start on is known, or one is infinite or impossible (with dask
        when computed), or oxygen or heatwaves are of other places.

    References
    ----------
    Iwama and Tautz (1981), Canadian Journal of Fisheries and Aquatic Sciences 38, 649-656;
    Jobling (2003), https://doi.org/10.1046/j.1365-2109.2003.00859.x
    """
    stock = stock or Stock()
    daily, times = with_dates(to_celsius(temperature))
    require_daily(times)
    daily = daily.sel(time=slice(_first_day(start, times), None)).astype(np.float64)
    if daily.chunks is None and bool(daily.isnull().all()):
        raise ValuesError(f"no temperature from {pd.Timestamp(start):%Y-%m-%d} on is known")
    daily = xr.apply_ufunc(
        _possible, daily, dask="parallelized", output_dtypes=[np.float64], keep_attrs=True
    )
    stress = _stress(daily, stock, oxygen, heatwave)
    eats = stress.isin([0, HEATWAVE]) if stock.fasts else True
    warmth = daily.clip(min=0).where(eats, 0.0).where(daily.notnull())
    total = warmth.cumsum("time", skipna=False)
    weight = (np.cbrt(stock.initial_weight_g) + stock.tgc / 1000 * total) ** 3
    before = weight.shift(time=1)
    gained = weight - before.where(before["time"] != before["time"][0], stock.initial_weight_g)
    day = xr.DataArray(np.arange(1, daily.sizes["time"] + 1), dims="time", coords=[daily["time"]])
    fish = stock.number * (1 - stock.mortality_percent / 100) ** (day / DAYS_A_MONTH)
    feed = stock.fcr * gained
    reached = weight >= stock.harvest_weight_g
    days = day.where(reached).min("time")
    stocked = daily["time"].to_numpy()[0].astype("datetime64[ns]")
    harvest = stocked + (days - 1).fillna(0).astype("timedelta64[D]").astype("timedelta64[ns]")
    series = {
        "weight": (weight, "weight of a fish at the end of the day", "g"),
        "feed": (feed, "feed of a fish on the day", "g"),
        "fish_count": (fish, "number of fish", "1"),
        "biomass": (weight * fish / 1e6, "biomass of all fish", "t"),
        "feed_total": ((feed * fish).cumsum("time", skipna=False) / 1e6, "feed of all fish", "t"),
    }
    found = xr.Dataset({name: made for name, (made, _, _) in series.items()})
    for name, (_, told, units) in series.items():
        found[name].attrs = {"long_name": told, "units": units, "ancillary_variables": "stress"}
    found["stress"] = stress
    found["harvest_date"] = harvest.where(days.notnull(), np.datetime64("NaT", "ns"))
    found["harvest_date"].attrs = {"long_name": "day on which the harvest weight is reached"}
    found["days_to_harvest"] = days
    found["days_to_harvest"].attrs = {"long_name": "days to the harvest weight", "units": "1"}
    used = {"start": f"{pd.Timestamp(start):%Y-%m-%d}", **asdict(stock)}
    return found.assign_attrs(references=REFERENCES, parameters=json.dumps(used))


def stress_table(result: xr.Dataset) -> pd.DataFrame:
    """One row a place: harvest, feed, and days of stress until then.

    Days are counted until the harvest, or to the end where it is not reached. A table holds
    values, so dask arrays are computed here. A place without a known day is left out.

    Returns
    -------
    pandas.DataFrame
        The place's coordinates, ``days`` (with a known weight), ``harvest_date``, ``weight_g``
        and ``biomass_t`` at the end, ``feed_t``, ``cold_days``, ``warm_days``,
        ``low_oxygen_days``, ``heatwave_days``, and ``warm_heatwave_days``, both at once.
    """
    known = result["weight"].notnull()
    day = xr.DataArray(np.arange(1, result.sizes["time"] + 1), dims="time")
    within = known & (day <= result["days_to_harvest"].fillna(np.inf))
    stress = result["stress"].where(within, 0).astype(np.int64)
    last = within.sum("time")
    table = xr.Dataset({"days": last, "harvest_date": result["harvest_date"]})
    for name, source in (
        ("weight_g", "weight"),
        ("biomass_t", "biomass"),
        ("feed_t", "feed_total"),
    ):
        table[name] = result[source].where(within & (day == last)).max("time")
    counted = {"cold": COLD, "warm": WARM, "low_oxygen": LOW_OXYGEN, "heatwave": HEATWAVE}
    for name, flag in counted.items():
        table[f"{name}_days"] = ((stress & flag) > 0).sum("time")
    both = WARM | HEATWAVE
    table["warm_heatwave_days"] = ((stress & both) == both).sum("time")
    made = table.compute()
    if made.sizes:
        rows = made.to_dataframe().reset_index()
    else:
        rows = pd.DataFrame({name: [made[name].item()] for name in made.data_vars})
        rows["harvest_date"] = pd.to_datetime(made["harvest_date"].to_numpy().reshape(1))
    return rows[rows["days"] > 0].reset_index(drop=True)


def _first_day(start: str | pd.Timestamp, times: pd.DatetimeIndex) -> pd.Timestamp:
    try:
        wanted = pd.Timestamp(start)
    except (ValueError, TypeError) as error:
        raise ParameterError(f"start is {start!r}: a date, as '2020-04-01'") from error
    if pd.isna(wanted) or wanted.tz is not None:
        raise ParameterError(
            f"start is {start!r}: a date without a time zone is needed, as '2020-04-01'"
        )
    wanted = wanted.normalize()
    days = times.normalize()
    if wanted not in days:
        raise TimeAxisError(
            f"start is {wanted:%Y-%m-%d}: the temperatures go from {days[0]:%Y-%m-%d} to "
            f"{days[-1]:%Y-%m-%d}"
        )
    first: pd.Timestamp = times[days == wanted][0]
    return first


def _possible(celsius: NDArray[np.float64]) -> NDArray[np.float64]:
    """The temperatures, if a sea or pond can have them; kelvin called degrees would grow whales."""
    wrong = (celsius < _COLDEST) | (celsius > _WARMEST)
    if wrong.any():
        raise ValuesError(
            f"there is a temperature of {celsius[wrong].ravel()[0]:g} degrees Celsius: {_COLDEST} "
            f"to {_WARMEST} are possible, and what is missing must be NaN"
        )
    return celsius


def _stress(
    daily: xr.DataArray,
    stock: Stock,
    oxygen: xr.DataArray | None,
    heatwave: xr.DataArray | None,
) -> xr.DataArray:
    """The flags of each day, added up."""
    parts = {COLD: daily < stock.cold_c, WARM: daily > stock.warm_c}
    if oxygen is not None:
        units = str(oxygen.attrs.get("units", ""))
        if units.lower() not in _OXYGEN:
            raise UnitsError(f"oxygen is in {units!r}: mmol m-3 is needed (or umol l-1)")
        parts[LOW_OXYGEN] = _on_times(oxygen, daily, "oxygen") < stock.low_oxygen
    if heatwave is not None:
        parts[HEATWAVE] = _on_times(heatwave, daily, "heatwave") > 0
    total = sum(part.astype(np.int8) * np.int8(flag) for flag, part in parts.items())
    stress = xr.DataArray(total).transpose(*daily.dims).astype(np.int8)
    return stress.drop_attrs(deep=False).assign_attrs(
        long_name="stress of the day",
        flag_masks=np.array([COLD, WARM, LOW_OXYGEN, HEATWAVE], dtype=np.int8),
        flag_meanings="cold warm low_oxygen marine_heatwave",
    )


def _on_times(layer: xr.DataArray, daily: xr.DataArray, name: str) -> xr.DataArray:
    """The layer on the days of the temperature."""
    layer, times = with_dates(layer)
    days = pd.DatetimeIndex(daily["time"].to_numpy()).normalize()
    at = times.normalize().get_indexer(days)
    if (at < 0).any():
        raise TimeAxisError(
            f"{name} goes from {times[0]:%Y-%m-%d} to {times[-1]:%Y-%m-%d} and does not have "
            f"{days[at < 0][0]:%Y-%m-%d}: each day of the temperature is needed"
        )
    chosen: xr.DataArray = layer.isel(time=at).assign_coords(time=daily["time"])
    try:
        xr.align(chosen, daily, join="exact")
    except xr.AlignmentError as error:
        raise ValuesError(f"{name} is of other places than the temperature: {error}") from error
    return chosen
