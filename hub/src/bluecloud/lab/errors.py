"""What can go wrong with a laboratory's release, each with what to do about it.

::

    LabError
    ├── RegistryError     the registry did not do what was asked
    │   ├── Refused       it lets this person not do it
    │   ├── Missing       it has no such thing
    │   ├── Unreachable   it does not answer, or not any more
    │   └── Damaged       what it gave is not what its digest says, or is no image
    ├── TreeError         the laboratory's tree cannot be published as it stands
    │   └── NeedsBuild    its environment is another one: a layer is not enough
    ├── BuildError        of `building`: Docker did not build the image
    └── Unresolved        of `releases`: no release is meant, or several are
"""

# ruff: noqa: N818 -- named for what is true


class LabError(Exception):
    """A laboratory's release was not made; the message says why."""


class RegistryError(LabError):
    """The registry did not do what was asked."""


class Refused(RegistryError):
    """The registry lets this person not do it."""


class Missing(RegistryError):
    """The registry has no such thing."""


class Unreachable(RegistryError):
    """The registry does not answer, or not any more."""


class Damaged(RegistryError):
    """What the registry gave is not what its digest says, or is no image."""


class TreeError(LabError):
    """The laboratory's tree cannot be published as it stands."""


class NeedsBuild(TreeError):
    """The tree asks for another environment than the current release has."""
