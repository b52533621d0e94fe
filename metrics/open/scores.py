"""open.*: numbers, names and answers of real text, read from source and output where there are no gold facts (formats:
"Metrics").

All are pooled ratios, as in `metrics.coverage`: numerators and denominators are summed over the segments, an empty
output has recall 0 and adds nothing to precision's denominator. They are estimates: the references scored the same way
give the ceiling, shuffled references the floor, and a value means something only between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metrics.coverage import NO_REFERENCE, cut_to_reference
from metrics.normalise import tidy
from metrics.open.facts import CONTRADICTED, VERIFIED, Comparison, hold, kinds
from metrics.open.lists import name_list
from metrics.records import Example
from metrics.segment import COMBINERS, WIDTHS, SegmentStats, unscorable
from metrics.version import V

CONTROLLED = ".length_controlled"
PREFIX = "open."
GOLD_KNOWN = "gold facts are known: see coverage.* and grounding.*"
WHOLE = (
    "open.f1", "open.number.recall", "open.number.precision", "open.number.f1", "open.number.contradicted",
    "open.soft.recall",
    "open.name.recall", "open.name.contradicted", "open.answer.recall",
)  # fmt: skip
"""The metrics without those of one kind, in the order of the tables."""
_READ = {
    "number": "number, date, money or Latin name",
    "soft": "small numeral or ordinal",
    "name": "name of the list",
    "answer": "answer span",
}

Rows = Callable[[Comparison, Comparison], tuple[float, ...]]
"""(what is recalled from, the whole output) -> statistics; the two differ only where the output is cut."""


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    combiner: str
    row: Rows
    read: str
    """What has to be read in the source; goes into the reason where there is none."""
    of_source: bool = True
    """The denominator is given by the source alone (recall), not by the output (precision)."""
    higher_is_better: bool = True


def _recall(tier: str, kind: str | None = None) -> Rows:
    return lambda part, whole: part.recalled(tier, kind)


def _precision(part: Comparison, whole: Comparison) -> tuple[float, ...]:
    """Supported in the part; unsupported in the whole, so that nothing hides behind the cut."""
    supported = part.stated("number")[0]
    return supported, supported + whole.stated("number")[1]


def _number_f1(part: Comparison, whole: Comparison) -> tuple[float, ...]:
    return *_precision(part, whole), *part.recalled("number")


def _f1(part: Comparison, whole: Comparison) -> tuple[float, ...]:
    good, read = (a + b for a, b in zip(part.recalled("number"), part.recalled("name"), strict=True))
    supported = part.stated("number")[0] + part.stated("name")[0]
    wrong = whole.stated("number")[1] + whole.stated("name")[1]
    return supported, supported + wrong, good, read


def _contradicted(tier: str) -> Rows:
    def row(part: Comparison, whole: Comparison) -> tuple[float, ...]:
        facts = [one for one in part.facts if one.tier == tier]
        others = [one for one in whole.facts if one.tier == tier]
        wrong = sum(
            CONTRADICTED in (a.outcome, b.outcome) and VERIFIED not in (a.outcome, b.outcome)
            for a, b in zip(facts, others, strict=True)
        )
        return wrong, len(facts)

    return row


def _metrics(comparisons: Sequence[Comparison | None]) -> list[_Metric]:
    found = [
        _Metric("open.f1", "f1", _f1, f"{_READ['number']}, and no {_READ['name']}"),
        _Metric("open.number.recall", "ratio", _recall("number"), _READ["number"]),
        _Metric("open.number.precision", "ratio", _precision, f"{_READ['number']} in any output", of_source=False),
        _Metric("open.number.f1", "f1", _number_f1, _READ["number"]),
        _Metric("open.number.contradicted", "ratio", _contradicted("number"), _READ["number"], higher_is_better=False),
        _Metric("open.soft.recall", "ratio", _recall("soft"), _READ["soft"]),
        _Metric("open.name.recall", "ratio", _recall("name"), _READ["name"]),
        _Metric("open.name.contradicted", "ratio", _contradicted("name"), _READ["name"], higher_is_better=False),
        _Metric("open.answer.recall", "ratio", _recall("answer"), _READ["answer"]),
    ]
    for tier in ("number", "name"):
        found += [
            _Metric(f"open.{tier}.recall.{kind}", "ratio", _recall(tier, kind), f"{kind} in the source")
            for kind in kinds(comparisons, tier)
        ]
    return found


def compare_all(examples: Sequence[Example], texts: Sequence[str], own: Path | None = None) -> list[Comparison | None]:
    """Each output held against its source; None where the example has gold facts. own: the user's TSV of names."""
    return [
        None
        if example.facts is not None
        else hold(example, text, name_list(example.source_lang, example.target_lang, own))
        for example, text in zip(examples, texts, strict=True)
    ]


def _score(
    metric: _Metric,
    name: str,
    ids: tuple[str, ...],
    parts: Sequence[Comparison | None],
    wholes: Sequence[Comparison | None],
    missing: Sequence[str | None],
    signature: str,
) -> SegmentStats:
    stats = np.zeros((len(ids), WIDTHS[metric.combiner]))
    reasons = list(missing)
    of_source = 3 if metric.combiner == "f1" else 1
    for i, (part, whole) in enumerate(zip(parts, wholes, strict=True)):
        if part is None or whole is None:
            continue
        stats[i] = metric.row(part, whole)
        # Nothing to recall makes a segment unscorable, except where its unsupported numbers still count.
        if metric.of_source and stats[i, of_source] == 0 and not (metric.combiner == "f1" and stats[i, 1]):
            reasons[i] = f"no {metric.read}"
    scored = np.array([reason is None for reason in reasons], dtype=bool)
    if not scored.any() or not np.isfinite(COMBINERS[metric.combiner](stats[scored].sum(axis=0))):
        told = sorted({reason for reason in missing if reason is not None})
        why = told[0] if told and all(reason is not None for reason in missing) else f"no {metric.read}"
        return unscorable(name, ids, why, signature, metric.higher_is_better, metric.combiner)
    return SegmentStats(name, ids, stats, metric.combiner, tuple(reasons), signature, metric.higher_is_better)


def score_open(
    examples: Sequence[Example],
    texts: Sequence[str],
    own: Path | None = None,
    comparisons: Sequence[Comparison | None] | None = None,
) -> list[SegmentStats]:
    """open.* of one system, with their length-controlled versions and recall by kind; nothing where every example has
    gold facts.

    texts: one output per example, in order. own: the user's TSV of names. comparisons: the result of `compare_all` on
    the same texts, when it is at hand. Values are fractions 0..1. Lengths must agree (ValueError).
    """
    if all(example.facts is not None for example in examples):
        return []
    if comparisons is None:
        comparisons = compare_all(examples, texts, own)
    pairs = sorted({(e.source_lang, e.target_lang) for e in examples})
    lists = [name_list(*pair, own) for pair in pairs]
    names = "+".join(sorted({found.fingerprint for found in lists if found is not None})) or "none"
    ids = tuple(example.id for example in examples)
    without = [GOLD_KNOWN if one is None else None for one in comparisons]

    def sign(name: str, detail: str = "") -> str:
        return f"{name}|{V}|read:1|names:{names}{detail}"

    metrics = _metrics(comparisons)
    scores = [_score(m, m.name, ids, comparisons, comparisons, without, sign(m.name)) for m in metrics]
    cuts = [cut_to_reference(example, text) for example, text in zip(examples, texts, strict=True)]
    parts = [
        None
        if whole is None or cut is None
        else whole
        if cut == tidy(text)
        else hold(example, cut, name_list(example.source_lang, example.target_lang, own))
        for example, text, whole, cut in zip(examples, texts, comparisons, cuts, strict=True)
    ]
    missing = [why or (NO_REFERENCE if cut is None else None) for why, cut in zip(without, cuts, strict=True)]
    for m in metrics:
        if m.name in WHOLE:
            name = m.name + CONTROLLED
            scores.append(_score(m, name, ids, parts, comparisons, missing, sign(name, "|cut:reference-1")))
    return scores
