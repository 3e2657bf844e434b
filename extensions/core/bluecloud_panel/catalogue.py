"""The laboratory's catalogue as the panel shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bluecloud_panel import wire
from bluecloud_panel.errors import CatalogueUnavailable

_NEEDS = ("none", "optional", "required")

if TYPE_CHECKING:
    from bluecloud_catalogs.facts import EntryFacts


def catalogue(slug: str) -> wire.Catalogue:
    """The entries of a laboratory's catalogue, and what is wrong with those that are missing.

    The first call imports the readers, which takes seconds: not for the event loop.

    Raises
    ------
    CatalogueUnavailable
        If there is no catalogue, or it cannot be read at all.
    """
    import bluecloud_catalogs

    try:
        problems = bluecloud_catalogs.open_catalog(slug, strict=False).problems
        entries = bluecloud_catalogs.entries(slug, strict=False)
    except bluecloud_catalogs.DataError as error:
        raise CatalogueUnavailable(str(error)) from error
    return wire.Catalogue(
        entries=tuple(_entry(facts) for facts in entries),
        problems=tuple(str(problem) for problem in problems),
    )


def catalogue_sources(slug: str) -> dict[str, wire.Provider]:
    """Whom a laboratory's catalogue has data from, by the name that a login is stored under.

    Raises
    ------
    CatalogueUnavailable
        As for `catalogue`.
    """
    import bluecloud_catalogs

    try:
        entries = bluecloud_catalogs.entries(slug, strict=False)
    except bluecloud_catalogs.DataError as error:
        raise CatalogueUnavailable(str(error)) from error
    found: dict[str, wire.Provider] = {}
    for facts in entries:
        known = found.get(facts.login_name)
        asking = (facts.title,) if facts.login != "none" else ()
        found[facts.login_name] = wire.Provider(
            source=facts.login_name,
            title=provider(facts.login_name).title,
            need=max(facts.login, known.need if known else "none", key=_NEEDS.index),
            entries=(*(known.entries if known else ()), *asking),
        )
    return found


def provider(name: str) -> wire.Provider:
    """Whom a login of this name is for."""
    from bluecloud_catalogs.credentials import LOGINS

    return wire.Provider(source=name, title=LOGINS.get(name, name), need="none", entries=())


def _entry(facts: EntryFacts) -> wire.Entry:
    first, last = facts.extent.time
    return wire.Entry(
        name=facts.name,
        title=facts.title,
        description=facts.description,
        source=facts.source_title,
        variables=tuple(
            wire.Variable(name=v.name, standard_name=v.standard_name, units=v.units)
            for v in facts.variables
        ),
        extent=wire.Extent(
            bbox=facts.extent.bbox, time=(first.isoformat(), last.isoformat() if last else None)
        ),
        licence=wire.Licence(
            name=facts.licence.name, text=facts.licence.text, url=facts.licence.url
        ),
        citation=facts.citation,
        protocol=facts.protocol,
        evidence=facts.evidence,
        live_verified=facts.live_verified,
        login=facts.login,
        tiers=facts.tiers,
        synthetic=facts.synthetic_sample,
        example=facts.example,
        snippet=facts.snippet,
    )
