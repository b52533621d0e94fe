"""The head of a report without stages: outputs of one model, or of several, that nothing here has trained."""

from __future__ import annotations

from typing import Any

from benchmark.report import grounded
from benchmark.report.data import RunData
from benchmark.report.words import interval, is_number, label, number, stage_of
from metrics.stages import GOLD

FIGURES = (
    ("coverage.f1.length_controlled", "the leading metric: padding cannot raise it"),
    ("coverage.recall", "of what the reference says, this share is stated"),
    ("coverage.precision", "of what is stated, this share is supported by the source"),
    ("open.f1.length_controlled", "the leading metric without gold facts: numbers, names and answers that can be read"),
    ("verbosity.length_ratio", "length of the outputs / length of the references"),
    ("overlap.chrf", "likeness to the references"),
    ("overlap.bleu", "likeness to the references"),
    ("scorer.comet_qe", "a learned scorer's opinion"),
)
"""(metric, what it says): shown where it has a value, in this order."""
SHOWN = 5


def keys_of(data: RunData) -> list[str]:
    """What is measured, without the references where there is anything else."""
    return [k for k in data.keys if stage_of(k) != GOLD] or data.keys


def headline(data: RunData, key: str) -> str:
    """ "Of the facts that its references state, post-sft states 75 %; 77 % of what it states is supported by the
    sources; outputs are 1.01 times as long as the references." "" where nothing of this was measured."""

    def value(metric: str) -> Any:
        return data.cell(key, metric).get("value")

    recall, precision, length = (value(m) for m in ("coverage.recall", "coverage.precision", "verbosity.length_ratio"))
    parts = []
    if is_number(recall):
        parts.append(f"of the facts that the references state, it states {recall:.0%}")
    if is_number(precision):
        parts.append(f"{precision:.0%} of what it states is supported by the sources")
    if is_number(length):
        parts.append(f"outputs are {number(length, 'verbosity.length_ratio')} times as long as the references")
    return f"{key}: {'; '.join(parts)}." if parts else ""


def cards(data: RunData, key: str) -> list[dict[str, str]]:
    """The headline figures of one system."""
    found = []
    for metric, what in FIGURES:
        cell = data.cell(key, metric)
        if is_number(cell.get("value")):
            limits = interval(cell.get("ci_low"), cell.get("ci_high"), metric)
            answer = number(cell["value"], metric)
            found.append({"metric": metric, "name": label(metric), "answer": answer, "limits": limits, "what": what})
    return found[:SHOWN]


def systems(data: RunData) -> list[dict[str, Any]]:
    """Of each system: its name, a sentence, its figures."""
    read = dict(grounded.sentences(data.summary))
    return [
        {
            "key": k,
            "headline": f"{k}: {read[k]}" if k in read else headline(data, k),
            "cards": cards(data, k),
        }
        for k in keys_of(data)
    ]
