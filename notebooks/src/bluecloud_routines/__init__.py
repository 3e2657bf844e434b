"""The laboratories' processing routines: labelled arrays in, labelled arrays out.

One package per laboratory, and nothing in it reads a file, a network or a catalogue: whoever
calls a routine brings the data and decides what becomes of the result. That is what lets one
function serve a notebook, a run without a person, and a test against a published number.
"""

from bluecloud_routines.errors import (
    BaselineError,
    ParameterError,
    RoutineError,
    ShortBaselineWarning,
    TimeAxisError,
    TooShortError,
    UnitsError,
    ValuesError,
)
from bluecloud_routines.mann_kendall import monotonic_trend
from bluecloud_routines.odv import odv_text
from bluecloud_routines.products import describe_product, described_csv, product_citation

__all__ = [
    "BaselineError",
    "ParameterError",
    "RoutineError",
    "ShortBaselineWarning",
    "TimeAxisError",
    "TooShortError",
    "UnitsError",
    "ValuesError",
    "describe_product",
    "described_csv",
    "monotonic_trend",
    "odv_text",
    "product_citation",
]
