"""Runs: analyses with parameters that go on while nobody watches.

::

    wire        what is asked for and answered, as JSON
    admission   whether a person may submit this, and what exactly would run
    store       the folders of runs: submitted, claimed, cancelled, measured
    state       what a run's folder and its engine's answer say of it
    engines     where units execute: a subprocess, a container
    sharing     whose runs are next, and how many at once
    keeper      the loop that starts, watches and ends them
    index       the table in which runs are listed; made anew from the folders at will
    watching    what happens, as it happens
    capsule     what is left of a run for others, as an RO-Crate
    routes      the addresses of all this
"""
