"""Validations of rewards that stand on a board are computed again, whatever world their pairs are of."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from benchmark import cli
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.validations import Recomputed

WORLDS = {"core": "world1", "core@2": "tiny"}


@pytest.fixture(scope="module", params=WORLDS)
def held(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """(profile that names the reward, reward.json of its two pairs per kind)."""
    out = tmp_path_factory.mktemp("validation")
    args = ["--reward", "reranker-generative", "--n", "2", "--world", request.param, "--no-length-probe"]
    assert cli.main(["validate-reward", *args, "--out", str(out)]) == 0
    return WORLDS[request.param], json.loads((out / "reward.json").read_text("utf-8"))


def _recomputed(held: tuple[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Recomputed:
    sha256 = "0" * 64
    entry = {"system": "s", "version": "1", "seed": 1, "stage": "post-rl", "reward": {"validation_sha256": sha256}}
    monkeypatch.setattr(boards, "validation_path", lambda path, name: Path("there"))
    monkeypatch.setattr(
        "benchmark.leaderboard.validations.unpack", lambda path, most: json.dumps(held[1]).encode("utf-8")
    )
    return Recomputed(Path("board.json"), {"entries": [entry]}, held[0], random.Random(1))  # type: ignore[typeddict-item]


def test_a_validation_is_computed_again_by_the_pairs_of_its_world(
    held: tuple[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = _recomputed(held, monkeypatch).check()
    assert len(notes) == 1 and notes[0].endswith("recomputed and equal"), notes


def test_a_figure_that_the_weights_do_not_give_is_found(
    held: tuple[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(json.dumps(held[1]))
    for row in told["by_category"].values():
        row["accuracy"] = 1.0 - row["accuracy"] if row["accuracy"] != 0.5 else 1.0
    with pytest.raises(Lie, match="by_category"):
        _recomputed((held[0], told), monkeypatch).check()


def test_a_challenge_set_is_made_once_for_all_validations_that_are_of_it(
    held: tuple[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To make one takes as long as to score what is drawn of it."""
    from benchmark.leaderboard.validations import _challenge
    from benchmark.reward import challenge

    made = []
    build = challenge.build

    def counted(*args: Any) -> Any:
        made.append(args)
        return build(*args)

    monkeypatch.setattr(challenge, "build", counted)
    _challenge.cache_clear()
    again = _recomputed(held, monkeypatch)
    again.told["1" * 64] = again.told["0" * 64]
    assert len(again.check()) == 2
    assert len(made) == 1
