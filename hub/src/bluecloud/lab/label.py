"""Prints the label that says what a laboratory's environment is made from, for ``make images``.

``python -m bluecloud.lab.label SLUG``, in the tree that is built.
"""

import sys
from pathlib import Path

from .environment import environment_of

if __name__ == "__main__":
    sys.stdout.write(f"{environment_of(Path(), sys.argv[1])}\n")
