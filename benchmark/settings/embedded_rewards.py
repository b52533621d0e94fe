"""The rewards that ship with the suite: by kind, and found again by the hashes that their ids hold."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from benchmark.settings.assets import ASSETS, PREFIX
from training.shared.ensembles import members

REWARD_ASSETS = {
    "reranker-generative": "reranker",
    "reranker-encoder": "reranker-encoder",
    "embedding": "encoder",
    "embedding-contrastive": "encoder",
    "comet-qe": "comet",
    "ensemble": "reranker-pair",
}
"""Reward -> the embedded model of its kind; @2 behind a name is the one of world 2."""
ENSEMBLE = "ensemble"
_CONTENT = re.compile(r"(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])")


def bare_id(reward_id: str) -> str:
    """The id of the reward itself, without the safeguards of eq. 6 around it."""
    return reward_id.rpartition("(")[2].rstrip(")") if reward_id.startswith("safeguarded:") else reward_id


def contents(reward_id: str) -> frozenset[str]:
    """The hashes of weights or code in a reward's id, 16 hexadecimal digits each."""
    return frozenset(_CONTENT.findall(reward_id))


def same_reward(a: str, b: str) -> bool:
    """Whether two ids are of one reward: equal, or the same hash of weights or code in both; without hashes, one
    inside the other's parentheses. An ensemble is its members and their shares: one that it has in common with another
    reward does not make them the same."""
    if any(bare_id(one).startswith(f"{ENSEMBLE}:") for one in (a, b)):
        return bare_id(a) == bare_id(b)
    x, y = contents(a), contents(b)
    if x or y:
        return bool(x & y)
    return a == b or f"({b})" in a or f"({a})" in b


def embedded_reward(reward_id: str) -> list[str] | None:
    """The profile keys that load the shipped reward of an id; None where it does not come with the suite."""
    own = bare_id(reward_id)
    kind, found = own.partition(":")[0], contents(own)
    if kind not in REWARD_ASSETS or not found:
        return None
    asset = next((name for name, held in _shipped(kind == ENSEMBLE) if held == found), None)
    return None if asset is None else [f"rl.reward={kind}", f"rl.reward_path={PREFIX}{asset}"]


@cache
def _shipped(ensembles: bool) -> tuple[tuple[str, frozenset[str]], ...]:
    """(asset, the hashes of its weights) of every model that ships, or of every ensemble."""
    from training.shared.hashes import weights_hash

    made = []
    for folder in sorted(file.parent for file in ASSETS.glob("*/asset.json")):
        joined = members(folder)
        if (joined is not None) == ensembles:
            parts = [folder] if joined is None else [Path(member.path) for member in joined]
            made.append((folder.name, frozenset(weights_hash(str(part))[:16] for part in parts)))
    return tuple(made)
