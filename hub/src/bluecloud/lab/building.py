"""Images that are built on the manager's machine, with Docker, from ``images/`` of a checkout.

Docker builds and gives the image as an archive. It is sent to the registry by `saved`, so that
Docker needs neither a login nor a tag there, and no tag is moved.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .environment import environment_of
from .errors import LabError, TreeError
from .publish import repository_of

BASE_IMAGE = "debian:bookworm-slim"
_KEPT_LINES = 30
Line = Callable[[str], None]


class BuildError(LabError):
    """Docker did not build the image; the message has its last lines."""


def build(
    slug: str,
    tree: Path,
    *,
    version: str,
    revision: str,
    base: str = "bluecloud/base",
    tools: str = "bluecloud/tools",
    told: Line = lambda _: None,
) -> str:
    """Build a laboratory's image, and give its id.

    Raises
    ------
    TreeError
        If the tree is no checkout with ``images/lab.Dockerfile``.
    BuildError
        If Docker does not build it.
    """
    repository_of(slug)
    _expect(tree, f"images/{slug}/requirements.txt", "images/lab.Dockerfile")
    _expect(tree, f"extensions/{slug}/labextension", "extensions/core/labextension")
    said = {
        "BASE": base,
        "TOOLS": tools,
        "LAB": slug,
        "VERSION": version,
        "REVISION": revision or "unknown",
        "ENVIRONMENT": environment_of(tree, slug),
    }
    return _built(tree, "images/lab.Dockerfile", said, told=told)


def build_base(
    tree: Path, *, revision: str, base_image: str, pull: bool, told: Line
) -> tuple[str, str]:
    """Build the base of all laboratories anew, with today's updates; its name and the tools'.

    They have names, of this machine alone, since not every builder stands on an image by its id.

    Raises
    ------
    TreeError, BuildError
        As `build`.
    """
    _expect(tree, "images/base/Dockerfile", "extensions/core/labextension")
    words = ["--no-cache", *(["--pull"] if pull else [])]
    said = {"BASE_IMAGE": base_image, "REVISION": revision or "unknown"}
    dockerfile = "images/base/Dockerfile"
    # The base first: what it leaves in the cache are the layers that the tools are made of.
    base, tools = "bluecloud/rebuilt-base", "bluecloud/rebuilt-tools"
    _built(tree, dockerfile, said, more=[*words, "--tag", base], told=told)
    _built(tree, dockerfile, said, more=["--target", "tools", "--tag", tools], told=told)
    return base, tools


@contextmanager
def saved_image(image: str) -> Iterator[Path]:
    """An image as an archive of Docker's, for as long as it is needed.

    Raises
    ------
    BuildError
        If Docker does not give it.
    """
    with tempfile.TemporaryDirectory(prefix="bluecloud-") as folder:
        path = Path(folder) / "image.tar"
        done = subprocess.run(
            [_docker(), "save", "--output", str(path), image],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BuildError(f"Docker does not give the image {image}: {done.stderr.strip()}")
        yield path


def revision_of(tree: Path) -> str:
    """The commit that a checkout is at; empty where that is not known."""
    git = shutil.which("git")
    if git is None:
        return ""
    words = [git, "-C", str(tree), "rev-parse", "--short", "HEAD"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()


def _built(
    tree: Path,
    dockerfile: str,
    said: dict[str, str],
    *,
    more: Sequence[str] = (),
    told: Line,
) -> str:
    with tempfile.TemporaryDirectory(prefix="bluecloud-") as folder:
        named = Path(folder) / "image"
        words = [_docker(), "build", "--file", dockerfile, "--iidfile", str(named), *more]
        for name, value in said.items():
            words += ["--build-arg", f"{name}={value}"]
        kept: deque[str] = deque(maxlen=_KEPT_LINES)
        with subprocess.Popen(
            [*words, "."],
            cwd=tree,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as program:
            for line in program.stdout or ():
                kept.append(line.rstrip())
                told(kept[-1])
        if program.returncode:
            lines = "\n  ".join(kept)
            raise BuildError(f"{dockerfile} was not built; Docker's last lines:\n  {lines}")
        return named.read_text().strip()


def _expect(tree: Path, *names: str) -> None:
    for name in names:
        if not (tree / name).exists():
            hint = "; 'make install' builds the extensions" if "labextension" in name else ""
            raise TreeError(f"{name} is not in {tree}: an image is built from a checkout{hint}")


def _docker() -> str:
    found = shutil.which("docker")
    if found is None:
        raise BuildError(
            "there is no docker here: an environment is built on a machine that has it; a change "
            "of notebooks, catalogue or declaration alone needs none: bluecloud lab publish"
        )
    return found
