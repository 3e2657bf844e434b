"""Who reaches whom on a cluster, by the policies that are generated for it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.hub.cluster_api import allowed as accepted
from tests.hub.cluster_files import CHOICES, documents, made

Manifest = dict[str, Any]
LABORATORY = {"bluecloud.laboratory": "environment", "component": "singleuser-server"}
HUB = {"app": "jupyterhub", "component": "hub", "release": "bluecloud"}
PROXY = {"app": "jupyterhub", "component": "proxy", "release": "bluecloud"}
SERVICE = {"bluecloud.component": "service"}
DATABASE = {"bluecloud.component": "database"}
OUTSIDE = {"somebody": "else"}
POLICIES = [each["spec"] for each in documents("manifests.yaml") if each["kind"] == "NetworkPolicy"]


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    """Whether a selector of pods is of these labels, as Kubernetes has it."""
    for key, text in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != text:
            return False
    for each in selector.get("matchExpressions") or ():
        if each["operator"] == "Exists" and each["key"] not in labels:
            return False
        if each["operator"] == "In" and labels.get(each["key"]) not in each["values"]:
            return False
    return True


def peers(rules: list[Manifest], side: str, port: int) -> Iterator[Manifest]:
    for rule in rules:
        if port in [each["port"] for each in rule.get("ports") or [{"port": port}]]:
            yield from rule[side]


def lets(direction: str, mine: dict[str, str], theirs: dict[str, str], port: int) -> bool:
    """Whether one side of it is open: what no policy selects, Kubernetes leaves open to all."""
    side = "to" if direction == "egress" else "from"
    own = [
        policy
        for policy in POLICIES
        if direction.capitalize() in policy["policyTypes"] and selects(policy["podSelector"], mine)
    ]
    return not own or any(
        "podSelector" in peer
        and "namespaceSelector" not in peer
        and selects(peer["podSelector"], theirs)
        for policy in own
        for peer in peers(policy[direction], side, port)
    )


def may_talk(one: dict[str, str], other: dict[str, str], port: int) -> bool:
    """Whether what bears these labels reaches a port of what bears those, in one namespace."""
    of_chart = (HUB, PROXY)  # whose own policies the chart brings
    leaves = one in of_chart or lets("egress", one, other, port)
    return leaves and (other in of_chart or lets("ingress", other, one, port))


def may_reach(labels: dict[str, str], address: str, port: int = 443) -> bool:
    """Whether what bears these labels reaches an address."""
    asked = ipaddress.ip_address(address)
    own = [policy for policy in POLICIES if selects(policy["podSelector"], labels)]
    for policy in own:
        for peer in peers(policy["egress"], "to", port):
            block = peer.get("ipBlock")
            if block and asked in ipaddress.ip_network(block["cidr"]):
                closed = [ipaddress.ip_network(each) for each in block.get("except", ())]
                if not any(asked in each for each in closed):
                    return True
    return not own


@pytest.mark.parametrize(
    ("one", "other", "port", "allowed"),
    [
        (LABORATORY, HUB, 8081, True),
        (LABORATORY, SERVICE, 8082, True),
        (LABORATORY, {**LABORATORY, "bluecloud.laboratory": "genomics"}, 8888, False),
        (LABORATORY, DATABASE, 5432, False),
        (LABORATORY, PROXY, 8001, False),
        (LABORATORY, SERVICE, 22, False),
        (HUB, LABORATORY, 8888, True),
        (PROXY, LABORATORY, 8888, True),
        (OUTSIDE, LABORATORY, 8888, False),
        (SERVICE, LABORATORY, 8888, False),
        (PROXY, SERVICE, 8082, True),
        (SERVICE, HUB, 8081, True),
        (SERVICE, DATABASE, 5432, True),
        (HUB, DATABASE, 5432, True),
        (OUTSIDE, DATABASE, 5432, False),
        (DATABASE, HUB, 8081, False),
        (OUTSIDE, SERVICE, 8082, False),
        (OUTSIDE, {"somebody": "new"}, 80, False),
    ],
)
def test_who_reaches_whom(
    one: dict[str, str], other: dict[str, str], port: int, allowed: bool
) -> None:
    assert may_talk(one, other, port) is allowed


@pytest.mark.parametrize(
    ("one", "other", "port"),
    [(LABORATORY, LABORATORY, 8888), (LABORATORY, DATABASE, 5432), (OUTSIDE, DATABASE, 5432)],
)
def test_what_is_closed_is_closed_on_both_sides(
    one: dict[str, str], other: dict[str, str], port: int
) -> None:
    assert not lets("egress", one, other, port)
    assert not lets("ingress", other, one, port)


@pytest.mark.parametrize("who", [LABORATORY, SERVICE], ids=["laboratory", "service"])
@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.215.14", True),
        ("2a00:1450:4001::1", True),
        ("169.254.169.254", False),
        ("169.254.170.2", False),
        ("100.100.100.200", False),
        ("192.0.0.192", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("10.96.0.1", False),
        ("172.17.0.1", False),
        ("192.168.1.10", False),
        ("fd12::1", False),
    ],
)
def test_what_is_reached_outside(who: dict[str, str], address: str, allowed: bool) -> None:
    assert may_reach(who, address) is allowed
    assert not may_reach(DATABASE, address)
    assert not may_reach(OUTSIDE, address)


def test_private_data_and_a_public_api_are_chosen(tmp_path: Path) -> None:
    chosen = (
        '[network]\nreachable = ["10.20.0.0/16"]\napi_server = ["203.0.113.7/32", "10.20.9.9/32"]'
    )
    text = made(tmp_path, CHOICES + chosen)["manifests.yaml"]
    found = [each for each in yaml.safe_load_all(text) if each["kind"] == "NetworkPolicy"]
    for each in found:
        accepted(each)
    (policy,) = [each["spec"] for each in found if each["metadata"]["name"] == "laboratories"]
    blocks = [
        peer["ipBlock"] for rule in policy["egress"] for peer in rule["to"] if "ipBlock" in peer
    ]
    assert "203.0.113.7/32" in blocks[0]["except"]
    assert blocks[2] == {"cidr": "10.20.0.0/16", "except": ["10.20.9.9/32"]}
