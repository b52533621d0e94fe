"""placement.*: whether the facts of a passage stand where its source has them."""

from __future__ import annotations

from metrics.blocks import Column
from metrics.declared import Family, Metric
from metrics.scoring import Scoring, in_one_block


def measure(scoring: Scoring) -> list[Column]:
    """Both metrics of a block; unavailable where no example of the file is a passage."""
    from metrics.placement import measure_placement

    return measure_placement(scoring.examples, scoring.means.inventory, scoring.outline, scoring.alignments)


BLIND = (
    "names exchanged within one sentence (grounding.relation asks for roles); a fact that is stated without any other "
    "of its sentence, which may stand anywhere but in the place of another of its type (between the two neighbours "
    "that the other one has in a reference)"
)
FAMILY = Family(
    "placement",
    {"placement": "Facts in their places"},
    in_one_block(measure),
    (
        Metric(
            "placement.recall",
            "Facts in their places",
            True,
            "Share of the salient facts of a passage that the output states where they belong: beside another fact of "
            "their sentence. Where names of several stories have changed places, coverage.recall stays and this falls.",
            "salient facts stated, next to a companion or with no place that can be told / salient facts that have "
            "companions, pooled over segments; companions: facts of one sentence of the source, and neighbours in a "
            "reference of those that it tells apart from their sentence or that are alone in theirs; no mention "
            "counts that stands in the place of another fact of its type",
            BLIND,
            combiner="ratio",
            needs=("facts", "reference"),
            short="in place",
            places=("key",),
        ),
        Metric(
            "placement.precision",
            "Of the facts stated, in their places",
            True,
            "Of the facts of a passage that are stated together with others of their sentence, the share that stands "
            "beside one of them.",
            "facts stated next to a companion, not in the place of another / those, and facts stated in the place of "
            "another or away from a companion that is stated as often as the source has it, pooled over segments",
            BLIND,
            combiner="ratio",
            needs=("facts", "reference"),
            short="in place, of stated",
            places=("key", "board"),
        ),
    ),
    apart=True,
    measure=measure,
)
