"""What a variable of ERDDAP becomes: its name, CF attributes, flags, and adjusted values.

Servers hand on what their files say, which may be ``PSU``, ``decibar`` or nothing. So an entry
says what a variable becomes, and which units it relies on: values whose units have changed are
an error, not other values under the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from ..declarations import Line
from ..errors import MalformedAnswer
from ..qc import Scheme, as_text, encoded, l20_attrs, to_l20

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr


class Column(BaseModel):
    """What one variable becomes.

    Attributes
    ----------
    name, standard_name, long_name, units
        As it comes out.
    native_units
        What the server must say of it; none: nothing is relied on.
    flag
        Its flags, in ``scheme``.
    adjusted, adjusted_flag
        What counts instead where the profile's data mode is A or D.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    standard_name: Line | None = None
    long_name: Line | None = None
    units: Line | None = None
    native_units: Line | None = None
    flag: Line | None = None
    scheme: Scheme = "argo"
    adjusted: Line | None = None
    adjusted_flag: Line | None = None

    def natives(self, own: str) -> list[str]:
        """All that the server is asked for, its own name first."""
        return [each for each in (own, self.flag, self.adjusted, self.adjusted_flag) if each]


def columns(
    table: xr.Dataset, wanted: Mapping[str, Column], *, mode: str | None, path: str
) -> dict[str, tuple[Any, Any, dict[str, Any]]]:
    """The variables that come out, as xarray takes them: dimensions, values, attributes.

    Parameters
    ----------
    table
        As the server sent it.
    wanted
        By the server's names.
    mode
        The variable with data modes (R, A, D), for those that have adjusted values.
    path
        What was asked, for messages.

    Raises
    ------
    MalformedAnswer
        If a variable is missing, or its units are not those relied on.
    """
    needed = [each for name, column in wanted.items() for each in column.natives(name)]
    absent = [each for each in [*needed, *([mode] if mode else [])] if each not in table]
    if absent:
        raise MalformedAnswer(f"{path}: the answer lacks {', '.join(dict.fromkeys(absent))}")
    adjusted = _is_adjusted(table[mode].values) if mode else None
    made: dict[str, tuple[Any, Any, dict[str, Any]]] = {}
    for name, column in wanted.items():
        variable = table[name]
        told = variable.attrs.get("units")
        if column.native_units is not None and told != column.native_units:
            raise MalformedAnswer(
                f"{path}: {name} is in {told!r}, and {column.native_units!r} was relied on"
            )
        values = _whole(variable)
        if adjusted is not None and column.adjusted:
            import numpy as np

            values = np.where(adjusted, table[column.adjusted].values, values)
        made[column.name] = (variable.dims, values, _attributes(variable, column, name))
        if column.flag:
            made |= _flags(table, column, adjusted)
    return made


def _whole(variable: xr.DataArray) -> Any:
    """The values; whole numbers that a fill value made decimal ones are whole again."""
    import numpy as np

    values, native = variable.values, variable.encoding.get("dtype")
    was_whole = native is not None and np.dtype(native).kind in "iu" and values.dtype.kind == "f"
    scaled = {"scale_factor", "add_offset"} & set(variable.encoding)
    return (
        values.astype(native) if was_whole and not scaled and np.isfinite(values).all() else values
    )


def _attributes(variable: xr.DataArray, column: Column, name: str) -> dict[str, Any]:
    kept = {
        key: variable.attrs[key]
        for key in ("long_name", "standard_name", "units", "positive", "axis", "sdn_parameter_urn")
        if key in variable.attrs
    }
    ours = {
        "standard_name": column.standard_name,
        "long_name": column.long_name,
        "units": column.units,
    }
    return {**kept, **{key: each for key, each in ours.items() if each}, "original_name": name}


def _flags(
    table: xr.Dataset, column: Column, adjusted: npt.NDArray[np.bool_] | None
) -> dict[str, tuple[Any, Any, dict[str, Any]]]:
    """The flags in SeaDataNet's scheme, and beside them as they were."""
    import numpy as np

    native = as_text(table[column.flag].values)
    if adjusted is not None and column.adjusted_flag:
        native = np.where(adjusted, as_text(table[column.adjusted_flag].values), native)
    dims = table[column.flag].dims
    title = column.long_name or column.name
    return {
        f"{column.name}_QC": (dims, encoded(to_l20(native, column.scheme)), l20_attrs(title)),
        f"{column.name}_QC_native": (
            dims,
            native,
            {"long_name": f"{column.scheme} quality flag of {title}"},
        ),
    }


def _is_adjusted(modes: Any) -> npt.NDArray[np.bool_]:
    import numpy as np

    return np.isin(text(modes), ("A", "D"))


def text(values: Any) -> npt.NDArray[np.str_]:
    """Values as text without blanks at the ends."""
    import numpy as np

    given = np.asarray(values)
    if given.dtype.kind == "S":
        given = np.char.decode(given, "latin-1")
    return np.char.strip(given.astype(str))
