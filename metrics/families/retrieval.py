"""grounding.retrieval_*: does the output find its own source among distractors?"""

from __future__ import annotations

from metrics.declared import Family, Metric
from metrics.retrieval import MRR, P1, score_retrieval
from metrics.scoring import Scoring
from metrics.segment import SegmentStats, unscorable


def score(scoring: Scoring) -> list[SegmentStats]:
    """All metrics of the family for one system; null without an encoder."""
    if scoring.means.retrieval is None:
        reason = scoring.means.absent.get("retrieval", "no encoder given (score.retrieval)")
        return [unscorable(name, scoring.ids, reason, f"{name}|unavailable", True) for name in (P1, MRR)]
    return score_retrieval(scoring.examples, scoring.texts, scoring.means.retrieval)


BLIND = "what the encoder does not see: numbers above all; an encoder that was the training reward is not used"
FAMILY = Family(
    "retrieval",
    {"grounding": "Grounding"},
    score,
    (
        Metric(
            P1,
            "Retrieves its source, P@1",
            True,
            "Share of outputs that are nearer to their own source than to 99 other sources.",
            "mean of [own source ranks first] by cosine of the encoder's embeddings; 10 of the distractors are hard",
            BLIND,
            needs=("encoder",),
            short="P@1",
            places=("key", "pool"),
        ),
        Metric(
            MRR,
            "Retrieves its source, MRR",
            True,
            "Mean reciprocal rank of the own source among 99 other sources.",
            "mean of 1 / rank of the own source",
            BLIND,
            needs=("encoder",),
            short="MRR",
            places=("key",),
        ),
    ),
    neural=True,
)
