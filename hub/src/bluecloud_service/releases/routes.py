"""The addresses of releases: which one is mine; and, for managers, publish, check, promote."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from ..runs.routes import Asker
from .service import Form, ReleaseService
from .wire import DIGEST, Back, Candidate, Detail, Listed, Mine, Promote, Release

Slug = Annotated[str, Path(max_length=40, description="A laboratory")]
ReleaseDigest = Annotated[str, Path(pattern=DIGEST, description="A release, as sha256:...")]
_KINDS: dict[Form, str] = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "bill": "application/vnd.cyclonedx+json",
}
# A report shows a candidate's own words, which are to be text to every browser.
CLOSED = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


def router(service: ReleaseService) -> APIRouter:
    """The routes of releases, in an application whose ``state.admitted`` says who asks."""
    routes = APIRouter(tags=["releases"])
    base = "/laboratories/{laboratory}"
    one = f"{base}/releases/{{digest}}"

    @routes.get(f"{base}/release", summary="The release that I am given, beside the one I run")
    def mine(
        laboratory: Slug,
        person: Asker,
        running: Annotated[
            str | None,
            Query(pattern=DIGEST, description="BLUECLOUD_RELEASE_DIGEST of a running server"),
        ] = None,
    ) -> Mine:
        return service.mine(person, laboratory, running)

    @routes.get(f"{base}/releases", summary="A laboratory's releases, for its managers")
    def listed(laboratory: Slug, person: Asker) -> Listed:
        return service.listed(person, laboratory)

    @routes.post(f"{base}/releases", status_code=201, summary="Have an image checked")
    def propose(laboratory: Slug, candidate: Candidate, person: Asker) -> Release:
        return service.propose(person, laboratory, candidate)

    @routes.get(one, summary="A release: where it stands, and why")
    def detail(laboratory: Slug, digest: ReleaseDigest, person: Asker) -> Detail:
        return service.detail(person, laboratory, digest)

    @routes.get(f"{one}/report", summary="The gate's report: JSON, a page, a bill of materials")
    def report(
        laboratory: Slug,
        digest: ReleaseDigest,
        person: Asker,
        form: Annotated[Form, Query(description="json, html, or bill (CycloneDX)")] = "json",
    ) -> Response:
        content = service.report(person, laboratory, digest, form)
        return Response(content, media_type=_KINDS[form], headers=CLOSED)

    @routes.post(f"{one}/check", status_code=202, summary="Have the gate check it once more")
    def check(laboratory: Slug, digest: ReleaseDigest, person: Asker) -> Release:
        return service.check_again(person, laboratory, digest)

    @routes.post(f"{one}/promote", summary="Give it to testers, or to everyone")
    def promote(laboratory: Slug, digest: ReleaseDigest, asked: Promote, person: Asker) -> Listed:
        return service.promote(person, laboratory, digest, asked)

    @routes.post(f"{base}/rollback", summary="Give them the release that they had before")
    def rollback(laboratory: Slug, asked: Back, person: Asker) -> Listed:
        return service.step(person, laboratory, "rollback", asked)

    @routes.post(f"{base}/forward", summary="Take a rollback back")
    def forward(laboratory: Slug, asked: Back, person: Asker) -> Listed:
        return service.step(person, laboratory, "forward", asked)

    return routes
