"""A classic NetCDF file that was cut off is known by its header."""

import netCDF4
import numpy as np
import pytest

from bluecloud_catalogs.readers.classic_netcdf import missing_bytes

FORMATS = ["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"]


def written(path, kind, *, records, record_variables=2):
    """A file with text, numbers and, if asked for, records; three bytes a record among them."""
    with netCDF4.Dataset(path, "w", format=kind) as file:
        file.title = "x" * 5
        file.createDimension("level", 7)
        file.createDimension("record", None)
        file.createVariable("letters", "S1", ("level",))[:] = np.array(list("abcdefg"), "S1")
        file.createVariable("depth", "f8", ("level",))[:] = np.arange(7)
        for number in range(record_variables):
            variable = file.createVariable(f"odd{number}", "i1", ("record", "level"))
            if records:
                variable[:records] = np.ones((records, 7))
    return path.read_bytes()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("records", [0, 1, 4])
@pytest.mark.parametrize("record_variables", [1, 2])
def test_a_whole_file_lacks_nothing_and_a_cut_one_what_was_cut(
    tmp_path, kind, records, record_variables
):
    content = written(tmp_path / "a.nc", kind, records=records, record_variables=record_variables)
    assert missing_bytes(content) == 0
    padding = 4  # at the end of the last variable, which a reader can do without
    for cut in (padding + 1, 20):
        assert cut - padding < missing_bytes(content[:-cut]) <= cut


@pytest.mark.parametrize("kind", FORMATS)
def test_a_header_that_was_cut_off_is_damaged(tmp_path, kind):
    content = written(tmp_path / "a.nc", kind, records=1)
    for length in range(4, 100, 3):
        with pytest.raises(ValueError, match="header"):
            missing_bytes(content[:length])


def test_every_recorded_file_is_whole(recordings):
    contents = [path.read_bytes() for path in recordings.rglob("dac/**/*.nc")]
    classic = [content for content in contents if content.startswith(b"CDF")]
    assert len(classic) > 300
    assert {missing_bytes(content) for content in classic} == {0}


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.99])
def test_no_recorded_file_that_was_cut_is_taken_for_whole(recordings, part):
    for path in sorted(recordings.rglob("profiles/*.nc"))[::20]:
        content = path.read_bytes()
        cut = content[: int(len(content) * part)]
        assert cut_off(cut)


def cut_off(content):
    try:
        return missing_bytes(content) > 0
    except ValueError:
        return True
