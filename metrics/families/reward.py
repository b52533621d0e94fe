"""reward.mean: what the training reward itself says of the outputs."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.blocks import Column, absent, finished
from metrics.declared import Family, Metric
from metrics.scoring import Scoring
from metrics.segment import SegmentStats, from_values
from metrics.version import UNAVAILABLE, V

REWARD = "reward.mean"


def measure(scoring: Scoring) -> list[Column] | None:
    """Null where no reward is known; None with one: its batches are those of the whole file."""
    if scoring.means.load_reward is not None:
        return None
    reason = scoring.means.absent.get("reward", "no reward is known for these texts")
    return [absent(REWARD, len(scoring.ids), reason, f"{REWARD}{UNAVAILABLE}")]


def score(scoring: Scoring) -> list[SegmentStats]:
    """Mean of gate x the reward's raw score, without the batch-relative penalties; null where no reward is known."""
    means = scoring.means
    if means.load_reward is None:
        return finished(measure(scoring) or [], scoring.ids)
    if means.gate is None:
        raise ValueError("a reward needs its language gate (Means.gate)")
    judge, gate = means.reward, means.gate

    def scored(block: Sequence[int]) -> list[float]:
        return list(judge.score([scoring.examples[i].source for i in block], [scoring.texts[i] for i in block]))

    raw = means.deal(scored, len(scoring.texts))
    values = [
        r if gate(t, e.target_lang) else 0.0 for r, t, e in zip(raw, scoring.texts, scoring.examples, strict=True)
    ]
    return [from_values(REWARD, scoring.ids, values, f"{REWARD}|{V}|gate x raw|reward:{judge.id}", True)]


FAMILY = Family(
    "reward",
    {"reward": "Training reward"},
    score,
    (
        Metric(
            REWARD,
            "Training reward",
            True,
            "What the reward of RL says of the outputs; never evidence for its own gain.",
            "mean of gate x reranker probability (eq. 6 without the batch-relative penalties)",
            "whatever validate-reward shows that it cannot see",
            needs=("reward",),
            short="reward",
            places=("board", "pool"),
        ),
    ),
    neural=True,
    shared=True,
    measure=measure,
)
