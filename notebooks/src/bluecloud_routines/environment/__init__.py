"""Routines of the laboratory *Marine environment indicators*."""

from bluecloud_routines.environment.anomaly import area_mean, monthly_anomaly
from bluecloud_routines.environment.cells import cell_names
from bluecloud_routines.environment.events import heatwave_events, on_every_day
from bluecloud_routines.environment.heatwaves import CATEGORIES, marine_heatwaves
from bluecloud_routines.environment.surface import sea_surface_temperature
from bluecloud_routines.environment.trend import linear_trend

__all__ = [
    "CATEGORIES",
    "area_mean",
    "cell_names",
    "heatwave_events",
    "linear_trend",
    "marine_heatwaves",
    "monthly_anomaly",
    "on_every_day",
    "sea_surface_temperature",
]
