"""Scoring in portions: what a reward runs in one forward pass can be done apart from the rest, by another process.

How candidates are put together decides how sums are rounded, so a reward makes its portions of all candidates; who does
them changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard, runtime_checkable

from metrics import progress


@dataclass(frozen=True, slots=True)
class Portion:
    """Some of the candidates, each once."""

    pairs: Sequence[tuple[str, str]]
    """(source, candidate) of each of them."""
    work: Any
    """What `of_portion` takes; pickle takes it, too."""


@runtime_checkable
class InPortions(Protocol):
    """A reward that can be asked for portions."""

    divisible: bool
    """Whether it can: a reward made of others may hold one that cannot."""

    def portions(self, sources: Sequence[str], candidates: Sequence[str]) -> list[Portion]:
        """All that must be done for these candidates; they are counted as scored."""

    def of_portion(self, work: Any) -> Any:
        """What `joined` makes the scores of its pairs from; pickle takes it, too."""

    def joined(
        self,
        sources: Sequence[str],
        candidates: Sequence[str],
        portions: Sequence[Portion],
        found: Sequence[Any],
    ) -> list[float]:
        """What `score` returns, from what came of each portion."""


def divisible(reward: Any) -> TypeGuard[InPortions]:
    """Whether the reward can be asked for portions."""
    return isinstance(reward, InPortions) and reward.divisible


def score_in_portions(
    reward: InPortions,
    sources: Sequence[str],
    candidates: Sequence[str],
    do: Callable[[list[Any]], Sequence[Any]] | None = None,
) -> list[float]:
    """Raw scores of all candidates. do: (the work of every portion) -> what comes of each (default: one after the
    other, here)."""
    portions = reward.portions(sources, candidates)
    if do is not None:
        return reward.joined(sources, candidates, portions, do([portion.work for portion in portions]))
    found = []
    shown = progress.begin("reranker", sum(len(portion.pairs) for portion in portions), "texts")
    for portion in portions:
        found.append(reward.of_portion(portion.work))
        shown.advance(len(portion.pairs))
    progress.end(shown)
    return reward.joined(sources, candidates, portions, found)
