"""What is not taken onto a board: odd names and rows, wrong arguments, weights that could run code."""

from __future__ import annotations

import struct
from pathlib import Path

import board_world as world
import pytest
from board_submitted import (
    board,  # noqa: F401 - a fixture
    contents,
    told,
)

from benchmark.cli import main


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "/etc/passwd",
        "a/b",
        "",
        " ",
        ".",
        "..",
        "x" * 10_000_000,
        "<script>alert(1)</script>",
        "a\x1b[2Jb",
        "a\u202eb",
        "a\nb",
        "\ud800",
        "=1+1",
        "a\u200bb",
    ],
)
def test_hostile_names_are_refused(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """As system, version, stage of the file; nothing is written anywhere."""
    path = world.write_outputs(tmp_path / "g.jsonl", world.first)
    before = contents(tmp_path)
    assert world.submit(board, path, name) == 2
    assert len(told(capsys)) < 600
    assert world.submit(board, path, "ok", "--version", name) == 2
    assert len(told(capsys)) < 600
    assert contents(tmp_path) == before
    if name != "\ud800" and len(name) < 1000:
        world.write_outputs(path, world.first, stage=name)
        assert world.submit(board, path, "ok") == 2
        message = told(capsys)
        assert len(message) < 600
        assert message[:-1].isprintable()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": NaN}', "NaN"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "x", "n_tokens": Infinity}', "Infinity"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "x", "meta": 1e999}', "too large"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": ' + "[" * 100_000 + "}", "not valid JSON"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "\\ud800"}', "surrogate"),
        ('{"example_id": "toy-00", "system": "any", "stage": "user", "text": "' + "ก" * 10_000_000 + '"}', "at most"),
        (
            '{"example_id": "\\u202e\\u001b[2J' + "x" * 1_000_000 + '", "system": "any", "stage": "user", "text": "x"}',
            "[U+202E]",
        ),
        ("\x80\x04\x95", "not JSON"),
    ],
)
def test_hostile_rows_are_refused(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, words: str
) -> None:
    path = world.write_outputs(tmp_path / "g.jsonl", world.first)
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([row, *lines[1:]]) + "\n", "utf-8")
    before = contents(board.parent)
    assert world.submit(board, path, "one") == 2
    message = told(capsys)
    assert words in message
    assert len(message) < 5000
    assert message[:-1].isprintable()
    assert contents(board.parent) == before


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ([], "exactly one of"),
        (["runs/x", "--generations", "g.jsonl"], "exactly one of"),
        (["--generations", "g.jsonl"], "--task NAME and --system NAME"),
        (["--generations", "nowhere.jsonl", "--task", "newswire-titel", "--system", "a"], "newswire-title"),
        (["nowhere"], "no run directory"),
        (["--generations", "nowhere.jsonl", "--task", "newswire-title", "--system", "a"], "nowhere.jsonl"),
        (["--generations", "g.jsonl", "--task", "t", "--system", "a", "--board", "nowhere.json"], "no such board"),
        (["--checkpoint", "nowhere", "--task", "newswire-title", "--system", "a"], "no such checkpoint folder"),
        (
            ["--generations", "g.jsonl", "--task", "newswire-title", "--system", "a", "--reward-validation", "r"],
            "RUN_DIR",
        ),
        (
            ["--generations", "g.jsonl", "--task", "newswire-title", "--system", "a", "--stage-name", "post-rl"],
            "--checkpoint",
        ),
        (
            ["--generations", "g.jsonl", "--task", "newswire-title", "--system", "a", "--profile", "tinny"],
            "did you mean tiny",
        ),
    ],
)
def test_bad_arguments(
    argv: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["submit", *argv]) == 2
    assert words in told(capsys)
    assert list(tmp_path.iterdir()) == []


def test_pickled_weights_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    board = world.new_board(tmp_path / "b", task="newswire-title")
    assert (
        main(["submit", "--checkpoint", str(model), "--task", "newswire-title", "--system", "p", "--board", str(board)])
        == 2
    )
    assert "pickled" in told(capsys)


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("config.json", b"[" * 100_000, "not valid JSON"),
        ("config.json", b'{"auto_map": {"AutoModel": "evil.Model"}}', "brings its own code"),
        ("model.safetensors", b"\x80\x04\x95" + b"." * 100, "model.safetensors"),
        ("model.safetensors", struct.pack("<Q", 100_000) + b"[" * 100_000, "model.safetensors"),
        ("lineage.json", b"[" * 100_000, "not valid JSON"),
        ("lineage.json", b'{"stage": "../../x", "weights_hash": "a"}', "cannot be read"),
    ],
)
def test_hostile_checkpoints_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, content: bytes, words: str
) -> None:
    """Pickles by another name, deep JSON, code of the model's own: nothing is loaded, nothing is written."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "config.json").write_text("{}")
    (model / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    (model / file).write_bytes(content)
    board = world.new_board(tmp_path / "b", task="newswire-title")
    before = contents(board.parent)
    assert (
        main(["submit", "--checkpoint", str(model), "--task", "newswire-title", "--system", "p", "--board", str(board)])
        == 2
    )
    assert words in told(capsys)
    assert contents(board.parent) == before
