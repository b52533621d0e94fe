"""What `submit` and `compare` say: what changed and where it stands; the primary metrics first and never gold against
gold."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from board_world import first, gold, new_board, run_directory, submit, submit_run, two, write_outputs
from report_run import make_run

from benchmark.cli import main


def test_submit_says_which_files_changed_and_the_ranks_reached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = new_board(tmp_path / "b")
    submit(path, write_outputs(tmp_path / "g.jsonl", gold), "best")
    submit(path, write_outputs(tmp_path / "f.jsonl", first), "last")
    capsys.readouterr()
    mine = write_outputs(tmp_path / "t.jsonl", two)
    assert submit(path, mine, "mine") == 0
    out = capsys.readouterr().out
    assert "mine v1, user: rank 2 (2–2) of 3 by coverage.f1.length_controlled" in out
    assert f"changed: {path}, and 2 files in {path.parent / 'outputs' / 'toy'}" in out
    assert submit(path, mine, "mine") == 0
    again = capsys.readouterr().out
    assert f"{path}: as it was" in again
    assert "changed:" not in again


def test_submit_of_a_run_says_the_rank_of_each_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = new_board(tmp_path / "b")
    capsys.readouterr()
    assert submit_run(path, run_directory(tmp_path / "run")) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if ": rank " in line]
    assert [line.split(": rank ")[0] for line in lines] == [
        f"sg-srl v1 seed 3, {s}" for s in ("post-sft", "post-rl", "post-recovery")
    ]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "a", 24, draws=50)
    return folder / "a", Path(shutil.copytree(folder / "a", folder / "b"))


def rows(out: str) -> list[list[str]]:
    return [line.split() for line in out.splitlines()[1:] if not line.startswith("A = ") and "further rows" not in line]


def test_compare_shows_the_primary_metrics_first_and_the_rest_on_demand(
    runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *map(str, runs)]) == 0
    short = capsys.readouterr().out
    assert main(["compare", *map(str, runs), "--all"]) == 0
    whole = capsys.readouterr().out
    assert rows(short)[0][1] == "coverage.f1.length_controlled"
    assert {row[1] for row in rows(short)} < {row[1] for row in rows(whole)}
    assert "further rows: --all" in short
    assert "further rows" not in whole
    by_system: dict[str, list[str]] = {}
    for row in rows(whole):
        by_system.setdefault(row[0], []).append(row[1])
    assert len(by_system) == 5
    assert all(metrics[0] == "coverage.f1.length_controlled" for metrics in by_system.values())


def test_compare_says_that_both_are_the_same_run(runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    a, b = map(str, runs)
    for other, said in ((a, "A and B are the same run"), (b, "A and B are two copies of the same scores")):
        assert main(["compare", a, other]) == 0
        told = capsys.readouterr()
        assert said in told.err and "exclude" not in told.out


def test_compare_explains_an_interval_that_excludes_0_beside_a_large_p(
    runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmark.compare import runs as module

    made = module.compare_runs(*runs)
    apart = [replace(r, delta=replace(r.delta, delta=0.1, ci_low=0.05, ci_high=0.2, p=0.5), p_holm=1.0) for r in made]
    monkeypatch.setattr(module, "compare_runs", lambda *_: [apart[0], *made[1:]])
    assert main(["compare", *map(str, runs), "--all"]) == 0
    assert "1 interval excludes 0 beside a p of 0.05 or more: the interval is of" in capsys.readouterr().out


def test_compare_never_holds_gold_against_gold(
    runs: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["compare", *map(str, runs), "--all"]) == 0
    assert "gold" not in {row[0] for row in rows(capsys.readouterr().out)}
    from benchmark.compare import runs as module

    whole = module.systems_of
    monkeypatch.setattr(module, "systems_of", lambda d, t: {"gold": whole(d, t)["gold"]})
    assert main(["compare", *map(str, runs)]) == 2
    assert "holds nothing but references" in capsys.readouterr().err
