"""Routines of the laboratory *A question of scale*."""
