"""What a cluster is given: current, allowed by Kubernetes, and closed where it has to be."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from traitlets.config import Config, PyFileConfigLoader

from bluecloud_hub.cluster.__main__ import main
from bluecloud_hub.errors import HubError, SettingsError
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.pods import KubernetesLaboratory
from bluecloud_hub.profiles import checked
from tests.hub.cluster_api import OLDEST, VERSION, allowed
from tests.hub.cluster_files import CHOICES, FOLDER, LABS, ROOT, Manifest, documents, made, values

OBJECTS = [*documents("manifests.yaml"), *documents("dask-manifests.yaml")]
PODS = [
    (each["metadata"]["name"], (each["spec"].get("jobTemplate") or each)["spec"]["template"])
    for each in OBJECTS
    if each["kind"] in {"Deployment", "StatefulSet", "CronJob"}
]


def of(kind: str, name: str) -> Manifest:
    (found,) = [
        each
        for each in documents("manifests.yaml")
        if each["kind"] == kind and each["metadata"]["name"] == name
    ]
    return found


# Generated ------------------------------------------------------------------------------------


def test_what_is_kept_is_what_is_generated(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err


def test_another_size_is_seen_to_be_missing(tmp_path: Path) -> None:
    labs = tmp_path / "labs"
    labs.mkdir()
    for each in LABS.glob("*.toml"):
        (labs / each.name).write_text(each.read_text().replace('"2G"', '"3G"'))
    for each in FOLDER.iterdir():
        (tmp_path / each.name).write_text(each.read_text())
    assert main([str(tmp_path), "--labs", str(labs), "--check"]) == 1
    assert main([str(tmp_path), "--labs", str(labs)]) == 0
    assert main([str(tmp_path), "--labs", str(labs), "--check"]) == 0


@pytest.mark.parametrize(
    ("choices", "named"),
    [
        ('hots = "x.org"\n' + CHOICES, "hots"),
        ('[settings]\nDATABASE_URL = "postgresql://u:p@d/x"', "secret"),
        ('[settings]\nENGINE = "docker"', "follows"),
        ('[settings]\nOPERATERS = "ada"', "did you mean BLUECLOUD_OPERATORS"),
        ('[settings]\nMEMBERS = "claims"', "needs authentication 'oidc'"),
        ('[network]\nreachable = ["10.1.0.0/33"]', "reachable"),
        ('[placement.environment.huge]\nnode_selector = {a = "b"}', "huge.*small, medium"),
        ("[placement.environment.small]\nprivileged = true", "privileged.*node_selector"),
        ("[placement.physics.small]\n", "physics.*environment"),
    ],
)
def test_a_choice_that_is_none_is_refused(tmp_path: Path, choices: str, named: str) -> None:
    text = choices if choices.endswith(CHOICES) else CHOICES + choices
    with pytest.raises(HubError, match=named):
        made(tmp_path, text)


# Allowed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [OLDEST, VERSION])
def test_every_object_is_allowed(version: str) -> None:
    for each in OBJECTS:
        allowed(each, version)


def test_an_object_that_kubernetes_does_not_know_is_not_allowed() -> None:
    wrong = of("Deployment", "service")
    wrong["spec"]["template"]["spec"]["securityContext"]["runAsUsr"] = 1000
    with pytest.raises(kubernetes_validate.ValidationError, match="runAsUsr"):
        allowed(wrong)


@pytest.mark.parametrize(("name", "template"), PODS, ids=[name for name, _ in PODS])
def test_every_pod_of_ours_is_an_ordinary_one(name: str, template: Manifest) -> None:
    spec = template["spec"]
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not any("hostPath" in volume for volume in spec["volumes"])
    for container in spec["containers"]:
        context = container["securityContext"]
        assert context["runAsUser"] > 0
        assert context["allowPrivilegeEscalation"] is False
        assert context["privileged"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]
        mounted = {each["name"] for each in container["volumeMounts"]}
        named = {each["name"] for each in spec["volumes"]} | {"data"}
        assert mounted <= named


def test_the_namespace_refuses_other_pods() -> None:
    labels = of("Namespace", "bluecloud")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_no_file_has_a_secret() -> None:
    for name in ("manifests.yaml", "values.yaml", "dask-manifests.yaml", "dask-values.yaml"):
        text = (FOLDER / name).read_text()
        assert not re.search(r"(?m)^kind: Secret$", text)
        for word in ("PASSWORD", "_TOKEN", "_KEY"):
            for found in re.finditer(rf"- name: (\S*{word})\n\s+(\S+):", text):
                assert found[2] == "valueFrom", found[1]


def test_what_a_variable_names_stands_before_it() -> None:
    kept = [values()["hub"]["extraEnv"]]
    kept += [each["env"] for _, pod in PODS for each in pod["spec"]["containers"]]
    for environment in kept:
        seen: set[str] = set()
        for each in environment:
            assert set(re.findall(r"\$\((\w+)\)", each.get("value", ""))) <= seen
            assert each["name"] not in seen
            seen.add(each["name"])


def test_the_hub_may_make_pods_and_read_their_logs_and_no_more() -> None:
    rules = of("Role", "bluecloud-hub")["rules"]
    may = {(what, verb) for rule in rules for what in rule["resources"] for verb in rule["verbs"]}
    assert {what for what, _ in may} == {"pods", "pods/log", "events"}
    assert {("pods", "create"), ("pods", "delete"), ("pods/log", "get")} <= may
    assert {verb for what, verb in may if what == "events"} == {"get", "list", "watch"}
    (subject,) = of("RoleBinding", "bluecloud-hub")["subjects"]
    assert subject == {"kind": "ServiceAccount", "name": "hub", "namespace": "bluecloud"}
    assert values()["rbac"] == {"create": False}


# The charts' values ---------------------------------------------------------------------------


def test_the_chart_leaves_to_us_what_is_ours() -> None:
    told = values()
    assert told["singleuser"]["networkPolicy"] == {"enabled": False}
    assert told["singleuser"]["cloudMetadata"] == {"blockWithIptables": False}
    assert told["cull"] == {"enabled": False}
    assert told["hub"]["db"] == {"type": "other"}
    assert told["hub"]["networkPolicy"]["egressAllowRules"] == {"cloudMetadataServer": False}
    reached = [
        (rule["to"][0]["podSelector"]["matchLabels"]["bluecloud.component"], each["port"])
        for rule in told["hub"]["networkPolicy"]["egress"]
        for each in rule["ports"]
    ]
    assert reached == [("database", 5432), ("service", 8082)]
    assert told["proxy"]["chp"]["extraCommandLineFlags"] == ["--host-routing"]
    assert told["proxy"]["service"] == {"type": "ClusterIP"}
    assert told["ingress"]["hosts"] == ["vre.example.org", "*.vre.example.org"]
    assert {each["name"] for each in told["hub"]["extraVolumes"]} == {"state", "homes"}
    context = told["hub"]["containerSecurityContext"]
    assert context["runAsUser"] == 1000
    assert context["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize("version", [OLDEST, VERSION])
def test_what_the_chart_makes_of_the_values_is_allowed(version: str) -> None:
    """Pods and policies as its templates fill them in; the templates themselves are not here."""
    told = values()
    hub, proxy = told["hub"], told["proxy"]["chp"]
    held = {name: hub[f"{name}SecurityContext"] for name in ("pod", "container")}
    made_of = {
        "hub": (hub, hub["args"], hub["extraEnv"], hub["extraVolumeMounts"], held["container"]),
        "proxy": (proxy, proxy["extraCommandLineFlags"], [], [], proxy["containerSecurityContext"]),
    }
    for name, (part, arguments, environment, mounts, context) in made_of.items():
        container = {
            "name": name,
            "image": "x",
            "args": arguments,
            "env": environment,
            "volumeMounts": mounts,
            "resources": part["resources"],
            "securityContext": context,
        }
        # What a namespace that is `restricted` asks of every container.
        assert context["runAsNonRoot"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"]["drop"] == ["ALL"]
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        pod = {
            "containers": [container],
            "volumes": hub["extraVolumes"] if name == "hub" else [],
            "securityContext": held["pod"] if name == "hub" else {},
            "imagePullSecrets": told["imagePullSecrets"],
        }
        meta = {"name": name}
        allowed({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": pod}, version)
        rules = {
            side: part["networkPolicy"][side]
            for side in ("ingress", "egress")
            if side in part["networkPolicy"]
        }
        policy = {"podSelector": {}, **rules}
        kind = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
        allowed({**kind, "metadata": meta, "spec": policy}, version)
    ingress = {
        "rules": [{"host": host} for host in told["ingress"]["hosts"]],
        "tls": told["ingress"]["tls"],
    }
    kind = {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}
    allowed({**kind, "metadata": {"name": "hub"}, "spec": ingress}, version)


def test_a_providers_secret_is_the_hubs_alone(tmp_path: Path) -> None:
    chosen = (
        '[settings]\nAUTHENTICATION = "oidc"\nOIDC_ISSUER = "https://login.example.org"\n'
        'OIDC_CLIENT_ID = "vre"\nMEMBERS = "claims"\nTIERS = "sample"\n'
    )
    files = made(tmp_path, CHOICES + chosen)
    told = yaml.safe_load(files["values.yaml"])["hub"]["extraEnv"]
    (secret,) = [each for each in told if each["name"] == "BLUECLOUD_OIDC_CLIENT_SECRET"]
    assert secret["valueFrom"]["secretKeyRef"]["name"] == "bluecloud-secrets"
    assert "OIDC" not in files["manifests.yaml"]
    (service,) = [
        each["spec"]["template"]["spec"]["containers"][0]["env"]
        for each in yaml.safe_load_all(files["manifests.yaml"])
        if each["kind"] == "Deployment"
    ]
    of_service = {each["name"]: each.get("value") for each in service}
    assert of_service["BLUECLOUD_SERVICE_MEMBERS"] == "claims"
    assert of_service["BLUECLOUD_TIERS"] == "sample"


def test_one_origin_for_all_is_an_explicit_choice(tmp_path: Path) -> None:
    text = made(tmp_path, CHOICES + '[settings]\nUSER_DOMAINS = "false"')["values.yaml"]
    told = yaml.safe_load(text)
    assert told["proxy"]["chp"]["extraCommandLineFlags"] == []
    assert told["ingress"]["hosts"] == ["vre.example.org"]


def test_the_hub_understands_what_its_pod_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [each for each in os.environ if each.startswith("BLUECLOUD_")]:
        monkeypatch.delenv(name)
    for each in values()["hub"]["extraEnv"]:
        monkeypatch.setenv(each["name"], each.get("value", "from the Secret"))
    monkeypatch.setenv("BLUECLOUD_STATE", str(tmp_path))
    monkeypatch.setenv("BLUECLOUD_KUBERNETES_VALUES", str(FOLDER / "values.yaml"))
    config: Config = PyFileConfigLoader("jupyterhub_config.py", str(ROOT / "hub")).load_config()
    assert config.JupyterHub.spawner_class is KubernetesLaboratory
    assert config.JupyterHub.hub_connect_url == "http://hub:8081"
    assert config.JupyterHub.subdomain_host == "https://vre.example.org"
    assert config.ConfigurableHTTPProxy.should_start is False
    assert config.ConfigurableHTTPProxy.api_url == "http://proxy-api:8001"
    assert set(config.KubernetesLaboratory.profiles) == set(read_laboratories(LABS))
    names = {each["name"] for each in config.JupyterHub.services}
    assert {"bluecloud", "dask-gateway", "idle-culler"} <= names
    (user,) = [each for each in config.JupyterHub.load_roles if each["name"] == "user"]
    scope = "access:services!service=dask-gateway"
    assert scope in user["scopes"]
    assert scope in config.Spawner.server_token_scopes
    assert "DockerSpawner" not in config


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("mem_limit",), "64G", "environment, small: mem_limit is '64G', declared is '2G'"),
        (("privileged",), True, "environment, small: privileged is none of"),
        (("node_selector",), {"pool": "large"}, ""),
    ],
)
def test_the_hub_starts_with_declared_sizes_only(
    path: tuple[str, ...], value: Any, named: str
) -> None:
    told, laboratories = values(), read_laboratories(LABS)
    (profile,) = [
        each for each in told["singleuser"]["profileList"] if each["slug"] == "environment"
    ]
    choices = profile["profile_options"]["size"]["choices"]
    choices["small"]["kubespawner_override"][path[0]] = value
    if not named:
        assert "environment" in checked(told, laboratories)
        return
    with pytest.raises(SettingsError, match=named):
        checked(told, laboratories)


def test_a_laboratory_without_a_profile_is_named() -> None:
    told = values()
    told["singleuser"]["profileList"].pop(0)
    with pytest.raises(SettingsError, match="aquaculture is missing.*make kubernetes"):
        checked(told, read_laboratories(LABS))
