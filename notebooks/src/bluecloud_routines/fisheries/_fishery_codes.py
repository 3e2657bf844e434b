"""From the codes of the tuna organisations to those that all of them share.

Gears are of the international classification (ISSCFG 2016), species of ASFIS, fleets of the
tuna atlas: three letters of the country, with EU before those of its members. What a list does
not know is kept as not known, and counted; a person can add to each.
"""

# By organisation, and for all of them under "".
GEARS = {
    "": {
        "PS": "01.1",
        "TRAW": "03.9",
        "GN": "07.9",
        "GILL": "07.9",
        "TP": "08.9",
        "TRAP": "08.9",
        "LP": "09.1",
        "BB": "09.1",
        "LHP": "09.1",
        "HAND": "09.1",
        "LL": "09.32",
        "TR": "09.5",
        "TROL": "09.5",
        "LTL": "09.5",
        "HAR": "10.1",
        "HP": "10.1",
        "HARP": "10.1",
        "UNK": "99.9",
    },
    "CCSBT": {"LL": "09.39"},
    "IATTC": {"TX": "03.9", "RG": "10.9", "OTR": "10.9"},
    "IOTC": {"ELL": "09.32", "FLL": "09.32", "GIOF": "07.2", "GILL": "07.2"},
    "WCPFC": {"L": "09.31", "S": "01.1", "P": "09.1", "G": "07.2", "T": "09.5"},
}
UNKNOWN_GEAR = "99.9"

SPECIES = {"BILL": "BIL", "OTH": "MZZ", "OTUN": "TUN", "OSKS": "SKH"}

# Fishing on free schools, and on schools at floating objects.
MODES = {
    "FS": "FS",
    "UNA": "FS",
    "NOA": "FS",
    "LS": "LS",
    "FD": "LS",
    "OBJ": "LS",
    "LOG": "LS",
    "DFAD": "LS",
    "AFAD": "LS",
    "DEL": "DEL",
    "OTH": "OTH",
}
UNKNOWN_MODE = "UNK"

_EUROPEAN = [
    "BGR",
    "CYP",
    "DEU",
    "DNK",
    "ESP",
    "EST",
    "FRA",
    "GRC",
    "HRV",
    "IRL",
    "ITA",
    "LTU",
    "LVA",
    "MLT",
    "NLD",
    "POL",
    "PRT",
    "ROU",
    "SWE",
]
_TWO_LETTERS = {
    "AU": "AUS",
    "BZ": "BLZ",
    "CA": "CAN",
    "CK": "COK",
    "CN": "CHN",
    "EC": "ECU",
    "ES": "EUESP",
    "FJ": "FJI",
    "FM": "FSM",
    "FR": "EUFRA",
    "ID": "IDN",
    "JP": "JPN",
    "KI": "KIR",
    "KR": "KOR",
    "MH": "MHL",
    "MX": "MEX",
    "NC": "NCL",
    "NR": "NRU",
    "NU": "NIU",
    "NZ": "NZL",
    "PA": "PAN",
    "PF": "EUFRA",
    "PG": "PNG",
    "PH": "PHL",
    "PT": "EUPRT",
    "PW": "PLW",
    "RU": "RUS",
    "SB": "SLB",
    "SN": "SEN",
    "SV": "SLV",
    "TK": "TKL",
    "TO": "TON",
    "TV": "TUV",
    "TW": "TWN",
    "US": "USA",
    "VN": "VNM",
    "VU": "VUT",
    "WF": "WLF",
    "WS": "WSM",
    "ZA": "ZAF",
}
FLEETS = {each: f"EU{each}" for each in _EUROPEAN}
FLEETS |= {f"EU{each}": f"EU{each}" for each in _EUROPEAN}
FLEETS |= {"PYF": "EUFRA", "FRAPYF": "EUFRA", "OTR": "NEI", "UNK": "NEI", "NEIPS": "NEI"}
FLEETS |= _TWO_LETTERS
UNKNOWN_FLEET = "NEI"


def gear_codes(authority: str) -> dict[str, str]:
    """The gears of an organisation."""
    return GEARS[""] | GEARS.get(authority, {})


def fleet_of(code: str) -> str:
    """The fleet of a country's code, or that of fleets that are not known."""
    plain = "".join(each for each in code.upper() if each.isalpha())
    if plain.startswith("EU") and len(plain) > 5:
        plain = plain[:5]  # of EU.ESP-ES-ETRO the first part
    if plain in FLEETS:
        return FLEETS[plain]
    # Flags of ICCAT go on with a part of the fleet, as BLZ-A.
    first = "".join(each for each in code.upper().split("-")[0].split(".")[0] if each.isalpha())
    if first in FLEETS:
        return FLEETS[first]
    return first if len(first) == 3 and first not in ("NEI", "NAN") else UNKNOWN_FLEET
