"""A table of catches in the form in which every layout is read: rows, columns and values.

Most organisations publish wide tables, a row a place and a month, a column a species in a unit.
What holds of a whole row or column is kept once for it, and codes stay as they are.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import TimeAxisError, ValuesError

Floats = NDArray[np.float64]

KEYS = ("fishing_fleet", "gear", "fishing_mode", "time", "time_end", "area", "species", "unit")


@dataclass(frozen=True)
class Wide:
    """A table of catches as its organisation publishes it.

    Attributes
    ----------
    authority
        Whose it is; empty where each row says so.
    rows, columns
        Of each row and each column of the values those of ``KEYS`` that it says, codes as they
        are; of rows also ``source_authority``.
    values
        Catch by (row, column), in the ``divisor`` of the row of its unit.
    divisor
        By row, as 1000 where a catch in tonnes is told in kilogrammes.
    """

    authority: str
    rows: pd.DataFrame
    columns: pd.DataFrame
    values: Floats
    divisor: Floats


def dated(
    authority: str,
    rows: pd.DataFrame,
    months: tuple[pd.Series, pd.Series | int, pd.Series | int],
    columns: pd.DataFrame,
    values: pd.DataFrame,
) -> Wide:
    """The table with the first and the last day of its months."""
    year, first, last = (
        pd.to_numeric(pd.Series(each, index=rows.index), errors="coerce") for each in months
    )
    good = year.between(1800, 2200) & first.between(1, 12) & last.between(1, 12) & (first <= last)
    if not good.all():
        row = rows.index[int(np.argmin(good.to_numpy()))]
        raise TimeAxisError(f"row {row} has no year, or months that are not 1 to 12 and in order")
    begin = ((year - 1970) * 12 + first - 1).to_numpy(np.int64).astype("datetime64[M]")
    after = ((year - 1970) * 12 + last).to_numpy(np.int64).astype("datetime64[M]")
    dated = rows.assign(
        time=begin.astype("datetime64[ns]"),
        time_end=after.astype("datetime64[D]").astype("datetime64[ns]") - np.timedelta64(1, "D"),
    )
    numbers = catches(values)
    dated["source_authority"] = authority
    if "fishing_mode" not in dated and "fishing_mode" not in columns:
        dated["fishing_mode"] = "UNK"
    return Wide(authority, dated, columns, numbers, np.ones(len(rows)))


def catches(values: pd.DataFrame) -> Floats:
    """The values as numbers, missing where a cell is empty.

    Raises
    ------
    ValuesError
        If a cell has what is no number, such as 1,000: taken for missing, a catch would be lost.
    """
    read = values.apply(pd.to_numeric, errors="coerce")
    numbers: Floats = read.to_numpy(np.float64)
    unread = np.isnan(numbers) & values.notna().to_numpy()
    for row, column in np.argwhere(unread):
        text = str(values.iloc[row, column]).strip()
        if text:
            raise ValuesError(
                f"row {values.index[row]} has {text!r} as its {values.columns[column]!r}: a "
                "number is needed, without marks between thousands, or nothing"
            )
    return numbers


def degrees(position: pd.Series) -> pd.Series:
    """A latitude or longitude as numbers.

    Raises
    ------
    ValuesError
        If one is missing or no number.
    """
    numbers = pd.to_numeric(position, errors="coerce")
    if numbers.isna().any():
        at = int(np.argmax(numbers.isna().to_numpy()))
        raise ValuesError(
            f"row {position.index[at]} has '{position.iloc[at]}' as its {position.name!r}: degrees "
            "are needed"
        )
    return numbers.astype(np.float64)


def days(dates: pd.Series) -> pd.Series:
    """Dates, of which none is missing.

    Raises
    ------
    TimeAxisError
        If one is missing or none.
    """
    found = pd.to_datetime(dates, errors="coerce")
    if found.isna().any():
        at = int(np.argmax(found.isna().to_numpy()))
        raise TimeAxisError(
            f"row {dates.index[at]} has '{dates.iloc[at]}' as its {dates.name!r}: a date is needed"
        )
    return found


def named_plainly(raw: pd.DataFrame) -> pd.DataFrame:
    """The table with the names of columns on one line, without blanks or brackets.

    The workbooks of CCSBT break them over lines.
    """
    plain = [re.sub(r"[()]", "", re.sub(r"\s+", "_", str(name).strip())) for name in raw.columns]
    return raw.set_axis(plain, axis=1)


def one(said: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: [value] for name, value in said.items()}, index=[0])


def matching(raw: pd.DataFrame, pattern: re.Pattern[str]) -> dict[str, tuple[str, ...]]:
    """The columns whose whole name matches, with the parts of it."""
    found = {str(name): pattern.fullmatch(str(name)) for name in raw.columns}
    return {name: match.groups() for name, match in found.items() if match}


def signed(corner: pd.Series, positive: str, negative: str) -> pd.Series:
    """Degrees of corners such as 05S."""
    parts = corner.astype(str).str.extract(rf"^\s*(\d+)([{positive}{negative}])\s*$")
    if parts.isna().any(axis=None):
        wrong = corner[parts.isna().any(axis=1)].iloc[0]
        raise ValuesError(
            f"'{wrong}' in {corner.name!r} is no corner: digits and {positive} or {negative}, "
            "without which the hemisphere is not known"
        )
    degrees: pd.Series = parts[0].astype(float)
    return degrees.where(parts[1] == positive, -degrees)
