"""What the view of the laboratory *Plankton genomics* shows: communities, and traits of images.

Both are those of the curated notebooks, on the same entries and with the same options, so that
the notebook which the view opens has the numbers that were seen.
"""

from .gallery import thumbnails, traits
from .stations import communities, composition

QUESTIONS = (communities, composition, traits, thumbnails)
