"""Products: what colleagues published, and what one publishes oneself, over the service.

    from bluecloud import products

    form = products.suggested("3f2a...-0000")
    products.propose(form, creators=[{"name": "...", "orcid": "..."}])

A published one is read as any other data: ``bluecloud_catalogs.open_entry("product_...")``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from .service import Service, ServiceError

_DEPOSIT_S = 1800  # half a gigabyte, to wherever the repository is
_FORM = ("run", "files", "title", "slug", "description", "creators", "keywords", "licence")


def published(
    laboratory: str | None = None, service: Service | None = None, *, withdrawn: bool = False
) -> list[Any]:
    """What is published, the newest first.

    Parameters
    ----------
    laboratory
        Of this one alone.
    withdrawn
        With what was withdrawn, whose ``words`` say why.
    """
    asked: dict[str, Any] = {"laboratory": laboratory} if laboratory else {}
    if withdrawn:
        asked["withdrawn"] = True
    found: list[Any] = (service or Service()).ask("GET", "/products", params=asked)
    return found


def proposals(laboratory: str | None = None, service: Service | None = None) -> list[Any]:
    """What you proposed; of a laboratory that you manage, what anybody did."""
    path = f"/laboratories/{quote(laboratory, safe='')}/proposals" if laboratory else "/proposals"
    found: list[Any] = (service or Service()).ask("GET", path)
    return found


def shown(name: str, service: Service | None = None) -> Any:
    """A product, by ``<laboratory>/<product>[/<version>]``; or a proposal, by its id."""
    path = f"/products/{quote(name)}" if "/" in name else f"/proposals/{quote(name)}"
    return (service or Service()).ask("GET", path)


def suggested(run: str, files: Sequence[str] = (), service: Service | None = None) -> Any:
    """The form of a product, filled in from a run; its files are checked, which takes seconds."""
    path = f"/runs/{quote(run, safe='')}/product"
    return (service or Service()).ask("GET", path, params={"file": [*files]}, timeout=180)


def propose(form: Mapping[str, Any], service: Service | None = None, **more: Any) -> Any:
    """Propose a product: a form, with ``more`` in the place of what it says.

    Raises
    ------
    ServiceError
        If it is refused, with each reason.
    """
    told = {name: form[name] for name in _FORM if form.get(name) is not None} | more
    return (service or Service()).ask("POST", "/proposals", json=told, timeout=180)


def decide(
    proposal: str,
    decision: str,
    *,
    words: str = "",
    answers: Sequence[Mapping[str, str]] = (),
    open_to_all: bool = False,
    service: Service | None = None,
) -> Any:
    """Decide on a proposal, as the laboratory's manager.

    Parameters
    ----------
    decision
        ``approve``, ``refuse`` or ``changes``.
    answers
        Of each input that is asked about: ``input`` with ``licence``, or with ``by``, ``on`` and
        ``words`` of who permitted it.
    open_to_all
        Approved, it is seen by everybody, though its laboratory is its members'.
    """
    told: dict[str, Any] = {"decision": decision, "words": words, "answers": [*answers]}
    if open_to_all:
        told["open_to_all"] = True
    path = f"/proposals/{quote(proposal, safe='')}/decision"
    return (service or Service()).ask("POST", path, json=told, timeout=180)


def deposit_plan(name: str, repository: str, service: Service | None = None) -> Any:
    """What a repository would be sent of ``<laboratory>/<product>/<version>``, and whether it can.

    Parameters
    ----------
    repository
        ``b2share``, ``zenodo`` or ``d4science``.
    """
    path = f"/products/{quote(_versioned(name))}/deposits/{quote(repository, safe='')}"
    return (service or Service()).ask("GET", path)


def deposit(name: str, repository: str, service: Service | None = None) -> Any:
    """Publish ``<laboratory>/<product>/<version>`` in a repository, with your login there.

    That cannot be undone. What is there already is not published twice, but told.

    Raises
    ------
    ServiceError
        If it is refused, or the repository fails: with what is left there.
    """
    path = f"/products/{quote(_versioned(name))}/deposits"
    asked = {"repository": repository}
    return (service or Service()).ask("POST", path, json=asked, timeout=_DEPOSIT_S)


def withdraw(name: str, reason: str, service: Service | None = None) -> Any:
    """Take the files of ``<laboratory>/<product>/<version>`` away for ever, and say why."""
    path = f"/products/{quote(_versioned(name))}/withdraw"
    return (service or Service()).ask("POST", path, json={"reason": reason})


def _versioned(name: str) -> str:
    if name.count("/") != 2:
        raise ServiceError(f"{name!r} names no version: as environment/warm_days/1")
    return name
