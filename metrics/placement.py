"""placement.*: whether the facts of a passage stand where its source has them.

coverage.* counts what an output states, wherever it stands: a passage in which the persons of three stories have
changed places states every fact. Here a fact is *out of its place* where a companion of it is stated (a fact of the
same sentence of the source) and no mention of it stands beside one, or where it stands in the place of another
(`metrics.companions`). Titles are too short for it: where few facts are salient each of them may stand beside any
other, and grounding.relation asks who did what.

The idea is that of the entity grid (Barzilay and Lapata 2008, "Modeling Local Coherence"): what belongs together stands
together; the grid here is the source's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metrics.alignment import Alignment
from metrics.blocks import Column, Reasons, absent
from metrics.companions import places
from metrics.inventory import Inventory
from metrics.misplaced import PRECISION, RECALL
from metrics.outline import PASSAGE, Outline, is_passage
from metrics.records import Example
from metrics.version import UNAVAILABLE, V

NO_PASSAGE = f"fewer than {PASSAGE} salient facts: no passage"
_UNDEFINED = {
    RECALL: "no salient fact that has a place of its own",
    PRECISION: "no fact stated beside others of its sentence",
}


def measure_placement(
    examples: Sequence[Example],
    inventory: Inventory,
    outline: Outline,
    alignments: Sequence[Alignment | None],
) -> list[Column]:
    """placement.recall and placement.precision of some segments, fractions 0..1 pooled over them.

    alignments: of the outputs, one per example in order, None where there are no gold facts (ValueError for another
    number). Examples that are no passages carry the reason; where a whole file has none, the metrics are unavailable.
    """
    if not outline.passages:
        missing = NO_PASSAGE if outline.with_facts else "no gold facts"
        return [absent(n, len(examples), missing, f"{n}|{V}{UNAVAILABLE}", "ratio") for n in (RECALL, PRECISION)]
    stats = {name: np.zeros((len(examples), 2)) for name in (RECALL, PRECISION)}
    reasons: dict[str, list[str | None]] = {RECALL: [], PRECISION: []}
    for row, (example, alignment) in enumerate(zip(examples, alignments, strict=True)):
        why: str | None = "no gold facts" if alignment is None else NO_PASSAGE
        if alignment is not None and is_passage(example):
            known = inventory.companions(example)
            found = places(alignment, known)
            salient = [fact.salient and bool(known.of(i)) for i, fact in enumerate(example.facts or ())]
            stats[RECALL][row] = _both(found.held, salient), sum(salient)
            stats[PRECISION][row] = _both(found.held, found.told), sum(found.told)
            why = _UNDEFINED[RECALL] if not any(salient) else None
        for name in reasons:
            reasons[name].append(why)
    signature = f"{V}|beside:source-sentence+reference|passage:{PASSAGE}|inventory:{inventory.fingerprint}"
    return [
        Column(name, stats[name], Reasons.of(reasons[name]), "ratio", f"{name}|{signature}", True, _UNDEFINED[name])
        for name in (RECALL, PRECISION)
    ]


def _both(one: Sequence[bool], other: Sequence[bool]) -> int:
    return sum(a and b for a, b in zip(one, other, strict=True))
