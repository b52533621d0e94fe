"""The reward callable of the RL stage: raw scores -> eq. 6 over the whole generation batch, every part of it logged.

B of the batch-relative length penalty is the generation batch of all processes, so lengths are gathered before the
median is taken.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from metrics.errors import UserError
from training.rewards import Reward
from training.rewards.portions import divisible, score_in_portions
from training.rewards.safeguards import Penalties, shape
from training.rl.halves import Halves
from training.rl.watchdogs import warnings_of
from training.shared.memory import memory_guard, smaller_batch
from training.shared.resume import StepLog, log
from training.shared.think import answer_of, opens_thought, spelled

WARN_AGAIN = 50
"""Steps before the same warning is repeated on the terminal; rl_steps.jsonl has every one."""
FROM_TRAINER = {
    "loss": "loss",
    "reward": "reward",
    "reward_std": "reward_std",
    "kl": "kl",
    "entropy": "entropy",
    "grad_norm": "grad_norm",
    "learning_rate": "lr",
    "clip_ratio/region_mean": "clip_ratio",
    "completions/mean_length": "policy_tokens_mean",
    "epoch": "epoch",
}


@dataclass(frozen=True, slots=True)
class Rollouts:
    """How completions are read."""

    tokenizer: Any
    """The policy's."""
    group: int
    """Completions per prompt."""
    ends: Sequence[int] = ()
    """Every token that finishes a completion (default: the tokenizer's eos)."""
    strip_think: bool = False
    """Think blocks are taken off before anything is judged."""


class StepReward:
    """Called by TRL once for each generation batch on each process; `summary` describes the last one."""

    __name__ = "eq6"

    def __init__(
        self, reward: Reward, penalties: Penalties, lang: str, rollouts: Rollouts, write: StepLog | None
    ) -> None:
        """write: main process only."""
        self.reward, self.penalties, self.lang, self.write = reward, penalties, lang, write
        self.tokenizer, self.group, self.strip_think = rollouts.tokenizer, rollouts.group, rollouts.strip_think
        self.ends = {*(rollouts.ends or [self.tokenizer.eos_token_id]), self.tokenizer.pad_token_id}
        self.summary: dict[str, Any] = {}
        self._warned: dict[str, int] = {}
        self._dealt: Callable[[list[Any]], list[Any]] | None = None

    def __call__(
        self,
        prompts: Sequence[str],
        completions: Sequence[str],
        completion_ids: Sequence[Sequence[int]],
        source: Sequence[str],
        example_id: Sequence[str],
        trainer_state: Any,
        **_: Any,
    ) -> list[float]:
        """r of eq. 6 of each of this process's completions."""
        from accelerate.utils import gather_object

        completions, thoughts = self._answers(prompts, completions, completion_ids)
        step = int(trainer_state.global_step) + 1
        before = self.reward.counts()
        with memory_guard(f"the reward {self.reward.name}", lambda: _smaller(self.reward)):
            raw = self._raw(list(source), list(completions))
        counted = {name: n - before.get(name, 0) for name, n in self.reward.counts().items()}
        bad = next((value for value in raw if not (math.isfinite(value) and 0 <= value <= 1)), None)
        if bad is not None or len(raw) != len(completions):
            what = f"the score {bad}" if bad is not None else f"{len(raw)} scores for {len(completions)} completions"
            raise UserError(
                f"the reward {self.reward.name} gave {what} at step {step}; eq. 6 needs one probability in [0, "
                "1] for each completion"
            )
        tokens = self.reward.token_ids(completions)
        lengths = gather_object([len(ids) for ids in tokens])
        of_source = [len(ids) for ids in self.reward.token_ids(source)] if self.penalties.variant == "reflen" else None
        shaped = shape(
            raw, completions, tokens, self.lang, self.penalties, batch_lengths=lengths, source_lengths=of_source
        )
        rows = [
            {
                "example_id": i,
                "text": text,
                "raw": s.raw,
                "gate": int(s.gate),
                "p_len": s.p_len,
                "p_rep": s.p_rep,
                "shaped": s.shaped,
                "reward": s.reward,
                "length": s.length,
                "truncated": bool(ids) and ids[-1] not in self.ends,
            }
            for i, text, ids, s in zip(example_id, completions, completion_ids, shaped, strict=True)
        ]
        rows = gather_object(rows)
        counts, thought = gather_object([counted]), gather_object(thoughts)
        if self.write is not None:
            self.write.append({"step": step, "index": n, "group": n // self.group, **row} for n, row in enumerate(rows))
        self.summary = summarise(rows, self.group) | {
            "reward_counts": {k: sum(c[k] for c in counts) for k in counts[0]}
        }
        if self.strip_think:
            self.summary["think_stripped"] = sum(thought) / len(thought)
        self.summary["warnings"] = self._warn(step)
        return [s.reward for s in shaped]

    def share(self, halves: Halves) -> None:
        """Has a second process do some of the scoring, where the reward can be divided."""
        if divisible(self.reward):
            halves.jobs["reward"] = self.reward.of_portion
            self._dealt = functools.partial(halves.dealt, "reward")

    def _raw(self, sources: list[str], completions: list[str]) -> list[float]:
        if self._dealt is not None and divisible(self.reward):
            return score_in_portions(self.reward, sources, completions, self._dealt)
        return self.reward.score(sources, completions)

    def _answers(
        self, prompts: Sequence[str], completions: Sequence[str], completion_ids: Sequence[Sequence[int]]
    ) -> tuple[list[str], list[bool]]:
        """(what is judged of each completion, whether a think block was taken off it)."""
        if not self.strip_think:
            return list(completions), [False] * len(completions)
        found = [
            answer_of(spelled(self.tokenizer, ids), opens_thought(p))
            for p, ids in zip(prompts, completion_ids, strict=True)
        ]
        return [text for text, _ in found], [thought for _, thought in found]

    def _warn(self, step: int) -> list[str]:
        found = warnings_of(self.summary)
        for kind, message in found.items():
            if self.write is not None and step - self._warned.get(kind, -WARN_AGAIN) >= WARN_AGAIN:
                self._warned[kind] = step
                log.warning("RL step %d: %s", step, message)
        return list(found.values())


def _smaller(reward: Reward) -> str:
    """The option of the reward that bounds one forward pass, halved."""
    name = next((n for n in ("batch_tokens", "batch_size") if hasattr(reward, n)), None)
    return (
        smaller_batch(f"rl.reward_options.{name}", getattr(reward, name)) if name else "score fewer completions at once"
    )


def summarise(rows: Sequence[dict[str, Any]], group: int) -> dict[str, Any]:
    """Means over the completions of one step; shares lie in 0..1. `zero_std_groups`: share of groups whose rewards are
    all equal."""
    n = len(rows)
    mean = {
        f"{name}_mean": sum(float(row[name]) for row in rows) / n
        for name in ("raw", "shaped", "p_len", "p_rep", "length")
    }
    groups = [[row["reward"] for row in rows[i : i + group]] for i in range(0, n, group)]
    return {
        "completions": n,
        "reward_mean": sum(row["reward"] for row in rows) / n,
        **mean,
        "gate_pass": sum(row["gate"] for row in rows) / n,
        "chars_mean": sum(len(row["text"]) for row in rows) / n,
        "clipped_ratio": sum(row["truncated"] for row in rows) / n,
        "zero_std_groups": sum(max(g) == min(g) for g in groups) / len(groups),
    }


def step_row(step: int, logged: dict[str, Any], summary: dict[str, Any]) -> dict[str, Any]:
    """One row of rl_steps.jsonl: what the trainer logged (finite numbers only) beside the summary of its generation
    batch."""
    from_trainer = {
        to: logged[name]
        for name, to in FROM_TRAINER.items()
        if logged.get(name) is not None and math.isfinite(logged[name])
    }
    return {"step": step, **from_trainer, **summary}
