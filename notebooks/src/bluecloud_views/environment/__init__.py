"""What the view of the laboratory *Marine environment indicators* shows: indicators of a region.

Each indicator is that of the curated notebook of the same name, on the same entry and with the
same options, so that the notebook which the view opens has the numbers that were seen.
"""

from .places import place
from .profiles import heat, patterns
from .spells import heatwave_year, heatwaves
from .winters import footprint, storms

QUESTIONS = (place, heatwaves, heatwave_year, heat, patterns, storms, footprint)
