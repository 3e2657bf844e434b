"""Where products are deposited, and what is said of one there.

Each repository is asked with the login of the person who deposits, and no other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bluecloud_catalogs import deposit as invenio
from bluecloud_catalogs import deposit_items as items
from bluecloud_catalogs.credentials import Credential
from bluecloud_catalogs.descriptions import Deposited, Description, Person, Related

from .lineage import Input, acknowledgement
from .records import Kept

RepositoryName = Literal["b2share", "zenodo", "d4science"]
PUBLISHER = "Blue-Cloud"
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")


class Repository(Protocol):
    """One repository."""

    @property
    def title(self) -> str:
        """What it is called."""

    @property
    def tokens(self) -> str:
        """The page where a person makes a login for it."""

    @property
    def address(self) -> str:
        """Where it is, as the deployment has it."""

    @property
    def takes_html(self) -> bool:
        """Whether a description is HTML there."""

    def deposit(
        self,
        product: Kept,
        description: Description,
        files: Sequence[Path],
        login: Credential,
        noted: Callable[[str], None],
    ) -> Deposited:
        """Deposit and publish, as `bluecloud_catalogs.deposit.deposit`."""

    def settled(self, draft: str, login: Credential) -> Deposited | None:
        """What became of a draft that was left, as `bluecloud_catalogs.deposit.settled`."""


@dataclass(frozen=True)
class InvenioRepository:
    """A repository of InvenioRDM."""

    there: invenio.Repository
    takes_html: bool = True

    @property
    def title(self) -> str:
        """See `Repository`."""
        return self.there.title

    @property
    def tokens(self) -> str:
        """See `Repository`."""
        return self.there.tokens

    @property
    def address(self) -> str:
        """See `Repository`."""
        return self.there.address

    def deposit(
        self,
        product: Kept,
        description: Description,
        files: Sequence[Path],
        login: Credential,
        noted: Callable[[str], None],
    ) -> Deposited:
        """See `Repository`."""
        return invenio.deposit(self.there, description, files, login=login, noted=noted)

    def settled(self, draft: str, login: Credential) -> Deposited | None:
        """See `Repository`."""
        return invenio.settled(self.there, draft, login=login)


@dataclass(frozen=True)
class ItemCatalogue:
    """The catalogue of a context of D4Science."""

    title: str = items.TITLE
    tokens: str = items.TOKENS
    takes_html: bool = False

    @property
    def address(self) -> str:
        """See `Repository`."""
        return f"the catalogue of {items.context()}"

    def deposit(
        self,
        product: Kept,
        description: Description,
        files: Sequence[Path],
        login: Credential,
        noted: Callable[[str], None],
    ) -> Deposited:
        """See `Repository`."""
        # Another deployment may have a product of the same laboratory and name.
        name = f"{product.name}_{product.id}"
        return items.publish_item(name, description, files, login=login, noted=noted)

    def settled(self, draft: str, login: Credential) -> Deposited | None:
        """See `Repository`."""
        return items.settled_item(draft, login=login)


REPOSITORIES: Mapping[RepositoryName, Repository] = {
    "b2share": InvenioRepository(invenio.B2SHARE),
    "zenodo": InvenioRepository(invenio.ZENODO),
    "d4science": ItemCatalogue(),
}


def described(
    product: Kept, *, takes_html: bool, page: str = "", earlier: Iterable[str] = ()
) -> Description:
    """What is said of a product: all that its form says, and what it was made from.

    Parameters
    ----------
    page
        Its address in this deployment; empty where nobody outside reaches that.
    earlier
        The DOIs that its version before this one was given there.
    """
    inputs = [Input.model_validate(one) for one in product.inputs]
    sources = dict.fromkeys(each for one in inputs for each in _dois(one.citation))
    related = [Related(identifier=each, relation="isderivedfrom") for each in sources]
    related += [Related(identifier=each, relation="isnewversionof") for each in earlier]
    if page:
        related.append(Related(identifier=page, relation="isidenticalto"))
    paragraphs = [*_paragraphs(product, inputs)]
    if takes_html:
        escaped = [html.escape(each).replace("\n", "<br>") for each in paragraphs]
        paragraphs = [f"<p>{each}</p>" for each in escaped]
    form = product.form
    return Description(
        title=product.title,
        description="\n\n".join(paragraphs),
        creators=tuple(
            Person.called(
                one["name"], orcid=one.get("orcid"), affiliation=_line(one.get("affiliation", ""))
            )
            for one in form["creators"]
        ),
        licence=form["licence"].lower(),
        published=(product.decided or product.proposed).date(),
        publisher=PUBLISHER,
        keywords=tuple(form["keywords"]),
        version=str(product.version),
        related=tuple(related),
    )


def _paragraphs(product: Kept, inputs: Sequence[Input]) -> Iterator[str]:
    yield product.form["description"]
    yield (
        f"Made in the Blue-Cloud laboratory {product.laboratory}, where it is {product.name} and "
        "was approved by a manager."
    )
    owed = acknowledgement(inputs)
    if owed:
        yield f"Made from:\n{owed}"


def _dois(citation: str) -> list[str]:
    found = [each.rstrip(".,;:") for each in _DOI.findall(citation) if each.isprintable()]
    return [each if "(" in each else each.rstrip(")].") for each in found]


def _line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
