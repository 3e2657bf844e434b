"""Releases of laboratories: what was published, what the gate said of it, and who is given which.

A **candidate** is a digest in the deployment's registry. It waits, is checked by the gate, and is
green or refused. A green one is promoted, to the laboratory's testers first and to everyone then;
one step back and forward again are one act each. The database says what is so (`store`); the files
from which the hub starts laboratories follow from it, and are put right whenever they do not
(`promotion`). One service of all checks, one candidate at a time (`checks`), and whatever it was
doing when it was killed is done again by the next. What nobody needs any more is removed
(`collecting`).
"""
