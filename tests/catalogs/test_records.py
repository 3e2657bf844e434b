"""A record that cannot be is refused."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from bluecloud_catalogs.discovery.records import Record

GOOD = {"id": "obis:1", "source": "obis", "collection": "c", "level": "granule", "title": "t"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"id": "argogdac:1"}, "begins with obis:"),
        ({"bbox": (0, 10, 1, 5)}, "west, south, east, north"),
        ({"bbox": (0, 0, 190, 5)}, "-180..180"),
        ({"time": (datetime(2020, 1, 2), datetime(2020, 1, 1))}, "begins after it ends"),
        ({"depth": (10, 5)}, "begins with the shallower"),
        ({"title": "two\nlines"}, "one line"),
        ({"colour": "blue"}, "Extra inputs"),
    ],
)
def test_what_is_refused(wrong, message):
    with pytest.raises(ValidationError, match=message):
        Record(**{**GOOD, **wrong})


def test_moments_are_in_utc_and_a_box_may_cross_the_antimeridian():
    record = Record(**GOOD, time=(datetime(2020, 1, 1), None), bbox=(170, -5, -170, 5))
    assert record.time == (datetime(2020, 1, 1, tzinfo=UTC), None)
    assert Record.model_validate_json(record.model_dump_json()) == record
