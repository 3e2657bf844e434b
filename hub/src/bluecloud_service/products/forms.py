"""What a form of a product is filled in with, as far as its run tells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from ..runs.outputs import Output
from ..runs.wire import Detail as Run
from .checks import Checked
from .lineage import Input

MOST_NAME = 60  # letters of an entry, with its laboratory and version
_VERSION = re.compile(r"_v([0-9]+)$")
_SYNTHETIC = "SYNTHETIC: "


def things(outputs: Iterable[Output]) -> dict[str, list[Output]]:
    """What a run left as a person sees it: files, and folders of Zarr as one."""
    found: dict[str, list[Output]] = {}
    for output in outputs:
        parts = PurePosixPath(output.path).parts
        at = next((n for n, part in enumerate(parts[:-1], 1) if part.endswith(".zarr")), None)
        name = output.path if at is None else "/".join(parts[:at])
        found.setdefault(name, []).append(output)
    return found


def titled(title: str, inputs: Iterable[Input]) -> str:
    """The title, which says so where an input is no observation."""
    if any(one.synthetic for one in inputs) and not title.startswith(_SYNTHETIC.strip()):
        return f"{_SYNTHETIC}{title}"
    return title


def slug_of(title: str, laboratory: str) -> str:
    """The name of a product with this title: letters, digits and underscores.

    Of a title without a letter of ours, as one in Greek, it is ``product``. It does not end as the
    name of a version does, ``_v2``, or one product's name would be that of another's version.
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    most = min(36, MOST_NAME - len(f"product_{laboratory}__v999"))
    words = words if words[:1].isalpha() or not words else f"p_{words}"
    words = _VERSION.sub(r"_\1", words[:most].strip("_"))
    return words if len(words) > 1 else "product"


def description_of(run: Run, inputs: Sequence[Input]) -> str:
    """In which laboratory it was made, by which notebook, and from what."""
    read = ", ".join(dict.fromkeys(one.title for one in inputs if one.tier != "none"))
    made_of = f" from {read}" if read else ""
    sample = " It was read from samples." if any(one.tier == "sample" for one in inputs) else ""
    return f"Made by {run.notebook} in the laboratory {run.laboratory}{made_of}.{sample}"


def keywords_of(checks: Iterable[Checked]) -> list[str]:
    """The CF names of what is in the files, as words."""
    names = [each.standard_name.replace("_", " ") for one in checks for each in one.variables]
    return [*dict.fromkeys(name for name in names if name)][:30]
