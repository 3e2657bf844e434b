"""The page of results: each section is of a benchmark that is there, and is replaced alone."""

import pytest

from tests.bench import __main__ as bench
from tests.bench.ratio import Ratio

ROW = Ratio("sorting", "a peer 1.0", ours=1.0, peer=2.0, unit="s", target=0.8)


def test_each_section_of_the_results_is_of_a_benchmark_that_is_there() -> None:
    text = bench.RESULTS.read_text()
    found = bench.sections(text)
    assert set(found) <= set(bench.selected(()))
    assert bench.page(found) == text


@pytest.fixture
def results(tmp_path, monkeypatch):
    path = tmp_path / "RESULTS.md"
    path.write_text(bench.page({"bench_argo": "of another day", "bench_gone": "no more"}))
    monkeypatch.setattr(bench, "RESULTS", path)
    return path


def test_a_selection_replaces_its_own_section(results, monkeypatch) -> None:
    monkeypatch.setattr("tests.bench.bench_heatwaves.run", lambda: [ROW])
    assert bench.main(["heatwaves"]) == 0
    found = bench.sections(results.read_text())
    assert found["bench_argo"] == "of another day"
    assert "| sorting | 1.00 s | 2.00 s (a peer 1.0) | 0.500 |" in found["bench_heatwaves"]
    assert "bench_gone" not in found


def test_one_that_fails_keeps_its_section_and_fails_the_run(results, monkeypatch, capsys) -> None:
    def fail() -> list[Ratio]:
        raise RuntimeError("no peer")

    monkeypatch.setattr("tests.bench.bench_argo.run", fail)
    assert bench.main(["argo"]) == 1
    assert bench.sections(results.read_text())["bench_argo"] == "of another day"
    assert "failed, or missed a target: bench_argo" in capsys.readouterr().out


def test_a_missed_target_is_written_and_fails_the_run(results, monkeypatch) -> None:
    slow = Ratio("sorting", "a peer", ours=2.0, peer=2.0, unit="s", target=0.8)
    monkeypatch.setattr("tests.bench.bench_heatwaves.run", lambda: [slow])
    assert bench.main(["heatwaves"]) == 1
    assert "| NO |" in results.read_text()


def test_an_unknown_name_is_refused_with_those_that_are(capsys) -> None:
    assert bench.main(["nothing"]) == 2
    assert "bench_heatwaves" in capsys.readouterr().out
