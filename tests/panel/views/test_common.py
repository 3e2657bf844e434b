"""A first look at whatever the catalogue can read, from the samples alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import bluecloud_catalogs
from bluecloud_catalogs.discovery.opening import readable
from bluecloud_views import answered
from bluecloud_views.common import Preview
from bluecloud_views.wire import Refusal, figures

SAMPLED = sorted(
    name for name, entry in readable().items() if entry.declaration.sample and not entry.is_here
)


@pytest.fixture(autouse=True)
def samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


def looked_at(entry: str, **request: object) -> Any:
    asked = request or dict(readable()[entry].declaration.example)
    return answered("environment", "preview", json.dumps({"entry": entry, "request": asked}))


@pytest.mark.parametrize("entry", SAMPLED)
def test_everything_that_has_a_sample_can_be_looked_at(entry: str) -> None:
    shown = looked_at(entry)
    assert isinstance(shown, Preview), shown
    assert shown.field or shown.points or shown.series or shown.table
    assert shown.origin.citations[0]
    assert len(shown.model_dump_json()) < 300_000
    if shown.field:
        assert -180 <= shown.field.west < shown.field.east <= 540
        assert -90 <= shown.field.south < shown.field.north <= 90


def test_a_field_has_the_values_of_the_data_north_first() -> None:
    shown = looked_at("ostia_sst_monthly")
    data = bluecloud_catalogs.open_entry("ostia_sst_monthly").read()
    variable = data[next(iter(data.data_vars))]
    north = variable.isel(time=0).sortby("latitude", ascending=False).sortby("longitude")
    assert shown.field is not None
    assert shown.field.units == variable.attrs["units"]
    first = shown.field.values[0]
    step = -(-north.sizes["longitude"] // 250)
    expected = north.isel(latitude=0).to_numpy()[::step]
    np.testing.assert_allclose(np.array(first, float), expected, rtol=1e-3)
    assert shown.series is not None
    assert shown.series.times[0].startswith(str(variable.time.values[0])[:10])


def test_points_are_where_the_data_are() -> None:
    shown = looked_at("argo_profiles")
    data = bluecloud_catalogs.open_entry(
        "argo_profiles", **readable()["argo_profiles"].declaration.example
    ).read()
    expected = sorted(round(float(value), 3) for value in data["LATITUDE"].values)
    assert sorted(round(point.latitude, 3) for point in shown.points) == expected


def test_what_cannot_be_asked_is_refused_in_words() -> None:
    nothing = answered("environment", "preview", json.dumps({"entry": "argo_profile"}))
    assert isinstance(nothing, Refusal)
    assert "argo_profiles" in nothing.message
    odd = looked_at("argo_profiles", depth="deep")
    assert isinstance(odd, Refusal)
    assert "depth" in odd.message
    short = answered("environment", "preview", "{}")
    assert isinstance(short, Refusal)
    assert short.message.startswith("entry:")


def test_figures_have_as_many_digits_as_a_screen_shows() -> None:
    assert figures([0.123456789, 123456.789, 0.0, -3.14159265]) == [0.12346, 123460.0, 0.0, -3.1416]
    assert str(figures([float("nan")])) == "[nan]"


def test_a_kernel_displays_the_answer_without_nan() -> None:
    from jupyter_client.manager import start_new_kernel

    from bluecloud_views import MIME

    manager, client = start_new_kernel()
    try:
        asked = json.dumps({"entry": "ostia_sst_monthly"})
        words = ", ".join(map(json.dumps, ("environment", "preview", asked)))
        told: list[Any] = []
        reply = client.execute_interactive(
            f"from bluecloud_views import answer\nanswer({words})",
            output_hook=told.append,
            timeout=60,
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok", reply
    (data,) = [each["content"]["data"] for each in told if each["msg_type"] == "display_data"]
    values = data[MIME]["field"]["values"]
    assert any(value is None for row in values for value in row)
    assert "NaN" not in json.dumps(data)
