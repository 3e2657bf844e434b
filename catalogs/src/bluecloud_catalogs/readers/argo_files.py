"""From the bytes of Argo profile files to arrays: profiles by levels, text as text.

A file holds one profile or several (a deep cast and its near-surface part, or all casts of a
float), each array padded to the deepest. Text is fixed-width characters, one-letter flags
among them. Files of one request are put one below the other, padded to the deepest of all;
what a file does not have is missing there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..errors import MalformedAnswer
from .classic_netcdf import missing_bytes
from .netcdf import in_memory

if TYPE_CHECKING:
    import netCDF4
    import numpy as np
    import numpy.typing as npt

    from ..places import File

NO_FLAG = -1  # where the file has a blank: no level here, or no such parameter
_PROFILES, _LEVELS = "N_PROF", "N_LEVELS"
_WORDS = ("STATION_PARAMETERS", "PARAMETER_DATA_MODE")  # a word or a letter each parameter
_CLASSIC, _HDF5 = b"CDF", b"\x89HDF"


@dataclass(frozen=True)
class Column:
    """A variable on profiles, or on profiles and levels."""

    values: npt.NDArray[Any]
    attrs: Mapping[str, object]

    @property
    def dims(self) -> tuple[str, ...]:
        """Its dimensions."""
        return (_PROFILES, _LEVELS)[: self.values.ndim]


def read_files(
    files: Sequence[File],
    names: Collection[str] | None = None,
    *,
    mode: Literal["DATA_MODE", "PARAMETER_DATA_MODE"] = "DATA_MODE",
) -> dict[str, Column]:
    """All profiles of the files, in their order; of the variables named, or of all.

    ``mode`` is the variable that says how a profile was processed, without which a file is
    not of the kind that is read.

    Raises
    ------
    MalformedAnswer
        If one is no Argo profile file, or not whole.
    """
    return _stacked([_columns(file, names, mode) for file in files])


def checked(content: bytes) -> bytes:
    """The content, if it is a NetCDF file and, as far as can be told, whole.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not content.startswith((_CLASSIC, _HDF5)):
        raise ValueError(f"it is no NetCDF file: it begins {content[:24]!r}")
    if content.startswith(_CLASSIC) and (missing := missing_bytes(content)):
        raise ValueError(f"it is not whole: {missing} bytes are missing at its end")
    return content


def primary(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The first profile of each cycle, which is the primary one, of columns as read."""
    import numpy as np

    if not columns:
        return {}
    keys = zip(
        *(columns[name].values for name in ("PLATFORM_NUMBER", "CYCLE_NUMBER", "DIRECTION")),
        strict=True,
    )
    first: dict[tuple[object, ...], int] = {}
    for number, key in enumerate(keys):
        first.setdefault(key, number)
    rows = np.array(list(first.values()))
    return {name: Column(column.values[rows], column.attrs) for name, column in columns.items()}


def _columns(file: File, names: Collection[str] | None, mode: str) -> dict[str, Column]:
    try:
        with in_memory(checked(file.content)) as dataset:
            dataset.set_auto_mask(False)
            dataset.set_auto_chartostring(False)
            if not {"PLATFORM_NUMBER", mode, "JULD", "PRES"} <= set(dataset.variables):
                raise ValueError("it is no Argo profile file of the kind that was asked for")
            wanted = [name for name in dataset.variables if names is None or name in names]
            found = {name: _column(dataset[name]) for name in wanted}
    except (ValueError, OSError, RuntimeError) as error:
        raise MalformedAnswer(f"{file.path}: {error}") from error
    return {name: column for name, column in found.items() if column is not None}


def _column(variable: netCDF4.Variable[Any]) -> Column | None:
    """The variable, if it is on profiles or on profiles and levels; its text joined."""
    import numpy as np

    attrs = {name: variable.getncattr(name) for name in variable.ncattrs()}
    fill = attrs.pop("_FillValue", None)
    dims = variable.dimensions
    if variable.dtype.kind == "S":
        if variable.name in _WORDS or _is_text_of_a_profile(dims):
            return Column(_text(variable[:]), attrs)
        if dims in {(_PROFILES,), (_PROFILES, _LEVELS)}:
            is_flag = variable.name.endswith("_QC") and not variable.name.startswith("PROFILE_")
            values = variable[:]
            return Column(_flags(values) if is_flag else _text(values[..., None]), attrs)
        return None
    if dims not in {(_PROFILES,), (_PROFILES, _LEVELS)}:
        return None
    values = variable[:]
    if values.dtype.kind == "f" and fill is not None:
        values = np.where(values == fill, values.dtype.type(np.nan), values)
    return Column(values, attrs)


def _is_text_of_a_profile(dims: tuple[str, ...]) -> bool:
    return len(dims) == 2 and dims[0] == _PROFILES and dims[1].startswith(("STRING", "DATE_TIME"))


def _text(characters: npt.NDArray[np.bytes_]) -> npt.NDArray[np.str_]:
    """One text a profile: of several words a line each, put together with blanks."""
    import numpy as np

    texts = []
    for profile in characters:
        raw = np.ascontiguousarray(profile).tobytes().replace(b"\0", b" ")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:  # some centres write latin-1
            text = raw.decode("latin-1")
        texts.append(" ".join(text.split()))
    return np.array(texts, dtype=str)


def _flags(characters: npt.NDArray[np.bytes_]) -> npt.NDArray[np.int8]:
    """Flags as numbers; ``NO_FLAG`` for what is no digit."""
    import numpy as np

    codes = np.ascontiguousarray(characters).view(np.uint8).reshape(characters.shape)
    digits = codes.astype(np.int16) - ord("0")
    return np.where((digits >= 0) & (digits <= 9), digits, NO_FLAG).astype(np.int8)


def _stacked(files: Sequence[Mapping[str, Column]]) -> dict[str, Column]:
    counts = [len(columns["JULD"].values) for columns in files]
    depth = max((columns["PRES"].values.shape[1] for columns in files), default=0)
    stacked = {}
    for name in dict.fromkeys(name for columns in files for name in columns):
        having = [columns[name] for columns in files if name in columns]
        stacked[name] = _stack(name, files, counts, depth, having)
    return stacked


def _stack(
    name: str,
    files: Sequence[Mapping[str, Column]],
    counts: Sequence[int],
    depth: int,
    having: Sequence[Column],
) -> Column:
    import numpy as np

    first = having[0]
    shape = (sum(counts), depth)[: first.values.ndim]
    dtype = np.result_type(*(column.values.dtype for column in having))
    stacked = np.full(shape, _absent(dtype), dtype=dtype)
    start = 0
    for columns, count in zip(files, counts, strict=True):
        if name in columns:
            values = columns[name].values
            stacked[(slice(start, start + count), *map(slice, values.shape[1:]))] = values
        start += count
    return Column(stacked, first.attrs)


def _absent(dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "f":
        return float("nan")
    if dtype.kind == "U":
        return ""
    return NO_FLAG if dtype.itemsize == 1 else 99999  # Argo's own fill value for integers
