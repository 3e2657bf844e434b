"""Make ``samples/bluecloud``: collections and casts that never were, as Blue-Cloud answers.

    python catalogs/samples/make_bluecloud.py [FOLDER]

Identifiers begin with zeros, platforms are called SYNTHETIC. One cast off Iberia in January
2020 has an adjusted value that was taken away, one bad flag and one gap. Twelve floats drift in
the North Atlantic through 2019, four in each of three kinds of water: subpolar, of the current
between, subtropical. The water is mixed to some depth, far down in winter and little in summer.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "bluecloud"
DEPTHS = (5.0, 50.0, 200.0, 1000.0)


def collections() -> dict[str, object]:
    """The list, and two of its records: one with a relative address, one with objects for lists."""
    common = {
        "Last_Update": "2026-01-01T00:00:00",
        "Abstract": "No observations.",
        "Organisations": ["SYNTHETIC"],
        "Instruments": ["SYNTHETIC"],
        "Temporal_Extent_Begin": "2020-01-01T00:00:00",
        "Temporal_Extent_End": "2020-12-31T00:00:00",
    }
    first = {
        **common,
        "Identifier": "0000000000000001",
        "Source": "EuroArgo - Argo",
        "Title": "SYNTHETIC Argo float",
        "Keywords": ["ARGO"],
        "Parameters": ["SUBSURFACE TEMPERATURE", "SUBSURFACE SALINITY"],
        "Platforms": ["SYNTHETIC"],
        "Bounding_Box_WestLongitude": -10,
        "Bounding_Box_EastLongitude": 0,
        "Bounding_Box_SouthLatitude": 35,
        "Bounding_Box_NorthLatitude": 45,
        "OnlineResourceUrl": "/search-details?step=0000000000000001",
    }
    second = {
        **common,
        "Identifier": "0000000000000002",
        "Source": "SeaDataNet \u2013 CDI",
        "Title": "SYNTHETIC cruise",
        "Keywords": {"0": "CDI", "1": "cruise"},
        "Parameters": "OXYGEN",
        "Platforms": {"0": "SYNTHETIC"},
        "Bounding_Box_WestLongitude": "170.5",
        "Bounding_Box_EastLongitude": "-170.5",
        "Bounding_Box_SouthLatitude": "-20",
        "Bounding_Box_NorthLatitude": "20",
        "OnlineResourceUrl": "https://data.blue-cloud.org/search-details?step=0000000000000002",
    }
    base = "https://data.blue-cloud.org/api/collections"
    return {
        "ddas/collections.json": {
            "urls": [f"{base}/0000000000000001", "/api/collections/0000000000000002"]
        },
        "ddas/0000000000000001.json": first,
        "ddas/0000000000000002.json": second,
    }


def floats() -> pd.DataFrame:
    """Twelve profiles of each of twelve floats, with weather of their own, in Argo's names."""
    pressure = np.array(
        [5, 10, 20, 30, 50, 75, 100, 150, 200, 250, 300, 400, 500, 600, 700, 800, 900, 1000.0]
    )
    parts = []
    for number in range(12):
        water, start = divmod(number, 4)
        south, west = ((52.0, -46.0), (40.5, -58.0), (26.0, -62.0))[water]
        north, east = ((0.25, 0.55), (0.28, 0.85), (0.16, -0.3))[water]
        for cycle in range(1, 13):
            weather = np.random.default_rng([number, cycle]).standard_normal(6)
            date = pd.Timestamp(2019, 1, 9, 6) + pd.Timedelta(days=30 * (cycle - 1))
            season = -np.cos(2 * np.pi * (date.day_of_year - 55) / 365)
            # Eddies bring some of the neighbouring water.
            kind = float(np.clip(water + 0.3 * weather[3], 0, 2))
            surface, deep, scale, salt, slope, fresh, winter = (
                np.interp(kind, (0, 1, 2), each)
                for each in (
                    (7.5, 15.5, 21.5),
                    (3.6, 5.0, 6.0),
                    (350, 330, 420),
                    (34.75, 34.72, 34.55),
                    (0.03, 0.105, 0.118),
                    (0.5, 0.25, 0.0),
                    (320, 190, 110),
                )
            )
            mixed = (15 + winter * ((1 - season) / 2) ** 2) * np.exp(0.2 * weather[5])
            level = np.maximum(pressure, mixed)
            temperature = deep + (surface - deep) * np.exp(-((level / scale) ** 1.4))
            temperature += (2.2 + 2.2 * season) * np.exp(-((level / 55) ** 2))
            temperature += 0.6 * weather[2] * np.exp(-level / 400)
            salinity = salt + slope * (temperature - 3.5) + 0.02 * weather[4]
            salinity -= fresh * np.exp(-level / 60)
            measured = {
                "PRES": pressure,
                "TEMP": temperature.round(3),
                "PSAL": salinity.round(3),
            }
            where = {
                "JULD": date,
                "LONGITUDE": round(west + 8.5 * start + east * cycle + 0.3 * weather[1], 3),
                "LATITUDE": round(south + 2.1 * start + north * cycle + 0.3 * weather[0], 3),
                "PLATFORM_NUMBER": f"SYNTHETIC{number + 1:02d}",
                "CYCLE_NUMBER": cycle,
            }
            part = pd.DataFrame(measured).assign(**where)
            for name in measured:
                part[f"{name}_ADJUSTED"] = part[name]
                part[f"{name}_QC"] = part[f"{name}_ADJUSTED_QC"] = "1"
            parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    table["JULD"] = table["JULD"].astype("datetime64[ns]")
    return table


def casts() -> dict[str, pd.DataFrame]:
    """A table a node, in its own names."""
    time = pd.to_datetime(["2020-01-15T12:00:00"] * len(DEPTHS)).astype("datetime64[ns]")
    size = len(DEPTHS)
    temperature, salinity = [16.0, 15.0, 13.0, 9.0], [36.1, 36.0, 35.8, 35.4]
    wod = pd.DataFrame(
        {
            "time": time, "longitude": [-8.0] * size, "latitude": [40.0] * size, "depth": DEPTHS,
            "temperature": temperature, "salinity": salinity, "oxygen": [240.0, None, 220.0, 200.0],
        }
    )  # fmt: skip
    argo = pd.DataFrame(
        {
            "JULD": time, "LONGITUDE": [-8.0] * size, "LATITUDE": [40.0] * size,
            "PLATFORM_NUMBER": ["SYNTHETIC"] * size, "CYCLE_NUMBER": [1] * size,
            "PRES": DEPTHS, "PRES_QC": ["1"] * size,
            "PRES_ADJUSTED": DEPTHS, "PRES_ADJUSTED_QC": ["1"] * size,
            "TEMP": temperature, "TEMP_QC": ["1"] * size,
            "TEMP_ADJUSTED": [16.1, None, None, 9.1], "TEMP_ADJUSTED_QC": ["1", "4", "", "2"],
            "PSAL": salinity, "PSAL_QC": ["1", "1", "3", "1"],
            "PSAL_ADJUSTED": [None] * size, "PSAL_ADJUSTED_QC": [""] * size,
        }
    )  # fmt: skip
    argo["PSAL_ADJUSTED"] = argo["PSAL_ADJUSTED"].astype("float64")
    cora = argo.drop(columns="CYCLE_NUMBER").rename(columns={"JULD": "TIME"})
    cora["DEPH"] = DEPTHS
    chemistry = pd.DataFrame(
        {
            "yyyy-mm-ddThh:mm:ss.sss": time, "Longitude": [-8.0] * size,
            "Latitude": [40.0] * size, "Depth": DEPTHS, "EDMO_code": [0] * size,
            "LOCAL_CDI_ID": ["SYNTHETIC"] * size,
            "Water body chlorophyll-a": [0.8, 0.4, None, None],
            "Water body chlorophyll-a_qc": ["1", "6", "9", "9"],
            "Water body dissolved oxygen concentration": [240.0, 235.0, 220.0, 200.0],
            "Water body dissolved oxygen concentration_qc": ["1", "1", "2", "A"],
            "Water body nitrate": [0.1, 1.0, 8.0, 17.0],
            "Water body nitrate_qc": ["Q", "1", "1", "1"],
        }
    )  # fmt: skip
    return {
        "beaconwod/easy-wod": wod,
        "beaconargo/default": pd.concat([argo, floats()[argo.columns]], ignore_index=True),
        "beaconcorats/default": cora,
        "beaconchem/default": chemistry,
    }


def make(folder: Path) -> None:
    """Write the whole tree."""
    for name, content in collections().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        path.write_text(text, encoding="utf-8")
    for name, table in casts().items():
        path = folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(path, index=False, compression="zstd" if len(table) > 100 else None)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
