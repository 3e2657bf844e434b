"""What keeps an operator's command from doing what it was told.

::

    OperatingError
    ├── Unusable      a backup is damaged, hostile, or of another kind of deployment
    ├── NotEmpty      there is a deployment where one is to be restored
    ├── StillRunning  it is in use
    ├── DatabaseAway  PostgreSQL or its programs do not do it
    └── EngineAway    the Docker engine does not do it
"""

# ruff: noqa: N818 -- named for what is true

from collections.abc import Iterator
from contextlib import contextmanager


class OperatingError(Exception):
    """A command of an operator's was not done; what was there before is as it was."""


class Unusable(OperatingError):
    """A backup cannot be used."""


class NotEmpty(OperatingError):
    """There is a deployment already."""


class StillRunning(OperatingError):
    """The deployment is in use."""


class DatabaseAway(OperatingError):
    """A database or its programs do not answer."""


class EngineAway(OperatingError):
    """The Docker engine does not answer, or refuses."""


@contextmanager
def engine_told() -> Iterator[None]:
    """Say of the Docker engine what it does not do.

    Raises
    ------
    EngineAway
        In the place of the errors of its client.
    """
    from docker.errors import DockerException  # slow to import, for what only asks for help

    try:
        yield
    except DockerException as error:
        said = " ".join(str(error).split())[:300]
        raise EngineAway(f"the Docker engine does not do it: {said}") from error
