"""overlap.bleu and overlap.chrf: how much of the reference's wording is there."""

from __future__ import annotations

from metrics.blocks import Column
from metrics.declared import Family, Metric
from metrics.scoring import Scoring, in_one_block


def measure(scoring: Scoring) -> list[Column]:
    """All metrics of the family for a block."""
    from metrics.overlap import measure_overlap

    return measure_overlap(scoring.examples, scoring.texts, scoring.outline)


BLIND = "meaning in other words, and a wrong number in otherwise right words"
FAMILY = Family(
    "overlap",
    {"overlap": "Overlap with the reference"},
    in_one_block(measure),
    (
        Metric(
            "overlap.bleu",
            "BLEU",
            True,
            "Overlap in word 1- to 4-grams (Thai: newmm words; Tibetan: tsheg syllables).",
            "sacreBLEU BLEU with tokenize=none over segmented texts",
            BLIND,
            scale="percent",
            combiner="bleu",
            needs=("reference",),
            places=("key",),
        ),
        Metric(
            "overlap.chrf",
            "chrF2",
            True,
            "Overlap in character 1- to 6-grams.",
            "sacreBLEU chrF2, word_order 0",
            BLIND,
            scale="percent",
            combiner="chrf",
            needs=("reference",),
            short="chrF2",
            places=("key", "sum", "board", "pool", "figure"),
        ),
    ),
    measure=measure,
)
