"""in_loop and kin: what may count as independent evidence."""

from __future__ import annotations

from metrics.marks import Making, marks

HASH = "a" * 64
NAMES = ["coverage.f1", "verbosity.chars", "overlap.chrf", "scorer.comet_qe", "reward.mean"]


def test_on_the_embedded_world_only_lengths_are_no_kin_of_the_reward() -> None:
    """Facts, references and COMET come from the generator that taught the reward; none of them has its weights."""
    found = marks(NAMES, Making("reranker-generative:bbbb", True, True, {"scorer.comet_qe": (HASH, True)}))
    assert found == {
        "coverage.f1": (False, True),
        "verbosity.chars": (False, False),
        "overlap.chrf": (False, True),
        "scorer.comet_qe": (False, True),
        "reward.mean": (True, True),
    }


def test_a_scorer_with_the_rewards_weights_is_in_the_loop() -> None:
    """Whatever path it was loaded from."""
    found = marks(NAMES, Making(f"embedding:{HASH[:16]}:x", False, False, {"scorer.comet_qe": (HASH, False)}))
    assert found["scorer.comet_qe"] == (True, True)
    assert found["coverage.f1"] == (False, False)


def test_unknown_making_is_null_and_never_false() -> None:
    """Nobody knows what texts of unknown origin were trained or selected on; the reward is itself."""
    found = marks(NAMES, None)
    assert found.pop("reward.mean") == (True, True)
    assert set(found.values()) == {(None, None)}
