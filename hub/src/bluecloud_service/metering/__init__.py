"""What laboratories, people and sources used, recorded as it happens and told operators as CSV."""

from .seeing import Seeing
from .store import Ended, Metering, Read, Seen

__all__ = ["Ended", "Metering", "Read", "Seeing", "Seen"]
