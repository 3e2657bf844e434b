"""Put the built extensions where a JupyterLab finds them.

    python extensions/install.py --prefix <sys.prefix> [--only core environment]

Copies each ``extensions/<name>/labextension`` to ``share/jupyter/labextensions/@bluecloud``
of the prefix and switches off JupyterLab's question about news, which it would ask each new
user and answer from another host, and nbdime's own buttons, since jupyterlab-git has them. What
is there already is replaced: running it twice is running it once. The server half
comes with its Python package.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
SWITCHED_OFF = ("@jupyterlab/apputils-extension:announcements", "nbdime-jupyterlab")


def built() -> dict[str, Path]:
    """The extensions that are built, by name."""
    return {
        path.parent.parent.name: path.parent for path in HERE.glob("*/labextension/package.json")
    }


def install(prefix: Path, names: list[str]) -> None:
    """Copy the named extensions below the prefix, and nothing of others that were there."""
    target = prefix / "share" / "jupyter" / "labextensions" / "@bluecloud"
    shutil.rmtree(target, ignore_errors=True)
    for name in names:
        shutil.copytree(built()[name], target / name)
    switch_off(prefix / "etc" / "jupyter" / "labconfig" / "page_config.json")


def switch_off(path: Path) -> None:
    """Disable these in a page configuration, and keep what else it says."""
    config = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    disabled = config.get("disabledExtensions", {})
    if isinstance(disabled, list):  # JupyterLab reads both forms
        disabled = dict.fromkeys(disabled, True)
    config["disabledExtensions"] = {**disabled, **dict.fromkeys(SWITCHED_OFF, True)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Install, or say what has to be built first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefix", type=Path, required=True, help="sys.prefix of the environment")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="these; else all that are built")
    arguments = parser.parse_args()
    names = arguments.only or sorted(built())
    if absent := [name for name in names or ["core"] if name not in built()]:
        sys.stderr.write(f"not built: {', '.join(absent)}: run npm run build in {HERE}\n")
        return 1
    install(arguments.prefix, names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
