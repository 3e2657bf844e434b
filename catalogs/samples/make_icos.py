"""Make ``samples/icos``: ocean carbon that nobody measured, as ICOS and PANGAEA give it.

    python catalogs/samples/make_icos.py [FOLDER]

Objects and datasets bear the ids of real ones, by which examples ask for them; station, rows and
rights are made up and say so. The buoy has twelve years of seasons and a trend, warm water and
spring bloom against each other; the cruise crosses the North Atlantic in June, and its mole
fractions, pressures and fugacities belong together (Weiss and Price 1980, Weiss 1974).
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "icos"
OBJECT = "n94jijAEWH95fMNn8Mwd4I0M"
CRUISE = 850132
CITATION = "SYNTHETIC data of Blue-Cloud VRE: no observations, not to be cited as such."
META = "http://meta.icos-cp.eu"
START = datetime(2008, 1, 5, 12, tzinfo=UTC)
ROWS = 438
DAYS_A_ROW = 10
COLUMNS = (
    ("TIMESTAMP", "timeStamp", None, "iso8601dateTime"),
    ("Temp [degC]", "waterTempCelcius", "°C", "float32"),
    ("Temp [degC] QC Flag", "integerQualityFlag", None, "bmpChar"),
    ("P_sal [psu]", "salinity", "psu", "float32"),
    ("P_sal [psu] QC Flag", "integerQualityFlag", None, "bmpChar"),
    ("pCO2 [uatm]", "co2PartPressWaterSST", "µatm", "float32"),
    ("pCO2 [uatm] QC Flag", "integerQualityFlag", None, "bmpChar"),
    ("fCO2 [uatm]", "co2FugacityWater", "µatm", "float32"),
    ("fCO2 [uatm] QC Flag", "integerQualityFlag", None, "bmpChar"),
)
_TYPES = {"iso8601dateTime": ">f8", "float32": ">f4", "bmpChar": ">u2"}


def times() -> list[datetime]:
    """One every ten days for twelve years."""
    return [START + timedelta(days=DAYS_A_ROW * number) for number in range(ROWS)]


def values(label: str) -> np.ndarray:
    """Seasons of each quantity, a trend and some weather; one pCO2 is missing."""
    years = DAYS_A_ROW * np.arange(ROWS) / 365.25
    weather = np.random.default_rng(7).standard_normal((3, ROWS))
    warmth = np.cos(2 * np.pi * (years - 0.63))
    if label.startswith("Temp"):
        return np.round(9.5 + 3.0 * warmth + 0.3 * weather[0], 3).astype("f4")
    if label.startswith("P_sal"):
        return np.round(35.1 - 0.05 * warmth + 0.02 * weather[1], 3).astype("f4")
    bloom = np.exp(-(((years % 1 - 0.42) / 0.1) ** 2))
    pressure = 372.0 + 2.1 * years + 18.0 * warmth - 55.0 * bloom - 14.0 * warmth
    pressure += 4.0 * weather[2] - 1.3 * label.startswith("f")
    found = np.round(pressure, 2).astype("f4")
    found[10] = np.nan
    return found


def flags(label: str) -> list[str]:
    """WOCE flags: good, but for one questionable and one missing."""
    told = ["2"] * ROWS
    if "CO2" in label:
        told[5], told[10] = "3", "9"
    return told


def csv_table() -> str:
    """The table as the portal's CSV."""
    lines = [",".join(label for label, *_ in COLUMNS)]
    columns = []
    for label, kind, _, _ in COLUMNS:
        if kind == "timeStamp":
            columns.append([each.strftime("%Y-%m-%dT%H:%M:%SZ") for each in times()])
        elif kind == "integerQualityFlag":
            columns.append(flags(label))
        else:
            told = values(label)
            columns.append(["" if np.isnan(each) else f"{each:g}" for each in told])
    lines += [",".join(row) for row in zip(*columns, strict=True)]
    return "\n".join(lines) + "\n"


def binary_table() -> bytes:
    """The table as binary columns, in the order of their labels."""
    made = b""
    for label, kind, _, form in sorted(COLUMNS):
        if kind == "timeStamp":
            told = np.array([each.timestamp() * 1000 for each in times()])
        elif kind == "integerQualityFlag":
            told = np.array([ord(each) for each in flags(label)])
        else:
            told = values(label)
        made += told.astype(_TYPES[form]).tobytes()
    return made


def description() -> dict[str, object]:
    """The description of the object."""
    columns = [
        {
            "label": label,
            "valueType": {
                "self": {"uri": f"{META}/resources/cpmeta/{kind}"},
                **({"unit": unit} if unit else {}),
            },
            "valueFormat": f"{META}/ontologies/cpmeta/{form}",
        }
        for label, kind, unit, form in COLUMNS
    ]
    return {
        "accessUrl": f"https://data.icos-cp.eu/objects/{OBJECT}",
        "fileName": "SYNTHETIC.csv",
        "hash": OBJECT,
        "pid": f"11676/{OBJECT}",
        "size": 4096,
        "references": {"title": "SYNTHETIC buoy", "citationString": CITATION},
        "specification": {"format": {"uri": f"{META}/ontologies/cpmeta/asciiOtcProductCsv"}},
        "specificInfo": {
            "nRows": ROWS,
            "columns": columns,
            "acquisition": {
                "interval": {
                    "start": times()[0].isoformat(),
                    "stop": times()[-1].isoformat(),
                },
                "station": {"id": "XXXX", "org": {"name": "SYNTHETIC buoy"}},
            },
        },
    }


def cruise() -> str:
    """A cruise as PANGAEA gives it, with a recomputed fugacity and its WOCE flag."""
    parameters = (
        ("DATE/TIME", "", "Date/Time", "GEOCODE"),
        ("LATITUDE", "", "Latitude", "GEOCODE"),
        ("LONGITUDE", "", "Longitude", "GEOCODE"),
        ("DEPTH, water", "m", "Depth water", "GEOCODE"),
        ("Temperature, water", "°C", "Temp", ""),
        ("Temperature at equilibration", "°C", "Tequ", ""),
        ("Pressure at equilibration", "hPa", "Pequ", ""),
        ("Salinity, interpolated", "", "Sal interp", ""),
        ("Pressure, atmospheric, interpolated", "hPa", "PPPP interp", ""),
        ("xCO2 (air), interpolated", "µmol/mol", "xCO2air_interp", ""),
        (
            "xCO2 (water) at equilibrator temperature (dry air)",
            "µmol/mol",
            "xCO2water_equ_dry",
            "",
        ),
        ("Fugacity of carbon dioxide (water)", "µatm", "fCO2water_SST_wet", ""),
        ("Fugacity of carbon dioxide (water)", "µatm", "fCO2water_SST_wet", "COMMENT: fCO2rec"),
        (
            "Quality flag",
            "#",
            "Flag",
            "COMMENT: fCO2rec_flag, WOCE quality flag for fCO2rec: 2:good",
        ),
    )
    told = [
        f"{name}{f' [{unit}]' if unit else ''} ({short}){f' * {more}' if more else ''}"
        for name, unit, short, more in parameters
    ]
    head = [
        "/* DATA DESCRIPTION:",
        f"Citation:\t{CITATION}",
        "Parameter(s):\t" + "\n\t".join(told),
        "License:\tCreative Commons Zero (CC0)",
        "*/",
    ]
    columns = [f"{short}{f' [{unit}]' if unit else ''}" for _, unit, short, _ in parameters]
    columns[-2] += " (Recomputed after ...)"
    return "\n".join([*head, *("\t".join(row) for row in (columns, *underway()))]) + "\n"


def underway() -> list[tuple[str, ...]]:
    """A row each 45 minutes from Greenland to Norway, the water less saturated where it is cold."""
    size = 160
    way = np.linspace(0, 1, size)
    weather = np.random.default_rng(8).standard_normal((3, size))
    east, north = -43 + 48 * way, 59.6 + 0.8 * np.sin(3 * way) - 1.2 * way**2
    sea = np.round(4.0 + 7.5 * way + 0.8 * np.sin(19 * way) + 0.1 * weather[0], 3)
    salinity = np.round(34.3 + 0.9 * np.sin(2.6 * way) - 0.9 * way**6, 3)
    warmed = np.round(sea + 0.45 + 0.05 * weather[1], 3)
    air = np.round(1008 + 9 * np.sin(5 * way), 1)
    inside = np.round(air - 0.8, 1)
    fraction = np.round(348 + 26 * way + 12 * np.sin(23 * way) + 2 * weather[2], 3)
    fugacity = np.round(fugacities(fraction, sea, warmed, inside, salinity), 3)
    began = datetime(2019, 6, 3, 6, tzinfo=UTC)
    return [
        (
            (began + timedelta(minutes=45 * n)).strftime("%Y-%m-%dT%H:%M"),
            f"{north[n]:.5f}", f"{east[n]:.5f}", "5", f"{sea[n]:.3f}", f"{warmed[n]:.3f}",
            f"{inside[n]:.3f}", f"{salinity[n]:.3f}", f"{air[n]:.3f}", "410.500",
            f"{fraction[n]:.3f}", f"{fugacity[n]:.3f}", f"{fugacity[n]:.3f}",
            "3" if n == 4 else "2",
        )
        for n in range(size)
    ]  # fmt: skip


def fugacities(
    fraction: np.ndarray,
    sea: np.ndarray,
    warmed: np.ndarray,
    pressure_hpa: np.ndarray,
    salinity: np.ndarray,
) -> np.ndarray:
    """Of CO2 at the temperature of the sea, in uatm, from its mole fraction in dry air."""
    kelvin, warm = sea + 273.15, (warmed + 273.15) / 100
    vapour = np.exp(24.4543 - 67.4509 / warm - 4.8489 * np.log(warm) - 0.000544 * salinity)
    atm = pressure_hpa / 1013.25
    b = -1636.75 + 12.0408 * kelvin - 0.0327957 * kelvin**2 + 3.16528e-5 * kelvin**3
    other = 2 * (1 - fraction * 1e-6) ** 2 * (57.7 - 0.118 * kelvin)
    pressure = fraction * (atm - vapour) * np.exp(0.0423 * (sea - warmed))
    return pressure * np.exp((b + other) * atm / (82.0574 * kelvin))


def results(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Rows as SPARQL results in JSON."""
    bound = [
        {
            name: {"type": "literal", "value": value}
            for name, value in zip(columns, row, strict=True)
        }
        for row in rows
    ]
    made = {"head": {"vars": list(columns)}, "results": {"bindings": bound}}
    return json.dumps(made, indent=1) + "\n"


def make(folder: Path) -> None:
    """Write the whole tree."""
    objects = ("object", "file_name", "type", "station", "start", "end", "size", "submitted")
    start, end = times()[0].isoformat(), times()[-1].isoformat()
    object_row = (
        f"https://meta.icos-cp.eu/objects/{OBJECT}", "SYNTHETIC.csv", "SYNTHETIC OTC product",
        "SYNTHETIC buoy", start, end, "4096", "2026-01-01T00:00:00Z",
    )  # fmt: skip
    station = (f"{META}/resources/stations/OS_XXXX", "XXXX", "SYNTHETIC buoy")
    texts = {
        "sparql/objects.json": results(objects, [object_row]),
        "sparql/objects.count.json": results(("count",), [("1",)]),
        "sparql/stations.json": results(("station", "id", "name"), [station]),
        "sparql/stations.count.json": results(("count",), [("1",)]),
        f"objects/{OBJECT}.json": json.dumps(description(), indent=1) + "\n",
        f"csv/{OBJECT}.csv": csv_table(),
        f"pangaea/{CRUISE}.tab": cruise(),
    }
    files = {name: text.encode() for name, text in texts.items()}
    files[f"cpb/{OBJECT}.cpb"] = binary_table()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
