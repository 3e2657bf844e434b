"""Areas and accuracies from a sample: the worked examples of Olofsson et al., and simulation."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.aquaculture import area_estimates, confusion_matrix, sample_by_class
from bluecloud_routines.errors import ParameterError, ValuesError

CLASSES = ["deforestation", "forest gain", "stable forest", "stable non-forest"]
COUNTS = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
PIXELS = (200_000, 150_000, 3_200_000, 6_450_000)
PIXEL_HA = 0.09


def matrix(counts: list[list[int]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(counts, index=names, columns=names)


def test_the_example_of_2014_is_reproduced() -> None:
    mapped = {name: n * PIXEL_HA for name, n in zip(CLASSES, PIXELS, strict=True)}
    found = area_estimates(matrix(COUNTS, CLASSES), mapped)
    table = found.classes
    assert table["area"].round().tolist() == [21_158, 11_686, 285_770, 581_386]
    # The paper takes 1.96 for the quantile.
    printed = [6_158, 3_756, 15_510, 16_282]
    assert table["area_margin"].tolist() == pytest.approx(printed, abs=0.8)
    assert table["users_accuracy"].round(2).tolist() == [0.88, 0.73, 0.93, 0.96]
    assert table["users_accuracy_margin"].round(2).tolist() == [0.07, 0.10, 0.04, 0.02]
    assert table["producers_accuracy"].round(2).tolist() == [0.75, 0.85, 0.93, 0.96]
    # Equation 7 for the gain, by hand: its stratum, and the one place found in another.
    own = 0.015**2 * (1 - 0.84716) ** 2 * (55 / 75) * (20 / 75) / 74
    other = 0.84716**2 * 0.645**2 * (1 / 325) * (324 / 325) / 324
    margin = 1.96 * np.sqrt(own + other) / 0.0129846
    assert table["producers_accuracy_margin"][1] == pytest.approx(margin, rel=1e-3)
    assert found.overall_accuracy == pytest.approx(0.95, abs=0.005)
    assert found.overall_accuracy_margin == pytest.approx(0.02, abs=0.005)
    assert table["area"].sum() == pytest.approx(900_000)


def test_a_map_without_fault_has_its_own_areas_and_no_margin() -> None:
    found = area_estimates(matrix([[30, 0], [0, 20]], ["a", "b"]), {"a": 3.0, "b": 7.0})
    assert found.classes["area"].tolist() == [3, 7]
    assert found.classes["area_margin"].tolist() == [0, 0]
    assert found.overall_accuracy == 1


def test_the_interval_holds_the_true_area_as_often_as_it_says() -> None:
    random = np.random.default_rng(12)
    shares, right = np.array([0.2, 0.8]), np.array([0.8, 0.95])
    truth = shares[0] * right[0] + shares[1] * (1 - right[1])
    producers = shares[0] * right[0] / truth
    held, held_producers = 0, 0
    for _ in range(400):
        kept = random.binomial(400, right)
        counts = [[kept[0], 400 - kept[0]], [400 - kept[1], kept[1]]]
        (first, _) = area_estimates(
            matrix(counts, ["a", "b"]), {"a": 0.2, "b": 0.8}
        ).classes.itertuples()
        held += abs(first.area - truth) <= first.area_margin
        off = abs(first.producers_accuracy - producers)
        held_producers += off <= first.producers_accuracy_margin
    assert 0.92 < held_producers / 400 < 0.98
    assert 0.92 < held / 400 < 0.98


def test_a_sample_is_counted_class_by_class() -> None:
    sample = pd.DataFrame({"mapped": list("aabbb"), "reference": list("abbbc")})
    counts = confusion_matrix(sample)
    assert counts.index.tolist() == counts.columns.tolist() == ["a", "b", "c"]
    assert counts.to_numpy().tolist() == [[1, 1, 0], [0, 2, 1], [0, 0, 0]]


def test_cells_are_drawn_from_each_class_without_return() -> None:
    values = np.zeros((20, 30), dtype=np.int8)
    values[0, :5] = 1
    flags = {"flag_values": np.array([0, 1], dtype=np.int8), "flag_meanings": "land pond"}
    mapped = xr.DataArray(values, dims=("y", "x"), attrs=flags)
    drawn = sample_by_class(mapped, number=10, seed=1)
    found = values[drawn["row"], drawn["column"]]
    assert found.tolist() == [0] * 10 + [1] * 5
    assert len(set(zip(drawn["row"].tolist(), drawn["column"].tolist(), strict=True))) == 15
    again = sample_by_class(mapped.T, number=10, seed=1)
    np.testing.assert_array_equal(again["row"], drawn["row"])
    with pytest.raises(ParameterError, match="number is 1"):
        sample_by_class(mapped, number=1)
    with pytest.raises(ValuesError, match="no attribute flag_values"):
        sample_by_class(mapped.drop_attrs())


def test_samples_that_tell_nothing_are_refused() -> None:
    two = matrix([[5, 1], [0, 4]], ["a", "b"])
    area = {"a": 1.0, "b": 2.0}
    with pytest.raises(ParameterError, match="confidence is 1"):
        area_estimates(two, area, confidence=1)
    with pytest.raises(ValuesError, match="the same classes in the same order"):
        area_estimates(two[["b", "a"]], area)
    with pytest.raises(ValuesError, match="0 places were drawn from 'b': 2 are the least"):
        area_estimates(matrix([[5, 1], [0, 0]], ["a", "b"]), area)
    with pytest.raises(ValuesError, match="the mapped area of 'b' is nan"):
        area_estimates(two, {"a": 1.0})
    with pytest.raises(ValuesError, match="missing, infinite or negative"):
        area_estimates(matrix([[5, -1], [0, 4]], ["a", "b"]), area)
    with pytest.raises(ValuesError, match="columns mapped and reference are needed"):
        confusion_matrix(pd.DataFrame({"mapped": ["a"]}))
    with pytest.raises(ValuesError, match="1 of 2 rows lack a class"):
        confusion_matrix(pd.DataFrame({"mapped": ["a", "b"], "reference": ["a", None]}))
