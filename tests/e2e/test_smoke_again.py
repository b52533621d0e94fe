"""A smoke run that is killed, shared by two processes, or made of a user's own files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from smoke_run import STAGES, command, environment

KILL_AT = (
    "checkpoints/post-sft.work/checkpoint-1/trainer_state.json",
    "checkpoints/post-rl.work/checkpoint-1",
    "generations/newswire-title/base.part",
    "steps/score/newswire-title/post-sft.parquet",
    "scores.parquet",
)
"""Inside SFT and RL (one of two steps done), inside generation, scoring and the summary: files that stand there before
the step is done."""
WITH_SECOND = (
    ".beside/generations/newswire-title/base.part",
    ".beside/steps/score/newswire-title/post-sft.parquet",
    "scores.parquet",
)
"""The same where a second process measures."""
ONE = ("--set", "run.beside=false")


def kill_when(run_dir: Path, point: str, *more: str) -> None:
    """Starts the run and kills it as soon as a file is there."""
    process = subprocess.Popen(
        command(run_dir, *more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment()
    )
    deadline = time.monotonic() + 480
    while not (run_dir / point).exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (run_dir / point).exists(), point


@pytest.mark.parametrize(
    ("points", "more"),
    [
        (KILL_AT, ONE),
        pytest.param(
            WITH_SECOND, (), marks=pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two cores")
        ),
    ],
)
def test_a_killed_run_goes_on_to_the_same_outputs_and_summary(finished, tmp_path, points, more):
    """The kills leave half-written steps behind; what is made in the end equals what was made in one go, so it is
    deterministic, too."""
    run_dir = tmp_path / "run"
    for point in points:
        kill_when(run_dir, point, *more)
    done = subprocess.run(command(run_dir, *more), capture_output=True, text=True, env=environment(), check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    for step in ("train/post-sft", "train/post-rl", "train/post-recovery"):
        assert f"{step}: done before" in done.stderr
    for path in sorted(p.relative_to(finished) for p in finished.rglob("generations/**/*.jsonl")):
        assert (run_dir / path).read_bytes() == (finished / path).read_bytes(), path
    assert (run_dir / "summary.json").read_bytes() == (finished / "summary.json").read_bytes()
    assert not list(run_dir.rglob("*.work")) + list(run_dir.rglob("*.part"))


def test_two_processes_train_and_write_what_one_does(finished, tmp_path):
    """Here all is equal to the byte; on another processor gradients may round otherwise, and a completion of a trained
    policy with them."""
    run_dir = tmp_path / "run"
    config = Path(__file__).parents[2] / "benchmark" / "accelerate" / "ddp.yaml"
    launch = [
        "accelerate.commands.accelerate_cli",
        "launch",
        "--config_file",
        str(config),
        "--num_processes",
        "2",
        "--main_process_port",
        "0",
        "-m",
    ]
    interpreter, m, *rest = command(run_dir)
    done = subprocess.run(
        [interpreter, m, *launch, *rest], capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]

    def rows(folder: Path, file: str) -> list[tuple[str, str]]:
        return [
            (row["example_id"], row["text"])
            for row in map(json.loads, (folder / file).read_text(encoding="utf-8").splitlines())
        ]

    for file in ("logs/rl_rewards.jsonl", *(f"generations/newswire-title/{stage}.jsonl" for stage in STAGES)):
        one, two = rows(finished, file), rows(run_dir, file)
        assert sum(a == b for a, b in zip(one, two, strict=True)) >= (1.0 if "base" in file else 0.9) * len(one), file
    wide, narrow = (json.loads((folder / "summary.json").read_text(encoding="utf-8")) for folder in (finished, run_dir))
    assert wide["systems"]["base"] == narrow["systems"]["base"]
    assert wide["run"] == narrow["run"]


def test_a_users_own_files_run_through_every_stage(finished, tmp_path):
    """Texts of one's own, without facts: every stage is trained, what needs facts is null with the reason, the report
    says how poor it is."""
    sizes = {"para": 16, "src": 16, "dev": 4, "test": 12}
    files = []
    for split, n in sizes.items():
        lines = (finished / "examples" / f"newswire-title-{split}.jsonl").read_text(encoding="utf-8").splitlines()[:n]
        rows = [json.loads(line) for line in lines]
        path = tmp_path / f"{split}.tsv"
        texts = [f"{r['source']}\t{r['reference'] or ''}\td{i // 2}" for i, r in enumerate(rows)]
        path.write_text("source\treference\tdoc_id\n" + "\n".join(texts) + "\n", encoding="utf-8")
        files.append(f"data.{split}={path}")
    run_dir = tmp_path / "run"
    done = subprocess.run(
        command(run_dir, "--set", *files, "data.name=mine", "rl.max_steps=1"),
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    summary = json.loads((run_dir / "summary.json").read_text(encoding="utf-8"))
    assert summary["run"]["task"] == "mine"
    assert (summary["run"]["n_para"], summary["run"]["n_src"], summary["run"]["rl_steps"]) == (16, 16, 1)
    assert set(summary["systems"]) == {*STAGES, "gold"}
    row = summary["systems"]["post-recovery"]
    for name in (
        "coverage.recall",
        "coverage.f1.length_controlled",
        "grounding.relation",
        "verbosity.facts_per_100_chars",
    ):
        assert row[name]["value"] is None
        assert row[name]["reason"] == "no gold facts"
    for name in ("overlap.bleu", "overlap.chrf", "verbosity.length_ratio", "reward.mean", "scorer.comet_qe"):
        assert row[name]["value"] is not None, name
        assert row[name]["n_total"] == 12
    assert row["overlap.chrf"]["kin"] is False
    assert summary["resampling"]["n_docs"] == 6
    assert "no gold facts" in (run_dir / "report.html").read_text(encoding="utf-8")
