"""`leaderboard verify`: every class of lie is found, whoever makes it, and named by entry and field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import board_world as world
import pytest
from board_lies import Board, board, honest, lie, narrow, of  # noqa: F401 - fixtures


def test_an_honest_board_holds(board: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.leaderboard("verify", board) == 0
    assert "4 entries recomputed and equal" in capsys.readouterr().out
    assert world.leaderboard("verify", board, "--quick") == 0


def raised_digit(told: Board) -> None:
    cell = of(told, "post-rl")["scores"]["overlap.chrf"]
    cell["value"] = round(cell["value"] - 1e-8, 10)
    cell["ci_low"] = min(cell["ci_low"], cell["value"])


def last_digit_of_a_limit(told: Board) -> None:
    """One unit in the last of the ten digits that a board keeps."""
    cell = of(told, "user")["scores"]["verbosity.length_ratio"]
    cell["ci_low"] = float(f"{cell['ci_low'] - 10.0 ** (math.floor(math.log10(cell['ci_low'])) - 9):.10g}")


def of_another_split(told: Board) -> None:
    of(told, "user")["test_sha256"] = "0" * 64


def renamed(told: Board) -> None:
    of(told, "user")["stage"] = "post-human"


def renamed_in_lineage(told: Board) -> None:
    entry = of(told, "post-sft")
    entry["stage"] = entry["lineage"][-1]["stage"] = "cold-start"


def other_parent(told: Board) -> None:
    of(told, "post-recovery")["lineage"][2]["parent_hash"] = "9" * 64


def other_base(told: Board) -> None:
    """The chain holds together, but another entry says otherwise of the same weights."""
    links = of(told, "post-recovery")["lineage"]
    links[0]["weights_hash"] = links[1]["parent_hash"] = "9" * 64


def skipped_stage(told: Board) -> None:
    links = of(told, "post-recovery")["lineage"]
    links[3]["parent_hash"] = links[1]["weights_hash"]
    del links[2]


def fewer_steps(told: Board) -> None:
    of(told, "post-rl")["training"]["rl_steps"] = 1


def boast(told: Board) -> None:
    of(told, "user")["trust"] = "regenerated"


def boast_with_hashes(told: Board) -> None:
    """Outputs without a checkpoint were not trained by anybody's run."""
    of(told, "user").update(
        trust="regenerated",
        regenerated={"manifests": ["0" * 64, "1" * 64], "cpu": [None, None], "same": "bits", "largest": None},
    )


def validated_without_a_reward(told: Board) -> None:
    of(told, "user")["reward"]["validation_sha256"] = "0" * 64


def another_validation(told: Board) -> None:
    of(told, "post-rl")["reward"]["validation_sha256"] = "0" * 64


def doubled(told: Board) -> None:
    told["entries"].append(json.loads(json.dumps(told["entries"][0])))


def unscored(told: Board) -> None:
    del of(told, "user")["scores"]["verbosity.repetition"]


def unknown_score(told: Board) -> None:
    cell = of(told, "user")["scores"]["coverage.precision"]
    of(told, "user")["scores"]["coverage.beauty"] = cell


def other_copies(told: Board) -> None:
    of(told, "post-rl")["copies"] = {"exact": 0, "near": 0, "lcs": 0.1, "repeated": 0, "overlong": 0}


def other_hash(told: Board) -> None:
    of(told, "user")["outputs"]["sha256"] = "0" * 64


def other_texts_hash(told: Board) -> None:
    of(told, "user")["outputs"]["texts_sha256"] = "0" * 64


def wider_level(told: Board) -> None:
    told["statistics"]["level"] = 0.5


def another_primary(told: Board) -> None:
    told["primary"] = "verbosity.chars"


def other_signature(told: Board) -> None:
    key = of(told, "user")["scores"]["overlap.bleu"]["signature"]
    told["signatures"][key] += "|v:2"


def fewer_examples(told: Board) -> None:
    told["test"]["n"] = 3


def infinite(told: Board) -> None:
    of(told, "user")["scores"]["verbosity.chars"]["ci_high"] = 1e300


CLASSES: list[tuple[Callable[[Board], None], str]] = [
    (raised_digit, "scores.overlap.chrf"),
    (narrow, "scores.verbosity.chars.ci_high"),
    (last_digit_of_a_limit, "scores.verbosity.length_ratio.ci_low"),
    (of_another_split, "test_sha256"),
    (renamed, "stage"),
    (renamed_in_lineage, "stage"),
    (other_parent, "parent_hash"),
    (other_base, "lineage.1.parent_hash"),
    (skipped_stage, "lineage.2.stage"),
    (fewer_steps, "training.rl_steps"),
    (boast, "trust"),
    (boast_with_hashes, "trust"),
    (validated_without_a_reward, "reward.validation_sha256"),
    (another_validation, "reward.validation_sha256"),
    (doubled, "system"),
    (unscored, "scores.verbosity.repetition"),
    (unknown_score, "scores.coverage.beauty"),
    (other_copies, "copies"),
    (other_hash, "outputs.sha256"),
    (other_texts_hash, "outputs.texts_sha256"),
    (infinite, "scores.verbosity.chars.ci_high"),
]


@pytest.mark.parametrize(("change", "field"), CLASSES)
def test_a_lie_with_all_digests_made_right_is_found_and_named(
    board: Path, change: Callable[[Board], None], field: str
) -> None:
    world.rewrite(board, change)
    found = lie(board)
    assert field in found.field
    assert found.entry.startswith(("sg-srl v1 seed 3", "talker v1"))


@pytest.mark.parametrize(("change", "field"), CLASSES)
def test_a_plain_edit_is_found_without_recomputing(board: Path, change: Callable[[Board], None], field: str) -> None:
    world.rewrite(board, change, redigest=False)
    if change is not doubled:
        assert lie(board, quick=True).entry.startswith(("sg-srl", "talker"))
    assert lie(board).field


@pytest.mark.parametrize("change", [wider_level, another_primary, other_signature, fewer_examples])
def test_the_head_of_a_board_is_checked_too(board: Path, change: Callable[[Board], None]) -> None:
    world.rewrite(board, change)
    assert lie(board).entry == "the board"
