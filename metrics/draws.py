"""How many random draws the statistics take, and from which seed."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.stats import DRAWS_BOOT, DRAWS_PERM, LEVEL

MOST_DRAWS = 100_000
"""Of a bootstrap: more change no digit that is shown, and the means of all draws of a metric lie in memory at once."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Random draws of the statistics."""

    bootstrap: int = DRAWS_BOOT
    permutation: int = DRAWS_PERM
    seed: int = 0
    level: float = LEVEL
    """Of every interval."""
