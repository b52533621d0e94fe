"""What the rewards over (source, candidate) pairs of encoder models share: one score per unique pair, counting, and
their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from metrics.literal import read_literally
from training.shared.hashes import hex_hash


class PairReward:
    """A `Reward` whose `_score` sees each pair once. `tokenizer` may be None: lengths are then counted in code
    points."""

    name = "pair"

    def __init__(self, where: str, tokenizer: Any, detail: str = "", weights: str | None = None) -> None:
        """where: folder or hub id, hashed into the id unless `weights` says what to take; detail: what else decides the
        scores."""
        self.where = where
        self.tokenizer: Any = None if tokenizer is None else read_literally(tokenizer)
        self.length_unit = "code points" if tokenizer is None else "reranker tokens"
        literal = [] if tokenizer is None else ["literal"]
        self.id = ":".join([self.name, weights or hex_hash(where)[:16], *([detail] if detail else []), *literal])
        self._counts: Counter[str] = Counter()

    def _score(self, sources: list[str], candidates: list[str]) -> list[float]:
        raise TypeError(f"{type(self).__name__} must define _score")

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """Raw score in [0, 1] of each candidate for its own source; candidates of similar length share a batch."""
        if len(sources) != len(candidates):
            raise ValueError(f"{len(sources)} sources, {len(candidates)} candidates")
        pairs = sorted(dict.fromkeys(zip(sources, candidates, strict=True)), key=lambda p: len(p[0]) + len(p[1]))
        self._counts["scored"] += len(candidates)
        found = (
            dict(zip(pairs, self._score([s for s, _ in pairs], [c for _, c in pairs]), strict=True)) if pairs else {}
        )
        return [found[pair] for pair in zip(sources, candidates, strict=True)]

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text in the model's own tokens (code points without a tokenizer), uncut."""
        if self.tokenizer is None:
            return [[ord(c) for c in text] for text in texts]
        return [list(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]) for text in texts]

    def counts(self) -> dict[str, int]:
        """scored, and what was cut, refused or clipped since the reward was made."""
        return dict(self._counts)
