"""Where a search is asked: the service, an index here, or the small one that is shipped.

``BLUECLOUD_SERVICE_URL`` names the service, ``BLUECLOUD_INDEX`` a folder with an index. If the
service does not answer, what is here is searched in its place, with a warning: a page that is
empty because little was searched must not look like one that is empty because there is nothing.
One's own data are found in any case, and never told to a service.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

from ..errors import MalformedAnswer, ParameterError, SourceUnavailable
from ..own.search import with_own
from ..tiers import TierWarning
from .backend import Searchable
from .query import checked
from .results import Results


def find(text: str | None = None, *, index: Searchable | None = None, **asked: object) -> Results:
    """Find data of all sources; see :func:`bluecloud_catalogs.find`."""
    query = checked(text=text, **asked)
    if index is None:
        _require_sources(query.sources)
    if index is not None:
        return Results(query, index.search(query), index, "the index given")
    service = os.environ.get("BLUECLOUD_SERVICE_URL")
    if service:
        from .remote import Remote

        remote = Remote(service)
        try:
            asked_there = with_own(remote)
            page = asked_there.search(query)
            return Results(query, page, asked_there, f"the service at {remote.url}")
        except (SourceUnavailable, MalformedAnswer) as fault:
            near, where = here()
            near = with_own(near)
            warnings.warn(
                f"The service could not be asked; this is what {where} has. {fault}",
                TierWarning,
                stacklevel=3,
            )
            return Results(query, near.search(query), near, where)
    near, where = here()
    near = with_own(near)
    return Results(query, near.search(query), near, where)


def _require_sources(asked: Sequence[str]) -> None:
    """Refuse a source that does not exist, since it would be found nowhere and in silence."""
    from ..declarations import OWN_SOURCE, PRODUCTS_SOURCE
    from ..tree import read_sources

    known = {entry.source for entry in read_sources().entries.values()}
    known |= {OWN_SOURCE, PRODUCTS_SOURCE}
    for source in asked:
        if source not in known:
            raise ParameterError(
                f"sources has {source!r}: there is no such source; there are "
                f"{', '.join(sorted(known))}"
            )


def here() -> tuple[Searchable, str]:
    """The index of this machine, and what it is in words.

    Raises
    ------
    SourceUnavailable
        If ``BLUECLOUD_INDEX`` names a folder that holds none.
    """
    from .index import Index

    told = os.environ.get("BLUECLOUD_INDEX")
    if told:
        return Index(Path(told)), f"the index in {told}"
    from .small import small_index

    return small_index(), "the small index that is shipped (entries and samples only)"
