"""A run done again from its capsule, and what came out held against what had.

``python -m bluecloud_runner.verification <capsule> <folder>`` writes a `Report` as JSON; the
command ``bluecloud verify`` asks for it and puts it into words.

::

    report      what was found of each output, and of what was different around the run
    rerun       the notebook executed again, with the parameters and settings of the first time
    pairs       which output of the one is which of the other
    comparing   two outputs, by what they are
    arrays      NetCDF and Zarr
    tables      CSV and Parquet
    texts       JSON and other text
    values      numbers, and what of a text is only the time at which it was written
"""
