"""The person's logins at providers, as the deployment keeps them.

A login goes through here on its way to the deployment's service, which seals it, and never comes
back: what is told is that there is one, and until when.
"""

from pathlib import Path

from bluecloud import credentials
from bluecloud.service import Service
from bluecloud_panel import wire
from bluecloud_panel.asking import service
from bluecloud_panel.catalogue import catalogue_sources, provider
from bluecloud_panel.errors import CatalogueUnavailable, HomeNotWritable
from bluecloud_panel.laboratory import this_laboratory


def listed() -> wire.Access:
    """The providers of this laboratory's data that know logins, and others with one stored."""
    problems: tuple[str, ...] = ()
    try:
        known = catalogue_sources(this_laboratory().slug)
    except CatalogueUnavailable as error:  # what is stored can be seen all the same
        known, problems = {}, (str(error),)
    with service() as asked:
        stored = {one.source: one for one in credentials.stored(asked)}
    wanted = [each for each in known.values() if each.need != "none"]
    others = [
        known.get(source) or provider(source)
        for source in stored
        if source not in {each.source for each in wanted}
    ]
    providers = (*_by_title(wanted), *_by_title(others))
    return wire.Access(
        providers=tuple(
            each.model_copy(update={"login": _told(stored.get(each.source))}) for each in providers
        ),
        problems=problems,
    )


def store(source: str, login: wire.LoginRequest) -> wire.Access:
    """Store a login in the place of an earlier one, and bring it to this laboratory's readers."""
    with service() as asked:
        credentials.store(asked, source, **login.model_dump(exclude_none=True))
        _bring(asked)
    return listed()


def forget(source: str) -> wire.Access:
    """Forget a login, in the deployment and here."""
    with service() as asked:
        credentials.remove(asked, source)
    return listed()


def _bring(asked: Service) -> None:
    try:
        credentials.bring(asked)
    except OSError as error:
        folder = credentials.folder_of_logins() or Path()
        raise HomeNotWritable(
            f"It is stored, and cannot be brought to {folder} of this laboratory: "
            f"{error.strerror or error}"
        ) from error


def _by_title(providers: list[wire.Provider]) -> list[wire.Provider]:
    return sorted(providers, key=lambda each: each.title.casefold())


def _told(stored: credentials.Stored | None) -> wire.StoredLogin | None:
    if stored is None:
        return None
    return wire.StoredLogin.model_validate(
        {
            "kind": stored.kind,
            "username": stored.username,
            "stored": stored.stored.isoformat(),
            "expires": stored.expires.isoformat() if stored.expires else None,
            "expired": stored.expired,
        }
    )
