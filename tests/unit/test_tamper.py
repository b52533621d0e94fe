"""Tampering with a board, class by class: each is caught by full `verify` and named by its field, or what it wants to hide stays in view.

What nothing can see is listed in docs/security.md ("Boards"), with the reason.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from board_world import (
    chatter,
    first,
    gold,
    leaderboard,
    new_board,
    rewrite,
    run_directory,
    submit,
    submit_run,
    two,
    with_reward,
    write_outputs,
)
from tampering import CHAIN, EDITS, FILES, of, take_out

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.ranks import derive
from benchmark.leaderboard.verify import verify
from benchmark.reward.measures import tally

RERANKER = "reranker-generative:0123456789abcdef:x"


def reward_json() -> dict[str, Any]:
    """Figures of two categories that agree with each other. The signature: REWARD's inner hash."""
    table = {"number": tally([1.0] * 9 + [0.0], [0.5] * 10).as_dict(), "date": tally([1.0] * 6 + [0.0] * 4, [0.5] * 10).as_dict()}
    null = {"by_category": {slug: tally([1.0] * 10, [1.0] * 10).as_dict() for slug in table}, "macro_accuracy": 0.5}
    whole = tally([1.0] * 15 + [0.0] * 5, [0.5] * 20).as_dict()
    return {
        "reward": "r", "signature": f"validate-reward|v:1|reward:{RERANKER}", "n": 20,
        "accuracy": {"value": whole["accuracy"], "ci_low": whole["ci_low"], "ci_high": whole["ci_high"]},
        "macro_accuracy": 0.75, "by_category": table, "null_baselines": {"longer": null},
    }


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that hacked its reward, which was validated, and one system of outputs alone."""
    folder = tmp_path_factory.mktemp("honest")
    board, run = new_board(folder / "board"), run_directory(folder / "run", {"post-sft": two, "post-rl": first, "post-recovery": two})
    (run / "reward.json").write_text(json.dumps(reward_json()))
    assert submit_run(board, run) == 0
    assert submit(board, write_outputs(folder / "g.jsonl", chatter), "talker") == 0
    return board


@pytest.fixture
def board(honest: Path, tmp_path: Path) -> Path:
    """A copy of the honest board to lie on."""
    shutil.copytree(honest.parent, tmp_path / "board")
    return tmp_path / "board" / honest.name


def caught(board: Path) -> Lie:
    with pytest.raises(Lie) as found:
        verify(board, foreign=True)
    assert len(str(found.value)) < 2000
    assert str(found.value).isprintable()
    return found.value


def test_there_are_more_than_sixty_classes_and_the_honest_board_holds(board: Path) -> None:
    assert len(EDITS) + len(CHAIN) + len(FILES) >= 60
    assert verify(board, foreign=True).n == 4
    rewrite(board, lambda told: None)
    assert verify(board, foreign=True).n == 4


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_with_everything_made_right_is_caught(board: Path, name: str) -> None:
    change, field = EDITS[name]
    rewrite(board, change)
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
    assert leaderboard("verify", board, "--tip", tip) == 0
    take_out(stage)(board)
    rewrite(board, lambda told: None)
    with pytest.raises(Lie) as found:
        verify(board, quick=True, tip=tip)
    assert found.value.field == "tip"


def test_a_tip_stays_in_the_chain_when_entries_come_and_are_replaced(board: Path, tmp_path: Path) -> None:
    tip = noted(board)
    assert submit(board, write_outputs(tmp_path / "h.jsonl", gold), "late") == 0
    run = run_directory(tmp_path / "run", {"post-sft": two, "post-rl": first, "post-recovery": two}, commit="a" * 40)
    assert submit_run(board, run) == 0
    told = boards.read_board(board)
    assert [len(told["retired"]), len(told["entries"])] == [3, 5]
    assert verify(board, foreign=True, tip=tip).n == 5


# ---- what is to be hidden stays in view --------------------------------------------------------------------------------------------


def flags(board: Path) -> list[str]:
    return [f for g in derive(board, boards.read_board(board)).groups for f in (*g.flags, *(f for r in g.rows for f in r.flags))]


def hacked(board: Path) -> bool:
    return any(f.startswith("HACKED") for f in flags(board))


def rename_sft(**to: str) -> Callable[[dict[str, Any]], None]:
    return lambda told: of(told, "post-sft").update(to)


def test_the_flag_hacked_outlives_a_rename_of_the_stage_before(board: Path) -> None:
    """Whatever system, version or stage it is put under, the entry with the weights that RL began with is what RL is held against."""
    with_reward(board, {"post-sft": 0.2, "post-rl": 0.9}, RERANKER)
    assert hacked(board)
    for rename in ({"version": "2"}, {"system": "other"}, {"stage": "warm-start"}):
        rewrite(board, rename_sft(**rename))
        assert hacked(board), rename


def test_a_stage_taken_out_leaves_a_red_flag(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_reward(board, {"post-sft": 0.2, "post-rl": 0.9}, RERANKER)
    rewrite(board, lambda told: told["entries"].remove(of(told, "post-sft")))
    assert "reward hacking not tested: post-sft missing" in flags(board)
    rewrite(board, lambda told: told["entries"].remove(of(told, "post-rl")))
    assert "reward hacking not tested: post-rl missing" in flags(board)
    from benchmark.leaderboard.show import RED, coloured

    assert coloured("  ! reward hacking not tested: post-sft missing").startswith(RED)
    assert leaderboard("show", board) == 0
    assert "! reward hacking not tested: post-rl missing" in capsys.readouterr().out


def test_another_reward_named_everywhere_leaves_a_red_flag(board: Path) -> None:
    with_reward(board, {"post-sft": 0.2, "post-rl": 0.9}, RERANKER)

    def change(told: dict[str, Any]) -> None:
        for stage in ("post-rl", "post-recovery"):
            of(told, stage)["reward"] = {"id": "other:fedcba9876543210", "validation_sha256": None}

    rewrite(board, change)
    assert any(f.startswith("reward hacking not tested: reward.mean is of another reward") for f in flags(board))


INVISIBLE = ("\u200b", "\u2060", "\u00ad", " ", "\u00a0", ".", "!")


@pytest.mark.parametrize("char", INVISIBLE)
def test_texts_that_differ_by_what_nobody_sees_are_the_same_texts(board: Path, tmp_path: Path, char: str) -> None:
    """One invisible character, a space or a full stop in every output of a stolen system."""
    submit(board, write_outputs(tmp_path / "g.jsonl", lambda i: first(i) + char), "thief")
    assert any(f.startswith("the same texts as sg-srl v1 seed 3, post-rl") for f in flags(board))


def test_texts_of_which_few_differ_are_nearly_the_same(board: Path, tmp_path: Path) -> None:
    submit(board, write_outputs(tmp_path / "g.jsonl", lambda i: gold(i) if i == 5 else first(i)), "thief")
    assert any(f.startswith("nearly the same texts as sg-srl v1 seed 3, post-rl") for f in flags(board))


def repeated(i: int) -> str:
    return " ".join([gold(i)] * 4)


def padded(i: int) -> str:
    filler = "ทั้งนี้ยังมีเรื่องอื่นที่น่าสนใจอีกมากซึ่งจะได้นำเสนอต่อไปในโอกาสหน้าเมื่อมีเวลา"
    return gold(i) + " " + (filler * 20)[: int(6.7 * len(gold(i)))]


@pytest.mark.parametrize(("text", "head"), [(repeated, "REPEATS"), (repeated, "OVERLONG"), (padded, "OVERLONG"), (padded, "COPIES"), (gold, "COPIES")])
def test_repetition_filler_and_copies_are_flagged_whatever_the_primary_does(board: Path, tmp_path: Path, text: Any, head: str) -> None:
    assert submit(board, write_outputs(tmp_path / "g.jsonl", text), "padder") == 0
    mine = next(g for g in derive(board, boards.read_board(board)).groups if g.system == "padder")
    assert any(f.startswith(head) for f in mine.rows[0].flags)


def test_an_honest_output_has_no_flag(board: Path, tmp_path: Path) -> None:
    assert submit(board, write_outputs(tmp_path / "g.jsonl", lambda i: two(i) + " สำคัญ"), "honest") == 0
    mine = next(g for g in derive(board, boards.read_board(board)).groups if g.system == "honest")
    assert mine.rows[0].flags == []


@pytest.mark.parametrize("name", ["ta1ker", "TALKER", "taIker", "baseline-copy"])
def test_names_that_look_like_others_are_refused(board: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = board.read_bytes()
    assert submit(board, write_outputs(tmp_path / "g.jsonl", first), name) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert board.read_bytes() == before


@pytest.mark.parametrize("stage", ["post-rI", "Post-RL", "post_rl", "G0LD", "baseline"])
def test_stages_that_look_like_the_recipes_are_refused(board: Path, tmp_path: Path, stage: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = board.read_bytes()
    assert submit(board, write_outputs(tmp_path / "g.jsonl", first, stage=stage), "new") == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert board.read_bytes() == before


def test_a_board_of_older_metrics_is_no_lie_and_no_hole(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so and fails; scores that its own statistics do not give are a lie; nothing is ranked with it or put into it."""
    make_older(board)
    assert leaderboard("verify", board) == 1
    told = capsys.readouterr().out
    assert "NOT VERIFIED: made with metrics version 1" in told
    assert "FALSE" not in told
    assert leaderboard("show", board) == 0
    assert "made with metrics version 1 (this suite: " in " ".join(capsys.readouterr().out.split())
    rewrite(board, lambda t: of(t, "user")["scores"]["overlap.chrf"].update(value=99.0, ci_high=99.5))
    assert "overlap.chrf" in caught(board).field


def test_outputs_go_into_no_board_of_older_metrics(board: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_older(board)
    before = board.read_bytes()
    assert submit(board, write_outputs(tmp_path / "g.jsonl", first), "new") == 2
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

    rewrite(board, change)


def test_a_task_that_is_none_of_the_suites_is_said_and_fails(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from benchmark.cli import main

    assert main(["leaderboard", "verify", "--board", str(board)]) == 1
    assert "NOT VERIFIED: toy is not a task of this suite" in capsys.readouterr().out
    assert leaderboard("verify", board) == 0


def test_the_docs_list_what_cannot_be_seen() -> None:
    """Each with its reason; and nothing there that the table catches."""
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")
    part = text.partition("## Boards")[2].partition("\n## ")[0]
    listed = [line for line in part.splitlines() if line.startswith("| ") and "impossible to see" not in line and "---" not in line]
    assert len(listed) >= 6
    assert all(len(line.split("|")) == 4 and line.split("|")[2].strip() for line in listed)

