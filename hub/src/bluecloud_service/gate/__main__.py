"""Check a candidate image: ``python -m bluecloud_service.gate IMAGE --lab SLUG``.

The exit status is 0 if it can be promoted, 1 if it cannot, 2 if it could not be checked.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.settings import read_settings

from . import GateError, Held, check_candidate, only_check, write_report


def main(arguments: list[str] | None = None) -> int:
    """Check it, with what is done on standard error; the exit status of the program."""
    parser = argparse.ArgumentParser(
        prog="python -m bluecloud_service.gate", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("image", metavar="IMAGE", help="an image id, or a name with its digest")
    parser.add_argument("--lab", metavar="SLUG", required=True, help="the laboratory")
    parser.add_argument("--current", metavar="IMAGE", help="the release to compare it with")
    parser.add_argument(
        "--report", metavar="FILE", type=Path, help="as JSON; .html and .cdx.json beside it"
    )
    chosen = parser.parse_args(arguments)
    # As an interruption, so that what was started is removed.
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()

    def tell(words: str) -> None:
        sys.stderr.write(f"{time.monotonic() - began:6.1f} s  {words}\n")

    try:
        settings = read_settings()
        laboratory = read_laboratory(settings.labs_folder / f"{chosen.lab}.toml")
        with only_check(settings.state_folder):
            held = Held(settings.name, pids_limit=settings.pids_limit)
            report = check_candidate(
                chosen.image,
                laboratory,
                held,
                current=chosen.current,
                remembered=settings.state_folder / "service" / "packages",
                tell=tell,
            )
        if chosen.report:
            write_report(report, chosen.report)
    except (HubError, GateError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing is known of the candidate\n")
        return 2
    sys.stdout.write(f"{report.verdict}\n")
    return 0 if report.is_green else 1


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
