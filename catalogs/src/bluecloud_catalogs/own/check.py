"""What data must say of themselves before others can use them: when, where, what, which unit."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ..declarations import Extent, Variable
from ..errors import UnusableFile

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

_FIRST = datetime(1700, 1, 1)  # nobody measured the sea before, and files have 0001-01-01
_PLACES = ("time", "latitude", "longitude")
_P01 = 8


@dataclass(frozen=True)
class Checked:
    """What was found: the variables, and when and where the data are."""

    variables: tuple[Variable, ...]
    extent: Extent
    moments: tuple[datetime, datetime]
    rows: int


@dataclass(frozen=True)
class _Column:
    """Values with what is said of them, and how to name one of them in an error."""

    name: str
    values: npt.NDArray[Any]
    attrs: Mapping[str, Any]


def check_table(table: pd.DataFrame, *, name: str) -> Checked:
    """Check a table whose columns are described in ``attrs["columns"]``.

    Raises
    ------
    UnusableFile
        With column and line, and what is allowed.
    """
    about = table.attrs.get("columns", {})
    lines = table.attrs.get("lines")
    columns = {
        str(column): _Column(str(column), table[column].to_numpy(), about.get(str(column), {}))
        for column in table.columns
    }
    absent = [kind for kind in _PLACES if kind not in columns]
    if absent:
        raise UnusableFile(
            f"{name}: it has no {', '.join(absent)}: name a column so, or give time and position "
            f"beside the file; its columns are {', '.join(columns)}"
        )

    def line(row: int) -> str:
        return f"line {lines[row]}" if lines else f"row {row + 1}"

    places = {kind: columns.pop(kind) for kind in _PLACES}
    return _checked(places, columns, name, line)


def check_dataset(dataset: xr.Dataset, *, name: str) -> Checked:
    """Check a dataset whose variables have CF attributes.

    Raises
    ------
    UnusableFile
        With the variable, and what is allowed.
    """
    import numpy as np

    places: dict[str, _Column] = {}
    for kind in _PLACES:
        found = [
            str(each)
            for each, variable in dataset.variables.items()
            if variable.attrs.get("standard_name") == kind or str(each).casefold() == kind
        ]
        if not found:
            raise UnusableFile(
                f"{name}: no variable has the CF name {kind}, or is called so; "
                f"there are {', '.join(map(str, dataset.variables))}"
            )
        variable = dataset[found[0]]
        places[kind] = _Column(found[0], np.atleast_1d(variable.values).ravel(), variable.attrs)
    used = {column.name for column in places.values()}
    columns = {
        str(each): _Column(str(each), variable.values.ravel(), variable.attrs)
        for each, variable in dataset.variables.items()
        if str(each) not in used
    }

    def line(row: int) -> str:
        return f"value {row + 1}"

    return _checked(places, columns, name, line)


def _checked(
    places: Mapping[str, _Column], columns: Mapping[str, _Column], name: str, line: Any
) -> Checked:
    import numpy as np

    times = places["time"].values
    if not len(times):
        raise UnusableFile(f"{name}: it has no rows")
    first, last = _moments(places["time"], name, line)
    south, north = _degrees(places["latitude"], -90, 90, name, line)
    west, east = _degrees(places["longitude"], -180, 360, name, line)
    variables = tuple(_variable(column, name) for column in columns.values() if _counts(column))
    numbers = [each for each in columns.values() if each.values.dtype.kind in "fiu"]
    if not numbers:
        raise UnusableFile(
            f"{name}: it measures nothing: no column but time and position is numbers"
        )
    if all(np.isnan(each.values.astype("float64")).all() for each in numbers):
        raise UnusableFile(f"{name}: not one of its numbers is there")
    for column in numbers:
        _possible(column, name, line)
    depth = _depth(columns)
    extent = Extent(bbox=(west, south, east, north), time=(first.date(), last.date()), depth=depth)
    return Checked(variables, extent, (first, last), len(times))


def _moments(column: _Column, name: str, line: Any) -> tuple[datetime, datetime]:
    import numpy as np
    import pandas as pd

    if column.values.dtype.kind != "M":
        raise UnusableFile(
            f"{name}: {column.name} is no time: its units must be as 'days since 1950-01-01', and "
            f"are {column.attrs.get('units', 'not told')!r}"
        )
    unknown = np.isnat(column.values)
    if unknown.any():
        raise UnusableFile(f"{name}, {line(int(np.argmax(unknown)))}: it has no {column.name}")
    after = datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1)
    seconds = column.values.astype("datetime64[s]")
    wrong = (seconds > np.datetime64(after, "s")) | (seconds < np.datetime64(_FIRST, "s"))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise UnusableFile(
            f"{name}, {line(row)}: {column.name} is {column.values[row].astype('datetime64[s]')}: "
            f"it must lie between {_FIRST:%Y-%m-%d} and today, {date.today()}"
        )
    first, last = (pd.Timestamp(each).to_pydatetime(warn=False) for each in
                   (column.values.min(), column.values.max()))  # fmt: skip
    return first, last


def _degrees(
    column: _Column, least: float, most: float, name: str, line: Any
) -> tuple[float, float]:
    import numpy as np

    if column.values.dtype.kind not in "fiu":
        row = next((row for row, value in enumerate(column.values) if not _is_number(value)), 0)
        raise UnusableFile(
            f"{name}, {line(row)}: {column.name} is {column.values[row]!r}: it must be a number of "
            "degrees, such as 45.5, south and west negative"
        )
    values = column.values.astype("float64")
    wrong = ~((values >= least) & (values <= most))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise UnusableFile(
            f"{name}, {line(row)}: {column.name} is {values[row]:g}: it must be from {least:g} to "
            f"{most:g} degrees"
        )
    return float(values.min()), float(values.max())


# What the sea can be, with room to spare: outside is a fill value that its file does not name.
_POSSIBLE = {
    "depth": (-100.0, 12_000.0),
    "sea_water_pressure": (-100.0, 13_000.0),
    "sea_water_practical_salinity": (0.0, 350.0),  # the Dead Sea
    "sea_water_salinity": (0.0, 350.0),
}
_COLDEST_C, _HOTTEST_C = -5.0, 500.0  # of the sea, vents among them
_TEMPERATURES = {
    "sea_water_temperature",
    "sea_water_potential_temperature",
    "sea_water_conservative_temperature",
    "sea_surface_temperature",
}


def _possible(column: _Column, name: str, line: Any) -> None:
    """Refuse what cannot be: most often -999, which nobody said means nothing."""
    import numpy as np

    standard = str(column.attrs.get("standard_name") or "")
    least, most = _POSSIBLE.get(standard, (-np.inf, np.inf))
    if standard in _TEMPERATURES and "K" not in str(column.attrs.get("units")).split():
        least, most = _COLDEST_C, _HOTTEST_C
    if standard == "depth" and column.attrs.get("positive") == "up":
        least, most = -most, -least
    values = column.values.astype("float64")
    wrong = (values < least) | (values > most)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise UnusableFile(
            f"{name}, {line(row)}: {column.name} is {values[row]:g}: {standard} lies between "
            f"{least:g} and {most:g}; if it stands for a missing value, leave it empty in a text "
            "file, and name it as _FillValue in NetCDF"
        )


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def _counts(column: _Column) -> bool:
    """Whether a column is one to be named in the catalogue: not a flag, not a text of a row."""
    return column.values.dtype.kind in "fiu" and not column.name.upper().endswith(
        ("_QC", "_QC_L20", "_QC_NATIVE", "_FLAG", "_BNDS", "_BOUNDS")
    )


def _variable(column: _Column, name: str) -> Variable:
    units = str(column.attrs.get("units") or "")
    if not units and _is_a_number_of_something(column):
        units = "1"
    if not units:
        unit = "1" if "salinity" in str(column.attrs.get("standard_name")) else "degC"
        raise UnusableFile(
            f"{name}: {column.name} has no unit: write it in brackets, as "
            f"'{column.name} [{unit}]', or give units={{{column.name!r}: {unit!r}}} "
            f"(--unit '{column.name}={unit}'); 1 is for a number without a unit, as practical "
            "salinity"
        )
    standard = str(column.attrs.get("standard_name") or "") or None
    _check_unit(units, column.name, standard or "", name)
    urn = str(column.attrs.get("p01") or column.attrs.get("sdn_parameter_urn") or "")
    p01 = urn.rpartition("::")[2] if "::" in urn else urn
    native = column.attrs.get("native")
    try:
        return Variable(
            name=column.name,
            standard_name=standard,
            units=units,
            p01=p01 if len(p01) == _P01 and p01.isalnum() and p01.isupper() else None,
            native=str(native) if native and native != column.name else None,
        )
    except ValueError as error:
        raise UnusableFile(f"{name}: {column.name}: {error}") from error


# How the name of a number ends that tells things apart and measures nothing: station_no is one, and
# sample_weight and number_of_individuals are not.
_NUMBERING = re.compile(
    r"(^|_)(id|no|nr|num|number|index|code|station|stn|cruise|cast|haul|leg|line|profile|cycle"
    r"|sample|bottle|niskin|replicate|platform|row|record|flag|qc|quality|year|month|day)$"
)


def _is_a_number_of_something(column: _Column) -> bool:
    """Whether it is the number of a station or a cruise: it is whole, and called or told so."""
    import numpy as np

    if column.attrs.get("standard_name"):
        return False
    # StationNo and station-no are station_no.
    word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", column.name).casefold()
    # NetCDF says of each what it is, and CF takes what has no unit for dimensionless.
    of_a_file = column.attrs.keys() & {"long_name", "cf_role", "grid_mapping_name"}
    if not of_a_file and not _NUMBERING.search(word):
        return False
    if column.values.dtype.kind in "iu":
        return True
    known = column.values[~np.isnan(column.values)]
    return bool((known == np.round(known)).all())


def _check_unit(units: str, column: str, standard: str, name: str) -> None:
    from ..errors import ParameterError
    from .dimensions import unit_fault

    try:
        fault = unit_fault(units, standard)
    except ParameterError as error:
        raise UnusableFile(
            f"{name}: {column}: {units!r} is no unit that is known: write it as UDUNITS does, such "
            "as degree_Celsius, umol kg-1, mg m-3"
        ) from error
    if fault:
        raise UnusableFile(
            f"{name}: {column}: {fault}; correct the unit (--unit '{column}=...'), or say by its "
            f"CF name what it is (--standard-name '{column}=...')"
        )


def _depth(columns: Mapping[str, _Column]) -> tuple[float, float] | None:
    import numpy as np

    for column in columns.values():
        if column.attrs.get("standard_name") == "depth" and column.values.dtype.kind in "fiu":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # a column of nothing
                values = column.values.astype("float64")
                least, most = float(np.nanmin(values)), float(np.nanmax(values))
            if column.attrs.get("positive") == "up":
                least, most = -most, -least
            return (least, most) if np.isfinite(least) else None
    return None
