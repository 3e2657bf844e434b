"""The keys of verdicts are not to be had by a notebook: with them it could say it succeeded."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.runner.running import made, notebook, started

# What containers of runs are: without a capability, nor a way to one.
_BARE = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")

_ATTACK = """\
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if 'BLUECLOUD_UNIT_KEYS' in os.environ:
    print('told')
for name in filter(str.isdigit, os.listdir('/proc')):
    try:
        words = open(f'/proc/{name}/cmdline').read().split(chr(0))
    except OSError:
        continue
    if 'bluecloud_runner.unit' not in words:
        continue
    print('unit', name)
    files = ['environ', 'mem', 'maps', *(f'fd/{n}' for n in range(30))]
    for file in files:
        try:
            open(f'/proc/{name}/{file}', 'rb').read(1)
        except (PermissionError, FileNotFoundError):
            continue
        print('reached', file)
    if libc.ptrace(16, int(name), 0, 0) == 0:
        print('traced', name)
"""


@pytest.mark.skipif(
    os.getuid() == 0 and not shutil.which("setpriv"), reason="install util-linux to run this"
)
def test_a_notebook_reaches_neither_memory_nor_files_of_its_unit(tmp_path: Path) -> None:
    run = made(tmp_path, notebook(_ATTACK))
    within = _BARE if os.getuid() == 0 else ()
    assert started([run], within=within).wait(timeout=60) == 0
    assert run.verdict().outcome == "succeeded"
    lines = run.printed().splitlines()
    assert sum(line.startswith("unit") for line in lines) >= 2
    assert [line for line in lines if not line.startswith("unit")] == []
