"""An ensemble of networks that tells profiles of chlorophyll, kept and read again as text."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from bluecloud_routines._counts import Floats
from bluecloud_routines.biodiversity._network import Components, Network
from bluecloud_routines.biodiversity._soca_input import inputs_of
from bluecloud_routines.errors import ParameterError


@dataclass(frozen=True)
class SocaModel:
    """An ensemble of networks, with all that their inputs and outputs go through.

    Attributes
    ----------
    surface, reductions
        Names of the inputs of one value a profile, and of those that are profiles, with the
        components that these become.
    original_angles
        Whether latitudes are turned as in the original program.
    scale_in, scale_out
        Mean and standard deviation of each input and each output, (2, number).
    target
        Components of log10 chlorophyll on 50 levels.
    networks
        The members.
    scores
        Of the profiles of floats left out, as the product's skill is published: ``mapd`` (median
        absolute per cent), ``rmse_log``, ``r2_log``, ``slope_log``, ``profiles``.
    """

    surface: tuple[str, ...]
    reductions: dict[str, Components]
    original_angles: bool
    scale_in: Floats
    scale_out: Floats
    target: Components
    networks: tuple[Network, ...]
    scores: dict[str, float] = field(default_factory=dict)

    def log_profiles(self, samples: xr.Dataset) -> Floats:
        """log10 of chlorophyll on the 50 levels, (member, profile, level)."""
        inputs = inputs_of(samples, self.surface, self.reductions, original=self.original_angles)
        scaled = (inputs - self.scale_in[0]) / self.scale_in[1]
        outputs = (
            member(scaled) * self.scale_out[1] + self.scale_out[0] for member in self.networks
        )
        return np.stack([self.target.profiles(each) for each in outputs])

    def to_json(self) -> str:
        """The model as text, to be kept and read again by :meth:`from_json`."""
        return json.dumps(asdict(self), default=lambda array: array.tolist())

    @classmethod
    def from_json(cls, text: str) -> "SocaModel":
        """The model of a text that :meth:`to_json` made.

        Raises
        ------
        ParameterError
            If it is no such text.
        """
        try:
            told = json.loads(text)
            return cls(
                surface=tuple(told["surface"]),
                reductions={name: _components(each) for name, each in told["reductions"].items()},
                original_angles=bool(told["original_angles"]),
                scale_in=np.asarray(told["scale_in"], dtype=np.float64),
                scale_out=np.asarray(told["scale_out"], dtype=np.float64),
                target=_components(told["target"]),
                networks=tuple(_network(each) for each in told["networks"]),
                scores=dict(told["scores"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ParameterError(f"this is no model of profiles: {error}") from error


def _components(told: Mapping[str, Any]) -> Components:
    return Components(np.asarray(told["mean"]), np.asarray(told["components"]))


def _network(told: Mapping[str, Any]) -> Network:
    weights, biases = (tuple(map(np.asarray, told[name])) for name in ("weights", "biases"))
    return Network(weights, biases, told["activation"])
