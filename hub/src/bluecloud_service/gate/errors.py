"""What keeps a candidate from being checked at all; what a check finds is in its report.

::

    GateError
    ├── NoSuchImage    the image is not on this server
    ├── GateBusy       another candidate is being checked
    └── EngineSilent   the Docker engine does not answer, or refuses
"""

# ruff: noqa: N818 -- named for what is true


class GateError(Exception):
    """The candidate could not be checked: nothing is known of it."""


class NoSuchImage(GateError):
    """The image is not on this server."""


class GateBusy(GateError):
    """Another candidate of this deployment is being checked."""


class EngineSilent(GateError):
    """The Docker engine does not answer, or does not do what it is asked."""
