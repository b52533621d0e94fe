"""A small challenge set, and scorers of which the answers are known."""

from __future__ import annotations

from functools import cache

from benchmark.reward.challenge import build
from benchmark.reward.judge import Judge
from benchmark.reward.pairs import ChallengeSet

N = 12


@cache
def challenge() -> ChallengeSet:
    return build(("th",), N)


@cache
def right() -> frozenset[tuple[str, str]]:
    c = challenge()
    listed = {(q.source, t) for q in c.queries for t, r in zip(q.candidates, q.relevance, strict=True) if r}
    return frozenset({(p.source, p.better) for p in c.pairs} | listed)


def oracle(sources, candidates):
    return [1.0 if pair in right() else 0.0 for pair in zip(sources, candidates, strict=True)]


def _judge(function, probability=False) -> Judge:
    return Judge("planted", "planted:1", "callable", lambda s, t, _: function(s, t), probability)


def length_reward(sources, candidates):
    return [min(len(c) / 100, 1.0) for c in candidates]
