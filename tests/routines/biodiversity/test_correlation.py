"""The correlation length that observations suggest: of DIVA's own data, and of fields made so."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.linalg import cholesky

from bluecloud_routines import ParameterError, UnitsError, ValuesError
from bluecloud_routines.biodiversity import fit_covariance
from bluecloud_routines.biodiversity._norm import kernel
from bluecloud_routines.biodiversity.correlation import fitted
from tests.routines.biodiversity.conftest import drawn


def test_the_length_of_divas_test_data_is_near_that_of_diva(diva_data: Path) -> None:
    """DIVA forms its classes in a way that its papers do not tell in full: ours comes near."""
    x, y, values, _ = np.loadtxt(diva_data / "divand_fit_testdata.txt").T
    first, second = np.triu_indices(len(x), 1)
    fit = fitted(values, np.hypot(x[first] - x[second], y[first] - y[second]), first, second)
    assert fit.corr_length == pytest.approx(1.43710339, rel=0.06)
    assert fit.variance == pytest.approx(24.1159477, rel=0.03)
    assert fit.signal_to_noise == pytest.approx(1.39825165, rel=0.08)
    # The variances of field and error are, as in DIVA, that of the data together.
    whole = 24.1159477 * (1 + 1 / 1.39825165)
    assert fit.variance * (1 + fit.epsilon2) == pytest.approx(whole, rel=1e-7)


def test_the_length_and_the_noise_of_a_field_made_with_them_are_found() -> None:
    random = np.random.default_rng(11)
    number, length, noise = 600, 1.0, 0.5
    x, y = random.uniform(0, 20, (2, number))
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    root = cholesky(kernel(distance / length) + 1e-9 * np.eye(number), lower=True)
    first, second = np.triu_indices(number, 1)
    fits = [
        fitted(
            root @ random.standard_normal(number) + np.sqrt(noise) * random.standard_normal(number),
            distance[first, second],
            first,
            second,
        )
        for _ in range(20)
    ]
    assert np.median([fit.corr_length for fit in fits]) == pytest.approx(length, rel=0.15)
    assert np.median([fit.epsilon2 for fit in fits]) == pytest.approx(noise, rel=0.2)


def test_on_the_sphere_it_is_in_kilometres(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 400)
    fit = fit_covariance(table)
    flat = np.cos(np.deg2rad(table["decimalLatitude"].mean()))
    x, y = table["decimalLongitude"].to_numpy() * flat, table["decimalLatitude"].to_numpy()
    first, second = np.triu_indices(len(x), 1)
    degrees = np.hypot(x[first] - x[second], y[first] - y[second])
    plane = fitted(np.log1p(table["value"].to_numpy()), degrees * 111.19, first, second)
    assert fit.corr_length == pytest.approx(plane.corr_length, rel=0.1)
    assert fit.quality > 0.5


def test_pairs_that_are_drawn_tell_nearly_the_same_as_all(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 400)
    whole, part = (fit_covariance(table, max_pairs=n) for n in (10**6, 40_000))
    assert part.corr_length == pytest.approx(whole.corr_length, rel=0.2)
    pd.testing.assert_frame_equal(part.classes, fit_covariance(table, max_pairs=40_000).classes)
    assert int(part.classes["pairs"].sum()) == 40_000


def test_what_cannot_be_fitted_is_refused(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 60)
    attrs = {"units": "m-3"}
    few = table.iloc[:29]
    with pytest.raises(ValuesError, match="29 observations: 30"):
        fit_covariance(few)
    same = table.assign(value=3.0)
    same.attrs = attrs
    with pytest.raises(ValuesError, match="same value"):
        fit_covariance(same)
    place = table.assign(decimalLongitude=0.0, decimalLatitude=50.0)
    place.attrs = attrs
    with pytest.raises(ValuesError, match="same place"):
        fit_covariance(place)
    with pytest.raises(ParameterError, match="transform"):
        fit_covariance(table, transform="sqrt")
    with pytest.raises(ParameterError, match="max_pairs"):
        fit_covariance(table, max_pairs=10)
    table.attrs = {}
    with pytest.raises(UnitsError, match="no units"):
        fit_covariance(table)


def test_observations_that_do_not_resemble_their_neighbours_are_refused() -> None:
    """Signs by turns along a line: the nearest are the least alike."""
    place = np.arange(60.0)
    first, second = np.triu_indices(60, 1)
    with pytest.raises(ValuesError, match="hardly resemble"):
        fitted((-1.0) ** place, abs(place[first] - place[second]), first, second)
