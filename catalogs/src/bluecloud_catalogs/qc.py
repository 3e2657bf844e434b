"""Quality flags of every scheme as those of SeaDataNet (NVS vocabulary L20), natives kept beside.

Each infrastructure has its own numbers: 2 is good with WOCE and "not evaluated" with QARTOD. So a
reader maps what it reads to L20 with :func:`to_l20`, and keeps the native flags under their own
name. L20 codes are characters, not numbers (there are ``A``, ``B`` and ``Q``). Tables hold them
as text, as SeaDataNet's ODV files do, and datasets as the ASCII byte of the character, as
SeaDataNet's NetCDF files do (``"1"`` is 49), with the CF attributes of :func:`l20_attrs`, by which
``dataset["TEMP_QC"].cf == "good_value"`` works with cf-xarray.

A flag that its scheme does not have says nothing of quality, and becomes ``0``, no quality
control; a blank becomes ``9``, no value. Neither is ever good.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Scheme: TypeAlias = Literal[
    "argo", "gtspp", "iode", "l20", "medatlas", "oceansites", "odv", "qartod", "woce ctd",
    "woce water",
]  # fmt: skip

L20: Mapping[str, str] = MappingProxyType(
    {
        "0": "no_quality_control",
        "1": "good_value",
        "2": "probably_good_value",
        "3": "probably_bad_value",
        "4": "bad_value",
        "5": "changed_value",
        "6": "value_below_detection",
        "7": "value_in_excess",
        "8": "interpolated_value",
        "9": "missing_value",
        "A": "value_phenomenon_uncertain",
        "B": "nominal_value",
        "Q": "value_below_limit_of_quantification",
    }
)
_NO_CONTROL, _MISSING = "0", "9"
_GOOD = "12"
_SAME = {code: code for code in "0123456789"}

# To L20, by what each scheme's own document says a flag means.
_SCHEMES: Mapping[Scheme, Mapping[str, str]] = MappingProxyType(
    {
        "l20": {code: code for code in L20},
        # Argo User's Manual, reference table 2: 6 and 7 are not used, 8 is estimated.
        "argo": {code: code for code in "01234589"},
        # OceanSITES reference manual, table 2: 7 is nominal; Copernicus in situ uses the same.
        "oceansites": {**_SAME, "7": "B"},
        # MEDATLAS format, 0 to 9; 6 to 8 came with SeaDataNet, with its meanings.
        "medatlas": _SAME,
        # GTSPP: 2 is inconsistent with statistics but probably good, 5 was modified.
        "gtspp": {code: code for code in "0123459"},
        # IODE's primary level, IOC Manuals and Guides 54: 2 is not evaluated.
        "iode": {"1": "1", "2": "0", "3": "3", "4": "4", "9": "9"},
        # QARTOD has the same primary level; 3 is suspect or of high interest.
        "qartod": {"1": "1", "2": "0", "3": "3", "4": "4", "9": "9"},
        # ODV's own: good, unknown, questionable, bad.
        "odv": {"0": "1", "1": "0", "4": "3", "8": "4"},
        # WHP CTD: not calibrated, acceptable, questionable, bad, not reported, interpolated,
        # despiked, -, not sampled.
        "woce ctd": dict(zip("12345679", "01349859", strict=True)),
        # WHP water samples, SOCAT too: drawn but not analysed, acceptable, questionable, bad, not
        # reported, mean of replicates, manual peak, irregular peak, not drawn.
        "woce water": dict(zip("123456789", "913491139", strict=True)),
    }
)


def to_l20(flags: Any, scheme: Scheme) -> npt.NDArray[np.str_]:
    """The L20 code of each flag, as text of one character.

    Parameters
    ----------
    flags
        Of any shape: numbers (2.0 is 2, NaN is a blank), text, or ASCII bytes as ``b"1"``.
    scheme
        The scheme that they are in.

    Raises
    ------
    ValueError
        If the scheme is not one of those known.
    """
    import numpy as np

    if scheme not in _SCHEMES:
        raise ValueError(f"scheme {scheme!r} is unknown: one of {', '.join(get_args(Scheme))}")
    text = as_text(flags)
    found = np.full(text.shape, _NO_CONTROL, dtype="<U1")
    found[np.isin(text, ["", "nan", "None", "<NA>"])] = _MISSING
    for native, code in _SCHEMES[scheme].items():
        found[text == native] = code
    return found


def encoded(codes: Any) -> npt.NDArray[np.int8]:
    """L20 codes as the ASCII bytes that a dataset holds."""
    import numpy as np

    text = np.ascontiguousarray(np.asarray(codes, dtype="<U1"))
    return text.view(np.uint32).reshape(text.shape).astype(np.int8)


def decoded(values: Any) -> npt.NDArray[np.str_]:
    """L20 codes as text, from the ASCII bytes that a dataset holds."""
    import numpy as np

    bytes_ = np.ascontiguousarray(np.asarray(values).astype(np.uint32))
    return bytes_.view("<U1").reshape(bytes_.shape)


def is_good(flags: Any) -> npt.NDArray[np.bool_]:
    """Whether each flag, L20 as text or as bytes, says good or probably good."""
    import numpy as np

    values = np.asarray(flags)
    codes = decoded(values) if values.dtype.kind in "iu" else values.astype(str)
    return np.isin(codes, list(_GOOD))


def l20_attrs(of: str) -> dict[str, Any]:
    """CF attributes of a dataset's flags, which are the ASCII bytes of L20 codes.

    Parameters
    ----------
    of
        What the flags are of, in words.
    """
    import numpy as np

    return {
        "long_name": f"SeaDataNet quality flag of {of}",
        "standard_name": "quality_flag",
        "conventions": "SeaDataNet measurand qualifier flags",
        "sdn_conventions_urn": "SDN:L20::",
        "flag_values": np.array([ord(code) for code in L20], dtype="int8"),
        "flag_meanings": " ".join(L20.values()),
    }


def as_text(flags: Any) -> npt.NDArray[Any]:
    """Each flag as the characters that a document would write it with; a NaN is a blank."""
    import numpy as np

    values = np.asarray(flags)
    if values.dtype.kind == "f":
        whole = np.isfinite(values) & (values == np.round(values))
        numbers = np.where(whole, values, 0).astype("int64").astype(str)
        return np.where(np.isnan(values), "", np.where(whole, numbers, "?"))
    if values.dtype.kind == "S":
        values = np.char.decode(values, "latin-1")
    if values.dtype.kind == "O":
        values = np.array([_one(each) for each in values.ravel()], dtype=str).reshape(values.shape)
    return np.char.strip(values.astype(str))


def _one(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)
