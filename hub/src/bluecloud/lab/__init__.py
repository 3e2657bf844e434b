"""A laboratory's releases, as its manager makes them: without Docker, through the registry's API.

`publish` appends a laboratory's notebooks, catalogue and declaration to its current release, and
`compare` says what would change. The package asks nothing but a registry and whoever gives tokens.

No library is used for the registry: ``oras``, the one that is kept, checks no digest of what it
fetches, goes on with no broken upload, sends logins to whatever address a registry names, and has
no types.
"""

from .contents import Differences
from .errors import (
    Damaged,
    LabError,
    Missing,
    NeedsBuild,
    Refused,
    RegistryError,
    TreeError,
    Unreachable,
)
from .images import Digest
from .publish import Step, compare, publish
from .registry import Registry

__all__ = [
    "Damaged",
    "Differences",
    "Digest",
    "LabError",
    "Missing",
    "NeedsBuild",
    "Refused",
    "Registry",
    "RegistryError",
    "Step",
    "TreeError",
    "Unreachable",
    "compare",
    "publish",
]
