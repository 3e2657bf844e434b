"""The process of one unit: ``python -m bluecloud_runner.unit <folder of a run>...``.

It executes the runs it is given, as many at once as it has slots, each in a process of its own
that is forked from it. The keys of their verdicts stay with it: what executes a notebook tells
what it found, and this process puts it under its seal. Whatever becomes of the other processes,
each run ends with a verdict.
"""
