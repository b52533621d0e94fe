"""What open.* can reach on one file of examples: the references scored as outputs (ceiling), and one another's
references (floor)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from metrics.open.comparison import TIERS, Comparison
from metrics.open.scores import compare_all, score_open
from metrics.records import Example
from metrics.segment import SegmentStats

SEED = 0
"""Of the shuffle: part of the metric's definition, so that equal files have equal floors."""
_TRIES = 200
FLOOR = "floor"
"""Name of the system that the shuffled references are."""


def shuffled(examples: Sequence[Example], seed: int = SEED) -> list[int] | None:
    """For each example the index of another one, of another document wherever there is one; None where there is but one
    example.

    The same for equal input. Each index is used once.
    """
    return derangement([example.doc_id for example in examples], seed)


def derangement(documents: Sequence[str | None], seed: int = SEED) -> list[int] | None:
    """`shuffled` of examples of these documents."""
    n = len(documents)
    if n < 2:
        return None
    draw = random.Random(seed)
    # A document of one segment is its own; examples without documents are all apart.
    docs: list[str | int] = [i if doc is None else doc for i, doc in enumerate(documents)]
    order = list(range(n))
    draw.shuffle(order)
    for apart in (lambda i, j: docs[i] != docs[j], lambda i, j: i != j):
        for i in range(n):
            if apart(i, order[i]):
                continue
            for _ in range(_TRIES):
                j = draw.randrange(n)
                if apart(i, order[j]) and apart(j, order[i]):
                    order[i], order[j] = order[j], order[i]
                    break
        if all(apart(i, j) for i, j in enumerate(order)):
            return order
    return [(i + 1) % n for i in range(n)]


def floor(examples: Sequence[Example], own: Path | None = None, seed: int = SEED) -> list[SegmentStats] | None:
    """open.* of the references handed out wrongly; None where an example has none, or there are fewer than two."""
    order = shuffled(examples, seed)
    if order is None or any(not example.reference for example in examples):
        return None
    return score_open(examples, [(examples[i].reference or ("",))[0] for i in order], own)


def counts(comparisons: Sequence[Comparison | None]) -> dict[str, dict[str, int]]:
    """tier -> kind -> how many were read in the sources; every tier is there."""
    found = Counter((fact.tier, fact.kind) for one in comparisons if one for fact in one.facts)
    return {tier: {kind: n for (t, kind), n in sorted(found.items()) if t == tier} for tier in TIERS}


def read(examples: Sequence[Example], own: Path | None = None) -> dict[str, dict[str, int]]:
    """What is read in the sources of a file, whatever the outputs."""
    return counts(compare_all(examples, [""] * len(examples), own))
