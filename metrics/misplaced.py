"""The flag of a system that states the facts of passages in other places (`metrics.placement` measures it)."""

from __future__ import annotations

RECALL, PRECISION = "placement.recall", "placement.precision"
OUT_OF_PLACE = "FACTS OUT OF PLACE"
"""On boards and in reports."""
IN_PLACE = 0.98
"""Share of its stated facts that a system has in their places, at least: the upper end of the interval. References have
1.000, and in whatever order of sentences and clauses .99 and more; persons exchanged with the next one .87, figures
with the next of their unit .94, organisations with the next of their class .97 (docs/attacks.md)."""


def misplaced(value: float | None, high: float | None) -> list[str]:
    """The flag of a system that states its facts in other places. value, high: placement.precision and the upper end
    of its interval, 0..1; None where it was not measured."""
    if value is None or high is None or high >= IN_PLACE:
        return []
    return [f"{OUT_OF_PLACE}: {1 - value:.0%} of the facts stated stand among those of other sentences"]
