"""Which licences a product may have, by the licences of what it was made from.

A source says its licence in words of its own; these are known words, and a licence that is not
among them is unknown, never taken for open. What an input forbids stays forbidden in the product.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

_CC = re.compile(r"(?<![a-z])cc[ -]?by(?P<more>(?:[ -](?:nc|sa|nd))*)(?![a-z])")
# Words that turn others round, as in "not in the public domain".
_BUT = re.compile(
    r"(?<![a-z])(?:not|no|non|never|except|unless|but|only|some|or)(?![a-z])|;|noncomm"
)


@dataclass(frozen=True)
class Terms:
    """What a licence asks of whoever passes the data on.

    Attributes
    ----------
    known
        Whether it is known what it asks.
    share_alike
        The SPDX identifier that a product must then have; empty where it may have another.
    forbidden
        Why the data may not be passed on, in words; empty where they may.
    """

    known: bool = True
    attribution: bool = False
    non_commercial: bool = False
    share_alike: str = ""
    forbidden: str = ""


@dataclass(frozen=True)
class Choice:
    """A licence that a product could have, and why it may not; empty words where it may."""

    spdx: str
    title: str
    why_not: str = ""


@dataclass(frozen=True)
class _Offered:
    title: str
    attribution: bool
    non_commercial: bool = False


OFFERED: Mapping[str, _Offered] = {
    "CC-BY-4.0": _Offered("Creative Commons Attribution 4.0", attribution=True),
    "CC-BY-SA-4.0": _Offered("Creative Commons Attribution ShareAlike 4.0", attribution=True),
    "CC-BY-NC-4.0": _Offered(
        "Creative Commons Attribution NonCommercial 4.0", attribution=True, non_commercial=True
    ),
    "CC-BY-NC-SA-4.0": _Offered(
        "Creative Commons Attribution NonCommercial ShareAlike 4.0",
        attribution=True,
        non_commercial=True,
    ),
    "ODC-By-1.0": _Offered("Open Data Commons Attribution 1.0", attribution=True),
    "CC0-1.0": _Offered("Creative Commons Zero 1.0", attribution=False),
    "PDDL-1.0": _Offered("Open Data Commons Public Domain 1.0", attribution=False),
}
_FREE = ("cc0", "cc-0", "zero/1.0", "public domain", "publicdomain", "pddl", "license/mit")
_NAMED = ("apache 2.0", "apache-2.0", "open government licence", "ogl", "odc-by", "odc by")
# Copernicus lets everybody pass on and adapt, with its credit line (Regulation (EU) 1159/2013).
_CREDITED = ("copernicus marine", "copernicus sentinel")
_MORATORIUM = ("moratorium", "embargo")
_FORBIDDING = (
    "all rights reserved",
    "no redistribution",
    "not be redistributed",
    "not for redistribution",
    "redistribution is not",
    "confidential",
    "restricted",
)


def terms_of(words: str) -> Terms:
    """What a licence asks, by its name, SPDX identifier or address; unknown where in doubt.

    Of several licences, as ``CC BY 4.0, some datasets CC BY-NC``, it is in doubt which is meant,
    and so it is of words that take something away, as ``CC BY 4.0 (non-commercial use only)``.
    """
    said = " ".join(words.casefold().replace("_", "-").split())
    if any(word in said for word in _MORATORIUM):
        return Terms(forbidden=f"it is under moratorium ({words.strip()})")
    if any(word in said for word in _FORBIDDING):
        return Terms(forbidden=f"its licence forbids redistribution ({words.strip()})")
    if _BUT.search(said):
        return Terms(known=False)
    shared = {found["more"] for found in _CC.finditer(said.replace("licenses/", "cc "))}
    is_free = said in {"mit", "mit license", "mit licence"} or any(
        re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z])", said) for word in _FREE
    )
    is_named = any(word in said for word in (*_NAMED, *_CREDITED))
    if is_free + is_named + len(shared) != 1:
        return Terms(known=False)
    if not shared:
        return Terms(attribution=is_named)
    (more,) = shared
    if "nd" in more:
        return Terms(forbidden=f"its licence allows no derived data ({words.strip()})")
    non_commercial = "nc" in more
    alike = ""
    if "sa" in more:
        alike = "CC-BY-NC-SA-4.0" if non_commercial else "CC-BY-SA-4.0"
    return Terms(attribution=True, non_commercial=non_commercial, share_alike=alike)


def choices(inputs: Iterable[tuple[str, Terms]]) -> list[Choice]:
    """Every licence that is offered, those that a product of these inputs may have first.

    Parameters
    ----------
    inputs
        Names and terms; those that are unknown or forbidden limit nothing here: they are asked
        of the manager, one by one.
    """
    told = [(name, terms) for name, terms in inputs if terms.known and not terms.forbidden]
    found = [Choice(spdx, each.title, _why_not(spdx, each, told)) for spdx, each in OFFERED.items()]
    return sorted(found, key=lambda choice: bool(choice.why_not))


def _why_not(spdx: str, offered: _Offered, inputs: Sequence[tuple[str, Terms]]) -> str:
    for name, terms in inputs:
        if terms.share_alike and spdx != terms.share_alike:
            return f"{name} is shared alike: what is made of it has to be {terms.share_alike}"
        if terms.non_commercial and not offered.non_commercial:
            return f"{name} is for non-commercial use, and {spdx} allows any"
        if terms.attribution and not offered.attribution:
            return f"{name} has to be named by whoever uses it, and {spdx} asks nobody to"
    return ""


def permitted(terms: Terms) -> Terms:
    """The terms of an input that its owner allowed to be passed on."""
    return replace(terms, known=True, forbidden="", attribution=True)
