"""Make ``samples/argogdac``: two floats that never were, in the layout of an Argo GDAC.

    python catalogs/samples/make_argogdac.py [FOLDER]

Their WMO numbers begin with 90, which no float's does, their data centre is called
``synthetic`` and their project says what they are, so that they cannot pass for others. The
first float is in delayed mode, with a near-surface part and one bad salinity in its second
cycle; the other in real time. Both drift in the western Mediterranean in early 2020.
"""

import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np

FOLDER = Path(__file__).parent / "argogdac"
MADE = "20260101000000"
PROJECT = "SYNTHETIC, NOT OBSERVED"
DEEP = np.array([5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500, 700, 1000], dtype="f4")
SHALLOW = np.array([0.5, 1.0, 2.0], dtype="f4")
_STRINGS = {f"STRING{size}": size for size in (2, 4, 8, 16, 32, 64, 256)}


@dataclass(frozen=True)
class Cast:
    """One profile of one cycle."""

    platform: int
    cycle: int
    mode: str
    scheme: str
    pressure: np.ndarray

    @property
    def date(self) -> datetime:
        """Ten days between cycles."""
        return datetime(2020, 1, 5, 6) + timedelta(days=10 * (self.cycle - 1))

    @property
    def position(self) -> tuple[float, float]:
        """Latitude and longitude: a slow drift to the north-east."""
        south = 39.0 if self.platform == 9000001 else 40.5
        return south + 0.05 * self.cycle, 3.5 + 0.1 * self.cycle

    @property
    def temperature(self) -> np.ndarray:
        """A winter's mixed layer over the deep water of the basin."""
        return (13.0 + 1.5 * np.exp(-self.pressure / 80)).astype("f4")

    @property
    def salinity(self) -> np.ndarray:
        """Fresher at the surface."""
        return (38.5 - 0.6 * np.exp(-self.pressure / 120)).astype("f4")

    @property
    def salinity_flags(self) -> str:
        """Good, but for the deepest of the first float's second cycle."""
        bad_end = self.platform == 9000001 and self.cycle == 2 and self.pressure.size > 3
        return "1" * (self.pressure.size - 1) + ("4" if bad_end else "1")


def casts(platform: int, mode: str, cycles: int) -> list[list[Cast]]:
    """The profiles of each cycle of a float."""
    return [
        [Cast(platform, cycle, mode, "Primary sampling: discrete", DEEP)]
        + [Cast(platform, cycle, mode, "Near-surface sampling: discrete, pumped", SHALLOW)]
        * (mode == "D" and cycle == 2)
        for cycle in range(1, cycles + 1)
    ]


def write_profiles(path: Path, profiles: list[Cast]) -> None:
    """Write a profile file with these profiles."""
    path.parent.mkdir(parents=True, exist_ok=True)
    levels = max(cast.pressure.size for cast in profiles)
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.setncatts(
            {"title": "SYNTHETIC Argo float vertical profile", "Conventions": "Argo-3.1 CF-1.6"}
        )
        sizes = {**_STRINGS, "DATE_TIME": 14, "N_PROF": len(profiles), "N_PARAM": 3}
        for name, size in {**sizes, "N_LEVELS": levels}.items():
            file.createDimension(name, size)
        for name, text, width in (
            ("DATA_TYPE", "Argo profile", "STRING16"),
            ("FORMAT_VERSION", "3.1", "STRING4"),
            ("REFERENCE_DATE_TIME", "19500101000000", "DATE_TIME"),
            ("DATE_CREATION", MADE, "DATE_TIME"),
            ("DATE_UPDATE", MADE, "DATE_TIME"),
        ):
            _text(file, name, (width,), text)
        _profile_variables(file, profiles)
        for name, values, flags, attrs in (
            ("PRES", [cast.pressure for cast in profiles], None, _PRES),
            ("TEMP", [cast.temperature for cast in profiles], None, _TEMP),
            ("PSAL", [cast.salinity for cast in profiles], "salinity", _PSAL),
        ):
            given = [c.salinity_flags if flags else "1" * c.pressure.size for c in profiles]
            _parameter(file, name, values, given, attrs)


def _profile_variables(file: netCDF4.Dataset, profiles: list[Cast]) -> None:
    parameters = "".join(name.ljust(16) for name in ("PRES", "TEMP", "PSAL"))
    for name, dims, texts in (
        ("PLATFORM_NUMBER", ("STRING8",), [str(cast.platform) for cast in profiles]),
        ("PROJECT_NAME", ("STRING64",), [PROJECT] * len(profiles)),
        ("PI_NAME", ("STRING64",), ["nobody"] * len(profiles)),
        ("STATION_PARAMETERS", ("N_PARAM", "STRING16"), [parameters] * len(profiles)),
        ("DIRECTION", (), ["A"] * len(profiles)),
        ("DATA_CENTRE", ("STRING2",), ["XX"] * len(profiles)),
        ("DATA_MODE", (), [cast.mode for cast in profiles]),
        ("JULD_QC", (), ["1"] * len(profiles)),
        ("POSITION_QC", (), ["1"] * len(profiles)),
        ("VERTICAL_SAMPLING_SCHEME", ("STRING256",), [cast.scheme for cast in profiles]),
    ):
        _text(file, name, ("N_PROF", *dims), *texts)
    cycle = file.createVariable("CYCLE_NUMBER", "i4", ("N_PROF",), fill_value=99999)
    cycle[:] = [cast.cycle for cast in profiles]
    days = [(cast.date - datetime(1950, 1, 1)) / timedelta(days=1) for cast in profiles]
    for name, values, fill in (
        ("JULD", days, 999999.0),
        ("JULD_LOCATION", days, 999999.0),
        ("LATITUDE", [cast.position[0] for cast in profiles], 99999.0),
        ("LONGITUDE", [cast.position[1] for cast in profiles], 99999.0),
    ):
        variable = file.createVariable(name, "f8", ("N_PROF",), fill_value=fill)
        variable[:] = values
        if name.startswith("JULD"):
            variable.units = "days since 1950-01-01 00:00:00 UTC"


def _parameter(
    file: netCDF4.Dataset,
    name: str,
    values: list[np.ndarray],
    flags: list[str],
    attrs: dict[str, str],
) -> None:
    """A parameter as measured; in delayed mode salinity is adjusted by 0.01."""
    levels = file.dimensions["N_LEVELS"].size
    delayed = bool(file["DATA_MODE"][0] == b"D")
    offset = 0.01 if name == "PSAL" else 0.0
    for suffix, add, filled in (("", 0.0, True), ("_ADJUSTED", offset, delayed)):
        dims = ("N_PROF", "N_LEVELS")
        variable = file.createVariable(f"{name}{suffix}", "f4", dims, fill_value=99999.0)
        variable.setncatts(attrs)
        padded = np.full((len(values), levels), 99999.0, dtype="f4")
        for row, profile in enumerate(values):
            if filled:
                padded[row, : profile.size] = profile + np.float32(add)
        variable[:] = padded
        _text(file, f"{name}{suffix}_QC", dims, *[text * filled for text in flags])
    error = file.createVariable(f"{name}_ADJUSTED_ERROR", "f4", dims, fill_value=99999.0)
    error[:] = np.where(padded == 99999.0, np.float32(99999.0), np.float32(0.01))


def _text(file: netCDF4.Dataset, name: str, dims: tuple[str, ...], *texts: str) -> None:
    variable = file.createVariable(name, "S1", dims, fill_value=b" ")
    shape = [file.dimensions[dim].size for dim in dims]
    width = int(np.prod(shape)) // max(1, len(texts))
    characters = "".join(text.ljust(width) for text in texts).encode()
    variable[:] = np.frombuffer(characters, dtype="S1").reshape(shape)


def _index(name: str, title: str, columns: str, rows: list[str]) -> tuple[str, str]:
    # Eight lines, as in the archive: argopy skips so many, whatever they say.
    header = (
        f"# Title : {title} of no Argo Global Data Assembly Center\n"
        "# Description : SYNTHETIC sample in the layout of the archive.\n"
        f"# Project : {PROJECT}\n"
        "# Format version : 2.0\n"
        f"# Date of update : {MADE}\n"
        "# FTP root number 1 : none\n"
        "# FTP root number 2 : none\n"
        "# GDAC node : SYNTHETIC\n"
    )
    return name, header + columns + "\n" + "".join(f"{row}\n" for row in rows)


def make(folder: Path) -> None:
    """Write the whole tree."""
    profiles, floats = [], []
    for platform, mode in ((9000001, "D"), (9000002, "R")):
        home = f"synthetic/{platform}"
        floats.append(f"{home}/{platform}_meta.nc,845,XX,{MADE}")
        cycles = casts(platform, mode, 3)
        write_profiles(
            folder / "dac" / home / f"{platform}_prof.nc", [cycle[0] for cycle in cycles]
        )
        for cycle in cycles:
            path = f"{home}/profiles/{mode}{platform}_{cycle[0].cycle:03d}.nc"
            write_profiles(folder / "dac" / path, cycle)
            latitude, longitude = cycle[0].position
            date = cycle[0].date.strftime("%Y%m%d%H%M%S")
            profiles.append(f"{path},{date},{latitude:.3f},{longitude:.3f},A,845,XX,{MADE}")
    for name, text in (
        _index(
            "ar_index_global_prof.txt",
            "Profile directory file",
            "file,date,latitude,longitude,ocean,profiler_type,institution,date_update",
            profiles,
        ),
        _index(
            "ar_index_global_meta.txt",
            "Metadata directory file",
            "file,profiler_type,institution,date_update",
            floats,
        ),
    ):
        (folder / name).write_text(text)


_PRES = {
    "long_name": "Sea water pressure, equals 0 at sea-level",
    "standard_name": "sea_water_pressure",
    "units": "decibar",
    "axis": "Z",
}
_TEMP = {
    "long_name": "Sea temperature in-situ ITS-90 scale",
    "standard_name": "sea_water_temperature",
    "units": "degree_Celsius",
}
_PSAL = {
    "long_name": "Practical salinity",
    "standard_name": "sea_water_salinity",
    "units": "psu",
}

if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
