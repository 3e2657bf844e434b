"""Take ``samples/plankton``: real images of plankton, with their classes and their licence.

    python catalogs/samples/take_plankton.py planktonclas-0.2.4-py3-none-any.whl [FOLDER]

The wheel is that of PyPI (``pip download --no-deps planktonclas==0.2.4``). Its images for
demonstration, by FlowCam, and the lists that sort them are taken as they are, with the package's
Apache licence. Nothing of the program is.
"""

import sys
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parent / "plankton"
RESOURCES = "planktonclas/resources/"
TAKEN = ("demo-images/", "dataset_files/")


def take(wheel: Path, folder: Path) -> None:
    """Write the images, the lists and the licence."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = name.removeprefix(RESOURCES)
            if name.endswith(".dist-info/licenses/LICENSE"):
                path = "LICENSE"
            elif path == name or not path.startswith(TAKEN) or name.endswith("/"):
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(name))


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else FOLDER)
