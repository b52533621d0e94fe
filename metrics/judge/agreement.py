"""How far verdicts agree: with each other in the other order, with themselves when asked again, with known answers,
with people.

Kappa: Cohen (1960), with quadratic weights for grades (Cohen 1968). Alpha: Krippendorff (2004), nominal or interval,
any number of raters and missing values. Both are None where chance alone explains everything that was said (one value
was given throughout).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np

NOMINAL, INTERVAL = "nominal", "interval"


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable], weights: str | None = None) -> float | None:
    """Agreement of two raters beyond chance, of the same items in the same order (ValueError otherwise).

    weights: None, or "quadratic" for numbers. None where there is no item, or both gave one and the same value
    throughout.
    """
    if len(a) != len(b):
        raise ValueError(f"{len(a)} and {len(b)} verdicts: not the same items")
    if not a:
        return None
    pairs, first, second, n = Counter(zip(a, b, strict=True)), Counter(a), Counter(b), len(a)

    def cost(x: Any, y: Any) -> float:
        return float((x - y) ** 2) if weights == "quadratic" else float(x != y)

    seen = sum(k * cost(x, y) for (x, y), k in pairs.items()) / n
    chance = sum(i * j * cost(x, y) for x, i in first.items() for y, j in second.items()) / n**2
    return None if chance == 0 else 1 - seen / chance


def krippendorff_alpha(ratings: Sequence[Mapping[str, float]], level: str = INTERVAL) -> float | None:
    """Alpha of items, each rater -> value (raters may be missing). None where no item has two ratings, or all values
    are one and the same."""
    items = [list(r.values()) for r in ratings if len(r) > 1]
    values = [v for row in items for v in row]
    if not items or len(set(values)) < 2:
        return None

    def distance(row: Sequence[float]) -> float:
        """Sum over ordered pairs of the row."""
        x = np.asarray(row, dtype=float)
        if level == INTERVAL:
            return float(2 * (len(x) * (x**2).sum() - x.sum() ** 2))
        counts = np.array(list(Counter(row).values()), dtype=float)
        return float(len(x) ** 2 - (counts**2).sum())

    n = len(values)
    observed = sum(distance(row) / (len(row) - 1) for row in items) / n
    expected = distance(values) / (n * (n - 1))
    return 1 - observed / expected


def agreement(a: Sequence[Hashable], b: Sequence[Hashable]) -> dict[str, Any]:
    """{"n", "share", "kappa"} of two sets of verdicts on the same items."""
    n = len(a)
    same = sum(x == y for x, y in zip(a, b, strict=True))
    return {"n": n, "share": same / n if n else None, "kappa": cohen_kappa(a, b)}


def order_effects(both: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Of pairs judged in both orders: (verdict shown first-second, verdict shown second-first), each "first",
    "second" or "tie" by *place*.

    consistency: share in which the same text (or a tie) wins in both orders. position_bias: share of decided verdicts
    that went to the text shown first, less .5; 0 is none. first_only, second_only: pairs won by a place, whatever stood
    there.
    """
    n = len(both)
    other = {"first": "second", "second": "first", "tie": "tie"}
    same = sum(b == other[a] for a, b in both)
    decided = [v for pair in both for v in pair if v != "tie"]
    return {
        "n": n,
        "consistency": same / n if n else None,
        "position_bias": sum(v == "first" for v in decided) / len(decided) - 0.5 if decided else None,
        "first_only": sum(a == b == "first" for a, b in both),
        "second_only": sum(a == b == "second" for a, b in both),
    }
