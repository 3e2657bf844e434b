"""What is left of a run for others: an RO-Crate that says what was done, in what, and from what.

::

    parts       the files of a capsule, each with where it lies and whose word it is
    told        what the run itself says (accesses, log), read as a stranger's letter
    crate       all of it as RO-Crate metadata
    vocabulary  the words of that: context, profiles, and what each crate refers to
    pages       the executed notebook as a page
    writing     what goes in: all of it or nothing
    keeping     written once, after a run's end; and at the latest when it is asked for
    giving      the capsule as one archive

Whose word a file is decides what it can change. The service's own (``run.json``,
``parameters.json``, the notebook as submitted, sizes and checksums) depend on nothing in
``work/``. What the runner saw (``environment.json``, ``resources.csv``) counts if its checksum is
in the sealed verdict. All else is the notebook's own word: it is kept, bounded, and said to be so.
"""
