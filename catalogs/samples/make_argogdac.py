"""Make ``samples/argogdac``: two floats that never were, in the layout of an Argo GDAC.

    python catalogs/samples/make_argogdac.py [FOLDER]

Their WMO numbers begin with 90, which no float's does, their data centre is called
``synthetic`` and their project says what they are, so that they cannot pass for others. The
first float is in delayed mode, with a near-surface part and one bad salinity in its second
cycle, and measures oxygen; the other in real time. Both drift in the western Mediterranean in
early 2020. Oxygen is adjusted by a gain of 1.05, and its first cycle is still in real time, so
that it has a mode of its own.
"""

import sys
from collections.abc import Sequence
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
_CORE = ("PRES", "TEMP", "PSAL")
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
    def oxygen(self) -> np.ndarray:
        """As measured, in umol kg-1: less with depth."""
        return (190.0 + 50.0 * np.exp(-self.pressure / 200)).astype("f4")

    @property
    def oxygen_mode(self) -> str:
        """In delayed mode from the second cycle on."""
        return "R" if self.cycle == 1 else "D"

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


def _profile_variables(
    file: netCDF4.Dataset, profiles: list[Cast], *, parameters: Sequence[str] = _CORE
) -> None:
    measured = "".join(name.ljust(16) for name in parameters)
    for name, dims, texts in (
        ("PLATFORM_NUMBER", ("STRING8",), [str(cast.platform) for cast in profiles]),
        ("PROJECT_NAME", ("STRING64",), [PROJECT] * len(profiles)),
        ("PI_NAME", ("STRING64",), ["nobody"] * len(profiles)),
        ("STATION_PARAMETERS", ("N_PARAM", "STRING16"), [measured] * len(profiles)),
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
    *,
    mode: str = "",
) -> None:
    """A parameter as measured; adjusted, salinity has 0.01 more and oxygen a gain of 1.05."""
    levels = file.dimensions["N_LEVELS"].size
    delayed = mode == "D" if mode else bool(file["DATA_MODE"][0] == b"D")
    gain = 1.05 if name == "DOXY" else 1.0
    offset = 0.01 if name == "PSAL" else 0.0
    for suffix, times, add, filled in (
        ("", 1.0, 0.0, True),
        ("_ADJUSTED", gain, offset, delayed),
    ):
        dims = ("N_PROF", "N_LEVELS")
        variable = file.createVariable(f"{name}{suffix}", "f4", dims, fill_value=99999.0)
        variable.setncatts(attrs)
        padded = np.full((len(values), levels), 99999.0, dtype="f4")
        for row, profile in enumerate(values):
            if filled:
                padded[row, : profile.size] = profile * np.float32(times) + np.float32(add)
        variable[:] = padded
        good = ["1" * len(text) for text in flags] if suffix and name == "DOXY" else flags
        _text(file, f"{name}{suffix}_QC", dims, *[text * filled for text in good])
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


def write_bgc(path: Path, cast: Cast, *, synthetic: bool) -> None:
    """Write a synthetic profile, or the B-file that it is made from."""
    parameters = ["PRES", "TEMP", "PSAL", "DOXY"] if synthetic else ["PRES", "TEMP_DOXY", "DOXY"]
    modes = {"PRES": "D" if synthetic else "R", "TEMP": "D", "PSAL": "D", "TEMP_DOXY": "R"}
    modes["DOXY"] = cast.oxygen_mode
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.setncatts({"title": "SYNTHETIC Argo profile", "Conventions": "Argo-3.1 CF-1.6"})
        sizes = {**_STRINGS, "DATE_TIME": 14, "N_PROF": 1, "N_PARAM": len(parameters)}
        for name, size in {**sizes, "N_LEVELS": cast.pressure.size}.items():
            file.createDimension(name, size)
        _text(file, "FORMAT_VERSION", ("STRING4",), "1.0")
        _profile_variables(file, [cast], parameters=parameters)
        letters = "".join(modes[name] for name in parameters)
        _text(file, "PARAMETER_DATA_MODE", ("N_PROF", "N_PARAM"), letters)
        good = "1" * cast.pressure.size
        values = {
            "PRES": cast.pressure, "TEMP": cast.temperature, "PSAL": cast.salinity,
            "TEMP_DOXY": cast.temperature, "DOXY": cast.oxygen,
        }  # fmt: skip
        attrs = {
            "PRES": _PRES,
            "TEMP": _TEMP,
            "PSAL": _PSAL,
            "TEMP_DOXY": _TEMP_DOXY,
            "DOXY": _DOXY,
        }
        for name in parameters:
            flags = "3" * len(good) if name == "DOXY" and modes[name] == "R" else good
            _parameter(file, name, [values[name]], [flags], attrs[name], mode=modes[name])


def write_about(folder: Path, platform: int, cycles: list[list[Cast]]) -> None:
    """Write what a float is, where it went, and what it said of itself."""
    first = cycles[0][0]
    with netCDF4.Dataset(folder / f"{platform}_meta.nc", "w", format="NETCDF3_CLASSIC") as file:
        for name, size in {**_STRINGS, "DATE_TIME": 14, "N_SENSOR": 2, "N_PARAM": 3}.items():
            file.createDimension(name, size)
        for name, width, text in (
            ("PLATFORM_NUMBER", "STRING8", str(platform)), ("PLATFORM_TYPE", "STRING32", "NONE"),
            ("PLATFORM_MAKER", "STRING256", "nobody"), ("PROJECT_NAME", "STRING64", PROJECT),
            ("PI_NAME", "STRING64", "nobody"), ("DATA_CENTRE", "STRING2", "XX"),
            ("DEPLOYMENT_PLATFORM", "STRING32", "none"),
            ("LAUNCH_DATE", "DATE_TIME", first.date.strftime("%Y%m%d%H%M%S")),
        ):  # fmt: skip
            _text(file, name, (width,), text)
        for name, value in zip(("LATITUDE", "LONGITUDE"), first.position, strict=True):
            file.createVariable(f"LAUNCH_{name}", "f8", (), fill_value=99999.0)[...] = value
        _text(file, "SENSOR", ("N_SENSOR", "STRING32"), "CTD_PRES", "CTD_TEMP")
        _text(file, "PARAMETER", ("N_PARAM", "STRING64"), "PRES", "TEMP", "PSAL")
    with netCDF4.Dataset(folder / f"{platform}_tech.nc", "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("STRING8", 8)
        file.createDimension("STRING128", 128)
        file.createDimension("N_TECH_PARAM", len(cycles))
        _text(file, "PLATFORM_NUMBER", ("STRING8",), str(platform))
        name = "VOLTAGE_BatteryParkEnd_volts"
        text = ("N_TECH_PARAM", "STRING128")
        _text(file, "TECHNICAL_PARAMETER_NAME", text, *[name] * len(cycles))
        volts = [f"{15 - 0.1 * cycle[0].cycle:.1f}" for cycle in cycles]
        _text(file, "TECHNICAL_PARAMETER_VALUE", text, *volts)
        number = file.createVariable("CYCLE_NUMBER", "i4", ("N_TECH_PARAM",), fill_value=99999)
        number[:] = [cycle[0].cycle for cycle in cycles]
    with netCDF4.Dataset(folder / f"{platform}_Rtraj.nc", "w", format="NETCDF3_CLASSIC") as file:
        file.createDimension("STRING8", 8)
        file.createDimension("N_MEASUREMENT", len(cycles))
        _text(file, "PLATFORM_NUMBER", ("STRING8",), str(platform))
        casts = [cycle[0] for cycle in cycles]
        days = [(cast.date - datetime(1950, 1, 1)) / timedelta(days=1) for cast in casts]
        for name, kind, values in (
            ("JULD", "f8", days),
            ("LATITUDE", "f8", [cast.position[0] for cast in casts]),
            ("LONGITUDE", "f8", [cast.position[1] for cast in casts]),
            ("CYCLE_NUMBER", "i4", [cast.cycle for cast in casts]),
            ("MEASUREMENT_CODE", "i4", [703] * len(casts)),  # a position at the surface
        ):
            file.createVariable(name, kind, ("N_MEASUREMENT",), fill_value=99999)[:] = values
        for name in ("JULD_QC", "POSITION_QC"):
            _text(file, name, ("N_MEASUREMENT",), *["1"] * len(casts))


def make(folder: Path) -> None:
    """Write the whole tree."""
    profiles, floats, positions, messages, synthetic, bio = [], [], [], [], [], []
    for platform, mode in ((9000001, "D"), (9000002, "R")):
        home = f"synthetic/{platform}"
        floats.append(f"{home}/{platform}_meta.nc,845,XX,{MADE}")
        messages.append(f"{home}/{platform}_tech.nc,XX,{MADE}")
        cycles = casts(platform, mode, 3)
        write_profiles(
            folder / "dac" / home / f"{platform}_prof.nc", [cycle[0] for cycle in cycles]
        )
        write_about(folder / "dac" / home, platform, cycles)
        places = [cycle[0].position for cycle in cycles]
        (south, west), (north, east) = places[0], places[-1]
        box = f"{north:.3f},{south:.3f},{east:.3f},{west:.3f}"
        positions.append(f"{home}/{platform}_Rtraj.nc,{box},845,XX,{MADE}")
        for cycle in cycles:
            cast = cycle[0]
            path = f"{home}/profiles/{mode}{platform}_{cast.cycle:03d}.nc"
            write_profiles(folder / "dac" / path, cycle)
            latitude, longitude = cast.position
            date = cast.date.strftime("%Y%m%d%H%M%S")
            told = f"{date},{latitude:.3f},{longitude:.3f},A,845,XX"
            profiles.append(f"{path},{told},{MADE}")
            if platform != 9000001:
                continue
            for rows, kind, measured, modes in (
                (synthetic, "SD", "PRES TEMP PSAL DOXY", f"DDD{cast.oxygen_mode}"),
                (bio, "BD", "PRES TEMP_DOXY DOXY", f"RR{cast.oxygen_mode}"),
            ):
                path = f"{home}/profiles/{kind}{platform}_{cast.cycle:03d}.nc"
                write_bgc(folder / "dac" / path, cast, synthetic=kind == "SD")
                rows.append(f"{path},{told},{measured},{modes},{MADE}")
    where = "file,date,latitude,longitude,ocean,profiler_type,institution"
    box = "file,latitude_max,latitude_min,longitude_max,longitude_min"
    kind = "profiler_type,institution,date_update"
    bgc = f"{where},parameters,parameter_data_mode,date_update"
    for name, title, columns, rows in (
        ("ar_index_global_prof", "Profile", f"{where},date_update", profiles),
        ("ar_index_global_meta", "Metadata", f"file,{kind}", floats),
        ("ar_index_global_traj", "Trajectory", f"{box},{kind}", positions),
        ("ar_index_global_tech", "Technical", "file,institution,date_update", messages),
        ("argo_synthetic-profile_index", "Synthetic-Profile", bgc, synthetic),
        ("argo_bio-profile_index", "Bio-Profile", bgc, bio),
    ):
        file, text = _index(f"{name}.txt", f"{title} directory file", columns, rows)
        (folder / file).write_text(text)
    (folder / "ar_greylist.txt").write_text(
        "PLATFORM_CODE,PARAMETER_NAME,START_DATE,END_DATE,QUALITY_CODE,COMMENT,DAC\n"
        "9000002,PSAL,20200115,,3,SYNTHETIC, not a real sensor,XX\n"
    )


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
_DOXY = {
    "long_name": "Dissolved oxygen",
    "standard_name": "moles_of_oxygen_per_unit_mass_in_sea_water",
    "units": "micromole/kg",
}
_TEMP_DOXY = {
    "long_name": "Sea temperature from oxygen sensor ITS-90 scale",
    "standard_name": "temperature_of_sensor_for_oxygen_in_sea_water",
    "units": "degree_Celsius",
}
_PSAL = {
    "long_name": "Practical salinity",
    "standard_name": "sea_water_salinity",
    "units": "psu",
}

if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
