"""The families of metrics of one system, in the order of the summary. A new family is one function and one line in FAMILIES."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import Any

import numpy as np

from metrics.coverage import align_all, facts_stated, score_facts
from metrics.inventory import Alignment, Inventory
from metrics.overlap import score_overlap
from metrics.records import Example, Generation
from metrics.retrieval import MRR, P1, score_retrieval
from metrics.scorers import SCORERS, Scorer, load_scorer
from metrics.segment import SegmentStats, from_values, unscorable
from metrics.verbosity import score_verbosity
from training.shared import processes

REWARD = "reward.mean"

FAMILIES = {
    "facts": "benchmark.scoring.families:facts",
    "retrieval": "benchmark.scoring.families:retrieval",
    "verbosity": "benchmark.scoring.families:verbosity",
    "overlap": "benchmark.scoring.families:overlap",
    "scorers": "benchmark.scoring.families:scorers",
    "reward": "benchmark.scoring.families:reward",
}
"""name -> "module:function" taking a Scoring and returning its metrics."""
SHARED = ("scorers", "reward")
"""Families whose work is dealt out over the processes of a run; the others are the main process's alone."""


@dataclass
class Means:
    """What scoring has at hand besides the texts; made once for all systems of a task."""

    inventory: Inventory
    """Of the whole examples file."""
    retrieval: str | None
    """Encoder folder of grounding.retrieval_*, or None."""
    scorers: dict[str, str]
    """Scorer name -> checkpoint folder."""
    load_reward: Callable[[], Any] | None
    """Makes the training reward, or None where none is known."""
    absent: dict[str, str] = field(default_factory=dict)
    """Family -> why it is not computed, for the families that have no means."""

    @cached_property
    def reward(self) -> Any:
        """The training reward, loaded once; None where none is known."""
        return self.load_reward() if self.load_reward else None


@dataclass
class Scoring:
    """One system to be scored on one task."""

    examples: Sequence[Example]
    generations: Sequence[Generation]
    """Aligned with the examples."""
    means: Means

    @cached_property
    def texts(self) -> list[str]:
        """The outputs in the order of the examples."""
        return [g.text for g in self.generations]

    @cached_property
    def ids(self) -> list[str]:
        """The examples' ids."""
        return [e.id for e in self.examples]

    @cached_property
    def alignments(self) -> list[Alignment | None]:
        """Facts found in each output."""
        return align_all(self.examples, self.texts, self.means.inventory)


def score_system(scoring: Scoring) -> list[SegmentStats]:
    """All metrics of one system, family by family; of the shared ones alone where this is not the main process."""
    found: list[SegmentStats] = []
    for name, target in FAMILIES.items():
        if name not in SHARED and not processes.is_main():
            continue
        module, _, attr = target.partition(":")
        found += getattr(import_module(module), attr)(scoring)
    return found


def facts(scoring: Scoring) -> list[SegmentStats]:
    """coverage.* and grounding.{entity,event,quantity,relation}."""
    return score_facts(scoring.examples, scoring.texts, scoring.means.inventory, scoring.alignments)


def retrieval(scoring: Scoring) -> list[SegmentStats]:
    """grounding.retrieval_*; null without an encoder."""
    if scoring.means.retrieval is None:
        reason = scoring.means.absent.get("retrieval", "no encoder given (score.retrieval)")
        return [unscorable(name, scoring.ids, reason, f"{name}|unavailable", True) for name in (P1, MRR)]
    return score_retrieval(scoring.examples, scoring.texts, scoring.means.retrieval)


def verbosity(scoring: Scoring) -> list[SegmentStats]:
    """verbosity.*"""
    return score_verbosity(scoring.examples, scoring.texts, scoring.generations, facts_stated(scoring.alignments))


def overlap(scoring: Scoring) -> list[SegmentStats]:
    """overlap.bleu and overlap.chrf."""
    return score_overlap(scoring.examples, scoring.texts)


def scorers(scoring: Scoring) -> list[SegmentStats]:
    """scorer.<name> for every scorer there is; null for those without a checkpoint."""
    found = []
    for name in SCORERS:
        folder = scoring.means.scorers.get(name)
        if folder is None:
            reason = scoring.means.absent.get("scorers", f"no checkpoint given (score.scorers.{name})")
            found.append(unscorable(f"scorer.{name}", scoring.ids, reason, f"scorer.{name}|unavailable", True))
        else:
            found.append(_in_blocks(load_scorer(name), scoring, folder))
    return found


def _in_blocks(scorer: Scorer, scoring: Scoring, folder: str) -> SegmentStats:
    """The scorer's metric, a block of examples at a time (`processes.in_blocks`)."""

    def rows(block: Sequence[int]) -> list[tuple[SegmentStats, int]]:
        found = scorer([scoring.examples[i] for i in block], [scoring.texts[i] for i in block], folder)
        return [(found, i) for i in range(len(block))]

    parts = processes.in_blocks(rows, len(scoring.texts))
    if not parts:
        return scorer(scoring.examples, scoring.texts, folder)
    reasons = tuple(part.reasons[i] for part, i in parts)
    stats = np.array([part.stats[i] for part, i in parts])
    # As for any metric: what scored nothing for one common cause is unscorable as a whole.
    common = reasons[0] if len(set(reasons)) == 1 else None
    return replace(parts[0][0], example_ids=tuple(scoring.ids), stats=stats, reasons=reasons, reason=common)


def reward(scoring: Scoring) -> list[SegmentStats]:
    """reward.mean: mean of gate x the reward's raw score, without the batch-relative penalties; null where no reward is known."""
    if scoring.means.load_reward is None:
        reason = scoring.means.absent.get("reward", "no reward is known for these texts")
        return [unscorable(REWARD, scoring.ids, reason, f"{REWARD}|unavailable", True)]
    from training.rewards.safeguards import gate

    judge = scoring.means.reward

    def scored(block: Sequence[int]) -> list[float]:
        return judge.score([scoring.examples[i].source for i in block], [scoring.texts[i] for i in block])

    raw = processes.in_blocks(scored, len(scoring.texts))
    values = [r if gate(t, e.target_lang) else 0.0 for r, t, e in zip(raw, scoring.texts, scoring.examples, strict=True)]
    return [from_values(REWARD, scoring.ids, values, f"{REWARD}|gate x raw|reward:{judge.id}", True)]
