"""Boxes and periods as people ask for them: thousands of them, and not one request."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import bluecloud_catalogs
from bluecloud_catalogs import ParameterError
from bluecloud_catalogs.readers.asked import during, inside

longitudes = st.floats(-180, 360, allow_nan=False)
latitudes = st.floats(-90, 90, allow_nan=False)
days = st.dates().map(str)
anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary()
)
many = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def entry():
    return bluecloud_catalogs.open_catalog("environment")["argo_profiles"]


def box_of(entry, bbox):
    return entry(bbox=bbox)._request.bbox


def period_of(entry, time):
    return entry(time=time)._request.time


def floats_of(entry, platform):
    return entry(platform=platform)._request.platform


def taken_or_refused(asked_of, entry, value, *, named):
    """What the entry made of a value; nothing if it refused it, which it must do by name."""
    try:
        return asked_of(entry, value)
    except ParameterError as error:
        if named not in str(error):
            raise
        return None


@many
@given(st.tuples(longitudes, latitudes, longitudes, latitudes))
def test_every_box_on_earth_is_taken_or_said_to_be_upside_down(entry, box):
    west, south, east, north = box
    if south > north:
        with pytest.raises(ParameterError, match="is above north"):
            entry(bbox=box)
    elif east - west > 360:
        with pytest.raises(ParameterError, match="more than once"):
            entry(bbox=box)
    else:
        assert box_of(entry, list(box)) == box


@many
@given(st.lists(anything, max_size=5) | anything)
def test_what_is_no_box_is_refused_and_never_crashes(entry, box):
    taken = taken_or_refused(box_of, entry, box, named="bbox")
    assert taken is None or (len(taken) == 4 and all(np.isfinite(taken)))


eighths = st.integers(-180 * 8, 360 * 8).map(lambda number: number / 8)  # borders without rounding


@many
@given(eighths, eighths, eighths)
def test_a_box_and_the_one_that_completes_it_share_their_borders_only(west, east, longitude):
    assume((west - east) % 360 != 0)
    place, anywhere = np.array([longitude]), np.array([0.0])
    rest = inside((east, -90, west, 90), place, anywhere) if west - east < 360 else None
    box = inside((west, -90, east, 90), place, anywhere) if east - west < 360 else None
    assume(box is not None and rest is not None)
    on_border = (longitude - west) % 360 == 0 or (longitude - east) % 360 == 0
    assert (box[0] and rest[0]) == on_border
    assert box[0] or rest[0]


@many
@given(eighths, eighths)
def test_longitudes_are_the_same_counted_to_180_or_to_360(west, longitude):
    box, anywhere = (west, -90, min(west + 20, 360), 90), np.array([0.0])
    to_180, to_360 = np.array([(longitude + 180) % 360 - 180]), np.array([longitude % 360])
    assert inside(box, to_180, anywhere) == inside(box, to_360, anywhere)


@pytest.mark.parametrize(
    ("box", "inside_it", "outside_it"),
    [
        ((170, -10, -170, 10), [(170, 0), (180, 0), (-180, 0), (-175, 10), (190, 0)], [(0, 0)]),
        ((-180, -90, 180, 90), [(0, 0), (-180, 90), (180, -90), (359, 0)], [(0, np.nan)]),
        ((0, -90, 360, 90), [(0, 0), (-1, 0), (180, 0)], [(np.nan, 0)]),
        ((350, 0, 10, 1), [(355, 0), (-5, 0), (0, 0), (10, 1)], [(11, 0), (349, 0), (0, 2)]),
        ((5, 5, 5, 5), [(5, 5), (365, 5)], [(5.001, 5)]),
        ((180, 0, -180, 1), [(180, 0), (-180, 0)], [(179, 0)]),
    ],
)
def test_what_lies_in_a_box(box, inside_it, outside_it):
    for places, expected in ((inside_it, True), (outside_it, False)):
        longitude, latitude = np.array(places, dtype=float).T
        assert (inside(box, longitude, latitude) == expected).all()


@many
@given(days, days)
def test_every_pair_of_days_is_taken_or_said_to_be_reversed(entry, first, last):
    if last == "9999-12-31" or first == "9999-12-31":
        return
    if first > last:
        with pytest.raises(ParameterError, match="begins .* after it ends"):
            entry(time=[first, last])
    else:
        begins, after = period_of(entry, f"{first}/{last}")
        assert (str(begins.date()), (after - begins).days >= 1) == (first, True)


@many
@given(st.lists(anything, max_size=3) | anything)
def test_what_is_no_period_is_refused_and_never_crashes(entry, time):
    taken = taken_or_refused(period_of, entry, time, named="time")
    assert taken is None or any(taken)


@many
@given(anything | st.lists(anything, max_size=3))
def test_what_is_no_float_is_refused_and_never_crashes(entry, platform):
    taken = taken_or_refused(floats_of, entry, platform, named="platform")
    assert taken is None or all(1000 <= number <= 9_999_999 for number in taken)


@pytest.mark.parametrize(
    ("asked", "first", "after"),
    [
        ("2015/2020", datetime(2015, 1, 1), datetime(2021, 1, 1)),
        ("2015-12", datetime(2015, 12, 1), datetime(2016, 1, 1)),
        (["2015-02-28", "2015-02-28"], datetime(2015, 2, 28), datetime(2015, 3, 1)),
        (["2015", None], datetime(2015, 1, 1), None),
        ("../2015-06", None, datetime(2015, 7, 1)),
        (
            "2015-06-01T12:00:00+02:00/2015-06-01T11:00:00Z",
            datetime(2015, 6, 1, 10),
            datetime(2015, 6, 1, 11, 0, 1),
        ),
        (
            [np.datetime64("2015-06-01"), np.datetime64("2015-06-02")],
            datetime(2015, 6, 1),
            datetime(2015, 6, 3),
        ),
        (
            (datetime(2015, 6, 1), datetime(2015, 6, 2)),
            datetime(2015, 6, 1),
            datetime(2015, 6, 2, 0, 0, 1),
        ),
    ],
)
def test_a_period_includes_its_last_date_whole(entry, asked, first, after):
    assert period_of(entry, asked) == (first, after)


@pytest.mark.parametrize("open_on_both", ["..", "../..", "", [None, None], ["..", ""]])
def test_a_period_that_is_open_on_both_sides_is_none(entry, open_on_both):
    assert period_of(entry, open_on_both) is None


def test_a_period_asked_again_as_it_is_stamped_is_the_same(entry):
    once = entry(time="2015-03/2015-06")
    stamped = once._request.model_dump(mode="json")["time"]
    assert stamped == ["2015-03-01T00:00:00", "2015-06-30T23:59:59"]
    assert period_of(entry, stamped) == once._request.time


def test_moments_that_are_not_known_are_in_no_period():
    moments = np.array(["2015-01-01", "NaT", "2015-12-31T23:59:59"], dtype="datetime64[ns]")
    year = (datetime(2015, 1, 1), datetime(2016, 1, 1))
    assert list(during(year, moments)) == [True, False, True]
    assert list(during((None, None), moments)) == [True, False, True]
