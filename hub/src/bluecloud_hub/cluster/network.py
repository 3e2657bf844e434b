"""Who reaches whom: nobody anybody, but for what is written here.

The policies are the project's own and those of zero-to-jupyterhub for laboratories are turned off,
because policies only ever add to what is allowed. They hold where the cluster's network keeps
policies at all, which not every one does (deploy/README.md says how to see it).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from bluecloud_hub.cluster.choices import DATABASE, HUB, SERVICE, Cluster
from bluecloud_hub.cluster.pieces import COMPONENT, Manifest, meta
from bluecloud_hub.settings import LINK_LOCAL

LABORATORY = "bluecloud.laboratory"
# Machines, pods, services, the API and the database have addresses of these in nearly every
# cluster.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")

Peer = dict[str, Any]
Rule = dict[str, Any]


def laboratories() -> Peer:
    """Every laboratory's pod."""
    return {"podSelector": {"matchExpressions": [{"key": LABORATORY, "operator": "Exists"}]}}


def component(name: str) -> Peer:
    """A component of ours."""
    return {"podSelector": {"matchLabels": {COMPONENT: name}}}


def of_chart(name: str) -> Peer:
    """A component that zero-to-jupyterhub brings."""
    return {"podSelector": {"matchLabels": {"app": "jupyterhub", "component": name}}}


def ports(*numbers: int, protocol: str = "TCP") -> list[dict[str, Any]]:
    """Ports of one protocol."""
    return [{"protocol": protocol, "port": number} for number in numbers]


def names(cluster: Cluster) -> list[Rule]:
    """Asking for names."""
    asked = [*ports(53, protocol="UDP"), *ports(53)]
    system = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    more = [{"ipBlock": {"cidr": each}} for each in cluster.network.name_servers]
    return [{"to": [system, *more], "ports": asked}]


def internet(cluster: Cluster) -> list[Rule]:
    """Everything outside: no private network, no link-local address, not the cluster's API."""
    closed = [*PRIVATE, *LINK_LOCAL, *cluster.network.api_server]
    rules: list[Rule] = [
        {
            "to": [
                {"ipBlock": {"cidr": whole, "except": [one for one in closed if _is(one, version)]}}
                for whole, version in (("0.0.0.0/0", 4), ("::/0", 6))
            ]
        }
    ]
    if cluster.network.reachable:
        blocks = [
            {
                "ipBlock": {
                    "cidr": each,
                    **_except(each, [*LINK_LOCAL, *cluster.network.api_server]),
                }
            }
            for each in cluster.network.reachable
        ]
        rules.append({"to": blocks})
    return rules


def policies(cluster: Cluster) -> list[Manifest]:
    """Every policy of the deployment's namespace."""
    dask = []
    if cluster.dask.enabled:
        dask = [
            {
                "to": [
                    {
                        "namespaceSelector": {
                            "matchLabels": {"kubernetes.io/metadata.name": cluster.dask_namespace}
                        },
                        "podSelector": {"matchLabels": {"app.kubernetes.io/component": "traefik"}},
                    }
                ],
                "ports": ports(8000, 8786),
            }
        ]
    to_hub = {"to": [of_chart(HUB)], "ports": ports(8081)}
    to_database = {"to": [component(DATABASE)], "ports": ports(5432)}
    return [
        _policy(cluster, "nobody", {"podSelector": {}}, ingress=[], egress=[]),
        _policy(
            cluster,
            "laboratories",
            laboratories(),
            ingress=[{"from": [of_chart(HUB), of_chart("proxy")], "ports": ports(8888)}],
            egress=[
                to_hub,
                {"to": [component(SERVICE)], "ports": ports(8082)},
                *dask,
                *names(cluster),
                *internet(cluster),
            ],
        ),
        _policy(
            cluster,
            SERVICE,
            component(SERVICE),
            ingress=[
                {
                    "from": [laboratories(), of_chart(HUB), of_chart("proxy")],
                    "ports": ports(8082),
                }
            ],
            egress=[to_hub, to_database, *names(cluster), *internet(cluster)],
        ),
        _policy(
            cluster,
            "harvest",
            component("harvest"),
            ingress=[],
            egress=[to_database, *names(cluster), *internet(cluster)],
        ),
        _policy(
            cluster,
            DATABASE,
            component(DATABASE),
            ingress=[
                {
                    "from": [of_chart(HUB), component(SERVICE), component("harvest")],
                    "ports": ports(5432),
                }
            ],
            egress=[],
        ),
    ]


def _policy(
    cluster: Cluster, name: str, of: Peer, *, ingress: list[Rule], egress: list[Rule]
) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": meta(cluster, name),
        "spec": {
            "podSelector": of["podSelector"],
            "policyTypes": ["Ingress", "Egress"],
            "ingress": ingress,
            "egress": egress,
        },
    }


def _is(network: str, version: int) -> bool:
    return ipaddress.ip_network(network).version == version


def _except(whole: str, closed: list[str]) -> dict[str, list[str]]:
    """Those of the closed networks that lie within one; Kubernetes takes no others."""
    outer = ipaddress.ip_network(whole)
    within = [
        each
        for each in closed
        if _is(each, outer.version)
        and ipaddress.ip_network(each) != outer
        and ipaddress.ip_network(each).subnet_of(outer)  # type: ignore[arg-type]
    ]
    return {"except": within} if within else {}
