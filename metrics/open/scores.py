"""open.*: numbers, names and answers of real text, read from source and output where there are no gold facts (formats:
"Metrics").

All are pooled ratios, as in `metrics.coverage`: numerators and denominators are summed over the segments, an empty
output has recall 0 and adds nothing to precision's denominator. They are estimates: the references scored the same way
give the ceiling, shuffled references the floor, and a value means something only between the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from metrics.blocks import Column, Reasons, finished
from metrics.coverage import NO_REFERENCE
from metrics.cutting import cut_to_reference
from metrics.normalise import tidy
from metrics.open.comparison import CONTRADICTED, HARD, VERIFIED, Comparison
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.outline import Outline
from metrics.records import Example
from metrics.segment import SegmentStats
from metrics.version import V

CONTROLLED = ".length_controlled"
PREFIX = "open."
GOLD_KNOWN = "gold facts are known: see coverage.* and grounding.*"
WHOLE = (
    "open.f1", "open.number.recall", "open.number.precision", "open.number.f1", "open.number.contradicted",
    "open.latin.recall", "open.soft.recall",
    "open.name.recall", "open.name.contradicted", "open.answer.recall",
)  # fmt: skip
"""The metrics without those of one kind, in the order of the tables."""
_READ = {
    "number": "number, date or money",
    "latin": "Latin name",
    "soft": "small numeral or ordinal",
    "name": "name of the list",
    "answer": "answer span",
}


class _Counts:
    """What became of everything read and stated, counted by segment: what all metrics are columns of."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._at: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.known = np.zeros(n, dtype=bool)
        """(n,) the segments that were compared."""

    def add(self, i: int, part: Comparison, whole: Comparison) -> None:
        """Segment i. part: what is recalled from; whole: the output as it is. The two differ only where it is cut."""
        self.known[i] = True
        at = self._at
        for fact, other in zip(part.facts, whole.facts, strict=True):
            at["read", fact.tier, fact.kind].append(i)
            # What the whole output does not say, its beginning does not say either.
            if fact.outcome == other.outcome == VERIFIED:
                at["verified", fact.tier, fact.kind].append(i)
            elif CONTRADICTED in (fact.outcome, other.outcome) and other.outcome != VERIFIED:
                at["contradicted", fact.tier].append(i)
        for one in part.statements:
            if one.supported:
                at["supported", one.tier].append(i)
        # Unsupported in the whole, so that nothing hides behind the cut.
        for one in whole.statements:
            if not one.supported:
                at["unsupported", one.tier].append(i)

    def kinds(self, tier: str) -> list[str]:
        """Kinds of a tier that were read anywhere, in alphabetical order."""
        return sorted({key[2] for key in self._at if key[:2] == ("read", tier)})

    def of(self, name: str, *tiers: str, kind: str | None = None) -> np.ndarray:
        """(n,) read | verified | contradicted | supported | unsupported of tiers, or of one kind in them."""
        rows = [
            row
            for key, at in self._at.items()
            if key[0] == name and key[1] in tiers and kind in (None, *key[2:])
            for row in at
        ]
        return np.bincount(rows, minlength=self._n).astype(np.float64) if rows else np.zeros(self._n)


Columns = Callable[[_Counts], tuple[np.ndarray, ...]]


@dataclass(frozen=True, slots=True)
class _Metric:
    name: str
    combiner: str
    columns: Columns
    read: str
    """What has to be read in the source; goes into the reason where there is none."""
    of_source: bool = True
    """The denominator is given by the source alone (recall), not by the output (precision)."""
    higher_is_better: bool = True


def _recall(*tiers: str, kind: str | None = None) -> Columns:
    return lambda counts: (counts.of("verified", *tiers, kind=kind), counts.of("read", *tiers, kind=kind))


def _precision(*tiers: str) -> Columns:
    def columns(counts: _Counts) -> tuple[np.ndarray, ...]:
        supported = counts.of("supported", *tiers)
        return supported, supported + counts.of("unsupported", *tiers)

    return columns


def _f1(*tiers: str) -> Columns:
    return lambda counts: (*_precision(*tiers)(counts), *_recall(*tiers)(counts))


def _contradicted(tier: str) -> Columns:
    return lambda counts: (counts.of("contradicted", tier), counts.of("read", tier))


def _metrics(counts: _Counts) -> list[_Metric]:
    found = [
        _Metric("open.f1", "f1", _f1(*HARD), ", and no ".join(_READ[tier] for tier in HARD)),
        _Metric("open.number.recall", "ratio", _recall("number"), _READ["number"]),
        _Metric(
            "open.number.precision", "ratio", _precision("number"), f"{_READ['number']} in any output", of_source=False
        ),
        _Metric("open.number.f1", "f1", _f1("number"), _READ["number"]),
        _Metric("open.number.contradicted", "ratio", _contradicted("number"), _READ["number"], higher_is_better=False),
        _Metric("open.latin.recall", "ratio", _recall("latin"), _READ["latin"]),
        _Metric("open.soft.recall", "ratio", _recall("soft"), _READ["soft"]),
        _Metric("open.name.recall", "ratio", _recall("name"), _READ["name"]),
        _Metric("open.name.contradicted", "ratio", _contradicted("name"), _READ["name"], higher_is_better=False),
        _Metric("open.answer.recall", "ratio", _recall("answer"), _READ["answer"]),
    ]
    for tier in ("number", "name"):
        found += [
            _Metric(f"open.{tier}.recall.{kind}", "ratio", _recall(tier, kind=kind), f"{kind} in the source")
            for kind in counts.kinds(tier)
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


def _column(metric: _Metric, name: str, counts: _Counts, missing: Reasons, signature: str) -> Column:
    stats = np.column_stack(metric.columns(counts))
    reasons, undefined = missing, f"no {metric.read}"
    # Nothing to recall makes a segment unscorable, except where its unsupported numbers still count.
    if metric.of_source:
        without = counts.known & (stats[:, -1] == 0)
        if metric.combiner == "f1":
            without &= stats[:, 1] == 0
        reasons = missing.where(without, undefined)
    stats = np.where(reasons.scored[:, None], stats, 0.0)
    like = f"open.{metric.name.split('.')[1]}.recall" if metric.name not in WHOLE else None
    return Column(name, stats, reasons, metric.combiner, signature, metric.higher_is_better, undefined, like)


def order(name: str) -> tuple[int, str]:
    """Where a metric stands among those of the family, whatever kinds a block met."""
    if name in WHOLE:
        return WHOLE.index(name), ""
    base = name.removesuffix(CONTROLLED)
    if base != name:
        return 2 * len(WHOLE) + WHOLE.index(base), ""
    return len(WHOLE) + ("number", "name").index(name.split(".")[1]), name


def measure_open(
    examples: Sequence[Example],
    texts: Sequence[str],
    outline: Outline,
    own: Path | None = None,
    comparisons: Sequence[Comparison | None] | None = None,
) -> list[Column]:
    """open.* of some segments, with their length-controlled versions and recall by kind; nothing where every example
    of the file has gold facts.

    texts: one output per example, in order. outline: of the whole examples file. own: the user's TSV of names.
    comparisons: the result of `compare_all` on the same texts, when it is at hand. Values are fractions 0..1. Lengths
    must agree (ValueError).
    """
    if outline.with_facts == outline.n:
        return []
    if comparisons is None:
        comparisons = compare_all(examples, texts, own)
    lists = [name_list(*pair, own) for pair in sorted(outline.pairs)]
    names = "+".join(sorted({found.fingerprint for found in lists if found is not None})) or "none"
    n = len(examples)

    def sign(name: str, detail: str = "") -> str:
        return f"{name}|{V}|read:1|names:{names}{detail}"

    counts, cut_counts, uncut = _Counts(n), _Counts(n), np.zeros(n, dtype=bool)
    for i, (example, text, whole) in enumerate(zip(examples, texts, comparisons, strict=True)):
        if whole is None:
            continue
        counts.add(i, whole, whole)
        cut = cut_to_reference(example, text)
        if cut is None:
            uncut[i] = True
            continue
        same = cut == tidy(text)
        part = (
            whole
            if same or whole.foreign
            else hold(example, cut, name_list(example.source_lang, example.target_lang, own))
        )
        cut_counts.add(i, part, whole)
    without = Reasons.none(n).where(~counts.known, GOLD_KNOWN)
    metrics = _metrics(counts)
    columns = [_column(m, m.name, counts, without, sign(m.name)) for m in metrics]
    without = without.where(uncut, NO_REFERENCE)
    for m in metrics:
        if m.name in WHOLE:
            name = m.name + CONTROLLED
            columns.append(_column(m, name, cut_counts, without, sign(name, "|cut:reference-1,numbers")))
    return columns


def score_open(
    examples: Sequence[Example],
    texts: Sequence[str],
    own: Path | None = None,
    comparisons: Sequence[Comparison | None] | None = None,
) -> list[SegmentStats]:
    """open.* of one system: `measure_open` over all segments of the examples file."""
    columns = measure_open(examples, texts, Outline.of(examples), own, comparisons)
    return finished(columns, [example.id for example in examples])
