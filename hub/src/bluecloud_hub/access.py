"""Who may open which laboratory.

Groups decide, and the hub asks here each time: when it draws the picker, and again on the
server side when a start is asked for, whichever way the request came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bluecloud_hub.labs import Laboratory


def open_to(
    laboratories: Mapping[str, Laboratory], groups: Iterable[str], *, is_operator: bool = False
) -> list[Laboratory]:
    """The laboratories a person in these groups may open, in the order of their slugs."""
    held = frozenset(groups)
    return [
        laboratory
        for _, laboratory in sorted(laboratories.items())
        if laboratory.admits(held, is_operator=is_operator)
    ]
