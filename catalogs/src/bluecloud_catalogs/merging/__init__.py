"""Casts of several infrastructures together: one unit, one scale, one scheme of flags, no twins."""

from .merge import merge_profiles

__all__ = ["merge_profiles"]
