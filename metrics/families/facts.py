"""coverage.* and grounding.{entity,event,quantity,relation}: the output held against gold facts."""

from __future__ import annotations

from metrics.blocks import Column
from metrics.declared import Family, Metric
from metrics.scoring import Scoring, in_one_block

NO_MEANING = "what no fact of the examples file names; style and grammar (overlap.* looks at the wording)"


def measure(scoring: Scoring) -> list[Column]:
    """All metrics of the family for a block."""
    from metrics.coverage import measure_facts

    means = scoring.means
    return measure_facts(
        scoring.examples, scoring.texts, means.inventory, scoring.outline, scoring.alignments, means.shown
    )


def _group(name: str, label: str, short: str, what: str) -> Metric:
    return Metric(
        f"grounding.{name}",
        label,
        True,
        f"F1 over {what}: of what the output states, how much the source supports; of what is salient, "
        "how much is stated.",
        "2 P R / (P + R); P = supported / (supported + unsupported) items, R = stated / salient facts, "
        "each pooled over segments",
        NO_MEANING,
        combiner="f1",
        needs=("facts",),
        short=short,
        controlled=True,
        strata=True,
        places=("key", "pool"),
        controlled_places=("key", "sum", "pool", "figure") if name == "entity" else ("key", "sum"),
    )


FAMILY = Family(
    "facts",
    {"coverage": "Coverage of the source's facts", "types": "Recall by fact type", "grounding": "Grounding"},
    in_one_block(measure),
    (
        Metric(
            "coverage.recall",
            "Recall of salient facts",
            True,
            "Share of the salient facts of the source that the output states.",
            "salient facts stated / salient facts, pooled over segments",
            "false statements beside the true ones: read it with coverage.precision",
            combiner="ratio",
            needs=("facts",),
            short="recall",
            controlled=True,
            strata=True,
            by_type=True,
            places=("key", "sum", "pool"),
            controlled_places=("key", "sum", "board", "pool", "figure"),
        ),
        Metric(
            "coverage.precision",
            "Precision (1 − hallucinated)",
            True,
            "Share of the known items in the output - names, events, numbers, dates - that the source supports.",
            "supported items / (supported + unsupported items), pooled over segments",
            "inventions that look like no name, number or event of the language",
            combiner="ratio",
            needs=("facts",),
            short="precision",
            places=("key", "sum", "board", "pool", "figure"),
        ),
        Metric(
            "coverage.f1",
            "F1 of facts",
            True,
            "Balance of recall of salient facts and precision.",
            "2 P R / (P + R) of coverage.precision and coverage.recall, from pooled counts",
            NO_MEANING,
            combiner="f1",
            needs=("facts",),
            short="F1",
            controlled=True,
            strata=True,
            places=("key", "sum", "pool", "figure"),
            controlled_places=("key", "board", "pool"),
        ),
        Metric(
            "coverage.recall_source",
            "Recall of all source facts",
            True,
            "Share of everything that the source states, background included. It rises with verbosity: "
            "never read it alone.",
            "facts stated / all facts of the source, pooled over segments",
            "whether more was said because more was understood or because the output is longer",
            combiner="ratio",
            needs=("facts",),
            short="recall source",
            places=("key", "sum", "pool"),
        ),
        _group("entity", "Entities, F1", "entities", "persons, organisations and places"),
        _group("event", "Events, F1", "events", "events"),
        _group("quantity", "Quantities and times, F1", "quantities", "quantities, percentages, money, dates and times"),
        Metric(
            "grounding.relation",
            "Relations, right roles",
            True,
            "Share of the salient relations (who did what to whom, or not) that the output expresses with the "
            "right roles and polarity.",
            "relation facts stated / salient relation facts, pooled over segments",
            "relations that are worded in a way no listed surface covers",
            combiner="ratio",
            needs=("facts",),
            short="relations",
            controlled=True,
            strata=True,
            places=("key", "pool"),
            controlled_places=("key", "sum"),
        ),
    ),
    measure=measure,
)
