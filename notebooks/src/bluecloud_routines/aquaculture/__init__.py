"""Routines of the laboratory *Monitoring aquaculture*."""

from bluecloud_routines.aquaculture._basins import PondRules
from bluecloud_routines.aquaculture._boxes import box_table
from bluecloud_routines.aquaculture._objects import Shapes
from bluecloud_routines.aquaculture.accuracy import REFERENCE as ACCURACY_REFERENCE
from bluecloud_routines.aquaculture.accuracy import (
    AreaEstimate,
    area_estimates,
    confusion_matrix,
    sample_by_class,
)
from bluecloud_routines.aquaculture.ahp import AhpWeights, ahp_weights
from bluecloud_routines.aquaculture.cages_in_radar import (
    CageDetection,
    Detections,
    cages_of,
    detect_cages,
    detections,
    persistent_false_alarm,
)
from bluecloud_routines.aquaculture.changes import compare_with_register, farm_changes
from bluecloud_routines.aquaculture.criteria import Criterion, membership
from bluecloud_routines.aquaculture.detector import Detector, cfar
from bluecloud_routines.aquaculture.event_days import event_days
from bluecloud_routines.aquaculture.farms import FarmInventory, farm_inventory
from bluecloud_routines.aquaculture.features import described_geojson
from bluecloud_routines.aquaculture.footprint import WasteFootprint, affected_area, waste_footprint
from bluecloud_routines.aquaculture.growth import growth_stress, stress_table
from bluecloud_routines.aquaculture.multipliers import (
    detection_probability,
    deviation_multiplier,
    mean_multiplier,
    order_multiplier,
)
from bluecloud_routines.aquaculture.otsu import otsu_threshold
from bluecloud_routines.aquaculture.ponds import PondMap, class_areas_ha, pond_mapping
from bluecloud_routines.aquaculture.production import (
    SPECIES,
    Practice,
    Production,
    Range,
    farm_production,
)
from bluecloud_routines.aquaculture.sea import sea_mask, waters
from bluecloud_routines.aquaculture.site_layers import (
    distance_to_places,
    exceedance,
    percentile,
    suitable_area,
    within_shapes,
)
from bluecloud_routines.aquaculture.stock import Stock
from bluecloud_routines.aquaculture.suitability import site_suitability
from bluecloud_routines.aquaculture.waste import Waste
from bluecloud_routines.aquaculture.water_index import water_index
from bluecloud_routines.aquaculture.weighing import WeightSensitivity, weight_sensitivity

__all__ = [
    "ACCURACY_REFERENCE",
    "SPECIES",
    "AhpWeights",
    "AreaEstimate",
    "CageDetection",
    "Criterion",
    "Detections",
    "Detector",
    "FarmInventory",
    "PondMap",
    "PondRules",
    "Practice",
    "Production",
    "Range",
    "Shapes",
    "Stock",
    "Waste",
    "WasteFootprint",
    "WeightSensitivity",
    "affected_area",
    "ahp_weights",
    "area_estimates",
    "box_table",
    "cages_of",
    "cfar",
    "class_areas_ha",
    "compare_with_register",
    "confusion_matrix",
    "described_geojson",
    "detect_cages",
    "detection_probability",
    "detections",
    "deviation_multiplier",
    "distance_to_places",
    "event_days",
    "exceedance",
    "farm_changes",
    "farm_inventory",
    "farm_production",
    "growth_stress",
    "mean_multiplier",
    "membership",
    "order_multiplier",
    "otsu_threshold",
    "percentile",
    "persistent_false_alarm",
    "pond_mapping",
    "sample_by_class",
    "sea_mask",
    "site_suitability",
    "stress_table",
    "suitable_area",
    "waste_footprint",
    "water_index",
    "waters",
    "weight_sensitivity",
    "within_shapes",
]
