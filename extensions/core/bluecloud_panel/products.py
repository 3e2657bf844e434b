"""Products as the panel shows them: what colleagues published, and what the person proposes.

Whether one can be read is looked up where a cell would read it, in the folders of
``BLUECLOUD_PRODUCTS``: a product that the service tells of may be another laboratory's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bluecloud import products
from bluecloud.service import Service
from bluecloud_panel import product_wire as wire
from bluecloud_panel.asking import service
from bluecloud_panel.laboratory import this_laboratory
from bluecloud_panel.run_wire import Output

if TYPE_CHECKING:
    from bluecloud_catalogs.tree import Entry


def listed() -> wire.Products:
    """All that the person sees, the last published first; this laboratory's and others'."""
    with service() as asked:
        found = products.published(service=asked, withdrawn=True)
    entries = _readable()
    found.sort(key=lambda one: one["decided"], reverse=True)
    return wire.Products(products=tuple(_product(one, entries) for one in found))


def lineage(laboratory: str, slug: str, version: int) -> wire.Lineage:
    """Where a version of a product comes from."""
    with service() as asked:
        told = products.shown(f"{laboratory}/{slug}/{version}", asked)
    return wire.Lineage(
        run=told["run"],
        notebook=told["notebook"],
        proposed_by=told["proposed_by"],
        inputs=tuple(map(_input, told["inputs"])),
        acknowledgement=told["acknowledgement"],
        files=tuple(Output(**file) for file in told["files"]),
        warnings=tuple(
            f"{one['path']}: {said}" for one in told["checks"] for said in one["warnings"]
        ),
    )


def mine() -> wire.Proposals:
    """What the person proposed here; not what they proposed anew since."""
    with service() as asked:
        return _mine(asked)


def of_run(run: str) -> wire.ProductForm:
    """The form of a product, filled in from a run."""
    with service() as asked:
        told = products.suggested(run, service=asked)
        return _form(told, asked, chosen=None)


def amended(proposal: str) -> wire.ProductForm:
    """The form of a proposal that was sent back, as it was filled in."""
    with service() as asked:
        said = products.shown(proposal, asked)
        told = products.suggested(said["run"], service=asked)
        as_said = ("title", "slug", "description", "creators", "keywords", "licence")
        told |= {name: said[name] for name in as_said}
        chosen = {one["path"] for one in said["checks"]}
        form = _form(told, asked, chosen=chosen)
    return form.model_copy(update={"embargo": said["embargo"], "words": said["words"]})


def propose(request: wire.ProposeRequest) -> wire.Proposals:
    """Propose a product, and answer with all that the person proposed."""
    told = request.model_dump(mode="json")
    told["creators"] = [
        {name: value for name, value in creator.items() if value} for creator in told["creators"]
    ]
    told["slug"] = told["slug"] or None
    told["embargo"] = told["embargo"] or None
    with service() as asked:
        products.propose({}, asked, **told)
        return _mine(asked)


def _mine(asked: Service) -> wire.Proposals:
    here = this_laboratory().slug
    found = [one for one in products.proposals(service=asked) if one["laboratory"] == here]
    names = wire.Proposal.model_fields
    return wire.Proposals(
        proposals=tuple(
            wire.Proposal(**{name: one[name] for name in names})
            for one in found
            if one["state"] != "replaced"
        )
    )


def _product(told: Mapping[str, Any], entries: Mapping[str, Entry]) -> wire.Product:
    from bluecloud_catalogs.facts import snippet_of

    withdrawn = told["state"] == "withdrawn"
    entry = entries.get(told["entry"])
    names = ("laboratory", "slug", "version", "title", "description", "keywords", "licence", "doi")
    return wire.Product(
        **{name: told[name] for name in names},
        creators=tuple(_creator(one) for one in told["creators"]),
        citation=told["citation"],
        published=told["decided"],
        is_withdrawn=withdrawn,
        words=f"{told['decided_by']}: {told['words']}" if withdrawn else "",
        embargo=None if told["available"] or withdrawn else told["embargo"],
        members_only=told["members_only"],
        entry=entry.name if entry else None,
        snippet=snippet_of(entry, {}) if entry else None,
    )


def _readable() -> dict[str, Entry]:
    """The entries of the products that can be read here."""
    from bluecloud_catalogs.products import product_entries
    from bluecloud_catalogs.tree import Entry

    return {name: one for name, one in product_entries().items() if isinstance(one, Entry)}


def _form(told: Mapping[str, Any], asked: Service, *, chosen: set[str] | None) -> wire.ProductForm:
    """A form of what the service tells of a run.

    Parameters
    ----------
    chosen
        The files that are to be published; None: all that can be.
    """
    by_path = {one["path"]: one for one in told["checks"]}
    own = {
        one.slug: one.version for one in reversed(_mine(asked).proposals) if one.version is not None
    }
    return wire.ProductForm(
        **{name: told[name] for name in ("run", "title", "slug", "description", "keywords")},
        creators=tuple(_creator(one) for one in told["creators"]),
        embargo=None,
        files=tuple(
            wire.ProductFile(
                path=path,
                kind=by_path[path]["kind"],
                bytes=told["sizes"][path],
                errors=by_path[path]["errors"],
                warnings=by_path[path]["warnings"],
                chosen=path in chosen if chosen is not None else not by_path[path]["errors"],
            )
            for path in told["files"]
        ),
        licence=told["licence"],
        licences=tuple(wire.ProductLicence(**one) for one in told["licences"]),
        inputs=tuple(map(_input, told["inputs"])),
        acknowledgement=told["acknowledgement"],
        words="",
        own=own,
    )


def _creator(told: Mapping[str, Any]) -> wire.Creator:
    return wire.Creator(**{name: value for name, value in told.items() if value})


def _input(told: Mapping[str, Any]) -> wire.ProductInput:
    return wire.ProductInput(**{name: told[name] for name in wire.ProductInput.model_fields})
