"""What people's homes hold: measured in turn, and held against the quota."""

from .weighing import Weighing

__all__ = ["Weighing"]
