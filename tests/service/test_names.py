"""Which names the front may fetch certificates for: the deployment's own and its people's."""

from __future__ import annotations

import httpx

from bluecloud_service.app import make_app
from bluecloud_service.settings import ServiceSettings
from tests.service.desk_hub import OWN, DeskHub, desk_hub

HOST = "vre.example.org"
PEOPLE = ("ada", "ben_of.the+sea", "two--dashes", "7")


async def asked(hub: str, *names: str, tls: str = "acme") -> list[int]:
    """The status of the service's answer of each name."""
    settings = ServiceSettings.model_validate(
        {"hub_api": hub, "hub_token": OWN, "public_url": f"https://{HOST}:8443", "tls": tls}
    )
    transport = httpx.ASGITransport(make_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        path = "/services/bluecloud/names"
        return [(await client.get(path, params={"domain": name})).status_code for name in names]


async def test_names_of_the_deployment_and_its_people_are_known_and_no_others() -> None:
    with desk_hub(DeskHub({}, servers={name: {} for name in PEOPLE})) as hub:
        # As JupyterHub names the servers of "7": a label of digits alone is none, so it is hashed.
        known = ("ada", "ADA", "bluecloud--service", "registry--service", "u-7--7902699")
        whole = [HOST, *(f"{name}.{HOST}" for name in known)]
        assert await asked(hub, *whole) == [200] * len(whole)
        others = ("nobody", "ada.ada", "two--dashes", "7", "ben_of.the+sea", "grafana", "")
        whole = [f"{name}.{HOST}" for name in others]
        whole += ["evil.test", f"ada.{HOST}.evil.test", "ada"]
        assert await asked(hub, *whole) == [404] * len(whole)


async def test_it_is_not_said_where_certificates_are_given() -> None:
    with desk_hub(DeskHub({}, servers={"ada": {}})) as hub:
        assert await asked(hub, f"ada.{HOST}", tls="files") == [404]


async def test_a_hub_that_does_not_answer_lets_nothing_be_fetched() -> None:
    assert await asked("http://127.0.0.1:9/hub/api", HOST) == [503]


async def test_what_is_longer_than_a_name_is_refused() -> None:
    with desk_hub(DeskHub({}, servers={})) as hub:
        assert await asked(hub, "x" * 300) == [400]
