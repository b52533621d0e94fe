"""Null baselines: rewards that cannot know anything. A reward that does not beat the best of them has shown nothing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence


def longer(sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
    """More code points are better."""
    return [float(len(c)) for c in candidates]


def shorter(sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
    """Fewer code points are better."""
    return [-float(len(c)) for c in candidates]


def _bigrams(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(max(len(text) - 1, 0)))


def copy_source(sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
    """More of the source's own character bigrams are better (F1 of bigram counts)."""
    out = []
    for source, candidate in zip(sources, candidates, strict=True):
        a, b = _bigrams(source), _bigrams(candidate)
        total = a.total() + b.total()
        out.append(2 * (a & b).total() / total if total else 0.0)
    return out


def constant(sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
    """Everything is equally good: accuracy is exactly 0.5."""
    return [0.5] * len(candidates)


def random(sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
    """A fixed number in [0, 1) for each text, source and place in the list: accuracy is 0.5 but for chance.

    The place makes each pair a coin of its own. Without it, the right text of an article, which stands in a pair of
    every category, would win or lose them all together, and on a few articles luck would make the best baseline.
    """
    found = []
    for place, (source, candidate) in enumerate(zip(sources, candidates, strict=True)):
        digest = hashlib.sha256(f"{place}\x00{source}\x00{candidate}".encode("utf-8", "surrogatepass")).digest()
        found.append(int.from_bytes(digest[:7], "big") / 2**56)
    return found


NULLS: dict[str, Callable[[Sequence[str], Sequence[str]], list[float]]] = {
    "longer": longer,
    "shorter": shorter,
    "copy_source": copy_source,
    "constant": constant,
    "random": random,
}
"""name in reward.json -> function."""
