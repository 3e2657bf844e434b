"""Every pod a laboratory can be: what Kubernetes allows, and what holds it in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bluecloud_hub.admission import Refusal
from bluecloud_hub.homes import PASSING
from bluecloud_hub.labs import Laboratory, read_laboratories
from bluecloud_hub.pods import KubernetesLaboratory
from tests.hub.cluster_api import OLDEST, allowed
from tests.hub.cluster_hub import DIGEST, TESTERS_DIGEST, People, release, settings_of

LABS = Path(__file__).parents[2] / "hub" / "labs"
LABORATORIES = read_laboratories(LABS)
BYTES = {"M": 2**20, "G": 2**30}
EVERY = [
    pytest.param(laboratory, size, tester, id=f"{slug}-{size}-{'tester' if tester else 'member'}")
    for slug, laboratory in LABORATORIES.items()
    for size in laboratory.sizes
    for tester in (False, True)
]


async def pod_of(spawner: KubernetesLaboratory) -> dict[str, Any]:
    """The manifest that a start would send, made as a start makes it."""
    laboratory, size = spawner.admitted()
    spawner.cpu_limit, spawner.mem_limit = size.cpu_limit, size.memory_limit
    spawner.mem_guarantee = size.memory_guarantee
    spawner.environment = spawner.laboratory_environment(laboratory)
    await spawner.make_ready(laboratory)
    await spawner.load_user_options()
    manifest = await spawner.get_pod_manifest()
    made: dict[str, Any] = spawner.api.api_client.sanitize_for_serialization(manifest)
    return made


@pytest.mark.parametrize(("laboratory", "size", "tester"), EVERY)
async def test_every_pod(people: People, laboratory: Laboratory, size: str, tester: bool) -> None:
    groups = [f"{laboratory.slug}-testers" if tester else laboratory.slug]
    pod = await pod_of(people.spawner(laboratory.slug, name="ada", groups=groups, size=size))
    allowed(pod)

    spec = pod["spec"]
    (container,) = spec["containers"]
    assert "initContainers" not in spec
    digest = TESTERS_DIGEST if tester else DIGEST
    assert container["image"] == f"registry.example.org/bluecloud/{laboratory.slug}@{digest}"

    declared = laboratory.sizes[size]
    memory = int(declared.memory_limit[:-1]) * BYTES[declared.memory_limit[-1]]
    asked = int(declared.memory_guarantee[:-1]) * BYTES[declared.memory_guarantee[-1]]
    assert container["resources"]["limits"] == {
        "cpu": declared.cpu_limit,
        "memory": memory,
        "ephemeral-storage": "10Gi",
    }
    requests = container["resources"]["requests"]
    assert requests["memory"] == asked
    assert requests["cpu"] == pytest.approx(declared.cpu_limit * asked / memory, abs=1e-3)
    assert requests["ephemeral-storage"] == "1Gi"

    assert container["securityContext"] == {
        "runAsUser": 1000,
        "runAsGroup": 1000,
        "runAsNonRoot": True,
        "privileged": False,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert spec["securityContext"] == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert spec["automountServiceAccountToken"] is False
    assert "serviceAccountName" not in spec
    assert spec["enableServiceLinks"] is False
    assert spec["restartPolicy"] == "Never"
    for host in ("hostNetwork", "hostPID", "hostIPC"):
        assert not spec.get(host)

    assert spec["volumes"] == [
        {"name": "homes", "persistentVolumeClaim": {"claimName": "bluecloud-homes"}},
        {"name": "state", "persistentVolumeClaim": {"claimName": "bluecloud-state"}},
        {"name": "logins", "emptyDir": {"medium": "Memory", "sizeLimit": "16Mi"}},
        {"name": "passing", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}},
    ]
    slug = laboratory.slug
    assert container["volumeMounts"] == [
        {"name": "homes", "mountPath": "/home/jovyan", "subPath": "ada"},
        {"name": "state", "mountPath": "/srv/bluecloud/shared", "subPath": f"shared/{slug}"},
        {
            "name": "state",
            "mountPath": "/srv/bluecloud/products",
            "subPath": "products",
            "readOnly": True,
        },
        {
            "name": "state",
            "mountPath": "/srv/bluecloud/members-products",
            "subPath": f"members-products/{slug}",
            "readOnly": True,
        },
        {"name": "logins", "mountPath": "/run/bluecloud"},
        {"name": "passing", "mountPath": PASSING},
    ]
    told = {each["name"]: each.get("value") for each in container["env"]}
    assert told["BLUECLOUD_LAB"] == slug
    assert told["BLUECLOUD_RELEASE_DIGEST"] == digest
    assert told["BLUECLOUD_CREDENTIALS_DIR"] == "/run/bluecloud"
    assert told["BLUECLOUD_SERVICE_URL"] == "http://service:8082/services/bluecloud"
    assert told["JUPYTERHUB_API_URL"] == "http://hub:8081/hub/api"
    labels = pod["metadata"]["labels"]
    assert labels["bluecloud.laboratory"] == slug
    assert labels["component"] == "singleuser-server"
    assert labels["hub.jupyter.org/network-access-hub"] == "true"
    assert pod["metadata"]["annotations"]["bluecloud.digest"] == digest


@pytest.mark.parametrize("name", ["Ådne Ø. <x>", "a" * 200, "../../etc", "x--y", "{username}"])
async def test_a_pod_of_any_name_is_allowed(people: People, name: str) -> None:
    pod = await pod_of(people.spawner("environment", name=name, groups=["environment"]))
    allowed(pod)
    allowed(pod, OLDEST)
    home = pod["spec"]["containers"][0]["volumeMounts"][0]["subPath"]
    assert "/" not in home
    assert home not in (".", "..")


async def test_nobody_is_given_what_an_earlier_start_had(people: People, tmp_path: Path) -> None:
    placement = {"environment": {"medium": {"node_selector": {"pool": "large"}}}}
    hub = People(settings_of(tmp_path), LABORATORIES, placement=placement)
    release(tmp_path, "environment")
    spawner = hub.spawner("environment", groups=["environment"], size="medium")
    large = await pod_of(spawner)
    assert large["spec"]["nodeSelector"] == {"pool": "large"}
    spawner.user_options = {"size": "small"}
    small = await pod_of(spawner)
    assert "nodeSelector" not in small["spec"]
    limits = small["spec"]["containers"][0]["resources"]["limits"]
    assert limits["memory"] == 2 * 2**30
    hub.session.close()


async def test_a_profile_changes_nothing_that_holds_a_pod_in(
    people: People, tmp_path: Path
) -> None:
    placement = {
        "environment": {
            "small": {
                "privileged": True,
                "allow_privilege_escalation": True,
                "uid": 0,
                "service_account": "admin",
                "container_security_context": {"capabilities": {"add": ["SYS_ADMIN"]}},
                "extra_pod_config": {"hostNetwork": True},
                "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
            }
        }
    }
    hub = People(settings_of(tmp_path), LABORATORIES, placement=placement)
    release(tmp_path, "environment")
    pod = await pod_of(hub.spawner("environment", groups=["environment"], size="small"))
    hub.session.close()
    spec = pod["spec"]
    context = spec["containers"][0]["securityContext"]
    assert context["runAsUser"] == 1000
    assert context["privileged"] is False
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert "serviceAccountName" not in spec
    assert "hostNetwork" not in spec
    assert not any("hostPath" in volume for volume in spec["volumes"])


async def test_dask_is_told_the_image_that_runs(people: People, tmp_path: Path) -> None:
    there = {"BLUECLOUD_DASK_ADDRESS": "http://traefik-dask-gateway.bluecloud-dask"}
    hub = People(settings_of(tmp_path, **there), LABORATORIES)
    made = release(tmp_path, "environment")
    pod = await pod_of(hub.spawner("environment", groups=["environment"]))
    hub.session.close()
    told = {each["name"]: each.get("value") for each in pod["spec"]["containers"][0]["env"]}
    assert told["DASK_GATEWAY__CLUSTER__OPTIONS__IMAGE"] == made.image
    assert told["DASK_GATEWAY__AUTH__TYPE"] == "jupyterhub"
    address = told["DASK_GATEWAY__PROXY_ADDRESS"]
    assert address == "gateway://traefik-dask-gateway.bluecloud-dask:80"


async def test_an_image_of_one_machine_is_no_release_of_a_cluster(
    people: People, tmp_path: Path
) -> None:
    hub = People(settings_of(tmp_path), LABORATORIES)
    release(tmp_path, "environment", local=True)
    with pytest.raises(Refusal) as refused:
        await pod_of(hub.spawner("environment", groups=["environment"]))
    hub.session.close()
    assert refused.value.status_code == 503
    assert "an image in a registry" in refused.value.jupyterhub_message
