"""What somebody wants to hide stays in view: flags outlive renames; texts and names that look alike are told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import board_world as world
import pytest
from hacked_board import board, honest  # noqa: F401 - fixtures
from tampering import of
from tampering_chain import RERANKER

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.flags import WARNING, kind
from benchmark.leaderboard.ranks import derive

# ---- what is to be hidden stays in view
# --------------------------------------------------------------------------------------------


def flags(board: Path) -> list[str]:
    return [
        f
        for g in derive(board, boards.read_board(board)).groups
        for f in (*g.flags, *(f for r in g.rows for f in r.flags))
    ]


def hacked(board: Path) -> bool:
    return any(f.startswith("HACKED") for f in flags(board))


def rename_sft(**to: str) -> Callable[[dict[str, Any]], None]:
    return lambda told: of(told, "post-sft").update(to)


def test_the_flag_hacked_outlives_a_rename_of_the_stage_before(board: Path) -> None:
    """Whatever system, version or stage it is put under, the entry with the weights that RL began with is what RL is
    held against."""
    world.with_reward(board, {"post-sft": 0.2, "post-rl": 0.9}, RERANKER)
    assert hacked(board)
    for rename in ({"version": "2"}, {"system": "other"}, {"stage": "warm-start"}):
        world.rewrite(board, rename_sft(**rename))
        assert hacked(board), rename


def test_a_stage_taken_out_leaves_a_red_flag(
    board: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.with_reward(board, {"post-sft": 0.2, "post-rl": 0.9}, RERANKER)
    world.rewrite(board, lambda told: told["entries"].remove(of(told, "post-sft")))
    assert "reward hacking not tested: post-sft missing" in flags(board)
    world.rewrite(board, lambda told: told["entries"].remove(of(told, "post-rl")))
    assert "reward hacking not tested: post-rl missing" in flags(board)
    assert world.leaderboard("show", board) == 0
    assert "! reward hacking not tested: post-rl missing" in capsys.readouterr().out
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert world.leaderboard("show", board) == 0
    assert "\x1b[31m  ! reward hacking not tested: post-rl missing" in capsys.readouterr().out


def test_another_reward_named_everywhere_leaves_a_red_flag(board: Path) -> None:
    world.with_reward(board, {"post-sft": 0.2, "post-rl": 0.9}, RERANKER)

    def change(told: dict[str, Any]) -> None:
        for stage in ("post-rl", "post-recovery"):
            of(told, stage)["reward"] = {"id": "other:fedcba9876543210", "validation_sha256": None}

    world.rewrite(board, change)
    assert any(f.startswith("reward hacking not tested: reward.mean is of another reward") for f in flags(board))


INVISIBLE = ("\u200b", "\u2060", "\u00ad", " ", "\u00a0", ".", "!")


@pytest.mark.parametrize("char", INVISIBLE)
def test_texts_that_differ_by_what_nobody_sees_are_the_same_texts(board: Path, tmp_path: Path, char: str) -> None:
    """One invisible character, a space or a full stop in every output of a stolen system."""
    world.submit(board, world.write_outputs(tmp_path / "g.jsonl", lambda i: world.first(i) + char), "thief")
    assert any(f.startswith("the same texts as sg-srl v1 seed 3, post-rl") for f in flags(board))


def test_texts_of_which_few_differ_are_nearly_the_same(board: Path, tmp_path: Path) -> None:
    world.submit(
        board, world.write_outputs(tmp_path / "g.jsonl", lambda i: world.gold(i) if i == 5 else world.first(i)), "thief"
    )
    assert any(f.startswith("nearly the same texts as sg-srl v1 seed 3, post-rl") for f in flags(board))


def repeated(i: int) -> str:
    return " ".join([world.gold(i)] * 4)


def padded(i: int) -> str:
    filler = "ทั้งนี้ยังมีเรื่องอื่นที่น่าสนใจอีกมากซึ่งจะได้นำเสนอต่อไปในโอกาสหน้าเมื่อมีเวลา"
    return world.gold(i) + " " + (filler * 20)[: int(6.7 * len(world.gold(i)))]


def source(i: int) -> str:
    return world.example(i).source


def english_at_times(i: int) -> str:
    return world.gold(i) if i % 5 else f"The company of story {i} said on Monday that it would appeal"


@pytest.mark.parametrize(
    ("text", "head"),
    [
        (repeated, "REPEATS"),
        (repeated, "OVERLONG"),
        (padded, "OVERLONG"),
        (padded, "COPIES"),
        (world.gold, "COPIES"),
        (source, "COPIES SOURCE"),
        (source, "WRONG LANGUAGE"),
        (english_at_times, "WRONG LANGUAGE"),
    ],
)
def test_repetition_filler_and_copies_are_flagged_whatever_the_primary_does(
    board: Path, tmp_path: Path, text: Any, head: str
) -> None:
    assert world.submit(board, world.write_outputs(tmp_path / "g.jsonl", text), "padder") == 0
    mine = next(g for g in derive(board, boards.read_board(board)).groups if g.system == "padder")
    assert any(f.startswith(f"{head}:") for f in mine.rows[0].flags)
    assert all(kind(f) == WARNING for f in mine.rows[0].flags)


def test_an_honest_output_has_no_flag(board: Path, tmp_path: Path) -> None:
    assert (
        world.submit(board, world.write_outputs(tmp_path / "g.jsonl", lambda i: world.two(i) + " สำคัญ"), "honest") == 0
    )
    mine = next(g for g in derive(board, boards.read_board(board)).groups if g.system == "honest")
    assert mine.rows[0].flags == []


@pytest.mark.parametrize("name", ["ta1ker", "TALKER", "taIker", "baseline-copy"])
def test_names_that_look_like_others_are_refused(
    board: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = board.read_bytes()
    assert world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first), name) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert board.read_bytes() == before


@pytest.mark.parametrize("stage", ["post-rI", "Post-RL", "post_rl", "G0LD", "baseline"])
def test_stages_that_look_like_the_recipes_are_refused(
    board: Path, tmp_path: Path, stage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = board.read_bytes()
    assert world.submit(board, world.write_outputs(tmp_path / "g.jsonl", world.first, stage=stage), "new") == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert board.read_bytes() == before
