"""What is no board, and entries that no command takes; neural scores where the weights are absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import board_world as world
import numpy as np
import pytest
from board_lies import Board, board, honest, narrow, of  # noqa: F401 - fixtures

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.packed import pack_stats, stats_hash
from benchmark.leaderboard.verify import verify


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 200_000,
        '{"kind": "board", "kind": "board"}',
        '{"kind": NaN}',
        '{"entries": [1e999]}',
        "\x00",
        '{"kind": "board", "entries": []}',
    ],
)
def test_a_file_that_is_no_board(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "b.json"
    path.write_text(text, "utf-8")
    assert world.leaderboard("verify", path) == 1
    assert "b.json: FALSE: the board: schema: " in capsys.readouterr().out
    assert world.leaderboard("show", path) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("system", "\u202e\x1b[2J"),
        ("system", "<script>alert(1)</script>"),
        ("system", "x" * 1_000_000),
        ("system", "../../x"),
        ("system", "\ud800"),
        ("stage", 7),
        ("seed", 1e400),
        ("lineage", {}),
        ("scores", {}),
        ("scores", {"\x1b]0;x": {}}),
        ("extra", 1),
        ("digest", None),
        ("trust", "reported"),
        ("environment", [[]]),
    ],
)
@pytest.mark.parametrize("quick", [True, False])
def test_hostile_entries_are_refused_by_every_command(
    board: Path, tmp_path: Path, name: str, value: Any, quick: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Written past `submit`, for instance in a pull request. What is printed is printable and short."""
    told = json.loads(board.read_text("utf-8"))
    told["entries"][0][name] = value
    board.write_text(json.dumps(told), "utf-8")
    assert world.leaderboard("verify", board, *(["--quick"] if quick else [])) == 1
    shown = capsys.readouterr().out
    assert len(shown) < 2000
    assert all(line.isprintable() for line in shown.splitlines())
    assert world.leaderboard("show", board) == 2
    assert world.leaderboard("export", board, "--out", str(tmp_path / "out")) == 2
    assert not (tmp_path / "out").exists()
    assert all(line.isprintable() for line in capsys.readouterr().err.splitlines())


def test_neural_scores_are_not_rechecked_where_the_weights_are_absent(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """But they must be those of the stored statistics, and within 1e-4 where the weights are there."""
    from benchmark.leaderboard.scoring import described, segments, signature_key

    entry = next(e for e in world.entries(board) if e["stage"] == "user")
    told = boards.read_board(board)
    stats = boards.read_stats(board, entry["outputs"]["stats_sha256"], world.N)
    signature = "scorer.comet_qe|weights:" + "0" * 16
    rows = np.column_stack([np.linspace(0, 1, world.N), np.ones(world.N)])
    metric = segments("scorer.comet_qe", tuple(e.id for e in world.EXAMPLES), rows, signature)
    cell = described(told, world.EXAMPLES, [metric])[0]["scorer.comet_qe"]
    stats["scorer.comet_qe"] = rows
    sha256 = stats_hash(stats)
    boards.stats_path(board, sha256).write_bytes(pack_stats(stats))

    def enter(told: Board) -> None:
        told["signatures"][signature_key(signature)] = signature
        of(told, "user")["scores"]["scorer.comet_qe"] = cell
        of(told, "user")["outputs"]["stats_sha256"] = sha256

    world.rewrite(board, enter)
    profile = tmp_path / "bare.toml"
    text = (Path(__file__).parents[2] / "benchmark" / "profiles" / "tiny.toml").read_text()
    profile.write_text(text.replace('comet_qe = "asset:comet"', 'comet_qe = "/nowhere"'))
    assert world.leaderboard("verify", board, "--profile", str(profile)) == 0
    assert "1 neural scores not rechecked" in capsys.readouterr().out

    def flatter(told: Board) -> None:
        of(told, "user")["scores"]["scorer.comet_qe"]["value"] += 0.01

    world.rewrite(board, flatter)
    with pytest.raises(Lie) as found:
        verify(board, profile=str(profile), foreign=True)
    assert found.value.field == "scores.scorer.comet_qe.value"


def test_the_first_lie_is_named_on_the_terminal(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.rewrite(board, narrow)
    assert world.leaderboard("verify", board) == 1
    assert "toy.json: FALSE: talker v1, user: scores.verbosity.chars.ci_high: the board says" in capsys.readouterr().out


def test_two_outputs_of_equal_texts_are_no_lie(board: Path, tmp_path: Path) -> None:
    """The same texts under another name are flagged when shown; nothing about them is false."""
    assert world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.two), "twin") == 0
    assert verify(board, foreign=True).n == 5
