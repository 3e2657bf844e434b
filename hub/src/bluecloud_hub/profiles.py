"""Laboratories as KubeSpawner knows what can be started: a profile each, with its sizes.

They are generated into the values of zero-to-jupyterhub from the declarations in ``hub/labs``, and
the hub reads them there. Beside the size, a profile says where in the cluster a laboratory runs,
and nothing else: what holds it in is not a matter of values. At its start the hub compares them
with the declarations, so that nobody is given another size than the one the page names.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from bluecloud_hub.errors import SettingsError
from bluecloud_hub.labs import Laboratory, Size, in_bytes

Profile = dict[str, Any]

# What of KubeSpawner a profile may set besides the size: where a laboratory runs.
PLACEMENT = (
    "extra_resource_guarantees",
    "extra_resource_limits",
    "node_affinity_preferred",
    "node_affinity_required",
    "node_selector",
    "priority_class_name",
    "scheduler_name",
    "tolerations",
)
_AGAIN = "make kubernetes writes them from hub/labs, and helm upgrade brings them"


def resources(size: Size) -> dict[str, Any]:
    """A size as KubeSpawner has it.

    Without a guarantee of cores Kubernetes would keep the whole limit free, of which little is
    used most of the time; it is the part of the limit that the guarantee of memory is of its own.
    """
    part = in_bytes(size.memory_guarantee) / in_bytes(size.memory_limit)
    return {
        "cpu_limit": size.cpu_limit,
        "cpu_guarantee": round(size.cpu_limit * part, 3),
        "mem_limit": size.memory_limit,
        "mem_guarantee": size.memory_guarantee,
    }


def profiles(
    laboratories: Mapping[str, Laboratory],
    placement: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
) -> list[Profile]:
    """A profile of each laboratory, in their order; ``placement`` is by slug and size."""
    where = placement or {}
    return [
        {
            "slug": laboratory.slug,
            "display_name": laboratory.title,
            "description": laboratory.summary,
            "profile_options": {
                "size": {
                    "display_name": "Size",
                    "choices": {
                        name: {
                            "display_name": size.summary,
                            **({"default": True} if name == laboratory.default_size else {}),
                            "kubespawner_override": {
                                **resources(size),
                                **where.get(laboratory.slug, {}).get(name, {}),
                            },
                        }
                        for name, size in laboratory.sizes.items()
                    },
                }
            },
        }
        for laboratory in laboratories.values()
    ]


def read_values(path: Path) -> dict[str, Any]:
    """The values that zero-to-jupyterhub was installed with, as it shows them to the hub.

    Raises
    ------
    SettingsError
        If they are not there, or are no values.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(
            f"BLUECLOUD_KUBERNETES_VALUES: {path} cannot be read as YAML: {error}; "
            f"zero-to-jupyterhub puts its values there in the hub's pod"
        ) from error
    if not isinstance(values, dict):
        raise SettingsError(f"BLUECLOUD_KUBERNETES_VALUES: {path} holds no values of a chart")
    return values


def checked(
    values: Mapping[str, Any], laboratories: Mapping[str, Laboratory]
) -> dict[str, Profile]:
    """The profiles of a chart's values by their laboratory, if they are those of the declarations.

    Raises
    ------
    SettingsError
        If a laboratory or size is missing or one too many, has other limits than declared, or a
        profile sets what is not its own.
    """
    listed = (values.get("singleuser") or {}).get("profileList")
    if not isinstance(listed, list):
        raise SettingsError(f"the values have no singleuser.profileList; {_AGAIN}")
    try:
        found = {profile["slug"]: profile for profile in listed}
        offered = {slug: _offered(profile) for slug, profile in found.items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise SettingsError(
            f"singleuser.profileList is not as it was generated ({error!r}); {_AGAIN}"
        ) from error
    wanted = {slug: _offered(one) for slug, one in _by_slug(laboratories).items()}
    faults = [
        *(f"{slug} is not declared" for slug in offered.keys() - wanted.keys()),
        *(f"{slug} is missing" for slug in wanted.keys() - offered.keys()),
    ]
    for slug in sorted(wanted.keys() & offered.keys()):
        faults += _differences(slug, wanted[slug], offered[slug], found[slug])
    if faults:
        raise SettingsError(f"singleuser.profileList: {'; '.join(sorted(faults))}; {_AGAIN}")
    return found


def _by_slug(laboratories: Mapping[str, Laboratory]) -> dict[str, Profile]:
    return {profile["slug"]: profile for profile in profiles(laboratories)}


def _offered(profile: Profile) -> dict[str, dict[str, Any]]:
    choices = profile["profile_options"]["size"]["choices"]
    return {name: dict(choice["kubespawner_override"]) for name, choice in choices.items()}


def _differences(
    slug: str,
    wanted: Mapping[str, dict[str, Any]],
    offered: Mapping[str, dict[str, Any]],
    profile: Profile,
) -> list[str]:
    if list(wanted) != list(offered):
        return [f"{slug} has the sizes {', '.join(wanted)} and not {', '.join(offered)}"]
    faults = []
    if profile.get("kubespawner_override") or list(profile["profile_options"]) != ["size"]:
        faults.append(f"{slug}: a profile has sizes and no more")
    for size, declared in wanted.items():
        for name in offered[size]:
            if name not in declared and name not in PLACEMENT:
                faults.append(f"{slug}, {size}: {name} is none of {', '.join(PLACEMENT)}")
        for name, value in declared.items():
            if offered[size].get(name) != value:
                faults.append(
                    f"{slug}, {size}: {name} is {offered[size].get(name)!r}, declared is {value!r}"
                )
    return faults
