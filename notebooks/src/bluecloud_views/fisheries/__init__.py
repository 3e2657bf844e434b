"""What the fisheries view shows: a catch at two scales, and the state of a stock."""

from .catches import choices
from .maps import catch_maps
from .statistics import scales
from .stocks import stock

QUESTIONS = (choices, catch_maps, scales, stock)

__all__ = ["QUESTIONS", "catch_maps", "choices", "scales", "stock"]
