"""Whether what a judge left unscored makes its figures unfair: a mean over the texts that it could read favours the
system whose worst texts it could not.

The longest outputs are the likeliest to be too long for a judge's context, and the likeliest to be bad.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import median

from benchmark.judge.llm import UNREAD
from benchmark.judge.questions import Plan
from metrics.judge.points import of_kind
from metrics.judge.records import CHECK, DIMENSIONS, PAIRWISE, RANKING, STATEMENTS, Question, Verdict
from metrics.normalise import tidy

LEAST = 0.01
"""Share of the examples that may be missing, or missing from one system alone, without a warning."""


def selection(verdicts: Sequence[Verdict], plan: Plan) -> list[str]:
    """Warnings, one a table, for whoever reads the figures; [] where all systems lost the same."""
    graded = _by_system(of_kind(verdicts, DIMENSIONS), "grades", plan)
    claims = _by_system(of_kind(verdicts, CHECK, STATEMENTS), "claims", plan)
    compared = [_compared(of_kind(verdicts, RANKING), "ranking", plan)]
    for a, b in plan.pairs:
        own = [v for v in of_kind(verdicts, PAIRWISE) if set(v.question.systems) == {a, b}]
        compared.append(_compared(own, f"{a} against {b}", plan))
    return [text for text in (*compared, graded, claims) if text is not None]


def _lengths(question: Question) -> dict[str, int]:
    """System -> code points of its text."""
    return {key: len(tidy(text)) for key, text in zip(question.systems, question.texts, strict=True)}


def _by_system(own: Sequence[Verdict], what: str, plan: Plan) -> str | None:
    """Of figures that each system has by itself: the systems that lost more than another one did."""
    lost: dict[str, dict[str, int]] = defaultdict(dict)
    read: dict[str, dict[str, int]] = defaultdict(dict)
    for v in own:
        for key, length in _lengths(v.question).items():
            (lost if v.answer is None else read)[key][v.question.example_id] = length
    if not lost:
        return None
    counts = {key: len(lost[key]) for key in plan.graded}
    least, n = min(counts.values()), len(plan.items)
    uneven = [key for key, count in counts.items() if (count - least) / n > LEAST]
    if not uneven:
        return None
    told = [
        f"{key} {counts[key]} of {n}{_against(lost[key], {i: x for i, x in read[key].items() if i not in lost[key]})}"
        for key in uneven
    ]
    return (
        f"{what}: unscored differ between systems: {', '.join(told)}; the least is {least}. "
        "Their figures are of the other texts alone, and likely too good"
    )


def _against(lost: dict[str, int], read: dict[str, int]) -> str:
    a, b = (f"{median(x.values()):.0f}" if x else "no" for x in (lost, read))
    return f" (median length {a}, of the scored {b})"


def _compared(own: Sequence[Verdict], what: str, plan: Plan) -> str | None:
    """Of comparisons, which are lost for all that were compared: whose texts were the longest where one was too
    long."""
    lost = {v.question.example_id for v in own if v.answer is None}
    n = len(plan.items)
    if len(lost) / n <= LEAST:
        return None
    told = f"{what}: {len(lost)} of {n} examples are unscored"
    longest: Counter[str] = Counter()
    for question in {v.question.example_id: v.question for v in own if v.reason == UNREAD}.values():
        lengths = _lengths(question)
        longest.update([max(lengths, key=lambda key: (lengths[key], key))])
    if not longest:
        return told
    key, count = min(longest.items(), key=lambda row: (-row[1], row[0]))
    return (
        f"{told}, {longest.total()} of them too long for the judge; in {count} of these the text of {key} is the "
        "longest, and it is its longest texts that are missing"
    )
