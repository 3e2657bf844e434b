"""The rules that keep laboratories from the machine and each other, as the kernel reads them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from bluecloud_hub import fence
from bluecloud_hub.errors import SettingsError
from bluecloud_hub.settings import LINK_LOCAL, read_settings

TABLE = f"bctest{os.getpid()}-fence"


class Engine:
    """A network with a hub and a laboratory on it."""

    def __init__(self, hub: str = "172.31.9.2/16") -> None:
        self.hub = hub

    def inspect_network(self, name: str) -> dict[str, Any]:
        on_it = {
            "1": {"IPv4Address": self.hub},
            "2": {"IPv4Address": "172.31.9.3/16"},
            "3": {"IPv4Address": ""},
        }
        return {"Name": name, "Id": "0123456789abcdef", "Containers": on_it}

    def inspect_container(self, name: str) -> dict[str, Any]:
        laboratory = {"bluecloud.deployment": "bluecloud", "bluecloud.person": "ada"}
        return {"Config": {"Labels": laboratory if name == "2" else None}}


@pytest.fixture
def kernel() -> Iterator[None]:
    """A kernel that takes tables, and has none of ours at the end."""
    if shutil.which("nft") is None or os.geteuid():
        if os.environ.get("REQUIRE_DOCKER"):
            pytest.fail("nft is not installed, or this is not root")
        pytest.skip("rules are given to the kernel by root, with nft")
    yield
    if fence.is_there(TABLE):
        fence.nft("delete", "table", "inet", TABLE)


def test_the_kernel_holds_the_rules_and_follows_the_network(kernel: None) -> None:
    engine = Engine()
    held = fence.Fence(engine, TABLE, "bluecloud-labs", LINK_LOCAL)
    assert held.hold()
    listed = fence.nft("list", "table", "inet", TABLE)
    assert 'oifname "br-0123456789ab" ip daddr 172.31.9.2 accept' in listed
    assert "169.254.0.0/16" in listed
    assert "fd00:ec2::254" in listed
    assert "172.31.9.3" not in listed, "a laboratory has no more than the others"
    assert not held.hold(), "nothing has changed"
    engine.hub = "172.31.9.8/16"
    assert held.hold()
    listed = fence.nft("list", "table", "inet", TABLE)
    assert ("172.31.9.8" in listed, "172.31.9.2" in listed) == (True, False)
    fence.nft("delete", "table", "inet", TABLE)
    assert held.hold(), "who takes it away has it back"
    held.remove()
    held.remove()
    assert not fence.is_there(TABLE)


def test_a_kernel_that_shows_no_neighbours_is_told_of_in_the_rule(kernel: None) -> None:
    told = fence.rules(TABLE, "br-1", ["172.31.9.2"], LINK_LOCAL, apart=False)
    fence.nft("-f", "-", told=told)
    assert fence.NOT_APART in fence.nft("list", "table", "inet", TABLE)


def test_a_refusal_of_the_kernels_is_told(kernel: None) -> None:
    with pytest.raises(fence.FenceError, match="syntax error"):
        fence.nft("-f", "-", told="table inet {")


def test_whoever_turns_it_off_has_a_table_without_rules(kernel: None) -> None:
    off = read_settings({"BLUECLOUD_FORBIDDEN": "off"}).forbidden
    assert fence.Fence(Engine(), TABLE, "bluecloud-labs", off).hold()
    assert "chain" not in fence.nft("list", "table", "inet", TABLE)


def test_networks_of_ones_own_are_forbidden_beside_the_link_local_ones() -> None:
    said = read_settings({"BLUECLOUD_FORBIDDEN": "10.0.0.0/8, fd00::/8"}).forbidden
    assert said == (*LINK_LOCAL, "10.0.0.0/8", "fd00::/8")
    told = fence.rules("t", "br-1", [], said)
    assert "10.0.0.0/8 } reject" in told
    assert "fd00::/8 } reject" in told
    with pytest.raises(SettingsError, match=r"BLUECLOUD_FORBIDDEN.*10\.0\.0\.1/8.*or 'off'"):
        read_settings({"BLUECLOUD_FORBIDDEN": "10.0.0.1/8"})


def test_what_is_no_address_is_not_put_into_a_rule() -> None:
    with pytest.raises(ValueError, match="accept"):
        fence.rules("t", "br-1", ["0.0.0.0/0 accept"], LINK_LOCAL)
