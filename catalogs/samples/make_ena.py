"""Make ``samples/ena``: stations and sequences that never were, in the layouts of ENA and MGnify.

    python catalogs/samples/make_ena.py [FOLDER]

Thirty stations in three seas, named SYNTHETIC_1 to 30, the first six off Iberia. Their studies and
one sample carry accessions that exist, since a sample answers the same request as the provider;
runs and other samples carry numbers that were never given (they begin with 0). The taxa are real
names, the counts are not: each taxon has a temperature and a salinity that it likes best, so that
an analysis finds communities that differ between seas, and each sample another number of reads.
"""

import csv
import io
import json
import sys
from math import exp
from pathlib import Path
from random import Random
from typing import NamedTuple

import pandas as pd

FOLDER = Path(__file__).parent / "ena"
LINEAGES = Path(__file__).parent / "plankton_lineages.txt"


class Station(NamedTuple):
    """Where a sample was never taken, and the water there."""

    name: str
    sea: str
    latitude: float
    longitude: float
    year: int
    depth: int
    temperature: float
    salinity: float
    nitrate: float


# Of each sea: a usual salinity, and places as latitude and longitude.
SEAS = {
    "NAO": (
        36.0,
        "37 -9.9, 38 -9.9, 39 -9.9, 40 -9.6, 41 -9.5, 42 -9.6, 44.6 -6, 36.5 -23, 43.7 -16.8, "
        "34.1 -18.4",
    ),
    "MS": (
        38.3,
        "38.5 5, 40.5 5.5, 42 6, 38 7.5, 39.5 12.5, 41 11.5, 36 15.8, 35.8 19.5, 33.5 30, 34 33",
    ),
    "SAO": (
        35.7,
        "-20.9 -35.2, -22 -20, -26 -10, -30 -2, -33 8, -35.2 15, -36.5 -20, -31 -27, -25 -34, "
        "-15 -12",
    ),
}


def _stations() -> list[Station]:
    # Random's numbers are the same in every version of Python; numpy's are not promised to be.
    random = Random(1)  # noqa: S311 -- no secret
    stations: list[Station] = []
    for sea, (salinity, places) in SEAS.items():
        for place in places.split(", "):
            latitude, longitude = map(float, place.split())
            number = len(stations) + 1
            temperature = round(31 - 0.33 * abs(latitude) + random.gauss(0, 1.2), 2)
            stations.append(
                Station(
                    f"SYNTHETIC_{number}",
                    sea,
                    latitude,
                    longitude,
                    2009 + number % 4,
                    5 * (1 + number % 6),
                    temperature,
                    round(salinity + random.gauss(0, 0.25), 2),
                    round(max(0.05, 9 - 0.4 * temperature + random.gauss(0, 0.3)), 2),
                )
            )
    return stations


STATIONS = _stations()
SAMPLES = ["SAMEA2620084", *(f"SAMEA{number:07d}" for number in range(2, len(STATIONS) + 1))]


def lineages() -> list[str]:
    """Every genus, with the lineage above it."""
    found = []
    for line in LINEAGES.read_text(encoding="utf-8").splitlines()[1:]:
        family, _, genera = line.partition(": ")
        found += [f"{family};g__{genus}" for genus in genera.split()]
    return found


def communities(waters: list[tuple[float, float]], seed: int) -> dict[str, list[int]]:
    """Reads of each lineage in each water, which is a temperature and a salinity."""
    random = Random(seed)  # noqa: S311 -- no secret
    names = lineages()
    likes = [
        (
            random.uniform(15, 26),
            random.uniform(2, 5),
            random.gauss(36.7, 1.2),
            random.gauss(0, 1.3),
        )
        for _ in names
    ]
    counts: dict[str, list[int]] = {name: [] for name in names}
    for temperature, salinity in waters:
        weights = [
            exp(
                size
                + random.gauss(0, 0.5)
                - ((temperature - best) / width) ** 2 / 2
                - ((salinity - salt) / 1.5) ** 2 / 2
            )
            for best, width, salt, size in likes
        ]
        drawn = random.choices(names, weights, k=random.randrange(2000, 16000))
        for name in names:
            counts[name].append(drawn.count(name))
    return counts


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def portal(*, runs: bool) -> list[dict[str, str]]:
    """Rows as the Portal API gives them: all text."""
    rows = []
    for number, station in enumerate(STATIONS, start=1):
        row = {
            "sample_accession": SAMPLES[number - 1],
            "secondary_sample_accession": f"ERS0000{number:03d}",
            "study_accession": "PRJEB1787",
            "tax_id": "408172",
            "scientific_name": "marine metagenome",
            "lat": f"{station.latitude:.4f}",
            "lon": f"{station.longitude:.4f}",
            "collection_date": f"{station.year}-{(number - 1) % 12 + 1:02d}-15",
            "first_public": "2016-10-24",
        }
        if runs:
            run = f"ERR0000{number:03d}"
            ends = [f"vol1/fastq/ERR000/{run}/{run}_{end}.fastq.gz" for end in (1, 2)]
            row |= {
                "run_accession": run,
                "secondary_study_accession": "ERP001736",
                "experiment_accession": f"ERX0000{number:03d}",
                "instrument_platform": "ILLUMINA",
                "instrument_model": "SYNTHETIC",
                "library_strategy": "WGS",
                "library_source": "METAGENOMIC",
                "library_layout": "PAIRED",
                "read_count": str(1000 * number),
                "base_count": str(200_000 * number),
                "fastq_ftp": ";".join(f"ftp.sra.ebi.ac.uk/{end}" for end in ends),
                "fastq_md5": ";".join(f"{number:031d}{end}" for end in (1, 2)),
                "fastq_bytes": f"{1024 * number};{1030 * number}",
            }
        else:
            row |= {
                "description": f"SYNTHETIC sample of {station.name}",
                "country": "",
                "depth": str(station.depth),
                "last_updated": "2016-10-24",
            }
        rows.append(row)
    return rows


def attributes() -> str:
    """The Browser API's XML of one sample."""
    station = STATIONS[0]
    pairs = [
        ("Event Label", station.name, ""),
        ("Latitude Start", f"{station.latitude}", "DD"),
        ("Longitude Start", f"{station.longitude}", "DD"),
        ("Temperature", f"{station.temperature}", "ºC"),
        ("Nitrate Sensor", "99999", "µmol/L"),
    ]
    rows = "".join(
        f"<SAMPLE_ATTRIBUTE><TAG>{tag}</TAG><VALUE>{value}</VALUE>"
        + (f"<UNITS>{units}</UNITS>" if units else "")
        + "</SAMPLE_ATTRIBUTE>\n"
        for tag, value, units in pairs
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<SAMPLE_SET>\n'
        f'<SAMPLE accession="ERS0000001" alias="{station.name}">\n<IDENTIFIERS>'
        "<PRIMARY_ID>ERS0000001</PRIMARY_ID>"
        f'<EXTERNAL_ID namespace="BioSample">{SAMPLES[0]}</EXTERNAL_ID></IDENTIFIERS>\n'
        f"<TITLE>SYNTHETIC</TITLE>\n<SAMPLE_ATTRIBUTES>\n{rows}</SAMPLE_ATTRIBUTES>\n"
        "</SAMPLE>\n</SAMPLE_SET>\n"
    )


def study() -> dict[str, object]:
    """A study as MGnify's API describes it."""
    return {
        "accession": "MGYS00000000",
        "ena_accessions": ["ERP003634", "ERP001736", "PRJEB0000"],
        "title": "SYNTHETIC study",
        "biome": {
            "biome_name": "Marine",
            "lineage": "root:Environmental:Aquatic:Marine",
        },
        "updated_at": "2026-01-01T00:00:00Z",
        "metadata": {"center_name": "SYNTHETIC", "study_description": "No observations."},
    }


def download() -> dict[str, object]:
    """The download of its taxonomy table."""
    alias = "ERP003634_taxonomy_abundances_SSU_v5.0.tsv"
    base = "https://ftp.ebi.ac.uk/pub/databases/metagenomics/mgnify_results"
    return {
        "file_type": "tsv",
        "download_type": "Taxonomic analysis",
        "download_group": "study_summary.v5.0",
        "short_description": "Taxonomic assignments SSU",
        "long_description": "SYNTHETIC",
        "alias": alias,
        "url": f"{base}/synthetic/{alias}",
    }


def taxonomy() -> str:
    """The table: a row a lineage, a column a run."""
    runs = [f"ERR0000{number:03d}" for number in range(1, len(STATIONS) + 1)]
    waters = [(station.temperature, station.salinity) for station in STATIONS]
    lines = ["\t".join(["#SampleID", *runs])]
    lines += ["\t".join([name, *map(str, found)]) for name, found in communities(waters, 2).items()]
    return "\n".join(lines) + "\n"


def _table(rows: list[dict[str, object]], delimiter: str = "\t") -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def tara() -> dict[str, str]:
    """The five Tara tables of Planet Microbe that an entry joins."""
    samples, nutrients, pigments, carbonate, context = [], [], [], [], []
    for number, station in enumerate(STATIONS, start=1):
        nitrate = station.nitrate
        samples.append(
            {
                "SampleID_Tara": station.name,
                "BioSample": SAMPLES[number - 1],
                "Chlorophyll Sensor": round(0.05 + 0.1 * nitrate, 3),
                "Minimum Depth": station.depth,
                "Maximum Depth": station.depth + 2,
                "Environment (Biome)": "marine biome",
                "Environment (Feature)": "sea surface layer",
                "Event Date/Time Start": f"{station.year}-{(number - 1) % 12 + 1:02d}-15T10:00",
                "Event Label": f"{station.name}_EVENT",
                "Latitude Start": station.latitude,
                "Longitude Start": station.longitude,
                "Nitrate Sensor": "nd" if number == 2 else nitrate,
                "Oxygen Sensor": round(330 - 5 * station.temperature, 1),
                "SRA accession": f"ERS0000{number:03d}",
                "Salinity Sensor": station.salinity,
                "Sampling Station": station.name,
                "Size Fraction Lower Threshold": 0.22,
                "Size Fraction Upper Threshold": 1.6,
                "Temperature": station.temperature,
            }
        )
        key = {"SampleID_NCBI": SAMPLES[number - 1]}
        nutrients.append(
            {
                **key,
                "Nitrite_median": round(0.02 * nitrate, 4),
                "Phosphate_median": round(0.03 + nitrate / 16, 3),
                "Nitrate and Nitrite_median": round(1.02 * nitrate, 3),
                "Silicate_median": "NA" if number == 3 else round(0.5 + 0.6 * nitrate, 3),
            }
        )
        pigments.append(
            {
                **key,
                "Fucoxanthin_median": round(0.03 * nitrate, 4),
                "Zeaxanthin_median": round(0.004 * station.temperature, 4),
                "Chlorophyll a_median": round(0.06 + 0.09 * nitrate, 3),
            }
        )
        carbonate.append({**key, "pH_median": round(8.25 - 0.008 * station.temperature, 3)})
        context.append(
            {
                "Event Label": f"{station.name}_EVENT",
                "OS region": f"[{station.sea}] SYNTHETIC",
                "BG province": f"[{station.sea}] SYNTHETIC",
                "Season at sampling date": "spring",
            }
        )
    return {
        "sample_NCBI.tsv": _table(samples),
        "TARA_samples_nutrients_PANGEA.tsv": _table(nutrients),
        "TARA_samples_HPLC_PANGEA.tsv": _table(pigments),
        "TARA_samples_carbonate_PANGEA.tsv": _table(carbonate),
        "TARA_Ardyna_water_context_PANGEA.tsv": _table(context),
    }


def osd() -> str:
    """The table of Ocean Sampling Day."""
    rows: list[dict[str, object]] = [
        {
            "Sample ID": f"{station.name}_2014-06-21",
            "Sample label (BioSample)": SAMPLES[number],
            "Sample label (ENA)": f"ERS0000{number + 1:03d}",
            "Site label": station.name,
            "Date/Time": "2014-06-21T10:00",
            "Latitude": station.latitude,
            "Longitude": station.longitude,
            "Depth": station.depth,
            "Locality, site": "SYNTHETIC",
            "Biome": "marine biome",
            "Material": "coastal sea water",
            "Temp": station.temperature,
            "Sal": "" if number == 1 else station.salinity,
        }
        for number, station in enumerate(STATIONS)
    ]
    return _table(rows)


def emobon(folder: Path) -> None:
    """The Parquet table of metaGOflow, and the table of shipments."""
    ranks = ["superkingdom", "kingdom", "phylum", "class", "order", "family", "genus", "species"]
    # Two kinds of sample at four observatories, three times each.
    kinds = [(place, kind) for place in range(4) for kind in ("filters", "sediment")] * 3
    codes = [f"EMOBON{number:05d}" for number in range(84, 84 + len(kinds))]
    waters = [
        (16 + 3 * place, 36 + 0.5 * place + 2 * (kind == "sediment")) for place, kind in kinds
    ]
    rows = [
        (code, tax_id, float(count), *(part.partition("__")[2] for part in name.split(";")), "")
        for tax_id, (name, found) in enumerate(communities(waters, 3).items(), start=1)
        for code, count in zip(codes, found, strict=True)
        if count
    ]
    table = pd.DataFrame(rows, columns=["ref_code", "ncbi_tax_id", "abundance", *ranks])
    table = table.sort_values(["ref_code", "ncbi_tax_id"])
    (folder / "parquet_files").mkdir(parents=True, exist_ok=True)
    path = folder / "parquet_files" / "metagoflow_analyses.SSU.parquet"
    table.to_parquet(path, index=False, compression=None)
    shipment: list[dict[str, object]] = [
        {
            "ref_code": code,
            "source_mat_id": f"SYNTHETIC_{code}",
            "obs_id": f"SYNTHETIC_{'ABCD'[place]}",
            "sample_type": kind,
        }
        for code, (place, kind) in zip(codes, kinds, strict=True)
    ]
    (folder / "shipment_b1b2_181.csv").write_text(_table(shipment, ","), encoding="utf-8")


def make(folder: Path) -> None:
    """Write the whole tree."""
    runs, samples = portal(runs=True), portal(runs=False)
    files = {
        "portal/read_run.json": _json(runs),
        "portal/read_run_count.json": _json({"count": str(len(runs))}),
        "portal/sample.json": _json(samples),
        "portal/sample_count.json": _json({"count": str(len(samples))}),
        "browser/sample.xml": attributes(),
        "mgnify/studies_1.json": _json({"count": 1, "items": [study()]}),
        "mgnify/lookup.json": _json({"accession": "MGYS00000000"}),
        "mgnify/study.json": _json({**study(), "downloads": [download()]}),
        f"mgnify/{download()['alias']}": taxonomy(),
        "osd/osd_sample.tsv": osd(),
        **{f"tara/{name}": text for name, text in tara().items()},
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    emobon(folder / "emobon")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
