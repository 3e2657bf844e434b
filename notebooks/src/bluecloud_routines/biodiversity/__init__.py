"""Routines of the laboratory *Zoo- and Phytoplankton EOV products*."""

from bluecloud_routines.biodiversity._soca_model import SocaModel
from bluecloud_routines.biodiversity.abundance import abundance_observations, in_period
from bluecloud_routines.biodiversity.chlorophyll import PROFILE_DEPTHS, chlorophyll_profiles
from bluecloud_routines.biodiversity.correlation import CovarianceFit, fit_covariance
from bluecloud_routines.biodiversity.grids import coast_distance, sea_mask
from bluecloud_routines.biodiversity.indicators import COPEPODS, plankton_indicators
from bluecloud_routines.biodiversity.lifeforms import (
    LARGE_COPEPODS,
    SMALL_COPEPODS,
    lifeform_index,
)
from bluecloud_routines.biodiversity.npzd import (
    npzd_drivers,
    parameter_ranges,
    parameter_table,
    share_table,
    simulate_npzd,
)
from bluecloud_routines.biodiversity.npzd_forcing import station_forcing
from bluecloud_routines.biodiversity.npzd_light import clear_sky_par
from bluecloud_routines.biodiversity.phenology import (
    BLOOM_METHODS,
    bloom_phenology,
    chlorophyll_trend,
)
from bluecloud_routines.biodiversity.soca import (
    SOCA_HIDDEN,
    SOCA_REDUCTIONS,
    fit_soca,
    soca_profiles,
)
from bluecloud_routines.biodiversity.zooplankton import residual_table, zooplankton_map

__all__ = [
    "BLOOM_METHODS",
    "COPEPODS",
    "LARGE_COPEPODS",
    "PROFILE_DEPTHS",
    "SMALL_COPEPODS",
    "SOCA_HIDDEN",
    "SOCA_REDUCTIONS",
    "CovarianceFit",
    "SocaModel",
    "abundance_observations",
    "bloom_phenology",
    "chlorophyll_profiles",
    "chlorophyll_trend",
    "clear_sky_par",
    "coast_distance",
    "fit_covariance",
    "fit_soca",
    "in_period",
    "lifeform_index",
    "npzd_drivers",
    "parameter_ranges",
    "parameter_table",
    "plankton_indicators",
    "residual_table",
    "sea_mask",
    "share_table",
    "simulate_npzd",
    "soca_profiles",
    "station_forcing",
    "zooplankton_map",
]
