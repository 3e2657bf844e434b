"""The addresses of products: propose, look, decide; find, fetch, withdraw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Path, Query
from starlette.responses import StreamingResponse

from bluecloud_runner.folders import RUN

from ..runs.routes import Asker
from .deposit_wire import AskDeposit, Deposit, DepositPlan
from .depositing import DepositService
from .proposals import ProposalService
from .repositories import RepositoryName
from .service import ProductService
from .wire import PROPOSAL, SLUG, Decide, Detail, Product, Propose, Suggested, Withdraw

RunId = Annotated[str, Path(pattern=RUN, description="A run")]
ProposalId = Annotated[str, Path(pattern=PROPOSAL, description="A proposal")]
Laboratory = Annotated[str, Path(pattern="^[A-Za-z0-9]{1,40}$", description="A laboratory")]
Slug = Annotated[str, Path(pattern=SLUG, description="A product of it")]
Version = Annotated[int, Path(ge=1, le=1_000_000, description="A version of it")]
# A product's files are their authors' text: shown by no browser as a page of this origin.
_CLOSED = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def router(
    service: ProductService, proposals: ProposalService, deposits: DepositService
) -> APIRouter:
    """The routes of products, in an application whose ``state.admitted`` says who asks."""
    routes = APIRouter(tags=["products"])
    one = "/products/{laboratory}/{slug}"
    version_of = f"{one}/{{version}}"

    @routes.get("/runs/{run}/product", summary="The form of a product, filled in from a run")
    def suggested(
        run: RunId,
        person: Asker,
        file: Annotated[list[str] | None, Query(description="Of its outputs; all of them")] = None,
    ) -> Suggested:
        return proposals.suggested(person, run, file)

    @routes.post("/proposals", status_code=201, summary="Propose a product")
    def propose(asked: Propose, person: Asker) -> Detail:
        return proposals.propose(person, asked)

    @routes.get("/proposals", summary="What I proposed, the newest first")
    def mine(person: Asker) -> list[Product]:
        return proposals.proposals(person)

    @routes.get("/proposals/{proposal}", summary="A proposal, whole")
    def proposal(proposal: ProposalId, person: Asker) -> Detail:
        return proposals.proposal(person, proposal)

    @routes.get("/proposals/{proposal}/files/{path:path}", summary="One of its files")
    def proposed_file(proposal: ProposalId, path: str, person: Asker) -> StreamingResponse:
        return _sent(*proposals.proposed_file(person, proposal, path))

    @routes.post("/proposals/{proposal}/decision", summary="Approve, refuse, or ask for changes")
    def decide(proposal: ProposalId, asked: Decide, person: Asker) -> Detail:
        return proposals.decide(person, proposal, asked)

    @routes.get(
        "/laboratories/{laboratory}/proposals", summary="What was proposed, for its managers"
    )
    def proposed(laboratory: Laboratory, person: Asker) -> list[Product]:
        return proposals.of_laboratory(person, laboratory)

    @routes.get("/products", summary="What is published, the newest first")
    def published(
        person: Asker,
        laboratory: Annotated[str | None, Query(max_length=40)] = None,
        withdrawn: Annotated[bool, Query(description="With those that were withdrawn")] = False,
    ) -> list[Product]:
        return service.published(person, laboratory, withdrawn=withdrawn)

    @routes.get(one, summary="A product, in its newest version")
    def newest(laboratory: Laboratory, slug: Slug, person: Asker) -> Detail:
        return service.product(person, laboratory, slug, None)

    @routes.get(version_of, summary="A version of a product, be it withdrawn")
    def product(laboratory: Laboratory, slug: Slug, version: Version, person: Asker) -> Detail:
        return service.product(person, laboratory, slug, version)

    @routes.get(f"{version_of}/files/{{path:path}}", summary="One of its files")
    def file(
        laboratory: Laboratory, slug: Slug, version: Version, path: str, person: Asker
    ) -> StreamingResponse:
        return _sent(*service.file(person, laboratory, slug, version, path))

    @routes.post(f"{version_of}/withdraw", summary="Take its files away, and say why")
    def withdraw(
        laboratory: Laboratory, slug: Slug, version: Version, asked: Withdraw, person: Asker
    ) -> Detail:
        return service.withdraw(person, laboratory, slug, version, asked.reason)

    @routes.get(
        f"{version_of}/deposits/{{repository}}", summary="What a repository would be sent of it"
    )
    def plan(
        laboratory: Laboratory,
        slug: Slug,
        version: Version,
        repository: RepositoryName,
        person: Asker,
    ) -> DepositPlan:
        return deposits.plan(person, laboratory, slug, version, repository)

    @routes.post(
        f"{version_of}/deposits",
        status_code=201,
        summary="Deposit it in a repository with my login there; for good",
    )
    def deposit(
        laboratory: Laboratory, slug: Slug, version: Version, asked: AskDeposit, person: Asker
    ) -> Deposit:
        return deposits.deposit(person, laboratory, slug, version, asked.repository)

    return routes


def _sent(file: BinaryIO, name: str) -> StreamingResponse:
    def pieces() -> Iterator[bytes]:
        with file:
            while piece := file.read(2**18):
                yield piece

    headers = {**_CLOSED, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)
