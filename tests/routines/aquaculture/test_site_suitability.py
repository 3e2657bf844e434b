"""Sites on a grid of four by four, worked out by hand, and what must hold of any."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from bluecloud_routines.aquaculture import Criterion, site_suitability, weight_sensitivity
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

DEPTH = Criterion("depth", "m", (10, 100), (30, 80))
SPEED = Criterion("speed", "m s-1", (0.1, 1.0))
WAVES = Criterion("waves", "percent", (0, 10), (0, 5))
ALL = (DEPTH, SPEED, WAVES)
WEIGHTS = {"depth": 0.5, "speed": 0.3, "waves": 0.2}


@pytest.fixture
def layers() -> xr.Dataset:
    """Depth changes with the row, speed with the column, waves on the diagonal; land in one."""
    depth = np.repeat([[5.0], [20.0], [50.0], [90.0]], 4, axis=1)
    speed = np.repeat([[0.05, 0.1, 0.5, 1.2]], 4, axis=0)
    waves = np.where(np.eye(4) == 1, 7.5, 2.0)
    waves[3, 2] = np.nan
    dims = ("latitude", "longitude")
    return xr.Dataset(
        {
            "depth": (dims, depth, {"units": "m"}),
            "speed": (dims, speed, {"units": "m s-1"}),
            "waves": (dims, waves, {"units": "%"}),
        },
        coords={"latitude": [35.0, 35.1, 35.2, 35.3], "longitude": [14.0, 14.1, 14.2, 14.3]},
    )


def test_the_weighted_mean_is_that_of_the_hand(layers: xr.Dataset) -> None:
    found = site_suitability(layers, ALL, weights=WEIGHTS)
    # Row 0 is too shallow, column 0 too slow, column 3 too fast.
    expected = np.zeros((4, 4))
    expected[1, 1] = 0.5 * 0.5 + 0.3 + 0.2 * 0.5
    expected[1, 2] = 0.5 * 0.5 + 0.3 + 0.2
    expected[2, 1] = 1.0
    expected[2, 2] = 0.5 + 0.3 + 0.2 * 0.5
    expected[3, 1] = 0.5 * 0.5 + 0.3 + 0.2
    expected[3, 2] = np.nan
    np.testing.assert_allclose(found["suitability"], expected, atol=1e-15)
    # 1 depth, 2 speed, 3 waves: the first of equals.
    assert found["limiting_factor"].values.tolist() == [
        [1, 1, 1, 1],
        [2, 1, 1, 2],
        [2, 0, 3, 2],
        [2, 1, -1, 2],
    ]
    assert found["limiting_factor"].attrs["flag_meanings"] == (
        "unknown none depth speed waves excluded"
    )
    assert json.loads(found.attrs["parameters"])["weights"] == [0.5, 0.3, 0.2]


def test_in_boolean_logic_a_site_can_be_used_or_not(layers: xr.Dataset) -> None:
    found = site_suitability(layers, ALL, logic="boolean")["suitability"]
    expected = np.zeros((4, 4))
    expected[1, 1:3] = expected[2, 1:3] = expected[3, 1] = 1
    expected[3, 2] = np.nan
    np.testing.assert_array_equal(found, expected)


def test_ordered_weights_go_from_the_best_to_the_worst_criterion(layers: xr.Dataset) -> None:
    def at(caution: float) -> float:
        found = site_suitability(layers, ALL, weights=WEIGHTS, logic="owa", caution=caution)
        return float(found["suitability"][1, 1])  # degrees 0.5, 1, 0.5

    fuzzy = site_suitability(layers, ALL, weights=WEIGHTS)["suitability"]
    mean = site_suitability(layers, ALL, weights=WEIGHTS, logic="owa", caution=1)["suitability"]
    np.testing.assert_allclose(mean, fuzzy, atol=1e-15)
    # Speed is best, and moves the quantifier from 0 to 0.3 squared.
    assert at(2) == pytest.approx(0.09 * 1 + 0.91 * 0.5)
    assert at(60) == pytest.approx(0.5)
    assert at(0.001) == pytest.approx(1, abs=1e-3)


def test_what_is_excluded_is_none_whatever_it_is_like(layers: xr.Dataset) -> None:
    closed = xr.zeros_like(layers["depth"], dtype=bool)
    closed[2, 1] = closed[3, 2] = True
    found = site_suitability(layers, ALL, excluded=closed)
    assert float(found["suitability"][2, 1]) == 0
    assert int(found["limiting_factor"][2, 1]) == 127
    assert np.isnan(found["suitability"][3, 2])


def test_lazily_it_is_the_same(layers: xr.Dataset) -> None:
    for logic in ("fuzzy", "owa", "boolean"):
        eager = site_suitability(layers, ALL, logic=logic)  # type: ignore[arg-type]
        lazy = site_suitability(layers.chunk({"latitude": 2}), ALL, logic=logic)  # type: ignore[arg-type]
        assert lazy["suitability"].chunks is not None
        xr.testing.assert_identical(lazy.compute(), eager)


@settings(max_examples=25, deadline=None)
@given(
    degrees=st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.01, 10), min_size=3, max_size=3),
    caution=st.floats(0.1, 10),
)
def test_a_score_lies_between_the_worst_and_the_best_and_knows_no_order(
    degrees: list[float], weights: list[float], caution: float
) -> None:
    names = ("a", "b", "c")
    wanted = [Criterion(name, "1", (0, 1), (1, 1)) for name in names]
    layers = xr.Dataset(
        {n: ("x", [value], {"units": "1"}) for n, value in zip(names, degrees, strict=True)}
    )
    given_weights = dict(zip(names, weights, strict=True))
    options = {"weights": given_weights, "caution": caution}
    scores = {}
    for logic in ("fuzzy", "owa"):
        one = site_suitability(layers, wanted, logic=logic, **options)  # type: ignore[arg-type]
        other = site_suitability(layers, wanted[::-1], logic=logic, **options)  # type: ignore[arg-type]
        scores[logic] = float(one["suitability"][0])
        assert float(other["suitability"][0]) == pytest.approx(scores[logic])
        assert min(degrees) - 1e-9 <= scores[logic] <= max(degrees) + 1e-9
    assert (scores["owa"] - scores["fuzzy"]) * (caution - 1) <= 1e-9


def test_other_weights_change_what_they_can_and_no_more(layers: xr.Dataset) -> None:
    result = site_suitability(layers, ALL, weights=WEIGHTS)
    maps, table = weight_sensitivity(
        result, ALL, weights=WEIGHTS, spread=0.5, suitable=0.76, draws=400
    )
    deviation, share = maps["suitability_std"], maps["suitable_share"]
    assert float(deviation[2, 1]) == pytest.approx(0, abs=1e-12)  # all its degrees are 1
    assert float(share[2, 1]) == 1
    assert float(share[0, 0]) == float(deviation[0, 0]) == 0  # cannot be used
    assert np.isnan(share[3, 2])
    assert float(deviation[1, 2]) > 0.01
    assert 0.2 < float(share[1, 2]) < 0.8  # 0.75 with the weights given
    # Raising depth to 0.6 of all makes 0.5 * 0.6 + 0.4 of it; lowering to a third makes 5/6.
    assert table["criterion"].tolist() == ["depth", "speed", "waves"]
    # Of the five places that can be used two more become suitable.
    assert table["lowered_percent"].tolist() == pytest.approx([40, 0, 0])
    assert table["raised_percent"].tolist() == pytest.approx([0, 40, 40])
    again = weight_sensitivity(result, ALL, weights=WEIGHTS, spread=0.5, suitable=0.76, draws=400)
    xr.testing.assert_identical(again.maps, maps)
    still = weight_sensitivity(result, ALL, weights=WEIGHTS, spread=0).maps
    assert float(still["suitability_std"].max()) == 0


def test_layers_and_options_that_mean_something_else_are_refused(layers: xr.Dataset) -> None:
    for error, message, options in (
        (ParameterError, "logic is 'or': one of", {"logic": "or"}),
        (ParameterError, "caution is 0", {"logic": "owa", "caution": 0}),
        (ParameterError, "weights of \\['depth'\\]", {"weights": {"depth": 1}}),
        (ParameterError, "0 or more are needed", {"weights": {**WEIGHTS, "depth": -1}}),
        (ParameterError, "not all 0", {"weights": dict.fromkeys(WEIGHTS, 0)}),
    ):
        with pytest.raises(error, match=message):
            site_suitability(layers, ALL, **options)  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="each named once"):
        site_suitability(layers, [DEPTH, DEPTH])
    with pytest.raises(ValuesError, match="there is no layer waves"):
        site_suitability(layers.drop_vars("waves"), ALL)
    layers["speed"].attrs["units"] = "cm s-1"
    with pytest.raises(UnitsError, match="speed is in 'cm s-1'"):
        site_suitability(layers, ALL)
    with pytest.raises(UnitsError, match="depth has no units"):
        site_suitability(layers.drop_attrs(), ALL)
    with pytest.raises(ValuesError, match="speed has infinite values"):
        site_suitability(layers.where(layers["speed"] < 1, np.inf), [SPEED_CM])
    with pytest.raises(ValuesError, match="the same dimensions are needed"):
        site_suitability(layers.assign(waves=layers["waves"].expand_dims(time=2)), ALL)
    shut = xr.zeros_like(layers["depth"], dtype=bool)
    for excluded in (shut.assign_coords(latitude=shut["latitude"] + 1), shut.expand_dims(z=2)):
        with pytest.raises(ValuesError, match="not on the same dimensions and coordinates"):
            site_suitability(layers, [DEPTH], excluded=excluded)
    with pytest.raises(ParameterError, match="a weight is no number"):
        site_suitability(layers, [DEPTH], weights={"depth": "much"})  # type: ignore[dict-item]
    result = site_suitability(layers[["depth"]], [DEPTH])
    with pytest.raises(ParameterError, match="degree_speed"):
        weight_sensitivity(result, [DEPTH, SPEED])
    with pytest.raises(ParameterError, match="spread is 2"):
        weight_sensitivity(result, [DEPTH], spread=2)


SPEED_CM = Criterion("speed", "cm s-1", (10, 100))


@pytest.mark.parametrize(
    ("limits", "optimum", "message"),
    [
        ((100, 10), None, "lower values first"),
        ((10, 100), (5, 50), "the optimum lies within the limits"),
        ((10, 10), None, "lower values first"),
        ((10, np.inf), (20, 50), "let both end, or neither"),
    ],
)
def test_limits_that_say_nothing_are_refused(
    limits: tuple[float, float], optimum: tuple[float, float] | None, message: str
) -> None:
    with pytest.raises(ParameterError, match=message):
        Criterion("depth", "m", limits, optimum)


def test_a_limit_may_have_no_end() -> None:
    layer = xr.Dataset({"depth": ("x", [5.0, 20.0, 1e6], {"units": "m"})})
    open_ended = Criterion("depth", "m", (10, np.inf), (30, np.inf))
    found = site_suitability(layer, [open_ended])["suitability"]
    assert found.values.tolist() == [0, 0.5, 1]
    assert isinstance(found, xr.DataArray)
    assert pd.Series(found.values).notna().all()


def test_a_site_of_which_it_is_not_known_whether_it_is_closed_is_not_offered(
    layers: xr.Dataset,
) -> None:
    closed = xr.zeros_like(layers["depth"])
    closed[1, 1], closed[2, 2] = np.nan, 1.0
    found = site_suitability(layers, [DEPTH], excluded=closed.transpose())
    assert site_suitability(layers, [DEPTH])["suitability"][1, 1] > 0
    for name, unknown in (("suitability", np.nan), ("limiting_factor", -1)):
        np.testing.assert_equal(found[name][1, 1].item(), unknown)
    assert (found["suitability"][2, 2], found["limiting_factor"][2, 2]) == (0, 127)
    # True and false with a gap between them are of type object.
    gaps = (closed == 1).where(closed.notnull())
    xr.testing.assert_identical(site_suitability(layers, [DEPTH], excluded=gaps), found)
    with pytest.raises(ValuesError, match="excluded is of type <U3: true and false"):
        site_suitability(layers, [DEPTH], excluded=xr.full_like(closed, "yes", dtype="<U3"))
    lazy = site_suitability(layers.chunk(), [DEPTH], excluded=closed.chunk())
    assert lazy["suitability"].chunks
    xr.testing.assert_equal(lazy.compute(), found)
