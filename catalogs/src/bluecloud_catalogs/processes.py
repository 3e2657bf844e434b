"""Jobs of an OGC API Processes server, as D4Science's computing platform is one.

A job is accepted, runs, and is successful, failed or dismissed; the last three it does not
leave again. It goes on when the notebook that began it has ended, so that its identifier is all
one needs to come back to it. To wait is to ask until it ends, less and less often; who waits
too long is told so, and the job goes on.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .answers import as_json
from .errors import DataError, MalformedAnswer, ParameterError, SourceUnavailable
from .places import Ask

if TYPE_CHECKING:
    from .places import File

State = Literal["accepted", "running", "successful", "failed", "dismissed"]
ENDED: frozenset[State] = frozenset({"successful", "failed", "dismissed"})
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 30.0
_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$"
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}
Scalar = str | int | float | bool


class JobFailed(DataError):  # noqa: N818 -- as in errors.py
    """A job ended otherwise than well; the message is the server's."""


class Job(BaseModel):
    """What a server says of a job. ``progress`` is in percent."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, Field(alias="jobID", pattern=_NAME)]
    status: State
    message: str = ""
    progress: Annotated[int, Field(ge=0, le=100)] | None = None

    @property
    def has_ended(self) -> bool:
        """Whether it will not change any more."""
        return self.status in ENDED


class Execution(BaseModel):
    """What a process is to do: its inputs, by name, and which outputs are wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    process: Annotated[str, Field(pattern=_NAME)]
    inputs: Mapping[Annotated[str, Field(pattern=_NAME)], Scalar] = {}
    outputs: tuple[Annotated[str, Field(pattern=_NAME)], ...] = ()


@dataclass(frozen=True)
class Processes:
    """A server of processes.

    ``fetch`` asks it: a place's, or that of a login in a context
    (:class:`bluecloud_catalogs.contexts.ContextLogin`); ``service`` is its name there.
    """

    fetch: Callable[[Sequence[Ask]], list[File]]
    service: str = "ccp"

    def execute(self, execution: Execution) -> Job:
        """Begin a job.

        Raises
        ------
        RequestRefused, NotFound
            If the server does not take the inputs, or has no such process.
        SourceError
            If it gives no proper answer: the job may have begun all the same.
        """
        outputs = {name: {"transmissionMode": "value"} for name in execution.outputs}
        body = {"inputs": dict(execution.inputs), "outputs": outputs, "response": "raw"}
        file = self._ask(
            Ask(
                f"processes/{execution.process}/execution",
                self.service,
                "POST",
                json.dumps(body).encode(),
                _JSON,
                frozenset({201}),
                repeatable=False,
            )
        )
        told = as_json(file)
        if isinstance(told, dict):
            told = {"status": "accepted", **told}
        return _job(told, file.path)

    def job(self, id: str) -> Job:
        """What is known of a job.

        Raises
        ------
        NotFound
            If there is none.
        """
        file = self._ask(Ask(f"jobs/{_checked(id)}", self.service))
        return _job(as_json(file), file.path)

    def dismiss(self, id: str) -> Job:
        """Stop a job, or forget one that has ended."""
        ask = Ask(f"jobs/{_checked(id)}", self.service, "DELETE", statuses=frozenset({200}))
        file = self._ask(ask)
        return _job(as_json(file), file.path)

    def results(self, id: str) -> Mapping[str, Any]:
        """The outputs of a job that went well.

        Raises
        ------
        JobFailed
            If it did not.
        ParameterError
            If it has not ended.
        """
        job = self.job(id)
        if not job.has_ended:
            raise ParameterError(f"job {id} is {job.status}: its results come when it has ended")
        if job.status != "successful":
            raise JobFailed(f"job {id} is {job.status}: {job.message or 'no reason is given'}")
        told = as_json(self._ask(Ask(f"jobs/{id}/results", self.service)))
        if not isinstance(told, dict):
            raise MalformedAnswer(f"jobs/{id}/results: they are no object")
        return told

    def wait(
        self, id: str, *, deadline_s: float, pause: Callable[[float], None] = time.sleep
    ) -> Job:
        """The job when it has ended, however it did.

        Raises
        ------
        SourceUnavailable
            If it has not ended in time; it goes on.
        """
        begun, pause_s = time.monotonic(), _FIRST_PAUSE_S
        while not (job := self.job(id)).has_ended:
            left = deadline_s - (time.monotonic() - begun)
            if left <= 0:
                raise SourceUnavailable(
                    f"job {id} is still {job.status} after {deadline_s:g} s: it goes on, and can "
                    "be asked for again by this identifier"
                )
            pause(min(pause_s, left))
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        return job

    def _ask(self, ask: Ask) -> File:
        return self.fetch([ask])[0]


def _checked(id: str) -> str:

    if not re.fullmatch(_NAME, id):
        raise ParameterError(f"{id!r} is no identifier of a job")
    return id


def _job(told: Any, where: str) -> Job:
    try:
        return Job.model_validate(told)
    except ValidationError as error:
        raise MalformedAnswer(
            f"{where}: it is no job: it must have jobID, and a status of "
            f"{', '.join(get_args(State))}"
        ) from error
