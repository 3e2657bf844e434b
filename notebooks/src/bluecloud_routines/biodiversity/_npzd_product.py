"""What the NPZD model's runs come to, as labelled data: bands, shares, parameters."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.biodiversity._npzd_input import Observed
from bluecloud_routines.biodiversity._npzd_model import (
    NITROGEN,
    PHYTOPLANKTON,
    Days,
    Run,
    Scheme,
    limitations,
)
from bluecloud_routines.biodiversity._npzd_parameters import UNITS, Draws, Floats

REFERENCES = (
    "Otero et al. (2023, https://doi.org/10.3390/jmse11081510); "
    "Soetaert & Herman (2009), A Practical Guide to Ecological Modelling, Springer"
)
DRIVERS = ("din", "phosphate", "silicate", "temperature", "par", "grazing")
QUANTILES = (0.05, 0.5, 0.95)
_SEASONS = ("DJF", "MAM", "JJA", "SON")

_NITROGEN_OF = "mole_concentration_of_{}_expressed_as_nitrogen_in_sea_water"
_STOCKS = {
    "phytoplankton": _NITROGEN_OF.format("phytoplankton"),
    "zooplankton": _NITROGEN_OF.format("zooplankton"),
    "detritus": _NITROGEN_OF.format("organic_detritus"),
    "din": "mole_concentration_of_dissolved_inorganic_nitrogen_in_sea_water",
}
_GREEN = {
    "standard_name": "mass_concentration_of_chlorophyll_a_in_sea_water",
    "units": "mg m-3",
}


@dataclass(frozen=True)
class Ensemble:
    """The members that were kept, the best first, and all that belongs to them."""

    draws: Draws
    days: Days
    times: pd.DatetimeIndex
    run: Run
    start: Floats
    scheme: Scheme
    against: Observed
    ranges: dict[str, tuple[float, float]]


def states_dataset(
    run: Run, draws: Draws, days: Days, times: pd.DatetimeIndex, *, prognostic: bool
) -> xr.Dataset:
    """All stocks and chlorophyll on (time, member)."""
    states = run.states.copy()
    if not prognostic:
        states[NITROGEN] = days.din[:, None]
    states[:, :, run.gone] = np.nan
    result = xr.Dataset(coords={"time": _time(times), "member": np.arange(draws.members)})
    for name, values in zip(_STOCKS, states, strict=True):
        result[name] = (("time", "member"), values, _stock(name))
    green = states[PHYTOPLANKTON] * draws["chlorophyll_to_nitrogen"][days.part]
    result["chlorophyll"] = (("time", "member"), green, _GREEN)
    return result.assign_attrs(references=REFERENCES)


def drivers_product(ensemble: Ensemble) -> xr.Dataset:
    """The dataset that :func:`npzd_drivers` promises, but for its parameters."""
    result = xr.Dataset(
        coords={
            "time": _time(ensemble.times),
            "quantile": (
                "quantile",
                np.array(QUANTILES),
                {"long_name": "quantile over the members that were kept", "units": "1"},
            ),
        }
    )
    green = ensemble.draws["chlorophyll_to_nitrogen"][ensemble.days.part]
    green = ensemble.run.states[PHYTOPLANKTON] * green
    about = {"ancillary_variables": "chlorophyll_observed"}
    result["chlorophyll"] = (("time", "quantile"), _bands(green), {**_GREEN, **about})
    for name, values in zip(_STOCKS, ensemble.run.states, strict=True):
        if name != "din" or ensemble.scheme.prognostic:
            result[name] = (("time", "quantile"), _bands(values), _stock(name))
    result["chlorophyll_observed"] = ("time", _on_all_days(ensemble.against), _GREEN)
    result = result.merge(_shares(ensemble)).merge(_sets(ensemble, green))
    result.attrs = {"title": "Drivers of phytoplankton", "references": REFERENCES}
    return result


def parameter_table(result: xr.Dataset) -> pd.DataFrame:
    """Each parameter's range, and 5, 50 and 95 % of what was kept, for each part of the year.

    Where the kept values fill the range, the observations say nothing of the parameter.
    """
    kept = (
        result["parameter_value"]
        .quantile(QUANTILES, dim="member")
        .transpose("part", "parameter", "quantile")
    )
    rows = [
        {
            "parameter": name,
            "part": part,
            "units": UNITS[name],
            "least": float(result["parameter_least"].sel(parameter=name)),
            "most": float(result["parameter_most"].sel(parameter=name)),
            **dict(
                zip(
                    ("q05", "median", "q95"),
                    kept.sel(parameter=name, part=part).values.tolist(),
                    strict=True,
                )
            ),
        }
        for name in result["parameter"].values.tolist()
        for part in result["part"].values.tolist()
    ]
    return pd.DataFrame(rows)


def share_table(result: xr.Dataset, *, by: str = "season") -> pd.DataFrame:
    """Each driver's share by ``season`` or ``month``: mean, 5, 50 and 95 % of the members.

    Means of one season or month add up to 1; quantiles do not.
    """
    bands = result[f"share_by_{by}"].to_series().unstack("quantile")
    bands.columns = ["q05", "median", "q95"]
    mean = result[f"share_mean_by_{by}"].to_series().rename("mean")
    table = pd.concat([mean, bands], axis=1).reset_index()
    order = {name: number for number, name in enumerate(result[by].values.tolist())}
    drivers = {name: number for number, name in enumerate(DRIVERS)}
    rank = table[by].map(order) * len(drivers) + table["driver"].map(drivers)
    return table.loc[rank.sort_values().index].reset_index(drop=True)


def daily_shares(ensemble: Ensemble) -> Floats:
    """(driver, day, member): 1 less each limitation, over the sum of these; at most 1 each."""
    limits = limitations(ensemble.draws, ensemble.days, ensemble.scheme.depth_m)
    before = np.concatenate([ensemble.start[:, None], ensemble.run.states[:, :-1]], axis=1)
    part = ensemble.days.part
    if ensemble.scheme.prognostic:
        limits["din"] = before[NITROGEN] / (before[NITROGEN] + ensemble.draws["ks_din"][part])
    food = before[PHYTOPLANKTON]
    limits["grazing"] = food / (food + ensemble.draws["ks_grazing"][part])
    held = np.stack([1 - np.minimum(limits[name], 1.0) for name in DRIVERS])
    return np.asarray(held / held.sum(axis=0))


def _shares(ensemble: Ensemble) -> xr.Dataset:
    daily = xr.DataArray(
        daily_shares(ensemble),
        dims=("driver", "time", "member"),
        coords={"driver": list(DRIVERS), "time": ensemble.times},
    )
    made = xr.Dataset()
    for by in ("month", "season"):
        groups = daily.groupby(f"time.{by}").mean("time")
        if by == "season":
            groups = groups.sel(season=[s for s in _SEASONS if s in groups["season"].values])
        told = f"share of the driver in what holds growth back, of all days of a {by}"
        bands = groups.quantile(QUANTILES, dim="member").transpose(by, "driver", "quantile")
        made[f"share_by_{by}"] = bands.assign_attrs(long_name=told, units="1")
        made[f"share_mean_by_{by}"] = (
            groups.mean("member")
            .transpose(by, "driver")
            .assign_attrs(long_name=f"{told}, mean of members", units="1")
        )
    periods = daily.mean("member").resample(time="MS").mean().rename(time="period")
    made["share_mean"] = periods.transpose("period", "driver").assign_attrs(
        long_name="share of the driver in what holds growth back, mean of a month and of members",
        units="1",
    )
    made["period"].attrs = {"standard_name": "time", "long_name": "first day of the month"}
    made["month"] = made["month"].assign_attrs(long_name="month of the year", units="1")
    made["season"] = made["season"].assign_attrs(long_name="season, by its months")
    made["driver"] = made["driver"].assign_attrs(long_name="what may hold growth back")
    return made


def _sets(ensemble: Ensemble, green: Floats) -> xr.Dataset:
    """Parameters and misfits of each member."""
    values = np.stack([ensemble.draws[name] for name in UNITS])
    parts = ["year"] if values.shape[1] == 1 else ["first half", "second half"]
    least, most = np.array([ensemble.ranges[name] for name in UNITS]).T
    seen = _on_all_days(ensemble.against)
    used = np.isfinite(seen)
    departure = green[used] - seen[used][:, None]
    rmse = np.sqrt(np.mean(departure**2, axis=0))
    spread = seen[used].var()
    r2 = 1 - rmse**2 / spread if spread > 0 else np.full(rmse.shape, np.nan)
    name = ("parameter",)
    return xr.Dataset(
        {
            "parameter_value": (
                ("member", "parameter", "part"),
                values.transpose(2, 0, 1),
                {"long_name": "parameters of the members, in parameter_units"},
            ),
            "parameter_least": (name, least, {"long_name": "least that was drawn"}),
            "parameter_most": (name, most, {"long_name": "most that was drawn"}),
            "parameter_units": (name, list(UNITS.values()), {"long_name": "units"}),
            "rmse": (
                "member",
                rmse,
                {"long_name": "root mean square of chlorophyll less observed", "units": "mg m-3"},
            ),
            "r2": (
                "member",
                r2,
                {"long_name": "1 - mean square misfit over variance of observed", "units": "1"},
            ),
        },
        coords={
            "member": ("member", np.arange(rmse.size), {"long_name": "rank", "units": "1"}),
            "parameter": ("parameter", list(UNITS), {"long_name": "parameter of the model"}),
            "part": ("part", parts, {"long_name": "part of the year"}),
        },
    )


def _on_all_days(against: Observed) -> Floats:
    seen = np.full(against.any_day.size, np.nan)
    seen[against.any_day] = against.chlorophyll
    return seen


def _bands(values: Floats) -> Floats:
    return np.asarray(np.quantile(values, QUANTILES, axis=1).T)


def _stock(name: str) -> dict[str, str]:
    return {"standard_name": _STOCKS[name], "units": "mmol m-3"}


def _time(times: pd.DatetimeIndex) -> tuple[str, pd.DatetimeIndex, dict[str, str]]:
    return "time", times, {"standard_name": "time"}
