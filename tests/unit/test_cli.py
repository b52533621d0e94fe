"""The command line: exit codes, messages, and the commands that need no trained model."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest

from benchmark import cli
from benchmark.cli import COMMANDS, disk_message, main
from metrics.records import Example, Fact, Generation, write_examples, write_generations


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What stands on stderr: one message, no traceback."""
    text = capsys.readouterr().err.strip()
    assert text.startswith("error: ")
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["rn"], "did you mean run"),
        (["run", "--stage", "reinforce"], "unknown stage"),
        (["run", "--stage", "recover"], "did you mean recovery"),
        (["run"], "--stage"),
        (["run", "--stage", "all", "--rundir", "x"], "did you mean --run-dir"),
        (["score", "--out", "x", "--examples=e", "--hypotheses=f"], "unknown option --hypotheses: did you mean"),
        (["leaderboard", "show", "--bord", "x"], "did you mean --board"),
        (["run", "--stage", "all", "--profile", "tny"], "did you mean tiny"),
        (["run", "--stage", "all", "--set", "rl.beat=1"], "did you mean beta"),
        (["run", "--stage", "all", "--set", "run.task=newswire-titel"], "newswire-title"),
        (["run", "--stage", "all", "--set", "policy.path=/nowhere/model"], "no such checkpoint folder"),
        (["run", "--stage", "all", "--set", "policy.path=asset:bse"], "no such asset"),
        (["run", "--stage", "all", "--set", "data.para=x.tsv"], "data.src and data.test missing"),
        (["run", "--stage", "all", "--set", "data.para=x.tsv", "data.src=x.tsv", "data.test=x.tsv"], "no such file"),
        (["evaluate", "--model", "/nowhere/m", "--task", "newswire-title", "--out", "x"], "no such checkpoint folder"),
        (["evaluate", "--model", "m", "--task", "newswire-title", "--out", "x", "--backend", "vlm"], "unknown backend"),
        (["data", "export", "--task", "newswire-title", "--split", "tset", "--out", "x"], "did you mean test"),
        (["data", "export", "--task", "newswire-title", "--split", "test", "--n", "0", "--out", "x"], "at least 1"),
        (["report", "/nowhere"], "no finished run directory"),
        (["compare", "/nowhere", "/nowhere"], "no finished run directory"),
    ],
)
def test_a_users_mistake_is_one_message_and_exit_2(
    argv: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written, and the message names the way out."""
    monkeypatch.chdir(tmp_path)
    assert main(argv) == 2
    assert words in said(capsys)
    assert list(tmp_path.iterdir()) == []


def test_every_command_can_be_imported() -> None:
    """The table names functions that exist."""
    from importlib import import_module

    for target, _ in COMMANDS.values():
        module, _, attr = target.partition(":")
        assert callable(getattr(import_module(module), attr))
        assert getattr(import_module(module), "ACTIONS", None) or import_module(module).ARGUMENTS


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "x", "/a/b"), "No space left on device: /a/b"),
        (OSError(errno.EROFS, "x", "/a/b"), "Read-only file system"),
        (RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"), "no space left"),
        (ValueError("something else"), None),
        (FileNotFoundError(errno.ENOENT, "x", "/a"), None),
    ],
)
def test_troubles_of_the_disk_are_told_apart_from_our_faults(error: Exception, words: str | None) -> None:
    """A full disk is the user's to mend; anything else keeps its traceback."""
    message = disk_message(error)
    assert (message is None) if words is None else (message is not None and words in message)


def test_a_write_cut_short_in_torch_counts_only_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torch's message does not say why."""
    error = RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 9216 vs 9108")
    monkeypatch.setattr(cli.shutil, "disk_usage", lambda p: type("Usage", (), {"free": 2**40}))
    assert disk_message(error, str(tmp_path)) is None
    monkeypatch.setattr(cli.shutil, "disk_usage", lambda p: type("Usage", (), {"free": 0}))
    assert "no space left" in str(disk_message(error, str(tmp_path)))


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (OSError(errno.ENOSPC, "x"), 2)])
def test_interrupts_and_disks_end_without_traceback(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line on stderr."""

    def broken(args: Any) -> int:
        raise error

    monkeypatch.setattr("benchmark.report.command.command", broken)
    assert main(["report", "x"]) == code
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_our_own_fault_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is swallowed."""
    monkeypatch.setattr("benchmark.report.command.command", lambda args: {}["bug"])
    with pytest.raises(KeyError):
        main(["report", "x"])


FACTS = (
    Fact("event", ("起诉",), ("ยื่นฟ้อง",), 1.0),
    Fact("organisation", ("华星",), ("บริษัทหัวซิง",), 0.9),
    Fact("place", ("北京",), ("ปักกิ่ง",), 0.3),
)


@pytest.fixture
def scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, dict[str, Any]]:
    """(run directory, summary) of `score` on two stages that a user brings."""
    examples = [
        Example(f"e{i}", f"华星在北京起诉{i}", ("บริษัทหัวซิงยื่นฟ้อง",), FACTS, "zh", "th", f"d{i // 2}", {})
        for i in range(8)
    ]
    stages = {"post-sft": "บริษัทหัวซิง", "post-rl": "บริษัทหัวซิงยื่นฟ้องที่ปักกิ่ง"}
    write_examples(tmp_path / "examples.jsonl", examples)
    write_generations(
        tmp_path / "g.jsonl",
        [Generation(e.id, "me", stage, text, None, "stop", None) for stage, text in stages.items() for e in examples],
    )
    argv = [
        "--examples",
        str(tmp_path / "examples.jsonl"),
        "--generations",
        str(tmp_path / "g.jsonl"),
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(["score", *argv, "--set", "score.bootstrap_draws=200"]) == 0
    capsys.readouterr()
    return tmp_path / "out", json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))


def test_score_measures_what_a_user_brings(scored: tuple[Path, dict[str, Any]]) -> None:
    """Values by hand; the gold is a system; what needs a model is null with its reason; unknown lineage is null."""
    run_dir, summary = scored
    systems = summary["systems"]
    assert set(systems) == {"post-sft", "post-rl", "gold"}
    assert systems["post-sft"]["coverage.recall"]["value"] == 0.5
    assert systems["post-rl"]["coverage.recall"]["value"] == 1.0
    assert systems["post-rl"]["coverage.recall_source"]["value"] == 1.0
    assert systems["gold"]["coverage.recall_source"]["value"] == pytest.approx(2 / 3)
    assert systems["gold"]["overlap.chrf"]["value"] == pytest.approx(100)
    assert summary["transitions"]["post-sft->post-rl"]["coverage.recall"]["delta"] == 0.5
    for name in ("reward.mean", "grounding.retrieval_p1", "scorer.comet_qe"):
        assert systems["post-rl"][name]["value"] is None
        assert systems["post-rl"][name]["reason"]
    assert systems["post-rl"]["coverage.recall"]["in_loop"] is None
    assert (run_dir / "report.html").stat().st_size > 0


def test_score_again_gives_the_same_summary(
    scored: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """No times, no paths: equal input, equal file."""
    run_dir, _ = scored
    before = (run_dir / "summary.json").read_bytes()
    argv = [
        "--examples",
        str(run_dir.parent / "examples.jsonl"),
        "--generations",
        str(run_dir.parent / "g.jsonl"),
        "--out",
        str(run_dir),
    ]
    assert main(["score", *argv, "--set", "score.bootstrap_draws=200"]) == 0
    assert (run_dir / "summary.json").read_bytes() == before


def test_a_run_compared_with_itself_has_no_difference(
    scored: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Delta 0 and p 1 in every line."""
    from benchmark.compare.runs import compare_runs

    rows = [row for row in compare_runs(scored[0], scored[0]) if row.delta.delta is not None]
    assert rows
    assert {(row.delta.delta, row.delta.p, row.p_holm) for row in rows} == {(0.0, 1.0, 1.0)}
    assert main(["compare", str(scored[0]), str(scored[0])]) == 0


def test_mismatched_ids_are_refused_before_anything_is_written(
    scored: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing and unknown ids are named."""
    top = scored[0].parent
    write_generations(
        top / "h.jsonl",
        [Generation("e0", "me", "x", "", None, None, None), Generation("zz", "me", "x", "", None, None, None)],
    )
    argv = [
        "--examples",
        str(top / "examples.jsonl"),
        "--generations",
        str(top / "h.jsonl"),
        "--out",
        str(top / "other"),
    ]
    assert main(["score", *argv]) == 2
    message = said(capsys)
    assert "e1" in message
    assert "zz" in message
    assert not (top / "other").exists()


def test_data_export_writes_the_first_examples_of_a_split(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """D_src comes without references; --n takes the first ones of the same split."""
    for n in (3, 2):
        assert (
            main(
                [*f"data export --task newswire-title --split src --n {n} --out".split(), str(tmp_path / f"{n}.jsonl")]
            )
            == 0
        )
    three, two = ((tmp_path / f"{n}.jsonl").read_text("utf-8").splitlines() for n in (3, 2))
    assert three[:2] == two
    assert all(json.loads(line)["reference"] is None for line in three)
