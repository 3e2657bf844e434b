"""Routines of the laboratory *Monitoring aquaculture*."""

from bluecloud_routines.aquaculture._boxes import box_table
from bluecloud_routines.aquaculture._objects import Shapes
from bluecloud_routines.aquaculture.cages_in_radar import (
    CageDetection,
    detect_cages,
    persistent_false_alarm,
)
from bluecloud_routines.aquaculture.changes import compare_with_register, farm_changes
from bluecloud_routines.aquaculture.detector import Detector, cfar
from bluecloud_routines.aquaculture.farms import FarmInventory, farm_inventory
from bluecloud_routines.aquaculture.features import described_geojson
from bluecloud_routines.aquaculture.multipliers import (
    detection_probability,
    deviation_multiplier,
    mean_multiplier,
    order_multiplier,
)
from bluecloud_routines.aquaculture.production import (
    SPECIES,
    Practice,
    Production,
    Range,
    farm_production,
)
from bluecloud_routines.aquaculture.sea import sea_mask, waters

__all__ = [
    "SPECIES",
    "CageDetection",
    "Detector",
    "FarmInventory",
    "Practice",
    "Production",
    "Range",
    "Shapes",
    "box_table",
    "cfar",
    "compare_with_register",
    "described_geojson",
    "detect_cages",
    "detection_probability",
    "deviation_multiplier",
    "farm_changes",
    "farm_inventory",
    "farm_production",
    "mean_multiplier",
    "order_multiplier",
    "persistent_false_alarm",
    "sea_mask",
    "waters",
]
