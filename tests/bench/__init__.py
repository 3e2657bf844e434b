"""Benchmarks against peers: the same work, in the same run, as a ratio.

``python -m tests.bench`` runs each ``bench_*.py`` here and writes ``RESULTS.md``; words after
it select benchmarks by name, and only their sections are written anew. A benchmark is a module
with ``run() -> list[Ratio]``.
"""
