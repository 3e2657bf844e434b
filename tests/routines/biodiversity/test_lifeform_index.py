"""The plankton index of two lifeforms: rings whose envelope is known, and what must be so."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from bluecloud_routines import BaselineError, ParameterError, TooShortError, ValuesError
from bluecloud_routines.biodiversity import lifeform_index
from bluecloud_routines.biodiversity.lifeforms import envelope_of, is_inside

FORMS = {"large": ["Calanus"], "small": ["Oithona", "Acartia"]}


def months(logs: np.ndarray, first: str = "2000-01") -> pd.DataFrame:
    """One sample a month whose lifeforms are 10^log - 1, m-3."""
    time = pd.date_range(first, periods=len(logs), freq="MS") + pd.Timedelta(days=9)
    rows = [
        pd.DataFrame(
            {
                "decimalLongitude": 0.0,
                "decimalLatitude": 50.0,
                "time": time,
                "sample": np.arange(len(logs)),
                "taxon": taxon,
                "value": 10 ** logs[:, column] - 1,
            }
        )
        for column, taxon in enumerate(("Calanus finmarchicus", "Oithona similis"))
    ]
    table = pd.concat(rows, ignore_index=True)
    table.attrs["units"] = "m-3"
    return table


def ring(number: int, radius: float = 1.0) -> np.ndarray:
    angle = 2 * np.pi * (np.arange(number) + 0.5) / number
    return 2.0 + radius * np.column_stack([np.cos(angle), np.sin(angle)])


def test_points_between_the_borders_are_inside_and_those_in_the_hole_or_beyond_are_not() -> None:
    reference = np.concatenate([ring(12, 0.8), ring(12, 1.2)])
    logs = np.concatenate([reference, ring(12), ring(12, 0.4), ring(12, 1.5)])
    found = lifeform_index(months(logs), FORMS, reference=(2000, 2001), envelope=1.0)
    assert found["lifeform_index"].values.tolist() == [1, 1, 1, 0, 0]
    assert found["n_months"].values.tolist() == [12] * 5
    half = np.concatenate([reference, ring(12)[:6], ring(12, 0.4)[6:]])
    found = lifeform_index(months(half), FORMS, reference=(2000, 2001), envelope=1.0)
    assert found["lifeform_index"].values.tolist() == [1, 1, 0.5]


def test_the_probability_is_scipys_binomial_test() -> None:
    logs = np.concatenate([ring(24), ring(12)[:7], ring(12, 0.3)[7:]])
    found = lifeform_index(months(logs), FORMS, reference=(2000, 2001), envelope=0.95)
    inside = int(found["is_inside"].sel(time="2002").sum())
    expected = binomtest(inside, 12, 0.95, alternative="less").pvalue
    assert float(found["p_value"].sel(year=2002)) == pytest.approx(expected, rel=1e-12)
    assert expected < 0.01


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.2, 5), shift=st.floats(-3, 3))
def test_scales_and_shifts_do_not_matter_and_an_envelope_of_all_holds_all(
    seed: int, scale: float, shift: float
) -> None:
    random = np.random.default_rng(seed)
    points = ring(60) + 0.2 * random.standard_normal((60, 2))
    others = ring(60) + 0.6 * random.standard_normal((60, 2))
    assert is_inside(points, *envelope_of(points, envelope=1.0)).all()
    borders = envelope_of(points, envelope=0.9)
    assert is_inside(points, *borders).mean() >= 0.9
    stretched = np.array([scale, 1.0]), np.array([shift, 0.0])
    moved = envelope_of(points * stretched[0] + stretched[1], envelope=0.9)
    np.testing.assert_array_equal(
        is_inside(others, *borders), is_inside(others * stretched[0] + stretched[1], *moved)
    )


def test_months_are_means_of_samples_and_those_with_few_are_left_out() -> None:
    table = months(ring(24))
    again = months(ring(24)[:12])
    again["sample"] += 1000
    again["value"] *= 3
    both = pd.concat([table, again], ignore_index=True)
    both.attrs["units"] = "m-3"
    found = lifeform_index(both, FORMS, reference=(2000, 2001))
    large = table["value"][0] * 2
    assert float(found["log_abundance"][0, 0]) == pytest.approx(np.log10(1 + large))
    found = lifeform_index(both, FORMS, reference=(2000, 2001), min_samples=2)
    assert found["n_months"].values.tolist() == [12]


def test_what_cannot_be_is_refused() -> None:
    table = months(ring(24))
    with pytest.raises(ParameterError, match="two are needed"):
        lifeform_index(table, {"large": ["Calanus"]}, reference=(2000, 2001))
    with pytest.raises(ParameterError, match=r"\['Calanus'\] are of both"):
        lifeform_index(table, {"a": ["Calanus"], "b": ["Calanus"]}, reference=(2000, 2001))
    genus = {"a": ["Calanus"], "b": ["Calanus helgolandicus"]}
    for both in (genus, dict(reversed(genus.items()))):
        with pytest.raises(ParameterError, match=r"\['Calanus helgolandicus'\] are of both"):
            lifeform_index(table, both, reference=(2000, 2001))
    with pytest.raises(ParameterError, match=r"envelope is 0.3: 0.5 to 1"):
        lifeform_index(table, FORMS, reference=(2000, 2001), envelope=0.3)
    with pytest.raises(BaselineError, match="reversed"):
        lifeform_index(table, FORMS, reference=(2001, 2000))
    with pytest.raises(TooShortError, match="has 0 months with 1 samples or more: at least 12"):
        lifeform_index(table, FORMS, reference=(1990, 1995))
    with pytest.raises(ValuesError, match=r"no small was found: \['Temora'\]"):
        lifeform_index(table, FORMS | {"small": ["Temora"]}, reference=(2000, 2001))
    line = months(np.repeat(np.linspace(1, 2, 24)[:, None], 2, axis=1))
    with pytest.raises(ValuesError, match="lie on one line"):
        lifeform_index(line, FORMS, reference=(2000, 2001))
