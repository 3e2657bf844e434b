"""Routines of the laboratory *Zoo- and Phytoplankton EOV products*."""
