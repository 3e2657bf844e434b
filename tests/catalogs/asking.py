"""Requests of all sorts to an entry's sample: refused with a reason, or answered right."""

import functools
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs import ParameterError
from bluecloud_catalogs.errors import NotFound, RequestTooLarge, SourceError
from bluecloud_catalogs.places import Folder, place_of
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.server import Federation
from tests.federation.sources import sources

_READ = 25  # of the cases that are not refused, those that are read to the end
many = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_degrees = st.floats(-400, 400) | st.floats(-180, 180) | st.integers(-180, 360)
_east, _north = st.floats(-180, 180), st.floats(-90, 90)
_possible = st.tuples(_east, _north, _east, _north).map(
    lambda box: [box[0], min(box[1], box[3]), box[2], max(box[1], box[3])]
)
boxes = st.none() | _possible | st.lists(_degrees | st.just(float("nan")), min_size=3, max_size=5)
_dates = st.dates().map(str) | st.sampled_from(["2020", "2020-05", "..", "", "soon", "2020-05-05"])
periods = st.none() | st.lists(_dates, min_size=1, max_size=3) | _dates | st.tuples(_dates, _dates)
junk = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.binary(max_size=4)
)


_entry = functools.cache(declared)


def example(name: str) -> dict[str, Any]:
    """What an entry is asked for in its own example."""
    return dict(_entry(name).declaration.example)


def answered(name: str, parameters: Mapping[str, Any]) -> Any:
    """What the sample answers; nothing if the request was refused with a reason.

    That what a sample does not have is not found is a right answer too.
    """
    entry = _entry(name)  # its address, which the environment sets, is not asked
    place = place_of(entry, "sample")
    assert place is not None
    try:
        request = asked(entry, parameters)
        options = entry.reader.options.model_validate(entry.declaration.options)
        return request, entry.reader.read(place, options, request, lazy=False).data
    except (ValidationError, ParameterError, NotFound):
        return None


_SHAPES = {"bbox": boxes, "time": periods}
anything = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.lists(st.floats(), max_size=5),
    st.lists(st.text(max_size=12), max_size=3),
    st.sampled_from([[-10.0, 35.0, 0.0, 45.0], ["2020", "2021"], [170, 0, -170, 1], [0, 10],
                     ["2021", "2020"], [-180, -90, 180, 90], ["1800", "2200"], 10**9, "x" * 10_000,
                     [[1, 2]], {"a": [1]}, True, b"x"]),
)  # fmt: skip


def asked_for_anything(
    federation: Federation,
    name: str,
    *,
    answers: tuple[type[SourceError], ...] = (),
    later: str,
) -> None:
    """Ask a live entry 200 times for anything: refused before any request is made, or answered.

    The first of those that are not refused are read to the end.

    Parameters
    ----------
    federation
        Where it is asked.
    name
        The entry.
    answers
        The errors that are right answers too. What is too much may be refused after the provider
        was asked how much there is.
    later
        A pattern of refusals that only what the provider says gives reason for.
    """
    entry = declared(name)
    examples = sources()[entry.source].EXAMPLES[name]
    told = {
        field: st.one_of(_SHAPES.get(field, anything), anything, st.just(examples.get(field)))
        for field in entry.reader.request.model_fields
    }

    options = entry.reader.options.model_validate(entry.declaration.options)
    reached = 0

    @many
    @given(st.fixed_dictionaries({}, optional=told))
    def ask(parameters: dict[str, object]) -> None:
        nonlocal reached
        federation.asked.clear()
        refused = ""
        try:
            request = asked(entry, parameters)
            reached += 1
            if reached <= _READ:
                with suppress(*answers, RequestTooLarge):
                    read(entry, request, lazy=False)
            else:  # up to the door, where nobody answers: it says as much of what is refused before
                with suppress(*answers, RequestTooLarge, SourceError):
                    entry.reader.read(Folder(None, "live"), options, request, lazy=False)
        except (ValidationError, ParameterError) as refusal:
            refused = str(refusal)
        assert not refused or federation.paths == [] or re.search(later, refused)

    ask()
