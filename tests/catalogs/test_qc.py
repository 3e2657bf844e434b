"""Flags of every scheme mean in L20 what their own documents say they mean."""

import cf_xarray  # noqa: F401 -- registers .cf
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_catalogs import qc


@pytest.mark.parametrize(
    ("scheme", "native", "code"),
    [
        ("argo", 1, "1"),
        ("argo", 3, "3"),  # potentially correctable
        ("argo", 7, "0"),  # not used
        ("argo", 8, "8"),
        ("woce water", 2, "1"),
        ("woce water", 6, "1"),  # a mean of replicates is accepted
        ("woce water", 5, "9"),
        ("woce ctd", 2, "1"),
        ("woce ctd", 7, "5"),  # despiked is changed
        ("woce ctd", 6, "8"),
        ("qartod", 1, "1"),
        ("qartod", 2, "0"),  # not evaluated, which WOCE calls good
        ("odv", 0, "1"),  # what SeaDataNet calls unchecked
        ("odv", 8, "4"),
        ("oceansites", 7, "B"),
        ("gtspp", 5, "5"),
        ("iode", 2, "0"),
        ("medatlas", 4, "4"),
        ("l20", "Q", "Q"),
        ("l20", "A", "A"),
    ],
)
def test_a_flag_means_what_its_scheme_says(scheme, native, code):
    assert qc.to_l20([native], scheme).tolist() == [code]


@pytest.mark.parametrize("blank", [np.nan, None, "", " ", pd.NA])
def test_a_blank_is_a_missing_value(blank):
    assert qc.to_l20(np.array([blank], dtype=object), "argo").tolist() == ["9"]


@pytest.mark.parametrize("unknown", ["Z", 77, -1, 1.5, "good"])
def test_what_a_scheme_does_not_have_is_never_good(unknown):
    for scheme in ("argo", "qartod", "woce ctd", "l20"):
        codes = qc.to_l20(np.array([unknown], dtype=object), scheme)
        assert codes.tolist() == ["0"]
        assert not qc.is_good(codes).any()


def test_numbers_text_and_bytes_are_the_same_flags():
    for flags in ([1, 4, 9], [1.0, 4.0, np.nan], ["1", "4", "9"], [b"1", b"4", b"9"]):
        assert qc.to_l20(flags, "argo").tolist() == ["1", "4", "9"]


def test_the_shape_is_kept():
    assert qc.to_l20(np.ones((2, 3, 1)), "argo").shape == (2, 3, 1)
    assert qc.to_l20(np.empty((0, 4)), "argo").shape == (0, 4)


def test_bytes_of_a_dataset_are_the_ascii_of_the_codes():
    codes = np.array([["0", "1"], ["A", "Q"]])
    assert qc.encoded(codes).tolist() == [[48, 49], [65, 81]]
    assert qc.decoded(qc.encoded(codes)).tolist() == codes.tolist()


def test_good_is_good_or_probably_good_as_text_and_as_bytes():
    codes = np.array(list("0123456789ABQ"))
    assert codes[qc.is_good(codes)].tolist() == ["1", "2"]
    assert codes[qc.is_good(qc.encoded(codes))].tolist() == ["1", "2"]


def test_cf_xarray_understands_the_flags():
    flags = xr.DataArray(qc.encoded(["1", "4"]), dims="x", attrs=qc.l20_attrs("temperature"))
    assert (flags.cf == "good_value").values.tolist() == [True, False]


def test_an_unknown_scheme_is_named_with_those_there_are():
    with pytest.raises(ValueError, match="'mine' is unknown: one of argo, gtspp"):
        qc.to_l20([1], "mine")
