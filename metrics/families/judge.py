"""judge.<dimension>, judge.rank_points, judge.claim.*: what a judge says. Nothing is computed here:
`benchmark.judge` asks and adds the rows."""

from __future__ import annotations

from metrics.blocks import Column
from metrics.declared import Family, Metric
from metrics.scoring import Scoring, in_one_block

BIASED = "what the judge is blind to: see its accuracy on known answers, which stands beside every verdict"


def measure(scoring: Scoring) -> list[Column]:
    """No row: judges answer in a step of their own (`judge`, `score --judge`, [judge] in a profile)."""
    return []


def _grade(name: str, label: str, says: str) -> Metric:
    return Metric(
        f"judge.{name}",
        f"Judge: {label}",
        True,
        says,
        "mean of the judge's grades, 0 to 5; segments without a usable answer are unscored",
        BIASED,
        scale="grade",
        needs=("judge",),
    )


FAMILY = Family(
    "judge",
    {"judge": "Judges"},
    in_one_block(measure),
    (
        Metric(
            "judge.rank_points",
            "Judge: rank points",
            True,
            "Points of the three-way ranking (paper, Table 1a): +2, +1, -1 for ranks 1, 2, 3; tied texts share theirs.",
            "mean points over the ranked segments",
            BIASED,
            scale="grade",
            needs=("judge",),
        ),
        _grade("entity", "entities", "Names, quantities, places and organisations are those of the source."),
        _grade("event", "events", "The main action or state is that of the source."),
        _grade("factual", "factuality", "Nothing is unsupported by the source or contradicts it."),
        _grade("fluency", "fluency", "It reads as written by an educated native speaker."),
        _grade("conciseness", "conciseness", "Title style, without verbosity or debris of formatting."),
        _grade("completeness", "completeness", "Nothing of the source is left out (long form)."),
        _grade("average", "average grade", "Mean of the five dimensions of the form."),
        Metric(
            "judge.claim.recall",
            "Judge: claims recalled",
            True,
            "Share of the source's facts, taken out of it by the judge as short statements, that the output states.",
            "claims entailed by the output / claims",
            f"facts that the judge did not list; {BIASED}",
            combiner="ratio",
            needs=("judge",),
        ),
        Metric(
            "judge.claim.precision",
            "Judge: statements supported",
            True,
            "Share of the output's statements that the source bears out.",
            "statements entailed by the source / statements",
            f"statements that the judge did not list; {BIASED}",
            combiner="ratio",
            needs=("judge",),
        ),
        Metric(
            "judge.claim.contradicted",
            "Judge: claims contradicted",
            False,
            "Share of the source's facts of which the output says otherwise.",
            "claims contradicted by the output / claims",
            f"facts that the judge did not list; {BIASED}",
            combiner="ratio",
            needs=("judge",),
        ),
    ),
    apart=True,
    measure=measure,
)
