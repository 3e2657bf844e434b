"""Make ``samples/icos``: ocean carbon that nobody measured, as ICOS and PANGAEA give it.

    python catalogs/samples/make_icos.py [FOLDER]

Objects and datasets bear the ids of real ones, by which examples ask for them; station, rows and
rights are made up and say so.
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
START = datetime(2020, 3, 1, tzinfo=UTC)
ROWS = 48
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
    """One every half hour for a day."""
    return [START + timedelta(minutes=30 * number) for number in range(ROWS)]


def values(label: str) -> np.ndarray:
    """A day's swing of each quantity; one questionable pCO2, and one that is missing."""
    day = 2 * np.pi * np.arange(ROWS) / ROWS
    if label.startswith("Temp"):
        return np.round(8.0 + 0.3 * np.sin(day), 3).astype("f4")
    if label.startswith("P_sal"):
        return np.round(34.5 + 0.05 * np.cos(day), 3).astype("f4")
    found = np.round(390.0 + 5.0 * np.sin(day) - 1.3 * label.startswith("f"), 2).astype("f4")
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
        ("Temperature, water", "°C", "Temp", ""),
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
    columns = (
        "Date/Time", "Latitude", "Longitude", "Temp [°C]", "fCO2water_SST_wet [µatm]",
        "fCO2water_SST_wet [µatm] (Recomputed after ...)", "Flag [#]",
    )  # fmt: skip
    rows = [
        (
            f"2019-06-{number + 1:02d}T12:00",
            f"{60 - number * 0.5:.3f}",
            f"{-20 + number:.3f}",
            f"{9 + number * 0.1:.2f}",
            f"{350 + number:.1f}",
            f"{351 + number:.1f}",
            "3" if number == 4 else "2",
        )
        for number in range(12)
    ]
    return "\n".join([*head, *("\t".join(row) for row in (columns, *rows))]) + "\n"


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
