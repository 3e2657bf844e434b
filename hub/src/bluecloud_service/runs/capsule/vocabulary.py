"""The words of a crate: its context, its profiles, and what each crate refers to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Entity = dict[str, Any]

WFRUN = "https://w3id.org/ro/terms/workflow-run#"
CONTEXT: list[Any] = [
    "https://w3id.org/ro/crate/1.1/context",
    {
        term: f"{WFRUN}{term}"
        for term in (
            *("ContainerImage", "containerImage", "registry", "tag", "sha256"),
            *("environment", "resourceUsage"),
        )
    },
]
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
WORKFLOW = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
PARAMETER = "https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"
# Whose word a file is; else it is the person's.
TELLERS = {
    "service": ("#service", "The service, from its own record"),
    "runner": ("#runner", "The runner, under its seal"),
    "notebook": ("#run", "The run itself: its own word, which nobody has checked"),
}


def named() -> Iterable[Entity]:
    """What every crate refers to: profiles, the language, and whose word a file is."""
    for profile, (name, version) in PROFILES.items():
        yield {"@id": profile, "@type": "CreativeWork", "name": name, "version": version}
    for profile in (WORKFLOW, PARAMETER):
        name = profile.rsplit("/", 2)[1]
        yield {"@id": profile, "@type": "CreativeWork", "name": name, "version": "1.0-RELEASE"}
    yield {
        "@id": "#jupyter",
        "@type": "ComputerLanguage",
        "name": "Jupyter Notebook",
        "url": "https://jupyter.org/",
        "identifier": {"@id": "https://jupyter.org/"},
        "version": "4",
    }
    yield {"@id": "https://jupyter.org/", "@type": "WebSite", "name": "Project Jupyter"}
    yield {
        "@id": "#licence",
        "@type": "CreativeWork",
        "name": "No licence is given",
        "description": "The person who ran it has published it under none. What was read keeps "
        "the licences that accesses.jsonl tells.",
    }
    for name, words in TELLERS.values():
        yield {"@id": name, "@type": "Organization", "name": words, "description": words}


def a_property(name: str, label: str, value: str) -> Entity:
    """A property with a value, which another entity refers to."""
    return {"@id": name, "@type": "PropertyValue", "name": label, "value": value}


def ids(names: Iterable[str]) -> Entity | list[Entity]:
    """References; a single one is no list, as RO-Crate 1.1 recommends."""
    found: list[Entity] = [{"@id": name} for name in names]
    return found[0] if len(found) == 1 else found
