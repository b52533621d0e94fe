"""Several rewards as one: the weighted mean of their log odds, as a probability.

Reward models that were trained apart err apart, and a policy finds it harder to please all of them by what pleases one
(Coste et al. 2024, "Reward Model Ensembles Help Mitigate Overoptimization"). The mean of log odds keeps the order of
two texts wherever all members agree on it, and one member that is sure outweighs others that waver: it is how
independent judges are pooled (Genest and Zidek 1986, "Combining Probability Distributions").
"""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from training.rewards.portions import Portion, divisible
from training.shared.ensembles import FILE, Member, members

SURE = 1e-6
"""Scores nearer to 0 and 1 count as this far away: beyond it float32 tells no two apart."""


class Ensemble:
    """Rewards with values in [0, 1] as one `Reward`."""

    name = "ensemble"

    def __init__(self, parts: Sequence[tuple[Any, float]]) -> None:
        """parts: (reward, share) of each member; the shares sum to 1. Lengths are counted as the first one does."""
        self.parts = tuple(parts)
        self.first = self.parts[0][0]
        self.length_unit = self.first.length_unit
        self.id = "ensemble:log-odds:" + "+".join(f"{share:.6g}*{reward.id}" for reward, share in self.parts)

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """1 / (1 + exp(-z)) of each candidate, z the weighted mean of log(p / (1 - p)) over the members' scores p."""
        return self._pooled([reward.score(sources, candidates) for reward, _ in self.parts])

    def _pooled(self, scores: Sequence[Sequence[float]]) -> list[float]:
        columns = [[share * _log_odds(p) for p in own] for own, (_, share) in zip(scores, self.parts, strict=True)]
        return [1 / (1 + math.exp(-math.fsum(row))) for row in zip(*columns, strict=True)]

    @property
    def divisible(self) -> bool:
        """Whether every member can be asked for portions."""
        return all(divisible(reward) for reward, _ in self.parts)

    def portions(self, sources: Sequence[str], candidates: Sequence[str]) -> list[Portion]:
        """Those of all members, with the number of the member."""
        return [
            Portion(portion.pairs, (number, portion.work))
            for number, (reward, _) in enumerate(self.parts)
            for portion in reward.portions(sources, candidates)
        ]

    def of_portion(self, work: tuple[int, Any]) -> Any:
        """What the member makes of it."""
        number, own = work
        return self.parts[number][0].of_portion(own)

    def joined(
        self,
        sources: Sequence[str],
        candidates: Sequence[str],
        portions: Sequence[Portion],
        found: Sequence[Any],
    ) -> list[float]:
        """The score of each candidate."""
        of_member: list[tuple[list[Portion], list[Any]]] = [([], []) for _ in self.parts]
        for portion, scores in zip(portions, found, strict=True):
            own, theirs = of_member[portion.work[0]]
            own.append(portion)
            theirs.append(scores)
        return self._pooled(
            [reward.joined(sources, candidates, *own) for (reward, _), own in zip(self.parts, of_member, strict=True)]
        )

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Those of the first member."""
        found: list[list[int]] = self.first.token_ids(texts)
        return found

    def counts(self) -> dict[str, int]:
        """Of the member that has most of each: every one scores every candidate."""
        total: Counter[str] = Counter()
        for reward, _ in self.parts:
            total |= Counter(reward.counts())
        return {name: total[name] for name in self.first.counts() | total}


def _log_odds(p: float) -> float:
    p = min(max(p, SURE), 1 - SURE)
    return math.log(p / (1 - p))


def check_ensemble(path: str, options: Mapping[str, Any]) -> None:
    """Raises UserError for whatever would stop `load_ensemble`, as far as it can be seen without loading weights."""
    from training.rewards import YES_NO, kind_of
    from training.rewards.reranker_generative import check_judge

    for member in _members(path):
        kind = kind_of(Path(member.path))
        check_options(kind, member.path, options)
        if kind in YES_NO:
            check_judge(member.path, options, False)


def check_options(kind: str, path: str, options: Mapping[str, Any]) -> None:
    """Raises UserError for options that a member does not take: all are given the same."""
    from training.rewards import factory

    try:
        inspect.signature(factory(kind)).bind(path, **options)
    except TypeError as error:
        raise UserError(f"{path}: {kind}, a member of an ensemble, takes no such option ({error})") from None


def _members(path: str) -> tuple[Member, ...]:
    from training.rewards import kind_of

    found = members(path)
    if found is None:
        folder = Path(path)
        other = f"; set rl.reward={kind_of(folder)}, which loads this one" if (folder / "config.json").is_file() else ""
        raise UserError(f"{path}: no ensemble; that is a folder with {FILE}, which names its members{other}")
    return found


def load_ensemble(path: str, *, target_lang: str = "th", **options: Any) -> Ensemble:
    """The members that `path`/ensemble.json names, each of the kind that its own files say. options: those of every
    member. UserError where the folder is no ensemble or a member cannot be used."""
    from training.rewards import kind_of, load_reward_for

    found = _members(path)
    for member in found:
        check_options(kind_of(Path(member.path)), member.path, options)
    return Ensemble([(load_reward_for(target_lang, member.path, **options), member.weight) for member in found])
