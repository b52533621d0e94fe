"""Several rewards as one (`training/rewards/ensemble.py`): its folder, its score, its place in a profile."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.plan.planning import judge_of
from benchmark.reward.challenge import build
from benchmark.settings.assets import ASSETS, resolve
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models, check_weights, is_embedded, model_content, model_hash
from metrics.errors import UserError
from training.rewards import Reward, kind_of, load_reward, load_reward_for
from training.rewards.ensemble import Ensemble
from training.shared.ensembles import FILE, MOST, members

OURS = ASSETS / "reranker-ensemble@2"
CHANCES = st.floats(0, 1)


def _part(name: str, scores: list[float]) -> Any:
    return SimpleNamespace(
        id=name,
        length_unit="code points",
        score=lambda sources, texts: scores[: len(texts)],
        token_ids=lambda texts: [[1] * len(t) for t in texts],
        counts=lambda: {"scored": len(scores)},
    )


@given(st.lists(st.tuples(CHANCES, CHANCES), min_size=1, max_size=5), st.floats(0.01, 0.99))
def test_the_score_is_the_mean_of_log_odds(pairs: list[tuple[float, float]], share: float) -> None:
    first, second = [list(column) for column in zip(*pairs, strict=True)]
    both = Ensemble([(_part("a", first), share), (_part("b", second), 1 - share)])
    found = both.score(["s"] * len(pairs), ["t"] * len(pairs))
    for (p, q), score in zip(pairs, found, strict=True):
        assert min(p, q) - 2e-6 <= score <= max(p, q) + 2e-6
        if 1e-5 < p < 1 - 1e-5 and 1e-5 < q < 1 - 1e-5:
            odds = (p / (1 - p)) ** share * (q / (1 - q)) ** (1 - share)
            assert score == pytest.approx(odds / (1 + odds), abs=1e-9)


def test_one_that_is_sure_outweighs_one_that_wavers() -> None:
    both = Ensemble([(_part("a", [0.001]), 0.5), (_part("b", [0.6]), 0.5)])
    assert both.score(["s"], ["t"])[0] == pytest.approx(1 / (1 + math.sqrt(999 / 1.5)), abs=1e-9)
    assert both.token_ids(["abc"]) == [[1, 1, 1]]
    assert both.counts() == {"scored": 1}
    assert both.id == "ensemble:log-odds:0.5*a+0.5*b"


@pytest.fixture(scope="module")
def ours() -> Reward:
    return load_reward_for("th", str(OURS))


def test_the_shipped_one_is_told_by_its_folder(ours: Reward) -> None:
    assert kind_of(OURS) == ours.name == "ensemble"
    assert resolve("asset:reranker-ensemble@2", "rl.reward_path") == str(OURS)
    parts = [load_reward_for("th", str(ASSETS / f"reranker-{name}@2")) for name in ("lenient", "faithful")]
    assert ours.id == f"ensemble:log-odds:0.5*{parts[0].id}+0.5*{parts[1].id}"
    assert is_embedded(str(OURS))
    check_weights(str(OURS), "rl.reward_path")


@pytest.mark.parametrize("category", ["date", "number", "near_name", "invented_clause"])
def test_it_tells_what_the_default_was_blind_to(ours: Reward, category: str) -> None:
    pairs = [p for p in build(("th",), 25, 0, True, "2").pairs if p.category == category]
    scores = ours.score([p.source for p in pairs for _ in range(2)], [t for p in pairs for t in (p.better, p.worse)])
    assert sum(a > b for a, b in zip(scores[::2], scores[1::2], strict=True)) >= 0.88 * len(pairs) == 22


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    def make(content: Any) -> Path:
        (tmp_path / "both").mkdir(exist_ok=True)
        (tmp_path / "both" / FILE).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return tmp_path / "both"

    for name in ("lenient", "exact"):
        shutil.copytree(ASSETS / f"reranker-{name}@2", tmp_path / name)
    return make


def test_weights_and_shares_are_its_content(folder: Callable[..., Path]) -> None:
    rows = [{"path": "../lenient"}, {"path": "../exact", "weight": 3}]
    place = folder({"members": rows})
    assert [member.weight for member in members(place) or ()] == [0.25, 0.75]
    assert load_reward(str(place)).id.count("*reranker-generative:") == 2
    before = model_hash(str(place)), model_content(str(place))
    folder({"members": [rows[0], {"path": "../exact", "weight": 1}]})
    assert model_hash(str(place)) != before[0]
    folder({"members": rows})
    assert (model_hash(str(place)), model_content(str(place))) == before
    config = place.parent / "exact" / "config.json"
    config.write_text(config.read_text("utf-8") + "\n", "utf-8")
    assert model_hash(str(place)) == before[0]
    assert model_content(str(place)) != before[1]
    weights = place.parent / "exact" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"rl\.reward_path = .*exact/model.safetensors: corrupt"):
        check_weights(str(place), "rl.reward_path")


TWO = {"path": "../lenient"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "ensemble.json"),
        ("[]", "ensemble.json"),
        ({}, "`members` must be a list of 2 to 16"),
        ({"members": [TWO]}, "`members` must be a list of 2 to 16"),
        ({"members": [TWO] * (MOST + 1)}, "`members` must be a list of 2 to 16"),
        ({"members": [TWO, "../exact"]}, "member 2 must be an object with `path` and `weight` alone"),
        ({"members": [TWO, {"path": "../exact", "share": 1}]}, "member 2 must be an object"),
        ({"members": [TWO, {"weight": 1}]}, "member 2: `path` must be the folder"),
        ({"members": [TWO, {"path": "x\0"}]}, "member 2: `path` must be the folder"),
        ({"members": [TWO, {"path": "../none"}]}, "member 2: no folder .*none; paths are seen from"),
        ({"members": [TWO, {"path": "."}]}, "member 2: .* is an ensemble itself"),
        *[
            ({"members": [TWO, {"path": "../exact", "weight": w}]}, "member 2: `weight` = .*; give a number")
            for w in (0, -1, True, "1", 1e300, None)
        ],
        ('{"members": [{"path": "../exact"}, {"path": "../lenient", "weight": NaN}]}', "ensemble.json"),
    ],
)
def test_what_is_no_ensemble_is_named(folder: Callable[..., Path], content: Any, message: str) -> None:
    place = folder(content)
    with pytest.raises(UserError, match=message):
        load_reward("ensemble", str(place))
    with pytest.raises(UserError, match=message):
        Models(load_profile("tiny", ["rl.reward=ensemble", f"rl.reward_path={place}"])).check()


def test_the_wrong_kind_is_named_before_anything_is_trained() -> None:
    with pytest.raises(UserError, match="an ensemble; set rl"):
        Models(load_profile("tiny", ["rl.reward=reranker-generative", f"rl.reward_path={OURS}"])).check()
    for other in (str(ASSETS / "reranker"), "asset:reranker-lenient@2"):
        with pytest.raises(UserError, match=r"no ensemble; .* ensemble\.json.*; set rl\.reward=reranker-generative"):
            Models(load_profile("tiny", [f"rl.reward_path={other}"])).check()
    with pytest.raises(UserError, match=r"no ensemble; .* names its members\Z"):
        load_reward_for("th", "ensemble", str(ASSETS))
    options = ["rl.reward=ensemble", f"rl.reward_path={OURS}", "rl.reward_options.colour=red"]
    with pytest.raises(UserError, match="takes no such option"):
        Models(load_profile("tiny", options)).check()
    Models(load_profile("tiny", ["rl.reward=ensemble", "rl.reward_path=asset:reranker-ensemble@2"])).check()


def test_options_are_those_of_every_member(tmp_path: Path) -> None:
    rows = [{"path": str(ASSETS / name)} for name in ("reranker-lenient@2", "reranker-encoder@2")]
    (tmp_path / FILE).write_text(json.dumps({"members": rows}), "utf-8")
    options = ["rl.reward=ensemble", f"rl.reward_path={tmp_path}", "rl.reward_options.dtype=bfloat16"]
    with pytest.raises(UserError, match="reranker-encoder, a member of an ensemble, takes no such option"):
        Models(load_profile("tiny", options)).check()
    with pytest.raises(UserError, match="reranker-encoder, a member of an ensemble, takes no such option"):
        load_reward_for("th", str(tmp_path), dtype="bfloat16")


def test_all_members_are_planned_for() -> None:
    one = judge_of(load_profile("tiny", ["rl.reward=reranker-generative"]))
    two = judge_of(load_profile("tiny", ["rl.reward=ensemble", f"rl.reward_path={OURS}"]))
    assert one is not None and two is not None
    assert two.parameters == 2 * one.parameters
    assert judge_of(load_profile("tiny", [])) == two, "the default is one, too"
    with pytest.raises(UserError, match=r"rl\.reward = 'ensemble' needs rl\.reward_path"):
        judge_of(load_profile("tiny", ["rl.reward_path=null"]))
