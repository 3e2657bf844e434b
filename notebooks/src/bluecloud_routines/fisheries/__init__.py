"""Routines of the laboratory *A question of scale*."""

from bluecloud_routines.fisheries.cohorts import cohort_analysis
from bluecloud_routines.fisheries.cwp import cwp_boxes, cwp_codes
from bluecloud_routines.fisheries.elefan import (
    GrowthFit,
    fit_growth,
    growth_score,
    restructured,
)
from bluecloud_routines.fisheries.grids import RESOLUTIONS
from bluecloud_routines.fisheries.growth import Growth
from bluecloud_routines.fisheries.harmonise import (
    HarmonisedCatch,
    harmonise_catch,
    join_authorities,
)
from bluecloud_routines.fisheries.indicators import (
    annual_catch,
    monthly_catch,
    share_of_cells,
    share_of_species,
)
from bluecloud_routines.fisheries.length_based import LengthAssessment, length_based
from bluecloud_routines.fisheries.lengths import length_frequency
from bluecloud_routines.fisheries.mortality import CatchCurve, catch_curve, natural_mortality
from bluecloud_routines.fisheries.per_recruit import PerRecruit, per_recruit
from bluecloud_routines.fisheries.raising import RaisedCatch, raise_to_nominal
from bluecloud_routines.fisheries.scale import catch_at_scale, catch_rows_at_scale
from bluecloud_routines.fisheries.scale_table import scale_statistics
from bluecloud_routines.fisheries.simulated_lengths import simulated_lengths
from bluecloud_routines.fisheries.simulated_reports import ORGANISATIONS, simulated_reports
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
    "ORGANISATIONS",
    "RESOLUTIONS",
    "CatchCurve",
    "Growth",
    "GrowthFit",
    "HarmonisedCatch",
    "LengthAssessment",
    "PerRecruit",
    "RaisedCatch",
    "StockAssessment",
    "annual_catch",
    "catch_at_scale",
    "catch_curve",
    "catch_rows_at_scale",
    "cells_for_share",
    "cohort_analysis",
    "cwp_boxes",
    "cwp_codes",
    "entropy",
    "fit_growth",
    "gini",
    "growth_score",
    "harmonise_catch",
    "join_authorities",
    "length_based",
    "length_frequency",
    "monthly_catch",
    "morans_i",
    "natural_mortality",
    "per_recruit",
    "raise_to_nominal",
    "restructured",
    "scale_statistics",
    "share_of_cells",
    "share_of_species",
    "simulated_lengths",
    "simulated_reports",
    "simulated_stock",
    "surplus_production",
    "taylor_slope",
]
