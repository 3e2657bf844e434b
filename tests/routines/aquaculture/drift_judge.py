"""Particles that sink through a turning tide, by OpenDrift, in the environment of the judges.

    .venv/judges/bin/python drift_judge.py found.npz speed hours sinks depth particles release_hours

Writes how far each came, in metres, and the seconds of the run. A step is a tenth of the time that
a particle sinks, as is usual, so that all settle at the end of a step.
"""

import sys
import time
from datetime import datetime, timedelta

import numpy as np
from opendrift.models.sedimentdrift import SedimentDrift
from opendrift.readers.reader_timeseries import Reader
from pyproj import Geod

target = sys.argv[1]
speed, period_h, sinks, depth_m = (float(each) for each in sys.argv[2:6])
particles, release_h = (int(each) for each in sys.argv[6:8])
LONGITUDE, LATITUDE = 14.6, 35.878
falls_s = depth_m / sinks
first = datetime(2021, 6, 1)
seconds = np.arange(0, release_h * 3600 + 2 * falls_s + 3600, 600.0)
turned = 2 * np.pi * seconds / (period_h * 3600)
model = SedimentDrift(loglevel=50)
model.add_reader(
    Reader(
        {
            "time": [first + timedelta(seconds=each) for each in seconds.tolist()],
            "x_sea_water_velocity": speed * np.cos(turned),
            "y_sea_water_velocity": speed * np.sin(turned),
        }
    )
)
constant = {
    "sea_floor_depth_below_sea_level": depth_m,
    "ocean_vertical_diffusivity": 0,
    "upward_sea_water_velocity": 0,
    "land_binary_mask": 0,
    "x_wind": 0,
    "y_wind": 0,
}
for name, value in constant.items():
    model.set_config(f"environment:constant:{name}", value)
model.set_config("vertical_mixing:resuspension_threshold", 3.0)  # the most: nothing moves on
model.set_config("vertical_mixing:timestep", falls_s / 20)
model.seed_elements(
    lon=LONGITUDE,
    lat=LATITUDE,
    z=-1e-3,  # what is at the very surface does not sink there
    number=particles,
    time=[first, first + timedelta(hours=release_h)],
    terminal_velocity=-sinks,
)
begin = time.perf_counter()
model.run(
    time_step=falls_s / 10,
    time_step_output=3600,
    end_time=first + timedelta(hours=release_h, seconds=falls_s + 3600),
)
taken = time.perf_counter() - begin
longitude, latitude = (model.result[name].values for name in ("lon", "lat"))
last = [int(np.flatnonzero(np.isfinite(each))[-1]) for each in longitude]
row = np.arange(len(last))
start = np.full(len(last), LONGITUDE), np.full(len(last), LATITUDE)
distance = Geod(ellps="WGS84").inv(*start, longitude[row, last], latitude[row, last])[2]
settled = int((model.result["z"].values[row, last] <= -depth_m + 1e-6).sum())
np.savez(target, distance_m=distance, seconds=taken, settled=settled)
