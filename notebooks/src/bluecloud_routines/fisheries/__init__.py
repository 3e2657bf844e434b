"""Routines of the laboratory *A question of scale*."""

from bluecloud_routines.fisheries.cwp import cwp_boxes, cwp_codes
from bluecloud_routines.fisheries.grids import RESOLUTIONS
from bluecloud_routines.fisheries.indicators import (
    annual_catch,
    monthly_catch,
    share_of_cells,
    share_of_species,
)
from bluecloud_routines.fisheries.scale import catch_at_scale, catch_rows_at_scale
from bluecloud_routines.fisheries.scale_table import scale_statistics
from bluecloud_routines.fisheries.simulated_stock import simulated_stock
from bluecloud_routines.fisheries.statistics import (
    cells_for_share,
    entropy,
    gini,
    morans_i,
    taylor_slope,
)
from bluecloud_routines.fisheries.surplus_production import StockAssessment, surplus_production

__all__ = [
    "RESOLUTIONS",
    "StockAssessment",
    "annual_catch",
    "catch_at_scale",
    "catch_rows_at_scale",
    "cells_for_share",
    "cwp_boxes",
    "cwp_codes",
    "entropy",
    "gini",
    "monthly_catch",
    "morans_i",
    "scale_statistics",
    "share_of_cells",
    "share_of_species",
    "simulated_stock",
    "surplus_production",
    "taylor_slope",
]
