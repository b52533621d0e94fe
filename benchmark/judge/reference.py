"""How often a judge prefers the references to what the systems wrote.

Judges are known to favour machine text, in low-resource languages above all, and the paper's gold is machine
translated: Table 1 is read beside this. Example and system count once; where the two texts are the same nothing can be
preferred. A judge that prefers a system's texts to the references for certain is flagged: whether the system is so good
or the judge so biased, only people can say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmark.reward.measures import wilson
from metrics.judge.points import of_kind, of_ranking, won
from metrics.judge.records import PAIRWISE, RANKING, Verdict
from metrics.normalise import same_text
from metrics.stages import GOLD

CHANCE = 0.5


def reference_check(verdicts: Sequence[Verdict]) -> dict[str, Any] | None:
    """{"systems": {KEY: {"reference", "system", "ties", "n", "share", "ci_low", "ci_high"}}, "warning"}: share is that
    of the reference, ties half. None where the references were not among what was compared."""
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for v in of_kind(verdicts, RANKING, PAIRWISE):
        q = v.question
        if v.answer is None or GOLD not in q.systems:
            continue
        text = dict(zip(q.systems, q.texts, strict=True))
        given = won(v) if q.kind == PAIRWISE else {k: p for k, (p, _) in of_ranking(v).items()}
        for key in q.systems:
            if key != GOLD and not same_text(text[key], text[GOLD]):
                gap = given[GOLD] - given[key]
                found[key][q.example_id].append(1.0 if gap > 0 else 0.0 if gap < 0 else CHANCE)
    if not found:
        return None
    rows = {key: _row([sum(v) / len(v) for v in own.values()]) for key, own in found.items()}
    worse = [key for key, row in rows.items() if row["ci_high"] < CHANCE]
    told = ", ".join(f"{key} in {_lost(rows[key])} of {rows[key]['n']}" for key in worse)
    return {"systems": rows, "warning": f"it prefers machine text to the references: {told}" if worse else None}


def _lost(row: dict[str, Any]) -> int:
    return int(row["system"])


def _row(values: list[float]) -> dict[str, Any]:
    low, high = wilson(sum(values), len(values))
    return {
        "reference": sum(v > CHANCE for v in values),
        "system": sum(v < CHANCE for v in values),
        "ties": sum(v == CHANCE for v in values),
        "n": len(values),
        "share": sum(values) / len(values),
        "ci_low": low,
        "ci_high": high,
    }
