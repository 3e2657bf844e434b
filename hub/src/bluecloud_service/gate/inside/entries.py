"""Reads entries of a laboratory's catalogue: ``entries.py OUT SLUG NAME...``, a line for each."""

import json
import sys
import time
from typing import Any


def main() -> int:
    """Read each, whatever became of the one before."""
    import bluecloud_catalogs  # of the candidate's own

    out, slug, *names = sys.argv[1:]
    catalogue = bluecloud_catalogs.open_catalog(slug, strict=False)
    problems = "; ".join(str(problem) for problem in catalogue.problems)
    with open(out, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs an import
        for name in names:
            began = time.monotonic()
            told: dict[str, Any] = {"name": name}
            try:
                reader = catalogue[name]
                data = reader.read(**reader.describe().example)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this entry's
                told["error"] = f"{type(error).__name__}: {error}"[:1000]
                if name in problems:
                    told["error"] = problems[:1000]
            else:
                told["made"], told["size"] = type(data).__name__, _size(data)
            told["seconds"] = time.monotonic() - began
            file.write(json.dumps(told) + "\n")
            file.flush()
    return 0


def _size(data: Any) -> int:
    """How many values there are in a dataset, or rows in a table."""
    variables = getattr(data, "data_vars", None)
    if variables is not None:
        return int(sum(variable.size for variable in variables.values()))
    return len(data)


if __name__ == "__main__":
    sys.exit(main())
