"""The second process of a run: what it does, that it ends, and what is said when it ends early."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmark.pipeline import beside
from benchmark.pipeline.workplace import Workplace, open_workplace
from benchmark.rundir.steps import MadeOf
from benchmark.settings.config import load_profile
from training.shared import processes


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workplace:
    """A run directory whose profile asks for a second process; what it says lies in `place.said`."""
    monkeypatch.setattr(beside, "usable", lambda: 2)
    monkeypatch.setattr(beside, "free_memory", lambda: 4 * 2**30)
    return workplace(tmp_path / "run")


def workplace(run_dir: Path, *overrides: str) -> Workplace:
    (run_dir / "logs").mkdir(parents=True)
    said: list[str] = []
    made = open_workplace(
        run_dir, load_profile("smoke", ["run.beside=true", *overrides]), "run", ["run"], "0", said.append
    )
    made.said = said  # type: ignore[attr-defined]
    return made


def write(where: Workplace, stage: str, checkpoint: str) -> None:
    """A step that writes who made it."""
    out = where.run_dir / f"{stage}.txt"

    def work() -> dict[str, Any]:
        out.write_text(checkpoint)
        return {"process": os.getpid()}

    where.steps.run(
        f"write/{stage}", MadeOf({}, {"checkpoint": checkpoint}, ["metrics.files:sha256_json"]), [out], work
    )


def test_what_it_made_is_taken_and_counts_as_made_by_this_call(place: Workplace) -> None:
    with beside.second(place, write) as second:
        assert second is not None
        second.do("base", "one")
        while not (place.run_dir / beside.FOLDER / "steps" / "write" / "base" / "done.json").exists():
            time.sleep(0.01)
        time.sleep(0.2)  # it writes its manifest after that
        write(place, "base", "one")  # before it has ended
        second.do("post-sft", "two")
        second.wait()
    write(place, "post-sft", "two")
    steps = place.manifest.steps
    assert (place.run_dir / "post-sft.txt").read_text() == "two"
    assert {step.record["process"] for step in steps.values()}.isdisjoint({os.getpid()})
    assert not any(step.skipped for step in steps.values())
    assert all(step.peak_memory_mib for step in steps.values())
    assert [text.split(": ")[1].split(", ")[1] for text in place.said] == ["beside"] * 2  # type: ignore[attr-defined]
    beside.remove(place.run_dir)
    assert not (place.run_dir / beside.FOLDER).exists()


def test_what_it_has_not_begun_can_be_done_here_and_is_taken_by_it(place: Workplace) -> None:
    with beside.second(place, write) as second:
        assert second is not None
        second.do("base", "one")
        while not second.has_begun("write/base"):
            time.sleep(0.01)
        assert not second.has_begun("write/post-sft")
        write(place, "post-sft", "two")
        second.do("post-sft", "two")
        second.wait()
    assert "write/post-sft: done before in" in (place.run_dir / "logs" / beside.LOG).read_text()
    assert place.manifest.steps["write/post-sft"].record["process"] == os.getpid()


def test_what_it_made_of_other_inputs_is_not_taken(place: Workplace) -> None:
    with beside.second(place, write) as second:
        assert second is not None
        second.do("base", "one")
        second.wait()
    write(place, "base", "another one")
    assert (place.run_dir / "base.txt").read_text() == "another one"
    assert place.manifest.steps["write/base"].record["process"] == os.getpid()


def test_what_is_done_already_is_not_done_again(place: Workplace) -> None:
    write(place, "base", "one")
    with beside.second(place, write) as second:
        assert second is not None
        second.do("base", "one")
        second.wait()
    assert "done before" in (place.run_dir / "logs" / beside.LOG).read_text()


def test_where_it_ends_early_the_rest_is_done_here_and_it_is_said_why(place: Workplace) -> None:
    def fails(where: Workplace, stage: str, checkpoint: str) -> None:
        if stage == "post-sft":
            raise ValueError("no such weights")
        write(where, stage, checkpoint)

    with beside.second(place, fails) as second:
        assert second is not None
        for stage in ("base", "post-sft", "post-rl"):
            second.do(stage, stage)
        second.wait()
    for stage in ("base", "post-sft", "post-rl"):
        write(place, stage, stage)
    assert "ended early (exit code 1; logs/beside.log says why)" in place.said[0]  # type: ignore[attr-defined]
    assert "no such weights" in (place.run_dir / "logs" / beside.LOG).read_text()
    here = [s.record["process"] == os.getpid() for s in place.manifest.steps.values()]
    assert here == [False, True, True]


def test_one_that_is_killed_before_its_first_step_is_told_of_and_stops_nothing(place: Workplace) -> None:
    with beside.second(place, lambda *_: time.sleep(60)) as second:
        assert second is not None
        second.do("base", "one")
        second._process.kill()
        second._process.join()
        second.do("post-sft", "two")
        second.wait()
    assert "exit code -9" in place.said[0]  # type: ignore[attr-defined]
    write(place, "base", "one")


def test_what_a_stranger_planted_is_not_followed(place: Workplace, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "manifest.json").write_text("mine")
    (tmp_path / "log").write_text("mine")
    (place.run_dir / beside.FOLDER).symlink_to(victim)
    (place.run_dir / "logs" / beside.LOG).symlink_to(tmp_path / "log")
    with beside.second(place, write) as second:
        assert second is not None
        second.do("base", "one")
        second.wait()
    assert (victim / "manifest.json").read_text() == (tmp_path / "log").read_text() == "mine"
    assert [p.name for p in victim.iterdir()] == ["manifest.json"]
    planted = place.run_dir / beside.FOLDER / "steps" / "write" / "base" / "done.json"
    planted.unlink()
    planted.mkdir()
    write(place, "base", "one")
    assert "is a folder" in place.said[0]  # type: ignore[attr-defined]
    assert place.manifest.steps["write/base"].record["process"] == os.getpid()
    beside.remove(place.run_dir)
    (place.run_dir / beside.FOLDER).symlink_to(victim)
    beside.remove(place.run_dir)
    assert victim.is_dir() and not (place.run_dir / beside.FOLDER).is_symlink()


def test_where_no_process_can_be_started_there_is_none(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(os, "fork", fails)
    with beside.second(place, write) as second:
        assert second is None
    assert place.said == ["no second process: Cannot allocate memory"]  # type: ignore[attr-defined]


def test_what_an_earlier_call_left_is_taken_with_its_figures(place: Workplace) -> None:
    for _ in range(2):  # the first call was killed after it; the second finds it there
        with beside.second(place, write) as second:
            assert second is not None
            second.do("base", "one")
            second.wait()
    write(place, "base", "one")
    assert place.manifest.steps["write/base"].peak_memory_mib


def test_it_ends_with_the_block_whatever_happens(place: Workplace) -> None:
    with pytest.raises(KeyboardInterrupt), beside.second(place, lambda *_: time.sleep(60)) as second:  # noqa: PT012
        assert second is not None
        second.do("base", "one")
        raise KeyboardInterrupt
    assert not second._process.is_alive()


ORPHAN = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_beside import workplace
from benchmark.pipeline import beside

place = workplace(Path(sys.argv[1]))
second = beside.Beside(place, lambda *_: time.sleep(60))
second.do("base", "one")
print(second._process.pid, flush=True)
os._exit(9)
"""


def test_it_ends_when_the_first_process_is_killed(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", ORPHAN, str(tmp_path / "run"), str(Path(__file__).parent)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 9, done.stderr
    orphan = Path("/proc") / done.stdout.strip()
    until = time.monotonic() + 20
    while orphan.exists() and "Z" not in (orphan / "stat").read_text().split()[2] and time.monotonic() < until:
        time.sleep(0.1)
    assert time.monotonic() < until


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda m: m.setattr(beside, "usable", lambda: 1), "there is one core"),
        (lambda m: m.setattr(beside, "free_memory", lambda: 2**30), "free memory: 1.0 GiB; 3 GiB needed"),
        (lambda m: m.setattr(beside, "free_memory", lambda: None), "free memory: unknown"),
        (lambda m: m.setattr(processes, "count", lambda: 2), "devices or processes of its own"),
        (lambda m: m.setattr(torch.cuda, "is_available", lambda: True), "devices or processes of its own"),
    ],
)
def test_where_it_does_not_help_there_is_none(
    place: Workplace, monkeypatch: pytest.MonkeyPatch, change: Any, why: str
) -> None:
    change(monkeypatch)
    with beside.second(place, write) as second:
        assert second is None
    assert why in place.said[0]  # type: ignore[attr-defined]


def test_it_is_no_part_of_a_runs_identity(tmp_path: Path) -> None:
    from benchmark.pipeline.preflight import preflight
    from benchmark.settings.assets import resolve
    from benchmark.settings.models import Models

    def identity(*overrides: str) -> str:
        profile = load_profile("smoke", list(overrides))
        return preflight(profile, "sft", Models(profile), resolve(profile.policy.path, "policy.path"), tmp_path)[0]

    assert identity("run.beside=true") == identity() != identity("run.seed=2")


def test_the_reward_is_validated_meanwhile_where_sft_takes_its_time(tmp_path: Path) -> None:
    from benchmark.pipeline.train import _validates_beside

    assert not _validates_beside(workplace(tmp_path / "few"))
    place = workplace(tmp_path / "run", "rl.validate_pairs=40")
    assert _validates_beside(place)
    asked_elsewhere = workplace(
        tmp_path / "other", "rl.validate_pairs=40", "rl.reward=llm-judge", "rl.reward_path=http://localhost:1#m"
    )
    assert not _validates_beside(asked_elsewhere)
    done = place.run_dir / "steps" / "train" / "post-sft" / "done.json"
    done.parent.mkdir(parents=True)
    done.write_text("{}")
    assert not _validates_beside(place)
