"""What a product says of itself."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from io import StringIO
from typing import Any

import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines import ParameterError, describe_product, described_csv, product_citation

MADE_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STAMPED = {
    "source": "cmems",
    "entry": "ostia",
    "tier": "sample",
    "licence": "CC0",
    "citation": "Somebody (2020).",
    "synthetic": "false",
}


SAID: dict[str, Any] = {
    "title": "T",
    "summary": "S.",
    "made_at": MADE_AT,
    "made_by": "it.ipynb",
}


def described(*inputs: dict[str, str], **more: Any) -> xr.Dataset:
    product = xr.Dataset(
        {"a": (("time", "lat"), [[1.0]], {"units": "1"})},
        coords={"time": [pd.Timestamp(2000, 1, 1)], "lat": [43.0]},
        attrs={"references": "a paper"},
    )
    return describe_product(product, inputs=inputs, **SAID, **more)


def test_a_product_carries_its_inputs_licence_citation_and_source() -> None:
    attrs = described(STAMPED).attrs
    assert attrs["title"] == "T"
    assert attrs["license"] == "CC0"
    assert attrs["acknowledgement"] == "Somebody (2020)."
    assert attrs["source"] == "entry ostia of cmems, sample tier"
    made_with = f"bluecloud-notebooks {version('bluecloud-notebooks')}"
    assert attrs["history"] == f"2026-01-02T03:04:05+00:00 it.ipynb ({made_with})"
    assert attrs["references"] == "a paper"
    assert attrs["geospatial_lat_max"] == 43
    assert attrs["time_coverage_end"] == "2000-01-01T00:00:00Z"


def test_a_product_with_a_synthetic_input_says_so_in_its_title() -> None:
    attrs = described(STAMPED, STAMPED | {"synthetic": "true", "licence": "CC-BY"}).attrs
    assert attrs["title"] == "SYNTHETIC: T"
    assert attrs["synthetic"] == "true"
    assert attrs["license"] == "CC0; CC-BY"


def test_an_input_that_says_nothing_is_said_to_say_nothing() -> None:
    attrs = described({}).attrs
    assert attrs["license"] == attrs["source"] == "not stated by the input"


def test_a_product_from_nothing_or_from_no_time_zone_is_refused() -> None:
    with pytest.raises(ParameterError, match="inputs is empty"):
        described()
    with pytest.raises(ParameterError, match="time zone"):
        describe_product(
            xr.Dataset(), title="", summary="", inputs=[{}], made_at=datetime.min, made_by=""
        )


def test_a_described_table_is_read_back_past_its_description() -> None:
    table = pd.DataFrame({"start": [pd.Timestamp(2000, 1, 1)], "category": [2]})
    text = described_csv(table, {"title": "T", "history": "one\ntwo"})
    assert text.startswith("# title: T\n# history: one\n# history: two\nstart,category\n2000-01-01")
    read = pd.read_csv(StringIO(text), comment="#", parse_dates=["start"])
    pd.testing.assert_frame_equal(read, table, check_dtype=False)


def test_the_source_is_a_sentence_a_person_can_read() -> None:
    stamped = STAMPED | {"title": "Monthly SST", "request": "{}", "checksum": "sha256:ab"}
    attrs = described(stamped | {"access_time": "2026-11-22T09:51:48+00:00"}).attrs
    where = "entry ostia of cmems, sample tier, read 2026-11-22, checksum sha256:ab"
    assert attrs["source"] == f"Monthly SST ({where})"
    assert described({"source": "my.csv"}).attrs["source"] == "my.csv"


def test_the_parameters_are_written_as_json() -> None:
    attrs = described(STAMPED, parameters={"baseline": (1991, 2020), "confidence": 0.95}).attrs
    assert json.loads(attrs["parameters"]) == {"baseline": [1991, 2020], "confidence": 0.95}
    assert "parameters" not in described(STAMPED).attrs


def test_a_product_is_cited_by_its_method_and_its_data() -> None:
    product = described(STAMPED)
    data = "Data: Somebody (2020). Licence: CC0."
    assert product_citation(product) == f"Method: a paper. {data}"
    del product.attrs["references"]
    assert product_citation(product) == f"Method: S. {data}"


def test_synthetic_data_are_not_to_be_cited_as_observations() -> None:
    synthetic = described(STAMPED | {"synthetic": "true"})
    says = "Method: a paper. Data: synthetic, not to be cited as observations."
    assert product_citation(synthetic) == says


def test_each_variable_has_a_name_for_people_and_a_kind_and_the_keywords_are_theirs() -> None:
    flags = {"flag_values": [0, 1], "flag_meanings": "no yes"}
    product = xr.Dataset(
        {
            "sst": ("time", [1.0], {"standard_name": "sea_surface_temperature"}),
            "error": ("time", [1.0], {"standard_name": "sea_surface_temperature standard_error"}),
            "wave": ("time", [1], flags),
            "count": ("time", [3], {"coverage_content_type": "auxiliaryInformation"}),
        }
    )
    made = describe_product(product, inputs=[{}], **SAID)
    assert made.attrs["keywords"] == "sea_surface_temperature"
    kinds = {name: each.attrs["coverage_content_type"] for name, each in made.data_vars.items()}
    assert kinds == {
        "sst": "modelResult",
        "error": "qualityInformation",
        "wave": "thematicClassification",
        "count": "auxiliaryInformation",
    }
    assert made["sst"].attrs["long_name"] == "sea surface temperature"
    assert "long_name" not in product["sst"].attrs  # which is left as it was
    plain = describe_product(product[["wave", "count"]], inputs=[{}], **SAID)
    assert plain.attrs["keywords"] == "wave, count"
