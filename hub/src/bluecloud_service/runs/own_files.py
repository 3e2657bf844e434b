"""Paths among the parameters of a run, as its person typed them: see `bluecloud_runner.own_paths`.

The service sees all homes in the deployment's state; a run sees its person's alone, where its
engine puts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import JsonValue

from bluecloud_hub.homes import HOME, home
from bluecloud_runner import FieldError
from bluecloud_runner.own_paths import Home, own_folder_faults, with_own_files


@dataclass(frozen=True)
class OwnFiles:
    """The homes of a deployment, as the service sees them and as runs do.

    Parameters
    ----------
    state
        The deployment's folder of state.
    in_containers
        Whether a run sees its person's home as a container does.
    """

    state: Path
    in_containers: bool

    def completed(
        self,
        schema: Mapping[str, Any],
        values: Mapping[str, JsonValue],
        *,
        person: str,
        folder: str = "",
    ) -> tuple[dict[str, JsonValue], list[FieldError]]:
        """The values with every file by its whole path, and what is wrong with their paths."""
        real = home(self.state, person)
        seen = PurePosixPath(HOME if self.in_containers else str(real))
        whole, faults = with_own_files(schema, values, Home(real, seen), folder=folder)
        return whole, [*faults, *own_folder_faults(schema, values)]
