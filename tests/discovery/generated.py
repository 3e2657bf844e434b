"""Records that nobody holds, in the shares and shapes of those that twelve infrastructures hold.

Argo floats walk, casts cluster round European coasts over seventy years, products have boxes
round the globe and scenes of satellites small ones, samples of sequences often lack a place or
a time. Some boxes cross the antimeridian. The same number and seed give the same records.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from bluecloud_catalogs.discovery.records import Record

VARIABLES = {
    "TEMP": ("sea_water_temperature", "temperature"),
    "PSAL": ("sea_water_practical_salinity", "salinity"),
    "DOXY": ("mole_concentration_of_dissolved_molecular_oxygen_in_sea_water", "oxygen"),
    "CPWC": ("mass_concentration_of_chlorophyll_a_in_sea_water", "chlorophyll"),
    "NTRA": ("mole_concentration_of_nitrate_in_sea_water", "nitrate"),
    "PHOS": ("mole_concentration_of_phosphate_in_sea_water", "phosphate"),
    "SLCA": ("mole_concentration_of_silicate_in_sea_water", "silicate"),
    "ALKY": ("sea_water_ph_reported_on_total_scale", "acidity"),
    "RFVL": ("eastward_sea_water_velocity", "currents"),
    "ASLV": ("sea_surface_height_above_geoid", "sea level"),
    "ATTN": ("volume_beam_attenuation_coefficient_of_radiative_flux_in_sea_water", "beam"),
    **{f"X{number:03}": ("", f"parameter{number}") for number in range(190)},
}
SOURCES = {
    "argogdac": 0.27, "seadatanet": 0.25, "eurobis": 0.14, "emodnet": 0.09, "ena": 0.07,
    "dias": 0.06, "cmems": 0.03, "icos": 0.03, "euroargo": 0.02, "eudat": 0.02,
    "eurobioimaging": 0.01, "d4science": 0.01,
}  # fmt: skip
SPOTS = [(-8, 43), (3, 42), (12, 44), (20, 36), (2, 54), (10, 57), (18, 59), (-20, 64), (30, 43)]
PLACES = [
    "mediterranean", "atlantic", "baltic", "north sea", "black sea", "arctic", "adriatic",
    "aegean", "biscay", "iberian", "celtic", "norwegian", "ligurian", "tyrrhenian",
]  # fmt: skip
KINDS = ["profile", "cruise", "survey", "transect", "mooring", "glider", "sample", "analysis"]
_FIRST = datetime(1950, 1, 1, tzinfo=UTC)
_TAXA = [127405, 141433, 126436, 1080, 127186, 137117]


def records(number: int, *, seed: int = 20261122, start: int = 0) -> Iterator[Record]:
    """That many records."""
    random = np.random.default_rng(seed)
    names, codes = list(SOURCES), list(VARIABLES)
    weights = 1 / np.arange(1, len(codes) + 1) ** 1.1
    weights /= weights.sum()
    for begin in range(0, number, 10_000):
        size = min(10_000, number - begin)
        of = random.choice(len(names), size=size, p=list(SOURCES.values()))
        measured = random.choice(len(codes), size=(size, 4), p=weights)
        some = random.random((size, 8))
        words = random.integers(0, 1 << 30, size=(size, 6))
        for at in range(size):
            yield _record(
                start + begin + at,
                names[of[at]],
                list(dict.fromkeys(codes[code] for code in measured[at])),
                some[at].tolist(),
                words[at].tolist(),
            )


def _record(
    number: int, source: str, codes: list[str], some: list[float], words: list[int]
) -> Record:
    floats = source in {"argogdac", "euroargo"}
    wide = source in {"cmems", "dias", "emodnet"}
    spot = SPOTS[words[0] % len(SPOTS)]
    west = -180 + 360 * some[0] if floats or wide else spot[0] + 8 * (some[0] - 0.5)
    south = -70 + 140 * some[1] if floats or wide else spot[1] + 6 * (some[1] - 0.5)
    bbox: tuple[float, float, float, float] | None = (west, south, west, south)
    if source == "cmems" and words[1] % 3:
        bbox = (-180.0, -80.0, 180.0, 90.0)
    elif wide:
        east = west + 1 + 20 * some[2]
        bbox = (west, south, east - 360 if east > 180 else east, min(south + 10 * some[3], 90))
    elif source == "ena" and words[1] % 4 == 0:
        bbox = None
    first = _FIRST + timedelta(seconds=int((0.6 if not floats else 0.75) * 2.4e9 * some[4]))
    if floats:
        first += timedelta(seconds=600_000_000)
    last = first + timedelta(days=int(3000 * some[5]) if wide else 0)
    time: tuple[datetime | None, datetime | None] | None = (first, last)
    if source == "cmems" and words[2] % 2:
        time = (first, None)
    elif source == "ena" and words[2] % 5 == 0:
        time = None
    level = "collection" if words[3] % 400 == 0 else "product" if source == "cmems" else "granule"
    told = [VARIABLES[code][1] for code in codes]
    place, kind = PLACES[words[4] % len(PLACES)], KINDS[words[5] % len(KINDS)]
    return Record(
        id=f"{source}:{number}",
        source=source,
        collection=f"{source}-{words[1] % 40}",
        level=level,
        title=f"{kind} {number} of {' and '.join(told[:2])} in the {place}",
        keywords=(place, kind, f"cruise{words[3] % 20_000}", *told),
        p02=tuple(codes),
        cf=tuple(VARIABLES[code][0] for code in codes if VARIABLES[code][0]),
        platform="float" if floats else KINDS[words[2] % len(KINDS)],
        platform_code=str(6_900_000 + words[3] % 5000) if floats else None,
        taxa=(_TAXA[words[2] % len(_TAXA)],) if source == "eurobis" else (),
        bbox=bbox,
        time=time,
        depth=(0.0, 2000.0 * some[6]) if some[7] < 0.8 else None,
    )
