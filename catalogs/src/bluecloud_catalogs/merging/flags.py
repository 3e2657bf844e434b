"""The flags of a variable, whichever way it has them: in L20, and as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..qc import Scheme, decoded, to_l20

if TYPE_CHECKING:
    import pandas as pd

# What an attribute that names a scheme has in it, in lower case.
_SCHEMES: Mapping[str, Scheme] = MappingProxyType(
    {
        "seadatanet": "l20",
        "sdn:l20": "l20",
        "l20": "l20",
        "argo": "argo",
        "oceansites": "oceansites",
        "qartod": "qartod",
        "woce ctd": "woce ctd",
        "woce": "woce water",
        "whp": "woce water",
        "gtspp": "gtspp",
        "iode": "iode",
        "medatlas": "medatlas",
    }
)


@dataclass(frozen=True)
class FlagVariable:
    """A variable or column of flags: its name, and the scheme that it says it is in."""

    name: str
    scheme: Scheme | None


@dataclass(frozen=True)
class Flags:
    """Flags of every row: L20 codes, what was there, and in which scheme that is."""

    l20: Any
    native: Any
    scheme: str


def scheme_told(attrs: Mapping[str, Any]) -> Scheme | None:
    """The scheme that a variable's attributes name; none if they name none that is known."""
    words = " ".join(
        str(attrs.get(key, ""))
        for key in ("sdn_conventions_urn", "conventions", "Conventions", "scheme", "long_name")
    ).casefold()
    return next((scheme for part, scheme in _SCHEMES.items() if part in words), None)


def flags_of(table: pd.DataFrame, told: Sequence[FlagVariable]) -> Flags:
    """The flags of a variable; "0", no quality control, where it has none.

    Of several the one in L20 is used as it is, and another as the native one. A flag in a scheme
    that nobody names says nothing: it is kept, and is "0" in L20.
    """
    l20 = next((each for each in told if each.scheme == "l20"), None)
    native = next((each for each in told if each.scheme != "l20"), None)
    kept = table[native.name] if native else None
    if l20 is not None:
        codes = table[l20.name]
        # Of our own they are ASCII bytes, of which the least is 48; a table may have plain numbers.
        ascii_bytes = codes.dtype.kind in "iu" and (codes >= ord("0")).all()
        text = decoded(codes) if ascii_bytes else to_l20(codes.to_numpy(), "l20")
        shown = _shown(kept) if kept is not None else text
        scheme = (native.scheme or "unknown") if native else "l20"
        return Flags(text, shown, scheme)
    if native is not None and kept is not None:
        if native.scheme is None:
            return Flags("0", _shown(kept), "unknown")
        return Flags(to_l20(kept.to_numpy(), native.scheme), _shown(kept), native.scheme)
    return Flags("0", "", "none")


def _shown(flags: pd.Series[Any]) -> Any:
    """Native flags as text: 2 and not 2.0, and nothing where there is nothing."""
    if flags.dtype.kind == "f":
        whole = flags.astype("Int64") if (flags.dropna() % 1 == 0).all() else flags
        return whole.astype("string").fillna("").astype(str)
    return flags.astype("string").fillna("").astype(str)
