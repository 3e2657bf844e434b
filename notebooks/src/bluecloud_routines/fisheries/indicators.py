"""The indicators of the tuna atlas, first drawn up by Alain Fonteneau, as small functions.

===========  ============================================  =============================
Indicator    What it shows                                 Function
===========  ============================================  =============================
I1, I2, I11  a year's catch by ocean, by gear, by country  :func:`annual_catch`
I3, I4       a month's catch by gear, by ocean             :func:`monthly_catch`
I6           the map of the catch                          ``catch_at_scale``
I7           each cell's part in the catch                 :func:`share_of_cells`
I8           a species' part in the catch of each cell     :func:`share_of_species`
===========  ============================================  =============================

The ocean is a column, such as the organisation that published the catch. I5 is not described
where the others are; I9 and I10 need lengths of fish, which tables of catch do not have.
"""

import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError
from bluecloud_routines.fisheries._columns import (
    Unit,
    amounts,
    in_unit,
    periods,
    require_columns,
)

REFERENCE = "Indicators of the IRD Tuna Atlas, https://github.com/jsubei/IRDTunaAtlas"


def annual_catch(catch: pd.DataFrame, *, by: str, unit: Unit = "t") -> pd.DataFrame:
    """The catch of each year by ocean (I1), gear (I2) or country (I11).

    Parameters
    ----------
    catch
        A row a report, with ``time``, ``catch``, the column of ``by``, and ``unit`` or the
        attribute ``units``. A report that goes from one year into the next counts where it
        begins.
    by
        The column: ``source_authority``, ``gear`` or ``fishing_fleet``, for instance.
    unit
        ``t`` or ``no``; rows in the other are left out.

    Returns
    -------
    pandas.DataFrame
        ``year``, the column and ``catch``, ordered by them.

    Raises
    ------
    UnitsError, TimeAxisError, ValuesError
        As ``catch_at_scale`` says.
    """
    return _summed(catch, by=by, unit=unit, when="year")


def monthly_catch(catch: pd.DataFrame, *, by: str, unit: Unit = "t") -> pd.DataFrame:
    """The catch of each calendar month by gear (I3) or ocean (I4), all years of the table.

    The parameters and errors are those of :func:`annual_catch`; ``month`` is 1 to 12.
    """
    return _summed(catch, by=by, unit=unit, when="month")


def share_of_cells(catch: xr.DataArray) -> xr.DataArray:
    """Each cell's part in the whole catch, in percent, all other dimensions pooled (I7).

    Raises
    ------
    ValuesError
        If the field has no cells, or no catch (with dask: when it is computed).
    """
    field = _pooled(catch)
    total = field.sum()
    if catch.chunks is None and not float(total) > 0:
        raise ValuesError("there is no catch in any cell")
    return (100 * field / total).assign_attrs(
        long_name="part of the cell in the catch", units="percent", references=REFERENCE
    )


def share_of_species(catch: xr.DataArray, species: str) -> xr.DataArray:
    """A species' part in the catch of all species in each cell, in percent (I8).

    NaN where nothing was caught.

    Raises
    ------
    ParameterError
        If the field does not have the species.
    UnitsError
        If the catch is not in tonnes: numbers of different species do not compare.
    ValuesError
        If the field has no cells.
    """
    if "species" not in catch.dims:
        raise ValuesError(f"there is no dimension 'species': there are {catch.dims}")
    known = catch["species"].to_numpy().tolist()
    if species not in known:
        raise ParameterError(f"species is {species!r}: one of {', '.join(known)}")
    if catch.attrs.get("units") != "t":
        raise UnitsError(f"the catch is in {catch.attrs.get('units')!r}: 't' is needed")
    everything = _pooled(catch)
    own = _pooled(catch.sel(species=species))
    return (100 * own / everything.where(everything > 0)).assign_attrs(
        long_name=f"part of {species} in the catch of the cell",
        units="percent",
        references=REFERENCE,
    )


def _summed(catch: pd.DataFrame, *, by: str, unit: Unit, when: str) -> pd.DataFrame:
    require_columns(catch, ("time", "catch", by))
    catch, _ = in_unit(catch, unit)
    amounts(catch)
    periods(catch, "all")
    part = getattr(catch["time"].dt, when).astype("int64").rename(when)
    table = catch.groupby([part, by], observed=True)["catch"].sum().reset_index()
    table.attrs = {"units": unit, "references": REFERENCE}
    return table


def _pooled(catch: xr.DataArray) -> xr.DataArray:
    """Summed over everything but the cells."""
    absent = {"lat", "lon"} - set(map(str, catch.dims))
    if absent:
        raise ValuesError(f"there is no dimension {sorted(absent)[0]!r}: there are {catch.dims}")
    return catch.sum([dim for dim in catch.dims if dim not in ("lat", "lon")])
