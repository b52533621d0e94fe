"""COMET quality estimation as a reward, through the guarded scorer of `metrics`: what COMET must not score (an empty
text, a verbatim copy of the source, an over-long text) earns 0 and is counted; values outside 0..1 are clipped and
counted.
"""

from __future__ import annotations

from metrics.errors import UserError
from metrics.scorers.comet import score_comet, unavailable, unsupported
from training.rewards.pair_models import PairReward


class CometReward(PairReward):
    """A COMET-QE checkpoint as a reward; lengths count in code points."""

    name = "comet-qe"

    def __init__(self, where: str, source_lang: str = "zh", target_lang: str = "th") -> None:
        """UserError without unbabel-comet, and for languages that COMET's encoder does not cover."""
        if (reason := unsupported(source_lang, target_lang) or unavailable()) is not None:
            raise UserError(f"reward comet-qe: {reason}")
        super().__init__(where, None, f"{source_lang}-{target_lang}")
        self.langs, self.target_lang = (source_lang, target_lang), target_lang

    def _score(self, sources: list[str], candidates: list[str]) -> list[float]:
        values, _ = score_comet(sources, candidates, self.where, *self.langs)
        self._counts["refused"] += sum(v is None for v in values)
        self._counts["clipped"] += sum(v is not None and not 0 <= v <= 1 for v in values)
        return [0.0 if v is None else min(max(v, 0.0), 1.0) for v in values]


def load_comet(path: str, *, source_lang: str = "zh", target_lang: str = "th") -> CometReward:
    """A COMET-QE reward from a checkpoint folder."""
    return CometReward(path, source_lang, target_lang)
