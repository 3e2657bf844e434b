"""What a coverage service says of a coverage: where it is, how fine, when, and what is no data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..answers import as_xml
from ..errors import MalformedAnswer
from .ogc import latitude_first, sound

if TYPE_CHECKING:
    from lxml.etree import _Element

    from ..places import File
    from .boxes import Part


@dataclass(frozen=True)
class Coverage:
    """A coverage on a grid in degrees.

    Attributes
    ----------
    bbox
        West, south, east, north: the borders of its cells.
    axes
        The service's names of latitude and longitude.
    step
        The width of a cell in longitude and in latitude.
    moments
        Those it has, in UTC; none: it has no time.
    absent
        By band, the values that stand for no data.
    """

    bbox: Part
    axes: tuple[str, str]
    step: tuple[float, float]
    moments: tuple[datetime, ...]
    absent: Mapping[str, tuple[float, ...]]


def described(file: File, coverage: str) -> Coverage:
    """The description of a coverage.

    Raises
    ------
    MalformedAnswer
        If the answer is none, is of another, or is of a grid that is not along the degrees.
    RequestRefused
        If it is an exception report.
    """
    root = as_xml(sound(file))
    for each in root.iter("{*}CoverageDescription"):
        told = _text(each, "CoverageId")
        if told == coverage:
            return _of(each, file)
    raise MalformedAnswer(f"{file.path}: it says nothing of a coverage {coverage}")


def _of(description: _Element, file: File) -> Coverage:
    envelope = next(
        (
            each
            for name in ("Envelope", "EnvelopeWithTimePeriod")
            for each in description.iter("{*}" + name)
        ),
        None,
    )
    try:
        if envelope is None:
            raise ValueError("it has no envelope")
        lower = [float(each) for each in _text(envelope, "lowerCorner").split()[:2]]
        upper = [float(each) for each in _text(envelope, "upperCorner").split()[:2]]
        labels = envelope.get("axisLabels", "").split()[:2]
        offsets = [
            [float(each) for each in (vector.text or "").split()]
            for vector in description.iter("{*}offsetVector")
        ]
        if not latitude_first(envelope.get("srsName", "")):
            lower, upper, labels = lower[::-1], upper[::-1], labels[::-1]
            offsets = [vector[::-1] for vector in offsets]
        steps = [sum(abs(vector[at]) for vector in offsets) for at in (0, 1)]
        if len(offsets) != 2 or any(vector[0] * vector[1] for vector in offsets) or 0 in steps:
            raise ValueError(f"its grid goes along {offsets}")
        return Coverage(
            (lower[1], lower[0], upper[1], upper[0]),
            (labels[0], labels[1]),
            (steps[1], steps[0]),
            _moments(description),
            _absent(description),
        )
    except (ValueError, IndexError) as error:
        raise MalformedAnswer(f"{file.path}: the description cannot be read: {error}") from error


def _moments(description: _Element) -> tuple[datetime, ...]:
    domain = next(description.iter("{*}TimeDomain"), None)
    if domain is None:
        return ()
    texts = [each.text or "" for each in domain.iter("{*}timePosition")]
    moments = [datetime.fromisoformat(text.strip()) for text in texts]
    return tuple(sorted(moment.astimezone(UTC).replace(tzinfo=None) for moment in moments))


def _absent(description: _Element) -> dict[str, tuple[float, ...]]:
    return {
        field.get("name", ""): tuple(
            float(each.text or "nan") for each in field.iter("{*}nilValue")
        )
        for field in description.iter("{*}field")
    }


def _text(element: _Element, name: str) -> str:
    found = next(element.iter("{*}" + name), None)
    return (found.text or "").strip() if found is not None else ""
