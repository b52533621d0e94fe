"""What a command writes is never its input nor a device, and what cannot be filed is said before anything is
written."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import build_parser, main
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.records import read_examples, read_generations
from metrics.summary import system_keys
from training.__main__ import main as train


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    path = tmp_path / "e.jsonl"
    assert main(["data", "export", "--task", "newswire-title", "--split", "dev", "--n", "2", "--out", str(path)]) == 0
    return path


def test_a_command_does_not_write_over_what_it_reads(examples: Path, tmp_path: Path, capsys: Any) -> None:
    before = examples.read_bytes()
    link = tmp_path / "link.jsonl"
    link.symlink_to(examples)
    for out in (examples, link):
        assert main(["data", "facts", "--examples", str(examples), "--out", str(out)]) == 2
        assert "is the input; give another file" in capsys.readouterr().err
    ratings = tmp_path / "judgements.tsv"
    ratings.write_text("system\titem\tsegment\tmetric\thuman\n", "utf-8")
    assert main(["meta-eval", "--judgements", str(ratings), "--out", str(ratings)]) == 2
    assert "is the input; give another file" in capsys.readouterr().err
    assert examples.read_bytes() == before
    assert ratings.read_text("utf-8").startswith("system\t")


def test_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    """As /dev/stdout and /dev/null would be, for root."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(UserError, match="it is a device or a pipe"):
        atomic_write_text(pipe, "text")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_link_to_what_is_no_file_is_not_replaced_by_one(tmp_path: Path) -> None:
    """/dev/stdout is one, whatever it is redirected to."""
    link = tmp_path / "stdout"
    link.symlink_to("/proc/self/fd/1")
    with pytest.raises(UserError, match="it is a device or a pipe"):
        atomic_write_text(link, "text")
    assert link.is_symlink()


def test_a_file_that_is_called_as_the_split_is_no_input(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["data", "export", "--task", "newswire-title", "--split", "test", "--n", "2", "--out", "test"]
    assert main(command) == main(command) == 0


def test_a_name_that_no_manifest_could_hold_is_refused_first(capsys: Any) -> None:
    assert main(["score", "--generations", os.fsdecode(b"g\xfc.jsonl")]) == 2
    assert "not UTF-8; rename the file" in capsys.readouterr().err


def test_two_systems_of_one_key_are_named_before_anything_is_measured(
    examples: Path, tmp_path: Path, capsys: Any
) -> None:
    ids = [json.loads(line)["id"] for line in examples.read_text("utf-8").splitlines()]
    rows = [
        {"example_id": i, "system": system, "stage": stage, "text": "ก"}
        for system, stage in (("a/b", "c"), ("a", "b/c"))
        for i in ids
    ]
    (tmp_path / "g.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    out = tmp_path / "out"
    given = ["--examples", str(examples), "--generations", str(tmp_path / "g.jsonl")]
    assert main(["score", *given, "--out", str(out)]) == 2
    assert "two systems are both called 'a/b/c'" in capsys.readouterr().err
    assert not out.exists()
    assert system_keys([("a", "x"), ("b", "x"), ("gold", "gold")]) == ["a/x", "b/x", "gold"]


def test_a_limit_of_none_is_refused_as_such(examples: Path, capsys: Any) -> None:
    for limit in ("0", "-1"):
        given = ["--examples", str(examples), "--generations", str(examples), "--limit", limit]
        assert main(["score", *given, "--out", "never"]) == 2
        assert f"--limit {limit}: at least 1" in capsys.readouterr().err


def test_a_name_too_long_is_told_as_that(examples: Path, tmp_path: Path, capsys: Any) -> None:
    assert main(["data", "facts", "--examples", str(examples), "--out", str(tmp_path / ("n" * 300))]) == 2
    assert "free some space" not in capsys.readouterr().err


def test_segments_without_a_source_are_left_out_of_all_files_where_the_user_says_so(
    tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s").write_text("中国\n \n日本 5\n", "utf-8")
    Path("r").write_text("จีน\nx\nญี่ปุ่น 5\n", "utf-8")
    Path("h").write_text("จีน\ny\nญี่ปุ่น 6\n", "utf-8")
    command = ["score", "--source", "s", "--reference", "r", "--hypothesis", "h", "--langs", "zh-th"]
    few = ["--families", "overlap", "--no-report", "--set", "score.bootstrap_draws=100"]
    assert main([*command, "--out", "o", *few]) == 2
    assert "s, line 2: empty source (1 in all)" in capsys.readouterr().err
    for out, more in (("o", []), ("first", ["--limit", "2"])):
        assert main([*command, "--out", out, *more, "--skip-invalid", *few]) == 0
        assert "1 of 3 segments left out (--skip-invalid); the first: s, line 2" in capsys.readouterr().err
        examples = read_examples(Path(out) / "examples" / "user-data-test.jsonl")
        assert [(e.id, e.reference) for e in examples] == [("1", ("จีน",)), ("3", ("ญี่ปุ่น 5",))]
        made = read_generations(Path(out) / "generations" / "user-data" / "model.jsonl")
        assert [(g.example_id, g.text) for g in made] == [("1", "จีน"), ("3", "ญี่ปุ่น 6")]
    Path("h").write_text("จีน\nญี่ปุ่น 6\n", "utf-8")
    assert main([*command, "--out", "never", "--skip-invalid", *few]) == 2
    assert "h: 2 outputs for 3 examples" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "option"),
    [
        (["score", "--examples", "e", "--generations", "g", "--out", ""], "--out"),
        (["validate-reward", "--reward", "ensemble", "--out", " "], "--out"),
        (["run", "--stage", "all", "--run-dir", ""], "--run-dir"),
        (["leaderboard", "show", "--board", ""], "--board"),
        (["data", "export", "--task", "newswire-title", "--split", "dev", "--data", "", "--out", "x"], "--data"),
        (["data", "join", "--articles", "a.jsonl", "", "--out", "x"], "--articles"),
        (["evaluate", "--model", "m", "--task", "t", "--out", "o", "--profile="], "--profile"),
        (["report", ""], "run_dir"),
    ],
)
def test_an_empty_value_is_not_the_current_directory(
    argv: list[str], option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(argv) == 2
    told = capsys.readouterr().err
    assert option in told.replace("RUN_DIR", "run_dir") and "is empty (a variable that is not set?)" in told
    assert os.listdir(tmp_path) == []


def test_free_text_may_be_empty() -> None:
    assert build_parser("data").parse_args(["data", "names", "--origin", "", "--out", "x"]).origin == ""


def test_training_takes_no_empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        train(["form", "--corpus", "c.jsonl", "--out", ""])
    assert ended.value.code == 2
    assert "--out: is empty" in capsys.readouterr().err
