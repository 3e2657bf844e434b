"""A laboratory's releases as the service keeps them: propose, look, promote, go back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ..service import Service, ServiceError
from .errors import LabError

Audience = Literal["testers", "everyone"]
_OPEN = frozenset({"waiting", "checking"})
_LOOK_S = 1.0


class Unresolved(LabError):  # noqa: N818 -- named for what is true
    """No release, or more than one, is meant."""


@dataclass(frozen=True)
class Release:
    """A release as the service last told it; ``words`` say why it stands where it does.

    Attributes
    ----------
    state
        ``waiting``, ``checking``, ``green``, ``refused``, ``server`` (made by an operator with
        'make images'), ``removing`` or ``removed``.
    reasons, progress, ahead
        Only of one that was asked for by itself: what stands against it, the last lines of what
        the gate did, and how many are checked before it.
    """

    laboratory: str
    digest: str
    image: str
    version: str
    message: str
    origin: str
    made_by: str
    made: datetime
    based_on: str
    state: str
    since: datetime
    words: str
    has_report: bool
    reasons: tuple[str, ...] = ()
    progress: tuple[str, ...] = ()
    ahead: int = 0

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Release:
        """A release as the service tells it."""
        known = {name: said[name] for name in cls.__dataclass_fields__ if name in said}
        times = {name: datetime.fromisoformat(said[name]) for name in ("made", "since")}
        lists = {name: tuple(said.get(name, ())) for name in ("reasons", "progress")}
        return cls(**{**known, **times, **lists})

    @property
    def short(self) -> str:
        """Its first letters, which name it to people."""
        return self.digest.removeprefix("sha256:")[:12]

    @property
    def is_decided(self) -> bool:
        """Whether the gate is through with it."""
        return self.state not in _OPEN


@dataclass(frozen=True)
class Given:
    """What an audience has; None is, of testers, what everyone has."""

    release: str | None
    may_go_back: bool
    back_to: str | None
    may_go_forward: bool
    forward_to: str | None


@dataclass(frozen=True)
class Listed:
    """A laboratory's releases, the newest first, and who has which."""

    laboratory: str
    registry: str
    everyone: Given
    testers: Given
    releases: tuple[Release, ...]
    moves: tuple[Mapping[str, Any], ...]

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Listed:
        """The list as the service tells it."""
        return cls(
            said["laboratory"],
            said["registry"],
            Given(**said["everyone"]),
            Given(**said["testers"]),
            tuple(map(Release.told, said["releases"])),
            tuple(said["moves"]),
        )

    def given(self, audience: Audience) -> Given:
        """What an audience has."""
        return self.everyone if audience == "everyone" else self.testers

    def called(self, name: str | None) -> Release:
        """The release that is meant by the first letters of its digest, or by its version.

        The newest where nothing is named.

        Raises
        ------
        Unresolved
            If there is none, or more than one.
        """
        there = [one for one in self.releases if one.state not in {"removing", "removed"}]
        start = (name or "").removeprefix("sha256:")
        found = [one for one in there if one.digest.removeprefix("sha256:").startswith(start)]
        found = found if name is None else found or [one for one in there if one.version == name]
        if found and (name is None or len(found) == 1):
            return found[0]
        if not there:
            raise Unresolved(f"{self.laboratory} has no release yet")
        known = ", ".join(f"{one.short} ({one.version})" for one in (found or there)[:8])
        told = f"{self.laboratory} has {'several' if found else 'no'} releases {name!r}"
        raise Unresolved(f"{told}; there are: {known}")


class Releases:
    """The releases of a deployment's laboratories, as a manager asks for them.

    Parameters
    ----------
    service
        The deployment's service, with the manager's token.
    """

    def __init__(self, service: Service | None = None) -> None:
        self.service = service or Service()

    def __enter__(self) -> Releases:
        return self

    def __exit__(self, *_: object) -> None:
        self.service.__exit__()

    def listed(self, slug: str) -> Listed:
        """A laboratory's releases, and who has which.

        Raises
        ------
        ServiceError
            As of every request here: if the service refuses, or does not answer.
        """
        return Listed.told(self.service.ask("GET", f"/laboratories/{slug}/releases"))

    def managed(self, slug: str) -> Listed | None:
        """The same; None of a laboratory that is another manager's, or not there."""
        try:
            return self.listed(slug)
        except ServiceError as error:
            if error.status in {403, 404}:
                return None
            raise

    def one(self, slug: str, digest: str) -> Release:
        """A release, whole."""
        return Release.told(self.service.ask("GET", f"/laboratories/{slug}/releases/{digest}"))

    def propose(
        self,
        slug: str,
        digest: str,
        *,
        version: str,
        message: str = "",
        based_on: str | None = None,
        origin: Literal["published", "built", "rebuilt"] = "published",
    ) -> Release:
        """Have an image of the registry checked by the gate."""
        body = {
            "digest": digest,
            "version": version,
            "message": message,
            "based_on": based_on,
            "origin": origin,
        }
        return Release.told(self.service.ask("POST", f"/laboratories/{slug}/releases", json=body))

    def check(self, slug: str, digest: str) -> Release:
        """Have it checked once more."""
        path = f"/laboratories/{slug}/releases/{digest}/check"
        return Release.told(self.service.ask("POST", path))

    def decided(
        self, slug: str, digest: str, told: Callable[[Release], None] = lambda _: None
    ) -> Release:
        """The release when the gate is through with it; ``told`` hears of it meanwhile.

        A service that is away for a while is waited for, since it goes on with the check.
        """
        silent = 0
        while True:
            try:
                found = self.one(slug, digest)
            except ServiceError as error:
                silent += 1
                if error.status not in {0, 502, 503, 504} or silent > 120:
                    raise
            else:
                silent = 0
                told(found)
                if found.is_decided:
                    return found
            time.sleep(_LOOK_S)

    def report(self, slug: str, digest: str, form: str = "json") -> bytes:
        """The gate's report: ``json``, ``html`` or ``bill``."""
        path = f"/laboratories/{slug}/releases/{digest}/report"
        with self.service.stream(path, params={"form": form}) as answer:
            return answer.read()

    def promote(self, slug: str, digest: str, to: Audience, *, current: str | None) -> Listed:
        """Give a release to an audience that has the current one, as far as you know."""
        path = f"/laboratories/{slug}/releases/{digest}/promote"
        return Listed.told(self.service.ask("POST", path, json={"to": to, "current": current}))

    def step(
        self,
        slug: str,
        way: Literal["rollback", "forward"],
        to: Audience,
        *,
        current: str | None,
    ) -> Listed:
        """Give an audience what it had before, or take that back."""
        path = f"/laboratories/{slug}/{way}"
        return Listed.told(self.service.ask("POST", path, json={"to": to, "current": current}))
