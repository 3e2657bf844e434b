"""Make ``samples/seadatanet``: data and metadata that never were, as SeaDataNet would give them.

    python catalogs/samples/make_seadatanet.py [FOLDER]

The cruise is called SYNTHETIC, its holder has an EDMO code that nobody has (99999), and what the
vocabulary's sample says of concepts is in words of our own. The record of the index bears the id
of a real one, by which examples ask for it, and says in its title that it is synthetic.
"""

import io
import json
import sys
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import netCDF4
import numpy as np

FOLDER = Path(__file__).parent / "seadatanet"
NVS = "http://vocab.nerc.ac.uk/collection"
DAY_OF_1970 = 2440588  # the Chronological Julian Day of 1 January 1970
PRESSURE = np.array([5.0, 10.0, 20.0, 50.0, 100.0])
STATIONS = (
    ("1", datetime(2020, 5, 4, 6, 30), 3.5, 42.0),
    ("2", datetime(2020, 5, 5, 18, 0), 4.0, 41.5),
    ("3", datetime(2020, 5, 7, 12, 15), 4.5, 41.0),
)
CONCEPTS = (
    ("CPWC", "Chlorophyll pigment concentrations in water bodies", "Chlorophylls in the water."),
    ("DOXY", "Dissolved oxygen parameters in the water column", "Oxygen dissolved in the water."),
    ("PSAL", "Salinity of the water column", "How salt the water is."),
    ("TEMP", "Temperature of the water column", "How warm the water is."),
)


def temperature(station: int) -> np.ndarray:
    """Warm at the surface, a little more at each station."""
    return np.round(13.0 + (4.0 + 0.5 * station) * np.exp(-PRESSURE / 30.0), 3)


def salinity(station: int) -> np.ndarray:
    """Fresher at the surface."""
    return np.round(38.4 - (0.5 - 0.1 * station) * np.exp(-PRESSURE / 60.0), 3)


def flags(station: int) -> list[str]:
    """Good, but for the deepest salinity of the second station."""
    return ["1"] * 4 + ["4" if station == 1 else "1"]


def local_id(number: int) -> str:
    """The LOCAL_CDI_ID of a station."""
    return f"SYNTHETIC_{number + 1:03d}"


def odv() -> str:
    """An ODV file with three stations, metadata on the first row of each."""
    mapping = (
        ("PRES", "PRESPR01", "UPDB"),
        ("TEMP", "TEMPPR01", "UPAA"),
        ("PSAL", "PSLTZZ01", "UUUU"),
    )
    lines = ["//SYNTHETIC sample of Blue-Cloud VRE: no observations", "//SDN_parameter_mapping"]
    lines += [
        f"//<subject>SDN:LOCAL:{name}</subject><object>SDN:P01::{p01}</object>"
        f"<units>SDN:P06::{p06}</units>"
        for name, p01, p06 in mapping
    ]
    fixed = (
        "Cruise", "Station", "Type", "yyyy-mm-ddThh:mm:ss.sss", "Longitude [degrees_east]",
        "Latitude [degrees_north]", "LOCAL_CDI_ID", "EDMO_code", "Bot. Depth [m]",
    )  # fmt: skip
    units = ("PRES [dbar]", "TEMP [degC]", "PSAL [psu]")
    lines += ["//", "\t".join([*fixed, *(f"{unit}\tQV:SEADATANET" for unit in units)])]
    for number, (station, moment, longitude, latitude) in enumerate(STATIONS):
        head = (
            "SYNTHETIC", station, "B", moment.isoformat(timespec="milliseconds"),
            f"{longitude:.4f}", f"{latitude:.4f}", local_id(number), "99999", "2500",
        )  # fmt: skip
        rows = zip(PRESSURE, temperature(number), salinity(number), flags(number), strict=True)
        for level, (pres, temp, psal, flag) in enumerate(rows):
            told = head if level == 0 else [""] * len(head)
            values = (f"{pres:.1f}", "1", f"{temp:.3f}", "1", f"{psal:.3f}", flag)
            lines.append("\t".join([*told, *values]))
    return "\r\n".join(lines) + "\r\n"


def netcdf() -> bytes:
    """The same stations as SeaDataNet's NetCDF profiles."""
    # In memory the library leaves what lay there between variables; on disk there are zeros.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.nc"
        _write_netcdf(path)
        return path.read_bytes()


def _write_netcdf(path: Path) -> None:
    file = netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC")
    file.title = "SYNTHETIC sample of Blue-Cloud VRE: no observations"
    file.Conventions = "SeaDataNet_1.0 CF 1.6"
    file.featureType = "profile"
    for name, size in (("INSTANCE", len(STATIONS)), ("MAXZ", len(PRESSURE)), ("STRING23", 23)):
        file.createDimension(name, size)
    for name, texts in (
        ("SDN_CRUISE", ["SYNTHETIC"] * len(STATIONS)),
        ("SDN_STATION", [station for station, *_ in STATIONS]),
        ("SDN_LOCAL_CDI_ID", [local_id(number) for number in range(len(STATIONS))]),
    ):
        variable = file.createVariable(name, "S1", ("INSTANCE", "STRING23"))
        letters = "".join(text.ljust(23) for text in texts).encode()
        variable[:] = np.frombuffer(letters, dtype="S1").reshape(len(STATIONS), 23)
    file.createVariable("SDN_EDMO_CODE", "i4", ("INSTANCE",))[:] = [99999] * len(STATIONS)
    days = [
        (moment - datetime(1970, 1, 1)).total_seconds() / 86400 + DAY_OF_1970
        for _, moment, *_ in STATIONS
    ]
    many = range(len(STATIONS))
    time = {"units": "days since -4713-01-01T00:00:00Z", "calendar": "julian"}
    _variable(
        file, "TIME", np.round(days, 6), "CJDY1101", "UTAA", {**time, "standard_name": "time"}
    )
    longitude, latitude = ([place[axis] for place in STATIONS] for axis in (2, 3))
    _variable(file, "LONGITUDE", longitude, "ALONZZ01", "DEGE", {"units": "degrees_east"})
    _variable(file, "LATITUDE", latitude, "ALATZZ01", "DEGN", {"units": "degrees_north"})
    for name, values, p01, p06, unit in (
        ("PRES", [PRESSURE for _ in many], "PRESPR01", "UPDB", "decibars"),
        ("TEMPPR01", [temperature(each) for each in many], "TEMPPR01", "UPAA", "degrees celsius"),
        ("PSLTZZ01", [salinity(each) for each in many], "PSLTZZ01", "UUUU", "dimensionless"),
    ):
        _variable(file, name, values, p01, p06, {"units": unit})
        told = [flags(each) if name == "PSLTZZ01" else ["1"] * len(PRESSURE) for each in many]
        flag = file.createVariable(
            f"{name}_SEADATANET_QC", "i1", ("INSTANCE", "MAXZ"), fill_value=ord("9")
        )
        flag[:] = [[ord(code) for code in row] for row in told]
        flag.Conventions = "SeaDataNet measurand qualifier flags"
    file.close()


def _variable(
    file: netCDF4.Dataset, name: str, values: object, p01: str, p06: str, attrs: dict[str, str]
) -> None:
    dims = ("INSTANCE", "MAXZ")[: np.ndim(values)]
    variable = file.createVariable(name, "f8", dims, fill_value=-99999.0)
    variable[:] = np.asarray(values)
    variable.sdn_parameter_urn = f"SDN:P01::{p01}"
    variable.sdn_uom_urn = f"SDN:P06::{p06}"
    variable.setncatts(attrs)


def zipped(name: str, content: bytes) -> bytes:
    """A zip of one file, the same whenever it is made."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return made.getvalue()


def collection() -> str:
    """Four concepts of P02 as the vocabulary server writes a collection."""
    addresses = [f"{NVS}/P02/current/{code}/" for code, *_ in CONCEPTS]
    concepts = [
        {
            "@id": address,
            "@type": "skos:Concept",
            "dc:identifier": f"SDN:P02::{code}",
            "skos:prefLabel": {"@language": "en", "@value": label},
            "skos:altLabel": code,
            "skos:definition": {"@language": "en", "@value": f"SYNTHETIC: {definition}"},
            "skos:note": {"@language": "en", "@value": "accepted"},
            "owl:deprecated": "false",
            "owl:versionInfo": "1",
            "dc:date": "2026-01-01 00:00:00.0",
        }
        for address, (code, label, definition) in zip(addresses, CONCEPTS, strict=True)
    ]
    whole = {
        "@id": f"{NVS}/P02/current/",
        "@type": "skos:Collection",
        "skos:prefLabel": "SYNTHETIC sample of P02",
        "owl:versionInfo": "0",
        "dc:date": "2026-01-01 00:00:00.0",
        "skos:member": [{"@id": address} for address in addresses],
    }
    return json.dumps({"@graph": [*concepts, whole]}, indent=1) + "\n"


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


def record(identifier: str) -> str:
    """A CDI record in the elements that a reader looks for."""
    spaces = (
        'xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco" '
        'xmlns:gml="http://www.opengis.net/gml" xmlns:gmx="http://www.isotc211.org/2005/gmx" '
        'xmlns:sdn="http://www.seadatanet.org" xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    sides = (
        ("westBoundLongitude", 3.5), ("eastBoundLongitude", 4.5),
        ("southBoundLatitude", 41.0), ("northBoundLatitude", 42.0),
    )  # fmt: skip
    box = "".join(f"<gmd:{side}><gco:Decimal>{at}</gco:Decimal></gmd:{side}>" for side, at in sides)
    period = (
        "<gml:TimePeriod><gml:beginPosition>2020-05-04</gml:beginPosition>"
        "<gml:endPosition>2020-05-07</gml:endPosition></gml:TimePeriod>"
    )
    keywords = "".join(
        f'<gmd:keyword><sdn:SDN_ParameterDiscoveryCode codeListValue="{code}">{label}'
        "</sdn:SDN_ParameterDiscoveryCode></gmd:keyword>"
        for code, label, _ in CONCEPTS[2:]
    )
    organisation = (
        '<gmd:organisationName><sdn:SDN_EDMOCode codeListValue="99999">SYNTHETIC Institute'
        "</sdn:SDN_EDMOCode></gmd:organisationName>"
    )
    identification = "".join(
        (
            _within(
                "citation/CI_Citation",
                _within("title", _text(f"SYNTHETIC record of {identifier}"))
                + _within("citedResponsibleParty", organisation),
            ),
            _within("abstract", _text("Three stations that never were.")),
            _within("pointOfContact", organisation),
            _within(
                "descriptiveKeywords/MD_Keywords",
                keywords + _within("thesaurusName/CI_Citation/alternateTitle", _text("P02")),
            ),
            _within(
                "resourceConstraints/MD_LegalConstraints/otherConstraints",
                '<gmx:Anchor xlink:href="https://www.seadatanet.org/urnurl/SDN:L08::UN">'
                "unrestricted</gmx:Anchor>",
            ),
            _within(
                "extent/EX_Extent",
                _within("geographicElement/EX_GeographicBoundingBox", box)
                + _within("temporalElement/EX_TemporalExtent/extent", period),
            ),
        )
    )
    return "\n".join(
        (
            '<?xml version="1.0" encoding="UTF-8"?>',
            f"<gmd:MD_Metadata {spaces}>",
            _within("fileIdentifier", _text(f"urn:SDN:CDI:LOCAL:{identifier}")),
            _within(
                "hierarchyLevelName",
                '<sdn:SDN_HierarchyLevelNameCode codeListValue="CDI">'
                "Common Data Index record</sdn:SDN_HierarchyLevelNameCode>",
            ),
            _within("dateStamp", "<gco:Date>2026-01-01</gco:Date>"),
            _within(
                "identificationInfo",
                "<sdn:SDN_DataIdentification>" + identification + "</sdn:SDN_DataIdentification>",
            ),
            "</gmd:MD_Metadata>\n",
        )
    )


def _within(path: str, content: str) -> str:
    """Content in elements of gmd, the outermost first."""
    names = path.split("/")
    begin = "".join(f"<gmd:{name}>" for name in names)
    return begin + content + "".join(f"</gmd:{name}>" for name in reversed(names))


def _text(words: str) -> str:
    return f"<gco:CharacterString>{words}</gco:CharacterString>"


def make(folder: Path) -> None:
    """Write the whole tree."""
    listed = ("1022-DS02-4", "99999-DS04-4")
    maris = "http://seadatanet.maris2.nl/cdi_aggregation/seadatanet"
    urls = "".join(f"<cdiUrl>{maris}/{each}/details.xml</cdiUrl>" for each in listed)
    mapped = [
        (
            f"{NVS}/R03/current/{argo}/",
            "http://www.w3.org/2002/07/owl#sameAs",
            f"{NVS}/P01/current/{p01}/",
        )
        for argo, p01 in (("DOXY", "DOXMZZXX"), ("PRES", "PRESPR01"), ("PSAL", "PSALST01"))
    ]
    organisations = [
        ("https://edmo.seadatanet.org/report/99998", "SYNTHETIC Laboratory", "2026-01-02"),
        ("https://edmo.seadatanet.org/report/99999", "SYNTHETIC Institute", "2026-01-01"),
    ]
    files = {
        "nvs/P02.jsonld": collection(),
        "sparql/argo_parameters.json": results(("argo", "relation", "p01"), mapped),
        "sparql/argo_parameters.count.json": results(("count",), [(str(len(mapped)),)]),
        "sparql/organisations.json": results(("organisation", "name", "modified"), organisations),
        "sparql/organisations.count.json": results(("count",), [(str(len(organisations)),)]),
        "cdi/list.xml": f"<cdiGroup>\n{urls}\n</cdiGroup>\n",
        **{f"cdi/{each}.xml": record(each) for each in listed},
    }
    binary = {
        "orders/synthetic_text.zip": zipped("synthetic_ODV.txt", odv().encode()),
        "orders/synthetic_netcdf.zip": zipped("synthetic.nc", netcdf()),
    }
    for name, content in {**{key: text.encode() for key, text in files.items()}, **binary}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
