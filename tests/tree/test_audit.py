"""Locked packages with a known weakness are told, and what nobody looked at is never green."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "images"))

import audit  # noqa: E402 - a program of the images' folder

LOCKED = "pluggy==1.6.0 --hash=sha256:" + "a" * 64 + "\npackaging==25.0 --hash=sha256:" + "b" * 64


@contextlib.contextmanager
def answering(weak: str, status: int = 200) -> Iterator[str]:
    """OSV and npm's registry as they would answer about packages of which one is weak."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            asked = json.loads(body)
            told: dict[str, Any] = {}
            if "package" in asked and asked["package"]["name"] == weak:
                told = {"vulns": [{"id": "GHSA-test", "summary": "It leaks.", "affected": []}]}
            elif weak in asked:
                advisory = {
                    "id": 1,
                    "title": "It leaks.",
                    "severity": "high",
                    "vulnerable_versions": "*",
                    "url": "https://example.org/1",
                }
                told = {weak: [advisory]}
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("weak", "status", "verdict", "said"),
    [
        ("nothing", 200, "clean", ""),
        ("pluggy", 200, "vulnerable", "pluggy 1.6.0: GHSA-test"),
        ("nothing", 503, "NOT AUDITED", ""),
    ],
)
def test_a_lock_of_python_is_audited(
    tmp_path: Path, weak: str, status: int, verdict: str, said: str
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text(LOCKED)
    with answering(weak, status) as address:
        found = audit.python(lock, more=["--vulnerability-service=osv", f"--osv-url={address}"])
    assert found.verdict == verdict, found
    assert said in " ".join(found.told)
    assert found.packages == (0 if verdict == "NOT AUDITED" else 2)


@pytest.mark.parametrize(
    ("weak", "status", "verdict", "said"),
    [
        ("nothing", 200, "clean", ""),
        ("commander", 200, "vulnerable", "commander"),
        ("nothing", 503, "NOT AUDITED", ""),
    ],
)
def test_a_lock_of_npm_is_audited(weak: str, status: int, verdict: str, said: str) -> None:
    with answering(weak, status) as address:
        found = audit.npm(ROOT / "hub", more=[f"--registry={address}", "--fetch-retries=0"])
    assert found.verdict == verdict, found
    assert said in " ".join(found.told)
    assert bool(found.packages) == (verdict != "NOT AUDITED")


def test_every_lock_is_looked_at_and_one_that_was_not_is_no_success(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ours, theirs = audit.locks()
    assert {path.name for path in theirs} == {"hub", "extensions"}
    assert {"requirements.txt", "requirements-dev.txt"} <= {path.name for path in ours}
    assert all("--hash=sha256:" in path.read_text() for path in ours)
    clean = audit.Audited("a.txt", "clean", 3)
    left = audit.Audited("b.txt", "NOT AUDITED", told=("nobody answers",))
    weak = audit.Audited("c.txt", "vulnerable", 3, ("x 1: GHSA-1",))
    assert [audit.show(each) for each in ([clean], [clean, left], [left, weak], [])] == [0, 2, 1, 2]
    assert "NOT AUDITED  b.txt\n             nobody answers" in capsys.readouterr().out
