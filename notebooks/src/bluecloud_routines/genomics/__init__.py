"""Routines of the laboratory *Plankton genomics*."""
