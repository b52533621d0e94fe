"""From verdicts to per-segment statistics, so that intervals, paired tests and Holm's correction are the suite's own.

A segment that a judge gave no usable answer for is unscored with the reason; it is never a loss, a tie or the lowest
grade. Verdicts of one segment (both orders) are averaged; asked again (turn > 0) they only tell how steady the judge
is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from metrics.judge.records import (
    CHECK,
    CONTRADICTED,
    DIMENSIONS,
    ENTAILED,
    EXTRACT,
    FORM_DIMENSIONS,
    PAIRWISE,
    POINTS,
    RANKING,
    STATEMENTS,
    TIE,
    Verdict,
)
from metrics.segment import SegmentStats, from_values, unscorable

NOT_ASKED = "not asked"


def places(ranks: Mapping[str, int]) -> dict[str, list[int]]:
    """Label -> the places (0-based) that it holds, tied ones together: ranks 1, 1, 3 -> [0, 1], [0, 1], [2]."""
    out, at = {}, 0
    for rank in sorted(set(ranks.values())):
        tied = [label for label, r in ranks.items() if r == rank]
        for label in tied:
            out[label] = list(range(at, at + len(tied)))
        at += len(tied)
    return out


def of_ranking(verdict: Verdict) -> dict[str, tuple[float, list[float]]]:
    """System -> (points, share of each place). Points of three: +2, +1, -1, ties share; of other numbers: (n -
    place) / (n - 1)."""
    assert verdict.answer is not None
    q, n = verdict.question, len(verdict.question.systems)
    points = POINTS if n == len(POINTS) else tuple((n - 1 - i) / (n - 1) for i in range(n))
    held = places(verdict.answer["ranks"])
    out = {}
    for label, system in zip(q.labels, q.systems, strict=True):
        own = held[label]
        share = [1 / len(own) if i in own else 0.0 for i in range(n)]
        out[system] = (sum(points[i] for i in own) / len(own), share)
    return out


def won(verdict: Verdict) -> dict[str, float]:
    """System -> 1, .5 or 0 of a pairwise verdict."""
    assert verdict.answer is not None
    q, better = verdict.question, verdict.answer["better"]
    return {
        system: 0.5 if better == TIE else float(label == better)
        for label, system in zip(q.labels, q.systems, strict=True)
    }


def of_kind(verdicts: Iterable[Verdict], *kinds: str, turn: int = 0) -> list[Verdict]:
    """The verdicts of some kinds and one turn."""
    return [v for v in verdicts if v.question.kind in kinds and v.question.turn == turn]


def _column(
    metric: str, ids: Sequence[str], found: Mapping[str, list[float]], why: Mapping[str, str], signature: str
) -> SegmentStats:
    values = [float(np.mean(found[i])) if found.get(i) else None for i in ids]
    reasons = [None if v is not None else why.get(i, NOT_ASKED) for i, v in zip(ids, values, strict=True)]
    return from_values(metric, ids, values, signature, True, reasons)


def _gather(verdicts: Sequence[Verdict], system: str, read: Any) -> tuple[dict[str, list[float]], dict[str, str]]:
    """(example -> values of a system, example -> reason). One verdict without an answer leaves the whole segment
    unscored."""
    found: dict[str, list[float]] = defaultdict(list)
    why: dict[str, str] = {}
    for v in verdicts:
        if system in v.question.systems:
            if v.answer is None:
                why[v.question.example_id] = v.reason or "no answer"
            else:
                found[v.question.example_id].append(read(v))
    for example_id in why:
        found.pop(example_id, None)
    return found, why


def ranking_points(verdicts: Sequence[Verdict], system: str, ids: Sequence[str], signature: str) -> SegmentStats:
    """judge.rank_points of a system: mean points (paper, Table 1a)."""
    found, why = _gather(of_kind(verdicts, RANKING), system, lambda v: of_ranking(v)[system][0])
    return _column("judge.rank_points", ids, found, why, f"judge.rank_points|{signature}")


def win_points(verdicts: Sequence[Verdict], system: str, ids: Sequence[str], signature: str) -> SegmentStats:
    """judge.win_rate of a system over the pairwise verdicts given: wins, ties half."""
    found, why = _gather(of_kind(verdicts, PAIRWISE), system, lambda v: won(v)[system])
    return _column("judge.win_rate", ids, found, why, f"judge.win_rate|{signature}")


def dimension_grades(
    verdicts: Sequence[Verdict], system: str, ids: Sequence[str], form: str, signature: str
) -> list[SegmentStats]:
    """judge.<dimension> of a system, and judge.average over the five (paper, Tables 2 and 3)."""
    own, names = of_kind(verdicts, DIMENSIONS), FORM_DIMENSIONS[form]
    out = []
    for name in (*names, "average"):

        def read(v: Verdict, name: str = name) -> float:
            assert v.answer is not None
            return float(np.mean([v.answer[d] for d in names])) if name == "average" else float(v.answer[name])

        found, why = _gather(own, system, read)
        out.append(_column(f"judge.{name}", ids, found, why, f"judge.{name}|form:{form}|{signature}"))
    return out


def claim_scores(verdicts: Sequence[Verdict], system: str, ids: Sequence[str], signature: str) -> list[SegmentStats]:
    """judge.claim.recall, judge.claim.precision and judge.claim.contradicted of a system: pooled ratios over claims
    and statements."""
    source_missing = {
        v.question.example_id: v.reason or "no answer" for v in of_kind(verdicts, EXTRACT) if v.answer is None
    }
    checks = _claim_rows(of_kind(verdicts, CHECK), system, lambda a: list(a["labels"]))
    stated = _claim_rows(of_kind(verdicts, STATEMENTS), system, lambda a: [s["label"] for s in a["statements"]])
    out = []
    for name, (rows, why), label, better in (
        ("judge.claim.recall", checks, ENTAILED, True),
        ("judge.claim.precision", stated, ENTAILED, True),
        ("judge.claim.contradicted", checks, CONTRADICTED, False),
    ):
        reasons = tuple(
            None if i in rows else (source_missing if checks[0] is rows else {}).get(i) or why.get(i, NOT_ASKED)
            for i in ids
        )
        sign = f"{name}|{signature}"
        if all(reasons):
            out.append(unscorable(name, ids, Counter(map(str, reasons)).most_common(1)[0][0], sign, better, "ratio"))
            continue
        stats = np.array([(sum(x == label for x in rows.get(i, ())), len(rows.get(i, ()))) for i in ids], dtype=float)
        out.append(SegmentStats(name, tuple(ids), stats.reshape(len(ids), 2), "ratio", reasons, sign, better))
    return out


def _claim_rows(verdicts: Sequence[Verdict], system: str, read: Any) -> tuple[dict[str, list[str]], dict[str, str]]:
    rows, why = {}, {}
    for v in verdicts:
        if system in v.question.systems:
            if v.answer is None:
                why[v.question.example_id] = v.reason or "no answer"
            else:
                rows[v.question.example_id] = read(v.answer)
    return rows, why
