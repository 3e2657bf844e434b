"""Routines of the laboratory *Monitoring aquaculture*."""

from bluecloud_routines.aquaculture._boxes import box_table
from bluecloud_routines.aquaculture.changes import compare_with_register, farm_changes
from bluecloud_routines.aquaculture.farms import FarmInventory, farm_inventory
from bluecloud_routines.aquaculture.production import (
    SPECIES,
    Practice,
    Production,
    Range,
    farm_production,
)

__all__ = [
    "SPECIES",
    "FarmInventory",
    "Practice",
    "Production",
    "Range",
    "box_table",
    "compare_with_register",
    "farm_changes",
    "farm_inventory",
    "farm_production",
]
