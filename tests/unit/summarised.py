"""Systems of which the summary is known."""

import numpy as np

from metrics.segment import SegmentStats, from_values, unscorable
from metrics.summary import RUN_FIELDS

STAGES = ["base", "post-sft", "post-sft-continued", "post-rl", "post-recovery", "gold"]


RUN = dict.fromkeys(RUN_FIELDS, 1) | {"task": "newswire-title", "reward_id": "abc"}


FAST = {"bootstrap": 200, "permutation": 999}


def ids(n):
    return tuple(f"e{i:03d}" for i in range(n))


def system(level, n=60, seed=0):
    rng = np.random.default_rng(seed)
    skill, facts = rng.random(n), rng.integers(1, 5, n)
    hits = np.where(skill < level, facts, 0)
    return [
        SegmentStats("coverage.recall", ids(n), np.column_stack([hits, facts]), "ratio", (None,) * n, "cov", True),
        from_values("verbosity.chars", ids(n), list(map(float, 100 * level + facts)), "len", None),
        from_values("reward.mean", ids(n), list(map(float, skill * level)), "rew", True),
        unscorable("grounding.retrieval_p1", ids(n), "no encoder given", "ret", True),
    ]


def all_systems(n=60):
    return {stage: system(level, n) for stage, level in zip(STAGES, (0.1, 0.3, 0.35, 0.8, 0.7, 1.0), strict=True)}
