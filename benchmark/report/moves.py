"""What moved between two stages: the leading metric, the groups that can veto it, and how even the lengths are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from benchmark.report.data import RunData
from benchmark.report.words import (
    interval,
    is_number,
    listing,
    number,
    p_value,
    significant,
)
from metrics.catalog import CONTROLLED
from metrics.hacking import FORM, Judgement, Move, judge, watched

LEADING = (
    "coverage.f1" + CONTROLLED,
    "coverage.f1",
    "coverage.recall" + CONTROLLED,
    "grounding.entity" + CONTROLLED,
    "open.f1" + CONTROLLED,
    "open.f1",
    "scorer.comet_qe",
    "overlap.chrf",
)
"""The first of these that a run has leads the verdict: the boards' primary metric, then what is nearest to it."""
GROUPS = (
    "coverage.precision",
    *(f"grounding.{g}" + CONTROLLED for g in ("entity", "event", "quantity", "relation")),
    "open.number.precision",
    "open.number.recall" + CONTROLLED,
    "open.name.recall" + CONTROLLED,
)
"""Parts of grounding: one of them that falls forbids a plain "improved"."""
SHORT = {
    "coverage.precision": "precision",
    "grounding.entity": "entities",
    "grounding.event": "events",
    "grounding.quantity": "quantities",
    "grounding.relation": "relations",
    "open.number.precision": "precision of numbers",
    "open.number.recall": "numbers",
    "open.name.recall": "names",
}
WIDE = 0.1
"""A change of this share of a metric's scale is one that a reader would want to know of (of a length: of the length
before it). Where the interval reaches further, or there is none, no change was found because none could be."""
UNEVEN_LOW, UNEVEN_HIGH = 0.5, 2.0
"""An output of less or more than this share of its reference's length is far from it."""


def leading(data: RunData, *keys: str) -> str | None:
    """The metric of LEADING that all the given systems have a value of."""
    return next((m for m in LEADING if all(is_number(data.cell(k, m).get("value")) for k in keys)), None)


def change(data: RunData, before: str, after: str, metric: str) -> str:
    """ "0.610 → 0.722 (+0.112 [0.080, 0.140], p_holm < 0.001)"."""
    a, b, cell = data.cell(before, metric), data.cell(after, metric), data.transition(before, after).get(metric, {})
    p = p_value(cell.get("p_holm"), cell.get("p_floor"))
    tested = f", p_holm {p if p[0] in '<≤' else '= ' + p}" if p != "–" else ", not tested"
    limits = interval(cell.get("ci_low"), cell.get("ci_high"), metric)
    delta = number(cell.get("delta"), metric, signed=True)
    return (
        f"{number(a.get('value'), metric)} → {number(b.get('value'), metric)} "
        f"({delta}{' ' + limits if limits else ''}{tested})"
    )


def sign(cell: dict[str, Any] | None) -> int:
    """1 or -1 for a significant change, 0 for none."""
    return (1 if cell["delta"] > 0 else -1) if cell is not None and significant(cell) else 0


def outside(cell: dict[str, Any] | None) -> int:
    """1 or -1 where the interval of a change leaves 0 out, whatever the test says: absence of proof is not called
    absence of change."""
    low, high = (cell or {}).get("ci_low"), (cell or {}).get("ci_high")
    return 0 if not (is_number(low) and is_number(high)) else 1 if low > 0 else -1 if high < 0 else 0


def unclear(cell: dict[str, Any] | None, metric: str, before: Any) -> bool:
    """Whether a change as large as WIDE could have gone unseen. before: the value that is changed."""
    scale = 100.0 if metric.startswith("overlap.") else 1.0
    if metric.startswith("verbosity.") and is_number(before):
        scale = abs(before)
    if cell is None or cell.get("delta") == 0:  # not compared at all; the same texts, or as good as these
        return cell is None
    low, high = cell.get("ci_low"), cell.get("ci_high")
    return not (is_number(low) and is_number(high)) or max(-low, high) > WIDE * scale


def silent(data: RunData, key: str) -> bool:
    """Whether a stage wrote nothing at all."""
    texts = data.texts.get(key, {})
    return bool(texts) and not any(made.text.strip() for made in texts.values())


@dataclass(frozen=True)
class Change:
    """How grounding moved between two stages."""

    metric: str | None
    """The leading metric; None where no semantic metric has a value in both."""
    sign: int
    """Of the leading metric: 1, -1, 0; significant changes alone."""
    outside: int
    """Of its interval, where the test is not significant."""
    rose: tuple[str, ...]
    """Groups that rose significantly, by short name."""
    fell: tuple[str, ...]
    unclear: bool = False
    """Whether a change worth knowing of could have gone unseen."""

    @property
    def answer(self) -> str:
        """up | partly up | down | mixed | open | unclear | flat: what a careful reader would say in one word."""
        if self.sign > 0:
            return "mixed" if self.fell else "up"
        if self.sign < 0:
            return "mixed" if self.rose else "down"
        if self.rose and self.fell:
            return "mixed"
        if self.rose or self.fell:
            return "partly up" if self.rose else "down"
        return "open" if self.outside else "unclear" if self.unclear else "flat"


def moved(data: RunData, before: str, after: str) -> Change:
    """The leading metric and the groups, from the tests of the summary."""
    cells = data.transition(before, after)
    metric = leading(data, before, after)
    first = cells.get(metric) if metric else None
    signs = {m: sign(cells.get(m)) for m in GROUPS}
    return Change(
        metric,
        sign(first),
        0 if sign(first) else outside(first),
        _short(m for m, s in signs.items() if s > 0),
        _short(m for m, s in signs.items() if s < 0),
        metric is not None and unclear(first, metric, data.cell(before, metric).get("value")),
    )


def _short(metrics: Iterable[str]) -> tuple[str, ...]:
    return tuple(SHORT[m.removesuffix(CONTROLLED)] for m in metrics)


def groups(found: Change, tested: bool) -> str:
    """ "Entities rose; precision fell." or, of groups that were tested, that none moved."""
    parts = [f"{listing(names)} {verb}" for names, verb in ((found.rose, "rose"), (found.fell, "fell")) if names]
    text = "; ".join(parts)
    if text:
        return f" {text[0].upper()}{text[1:]}."
    return " No group of facts changed measurably." if tested and found.answer == "flat" else ""


def judged(data: RunData, before: str, after: str) -> Judgement:
    """What RL did, by the rule that boards use."""
    metric = leading(data, before, after) or LEADING[0]
    cells = data.transition(before, after)
    moves = {}
    for name in (*watched(metric), *FORM):
        a, b, p = (
            data.cell(before, name).get("value"),
            data.cell(after, name).get("value"),
            (cells.get(name) or {}).get("p_holm"),
        )
        if is_number(a) and is_number(b) and is_number(p):
            moves[name] = Move(name, a, b, p)
    return judge(moves, metric)


def gamed(data: RunData, before: str, after: str) -> Judgement | None:
    """What RL did to its own reward; None where the run has no reward."""
    found = judged(data, before, after)
    return None if found.reward is None else found


def far_lengths(data: RunData, key: str) -> tuple[float, float] | None:
    """(share of outputs shorter than half their reference, share longer than twice); None where texts or references are
    absent."""
    ratios = []
    for i, made in data.texts.get(key, {}).items():
        example = data.examples.get(i)
        if example is not None and example.reference and example.reference[0].strip():
            ratios.append(len(made.text.strip()) / len(example.reference[0].strip()))
    if not ratios:
        return None
    return sum(r < UNEVEN_LOW for r in ratios) / len(ratios), sum(r > UNEVEN_HIGH for r in ratios) / len(ratios)
