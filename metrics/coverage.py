"""Factual coverage and grounding against gold facts (formats: "Metrics").

Every score is a pooled ratio or the F1 of two pooled ratios: numerators and denominators are summed over the segments,
so that an empty output has recall 0 and adds nothing to precision's denominator. Recall never comes without its parts:
precision, recall per fact type, and `coverage.recall_source`, which rises with verbosity and is not to be shown alone.
In the `.length_controlled` versions recall is that of the output cut at the first reference's length, and precision
sets what the cut has right against what the *whole* output has wrong: padding, true or false, cannot raise them, and
nothing hides behind the cut. A number is never divided by the cut (`metrics.cutting`), and a list of keywords stays one
when the cut takes items away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import and_

import numpy as np

from metrics.blocks import Column, Reasons, absent, finished
from metrics.cutting import cut_to_reference
from metrics.inventory import Alignment, Inventory
from metrics.languages import language
from metrics.normalise import tidy
from metrics.outline import Outline
from metrics.records import ENTITY_TYPES, FACT_TYPES, QUANTITY_TYPES, Example
from metrics.segment import WIDTHS, SegmentStats
from metrics.strata import STRATA, Shown, of_stratum
from metrics.version import UNAVAILABLE, V
from metrics.words import segmenter, whole_word

GROUPS: dict[str, tuple[str, ...]] = {"entity": ENTITY_TYPES, "event": ("event",), "quantity": QUANTITY_TYPES}
"""grounding.<group> -> its fact types."""
CONTROLLED = (
    "coverage.recall",
    "coverage.f1",
    "grounding.entity",
    "grounding.event",
    "grounding.quantity",
    "grounding.relation",
)
"""Metrics that also exist as <metric>.length_controlled."""
NO_FACTS, NO_REFERENCE, NO_PARA = "no gold facts", "no reference", "D_para is not known"


Salient = tuple[tuple[int, str], ...]
"""(place among the example's facts, type) of each fact that a good title states."""


@dataclass(frozen=True, slots=True)
class _Metric:
    """How one metric reads an alignment."""

    name: str
    combiner: str
    types: tuple[str, ...]
    """Fact types it looks at."""
    row: Callable[[Salient, Alignment, frozenset[str]], tuple[float, ...]]
    recalled: str
    """What its denominator holds; goes into the reason where there is none."""
    of_source: bool = True
    """The denominator is given by the example alone (recall), not by the output (precision)."""


def _precision(salient: Salient, alignment: Alignment, types: frozenset[str]) -> tuple[float, ...]:
    good = sum(item.type in types for item in alignment.supported)
    return good, good + sum(item.type in types for item in alignment.unsupported)


def _recall(salient: Salient, alignment: Alignment, types: frozenset[str]) -> tuple[float, ...]:
    hits = [alignment.stated[place] for place, kind in salient if kind in types]
    return sum(hits), len(hits)


def _recall_source(salient: Salient, alignment: Alignment, types: frozenset[str]) -> tuple[float, ...]:
    return sum(alignment.stated), len(alignment.stated)


def _f1(salient: Salient, alignment: Alignment, types: frozenset[str]) -> tuple[float, ...]:
    return *_precision(salient, alignment, types), *_recall(salient, alignment, types)


def _salient(example: Example, alignment: Alignment | None) -> Salient:
    facts = example.facts or ()
    if alignment is not None and len(alignment.stated) != len(facts):
        raise ValueError(f"{example.id}: an alignment of {len(alignment.stated)} facts for {len(facts)}")
    return tuple((place, fact.type) for place, fact in enumerate(facts) if fact.salient)


def _metrics(present: Sequence[str]) -> list[_Metric]:
    metrics = [
        _Metric("coverage.recall", "ratio", FACT_TYPES, _recall, "salient fact"),
        _Metric("coverage.recall_source", "ratio", FACT_TYPES, _recall_source, "fact"),
        _Metric("coverage.precision", "ratio", FACT_TYPES, _precision, "known item stated", of_source=False),
        _Metric("coverage.f1", "f1", FACT_TYPES, _f1, "salient fact", of_source=False),
    ]
    metrics += [
        _Metric(f"coverage.recall.{kind}", "ratio", (kind,), _recall, f"salient {kind} fact") for kind in present
    ]
    for group, types in GROUPS.items():
        metrics.append(_Metric(f"grounding.{group}", "f1", types, _f1, f"salient {group} fact", of_source=False))
    metrics.append(_Metric("grounding.relation", "ratio", ("relation",), _recall, "salient relation fact"))
    return metrics


def _controlled(cut: Alignment, whole: Alignment) -> Alignment:
    """What both the cut and the whole output have right, against all that the whole output has wrong.

    Behind the cut may stand what makes it another thing (184 | houses), leaves it open or denies it.
    """
    stated = tuple(map(and_, cut.stated, whole.stated))
    right = frozenset[int]().union(*(item.facts for item in whole.supported)) - whole.denied
    supported = tuple(item for item in cut.supported if not right.isdisjoint(item.facts))
    return replace(cut, stated=stated, supported=supported, unsupported=whole.unsupported)


def align_all(examples: Sequence[Example], texts: Sequence[str], inventory: Inventory) -> list[Alignment | None]:
    """One alignment per example; None where the example has no gold facts. Lengths must agree (ValueError)."""
    return [
        None if example.facts is None else inventory.align(example, text)
        for example, text in zip(examples, texts, strict=True)
    ]


def facts_stated(alignments: Sequence[Alignment | None]) -> list[int | None]:
    """Number of each example's facts that its output states, for `verbosity.facts_per_100_chars`; None without gold
    facts."""
    return [None if alignment is None else alignment.n_stated for alignment in alignments]


def _column(
    metric: _Metric,
    name: str,
    salient: Sequence[Salient],
    alignments: Sequence[Alignment | None],
    missing: Sequence[str | None],
    signature: str,
) -> Column:
    types = frozenset(metric.types)
    stats = np.zeros((len(salient), WIDTHS[metric.combiner]))
    reasons: list[str | None] = list(missing)
    undefined = f"no {metric.recalled}"
    for i, (facts, alignment) in enumerate(zip(salient, alignments, strict=True)):
        if reasons[i] is not None or alignment is None:
            continue
        stats[i] = metric.row(facts, alignment, types)
        # Only what the example lacks makes a segment unscorable. What the output leaves unsaid (0 / 0 in precision)
        # stays a scored row of zeros: two systems must be compared on the same segments.
        if metric.of_source and stats[i, 1] == 0:
            reasons[i] = undefined
    return Column(name, stats, Reasons.of(reasons), metric.combiner, signature, True, undefined)


def measure_facts(
    examples: Sequence[Example],
    texts: Sequence[str],
    inventory: Inventory,
    outline: Outline,
    alignments: Sequence[Alignment | None] | None = None,
    shown: Shown | None = None,
) -> list[Column]:
    """coverage.* and grounding.* (entity, event, quantity, relation) of some segments, with their length-controlled
    versions and strata.

    texts: one output per example, in order. inventory, outline: of the whole examples file. alignments: the result of
    `align_all` on the same texts, when it is at hand. `coverage.recall.<type>` exists for every type that has facts in
    the file. shown: what D_para shows, for <metric>.seen and .unseen; they are null without it.
    Values are fractions 0..1; rows without gold facts carry the reason. Lengths must agree (ValueError).
    """
    if alignments is None:
        alignments = align_all(examples, texts, inventory)
    words = "+".join(sorted({segmenter(language(lang).words) for lang in outline.targets if whole_word(lang)}))
    signature = (
        f"{V}|norm:numbers|match:leftmost-longest{'|words:' * bool(words)}{words}"
        f"|place:denial+unit+predicate+role|inventory:{inventory.fingerprint}"
    )
    without = [NO_FACTS if alignment is None else None for alignment in alignments]
    salient = [_salient(example, alignment) for example, alignment in zip(examples, alignments, strict=True)]
    columns = [
        _column(m, m.name, salient, alignments, without, f"{m.name}|{signature}") for m in _metrics(outline.types)
    ]

    cuts = [
        None if alignment is None else cut_to_reference(example, text)
        for example, text, alignment in zip(examples, texts, alignments, strict=True)
    ]
    cut_alignments = [
        None
        if alignment is None or cut is None
        else alignment
        if cut == tidy(text)
        else _controlled(inventory.align(example, cut, alignment), alignment)
        for example, text, alignment, cut in zip(examples, texts, alignments, cuts, strict=True)
    ]
    cut_missing = [why or (NO_REFERENCE if cut is None else None) for why, cut in zip(without, cuts, strict=True)]
    for m in _metrics(()):
        if m.name in CONTROLLED:
            name = f"{m.name}.length_controlled"
            signed = f"{name}|{signature}|cut:reference-1,numbers|unsupported:whole"
            columns.append(_column(m, name, salient, cut_alignments, cut_missing, signed))
    return columns + _strata(examples, alignments, without, signature, shown, outline)


def score_facts(
    examples: Sequence[Example],
    texts: Sequence[str],
    inventory: Inventory,
    alignments: Sequence[Alignment | None] | None = None,
    shown: Shown | None = None,
) -> list[SegmentStats]:
    """coverage.* and grounding.* of one system: `measure_facts` over all segments of the examples file."""
    columns = measure_facts(examples, texts, inventory, Outline.of(examples), alignments, shown)
    return finished(columns, [e.id for e in examples])


def _strata(
    examples: Sequence[Example],
    alignments: Sequence[Alignment | None],
    without: Sequence[str | None],
    signature: str,
    shown: Shown | None,
    outline: Outline,
) -> list[Column]:
    """<metric>.seen and <metric>.unseen of the metrics that are length-controlled, too."""
    wanted = [m for m in _metrics(()) if m.name in CONTROLLED]
    columns = []
    for stratum in STRATA:
        names = {m.name: f"{m.name}.{stratum}" for m in wanted}
        if shown is None:
            why = NO_PARA if outline.with_facts else NO_FACTS
            columns += [
                absent(n, len(examples), why, f"{n}|{V}{UNAVAILABLE}", m.combiner)
                for m in wanted
                for n in (names[m.name],)
            ]
            continue
        parts = [of_stratum(e, a, shown, stratum == "seen") for e, a in zip(examples, alignments, strict=True)]
        own, aligned = [_salient(e, a) for e, a in parts], [a for _, a in parts]
        columns += [
            _column(m, names[m.name], own, aligned, without, f"{names[m.name]}|{signature}|para:{shown.fingerprint}")
            for m in wanted
        ]
    return columns
