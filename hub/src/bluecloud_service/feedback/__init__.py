"""A word to the managers of a laboratory, and their answers: a thread, with what it is about."""

from .routes import router
from .store import Feedback

__all__ = ["Feedback", "router"]
