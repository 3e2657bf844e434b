"""Traits of plankton in images, and its size spectrum.

Images of plankton are of two kinds: one body cut out of each, as imaging instruments give them, or
a scene with many. Both are segmented, measured and counted in the same way; of cut-out images the
largest body is taken, since the rest is dirt or a neighbour. Choices:

- Bodies smaller than ``min_esd_um`` are not plankton that the instrument resolves: they are left
  out before anything is counted.
- A body at the border is cut, and its size is too small. It is kept and marked, and plays no part
  in the spectrum unless ``cut`` says so.
- An image on which nothing is found is named, and nothing is invented for it.
"""

import json
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import one_of
from bluecloud_routines.genomics.particles import particle_traits
from bluecloud_routines.genomics.segmentation import Bodies, Threshold, grey, segment
from bluecloud_routines.genomics.spectrum import Spectrum, size_spectrum

KEPT = ("largest", "all")
TARA_FRACTIONS = (0.8, 5.0, 20.0, 180.0, 2000.0)
_REFERENCES = (
    "Otsu (1979), https://doi.org/10.1109/TSMC.1979.4310076; "
    "Platt & Denman (1977), Helgolander wissenschaftliche Meeresuntersuchungen 30, 575-581; "
    "Edwards et al. (2017), https://doi.org/10.1111/2041-210X.12641"
)
# Of each trait: what it is, its unit and, where the CF table has one, no standard name fits.
_TRAITS = {
    "area": ("area of the body in the image", "um2"),
    "esd": ("equivalent spherical diameter", "um"),
    "major": ("major axis of the ellipse of the same second moments", "um"),
    "minor": ("minor axis of the ellipse of the same second moments", "um"),
    "eccentricity": ("eccentricity of that ellipse", "1"),
    "perimeter": ("length of the outline", "um"),
    "circularity": ("4 pi area over the squared perimeter", "1"),
    "volume": ("volume of the body", "um3"),
    "mean_grey": ("mean grey value of the body", "1"),
}


def image_traits(
    images: pd.DataFrame,
    *,
    pixel_um: float,
    threshold: Threshold = "otsu",
    bodies: Bodies = "auto",
    window: int = 51,
    offset: float = 0.0,
    keep: Literal["largest", "all"] = "largest",
    min_esd_um: float = 10.0,
    shape: str = "ellipsoid",
    water_m3: float = 1.0,
    bins_per_octave: int = 1,
    cut: bool = False,
    fractions: Sequence[float] = TARA_FRACTIONS,
) -> xr.Dataset:
    """Traits of every body, the size spectrum of all, and their share by size fraction.

    Parameters
    ----------
    images
        A row an image: ``pixels`` (rows and columns, and colours if any), its name ``image``, and
        ``taxon`` where it is known.
    pixel_um
        Width of a pixel, micrometres: only the instrument knows it.
    threshold, bodies, window, offset
        As for :func:`segment`.
    keep
        The ``largest`` body of an image, or ``all``.
    min_esd_um
        Smaller bodies are left out, by their equivalent spherical diameter; 0 or more.
    shape
        As for :func:`particle_traits`.
    water_m3
        Water in which all bodies were, m3; 1 makes the spectrum a relative one.
    bins_per_octave
        As for :func:`size_spectrum`.
    cut
        Whether bodies at an image's border are counted in spectrum and fractions.
    fractions
        Ends of size fractions, micrometres, ascending; by default those of Tara Oceans' protists.

    Returns
    -------
    xarray.Dataset
        By ``particle``: the traits, ``image``, ``taxon``, ``at_border`` and ``fraction_index`` (the
        fraction, counted from 1; 0 is none). By ``size_bin``: ``bin_low``, ``bin_high``,
        ``bin_count``, ``bin_biovolume`` and ``nbss``. By ``fraction``: its ends and
        ``fraction_count``. ``slope``, ``intercept``, ``r_squared`` and ``slope_likely`` of the
        spectrum. The attribute ``nothing_found`` names the images without a body.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If the table has no image, an image cannot be used, no body is found, or too few sizes.

    References
    ----------
    Otsu (1979), https://doi.org/10.1109/TSMC.1979.4310076;
    Platt & Denman (1977), Helgolander wissenschaftliche Meeresuntersuchungen 30, 575-581;
    Edwards et al. (2017), https://doi.org/10.1111/2041-210X.12641
    """
    one_of("keep", keep, KEPT)
    if not 0 <= min_esd_um < np.inf:
        raise ParameterError(f"min_esd_um is {min_esd_um!r}: 0 micrometres or more")
    ends = np.asarray(fractions, dtype=np.float64)
    if len(ends) < 2 or not (np.isfinite(ends).all() and (np.diff(ends) > 0).all()):
        raise ParameterError(f"fractions is {list(fractions)}: two ends or more, ascending")
    absent = [name for name in ("image", "pixels") if name not in images]
    if absent or images.empty:
        raise ValuesError(f"the table of images has no {absent or 'row'}")
    how = {"threshold": threshold, "bodies": bodies, "window": window, "offset": offset}
    found, empty = [], []
    for name, pixels, taxon in zip(
        images["image"],
        images["pixels"],
        images["taxon"] if "taxon" in images else [""] * len(images),
        strict=True,
    ):
        try:
            mask = segment(pixels, threshold=threshold, bodies=bodies, window=window, offset=offset)
            traits = particle_traits(mask, grey(pixels), pixel_um=pixel_um, shape=shape)
        except ValuesError as error:
            raise ValuesError(f"image {name!r}: {error}") from error
        traits = traits[traits["esd"] >= min_esd_um]
        if keep == "largest":
            traits = traits.nlargest(1, "area")
        if traits.empty:
            empty.append(str(name))
        found.append(traits.assign(image=str(name), taxon=str(taxon)))
    table = pd.concat(found, ignore_index=True)
    if table.empty:
        raise ValuesError(
            f"no body of {min_esd_um} um or more is in any of {len(images)} images: is pixel_um "
            f"right, {pixel_um}?"
        )
    table["fraction_index"] = np.searchsorted(ends, table["esd"], side="right")
    table.loc[table["fraction_index"] == len(ends), "fraction_index"] = 0
    counted = table if cut else table[~table["at_border"]]
    if counted.empty:
        raise ValuesError("all bodies are cut by the image's border: cut=True counts them")
    spectrum = size_spectrum(
        counted["volume"].to_numpy(), water_m3=water_m3, bins_per_octave=bins_per_octave
    )
    options = how | {
        "pixel_um": pixel_um, "keep": keep, "min_esd_um": min_esd_um, "shape": shape,
        "water_m3": water_m3, "bins_per_octave": bins_per_octave, "cut": cut,
        "fractions": ends.tolist(),
    }  # fmt: skip
    attrs = {
        "references": _REFERENCES,
        "parameters": json.dumps(options),
        "nothing_found": ", ".join(empty) or "none",
    }
    return xr.Dataset(_bodies(table) | _bins(spectrum) | _fractions(counted, ends), attrs=attrs)


def _bodies(table: pd.DataFrame) -> dict[str, xr.Variable]:
    numbers = np.arange(1, len(table) + 1, dtype=np.int32)
    made = {"particle": xr.Variable("particle", numbers, {"long_name": "number of the body"})}
    for name, (long, units) in _TRAITS.items():
        attrs = {"long_name": long, "units": units}
        made[name] = xr.Variable("particle", table[name].to_numpy(np.float64), attrs)
    for name, long in (("image", "name of the image"), ("taxon", "taxon that the image is of")):
        words = table[name].to_numpy(dtype=object)
        made[name] = xr.Variable("particle", words, {"long_name": long})
    border = {
        "long_name": "whether the body is cut by the image's border",
        "flag_values": np.array([0, 1], dtype=np.int8),
        "flag_meanings": "no yes",
    }
    made["at_border"] = xr.Variable("particle", table["at_border"].to_numpy(np.int8), border)
    made["volume"].attrs["ancillary_variables"] = "at_border"
    long = "size fraction of the body, counted from 1; 0 is none"
    made["fraction_index"] = _numbers("particle", table["fraction_index"], long, np.int32)
    return made


def _bins(spectrum: Spectrum) -> dict[str, xr.Variable]:
    bins = spectrum.bins
    numbers = np.arange(1, len(bins) + 1, dtype=np.int32)
    made = {"size_bin": xr.Variable("size_bin", numbers, {"long_name": "bin of volume"})}
    for name, column, long, units in (
        ("bin_low", "low", "least volume of a body in the bin", "mm3"),
        ("bin_high", "high", "volume at which the next bin begins", "mm3"),
        ("bin_biovolume", "biovolume", "volume of all bodies in the bin", "mm3"),
        ("nbss", "nbss", "normalised biovolume in a cubic metre of water", "m-3"),
    ):
        attrs = {"long_name": long, "units": units}
        made[name] = xr.Variable("size_bin", bins[column].to_numpy(np.float64), attrs)
    long = "number of bodies in the bin"
    made["bin_count"] = _numbers("size_bin", bins["count"], long, np.int32)
    line = "the line through the logarithms of normalised biovolume and volume"
    return made | {
        "slope": _numbers((), spectrum.slope, f"slope of {line}"),
        "intercept": _numbers((), spectrum.intercept, f"intercept of {line}"),
        "r_squared": _numbers((), spectrum.r_squared, f"share explained by {line}"),
        "slope_likely": _numbers((), spectrum.slope_likely, "slope by maximum likelihood"),
    }


def _fractions(counted: pd.DataFrame, ends: np.ndarray) -> dict[str, xr.Variable]:
    number = len(ends) - 1
    counts = np.bincount(counted["fraction_index"], minlength=number + 1)[1 : number + 1]
    names = np.arange(1, number + 1, dtype=np.int32)
    made = {"fraction": xr.Variable("fraction", names, {"long_name": "size fraction"})}
    for name, values in (("fraction_low", ends[:-1]), ("fraction_high", ends[1:])):
        attrs = {"long_name": f"{name[9:]} end of the fraction, diameter", "units": "um"}
        made[name] = xr.Variable("fraction", values, attrs)
    long = "number of bodies in the fraction"
    return made | {"fraction_count": _numbers("fraction", counts, long, np.int32)}


def _numbers(
    dims: str | tuple[str, ...], values: object, long_name: str, kind: type = np.float64
) -> xr.Variable:
    return xr.Variable(dims, np.asarray(values, dtype=kind), {"long_name": long_name, "units": "1"})
