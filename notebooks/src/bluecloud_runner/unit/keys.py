"""The keys of the verdicts, which come by the environment and leave it at once."""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import Field, TypeAdapter

from bluecloud_runner.folders import Record
from bluecloud_runner.seal import KEYS


class Key(Record):
    """The key of one attempt of a run."""

    attempt: Annotated[int, Field(ge=1)]
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


_KEYS = TypeAdapter(dict[str, Key])


def taken_keys() -> dict[str, Key]:
    """The keys by their runs, out of the environment.

    Raises
    ------
    ValueError
        If there are none, or not in the form that is promised. The message does not hold them.
    """
    try:
        return _KEYS.validate_json(os.environ.pop(KEYS, ""))
    except ValueError:
        raise ValueError(f"{KEYS} is not the keys of runs, as JSON") from None
