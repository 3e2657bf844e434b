"""Features on a grid, from the samples that they were measured with.

For want of a climatology. Shepard's method is used because it never goes beyond the values that
were measured and has no parameter to be fitted; it knows nothing of coasts and currents.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats
from bluecloud_routines.genomics.boosting import matrix_of

_NEAR_KM = 1.0  # nearer than this, samples count as if this far


def features_between_samples(
    context: pd.DataFrame,
    *,
    features: Sequence[str],
    latitude: Floats,
    longitude: Floats,
    reach_km: float = 500.0,
) -> xr.Dataset:
    """Features of the samples between them: means weighted by the inverse square of distance.

    Parameters
    ----------
    context
        ``latitude`` and ``longitude`` in degrees, and the features, of each sample.
    features
        Which columns.
    latitude, longitude
        The grid's axes, degrees, one-dimensional.
    reach_km
        Cells farther than this from every sample have no value, 1 to 20,000 km.

    Raises
    ------
    ParameterError
        If ``reach_km`` is out of range or a column is absent.
    ValuesError
        If a position or feature is missing or infinite.

    References
    ----------
    Shepard (1968), https://doi.org/10.1145/800186.810616
    """
    if not 1 <= reach_km <= 20_000:
        raise ParameterError(f"reach_km is {reach_km!r}: 1 to 20000 km is allowed")
    columns = ["latitude", "longitude", *features]
    absent = [name for name in columns if name not in context]
    if absent or not features:
        raise ParameterError(f"the context has no column {absent or 'of a feature'}")
    known = matrix_of(context[columns].to_numpy(np.float64), "positions and features")
    axes = {"latitude": np.asarray(latitude), "longitude": np.asarray(longitude)}
    if not len(known) or any(axis.ndim != 1 or not axis.size for axis in axes.values()):
        raise ValuesError("samples, and axes of one dimension each, are needed")
    there = np.deg2rad(np.stack(np.meshgrid(*axes.values(), indexing="ij"), -1).reshape(-1, 2))
    here = np.deg2rad(known[:, :2])
    half = np.sin((there[:, None, 0] - here[:, 0]) / 2) ** 2
    half += (
        np.cos(there[:, None, 0])
        * np.cos(here[:, 0])
        * np.sin((there[:, None, 1] - here[:, 1]) / 2) ** 2
    )
    kilometres = 2 * 6371.0088 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    weight = np.maximum(kilometres, _NEAR_KM) ** -2
    # Rounding must not leave the range of what was measured.
    values = weight @ known[:, 2:] / weight.sum(axis=1, keepdims=True)
    values = np.clip(values, known[:, 2:].min(axis=0), known[:, 2:].max(axis=0))
    values[kilometres.min(axis=1) > reach_km] = np.nan
    shape = tuple(len(axis) for axis in axes.values())
    told = {
        "latitude": {"standard_name": "latitude", "units": "degrees_north"},
        "longitude": {"standard_name": "longitude", "units": "degrees_east"},
    }
    return xr.Dataset(
        {
            name: (
                tuple(axes),
                column.reshape(shape),
                {"long_name": f"{name}, interpolated between the samples"},
            )
            for name, column in zip(features, values.T, strict=True)
        },
        coords={name: (name, axis, told[name]) for name, axis in axes.items()},
        attrs={"references": "Shepard (1968), https://doi.org/10.1145/800186.810616"},
    )
