"""Checking the files of a product, away from this process: they are a stranger's.

On engine ``local`` it is a process with limits of time and memory, without the service's
environment; with containers, one of the image that the run was executed in, without network, as an
ordinary user, that sees the files and cannot write to them. Of what the program says its form is
believed, and that it names the files that were asked for: each of them, in their order.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from ..errors import NotNow
from ..texts import printed

SECONDS = 120
MEMORY_BYTES = 4 * 2**30
_MOST_TOLD = 4 * 2**20
_USER = 1000
_LABEL = "bluecloud.product"
_PROGRAM = Path(__file__).parent / "inside"
_START = "import sys\n\nfrom inside.check import main\n\nsys.exit(main())\n"
_Words = Annotated[str, Field(max_length=600), AfterValidator(printed)]


class Variable(BaseModel):
    """A variable or column: its name, unit and CF standard name, empty where not told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=100), AfterValidator(printed)]
    units: Annotated[str, Field(max_length=60), AfterValidator(printed)] = ""
    standard_name: Annotated[str, Field(max_length=100)] = ""


class Checked(BaseModel):
    """What was found of one file; with an error it cannot be published.

    Attributes
    ----------
    bbox, time
        West, south, east, north in degrees; first and last moment, in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, Field(max_length=1000)]
    kind: Literal["grid", "occurrences", "genomics", "table", "document"]
    errors: tuple[_Words, ...] = ()
    warnings: tuple[_Words, ...] = ()
    variables: tuple[Variable, ...] = ()
    rows: Annotated[int, Field(ge=0)] | None = None
    bbox: tuple[float, float, float, float] | None = None
    time: (
        tuple[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=40)]] | None
    ) = None

    @field_validator("bbox")
    @classmethod
    def _on_earth(
        cls, box: tuple[float, float, float, float] | None
    ) -> tuple[float, float, float, float] | None:
        if box and not (-180 <= box[0] <= box[2] <= 360 and -90 <= box[1] <= box[3] <= 90):
            raise ValueError("it is west, south, east, north in degrees")
        return box

    @property
    def is_data(self) -> bool:
        """Whether it is more than a picture or a text about data."""
        return self.kind != "document"


class Checks(Protocol):
    """What checks files."""

    def check(self, folder: Path, names: Sequence[str], image: str) -> list[Checked]:
        """What is found of each.

        Parameters
        ----------
        folder, names
            Plain files, or folders of Zarr, below a folder that only the service writes to.
        image
            The image that the run was executed in; empty where there are no containers.

        Raises
        ------
        NotNow
            If nothing can be checked now.
        """


class NoChecks:
    """Checks where a stranger's files cannot be opened apart from this process and its secrets.

    Parameters
    ----------
    where
        The deployment, as ``on Kubernetes``.
    """

    def __init__(self, where: str) -> None:
        self._where = where

    def check(self, folder: Path, names: Sequence[str], image: str = "") -> list[Checked]:
        """See `Checks`: nothing can be checked."""
        raise NotNow(f"this deployment is {self._where}, where products are not checked yet")


class LocalChecks:
    """Checks in a process of this machine, one at a time."""

    def __init__(self, *, seconds: int = SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._seconds = seconds
        self._memory = memory_bytes
        self._one = threading.Lock()

    def check(self, folder: Path, names: Sequence[str], image: str = "") -> list[Checked]:
        """See `Checks`."""
        with self._one, tempfile.TemporaryDirectory(prefix="bluecloud-check-") as own:
            order = Path(own) / "order.json"
            (Path(own) / "check.zip").write_bytes(_program())
            order.write_bytes(order_of(str(folder), names, self._seconds, self._memory))
            with (Path(own) / "told").open("w+b") as told:
                ended = self._run(order, told)
                told.seek(0)
                return believed(told.read(_MOST_TOLD), names, ended)

    def _run(self, order: Path, told: Any) -> str:
        """Run it; why it ended without an answer, as far as that is known."""
        child = subprocess.Popen(
            [sys.executable, "-I", str(order.with_name("check.zip")), str(order)],
            env={"PATH": os.defpath, "HOME": str(order.parent), "OMP_NUM_THREADS": "1"},
            cwd=order.parent,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            code = child.wait(self._seconds)
        except subprocess.TimeoutExpired:
            return f"it took more than {self._seconds} s"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        return "" if code == 0 else _why(code)


def _program() -> bytes:
    """The program that opens files, as one archive that Python executes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("__main__.py", _START)
        for path in sorted(_PROGRAM.glob("*.py")):
            archive.write(path, f"inside/{path.name}")
    return made.getvalue()


def order_of(folder: str, names: Sequence[str], seconds: int, memory_bytes: int) -> bytes:
    """What the program is told."""
    told = {"folder": folder, "names": [*names], "seconds": seconds, "memory_bytes": memory_bytes}
    return json.dumps(told).encode()


def believed(said: bytes, names: Sequence[str], ended: str) -> list[Checked]:
    """What the program said of these files, where it has the form; else an error of each."""
    lines = said.splitlines()
    try:
        found = TypeAdapter(list[Checked]).validate_json(lines[-1] if lines else b"")
    except ValidationError:
        found = []
    if [one.path for one in found] == [*names] and not ended:
        return found
    words = ended or "what opened it gave no answer"
    return [
        Checked(path=n, kind="document", errors=(f"it cannot be checked: {words}",)) for n in names
    ]


def _why(code: int) -> str:
    if code in {-signal.SIGKILL, 128 + signal.SIGKILL}:
        return "it needed more memory or time than a check has"
    if code in {-signal.SIGXCPU, 128 + signal.SIGXCPU}:
        return "it took more time than a check has"
    return f"what opened it broke down (status {code})"


class DockerChecks:
    """Checks in a container of the laboratory's image, one at a time.

    Parameters
    ----------
    deployment
        The name that containers of this deployment bear.
    """

    def __init__(
        self,
        deployment: str,
        *,
        pids_limit: int,
        seconds: int = SECONDS,
        memory: int = MEMORY_BYTES,
    ) -> None:
        self._deployment = deployment
        self._pids_limit = pids_limit
        self._seconds = seconds
        self._memory = memory
        self._one = threading.Lock()

    def check(self, folder: Path, names: Sequence[str], image: str) -> list[Checked]:
        """See `Checks`."""
        from ..gate.files import archive_of

        order = order_of("/product", names, self._seconds, 0)
        where = f"check-{secrets.token_hex(8)}"
        beside = {"check.zip": _program(), "order.json": order}
        with self._one, _engine() as api, self._container(api, folder, image, where) as made:
            api.put_archive(made, "/", archive_of(beside, folder=where, uid=_USER))
            api.start(made)
            ended = self._wait(api, made)
            said = b""
            for piece in api.logs(made, stdout=True, stderr=False, stream=True, follow=False):
                said = (said + piece)[-_MOST_TOLD:]
            return believed(said, names, ended)

    def sweep(self) -> None:
        """Remove what a service that was killed has left."""
        labels = [f"bluecloud.deployment={self._deployment}", _LABEL]
        with _engine() as api:
            for left in api.containers(all=True, filters={"label": labels}):
                api.remove_container(left["Id"], v=True, force=True)

    def _wait(self, api: Any, container: str) -> str:
        until = time.monotonic() + self._seconds
        while (state := api.inspect_container(container)["State"])["Running"]:
            if time.monotonic() > until:
                return f"it took more than {self._seconds} s"
            time.sleep(0.1)
        if state["OOMKilled"]:
            return "it needs more memory than a check has: publish it in parts"
        return "" if state["ExitCode"] == 0 else _why(state["ExitCode"])

    @contextmanager
    def _container(self, api: Any, folder: Path, image: str, where: str) -> Iterator[str]:
        made = api.create_container(
            image,
            ["-I", f"/{where}/check.zip", f"/{where}/order.json"],
            entrypoint=["/opt/venv/bin/python"],
            name=f"{self._deployment}-product-{secrets.token_hex(6)}",
            user=f"{_USER}:{_USER}",
            hostname="check",
            environment={"HOME": "/tmp", "OMP_NUM_THREADS": "1"},  # noqa: S108 - the container's own
            labels={"bluecloud.deployment": self._deployment, _LABEL: "check"},
            working_dir="/",
            network_disabled=True,
            host_config=api.create_host_config(
                binds={str(folder): {"bind": "/product", "mode": "ro"}},
                network_mode="none",
                cap_drop=["ALL"],
                security_opt=["no-new-privileges:true"],
                pids_limit=self._pids_limit,
                mem_limit=self._memory,
                memswap_limit=self._memory,
                cpu_period=100_000,
                cpu_quota=100_000,
                tmpfs={"/tmp": "rw,noexec,nosuid,nodev,size=64m"},  # noqa: S108
                log_config={"type": "json-file", "config": {"max-size": "8m", "max-file": "1"}},
                restart_policy={"Name": "no"},
            ),
        )["Id"]
        try:
            yield made
        finally:
            api.remove_container(made, v=True, force=True)


@contextmanager
def _engine() -> Iterator[Any]:
    """A client of the Docker engine; what it refuses is that nothing can be checked now."""
    import docker
    import docker.errors
    import requests

    try:
        api = docker.APIClient(version="auto", timeout=60, **docker.utils.kwargs_from_env())
        try:
            yield api
        finally:
            api.close()
    except docker.errors.ImageNotFound as error:
        raise NotNow("the image that the run was executed in is gone: run it again") from error
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise NotNow(
            f"the files cannot be checked, since Docker does not do it: {error}"
        ) from error
