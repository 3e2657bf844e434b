"""The deployment's programs: that they answer, and agree on the time.

Only the deployment's own addresses are asked, and no provider's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from sqlalchemy import text

from ..deployment import Deployment
from ..findings import Told, check, fault, not_applicable, ok, warning

_SKEW_S, _MOST_SKEW_S = 5.0, 60.0
_UP = "make up (make demo on a laptop); its log says why: docker compose ... logs"


@check("hub", unanswered=_UP)
def hub(of: Deployment) -> Iterator[Told]:
    """The hub answers."""
    answer = of.asked(f"{of.hub_api}/")
    if answer.status_code != httpx.codes.OK:
        yield fault(f"the hub answers {answer.status_code} at {of.hub_api}", _UP)
    else:
        yield ok(f"JupyterHub {answer.json().get('version', '')} at {of.hub_api}")


@check("proxy", unanswered=_UP)
def proxy(of: Deployment) -> Iterator[Told]:
    """The proxy answers, and leads to the hub."""
    address, headers = of.front
    answer = of.client.get(f"{address}/hub/health", headers=headers)
    if answer.status_code != httpx.codes.OK:
        fix = "restart the hub, which tells the proxy its routes"
        yield fault(f"{address} answers {answer.status_code} for the hub", fix)
    else:
        yield ok(f"{address} leads to the hub")


@check("service", unanswered=_UP)
def service(of: Deployment) -> Iterator[Told]:
    """The service answers, and says what it searches."""
    answer = of.asked(f"{of.service_address}/health")
    if answer.status_code != httpx.codes.OK:
        yield fault(f"the service answers {answer.status_code}", "look at its log; restart it")
        return
    told = answer.json()
    yield ok(f"{told['records']} records, index {told['index']}")


@check("keeper", unanswered=_UP)
def keeper(of: Deployment) -> Iterator[Told]:
    """Somebody keeps the runs."""
    said = str(of.asked(f"{of.service_address}/health").json().get("runs", ""))
    if said.startswith("not kept now"):
        yield fault(f"runs are {said}", "correct that; the service tries again by itself")
    elif said.startswith("none"):
        yield fault(f"runs: {said}", "tell the service BLUECLOUD_STATE")
    elif said != "kept here":
        yield warning(f"runs are {said}", "look again in a minute; end a second service, if any")
    else:
        yield ok("runs are kept")


@check("culler", unanswered=_UP)
def culler(of: Deployment) -> Iterator[Told]:
    """The hub's program that stops unused laboratories runs."""
    every = of.settings.idle_timeout
    if not every:
        yield not_applicable("BLUECLOUD_IDLE_TIMEOUT is 0: nothing is stopped")
        return
    token = of.state / "hub" / "people.token"
    answer = of.asked(f"{of.hub_api}/services/idle-culler", token=token.read_text().strip())
    fix = "restart the hub, which starts it"
    if answer.status_code != httpx.codes.OK or not answer.json().get("pid"):
        yield fault("the hub runs no idle-culler: unused laboratories are never stopped", fix)
        return
    asked = text(
        "SELECT max(t.last_activity) FROM api_tokens t JOIN services s ON s.id = t.service_id"
        " WHERE s.name = 'idle-culler'"
    )
    with of.hub_database.connect() as connection:
        last = connection.execute(asked).scalar()
    if last is None:
        yield ok("it runs")
        return
    when = last if isinstance(last, datetime) else datetime.fromisoformat(str(last))
    silent = (datetime.now(UTC) - when.replace(tzinfo=UTC)).total_seconds()
    if silent > 3 * every:  # it asks twice in that time
        yield fault(f"idle-culler has asked nothing for {silent / 3600:.1f} hours", fix)
    else:
        yield ok(f"it runs, and asked {silent:.0f} s ago")


@check("registry", unanswered="start the registry; releases are neither published nor fetched")
def registry(of: Deployment) -> Iterator[Told]:
    """The registry of releases answers, and wants a token."""
    address = of.registry_address
    if not address:
        yield not_applicable("this deployment has none")
        return
    answer = of.asked(f"{address}/v2/")
    if answer.status_code == httpx.codes.OK:
        fix = "configure auth.token (hub/README.md, The registry)"
        yield fault(f"{address} lets in anybody, without a token", fix)
    elif answer.status_code != httpx.codes.UNAUTHORIZED:
        yield fault(f"{address} answers {answer.status_code}", "look at its log; restart it")
    else:
        yield ok(f"{address} wants a token")


@check("clock", unanswered="see what hub and service say")
def clock(of: Deployment) -> Iterator[Told]:
    """The clocks of this machine, of hub, service and database agree."""
    told = {}
    for name, address in (
        ("hub", f"{of.hub_api}/"),
        ("service", f"{of.service_address}/health"),
    ):
        before = time.time()
        try:
            answer = of.client.get(address)
        except httpx.HTTPError:
            continue  # which is told by its own check
        if date := answer.headers.get("date"):
            # Of whole seconds: half of one is no difference.
            told[name] = parsedate_to_datetime(date).timestamp() + 0.5 - (before + time.time()) / 2
    if of.service_url:
        with of.service_database.connect() as connection:
            before = time.time()
            now = connection.execute(text("SELECT extract(epoch FROM now())")).scalar()
            told["database"] = float(now or 0) - before
    if not told:
        yield fault("nobody answers who could say the time", _UP)
    for name, ahead in told.items():
        said = f"the {name}'s clock is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"
        if abs(ahead) > _MOST_SKEW_S:
            yield fault(said, "let NTP set the clocks (timedatectl set-ntp true)")
        elif abs(ahead) > _SKEW_S:
            yield warning(said, "let NTP set the clocks (timedatectl set-ntp true)")
        else:
            yield ok(f"{name} {ahead:+.1f} s")
