"""A capsule's metadata: RO-Crate 1.1 with Workflow Run Crate 0.5, of what is known of a run.

The versions belong together: 0.5 is the last that the profiles' validator checks, and is defined
on 1.1. It is plain JSON written here, and not by the library ``rocrate``: that copies every file
into a tree of its own, is untyped, and would be one more program between what is known and what
is said. The few terms that RO-Crate 1.1 lacks are defined in the metadata itself, with the IRIs
that Workflow Run Crate gives them, so that only RO-Crate's own context is ever fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from bluecloud_runner.environment import Environment
from bluecloud_runner.folders import Request

from ..state import State
from .parts import KINDS, METADATA, OUTPUTS, Part, encoding
from .told import Access
from .vocabulary import (
    CONTEXT,
    PARAMETER,
    PROFILES,
    TELLERS,
    WFRUN,
    WORKFLOW,
    Entity,
    a_property,
    ids,
    named,
)

_PYTHON, _R = "https://www.python.org/", "https://www.r-project.org/"
_TYPES = {"integer": "Integer", "number": "Float", "boolean": "Boolean", "string": "Text"}


@dataclass(frozen=True)
class Known:
    """All that a crate is made of.

    Attributes
    ----------
    schema
        Of the notebook's parameters, as JSON Schema.
    words
        What a reader should know of the capsule: what is not in it, and why.
    """

    request: Request
    state: State
    title: str
    schema: Mapping[str, Any]
    environment: Environment | None
    accesses: Sequence[Access]
    parts: Sequence[Part]
    words: Sequence[str] = field(default=())


def crate(known: Known) -> bytes:
    """The content of ``ro-crate-metadata.json``."""
    graph = [
        _descriptor(),
        _root(known),
        *_files(known),
        *_parameters(known),
        *_sources(known.accesses),
        *_surroundings(known),
        _action(known),
        {"@id": _person(known.request), "@type": "Person", "name": known.request.person},
        *named(),
    ]
    told = {"@context": CONTEXT, "@graph": graph}
    return json.dumps(told, indent=1, ensure_ascii=False).encode("utf-8", "replace")


def _descriptor() -> Entity:
    return {
        "@id": METADATA,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": [
            {"@id": "https://w3id.org/ro/crate/1.1"},
            {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"},
        ],
    }


def _root(known: Known) -> Entity:
    request = known.request
    said = [
        f"Run {request.id} of {request.notebook} in the laboratory {request.laboratory}, "
        f"which {_ended(known.state)}.",
        *known.words,
    ]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": known.title or f"Run of {request.notebook}",
        "description": " ".join(said),
        "datePublished": _time(known.state.ended or request.submitted),
        "license": {"@id": "#licence"},
        "conformsTo": ids(PROFILES),
        "mainEntity": {"@id": "notebook.ipynb"},
        "hasPart": ids([*(_id(part.path) for part in known.parts), *_source_ids(known.accesses)]),
        "mentions": {"@id": _action_id(request)},
        "author": {"@id": _person(request)},
    }


def _ended(state: State) -> str:
    if state.name == "succeeded":
        return "succeeded"
    why = f": {state.cause.words}" if state.cause else ""
    return ("failed" if state.name == "failed" else "was cancelled") + why.rstrip(".")


def _files(known: Known) -> Iterable[Entity]:
    for part in known.parts:
        kind = KINDS.get(part.path)
        whose = _person(known.request) if part.by == "person" else TELLERS[part.by][0]
        entity: Entity = {
            "@id": _id(part.path),
            "@type": "File",
            "name": kind.name if kind else part.path.removeprefix(OUTPUTS),
            "encodingFormat": kind.encoding if kind else encoding(part.path),
            "contentSize": str(part.bytes),
            "sha256": part.sha256,
            "creator": {"@id": whose},
        }
        if part.path == "notebook.ipynb":
            entity |= _workflow(known)
        elif part.path.startswith(OUTPUTS):
            entity["exampleOfWork"] = {"@id": "#outputs"}
        yield entity


def _workflow(known: Known) -> Entity:
    request = known.request
    workflow: Entity = {
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": request.notebook,
        "version": f"sha256:{request.notebook_sha256}",
        "programmingLanguage": {"@id": "#jupyter"},
        "conformsTo": {"@id": WORKFLOW},
        "input": ids(f"#parameter-{quote(name)}" for name in request.parameters),
    }
    if _outputs(known):
        workflow["output"] = {"@id": "#outputs"}
    return workflow


def _outputs(known: Known) -> list[str]:
    return [_id(part.path) for part in known.parts if part.path.startswith(OUTPUTS)]


def _parameters(known: Known) -> Iterable[Entity]:
    properties = known.schema.get("properties", {})
    for name, value in known.request.parameters.items():
        schema = properties.get(name, {})
        number = quote(name)
        formal: Entity = {
            "@id": f"#parameter-{number}",
            "@type": "FormalParameter",
            "name": name,
            "additionalType": _TYPES.get(str(schema.get("type")), "PropertyValue"),
            "conformsTo": {"@id": PARAMETER},
            "valueRequired": "default" not in schema,
            "workExample": {"@id": f"#value-{number}"},
        }
        if schema.get("description"):
            formal["description"] = str(schema["description"])
        if schema.get("default") is not None:
            formal["defaultValue"] = _plain(schema["default"])
        yield formal
        yield {
            "@id": f"#value-{number}",
            "@type": "PropertyValue",
            "name": name,
            "value": _plain(value),
            "exampleOfWork": {"@id": f"#parameter-{number}"},
        }
    if outputs := _outputs(known):
        yield {
            "@id": "#outputs",
            "@type": "FormalParameter",
            "name": "outputs",
            "additionalType": "File",
            "conformsTo": {"@id": PARAMETER},
            "workExample": ids(outputs),
        }


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _source_ids(accesses: Sequence[Access]) -> list[str]:
    return list(_distinct(accesses))


def _distinct(accesses: Sequence[Access]) -> dict[str, Access]:
    """Each dataset that was read, once: what was asked of it is in ``accesses.jsonl``."""
    found: dict[str, Access] = {}
    for access in accesses:
        said = json.dumps(
            [access.source, access.entry, access.tier, access.dataset_version, access.checksum]
        )
        found.setdefault(f"urn:uuid:{uuid5(NAMESPACE_URL, said)}", access)
    return found


def _sources(accesses: Sequence[Access]) -> Iterable[Entity]:
    for name, access in _distinct(accesses).items():
        yield {
            "@id": name,
            "@type": "Dataset",
            "name": access.title or access.entry,
            "identifier": f"{access.source}:{access.entry}",
            "description": f"Read from the {access.tier} tier of {access.entry}, as the run says.",
            "version": access.dataset_version or "not told",
            "license": access.licence or "not told",
            "citation": access.citation or "not told",
            "creator": {"@id": "#run"},
            "additionalProperty": ids([f"{name}#tier", f"{name}#checksum"]),
        }
        yield a_property(f"{name}#tier", "tier", access.tier)
        yield a_property(f"{name}#checksum", "checksum", access.checksum)


def _surroundings(known: Known) -> Iterable[Entity]:
    request, environment = known.request, known.environment
    if request.image:
        name, _, digest = request.image.rpartition("sha256:")
        yield {
            "@id": "#image",
            "@type": "ContainerImage",
            "additionalType": {"@id": f"{WFRUN}DockerImage"},
            "name": name.rstrip("@") or f"bluecloud/{request.laboratory}",
            "registry": "none: made where it runs",
            "tag": request.version,
            "sha256": digest,
        }
    if environment is not None:
        for name, value in environment.settings.items():
            yield a_property(f"#setting-{name}", name, value)
        is_r = request.kernel == "ir"
        yield {
            "@id": _R if is_r else _PYTHON,
            "@type": "SoftwareApplication",
            "name": "R" if is_r else "Python",
            "url": _R if is_r else _PYTHON,
            "softwareVersion": environment.r_packages.get("base", "not told")
            if is_r
            else environment.python,
        }
    verdict = known.state.verdict
    if verdict is not None:
        for name, number, unit in (
            ("wall time", verdict.usage.wall_s, "SEC"),
            ("processor time", verdict.usage.cpu_s, "SEC"),
            ("peak memory", verdict.usage.peak_bytes, "BYTE"),
        ):
            use = a_property(f"#use-{quote(name)}", name, str(number))
            yield {**use, "unitCode": f"https://qudt.org/vocab/unit/{unit}"}


def _action(known: Known) -> Entity:
    request, state, verdict = known.request, known.state, known.state.verdict
    good = state.name == "succeeded"
    values = [f"#value-{quote(name)}" for name in request.parameters]
    results = [_id(part.path) for part in known.parts if part.path in {"executed.ipynb", "log.txt"}]
    action: Entity = {
        "@id": _action_id(request),
        "@type": "CreateAction",
        "name": f"Run {request.id}",
        "description": f"{request.notebook}, executed by {request.person}, {_ended(state)}",
        "instrument": {"@id": "notebook.ipynb"},
        "agent": {"@id": _person(request)},
        "object": ids([*values, *_source_ids(known.accesses)]),
        "result": ids([*_outputs(known), *results]),
        "actionStatus": f"http://schema.org/{'Completed' if good else 'Failed'}ActionStatus",
        "endTime": _time(state.ended or request.submitted),
    }
    if state.started:
        action["startTime"] = _time(state.started)
    if not good:
        action["error"] = state.cause.words if state.cause else state.name
    if request.image:
        action["containerImage"] = {"@id": "#image"}
    if known.environment is not None:
        action["environment"] = ids(f"#setting-{n}" for n in known.environment.settings)
    if verdict is not None:
        names = ("wall time", "processor time", "peak memory")
        action["resourceUsage"] = ids(f"#use-{quote(name)}" for name in names)
    return action


def _action_id(request: Request) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, request.id)}"


def _person(request: Request) -> str:
    return f"#person-{quote(request.person, safe='')}"


def _id(path: str) -> str:
    return quote(path)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
