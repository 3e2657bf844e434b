"""What a person may do in the registry: the whole rule, and the words that a registry asks in.

A laboratory's repository is ``bluecloud/<slug>``. Whoever may open the laboratory may pull; its
managers and operators may push. Nobody may delete, list repositories, or use any other: what is
published is taken away by nobody's hand but the garbage collection's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bluecloud_hub.labs import Laboratory

from ..errors import NotAsked
from ..identity import Person

_SCOPE = re.compile(r"([a-z]+(?:\([a-z]+\))?):([^\s]+):([a-z*]+(?:,[a-z*]+)*)")
_MOST = 20
_LONGEST = 512


@dataclass(frozen=True)
class Access:
    """What may be done with one repository, or is asked for."""

    kind: str
    name: str
    actions: tuple[str, ...]

    def written(self) -> dict[str, Any]:
        """As it stands in a token."""
        return {"type": self.kind, "name": self.name, "actions": list(self.actions)}


def asked_for(scopes: Iterable[str]) -> list[Access]:
    """What a registry's client asks for, such as ``repository:bluecloud/environment:pull,push``.

    Raises
    ------
    NotAsked
        If one is no scope, or they are too many.
    """
    found: list[Access] = []
    for scope in " ".join(scopes).split():
        parts = _SCOPE.fullmatch(scope[:_LONGEST])
        if parts is None:
            raise NotAsked(f"scope = {scope[:80]!r}: it is as repository:bluecloud/slug:pull,push")
        kind, name, actions = parts.groups()
        found.append(Access(kind, name, tuple(dict.fromkeys(actions.split(",")))))
        if len(found) > _MOST:
            raise NotAsked(f"scope: at most {_MOST} at once")
    return found


def granted(
    person: Person, asked: Iterable[Access], laboratories: Mapping[str, Laboratory]
) -> list[Access]:
    """Of what is asked for, what a person may do; nothing of it is no error, by the protocol."""
    given: list[Access] = []
    for each in asked:
        may = _may(person, each, laboratories)
        actions = tuple(action for action in each.actions if action in may)
        if actions:
            given.append(Access(each.kind, each.name, actions))
    return given


def _may(person: Person, asked: Access, laboratories: Mapping[str, Laboratory]) -> frozenset[str]:
    project, _, slug = asked.name.partition("/")
    laboratory = laboratories.get(slug)
    if asked.kind != "repository" or project != "bluecloud" or laboratory is None:
        return frozenset()
    if person.manages(slug):
        return frozenset({"pull", "push"})
    if laboratory.admits(person.groups, is_operator=person.is_operator):
        return frozenset({"pull"})
    return frozenset()
