"""Argo profiles as Argovis serves them: JSON, the levels of each profile by parameter.

``data`` is column-major, its names in ``data_info``, and only levels that are flagged good are in
it. Argovis has no number of all results; a JSON that is whole is all of them. A key raises the
allowance of a person who asks much, and goes in a header that nothing shows.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from ..answers import as_json
from ..credentials import credential
from ..declarations import Line, Slug
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from . import boxes
from .asked import Asked, Box, Period, Platforms, during, inside
from .base import Reading, SourceReader
from .erddap_asked import Between

if TYPE_CHECKING:
    import xarray as xr

    from ..places import File, Place
    from .boxes import Part

_GUEST = "guest"
_MOST_PLATFORMS = 20
_MOST_SQUARE_DEGREE_DAYS = 20_000.0
_PARAMETERS = {
    "pressure": ("PRES", "sea_water_pressure_due_to_sea_water", "Sea water pressure", "dbar"),
    "temperature": ("TEMP", "sea_water_temperature", "Sea temperature, ITS-90", "degree_Celsius"),
    "salinity": ("PSAL", "sea_water_practical_salinity", "Practical salinity, PSS-78", "1"),
}
_NATIVE_UNITS = {"pressure": "decibar", "temperature": "degree_Celsius", "salinity": "psu"}


class ArgovisOptions(BaseModel):
    """The service of the source, and the slug under which a person's key is kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Line | None = None
    login: Slug = "euroargo"


class ArgovisRequest(Asked):
    """Which profiles: all that fulfil every condition given; ``pressure`` in dbar."""

    platform: Platforms = None
    bbox: Box = None
    time: Period = None
    pressure: Between = None


class Argovis(SourceReader):
    """Reads profiles of pressure, temperature and salinity."""

    protocol = "Argovis API"
    makes = "xarray:Dataset"
    options = ArgovisOptions
    request = ArgovisRequest

    def read(
        self, place: Place, options: ArgovisOptions, request: ArgovisRequest, *, lazy: bool
    ) -> Reading:
        """Read the profiles asked for."""
        _check(request)
        known = credential(options.login)
        key = known.token.get_secret_value() if known and known.token else None
        asks = [
            Ask(
                with_query("argo", query, safe=",:"),
                options.service,
                headers={} if key else {"x-argokey": _GUEST},
                secrets={"x-argokey": key} if key else {},
                sample="argo.json",
            )
            for query in _queries(request)
        ]
        files = place.fetch(asks)
        found: dict[str, dict[str, Any]] = {}
        for file in files:
            for profile in _profiles(file):
                if _is_wanted(profile, request, file):
                    found.setdefault(profile["_id"], profile)
        dataset = _dataset([_levels(each, request, files[0]) for each in found.values()])
        return Reading(dataset, count=dataset.sizes["N_PROF"], files=files)


def _check(request: ArgovisRequest) -> None:
    if request.platform is not None:
        if len(request.platform) > _MOST_PLATFORMS:
            raise RequestTooLarge(
                f"{len(request.platform)} floats are asked for at once, {_MOST_PLATFORMS} are "
                "allowed"
            )
        return
    if request.bbox is None or request.time is None or None in request.time:
        raise ParameterError("which profiles? Give platform, or bbox and time with both its ends")
    area = sum((part[2] - part[0]) * (part[3] - part[1]) for part in boxes.parts(request.bbox))
    first, after = request.time
    days = (after - first).total_seconds() / 86_400 if first and after else 0.0
    if area * days > _MOST_SQUARE_DEGREE_DAYS:
        raise RequestTooLarge(
            f"a box of {area:.0f} square degrees over {days:.0f} days is too much at once: their "
            f"product may be {_MOST_SQUARE_DEGREE_DAYS:.0f}"
        )


def _queries(request: ArgovisRequest) -> list[dict[str, object]]:
    common: dict[str, object] = {"data": ",".join(_PARAMETERS)}
    first, after = request.time or (None, None)
    common["startDate"] = f"{first.isoformat()}Z" if first else None
    common["endDate"] = f"{after.isoformat()}Z" if after else None
    if request.pressure is not None:
        common["presRange"] = ",".join(f"{side!r}" for side in request.pressure)
    several: tuple[Part | None, ...] = boxes.parts(request.bbox) if request.bbox else (None,)
    queries = []
    for platform in request.platform or (None,):
        for box in several:
            corners = json.dumps([box[:2], box[2:]]).replace(" ", "") if box else None
            queries.append({**common, "platform": platform, "box": corners})
    return queries


def _profiles(file: File) -> list[dict[str, Any]]:
    told = as_json(file)
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise MalformedAnswer(f"{file.path}: it is no list of profiles: {str(told)[:80]}")
    return told


def _is_wanted(profile: dict[str, Any], request: ArgovisRequest, file: File) -> bool:
    """Whether the profile is in what was asked; what the service filtered is in it anyway."""
    import numpy as np

    try:
        longitude, latitude = profile["geolocation"]["coordinates"]
        moment = _moment(profile["timestamp"])
        platform = int(profile["_id"].partition("_")[0])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswer(f"{file.path}: a profile lacks {error}") from error
    if request.platform is not None and platform not in request.platform:
        return False
    if (
        request.bbox is not None
        and not inside(request.bbox, np.array([longitude]), np.array([latitude])).any()
    ):
        return False
    return request.time is None or bool(
        during(request.time, np.array([moment], dtype="datetime64[ns]")).any()
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _levels(profile: dict[str, Any], request: ArgovisRequest, file: File) -> dict[str, Any]:
    """A profile's values by parameter, at the pressures asked for."""
    import numpy as np

    try:
        names, [_, mode], about = profile["data_info"]
        units = {name: each[0] for name, each in zip(names, about, strict=True)}
        modes = {name: each[1] for name, each in zip(names, about, strict=True)}
        values = {
            name: np.array(each, dtype="float64")
            for name, each in zip(names, profile["data"], strict=True)
        }
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(
            f"{file.path}: the data of {profile['_id']} are not what data_info says: {error}"
        ) from error
    if mode != "data_keys_mode" or len({each.size for each in values.values()}) > 1:
        raise MalformedAnswer(f"{file.path}: the data of {profile['_id']} are of several lengths")
    wrong = [name for name, unit in _NATIVE_UNITS.items() if units.get(name, unit) != unit]
    if wrong:
        raise MalformedAnswer(f"{file.path}: {wrong[0]} is in {units[wrong[0]]!r}")
    size = next((each.size for each in values.values()), 0)
    whole = {name: values.get(name, np.full(size, np.nan)) for name in _PARAMETERS}
    if request.pressure is not None:
        first, last = request.pressure
        kept = (whole["pressure"] >= first) & (whole["pressure"] <= last)
        whole = {name: each[kept] for name, each in whole.items()}
    return {**profile, "values": whole, "modes": modes}


def _dataset(profiles: list[dict[str, Any]]) -> xr.Dataset:
    """Profiles by levels, in the order of float and cycle."""
    import numpy as np
    import xarray as xr

    profiles = sorted(profiles, key=lambda each: each["_id"])
    size = max((each["values"]["pressure"].size for each in profiles), default=0)
    data: dict[str, Any] = {}
    for native, (name, standard_name, long_name, units) in _PARAMETERS.items():
        block = np.full((len(profiles), size), np.nan)
        for row, each in enumerate(profiles):
            block[row, : each["values"][native].size] = each["values"][native]
        attrs = {"standard_name": standard_name, "long_name": long_name, "units": units}
        data[name] = (("N_PROF", "N_LEVELS"), block, attrs)
        modes = [str(each["modes"].get(native, "")) for each in profiles]
        about = {"long_name": f"data mode of {long_name}", "conventions": "R, A or D"}
        data[f"{name}_DATA_MODE"] = ("N_PROF", np.array(modes, dtype="<U1"), about)
    ids = [each["_id"] for each in profiles]
    places = np.array([each["geolocation"]["coordinates"] for each in profiles]).reshape(-1, 2)
    times = np.array([_moment(each["timestamp"]) for each in profiles], dtype="datetime64[ns]")
    data["PLATFORM_NUMBER"] = (
        "N_PROF",
        np.array([int(each.partition("_")[0]) for each in ids], dtype="int64"),
    )
    cycles = [int(each.get("cycle_number", -1)) for each in profiles]
    data["CYCLE_NUMBER"] = ("N_PROF", np.array(cycles, dtype="int64"))
    directions = [str(each.get("profile_direction", "")) for each in profiles]
    data["DIRECTION"] = ("N_PROF", np.array(directions, dtype="<U1"))
    return xr.Dataset(
        data,
        coords={
            "TIME": ("N_PROF", times, {"standard_name": "time", "axis": "T"}),
            "LATITUDE": (
                "N_PROF",
                places[:, 1],
                {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"},
            ),
            "LONGITUDE": (
                "N_PROF",
                places[:, 0],
                {"standard_name": "longitude", "units": "degrees_east", "axis": "X"},
            ),
        },
        attrs={
            "featureType": "profile",
            "Conventions": "CF-1.11",
            "quality": "Argovis serves levels flagged good (1) only, without their flags",
        },
    )
