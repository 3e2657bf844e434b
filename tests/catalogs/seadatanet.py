"""What tests of SeaDataNet's formats share: files of recordings, and text made up in a test."""

from pathlib import Path

from bluecloud_catalogs.places import File
from tests.federation.recorded import recorded

HEADER = (
    "Cruise\tStation\tType\tyyyy-mm-ddThh:mm:ss.sss\tLongitude [degrees_east]\t"
    "Latitude [degrees_north]\tLOCAL_CDI_ID\tEDMO_code\tBot. Depth [m]\t"
    "PRES [dbar]\tQV:SEADATANET\tTEMP [degC]\tQV:SEADATANET"
)
ROWS = (
    "C1\tS1\tB\t2020-01-02T03:04:05.000\t+10.5\t-20.25\tid1\t486\t100\t1.0\t1\t15.5\t1",
    "\t\t\t\t\t\t\t\t\t2.0\t1\t15.25\t3",
    "C1\tS2\tB\t2020-01-03T00:00:00.000\t11.5\t-21.25\tid2\t486\t\t1.0\t1\t99.0\t9",
)


def file_of(path: Path) -> File:
    return File(path.name, path.read_bytes())


def recorded_file(path: str) -> File:
    return file_of(recorded(f"seadatanet/{path}"))


def odv_text(*rows: str, header: str = HEADER, comments: str = "", end: str = "\n") -> bytes:
    return end.join([*comments.splitlines(), header, *(rows or ROWS), ""]).encode()
