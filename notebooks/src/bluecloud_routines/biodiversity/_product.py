"""A map as a CF dataset: fields, masked copies, and the observations with their residuals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.biodiversity._grid import (
    EARTH_RADIUS_KM,
    Bools,
    Floats,
    Grid,
    cell_counts,
)
from bluecloud_routines.biodiversity._observed import Observed

REFERENCES = (
    "Troupin et al. (2012, https://doi.org/10.1016/j.ocemod.2012.05.002); "
    "Barth et al. (2014, https://doi.org/10.5194/gmd-7-225-2014); "
    "Beckers et al. (2014, https://doi.org/10.1175/JTECH-D-13-00130.1)"
)
_NUMBER = "number_concentration_of_biological_taxon_in_sea_water"


@dataclass(frozen=True)
class Mapped:
    """What the numbers came to, before they have names."""

    grid: Grid
    mask: xr.DataArray
    times: pd.DatetimeIndex | None
    field: Floats
    background: Floats
    error: Floats
    used: Bools
    positions: tuple[Floats, ...]
    left_out: NDArray[np.int64]
    predicted: Floats


def map_product(
    mapped: Mapped,
    observed: Observed,
    values: Floats,
    at_observations: Floats,
    *,
    logarithm: bool,
    error_max: Sequence[float],
    taxon: str | None,
    aphia_id: int | None,
) -> xr.Dataset:
    """The dataset that :func:`zooplankton_map` promises, but for its parameters and scores."""
    dims = ("latitude", "longitude")
    coords = {name: mapped.mask[name] for name in dims}
    if mapped.times is not None:
        dims = ("time", *dims)  # type: ignore[assignment]
        coords = {"time": ("time", mapped.times, {"standard_name": "time"}), **coords}  # type: ignore[dict-item]

    def on_map(unknowns: Floats, **attrs: object) -> xr.DataArray:
        return xr.DataArray(mapped.grid.on_map(unknowns), dims=dims, coords=coords, attrs=attrs)

    name = "abundance_log1p" if logarithm else "abundance"
    about = {"ancillary_variables": "relative_error n_obs", "grid_mapping": "crs"}
    of = f"abundance of {taxon}" if taxon else "abundance"
    plain = {"standard_name": _NUMBER, "long_name": of, "units": "m-3"}
    analysed = {"long_name": f"ln(1 + {of} in m-3)", "units": "1"} if logarithm else plain
    result = xr.Dataset()
    if logarithm:
        back = np.maximum(np.expm1(mapped.field), 0.0)
        comment = "exp(abundance_log1p) - 1: nearer to the median of samples than to their mean"
        result["abundance"] = on_map(back, **plain, **about, comment=comment)
    result[name] = on_map(mapped.field, **analysed, **about)
    result["relative_error"] = on_map(
        mapped.error,
        long_name="error variance of the map over the variance of the background",
        units="1",
        valid_range=np.array([0.0, 1.0]),
        grid_mapping="crs",
    )
    for number, limit in enumerate(error_max, start=1):
        masked = result[name].where(result["relative_error"] < limit)
        result[f"{name}_L{number}"] = masked.assign_attrs(
            analysed | about, comment=f"where the relative error is below {limit:g}"
        )
    result["background"] = on_map(
        mapped.background,
        long_name="what the map goes back to far from observations",
        units=analysed["units"],
        grid_mapping="crs",
    )
    inside = tuple(position[mapped.used] for position in mapped.positions)
    result["n_obs"] = xr.DataArray(
        cell_counts(mapped.grid, inside),
        dims=dims,
        coords=coords,
        attrs={
            "standard_name": "number_of_observations",
            "long_name": "observations nearest to the cell",
            "units": "1",
            "grid_mapping": "crs",
        },
    )
    result["crs"] = xr.DataArray(
        np.int32(0),
        attrs={
            "grid_mapping_name": "latitude_longitude",
            "earth_radius": EARTH_RADIUS_KM * 1000,
        },
    )
    result = result.assign(_observations(mapped, observed, values, at_observations, name))
    result.attrs = {"title": of.capitalize(), "references": REFERENCES}
    return _of_taxon(_in_period(result, observed, mapped), taxon, aphia_id)


def _observations(
    mapped: Mapped, observed: Observed, values: Floats, at_observations: Floats, name: str
) -> xr.Dataset:
    """Each observation with its residual, and with that of the map made without it."""
    residual = np.full(len(values), np.nan)
    residual[mapped.used] = values[mapped.used] - at_observations
    without = np.full(len(values), np.nan)
    without[mapped.left_out] = values[mapped.left_out] - mapped.predicted
    units = "m-3" if name == "abundance" else "1"
    columns: dict[str, tuple[object, dict[str, object]]] = {
        "obs_longitude": (
            observed.longitude,
            {"long_name": "longitude of the observation", "units": "degrees_east"},
        ),
        "obs_latitude": (
            observed.latitude,
            {"long_name": "latitude of the observation", "units": "degrees_north"},
        ),
        "obs_time": (observed.time, {"long_name": "time of the observation"}),
        "observed": (values, {"long_name": f"{name} observed", "units": units}),
        "residual": (residual, {"long_name": f"{name} observed less mapped", "units": units}),
        "residual_left_out": (
            without,
            {
                "long_name": f"{name} observed less mapped without this observation",
                "units": units,
            },
        ),
        "used": (
            mapped.used.astype(np.int8),
            {
                "long_name": "whether the observation lies in the sea of the grid",
                "flag_values": np.array([0, 1], dtype=np.int8),
                "flag_meanings": "outside used",
            },
        ),
    }
    dataset = xr.Dataset(
        {key: ("observation", column, attrs) for key, (column, attrs) in columns.items()}
    )
    dataset["obs_time"].encoding = {"units": "days since 1970-01-01", "dtype": "float64"}
    return dataset


def _in_period(result: xr.Dataset, observed: Observed, mapped: Mapped) -> xr.Dataset:
    """One map is of the whole period of its observations: a time with bounds says which."""
    if mapped.times is not None:
        return result
    first, last = observed.time[mapped.used].min(), observed.time[mapped.used].max()
    middle = first + (last - first) / 2
    result = result.assign_coords(
        time=((), middle, {"standard_name": "time", "bounds": "time_bounds"})
    )
    result["time_bounds"] = ("bound", np.array([first, last]))
    for name in result.data_vars:
        if str(name).startswith(("abundance", "background")):
            result[name].attrs["cell_methods"] = "time: mean"
    return result


def _of_taxon(result: xr.Dataset, taxon: str | None, aphia_id: int | None) -> xr.Dataset:
    """Name and number of the taxon as CF-1.10, section 6.1.2, has them."""
    if taxon is not None:
        result = result.assign_coords(
            biological_taxon_name=((), taxon, {"standard_name": "biological_taxon_name"})
        )
    if aphia_id is not None:
        lsid = f"urn:lsid:marinespecies.org:taxname:{aphia_id}"
        result = result.assign_coords(
            biological_taxon_lsid=((), lsid, {"standard_name": "biological_taxon_lsid"})
        )
    return result
