"""What the view of the biodiversity laboratory shows: a taxon's map, its error and its series."""

from .mapping import abundance_map, length_errors
from .samples import choices
from .series import taxon_series

QUESTIONS = (choices, abundance_map, length_errors, taxon_series)

__all__ = ["QUESTIONS", "abundance_map", "choices", "length_errors", "taxon_series"]
