"""Tampering with a board, class by class: each is caught by full `verify` and named by its field, or what it wants to
hide stays in view.

What nothing can see is listed in docs/security.md ("Boards"), with the reason.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import board_world as world
import pytest
from hacked_board import board, honest  # noqa: F401 - fixtures
from tampering import EDITS, of
from tampering_chain import CHAIN, take_out
from tampering_files import FILES

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.verify import verify


def caught(board: Path) -> Lie:
    with pytest.raises(Lie) as found:
        verify(board, foreign=True)
    assert len(str(found.value)) < 2000
    assert str(found.value).isprintable()
    return found.value


def test_there_are_more_than_sixty_classes_and_the_honest_board_holds(board: Path) -> None:
    assert len(EDITS) + len(CHAIN) + len(FILES) >= 60
    assert verify(board, foreign=True).n == 4
    world.rewrite(board, lambda told: None)
    assert verify(board, foreign=True).n == 4


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_with_everything_made_right_is_caught(board: Path, name: str) -> None:
    change, field = EDITS[name]
    world.rewrite(board, change)
    assert field in caught(board).field


@pytest.mark.parametrize("name", CHAIN)
def test_what_breaks_the_chain_is_caught_without_recomputing(board: Path, name: str) -> None:
    change, field = CHAIN[name]
    change(board)
    with pytest.raises(Lie) as found:
        verify(board, quick=True)
    assert field in found.value.field
    caught(board)


@pytest.mark.parametrize("name", FILES)
def test_what_lies_beside_the_board_is_caught(board: Path, name: str) -> None:
    change, field = FILES[name]
    change(board)
    assert caught(board).field.startswith(field)


def noted(board: Path) -> str:
    return str(boards.read_board(board)["tip"])


@pytest.mark.parametrize("stage", ["user", "post-recovery", "post-sft"])
def test_a_whole_chain_made_anew_is_caught_by_the_tip_that_was_noted(board: Path, stage: str) -> None:
    """The one thing that the file alone cannot show: an entry less, everything else made right."""
    tip = noted(board)
    assert world.leaderboard("verify", board, "--tip", tip) == 0
    take_out(stage)(board)
    world.rewrite(board, lambda told: None)
    with pytest.raises(Lie) as found:
        verify(board, quick=True, tip=tip)
    assert found.value.field == "tip"


def test_a_tip_stays_in_the_chain_when_entries_come_and_are_replaced(board: Path, tmp_path: Path) -> None:
    tip = noted(board)
    assert world.submit(board, world.write_outputs(tmp_path / "h.jsonl", world.gold), "late") == 0
    run = world.run_directory(
        tmp_path / "run", {"post-sft": world.two, "post-rl": world.first, "post-recovery": world.two}, commit="a" * 40
    )
    assert world.submit_run(board, run) == 0
    told = boards.read_board(board)
    assert [len(told["retired"]), len(told["entries"])] == [3, 5]
    assert verify(board, foreign=True, tip=tip).n == 5


def test_a_board_of_older_metrics_is_no_lie_and_no_hole(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so and fails; scores that its own statistics do not give are a lie; nothing is ranked with it or put
    into it."""
    make_older(board)
    assert world.leaderboard("verify", board) == 1
    told = capsys.readouterr().out
    assert "NOT VERIFIED: made with metrics version 1" in told
    assert "FALSE" not in told
    assert world.leaderboard("show", board) == 0
    assert "made with metrics version 1 (this suite: " in " ".join(capsys.readouterr().out.split())
    world.rewrite(board, lambda t: of(t, "user")["scores"]["overlap.chrf"].update(value=99.0, ci_high=99.5))
    assert "overlap.chrf" in caught(board).field


def test_outputs_go_into_no_board_of_older_metrics(
    board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_older(board)
    before = board.read_bytes()
    assert world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), "new") == 2
    assert "leaderboard rescore" in capsys.readouterr().err
    assert board.read_bytes() == before


def make_older(board: Path) -> None:
    """The board as the metrics of version 1 would have signed it."""
    from benchmark.leaderboard.scoring import signature_key
    from metrics.version import METRICS_VERSION

    def change(told: dict[str, Any]) -> None:
        keys = {}
        for key, text in told["signatures"].items():
            new = text.replace(f"|v:{METRICS_VERSION}|", "|v:1|")
            keys[key] = signature_key(new), new
        told["metrics"], told["signatures"] = 1, dict(keys.values())
        for cell in (c for e in told["entries"] for c in e["scores"].values()):
            cell["signature"] = keys[cell["signature"]][0]

    world.rewrite(board, change)


def test_a_task_that_is_none_of_the_suites_is_said_and_fails(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from benchmark.cli import main

    assert main(["leaderboard", "verify", "--board", str(board)]) == 1
    assert "NOT VERIFIED: toy is not a task of this suite" in capsys.readouterr().out
    assert world.leaderboard("verify", board) == 0


def test_the_docs_list_what_cannot_be_seen() -> None:
    """Each with its reason; and nothing there that the table catches."""
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")
    part = text.partition("## Boards")[2].partition("\n## ")[0]
    listed = [
        line
        for line in part.splitlines()
        if line.startswith("| ") and "impossible to see" not in line and "---" not in line
    ]
    assert len(listed) >= 6
    assert all(len(line.split("|")) == 4 and line.split("|")[2].strip() for line in listed)
