"""Make ``samples/ena``: stations and sequences that never were, in the layouts of ENA and MGnify.

    python catalogs/samples/make_ena.py [FOLDER]

Six stations off Iberia, named SYNTHETIC_1 to 6. Their studies and one sample carry accessions
that exist, since a sample answers the same request as the provider; runs and other samples carry
numbers that were never given (they begin with 0). The taxa are real names, the counts are not.
"""

import csv
import io
import json
import sys
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "ena"
STATIONS = [
    (f"SYNTHETIC_{number}", 36.0 + number, -9.5 + 0.8 * number, 2009 + number % 4, 5 * number)
    for number in range(1, 7)
]
SAMPLES = ["SAMEA2620084", *(f"SAMEA000000{number}" for number in range(2, 7))]
DIATOM = "sk__Eukaryota;k__;p__Bacillariophyta;c__Mediophyceae;o__Thalassiosirales"
LINEAGES = {
    "sk__Archaea": (3, 0, 1),
    "sk__Bacteria;k__;p__Cyanobacteria;c__;o__Synechococcales;f__Synechococcaceae;"
    "g__Prochlorococcus": (120, 310, 0),
    "sk__Bacteria;k__;p__Proteobacteria;c__Alphaproteobacteria;o__Pelagibacterales": (410, 95, 260),
    f"{DIATOM};f__Thalassiosiraceae;g__Thalassiosira;s__Thalassiosira_rotula": (0, 0, 44),
}


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def portal(*, runs: bool) -> list[dict[str, str]]:
    """Rows as the Portal API gives them: all text."""
    rows = []
    for number, (name, latitude, longitude, year, depth) in enumerate(STATIONS, start=1):
        row = {
            "sample_accession": SAMPLES[number - 1],
            "secondary_sample_accession": f"ERS0000{number:03d}",
            "study_accession": "PRJEB1787",
            "tax_id": "408172",
            "scientific_name": "marine metagenome",
            "lat": f"{latitude:.4f}",
            "lon": f"{longitude:.4f}",
            "collection_date": f"{year}-0{number}-15",
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
                "description": f"SYNTHETIC sample of {name}",
                "country": "",
                "depth": str(depth),
                "last_updated": "2016-10-24",
            }
        rows.append(row)
    return rows


def attributes() -> str:
    """The Browser API's XML of one sample."""
    name, latitude, longitude, *_ = STATIONS[0]
    pairs = [
        ("Event Label", name, ""),
        ("Latitude Start", f"{latitude}", "DD"),
        ("Longitude Start", f"{longitude}", "DD"),
        ("Temperature", "17.5", "ºC"),
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
        f'<SAMPLE accession="ERS0000001" alias="{name}">\n<IDENTIFIERS>'
        "<PRIMARY_ID>ERS0000001</PRIMARY_ID>"
        f'<EXTERNAL_ID namespace="BioSample">{SAMPLES[0]}</EXTERNAL_ID></IDENTIFIERS>\n'
        f"<TITLE>SYNTHETIC</TITLE>\n<SAMPLE_ATTRIBUTES>\n{rows}</SAMPLE_ATTRIBUTES>\n"
        "</SAMPLE>\n</SAMPLE_SET>\n"
    )


def study() -> dict[str, object]:
    """A study as MGnify's API describes it."""
    return {
        "accession": "MGYS00000000",
        "ena_accessions": ["ERP003634", "PRJEB0000"],
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
    runs = [f"ERR0000{number:03d}" for number in (1, 2, 3)]
    lines = ["\t".join(["#SampleID", *runs])]
    lines += ["\t".join([lineage, *map(str, counts)]) for lineage, counts in LINEAGES.items()]
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
    for number, (name, latitude, longitude, year, depth) in enumerate(STATIONS, start=1):
        samples.append(
            {
                "SampleID_Tara": name,
                "BioSample": SAMPLES[number - 1],
                "Chlorophyll Sensor": 0.1 * number,
                "Minimum Depth": depth,
                "Maximum Depth": depth + 2,
                "Environment (Biome)": "marine biome",
                "Environment (Feature)": "sea surface layer",
                "Event Date/Time Start": f"{year}-0{number}-15T10:00",
                "Event Label": f"{name}_EVENT",
                "Latitude Start": latitude,
                "Longitude Start": longitude,
                "Nitrate Sensor": "nd" if number == 2 else 0.5 * number,
                "Oxygen Sensor": 220 + number,
                "SRA accession": f"ERS0000{number:03d}",
                "Salinity Sensor": 36 + 0.1 * number,
                "Sampling Station": name,
                "Size Fraction Lower Threshold": 0.22,
                "Size Fraction Upper Threshold": 1.6,
                "Temperature": 15 + number,
            }
        )
        key = {"SampleID_NCBI": SAMPLES[number - 1]}
        nutrients.append(
            {
                **key,
                "Nitrite_median": 0.01 * number,
                "Phosphate_median": 0.1 * number,
                "Nitrate and Nitrite_median": 0.6 * number,
                "Silicate_median": "NA" if number == 3 else 1.1 * number,
            }
        )
        pigments.append(
            {
                **key,
                "Fucoxanthin_median": 0.02 * number,
                "Zeaxanthin_median": 0.03 * number,
                "Chlorophyll a_median": 0.11 * number,
            }
        )
        carbonate.append({**key, "pH_median": 8.0 + 0.01 * number})
        context.append(
            {
                "Event Label": f"{name}_EVENT",
                "OS region": "[NAO] SYNTHETIC",
                "BG province": "[CNRY] SYNTHETIC",
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
            "Sample ID": f"{name}_2014-06-21",
            "Sample label (BioSample)": SAMPLES[number],
            "Sample label (ENA)": f"ERS0000{number + 1:03d}",
            "Site label": name,
            "Date/Time": "2014-06-21T10:00",
            "Latitude": latitude,
            "Longitude": longitude,
            "Depth": depth,
            "Locality, site": "SYNTHETIC",
            "Biome": "marine biome",
            "Material": "coastal sea water",
            "Temp": 18 + number,
            "Sal": "" if number == 1 else 36,
        }
        for number, (name, latitude, longitude, _, depth) in enumerate(STATIONS)
    ]
    return _table(rows)


def emobon(folder: Path) -> None:
    """The Parquet table of metaGOflow, and the table of shipments."""
    rows = [
        ("EMOBON00084", 2157, 7.0, "Archaea", "", "", "", "", "", "", ""),
        ("EMOBON00084", 1117, 45.0, "Bacteria", "", "Cyanobacteria", "", "", "", "", ""),
        ("EMOBON00085", 2836, 12.0, "Eukaryota", "", "Bacillariophyta", "", "", "", "", ""),
    ]
    ranks = ["superkingdom", "kingdom", "phylum", "class", "order", "family", "genus", "species"]
    table = pd.DataFrame(rows, columns=["ref_code", "ncbi_tax_id", "abundance", *ranks])
    (folder / "parquet_files").mkdir(parents=True, exist_ok=True)
    path = folder / "parquet_files" / "metagoflow_analyses.SSU.parquet"
    table.to_parquet(path, index=False, compression=None)
    shipment: list[dict[str, object]] = [
        {
            "ref_code": f"EMOBON0008{number}",
            "source_mat_id": f"SYNTHETIC_{number}",
            "obs_id": "SYNTHETIC",
            "sample_type": "sediment",
        }
        for number in (4, 5)
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
