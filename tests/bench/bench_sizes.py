"""How large the images are, and what a demonstration takes, against fixed limits."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import zlib
from pathlib import Path

from bluecloud_hub.demo import free_port
from tests.bench.ratio import Ratio
from tests.platform.deployments import LABORATORY

ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1e6


def _size(image: str) -> float:
    shown = subprocess.run(
        ["docker", "image", "inspect", "--format={{.Size}}", image],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(shown.stdout) / MEGABYTE


def _compressed(image: str) -> float:
    """As a registry would keep it: its layers, compressed."""
    squeeze = zlib.compressobj(level=6, wbits=31)
    size = 0
    with subprocess.Popen(["docker", "save", f"{image}:latest"], stdout=subprocess.PIPE) as saved:
        assert saved.stdout is not None
        while part := saved.stdout.read(1 << 20):
            size += len(squeeze.compress(part))
    return (size + len(squeeze.flush())) / MEGABYTE


def _demo_seconds(checkout: Path, **environment: str) -> float:
    """From the command to its ``ready``."""
    begin = time.perf_counter()
    with subprocess.Popen(
        ["make", "--no-print-directory", "demo", f"PORT={free_port()}"],
        cwd=checkout,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as demo:
        assert demo.stdout is not None
        seconds = 0.0
        for line in demo.stdout:
            if line.startswith("ready:"):
                seconds = time.perf_counter() - begin
                break
        demo.terminate()
        demo.stdout.read()
    if not seconds:
        raise RuntimeError("make demo did not become ready")
    return seconds


def _first_demo(folder: Path) -> tuple[float, float]:
    """What the first start in a fresh clone, with empty caches, writes to disk, and its seconds."""
    checkout, caches = folder / "checkout", folder / "caches"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    seconds = _demo_seconds(
        checkout,
        BLUECLOUD_STATE=str(folder / "state"),
        PIP_CACHE_DIR=str(caches / "pip"),
        UV_CACHE_DIR=str(caches / "uv"),
        npm_config_cache=str(caches / "npm"),
    )
    # A file that uv keeps in its cache as well is the same file, and counted once.
    told = subprocess.run(["du", "-sk", str(folder)], check=True, capture_output=True, text=True)
    return int(told.stdout.split()[0]) * 1024 / MEGABYTE, seconds


def run() -> list[Ratio]:
    """Each figure over its limit."""
    base, laboratory = _size("bluecloud/base"), _size(f"bluecloud/{LABORATORY}")
    with tempfile.TemporaryDirectory() as folder:
        disk, first = _first_demo(Path(folder))
    with tempfile.TemporaryDirectory() as state:
        _demo_seconds(ROOT, BLUECLOUD_STATE=state)
        second = _demo_seconds(ROOT, BLUECLOUD_STATE=state)
    limit = "the limit"
    took = f"ready after {first:.0f} s"
    return [
        Ratio("base image", limit, base, 1200, "MB", 1.0),
        Ratio("base image, compressed", limit, _compressed("bluecloud/base"), 430, "MB", 1.0),
        Ratio("what a laboratory adds to it", limit, laboratory - base, 250, "MB", 1.0),
        Ratio("make demo, first start, disk with all caches", limit, disk, 3000, "MB", 1.0, took),
        Ratio("make demo, second start", limit, second, 15, "s", 1.0),
    ]
