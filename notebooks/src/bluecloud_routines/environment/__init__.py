"""Routines of the laboratory *Marine environment indicators*."""

from bluecloud_routines.environment._mixture import PatternModel
from bluecloud_routines.environment.anomaly import area_mean, monthly_anomaly
from bluecloud_routines.environment.areas import cell_area
from bluecloud_routines.environment.boxes import within_box
from bluecloud_routines.environment.carbon_seasons import deseasonalised, thermal_components
from bluecloud_routines.environment.carbonate import carbon_system
from bluecloud_routines.environment.cells import cell_names
from bluecloud_routines.environment.eutrophication import (
    CLASSES as TROPHIC_CLASSES,
)
from bluecloud_routines.environment.eutrophication import (
    eutrophication,
    oxygen_saturation,
    trophic_class,
    trophic_index,
)
from bluecloud_routines.environment.events import heatwave_events, on_every_day
from bluecloud_routines.environment.extremes import return_levels
from bluecloud_routines.environment.fugacity import air_fugacity, seawater_fugacity
from bluecloud_routines.environment.gas_exchange import (
    carbon_dioxide_flux,
    co2_solubility,
    gas_transfer_velocity,
    schmidt_number,
)
from bluecloud_routines.environment.heat_content import (
    heating_rate,
    ocean_heat_content,
    steric_height,
)
from bluecloud_routines.environment.heatwaves import CATEGORIES, marine_heatwaves
from bluecloud_routines.environment.levels import on_levels, profiles_of
from bluecloud_routines.environment.mixed_layer import mixed_layer_depth
from bluecloud_routines.environment.pattern_choice import pattern_criterion
from bluecloud_routines.environment.patterns import (
    ROBUSTNESS,
    class_frequency,
    fit_patterns,
    ocean_patterns,
)
from bluecloud_routines.environment.regimes import ocean_regimes, weekly_cycle
from bluecloud_routines.environment.seawater import seawater_properties
from bluecloud_routines.environment.storms import storm_events, storm_severity, winter_severity
from bluecloud_routines.environment.surface import sea_surface_temperature
from bluecloud_routines.environment.surface_alkalinity import surface_alkalinity
from bluecloud_routines.environment.tables import observations
from bluecloud_routines.environment.trend import linear_trend
from bluecloud_routines.environment.yearly import yearly_statistic

__all__ = [
    "CATEGORIES",
    "ROBUSTNESS",
    "TROPHIC_CLASSES",
    "PatternModel",
    "air_fugacity",
    "area_mean",
    "carbon_dioxide_flux",
    "carbon_system",
    "cell_area",
    "cell_names",
    "class_frequency",
    "co2_solubility",
    "deseasonalised",
    "eutrophication",
    "fit_patterns",
    "gas_transfer_velocity",
    "heating_rate",
    "heatwave_events",
    "linear_trend",
    "marine_heatwaves",
    "mixed_layer_depth",
    "monthly_anomaly",
    "observations",
    "ocean_heat_content",
    "ocean_patterns",
    "ocean_regimes",
    "on_every_day",
    "on_levels",
    "oxygen_saturation",
    "pattern_criterion",
    "profiles_of",
    "return_levels",
    "schmidt_number",
    "sea_surface_temperature",
    "seawater_fugacity",
    "seawater_properties",
    "steric_height",
    "storm_events",
    "storm_severity",
    "surface_alkalinity",
    "thermal_components",
    "trophic_class",
    "trophic_index",
    "weekly_cycle",
    "winter_severity",
    "within_box",
    "yearly_statistic",
]
