"""safeguarded(<any>): eq. 6 around another reward, so that the shaped reward can be validated like a raw one.

B of eq. 6, whose median decides the length penalty, is one call of `score`: all candidates that are scored together.
For RL use the raw reward: the RL stage puts eq. 6 on top by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metrics.languages import code
from training.rewards.safeguards import Penalties, shape


class Safeguarded:
    """A `Reward`: g * max(raw - penalties, 0)."""

    name = "safeguarded"

    def __init__(self, inner: Any, target_lang: str = "th", penalties: Penalties | None = None) -> None:
        """inner: any reward with values in [0, 1]."""
        self.inner, self.target_lang, self.penalties = inner, code(target_lang), penalties or Penalties()
        p = self.penalties
        self.length_unit = inner.length_unit
        strengths = f"{p.lambda_len:g}:{p.lambda_rep:g}:{p.reflen_ratio:g}"
        self.id = f"safeguarded:{self.target_lang}:{p.variant}:{strengths}({inner.id})"

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """Eq. 6 for the candidates of this call as one batch."""
        raw = self.inner.score(sources, candidates)
        tokens = self.inner.token_ids(candidates)
        lengths = [len(ids) for ids in self.inner.token_ids(sources)] if self.penalties.variant == "reflen" else None
        return [
            s.reward for s in shape(raw, candidates, tokens, self.target_lang, self.penalties, source_lengths=lengths)
        ]

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Those of the inner reward."""
        return self.inner.token_ids(texts)

    def counts(self) -> dict[str, int]:
        """Those of the inner reward."""
        return self.inner.counts()


def load_safeguarded(
    path: str,
    *,
    inner: str | None = None,
    target_lang: str = "th",
    variant: str = "gate+batchlen",
    lambda_len: float = 0.20,
    lambda_rep: float = 0.05,
    reflen_ratio: float = 0.5,
    **options: Any,
) -> Safeguarded:
    """path: what the inner reward loads; inner: its name in REWARDS (default: read from the folder, or
    module:function)."""
    from training.rewards import load_reward_for

    reward = load_reward_for(target_lang, inner or path, path if inner else None, **options)
    return Safeguarded(reward, target_lang, Penalties(variant, lambda_len, lambda_rep, reflen_ratio))
