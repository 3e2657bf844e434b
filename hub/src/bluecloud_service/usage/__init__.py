"""How much a laboratory is used, in counts: what is left of runs when they themselves are gone."""

from .routes import router
from .store import Month, Read, Usage

__all__ = ["Month", "Read", "Usage", "router"]
