"""Routines of the laboratory *Monitoring aquaculture*."""
