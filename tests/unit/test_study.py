"""`study`: cells times seeds as runs that can be killed and called again, and what the seeds say together."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from scipy import stats
from studied import F1, LENGTH, STUDY, Runner, by_hand

from benchmark import study
from benchmark.cli import main
from benchmark.rundir import whole
from benchmark.studies import child, running
from metrics.errors import UserError


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Runner:
    made = Runner()
    monkeypatch.setattr(running, "run_cell", made)
    # Read for every run; they do not change within a test, and test_whole looks at both.
    monkeypatch.setattr(whole, "_sources", lambda: "the suite")
    monkeypatch.setattr(whole, "package_versions", dict)
    return made


@pytest.fixture
def toy(tmp_path: Path) -> list[str]:
    """The arguments of a study of two cells with runs and one without."""
    (tmp_path / "toy.toml").write_text(STUDY, "utf-8")
    return ["study", "toy", "--file", str(tmp_path / "toy.toml"), "--quick", "--out", str(tmp_path / "out")]


def found(toy: list[str]) -> dict[str, Any]:
    return dict(json.loads((Path(toy[-1]) / "study.json").read_text("utf-8")))


def test_values_differences_and_p_are_those_of_scipy(runner: Runner, toy: list[str]) -> None:
    """Means with t intervals, differences paired by seed, Holm over cells and metrics."""
    assert main([*toy[:-2], "--seeds", "4", *toy[-2:]]) == 0
    told = found(toy)
    f1 = {cell: [by_hand(cell, seed, "post-rl", F1) or 0 for seed in (1, 2, 3, 4)] for cell in ("full", "half")}
    cell = told["values"]["post-rl"]["half"][F1]
    low, high = stats.t.interval(0.95, 3, sum(f1["half"]) / 4, stats.sem(f1["half"]))
    assert (cell["mean"], cell["ci_low"], cell["ci_high"]) == pytest.approx((sum(f1["half"]) / 4, low, high))
    assert cell["n"] == 4 and cell["sd"] == pytest.approx(stats.tstd(f1["half"]))
    assert list(cell["values"].values()) == f1["half"] and cell["signature"] == f"{F1}|v:3"
    changes = told["differences"]["post-rl"]
    paired = stats.ttest_rel(f1["half"], f1["full"])
    interval = paired.confidence_interval(0.95)
    change = changes["half"][F1]
    assert (change["delta"], change["p"]) == pytest.approx((sum(f1["half"]) / 4 - sum(f1["full"]) / 4, paired.pvalue))
    assert (change["ci_low"], change["ci_high"]) == pytest.approx((interval.low, interval.high))
    # `none` falls by .1 in f1 in every seed: no spread, no interval, no p. Three tests are left.
    assert changes["none"][F1]["delta"] == pytest.approx(-0.1)
    lengths = [
        [1 + (by_hand(c, s, g, F1) or 0) * s for s in (1, 2, 3, 4)]
        for c, g in (("half", "post-rl"), ("full", "post-rl"), ("full", "post-sft"))
    ]
    p = [paired.pvalue, stats.ttest_rel(lengths[0], lengths[1]).pvalue, stats.ttest_rel(lengths[2], lengths[1]).pvalue]
    mine = [changes["half"][F1], changes["half"][LENGTH], changes["none"][LENGTH]]
    assert [m["p"] for m in mine] == pytest.approx(p)
    assert changes["none"][F1]["p"] is None
    smallest, *_ = sorted(p)
    assert min(m["p_holm"] for m in mine) == pytest.approx(min(1, 3 * smallest))
    assert all(m["p_holm"] >= m["p"] for m in mine)


def test_a_cell_without_runs_is_read_from_anothers_stage(runner: Runner, toy: list[str]) -> None:
    assert main([*toy, "--seeds", "2"]) == 0
    told = found(toy)
    assert told["values"]["post-rl"]["none"][F1]["mean"] == pytest.approx(0.52)
    assert {Path(a.run_dir).name for a in runner.asked} == {"full-seed1", "half-seed1", "full-seed2", "half-seed2"}
    assert told["cells"]["none"]["runs"]["2"]["run_dir"] == "full-seed2"
    assert told["cells"]["half"]["set"] == {"rl.max_steps": "1"}
    page = (Path(toy[-1]) / "study.md").read_text("utf-8")
    assert "- **half**: `rl.max_steps=1` (0.5 times the profile's)" in page
    assert "- **none**: post-rl is post-sft of full" in page


def test_runs_take_what_others_have_and_what_the_cell_sets(runner: Runner, toy: list[str]) -> None:
    """All cells of a seed before the next; --reuse of what is there, the same seed first; the cell's keys last."""
    assert main([*toy, "--seeds", "2", "--set", "rl.max_steps=6"]) == 0
    first, second, third, fourth = runner.asked
    assert [(a.seed, a.profile, a.stage) for a in runner.asked] == [(s, "smoke", "all") for s in (1, 1, 2, 2)]
    assert first.reuse == [] and [Path(r).name for r in second.reuse] == ["full-seed1"]
    assert [Path(r).name for r in fourth.reuse] == ["full-seed2", "full-seed1", "half-seed1"]
    assert first.overrides == ["rl.max_steps=6"] and second.overrides == ["rl.max_steps=6", "rl.max_steps=3"]
    assert third.run_dir != first.run_dir


def test_called_again_it_does_what_is_left_and_writes_the_same_bytes(
    runner: Runner, toy: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed in the third run; called again, the first two are only looked at. More seeds go on from there."""
    real, done = runner.__call__, []

    def killed(*args: Any) -> str | None:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(args)
        return real(*args)

    monkeypatch.setattr(running, "run_cell", killed)
    assert main([*toy, "--seeds", "2"]) == 130
    monkeypatch.setattr(running, "run_cell", runner)
    assert main([*toy, "--seeds", "2"]) == 0
    assert len(runner.asked) == 4
    before = [(Path(toy[-1]) / name).read_bytes() for name in ("study.json", "study.md")]
    capsys.readouterr()
    start = time.monotonic()
    assert main([*toy, "--seeds", "2"]) == 0
    assert time.monotonic() - start < 20 and len(runner.asked) == 4
    assert "cell 4 of 4: half, seed 2: finished before" in capsys.readouterr().err
    assert [(Path(toy[-1]) / name).read_bytes() for name in ("study.json", "study.md")] == before
    assert main([*toy, "--seeds", "3"]) == 0
    assert len(runner.asked) == 6


def test_one_failing_run_is_told_and_the_others_go_on(
    runner: Runner, toy: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    runner.fails["half-seed1"] = "the disk \x1b[2J is full"
    assert main([*toy, "--seeds", "3"]) == 1
    shown, told = capsys.readouterr(), found(toy)
    assert "error: half-seed1: the disk" in shown.err and "\x1b" not in shown.err + shown.out
    assert len(runner.asked) == 6
    assert told["cells"]["half"]["runs"]["1"] == {
        "run_dir": "half-seed1",
        "config_hash": None,
        "failed": runner.fails["half-seed1"],
    }
    assert told["values"]["post-rl"]["half"][F1]["n"] == 2
    assert told["differences"]["post-rl"]["half"][F1]["n"] == 2, "paired on the seeds that both cells have"
    assert "(n = 2)" in (Path(toy[-1]) / "study.md").read_text("utf-8")
    runner.fails.clear()
    assert main([*toy, "--seeds", "3"]) == 0
    assert len(runner.asked) == 7, "only the one that had failed is tried again"


def test_without_any_run_of_the_baseline_there_is_no_difference(runner: Runner, toy: list[str]) -> None:
    runner.fails |= {f"full-seed{n}": "no" for n in (1, 2)}
    assert main([*toy, "--seeds", "2"]) == 1
    cell = found(toy)["differences"]["post-rl"]["half"][F1]
    assert (cell["delta"], cell["p"], cell["reason"]) == (None, None, "no run of this cell has finished")


def test_with_one_seed_there_is_no_interval_and_that_is_said(
    runner: Runner, toy: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*toy, "--seeds", "1"]) == 0
    told, shown = found(toy), capsys.readouterr().out
    for cell in (told["values"]["post-rl"]["half"][F1], told["differences"]["post-rl"]["half"][F1]):
        assert cell["ci_low"] is None and cell["ci_high"] is None and "one seed" in cell["reason"]
    assert told["differences"]["post-rl"]["half"][F1]["p_holm"] is None
    assert "There is no interval and no test" in shown and "its numbers mean nothing" in shown


def test_values_that_are_not_of_one_metric_are_not_compared(runner: Runner, toy: list[str]) -> None:
    """Null in a seed, or another signature: no number, and the reason."""
    runner.values = lambda cell, seed, stage, metric: (
        None if (cell, seed, metric) == ("half", 2, F1) else by_hand(cell, seed, stage, metric)
    )
    assert main([*toy, "--seeds", "2"]) == 0
    told = found(toy)
    assert told["values"]["post-rl"]["half"][F1]["reason"] == "seed 2: planted"
    assert told["differences"]["post-rl"]["half"][F1]["delta"] is None
    runner.marks["half"] = "|other"
    assert main([*toy[:-1], f"{toy[-1]}-2", "--seeds", "2"]) == 0
    told = found([f"{toy[-1]}-2"])
    assert told["values"]["post-rl"]["half"][LENGTH]["mean"] is not None
    assert "in different ways" in told["differences"]["post-rl"]["half"][LENGTH]["reason"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--seeds", "0"], "give a whole number from 1"),
        (["--seeds", "\u0663"], "give a whole number from 1"),
        (["--profile", "tiny"], "leave --profile out"),
        (["--set", "rl.max_step=3"], "did you mean"),
        (["--set", "run.seed=3"], "--seeds"),
        (["--set", "rl.max_steps=many"], "rl.max_steps"),
        (["--reuse", "nowhere"], "is no run directory"),
    ],
)
def test_what_was_asked_wrongly_is_one_message(
    runner: Runner, toy: list[str], capsys: pytest.CaptureFixture[str], more: list[str], said: str
) -> None:
    assert main([*toy, *more]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and len(shown.err.splitlines()) == 1 and runner.asked == []
    assert not Path(toy[-1]).exists()


@pytest.mark.parametrize("name", ["toyy", "../toy", "", "a\x1b[2J", "list\x00", "x" * 5000, "--toy"])
def test_unknown_and_hostile_names(
    runner: Runner, toy: list[str], capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(["study", name, *toy[2:]]) == 2
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 1 and "\x1b" not in shown.err and not Path(toy[-1]).exists()


def test_a_folder_belongs_to_one_study(
    runner: Runner, toy: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*toy, "--seeds", "1"]) == 0
    assert main([*toy, "--seeds", "1", "--set", "rl.lr=1e-5"]) == 2
    assert "another study (overrides: [] there, ['rl.lr=1e-5'] here)" in capsys.readouterr().err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    assert main([*toy[:-1], str(tmp_path / "mine")]) == 2
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == ["thesis.txt"]
    assert main([*toy[:-1], str(tmp_path / "mine" / "thesis.txt")]) == 2


def test_from_python(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`benchmark.study` runs the command, and gives the result as a record and as a table."""
    runner.values = lambda cell, seed, stage, metric: by_hand("full", seed, stage, metric)
    monkeypatch.chdir(tmp_path)
    done = study("steps", seeds=2, quick=True)
    assert done.path == Path("runs/study-steps-quick") and done.result["seeds"] == [1, 2]
    frame = done.to_frame()
    assert set(frame.cell) == {"full", "none", "half"} and {"mean", "delta", "p_holm", "reason"} <= set(frame.columns)
    with pytest.raises(UserError, match="unknown study"):
        study("stepps")


def test_a_run_is_a_process_that_tells_why_it_failed(tmp_path: Path) -> None:
    """The real runner: a mistake of the run comes back as its message, and what it said was heard."""
    heard: list[str] = []
    argv = ["run", "--stage", "nonsense", "--run-dir", str(tmp_path / "run")]
    problem = child.run_cell(argv, tmp_path / "logs" / "x.txt", heard.append)
    assert problem is not None and "unknown stage 'nonsense'" in problem and heard[-1] == f"error: {problem}"
    assert child.run_cell(["--version"], tmp_path / "logs" / "y.txt", heard.append) is None
    assert "metrics" in (tmp_path / "logs" / "y.txt").read_text("utf-8")


def test_a_run_ends_with_its_study() -> None:
    """Whoever kills the study, and however, leaves no run behind that holds its folder."""
    code = "import threading, time; from benchmark.studies.child import end_with_the_study as end; "
    code += "threading.Thread(target=end, daemon=True).start(); print('up', flush=True); time.sleep(600)"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], cwd=child.HOME, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == b"up\n"
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(60) == child.INTERRUPTED


def test_why_a_run_failed_where_it_did_not_say() -> None:
    assert child.why(-9, []) == "killed by signal 9: it said nothing"
    assert child.why(1, ["Traceback", "ValueError: x\x07", ""]) == "exit code 1: ValueError: x[U+0007]"
