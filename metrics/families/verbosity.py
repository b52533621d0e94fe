"""verbosity.*: how much is said, how often, in which script, and whether it was cut."""

from __future__ import annotations

from metrics.blocks import Column
from metrics.declared import Family, Metric
from metrics.scoring import Scoring, in_one_block


def measure(scoring: Scoring) -> list[Column]:
    """All metrics of the family for a block."""
    from metrics.coverage import facts_stated
    from metrics.verbosity import measure_verbosity

    stated = facts_stated(scoring.alignments)
    return measure_verbosity(scoring.examples, scoring.texts, scoring.generations, stated, scoring.outline.targets)


FAMILY = Family(
    "verbosity",
    {"verbosity": "Verbosity"},
    in_one_block(measure),
    (
        Metric(
            "verbosity.chars",
            "Length, code points",
            None,
            "Mean length of the outputs.",
            "mean of code points after normalisation",
            "what the length is spent on",
            scale="characters",
            short="chars",
            places=("key",),
        ),
        Metric(
            "verbosity.length_ratio",
            "Length / reference length",
            None,
            "How long the outputs are, measured by the references.",
            "sum of code points / sum of code points of the first references",
            "its spread: half too short and half too long give 1",
            scale="ratio",
            combiner="ratio",
            needs=("reference",),
            short="length",
            places=("key", "sum", "board", "pool"),
        ),
        Metric(
            "verbosity.facts_per_100_chars",
            "Facts per 100 characters",
            None,
            "How densely facts are packed.",
            "100 x facts stated / code points, pooled",
            "whether the facts form sentences",
            scale="density",
            combiner="ratio",
            needs=("facts",),
            short="facts/100",
            places=("key",),
        ),
        Metric(
            "verbosity.repetition",
            "Repeated 4-grams",
            False,
            "Share of 4-grams that repeat an earlier one of the same output.",
            "mean over segments of 1 - distinct / total 4-grams (Thai: words; Tibetan: syllables)",
            "repetition in other words",
            short="repeats",
            places=("key",),
        ),
        Metric(
            "verbosity.wrong_script",
            "Letters in a wrong script",
            False,
            "Share of letters that the target language does not write.",
            "letters outside the target's script / letters, pooled",
            "wrong languages of the same script",
            combiner="ratio",
            short="script",
            places=("key",),
        ),
        Metric(
            "verbosity.truncated",
            "Cut by the token cap",
            False,
            "Share of outputs that ended at the cap and not by themselves.",
            "mean of [finish_reason = length]",
            "outputs of files that do not say how they ended",
            short="cut",
            places=("key",),
        ),
    ),
    pure=True,
    measure=measure,
)
