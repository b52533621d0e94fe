"""grounding.retrieval_*: does the output find its own source among distractors?"""

from __future__ import annotations

from metrics.blocks import Column, absent, finished
from metrics.declared import Family, Metric
from metrics.retrieval import MRR, P1, score_retrieval
from metrics.scoring import Scoring
from metrics.segment import SegmentStats
from metrics.version import UNAVAILABLE


def measure(scoring: Scoring) -> list[Column] | None:
    """Null without an encoder; None with one: the distractors of a segment are any others of the file."""
    if scoring.means.retrieval is not None:
        return None
    reason = scoring.means.absent.get("retrieval", "no encoder given (score.retrieval)")
    return [absent(name, len(scoring.ids), reason, f"{name}{UNAVAILABLE}") for name in (P1, MRR)]


def score(scoring: Scoring) -> list[SegmentStats]:
    """All metrics of the family for one system; null without an encoder."""
    if scoring.means.retrieval is None:
        return finished(measure(scoring) or [], scoring.ids)
    return score_retrieval(scoring.examples, scoring.texts, scoring.means.retrieval, scoring.means.among)


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
    measure=measure,
)
