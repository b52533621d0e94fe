"""`run` holds its own reward against known answers before RL: once, into the manifest, and a reward that fails is told
in every call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmark.pipeline.train import validate_reward
from benchmark.pipeline.workplace import Workplace, open_workplace
from benchmark.reward.challenge import build
from benchmark.reward.damage import CATEGORIES
from benchmark.reward.validate import DIGEST
from benchmark.rundir.manifest import read_manifest
from benchmark.settings.config import load_profile
from benchmark.tasks import load_task
from metrics.errors import UserError


class Planted:
    """A reward of the given function."""

    name, id, length_unit = "planted", "planted-1", "code points"

    def __init__(self, function: Any) -> None:
        self.function, self.calls = function, 0

    def score(self, sources: list[str], candidates: list[str]) -> list[float]:
        self.calls += 1
        return self.function(sources, candidates)


class Models:
    """What `validate_reward` needs of `benchmark.settings.models.Models`."""

    def __init__(self, reward: Planted) -> None:
        self.reward = reward

    def load_reward(self) -> Planted:
        return self.reward

    def identity(self) -> dict[str, Any]:
        return {"reward": self.reward.id}


def _place(folder: Path, said: list[str], *overrides: str) -> Workplace:
    folder.mkdir(exist_ok=True)
    return open_workplace(folder, load_profile("smoke", overrides), "run", [], "hash", said.append)


def _thai_share(sources: list[str], candidates: list[str]) -> list[float]:
    """Better than any null: how much of the text is Thai, short texts less."""
    return [
        max(sum("\u0e00" <= c <= "\u0e7f" for c in t) / max(len(t), 40) - 0.002 * max(len(t) - 90, 0), 0)
        for t in candidates
    ]


def test_the_digest_is_in_the_manifest_and_made_once(tmp_path: Path) -> None:
    said: list[str] = []
    reward = Planted(_thai_share)
    place = _place(tmp_path / "run", said)
    digest = validate_reward(place, load_task("newswire-title"), Models(reward))
    assert tuple(digest) == DIGEST
    assert digest["n"] == 2 * len(CATEGORIES) and len(digest["by_category"]) == len(CATEGORIES)
    assert read_manifest(tmp_path / "run").reward_validation == digest
    assert "planted-1" in digest["signature"] and reward.calls == 1
    again = validate_reward(_place(tmp_path / "run", said), load_task("newswire-title"), Models(reward))
    assert again == digest and reward.calls == 1
    assert any("done before" in text for text in said)


def test_a_reward_that_knows_nothing_is_told_loudly_in_every_call(tmp_path: Path) -> None:
    reward = Planted(lambda sources, candidates: [0.5] * len(candidates))
    for _ in range(2):
        said: list[str] = []
        digest = validate_reward(_place(tmp_path / "run", said), load_task("newswire-title"), Models(reward))
        assert digest["macro_accuracy"] == 0.5 and not digest["beats_nulls"]
        assert "which knows nothing" in digest["warning"]
        at = next(i for i, text in enumerate(said) if "THIS REWARD CANNOT BE TRUSTED" in text)
        assert "!" * 60 in said[at - 1] and "!" * 60 in said[at + 2]
    assert reward.calls == 1


def test_what_misleads_a_reward_that_beats_the_nulls_is_told_in_a_line(tmp_path: Path) -> None:
    right = {(pair.source, pair.better) for pair in build(("th",), 24).pairs}
    reward = Planted(lambda s, c: [0.1 * (pair in right) + len(pair[1]) / 500 for pair in zip(s, c, strict=True)])
    for _ in range(2):
        said: list[str] = []
        digest = validate_reward(
            _place(tmp_path / "run", said, "rl.validate_pairs=24"), load_task("newswire-title"), Models(reward)
        )
        assert digest["warning"] is None
        told = next(text for text in said if "prefers the error in" in text)
        assert "padding_filler" in told and "for 100 characters of filler" in told
        assert not any("CANNOT BE TRUSTED" in text for text in said)
    assert reward.calls == 1


def test_it_can_be_switched_off_and_says_so(tmp_path: Path) -> None:
    reward = Planted(_thai_share)
    place = _place(tmp_path / "run", [], "rl.validate_pairs=0")
    digest = validate_reward(place, load_task("newswire-title"), Models(reward))
    assert reward.calls == 0 and digest["macro_accuracy"] is None and "switched off" in digest["reason"]
    with pytest.raises(UserError, match="validate_pairs"):
        load_profile("smoke", ("rl.validate_pairs=-1",))


def test_a_reward_that_returns_nan_stops_before_rl_with_its_name(tmp_path: Path) -> None:
    place = _place(tmp_path / "run", [])
    with pytest.raises(UserError, match="planted: returned nan"):
        validate_reward(place, load_task("newswire-title"), Models(Planted(lambda s, c: [float("nan")] * len(c))))
    assert read_manifest(tmp_path / "run").reward_validation is None
