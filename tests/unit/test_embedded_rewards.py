"""Rewards that ship with the suite are found again by what their ids hold, and told apart from those like them."""

from __future__ import annotations

import pytest

from benchmark.settings.assets import ASSETS, resolve
from benchmark.settings.config import load_profile
from benchmark.settings.embedded_rewards import embedded_reward, same_reward
from benchmark.settings.models import Models
from training.rewards import load_reward_for

EQ_6 = "safeguarded:th:gate+batchlen:0.2:0.05:0.5({})"


def _id(kind: str, asset: str) -> str:
    return str(load_reward_for("th", kind, resolve(f"asset:{asset}", "test")).id)


@pytest.mark.parametrize(
    ("kind", "asset"),
    [
        ("reranker-generative", "reranker"),
        ("reranker-generative", "reranker@2"),
        ("reranker-generative", "reranker-faithful@2"),
        ("reranker-encoder", "reranker-encoder@2"),
        ("embedding", "encoder@2"),
        ("comet-qe", "comet@2"),
        ("ensemble", "reranker-ensemble@2"),
    ],
)
def test_a_shipped_reward_is_loaded_by_its_id(kind: str, asset: str) -> None:
    """Bare, and under the safeguards of eq. 6; a variant is not taken for the default of its kind."""
    own = _id(kind, asset)
    for shown in (own, EQ_6.format(own)):
        keys = embedded_reward(shown)
        assert keys == [f"rl.reward={kind}", f"rl.reward_path=asset:{asset}"]
        assert Models(load_profile("tiny", keys)).load_reward("th").id == own
        assert same_reward(own, shown)


def test_what_does_not_ship_is_not_found() -> None:
    assert embedded_reward("reranker-generative:0123456789abcdef:e66e82e6") is None
    assert embedded_reward("callable:mine:0123456789abcdef") is None
    assert embedded_reward("") is None
    one, other = (_id("reranker-generative", name) for name in ("reranker-lenient@2", "reranker@2"))
    assert embedded_reward(f"ensemble:log-odds:0.5*{one}+0.5*{other}") is None


def test_an_ensemble_is_not_its_member_nor_another_share_of_them() -> None:
    """A validation of one member says nothing of the two together."""
    both, one = _id("ensemble", "reranker-ensemble@2"), _id("reranker-generative", "reranker-faithful@2")
    assert one in both
    assert not same_reward(both, one) and not same_reward(one, both)
    assert not same_reward(both, both.replace("0.5*", "0.6*", 1))
    assert same_reward(EQ_6.format(both), both)
    assert same_reward(EQ_6.format(one), one)
    assert not same_reward(one, _id("reranker-generative", "reranker@2"))


def test_every_asset_of_a_reward_has_weights_of_its_own() -> None:
    """Two assets with the same hashes could not be told apart."""
    from benchmark.settings.embedded_rewards import _shipped

    for ensembles in (False, True):
        held = [hashes for _, hashes in _shipped(ensembles)]
        assert held and len(held) == len(set(held))
    assert {name for name, _ in _shipped(True)} == {file.parent.name for file in ASSETS.glob("*/ensemble.json")}
