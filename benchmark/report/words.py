"""How stages, metrics and numbers are called and written, on the page and on the terminal alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeGuard

from metrics.stages import GOLD, STAGES

ALPHA = 0.05
"""A change counts as significant when its Holm-corrected p-value is below this."""
CONTROLLED = ".length_controlled"

KEY_METRICS = (
    "coverage.recall",
    "coverage.recall.length_controlled",
    "coverage.precision",
    "coverage.f1",
    "coverage.f1.length_controlled",
    "coverage.recall_source",
    "grounding.entity",
    "grounding.entity.length_controlled",
    "grounding.event",
    "grounding.event.length_controlled",
    "grounding.quantity",
    "grounding.quantity.length_controlled",
    "grounding.relation",
    "grounding.relation.length_controlled",
    "grounding.retrieval_p1",
    "grounding.retrieval_mrr",
    "verbosity.chars",
    "verbosity.length_ratio",
    "verbosity.facts_per_100_chars",
    "verbosity.repetition",
    "verbosity.wrong_script",
    "verbosity.truncated",
    "overlap.bleu",
    "overlap.chrf",
)
"""The order of the table. Fact types, scorers, judges and the reward follow; what is not named here stands at the end of its family."""

LABELS = {
    "coverage.recall": "Recall of salient facts",
    "coverage.recall_source": "Recall of all source facts",
    "coverage.precision": "Precision (1 − hallucinated)",
    "coverage.f1": "F1 of facts",
    "grounding.entity": "Entities, F1",
    "grounding.event": "Events, F1",
    "grounding.quantity": "Quantities and times, F1",
    "grounding.relation": "Relations, right roles",
    "grounding.retrieval_p1": "Retrieves its source, P@1",
    "grounding.retrieval_mrr": "Retrieves its source, MRR",
    "verbosity.chars": "Length, code points",
    "verbosity.length_ratio": "Length / reference length",
    "verbosity.facts_per_100_chars": "Facts per 100 characters",
    "verbosity.repetition": "Repeated 4-grams",
    "verbosity.wrong_script": "Letters in a wrong script",
    "verbosity.truncated": "Cut by the token cap",
    "overlap.bleu": "BLEU",
    "overlap.chrf": "chrF2",
    "scorer.comet_qe": "COMET, reference-free",
    "reward.mean": "Training reward",
}
FAMILIES = {
    "coverage": "Coverage of the source's facts",
    "types": "Recall by fact type",
    "grounding": "Grounding",
    "verbosity": "Verbosity",
    "overlap": "Overlap with the reference",
    "scorer": "Learned scorers",
    "judge": "Judge",
    "reward": "Training reward",
    "other": "Other",
}


def stage_of(key: str) -> str:
    """The stage in a key of the summary ("<system>/<stage>" or "<stage>")."""
    return key.rsplit("/", 1)[-1]


def prefix_of(key: str) -> str:
    """ "<system>/" of a key, or "" where the input held one system."""
    return key[: len(key) - len(stage_of(key))]


def ordered(keys: Iterable[str]) -> list[str]:
    """Keys by system, then in the order of training; unknown stages after the known ones, the references last."""

    def rank(key: str) -> tuple[bool, str, int, str]:
        stage = stage_of(key)
        return stage == GOLD, prefix_of(key), STAGES.index(stage) if stage in STAGES else len(STAGES), stage

    return sorted(keys, key=rank)


def family(metric: str) -> str:
    """The part of the table that a metric belongs to (key of FAMILIES)."""
    if metric.startswith("coverage.recall.") and metric != "coverage.recall" + CONTROLLED:
        return "types"
    head = metric.split(".", 1)[0]
    return head if head in FAMILIES else "other"


def ordered_metrics(metrics: Iterable[str]) -> list[str]:
    """All metrics of a summary in the order of the table."""
    heads = list(FAMILIES)

    def rank(metric: str) -> tuple[int, int, str]:
        return heads.index(family(metric)), KEY_METRICS.index(metric) if metric in KEY_METRICS else len(KEY_METRICS), metric

    return sorted(metrics, key=rank)


def label(metric: str) -> str:
    """What a metric is called in running text."""
    if metric.endswith(CONTROLLED):
        return label(metric[: -len(CONTROLLED)]) + ", cut at reference length"
    if metric in LABELS:
        return LABELS[metric]
    if family(metric) == "types":
        return metric.rsplit(".", 1)[-1].capitalize()
    return metric


def decimals(metric: str) -> int:
    """Decimals that a value of this metric is written with: 0..1 scores 3, scores of 0..100 and lengths 1."""
    if metric.startswith("overlap.") or metric == "verbosity.chars":
        return 1
    return 2 if metric in ("verbosity.facts_per_100_chars", "verbosity.length_ratio") else 3


def number(value: Any, metric: str, signed: bool = False) -> str:
    """A value as it is shown; "–" for null. A negative number has a real minus sign, and -0 is 0."""
    if not is_number(value):
        return "–"
    text = f"{value:+.{decimals(metric)}f}" if signed else f"{value:.{decimals(metric)}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", "\u2212")


def interval(low: Any, high: Any, metric: str, signed: bool = False) -> str:
    """ "[low, high]", or "" where there is none."""
    return f"[{number(low, metric, signed)}, {number(high, metric, signed)}]" if is_number(low) and is_number(high) else ""


def p_value(p: Any) -> str:
    """A p-value with 3 decimals, "< 0.001" below that, "–" for null."""
    if not is_number(p):
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def count(value: Any) -> str:
    """A whole number with thin thousands spaces, "unknown" for null."""
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) and not isinstance(value, bool) else "unknown"


def is_number(value: Any) -> TypeGuard[float]:
    """Whether this is a finite number (not a bool, not null)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def significant(cell: dict[str, Any] | None) -> bool:
    """Whether a transition is significant after Holm's correction."""
    return cell is not None and is_number(cell.get("p_holm")) and cell["p_holm"] < ALPHA and bool(cell.get("delta"))


def direction(cell: dict[str, Any] | None) -> str:
    """ "▲" or "▼" of a significant change, "" otherwise."""
    if cell is None or not significant(cell):
        return ""
    return "▲" if cell["delta"] > 0 else "▼"


def listing(parts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
