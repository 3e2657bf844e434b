"""What the view of the aquaculture laboratory shows: farms that are found, kept, and possible."""

from .boxes import box_farms
from .keeping import keep_farms
from .radar import radar_farms
from .sites import site_layer

QUESTIONS = (radar_farms, box_farms, site_layer, keep_farms)

__all__ = ["QUESTIONS", "box_farms", "keep_farms", "radar_farms", "site_layer"]
