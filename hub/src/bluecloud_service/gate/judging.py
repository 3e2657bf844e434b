"""From what was found of a candidate to the checks: no engine here, and nothing is executed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

import yaml

from bluecloud_hub.labs import Laboratory

from . import packages
from .files import ImageFiles
from .report import Check, CheckName, Differences, EntryRead, NotebookRun, Package
from .seen import USER, Ended, Image
from .told import EntriesTold, ServerTold, believed

_OK = 200
_REFUSALS = frozenset({302, 401, 403})
_VERSION = re.compile(r"^(\d+)\.(\d+)")
_MOST_NAMED = 12


def laboratory_check(image: Image, laboratory: Laboratory, files: ImageFiles) -> Check:
    """Whether the image says that it is the laboratory's, and has its declaration."""
    said = image.environment.get("BLUECLOUD_LAB", "")
    declaration = f"opt/bluecloud/hub/labs/{laboratory.slug}.toml"
    faults = []
    if said != laboratory.slug:
        faults.append(f"BLUECLOUD_LAB is {said!r} in the image; it has to be {laboratory.slug!r}")
    if declaration not in files.content:
        faults.append(f"/{declaration} is not in the image")
    return _check(
        "laboratory", faults, f"It says that it is {laboratory.slug!r}, and has its declaration."
    )


def user_check(image: Image) -> Check:
    """Whether the image starts as the account that laboratories have."""
    account = image.user.partition(":")[0]
    shown = {"user": image.user}
    if account == str(USER):
        return Check(
            name="user",
            state="passed",
            sentence=f"Its user is {image.user}, as every laboratory's.",
            facts=shown,
        )
    if account in {"", "0", "root"}:
        fault = f"Its user is {image.user or 'not said, which is root'}: it would start as root"
    elif account.isdigit():
        fault = f"Its user is {image.user}: people's homes belong to {USER}"
    else:
        fault = f"Its user is {image.user!r}, a name that the image itself gives a number to"
    sentence = f"{fault}; allowed is {USER} (USER {USER} at the end of its Dockerfile)."
    return Check(name="user", state="failed", sentence=sentence, facts=shown)


def version_fault(version: str, hub: str) -> str:
    """Why a single-user server of a version does not go with a hub; empty where it does.

    JupyterHub promises it within a major version. Of the minor ones an older is refused: a
    release is to bring what the hub's own was brought up for.
    """
    found, wanted = _VERSION.match(version), _VERSION.match(hub)
    if not found or not wanted:
        return f"{version!r} is no version that can be compared with the hub's {hub}"
    mine, its = (tuple(map(int, match.groups())) for match in (found, wanted))
    if mine < its:
        return (
            f"it is too old: JupyterHub {version} is in the image and the hub is {hub}; "
            f"allowed is {its[0]}.{its[1]} and newer, below {its[0] + 1}"
        )
    if mine[0] > its[0]:
        return (
            f"it is too new: JupyterHub {version} is in the image and the hub is {hub}; "
            f"allowed is {its[0]}.{its[1]} and newer, below {its[0] + 1}"
        )
    return ""


def faults_before_start(
    image: Image, files: ImageFiles, found: Sequence[Package], hub: str
) -> list[str]:
    """What can be seen to be wrong with a server that was not started."""
    if not files.has_server:
        return [
            "jupyterhub-singleuser is not in the image: the hub starts a laboratory by it; "
            "it comes with the package jupyterhub"
        ]
    versions = packages.versions(found, "jupyterhub")
    faults = [] if versions else ["the package jupyterhub is not in the image"]
    faults += [fault for fault in (version_fault(each, hub) for each in versions) if fault]
    if not image.command:
        faults.append("the image has no command, which is what the hub starts")
    return faults


def server_check(ended: Ended, hub: str) -> Check:
    """Whether what was started is a single-user server that asks the hub whom it lets in."""
    told = believed(ServerTold, ended.told)
    if told is None:
        return _check("server", [_untold(ended)], "", log=ended.log)
    if not told.started:
        how = f" (exit status {told.exit_code})" if told.exit_code is not None else ""
        fault = f"it did not answer below /user/... within its time{how}"
        return _check("server", [fault], "", log=told.tail)
    faults = [fault for fault in [version_fault(told.version, hub)] if fault]
    if told.with_token != _OK:
        faults.append(
            f"who is logged in at the hub is answered {told.with_token}; it has to be {_OK}"
        )
    for whom, status in (("no token", told.without_token), ("a wrong token", told.wrong_token)):
        if status not in _REFUSALS:
            faults.append(f"who has {whom} is answered {status}; allowed are 302, 401 and 403")
    if "/hub/api/user" not in told.hub_asked:
        faults.append("it never asked the hub whose a token is")
    if told.page != _OK:
        faults.append(f"JupyterLab's page is answered {told.page}; it has to be {_OK}")
    return _check(
        "server",
        faults,
        f"JupyterHub {told.version} answered after {told.seconds:.1f} s; the hub is {hub}.",
        facts={"version": told.version, "hub": hub, "seconds": told.seconds, "uid": told.uid},
        log=told.tail if faults else "",
    )


def extensions_check(ended: Ended, files: ImageFiles, slug: str) -> Check:
    """Whether the panel and the laboratory's view are there, enabled, and answer."""
    told = believed(ServerTold, ended.told)
    if told is None or not told.started:
        return not_done("extensions", "The server did not start, which would say what it loads.")
    faults = []
    installed = set(_labextensions(files))
    for name in ("@bluecloud/core", f"@bluecloud/{slug}"):
        if name not in installed:
            faults.append(f"{name} is not in the image")
        elif name not in told.extensions:
            faults.append(f"{name} is in the image and not among what JupyterLab loads")
        # One plugin of it is named "<package>:<plugin>".
        elif any(each.partition(":")[0] == name for each in told.disabled):
            faults.append(f"{name} is disabled")
    if told.panel != _OK:
        faults.append(
            f"the server extension bluecloud_panel answers {told.panel} at "
            f"bluecloud/api/laboratory; it has to be {_OK}: {told.panel_says[:300]}"
        )
    elif slug not in told.panel_says:
        faults.append(f"bluecloud_panel does not say that it is of {slug!r}")
    names = sorted(set(told.extensions) - set(told.disabled))
    return _check("extensions", faults, f"Enabled: {', '.join(names)}; and bluecloud_panel.")


def entry_names(files: ImageFiles, slug: str) -> list[str]:
    """The entries that the image's catalogue names.

    Raises
    ------
    ValueError
        If there is no such catalogue, or it names none.
    """
    path = f"opt/bluecloud/catalogs/{slug}.yaml"
    try:
        declared = yaml.safe_load(files.content[path])
        names = [str(name) for name in declared["entries"]]
    except KeyError:
        raise ValueError(f"/{path} is not in the image, or has no entries") from None
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"/{path} is no catalogue: {error}") from error
    if not names:
        raise ValueError(f"/{path} names no entry")
    return list(dict.fromkeys(names))


def catalogue_check(
    ended: Ended, names: Iterable[str], decoy: str
) -> tuple[Check, tuple[EntryRead, ...]]:
    """Whether each entry was read. ``decoy`` is a name that no catalogue has, and cannot be."""
    told = believed(EntriesTold, ended.told)
    if told is None:
        return _check("catalogue", [_untold(ended)], "", log=ended.log), ()
    by_name = {each.name: each for each in told.entries}
    if decoy in by_name and not by_name[decoy].error:
        fault = "it says of an entry that does not exist that it was read: nothing of it is true"
        return _check("catalogue", [fault], "", log=told.tail), ()
    read = []
    for name in names:
        entry = by_name.get(name)
        if entry is None:
            read.append(EntryRead(name=name, state="failed", fault="nothing was told of it"))
            continue
        fault = entry.error or ("" if entry.size else "it was read, and there is nothing in it")
        read.append(
            EntryRead(
                name=name,
                state="failed" if fault else "passed",
                made=entry.made,
                size=entry.size,
                seconds=entry.seconds,
                fault=fault,
            )
        )
    faults = [f"{each.name}: {each.fault}" for each in read if each.fault]
    if decoy not in by_name and not faults:
        faults.append("it did not answer to all that it was asked")
    return _check(
        "catalogue",
        faults,
        f"All {len(read)} entries were read from their samples.",
        log=told.tail if faults else "",
    ), tuple(read)


def notebooks_check(runs: Sequence[NotebookRun]) -> Check:
    """Whether there are notebooks, and all ran to their ends."""
    faults = [f"{run.name}: {run.fault}" for run in runs if run.state != "passed"]
    if not runs:
        faults = [
            "no notebook is in /opt/bluecloud/notebooks/<slug>: a laboratory has one at least"
        ]
    longest = max((run.seconds for run in runs), default=0)
    return _check(
        "notebooks",
        faults,
        f"All {len(runs)} notebooks ran to their ends, the longest in {longest:.0f} s.",
    )


def packages_check(found: Sequence[Package]) -> Check:
    """Whether packages are listed, and ours are under no licence that they must not have."""
    faults = [
        f"{p.name} {p.version}, our own, says {p.licence!r}"
        for p in found
        if p.is_ours and p.is_gpl
    ]
    if not any(package.kind == "python" for package in found):
        faults.append("no package of Python's is in the image")
    gpl = sorted({package.name for package in found if package.is_gpl and package.kind != "debian"})
    unsaid = sum(not package.licence for package in found)
    named = ", ".join(gpl[:_MOST_NAMED]) + (", ..." if len(gpl) > _MOST_NAMED else "")
    return _check(
        "packages",
        faults,
        f"{len(found)} packages. Under the GPL, Debian's own left out: {named or 'none'}. "
        f"{unsaid} do not say their licence.",
        facts={"packages": len(found), "gpl": len(gpl), "unsaid": unsaid},
    )


def comparison_check(size: int, current: int | None, differences: Differences | None) -> Check:
    """What is different from the current release; that it is different is no fault."""
    sentence = f"{size / 1e6:.0f} MB; there is no current release to compare it with."
    if current is not None and differences is not None:
        sentence = (
            f"{size / 1e6:.0f} MB, {(size - current) / 1e6:+.0f} MB against the current release; "
            f"packages: {len(differences.added)} added, {len(differences.removed)} removed, "
            f"{len(differences.changed)} in another version."
        )
    return Check(name="comparison", state="passed", sentence=sentence)


def not_done(name: CheckName, sentence: str) -> Check:
    """A check that says why it was not done."""
    return Check(name=name, state="not done", sentence=sentence)


def step_fault(ended: Ended) -> str:
    """Why a step did not end well, as seen from outside; empty where it did."""
    if not ended.in_time:
        return f"it did not end within {ended.seconds:.0f} s and was stopped"
    if ended.out_of_memory:
        return "it used more memory than the laboratory's default size has, and was stopped"
    if ended.exit_code != 0:
        return f"it could not be done: exit status {ended.exit_code}"
    return ""


def _untold(ended: Ended) -> str:
    return step_fault(ended) or "it ended and told nothing that can be believed"


def _check(
    name: CheckName,
    faults: Sequence[str],
    passed: str,
    *,
    facts: Mapping[str, str | int | float | bool] | None = None,
    log: str = "",
) -> Check:
    if not faults:
        return Check(name=name, state="passed", sentence=passed, facts=dict(facts or {}))
    named = faults[0].partition(" ")[0].endswith(":")  # a name stays as it is
    first = faults[0] if named else faults[0][:1].upper() + faults[0][1:]
    more = f" And {len(faults) - 1} more." if len(faults) > 1 else ""
    return Check(
        name=name,
        state="failed",
        sentence=f"{first}.{more}",
        faults=tuple(faults) if len(faults) > 1 else (),
        facts=dict(facts or {}),
        log=log,
    )


def failed(name: CheckName, faults: Sequence[str], *, log: str = "") -> Check:
    """A check that failed for these faults, the first of which is its sentence."""
    return _check(name, faults, "", log=log)


def _labextensions(files: ImageFiles) -> Iterable[str]:
    for path, content in files.content.items():
        if "/share/jupyter/labextensions/" in path:
            try:
                yield str(json.loads(content)["name"])
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
