"""How deep the sea is mixed (de Boyer Montégut et al. 2004).

The layer ends where the water is denser, or of another temperature, by a threshold than at ten
metres. Ten and not zero, so that the warmth of a day does not count as its bottom.
"""

from typing import Literal

import numpy as np
import xarray as xr

from bluecloud_routines.environment._columns import first_departure
from bluecloud_routines.environment.heat_content import require_gaps, require_water
from bluecloud_routines.errors import ParameterError

REFERENCE = "de Boyer Montégut et al. (2004, https://doi.org/10.1029/2004JC002378)"
THRESHOLDS = {"sigma_theta": 0.03, "temperature": 0.2}  # kg m-3, K

_UNITS = {"sigma_theta": "kg m-3", "temperature": "K"}


def mixed_layer_depth(
    water: xr.Dataset,
    *,
    along: str,
    criterion: Literal["sigma_theta", "temperature"] = "sigma_theta",
    threshold: float | None = None,
    reference_depth: float = 10.0,
    max_gap: float = 100.0,
    surface_gap: float = 5.0,
) -> xr.DataArray:
    """The depth of the mixed layer of each column, in metres.

    Parameters
    ----------
    water
        Of :func:`seawater_properties`; other dimensions than ``along`` are kept, dask stays lazy.
    along
        The dimension of the samples of a column, in any order.
    criterion
        ``sigma_theta``: denser by the threshold than at the reference depth; ``temperature``:
        warmer or colder by it, in potential temperature.
    threshold
        By default 0.03 kg m-3, or 0.2 K.
    reference_depth
        In metres.
    max_gap, surface_gap
        In metres. The two samples about the layer's bottom may be no further apart; the first
        sample may be so much below the reference depth.

    Returns
    -------
    xarray.DataArray
        NaN where the column ends before the threshold is reached.

    Raises
    ------
    ParameterError
        If an option is out of range, or ``water`` lacks a variable.

    References
    ----------
    de Boyer Montégut et al. (2004), https://doi.org/10.1029/2004JC002378
    """
    if criterion not in THRESHOLDS:
        raise ParameterError(f"criterion is {criterion!r}: one of {list(THRESHOLDS)}")
    wanted = THRESHOLDS[criterion] if threshold is None else threshold
    if not wanted > 0 or not reference_depth >= 0:
        raise ParameterError(
            f"threshold is {wanted}, reference_depth {reference_depth}: above 0, and not below 0"
        )
    gaps = require_gaps(max_gap=max_gap, surface_gap=surface_gap)
    name = "sigma_theta" if criterion == "sigma_theta" else "potential_temperature"
    require_water(water, along, "depth", name)
    depth: xr.DataArray = xr.apply_ufunc(
        first_departure,
        water["depth"],
        water[name],
        input_core_dims=[[along], [along]],
        kwargs={
            "start": reference_depth,
            "threshold": wanted,
            "both_ways": criterion == "temperature",
            **gaps,
        },
        dask="parallelized",
        output_dtypes=[np.float64],
        dask_gufunc_kwargs={"allow_rechunk": True},
    )
    depth.attrs = {
        "long_name": f"mixed layer depth ({wanted:g} {_UNITS[criterion]} from "
        f"{reference_depth:g} m)",
        "standard_name": f"ocean_mixed_layer_thickness_defined_by_{criterion}",
        "units": "m",
        "references": REFERENCE,
    }
    return depth.rename("mixed_layer_depth")
