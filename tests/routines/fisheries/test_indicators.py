"""The atlas' indicators, by hand."""

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines import ParameterError, TimeAxisError, UnitsError, ValuesError
from bluecloud_routines.fisheries import (
    annual_catch,
    catch_at_scale,
    monthly_catch,
    share_of_cells,
    share_of_species,
)


@pytest.fixture
def few() -> pd.DataFrame:
    """Five reports of two years, gears and species in two cells, one of them in numbers."""
    return pd.DataFrame(
        {
            "area": ["6100000", "6100000", "6100000", "6100005", "6100005"],
            "time": pd.to_datetime(
                ["2020-01-10", "2020-02-01", "2021-01-31", "2021-01-01", "2021-12-31"]
            ),
            "species": ["YFT", "SKJ", "YFT", "YFT", "YFT"],
            "gear": ["01.1", "01.1", "01.1", "09.32", "09.32"],
            "catch": [1.0, 3.0, 4.0, 8.0, 100.0],
            "unit": ["t", "t", "t", "t", "no"],
        }
    )


def test_a_years_catch_is_summed_by_gear(few: pd.DataFrame) -> None:
    found = annual_catch(few, by="gear")
    assert found.values.tolist() == [[2020, "01.1", 4], [2021, "01.1", 4], [2021, "09.32", 8]]
    assert annual_catch(few, by="gear", unit="no")["catch"].tolist() == [100]


def test_a_months_catch_is_summed_over_the_years(few: pd.DataFrame) -> None:
    found = monthly_catch(few, by="gear")
    assert found.values.tolist() == [[1, "01.1", 5], [1, "09.32", 8], [2, "01.1", 3]]


def test_the_parts_of_the_cells_are_the_whole(few: pd.DataFrame) -> None:
    found = share_of_cells(catch_at_scale(few)["catch"])
    assert found.sel(lat=2.5, lon=[2.5, 7.5]).values.tolist() == [50, 50]
    assert float(found.sum()) == pytest.approx(100)
    assert found.units == "percent"


def test_the_parts_of_the_species_are_the_whole_where_there_is_a_catch(
    few: pd.DataFrame, reports: pd.DataFrame
) -> None:
    found = share_of_species(catch_at_scale(few)["catch"], "SKJ")
    assert found.sel(lat=2.5, lon=[2.5, 7.5]).values.tolist() == [37.5, 0]
    assert found.notnull().sum() == 2
    many = catch_at_scale(reports)["catch"]
    both = share_of_species(many, "YFT") + share_of_species(many, "SKJ")
    np.testing.assert_allclose(both.values[both.notnull()], 100)


def test_what_they_cannot_say_is_refused(few: pd.DataFrame) -> None:
    catch = catch_at_scale(few)["catch"]
    with pytest.raises(ParameterError, match="'BET': one of SKJ, YFT"):
        share_of_species(catch, "BET")
    with pytest.raises(UnitsError, match="'1': 't' is needed"):
        share_of_species(catch_at_scale(few, unit="no")["catch"], "YFT")
    with pytest.raises(ValuesError, match="no dimension 'lat'"):
        share_of_cells(catch.sum("lat"))
    with pytest.raises(ValuesError, match="no catch in any cell"):
        share_of_cells(0 * catch)
    with pytest.raises(ValuesError, match="no dimension 'species'"):
        share_of_species(catch.sum("species"), "YFT")
    with pytest.raises(ValuesError, match="no column 'ocean'"):
        annual_catch(few, by="ocean")
    with pytest.raises(TimeAxisError, match="dates are needed"):
        monthly_catch(few.assign(time=1), by="gear")
