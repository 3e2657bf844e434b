"""Take ``samples/climatology``: the surface of the world ocean in a mean year, on 2 degrees.

    python catalogs/samples/take_climatology.py DATA [FOLDER]

Real data, and small. ``DATA`` is ``/usr/share/ferret-vis/data`` where Debian's package
ferret-datasets 7.6.0-5 is installed: temperature and salinity of the *Climatological Atlas of the
World Ocean* (Levitus 1982), the means of 2 x 2 of its cells where at least two are sea; the months
of COADS (1946 to 1989), of which the range is taken; and the depth of ETOPO. A cell that lacks one
of them, such as all south of the ice's edge, is left out.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

FOLDER = Path(__file__).parent / "climatology"
NAME = "world_ocean_surface.csv"


def climatology(data: Path) -> pd.DataFrame:
    """A row a cell of the sea: its middle, and what is known of it."""
    with (
        xr.open_dataset(data / "levitus_climatology.cdf", decode_times=False) as levitus,
        xr.open_dataset(data / "coads_climatology.cdf", decode_times=False) as coads,
        xr.open_dataset(data / "etopo120.cdf", decode_times=False) as relief,
    ):
        surface = [levitus[name][0].to_numpy().astype(float) for name in ("TEMP", "SALT")]
        blocks = [each.reshape(90, 2, 180, 2).transpose(0, 2, 1, 3) for each in surface]
        blocks = [each.reshape(90, 180, 4) for each in blocks]
        known = [np.isfinite(each).sum(axis=-1) for each in blocks]
        means = [
            np.where(count >= 2, np.nansum(each, axis=-1) / np.maximum(count, 1), np.nan)
            for each, count in zip(blocks, known, strict=True)
        ]
        months = coads["SST"].to_numpy().astype(float)
        spread = months.max(axis=0) - months.min(axis=0)  # missing where a month is
        depth = -relief["ROSE"].to_numpy().astype(float)
        latitude, longitude = np.meshgrid(
            relief["ETOPO120Y"].to_numpy(), relief["ETOPO120X"].to_numpy(), indexing="ij"
        )
    columns = {
        "latitude": latitude,
        "longitude": (longitude + 180) % 360 - 180,
        "temperature": means[0].round(2),
        "salinity": means[1].round(2),
        "temperature_range": spread.round(1),
        "depth": np.where(depth > 0, depth, np.nan).round(),
    }
    table = pd.DataFrame({name: values.ravel() for name, values in columns.items()}).dropna()
    whole = dict.fromkeys(("latitude", "longitude", "depth"), int)
    return table.astype(whole).sort_values(["latitude", "longitude"], ignore_index=True)


def main(data: Path, folder: Path) -> None:
    """Write the table, whose cells are numbered."""
    folder.mkdir(parents=True, exist_ok=True)
    climatology(data).to_csv(folder / NAME, index_label="cell", lineterminator="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER)
