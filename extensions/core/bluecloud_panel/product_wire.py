"""What goes over the wire about products; see `wire`."""

from typing import Literal

from pydantic import Field

from bluecloud_panel.run_wire import Output
from bluecloud_panel.wire import Wire


class Creator(Wire):
    """Who made a product."""

    name: str
    orcid: str = Field("", description="Four groups of four; of one creator at least.")
    affiliation: str = ""


class Product(Wire):
    """A version of a product that was published."""

    laboratory: str
    slug: str
    version: int
    title: str
    description: str
    creators: tuple[Creator, ...]
    keywords: tuple[str, ...]
    licence: str
    citation: str
    doi: str = Field(description="That it was given in a repository; empty: it is in none.")
    published: str = Field(description="ISO 8601.")
    is_withdrawn: bool
    words: str = Field(description="Of a withdrawn one, who took it back and why.")
    embargo: str | None = Field(description="The day from which its files are given out.")
    members_only: bool = Field(description="The members of its laboratory alone see it.")
    entry: str | None = Field(description="What reads it here; null: nothing does.")
    snippet: str | None = Field(description="Python that reads it, ready to run.")


class Products(Wire):
    """All versions of the products that the person sees, the last published first."""

    products: tuple[Product, ...]


class ProductInput(Wire):
    """Something that a product was made from."""

    name: str
    title: str
    tier: str
    licence: str
    citation: str
    synthetic: bool
    question: str = Field(description="What a manager has to answer of it; or empty.")


class ProductFile(Wire):
    """A file of a run as it may be published, and what was found of it."""

    path: str
    kind: str
    bytes: int
    errors: tuple[str, ...] = Field(description="Why it cannot be published; none: it can.")
    warnings: tuple[str, ...]
    chosen: bool


class Lineage(Wire):
    """Where a product comes from: its run, what that read, and its files."""

    run: str
    notebook: str = Field(description="The name of the notebook's file; empty: not kept.")
    proposed_by: str
    inputs: tuple[ProductInput, ...]
    acknowledgement: str = Field(description="What whoever uses it owes to the inputs.")
    files: tuple[Output, ...]
    warnings: tuple[str, ...] = Field(description="What the checks of the files remarked.")


class Proposal(Wire):
    """Something that the person proposed, and where it stands."""

    id: str
    laboratory: str
    slug: str
    version: int | None
    title: str
    state: Literal["waiting", "changes", "refused", "storing", "published", "withdrawn"]
    proposed: str = Field(description="ISO 8601.")
    decided_by: str
    words: str = Field(description="What who decided said.")


class Proposals(Wire):
    """What the person proposed in this laboratory, the newest first."""

    proposals: tuple[Proposal, ...]


class ProductLicence(Wire):
    """A licence that a product can be given."""

    spdx: str
    title: str
    why_not: str = Field(description="Why a product of these inputs may not have it; or empty.")


class ProductForm(Wire):
    """The form of a product, filled in from a run, or from a proposal that was sent back."""

    run: str
    title: str
    slug: str = Field(description="As the title has it, or as it was proposed.")
    description: str
    creators: tuple[Creator, ...]
    keywords: tuple[str, ...]
    embargo: str | None
    files: tuple[ProductFile, ...]
    licence: str | None = Field(description="The one proposed; null: the inputs allow none.")
    licences: tuple[ProductLicence, ...]
    inputs: tuple[ProductInput, ...]
    acknowledgement: str
    words: str = Field(description="Of the manager who sent it back.")
    own: dict[str, int] = Field(description="The person's products: the last version of each.")


class ProposeRequest(Wire):
    """A product to be proposed."""

    run: str
    files: tuple[str, ...]
    title: str
    description: str
    creators: tuple[Creator, ...]
    keywords: tuple[str, ...] = ()
    licence: str
    slug: str = Field("", description="Empty: it is made of the title.")
    embargo: str = Field("", description="A day, ISO 8601; empty: none.")
