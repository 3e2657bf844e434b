"""Routines of the laboratory *Zoo- and Phytoplankton EOV products*."""

from bluecloud_routines.biodiversity.abundance import abundance_observations, in_period
from bluecloud_routines.biodiversity.correlation import CovarianceFit, fit_covariance
from bluecloud_routines.biodiversity.grids import coast_distance, sea_mask
from bluecloud_routines.biodiversity.zooplankton import residual_table, zooplankton_map

__all__ = [
    "CovarianceFit",
    "abundance_observations",
    "coast_distance",
    "fit_covariance",
    "in_period",
    "residual_table",
    "sea_mask",
    "zooplankton_map",
]
