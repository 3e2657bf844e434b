"""Runs that are submitted again and again, by a cron expression in a time zone.

What a schedule submits is a run like any other: of its person, with the rights that the person has
at that moment, and only once for each time it is due.
"""
