"""Make ``samples/euroargo``: answers about two floats that never were, in the services' own forms.

    python catalogs/samples/make_euroargo.py [FOLDER]

They are the floats of ``make_argogdac.py``, whose WMO numbers begin with 90, which no float's
does. The first is in delayed mode, its salinity adjusted by 0.01 and its deepest one bad; the
second in real time. The first also measures oxygen, nitrate, pH, chlorophyll and backscattering.
"""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np

FOLDER = Path(__file__).parent / "euroargo"
TITLE = "SYNTHETIC sample, not observed"
PRESSURES = np.array([5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 500, 700, 1000], dtype="f4")
FLAT = {"pres": "decibar", "temp": "degree_Celsius", "psal": "PSU"}
BGC = {
    **FLAT,
    "doxy": "micromole/kg",
    "nitrate": "micromole/kg",
    "ph_in_situ_total": "dimensionless",
    "chla": "mg/m3",
    "bbp700": "m-1",
}


@dataclass(frozen=True)
class Cast:
    """One profile."""

    platform: int
    cycle: int

    @property
    def mode(self) -> str:
        """The first float is in delayed mode, the other in real time."""
        return "D" if self.platform == 9000001 else "R"

    @property
    def date(self) -> datetime:
        """Ten days between cycles."""
        return datetime(2020, 1, 5, 6, tzinfo=UTC) + timedelta(days=10 * (self.cycle - 1))

    @property
    def position(self) -> tuple[float, float]:
        """Longitude and latitude: a slow drift to the north-east."""
        south = 39.0 if self.platform == 9000001 else 40.5
        return round(3.5 + 0.1 * self.cycle, 3), round(south + 0.05 * self.cycle, 3)

    def values(self, name: str) -> np.ndarray:
        """A winter's mixed layer over the deep water of the western Mediterranean."""
        surface = np.exp(-PRESSURES / 80)
        made = {
            "pres": PRESSURES,
            "temp": 13.0 + 1.5 * surface,
            "psal": 38.5 - 0.6 * surface,
            "doxy": 190 + 50 * surface,
            "nitrate": 8.5 - 8 * surface,
            "ph_in_situ_total": 8.05 + 0.03 * surface,
            "chla": 0.4 * surface,
            "bbp700": 3e-4 + 8e-4 * surface,
        }
        return made[name].astype("f4")

    def flags(self, name: str) -> str:
        """Good, but for the deepest salinity of the second cycle in delayed mode."""
        bad = name == "psal" and self.mode == "D" and self.cycle == 2
        return "1" * (PRESSURES.size - 1) + ("4" if bad else "1")


CASTS = [Cast(platform, cycle) for platform in (9000001, 9000002) for cycle in (1, 2, 3)]


def write_table(path: Path, casts: list[Cast], parameters: dict[str, str]) -> None:
    """Write a table as ERDDAP's ``.nc`` files are: one dimension, text as characters."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = PRESSURES.size
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.setncatts(
            {"title": TITLE, "Conventions": "Argo-3.1, CF-1.6", "cdm_data_type": "Other"}
        )
        file.createDimension("row", size * len(casts))
        for name, texts in (
            ("platform_number", [str(cast.platform) for cast in casts]),
            ("direction", ["A"] * len(casts)),
            ("data_mode", [cast.mode for cast in casts]),
        ):
            _characters(file, name, [text for text in texts for _ in range(size)])
        _numbers(file, "cycle_number", "i4", np.repeat([c.cycle for c in casts], size), 99999, "")
        seconds = np.repeat([cast.date.timestamp() for cast in casts], size)
        _numbers(file, "time", "f8", seconds, None, "seconds since 1970-01-01T00:00:00Z")
        for place, (name, units) in enumerate(
            (("longitude", "degrees_east"), ("latitude", "degrees_north"))
        ):
            values = np.repeat([cast.position[place] for cast in casts], size)
            _numbers(file, name, "f8", values, 99999.0, units)
        for name, units in parameters.items():
            values = np.concatenate([cast.values(name) for cast in casts])
            flags = "".join(cast.flags(name) for cast in casts)
            delayed = np.repeat([cast.mode == "D" for cast in casts], size)
            offset = np.float32(0.01 if name == "psal" else 0)
            _numbers(file, name, "f4", values, 99999.0, units)
            _characters(file, f"{name}_qc", list(flags))
            adjusted = np.where(delayed, values + offset, np.float32(99999))
            _numbers(file, f"{name}_adjusted", "f4", adjusted, 99999.0, units)
            kept = [
                flag if is_delayed else " " for flag, is_delayed in zip(flags, delayed, strict=True)
            ]
            _characters(file, f"{name}_adjusted_qc", kept)


def _numbers(
    file: netCDF4.Dataset,
    name: str,
    kind: str,
    values: np.ndarray,
    fill: float | None,
    units: str,
) -> None:
    variable = file.createVariable(name, kind, ("row",), fill_value=fill)
    variable.set_auto_maskandscale(False)
    if units:
        variable.units = units
    variable[:] = values


def _characters(file: netCDF4.Dataset, name: str, texts: list[str]) -> None:
    width = max(map(len, texts))
    file.createDimension(f"{name}_strlen", width)
    variable = file.createVariable(name, "S1", ("row", f"{name}_strlen"))
    variable._Encoding = "ISO-8859-1"
    variable.set_auto_chartostring(False)
    encoded = np.array([text.encode("latin-1") for text in texts], dtype=f"S{width}")
    variable[:] = encoded.view("S1").reshape(len(texts), width)


def argovis() -> list[dict[str, object]]:
    """Profiles as Argovis has them: columns of values, good levels only."""
    names = {"pressure": "pres", "temperature": "temp", "salinity": "psal"}
    units = {"pressure": "decibar", "temperature": "degree_Celsius", "salinity": "psu"}
    return [
        {
            "_id": f"{cast.platform}_{cast.cycle:03d}",
            "geolocation": {"type": "Point", "coordinates": list(cast.position)},
            "timestamp": cast.date.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "source": [{"source": ["synthetic"], "url": "none"}],
            "cycle_number": cast.cycle,
            "profile_direction": "A",
            "data": [[round(float(x), 3) for x in cast.values(each)] for each in names.values()],
            "data_info": [
                list(names),
                ["units", "data_keys_mode"],
                [[units[each], cast.mode] for each in names],
            ],
            "metadata": [f"{cast.platform}_m0"],
        }
        for cast in CASTS
    ]


def state(platform: int) -> dict[str, object]:
    """A float's state as fleet monitoring has it, with what is not to be handed on."""
    last = max((cast for cast in CASTS if cast.platform == platform), key=lambda cast: cast.cycle)
    longitude, latitude = last.position
    return {
        "wmo": str(platform),
        "owner": "NOBODY (synthetic)",
        "serialIMEI": "000000000000000",
        "platform": {"code": "0", "name": TITLE, "type": "SYNTHETIC"},
        "battery": {"level": 10.5, "status": "good"},
        "projects": ["SYNTHETIC"],
        "networks": ["CORE"],
        "lastCycleBasicInfo": {
            "numCycle": last.cycle,
            "lat": latitude,
            "lon": longitude,
            "date": last.date.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        },
    }


def technical(platform: int) -> dict[str, object]:
    """A float's technical data."""
    values = [
        {"cycleNumber": cycle, "value": f"{11 - cycle / 10:.1f}", "alert": 0, "dimLevel": 1}
        for cycle in (1, 2, 3)
    ]
    content = {"argoCode": "VOLTAGE_Battery_volts", "unit": "volts", "type": "VOLTAGE"}
    secret = {"argoCode": "IDENTIFIER_Imei_NUMBER", "unit": "NUMBER", "type": "IDENTIFIER"}
    contents = [{**each, "technicalDataValues": values} for each in (content, secret)]
    return {"platformCode": str(platform), "technicalDataContents": contents}


def trajectory(platform: int) -> list[dict[str, object]]:
    """A float's track, in no order."""
    casts = [cast for cast in CASTS if cast.platform == platform]
    return [
        {
            "id": cast.platform * 10 + cast.cycle,
            "cvNumber": cast.cycle,
            "coordinate": {"lat": cast.position[1], "lon": cast.position[0]},
            "level": 0,
        }
        for cast in (casts[1], casts[2], casts[0])
    ]


def deployments() -> dict[str, object]:
    """Deployments as OceanOPS lists them."""
    data = [
        {
            "ref": str(cast.platform),
            "ptfDepl": {
                "deplDate": (cast.date - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%S"),
                "lat": cast.position[1],
                "lon": cast.position[0],
            },
            "ptfStatus": {"name": "SYNTHETIC"},
            "program": {"nameShort": "none", "country": {"nameShort": "none"}},
            "ptfModel": {"nameShort": "SYNTHETIC"},
        }
        for cast in CASTS
        if cast.cycle == 1
    ]
    return {"data": data, "total": len(data)}


def make(folder: Path) -> None:
    """Write all answers."""
    write_table(folder / "tabledap" / "ArgoFloats.nc", CASTS, FLAT)
    first = [cast for cast in CASTS if cast.mode == "D"]
    write_table(folder / "tabledap" / "ArgoFloats-synthetic-BGC.nc", first, BGC)
    texts: dict[str, object] = {"argo.json": argovis(), "data/platform.json": deployments()}
    for platform in (9000001, 9000002):
        texts[f"floats/{platform}.json"] = state(platform)
        texts[f"technical-data/{platform}.json"] = technical(platform)
        texts[f"trajectory/{platform}.json"] = trajectory(platform)
    for name, told in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
