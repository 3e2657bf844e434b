"""What can go wrong between a notebook and a provider, one kind for each answer one can give it.

::

    DataError
    ├── CatalogueError        a catalogue's file cannot be used: correct the file
    │   └── UnknownEntry      no entry has that name: choose another
    ├── ParameterError        the request is not one the entry takes: correct the call
    │   └── RequestTooLarge   it is, and it is too much at once: ask for less
    ├── UnusableFile          a person's own file says too little, or something wrong: correct it
    ├── NotLazy               the entry cannot be read piece by piece: use .read()
    ├── TierError             the policy leaves no tier to read from: change the policy
    └── SourceError           the provider
        ├── SourceUnavailable     gave no answer: try later, or another tier
        ├── MalformedAnswer       gave an answer that is not what its protocol promises
        ├── CredentialRequired    wants a login, and had none or one it does not take
        ├── LicenceNotAccepted    wants its terms accepted by the person who asks
        ├── RequestRefused        answered that it does not take this request
        └── NotFound              answered that there is no such thing

An empty answer is none of these: it is an empty result.
"""

# ruff: noqa: N818 -- named for what is true; a suffix on each would say it twice

import sysconfig
import traceback
from pathlib import Path


class DataError(Exception):
    """Data of a catalogue could not be had.

    A notebook shows the person's own lines that led to it and the message, which is made to be
    enough. The whole traceback, through readers and the network's libraries and of every error
    behind this one, would bury both; ``%debug`` and ``traceback.print_exc()`` still have it.
    """

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        ours = str(Path(__file__).parent)
        others = tuple(sysconfig.get_paths()[kind] for kind in ("stdlib", "purelib", "platlib"))
        lines = []
        for frame in traceback.extract_tb(self.__traceback__):
            if frame.filename.startswith(ours):
                break  # from here on it is our doing
            if not frame.filename.startswith(others):
                lines.append(f"line {frame.lineno}: {frame.line}")
        return [*lines, f"{type(self).__name__}: {self}"]


class CatalogueError(DataError):
    """A file of the catalogues cannot be used as it stands."""


class UnknownEntry(CatalogueError, KeyError):
    """A catalogue has no entry of that name."""

    def __str__(self) -> str:
        """Give the message as it is; a KeyError would quote it."""
        return str(self.args[0])


class ParameterError(DataError, ValueError):
    """A request has a parameter that the entry does not take, or a value it cannot have."""


class RequestTooLarge(ParameterError):
    """A request is well formed and asks for more than is read at once."""


class UnusableFile(DataError, ValueError):
    """A person's own file cannot be used as it stands; the message says where, and what would."""


class NotLazy(DataError):
    """An entry was asked for lazily, which its protocol or its form does not allow."""


class TierError(DataError):
    """The policy of tiers names none that the entry can be read from."""


class SourceError(DataError):
    """A provider did not give what was asked for."""


class SourceUnavailable(SourceError):
    """A provider gave no answer, or one that says it cannot answer now."""


class MalformedAnswer(SourceError):
    """A provider's answer is not what its protocol promises, or is not whole."""


class CredentialRequired(SourceError):
    """A provider wants a login: there is none, or it has ended, or it is not taken."""


class LicenceNotAccepted(SourceError):
    """A provider wants its terms accepted first, which nobody but the person can do."""


class RequestRefused(SourceError):
    """A provider understood nothing of the request, or says why it does not take it."""


class NotFound(SourceError):
    """A provider answered that what was asked for does not exist."""
