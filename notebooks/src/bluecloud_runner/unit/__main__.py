"""See `bluecloud_runner.unit`."""

from __future__ import annotations

import sys

from bluecloud_runner.seal import close_memory
from bluecloud_runner.unit.keys import taken_keys

if __name__ == "__main__":
    # Before anything of a person's, and before the imports, which take their time.
    close_memory()
    keys = taken_keys()
    from bluecloud_runner.unit.supervision import main

    sys.exit(main(sys.argv[1:], keys))
