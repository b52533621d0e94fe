"""open.*: numbers, names and answers of real text, read from source and output where there are no gold facts."""

from __future__ import annotations

from metrics.blocks import Column
from metrics.declared import Family, Metric
from metrics.scoring import Scoring, in_one_block

NUMBERS = "numbers with a unit, percentages, money, dates, years, clock times and identifiers"
ESTIMATE = (
    "what is said in words that no rule reads; hold it against the ceiling (references) "
    "and the floor (shuffled references)"
)


def measure(scoring: Scoring) -> list[Column]:
    """All metrics of the family for a block; nothing where every example has gold facts."""
    if scoring.outline.with_facts == scoring.outline.n:
        return []
    from metrics.open.scores import measure_open

    return measure_open(scoring.examples, scoring.texts, scoring.outline, scoring.means.names, scoring.comparisons)


def order(name: str) -> tuple[int, str]:
    """Where a metric stands among those of the family (`metrics.open.scores.order`)."""
    from metrics.open.scores import order

    return order(name)


FAMILY = Family(
    "open",
    {"open": "Facts read from real text (estimates between floor and ceiling)"},
    in_one_block(measure),
    (
        Metric(
            "open.f1",
            "Numbers and names read, F1",
            True,
            f"Balance of recall and precision over {NUMBERS}, names in Latin letters, and the names of the "
            "bilingual list.",
            "2 P R / (P + R); R = verified / read in the source; P = supported / (supported + unsupported "
            "numbers + contradicted or stray names), pooled",
            ESTIMATE,
            combiner="f1",
            short="open F1",
            controlled=True,
            places=("key", "sum", "pool", "figure"),
            controlled_places=("key", "board", "pool"),
        ),
        Metric(
            "open.number.recall",
            "Numbers of the source found",
            True,
            f"Share of the {NUMBERS} of the source that the output says.",
            "verified / read in the source, pooled over segments",
            "false numbers beside the true ones: read it with open.number.precision",
            combiner="ratio",
            short="numbers",
            controlled=True,
            by_type=True,
            places=("key", "sum", "pool"),
            controlled_places=("board",),
        ),
        Metric(
            "open.number.precision",
            "Numbers stated that the source supports",
            True,
            "Share of the numbers in the output that the source bears out.",
            "supported / (supported + unsupported) numbers of the output, pooled",
            "inventions without a number",
            combiner="ratio",
            short="number precision",
            controlled=True,
            places=("key", "sum", "board", "pool"),
        ),
        Metric(
            "open.number.f1",
            "Numbers, F1",
            True,
            "Balance of open.number.recall and open.number.precision.",
            "2 P R / (P + R), from pooled counts",
            ESTIMATE,
            combiner="f1",
            short="number F1",
            controlled=True,
        ),
        Metric(
            "open.number.contradicted",
            "Numbers with another value in their place",
            False,
            "Share of the numbers of the source for which the output says another value of the same kind that "
            "the source does not hold.",
            "contradicted / read in the source, pooled",
            "a wrong value of another kind or unit",
            combiner="ratio",
            short="changed numbers",
            controlled=True,
        ),
        Metric(
            "open.latin.recall",
            "Latin names of the source found",
            True,
            "Share of the names that the source writes in Latin letters (CNN, Twitter) that the output says, in these "
            "letters or as they sound. In the output such names count for open.f1 only where the source bears them "
            "out, which may hold them in its own letters.",
            "verified / read in the source, pooled over segments",
            "whether they were understood: they are copied as they stand",
            combiner="ratio",
            short="Latin names",
            controlled=True,
            places=("key", "sum"),
        ),
        Metric(
            "open.name.recall",
            "Names of the source found",
            True,
            "Share of the names of the bilingual list in the source that the output has, in any form. "
            "A missing one may stand there in a form "
            "that the list does not know.",
            "verified / read in the source, pooled over segments",
            "names that are not on the list",
            combiner="ratio",
            needs=("names",),
            short="names",
            controlled=True,
            by_type=True,
            places=("key", "sum", "pool"),
            controlled_places=("board",),
        ),
        Metric(
            "open.name.contradicted",
            "Names with another one in their place",
            False,
            "Share of the names of the source that are missing while the output has another known name of the "
            "same type that nothing in the source "
            "bears out.",
            "contradicted / read in the source, pooled",
            "wrong names that are not on the list",
            combiner="ratio",
            needs=("names",),
            short="changed names",
            controlled=True,
            places=("key",),
        ),
        Metric(
            "open.answer.recall",
            "Answers found",
            True,
            "Share of the answer spans that came with the data (meta.qa) that stand in the output.",
            "answers found / answers, pooled over segments",
            "answers in other words",
            combiner="ratio",
            needs=("answers",),
            short="answers",
            controlled=True,
            places=("key", "sum"),
        ),
        Metric(
            "open.soft.recall",
            "Small numerals and ordinals found",
            True,
            "Share of lone small numerals and ordinals (and of Latin names where the target language rewrites "
            "them) that the output says; "
            "translators leave many out or put them into words.",
            "verified / read in the source, pooled over segments",
            "what is said without a numeral",
            combiner="ratio",
            short="soft",
            controlled=True,
        ),
    ),
    pure=True,
    measure=measure,
    order=order,
)
