"""Make ``samples/emodnet``: farms, meadows, gauges, grids and records that never were.

    python catalogs/samples/make_emodnet.py [FOLDER]

They lie off Malta and Brittany, in the forms in which EMODnet's services answer: GeoJSON and GML
of a WFS, a description and GeoTIFFs of a WCS, NetCDF files of two ERDDAPs, JSON of the depth
service and a page of a catalogue. Names say that they are synthetic.
"""

import json
import struct
import sys
from pathlib import Path

import netCDF4
import numpy as np

FOLDER = Path(__file__).parent / "emodnet"
MARK = "SYNTHETIC"
FARMS = [(14.42, 35.93), (14.55, 35.82), (14.2, 35.97), (14.6, 35.88)]
MOMENTS = ["2016-02-16T01:00:00.000Z", "2016-05-16T02:00:00.000Z", "2016-08-16T02:00:00.000Z",
           "2016-11-16T01:00:00.000Z"]  # fmt: skip
COVERAGE = "Emodnetbio__ratio_large_to_small_19582016_L1_err"
WEST, SOUTH, EAST, NORTH, CELL = -10.0, 45.0, -5.0, 48.0, 0.5
NO_DATA = 9.969209968386869e36
CELLS_A_DEGREE = 960
GAUGES = {"SYNTHETIC-1": (-4.5, 48.4, 2.0), "SYNTHETIC-2": (14.5, 35.9, 0.1)}  # and amplitude, m
HOURS = 48
FIRST_HOUR = 1767225600  # seconds since 1970: 2026-01-01
TIDE_H = 12.4206  # of the Moon, twice a day
NO_FLAG = -32767


def collection(features: list[dict[str, object]]) -> dict[str, object]:
    """Features as GeoServer gives them in GeoJSON."""
    number = len(features)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4326"}}
    counted = {"totalFeatures": number, "numberMatched": number, "numberReturned": number}
    return {"type": "FeatureCollection", "features": features, **counted, "crs": crs}


def farms(layer: str) -> dict[str, object]:
    """Farms as points."""
    return collection(
        [
            {
                "type": "Feature",
                "id": f"{layer}.{number}",
                "geometry": {"type": "Point", "coordinates": list(place)},
                "geometry_name": "the_geom",
                "properties": {"country": "Malta", "owner_name": MARK, "status": "Active"},
            }
            for number, place in enumerate(FARMS, start=1)
        ]
    )


def windfarms() -> dict[str, object]:
    """Two wind farms as polygons."""
    made: list[dict[str, object]] = []
    for number, (west, south) in enumerate([(2.5, 51.5), (3.0, 52.0)], start=1):
        ring = [[west, south], [west + 0.2, south], [west + 0.2, south + 0.1], [west, south]]
        made.append(
            {
                "type": "Feature",
                "id": f"windfarmspoly.{number}",
                "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
                "geometry_name": "the_geom",
                "properties": {
                    "country": MARK,
                    "name": f"{MARK} {number}",
                    "n_turbines": None,
                    "power_mw": 100.0 * number,
                    "status": "Planned",
                    "year": "2030",
                    "dist_coast": 9000.0,
                    "area_sqkm": 75.0,
                    "notes": None,
                },
            }
        )
    return collection(made)


def meadows() -> str:
    """Meadows as GML 3.2, in which latitude comes first."""
    space = "geo.vliz.be/Emodnetbio"
    members = "".join(
        f'<wfs:member><b:mediseh_zostera_m_pnt gml:id="mediseh_zostera_m_pnt.{number}">'
        f"<b:id>{number}</b:id><b:country>{MARK}</b:country><b:the_geom>"
        f'<gml:Point srsName="urn:ogc:def:crs:EPSG::4326" srsDimension="2">'
        f"<gml:pos>{latitude} {longitude}</gml:pos></gml:Point></b:the_geom>"
        "</b:mediseh_zostera_m_pnt></wfs:member>\n"
        for number, (longitude, latitude) in enumerate(FARMS, start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<wfs:FeatureCollection '
        'xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
        f'xmlns:b="{space}" numberMatched="{len(FARMS)}" numberReturned="{len(FARMS)}">\n'
        f"{members}</wfs:FeatureCollection>\n"
    )


def description() -> str:
    """A coverage as a WCS describes it."""
    instants = "".join(
        f"<gml:TimeInstant><gml:timePosition>{moment}</gml:timePosition></gml:TimeInstant>"
        for moment in MOMENTS
    )
    crs = "http://www.opengis.net/def/crs/EPSG/0/4326"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<wcs:CoverageDescriptions '
        'xmlns:wcs="http://www.opengis.net/wcs/2.0" xmlns:gml="http://www.opengis.net/gml/3.2" '
        'xmlns:swe="http://www.opengis.net/swe/2.0" '
        'xmlns:wcsgs="http://www.geoserver.org/wcsgs/2.0">\n'
        f'<wcs:CoverageDescription gml:id="{COVERAGE}"><gml:name>{MARK}</gml:name>\n'
        f'<gml:boundedBy><gml:EnvelopeWithTimePeriod srsName="{crs}" axisLabels="Lat Long time" '
        f'uomLabels="Deg Deg s" srsDimension="2"><gml:lowerCorner>{SOUTH} {WEST}</gml:lowerCorner>'
        f"<gml:upperCorner>{NORTH} {EAST}</gml:upperCorner></gml:EnvelopeWithTimePeriod>"
        f"</gml:boundedBy>\n<wcs:CoverageId>{COVERAGE}</wcs:CoverageId>\n"
        f"<wcsgs:TimeDomain>{instants}</wcsgs:TimeDomain>\n<gml:RectifiedGrid>"
        f'<gml:offsetVector srsName="{crs}">0.0 {CELL}</gml:offsetVector>'
        f'<gml:offsetVector srsName="{crs}">-{CELL} 0.0</gml:offsetVector></gml:RectifiedGrid>\n'
        '<swe:DataRecord><swe:field name="Relative abundance"><swe:Quantity><swe:nilValues>'
        f"<swe:NilValues><swe:nilValue>{NO_DATA!r}</swe:nilValue></swe:NilValues></swe:nilValues>"
        "</swe:Quantity></swe:field></swe:DataRecord>\n"
        "</wcs:CoverageDescription></wcs:CoverageDescriptions>\n"
    )


def ratios(season: int) -> np.ndarray:
    """A smooth field, with one cell of no data."""
    rows, columns = round((NORTH - SOUTH) / CELL), round((EAST - WEST) / CELL)
    y, x = np.mgrid[0:rows, 0:columns]
    field = (0.2 + 0.05 * season + 0.01 * x + 0.02 * y).astype("<f4")
    field[0, 0] = NO_DATA
    return field


def geotiff(values: np.ndarray, *, west: float, north: float, cell: float) -> bytes:
    """A plain GeoTIFF of one strip, in degrees, whose cells begin at a north-western corner."""
    height, width = values.shape
    pixels = values.astype("<f4").tobytes()
    keys = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    entries: list[tuple[int, int, bytes]] = [
        (256, 3, struct.pack("<H", width)),
        (257, 3, struct.pack("<H", height)),
        (258, 3, struct.pack("<H", 32)),
        (259, 3, struct.pack("<H", 1)),
        (262, 3, struct.pack("<H", 1)),
        (273, 4, b"here"),
        (277, 3, struct.pack("<H", 1)),
        (278, 3, struct.pack("<H", height)),
        (279, 4, struct.pack("<I", len(pixels))),
        (339, 3, struct.pack("<H", 3)),
        (33550, 12, struct.pack("<3d", cell, cell, 0)),
        (33922, 12, struct.pack("<6d", 0, 0, 0, west, north, 0)),
        (34735, 3, struct.pack(f"<{len(keys)}H", *keys)),
    ]
    sizes = {3: 2, 4: 4, 12: 8}
    end = 8 + 2 + 12 * len(entries) + 4
    directory, beyond = struct.pack("<H", len(entries)), b""
    for tag, kind, content in entries:
        count = len(content) // sizes[kind]
        if len(content) > 4:
            field = struct.pack("<I", end + len(beyond))
            beyond += content
        else:
            field = content.ljust(4, b"\0")
        directory += struct.pack("<HHI", tag, kind, count) + field
    strip = struct.pack("<I", end + len(beyond))
    directory = directory.replace(b"here", strip)
    return b"II*\0" + struct.pack("<I", 8) + directory + bytes(4) + beyond + pixels


def write_elevation(path: Path) -> None:
    """A slope off the west of Malta, as a file of ERDDAP's griddap."""
    path.parent.mkdir(parents=True, exist_ok=True)
    latitude = 35.8 + (np.arange(48) + 0.5) / CELLS_A_DEGREE
    longitude = 14.0 + (np.arange(48) + 0.5) / CELLS_A_DEGREE
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.title = f"{MARK}, not surveyed"
        for name, values, units in (
            ("latitude", latitude, "degrees_north"),
            ("longitude", longitude, "degrees_east"),
        ):
            file.createDimension(name, values.size)
            axis = file.createVariable(name, "f8", (name,))
            axis.units = units
            axis[:] = values
        slope = -60 - 8e2 * (longitude[None, :] - 14.0) - 3e2 * (latitude[:, None] - 35.8)
        elevation = file.createVariable("elevation", "f4", ("latitude", "longitude"))
        elevation.units = "m"
        elevation[:] = slope.astype("f4")


def write_sea_level(path: Path) -> None:
    """Two days of two gauges, as a file of ERDDAP's tabledap; one value is bad, one not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hours = np.arange(HOURS)
    rows = {name: [] for name in ("longitude", "latitude", "SLEV")}
    for longitude, latitude, amplitude in GAUGES.values():
        rows["longitude"] += [longitude] * HOURS
        rows["latitude"] += [latitude] * HOURS
        rows["SLEV"] += list(np.round(amplitude * np.cos(2 * np.pi * hours / TIDE_H), 3))
    flags = np.ones(2 * HOURS, dtype="i2")
    rows["SLEV"][5], flags[5] = 9.5, 4
    rows["SLEV"][7], flags[7] = NO_DATA, NO_FLAG
    with netCDF4.Dataset(path, "w", format="NETCDF3_CLASSIC") as file:
        file.title = f"{MARK}, not measured"
        file.createDimension("row", 2 * HOURS)
        codes = np.repeat(np.array(list(GAUGES), dtype="S11"), HOURS)
        for name, texts in (("PLATFORMCODE", codes), ("SLEV_DM", np.full(2 * HOURS, b"R"))):
            width = texts.dtype.itemsize
            file.createDimension(f"{name}_strlen", width)
            held = file.createVariable(name, "S1", ("row", f"{name}_strlen"))
            held._Encoding = "ISO-8859-1"
            held.set_auto_chartostring(False)
            held[:] = texts.view("S1").reshape(2 * HOURS, width)
        time = file.createVariable("time", "f8", ("row",))
        time.units = "seconds since 1970-01-01T00:00:00Z"
        time[:] = np.tile(FIRST_HOUR + 3600.0 * hours, 2)
        units = {"longitude": "degrees_east", "latitude": "degrees_north", "SLEV": "m"}
        for name, values in rows.items():
            held = file.createVariable(name, "f8", ("row",), fill_value=NO_DATA)
            held.set_auto_maskandscale(False)
            held.units = units[name]
            held[:] = np.array(values)
        for name, values in (
            ("TIME_QC", np.ones_like(flags)),
            ("POSITION_QC", np.full_like(flags, 7)),
            ("SLEV_QC", flags),
        ):
            held = file.createVariable(name, "i2", ("row",), fill_value=NO_FLAG)
            held.set_auto_maskandscale(False)
            held.units = "1"
            held[:] = values


def records() -> str:
    """A page of a catalogue with two records."""
    text = "<gco:CharacterString>{}</gco:CharacterString>"
    made = ""
    for number, about in enumerate(("oxygen", "chlorophyll"), start=1):
        box = "".join(
            f"<gmd:{name}><gco:Decimal>{value}</gco:Decimal></gmd:{name}>"
            for name, value in (
                ("westBoundLongitude", 1.0 * number),
                ("eastBoundLongitude", 5.0 * number),
                ("southBoundLatitude", 36.0),
                ("northBoundLatitude", 44.0),
            )
        )
        made += (
            "<gmd:MD_Metadata><gmd:fileIdentifier>"
            f"{text.format(f'synthetic-{number}')}</gmd:fileIdentifier>"
            "<gmd:dateStamp><gco:Date>2026-01-01</gco:Date></gmd:dateStamp>"
            "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation>"
            f"<gmd:title>{text.format(f'{MARK} map of {about}')}</gmd:title></gmd:CI_Citation>"
            f"</gmd:citation><gmd:abstract>{text.format(f'Of {about}; there is no such map.')}"
            f"</gmd:abstract><gmd:descriptiveKeywords><gmd:MD_Keywords><gmd:keyword>"
            f"{text.format(about)}</gmd:keyword></gmd:MD_Keywords></gmd:descriptiveKeywords>"
            "<gmd:resourceConstraints><gmd:MD_LegalConstraints><gmd:useLimitation>"
            f"{text.format('CC0 1.0')}</gmd:useLimitation></gmd:MD_LegalConstraints>"
            "</gmd:resourceConstraints><gmd:extent><gmd:EX_Extent><gmd:geographicElement>"
            f"<gmd:EX_GeographicBoundingBox>{box}</gmd:EX_GeographicBoundingBox>"
            "</gmd:geographicElement><gmd:temporalElement><gml:TimePeriod>"
            f"<gml:beginPosition>200{number}-01-01</gml:beginPosition>"
            f"<gml:endPosition>201{number}-12-31</gml:endPosition></gml:TimePeriod>"
            "</gmd:temporalElement></gmd:EX_Extent></gmd:extent></gmd:MD_DataIdentification>"
            "</gmd:identificationInfo></gmd:MD_Metadata>\n"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<csw:GetRecordsResponse '
        'xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" '
        'xmlns:gmd="http://www.isotc211.org/2005/gmd" '
        'xmlns:gco="http://www.isotc211.org/2005/gco" '
        'xmlns:gml="http://www.opengis.net/gml/3.2">\n'
        '<csw:SearchResults numberOfRecordsMatched="2" numberOfRecordsReturned="2" '
        'nextRecord="0">\n'
        f"{made}</csw:SearchResults></csw:GetRecordsResponse>\n"
    )


def layers() -> str:
    """A map service's description: two layers under a heading, whose box the first has."""
    names = ("west", "east", "south", "north")
    kinds = ("Longitude", "Longitude", "Latitude", "Latitude")

    def box(*sides: float) -> str:
        inner = "".join(
            f"<{name}Bound{kind}>{side}</{name}Bound{kind}>"
            for name, kind, side in zip(names, kinds, sides, strict=True)
        )
        return f"<EX_GeographicBoundingBox>{inner}</EX_GeographicBoundingBox>"

    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<WMS_Capabilities version="1.3.0" '
        'xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        "<Capability><Request><GetMap><DCPType><HTTP><Get>"
        '<OnlineResource xlink:href="http://localhost/wms?"/></Get></HTTP></DCPType></GetMap>'
        f"</Request>\n<Layer><Title>{MARK}</Title>{box(-36, 43, 15, 90)}\n"
        f"<Layer><Name>mean</Name><Title>{MARK} mean depth</Title></Layer>\n"
        f"<Layer><Name>contours</Name><Title>{MARK} contours</Title>{box(0, 10, 50, 60)}"
        "<Style><Name>lines</Name></Style></Layer>\n"
        "</Layer></Capability></WMS_Capabilities>\n"
    )


def make(folder: Path) -> None:
    """Write all answers."""
    depth = {"min": -120.5, "max": -98.0, "avg": -110.25, "stdev": 4.5, "smoothed": -109.0}
    depths = [-98.0, -104.5, None, -111.0, -118.25]
    texts = {
        "emodnet_finfish.json": json.dumps(farms("finfish"), indent=1),
        "emodnet_shellfish.json": json.dumps(farms("shellfish"), indent=1),
        "emodnet_windfarmspoly.json": json.dumps(windfarms(), indent=1),
        "Emodnetbio_mediseh_zostera_m_pnt.gml": meadows(),
        f"{COVERAGE}/description.xml": description(),
        "depth_sample/14.2_35.7.json": json.dumps(depth),
        "depth_profile.json": json.dumps(depths),
        "layers.xml": layers(),
        "records.xml": records(),
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for season, moment in enumerate(MOMENTS, start=1):
        name = moment[:19].replace("-", "").replace(":", "")
        image = geotiff(ratios(season), west=WEST, north=NORTH, cell=CELL)
        (folder / COVERAGE / f"{name}.tif").write_bytes(image)
    write_elevation(folder / "griddap" / "bathymetry_dtm_2024.nc")
    write_sea_level(folder / "tabledap" / "ERD_EP_TS_SLEV_NRT_60m.nc")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
