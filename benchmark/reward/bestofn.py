"""Best of n: what happens to fidelity and length as a reward is pressed harder on the policy's own samples
(over-optimisation).

Each source has N samples. The expected best of n is computed, not drawn: of N samples ranked by reward, the i-th (from
0) is the best of a random n with probability C(N - 1 - i, n - 1) / C(N, n); equally rewarded samples share their
probabilities. Recall, precision and F1 are pooled ratios of expected counts, as everywhere in the suite. Intervals
resample sources. The reward never sees the facts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.generation.decoding import Work
from benchmark.reward.judge import Judge
from benchmark.tasks import Task, load_task
from metrics.errors import UserError
from metrics.records import Example

DRAWS = 1000
TEMPERATURE = 1.0
COLUMNS = ("reward", "recall", "precision", "f1", "chars")
TRUE = ("recall", "precision", "f1")
"""What counts as truth: it may turn down while the reward rises."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """Whose samples, how many, on what."""

    policy: str
    """Folder, hub id or asset:NAME."""
    task: str
    n_samples: int
    n_sources: int
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n_samples < 2 or self.n_sources < 2:
            raise UserError(
                "--n-samples and --sources must be at least 2: a curve needs samples, an interval needs sources"
            )


@dataclass(frozen=True, slots=True)
class Samples:
    """What the curves are made of; S sources, N samples each."""

    reward: np.ndarray
    """(S, N): what the best is chosen by."""
    hits: np.ndarray
    """(S, N): salient facts stated."""
    salient: np.ndarray
    """(S,): salient facts there are."""
    good: np.ndarray
    """(S, N): stated items that the source supports."""
    stated: np.ndarray
    """(S, N): stated items."""
    chars: np.ndarray
    """(S, N): code points."""


@cache
def rank_weights(n_samples: int) -> np.ndarray:
    """(N, N): row n - 1, column i: probability that the i-th ranked of N samples is the best of n drawn without
    replacement."""
    n = n_samples
    return np.array([[math.comb(n - 1 - i, k - 1) / math.comb(n, k) for i in range(n)] for k in range(1, n + 1)])


def best_weights(rewards: np.ndarray) -> np.ndarray:
    """(N,) rewards -> (N, N): row n - 1 holds each sample's probability of being the best of n; tied samples have equal
    ones."""
    order = np.argsort(-rewards, kind="stable")
    weights = np.empty((len(rewards), len(rewards)))
    weights[:, order] = rank_weights(len(rewards))
    for value in np.unique(rewards):
        tied = rewards == value
        weights[:, tied] = weights[:, tied].mean(axis=1, keepdims=True)
    return weights


def _figures(sums: np.ndarray) -> dict[str, np.ndarray]:
    """(..., n, 6) sums of [reward, hits, salient, good, stated, chars] and the number of sources, last -> COLUMNS."""
    reward, hits, salient, good, stated, chars, sources = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        recall, precision = hits / salient, np.where(stated > 0, good / stated, 0.0)
        f1 = np.where(recall + precision > 0, 2 * recall * precision / (recall + precision), 0.0)
    return {"reward": reward / sources, "recall": recall, "precision": precision, "f1": f1, "chars": chars / sources}


def curves(samples: Samples, seed: int = 0, draws: int = DRAWS) -> dict[str, Any]:
    """{"curves": {column: {"value", "ci_low", "ci_high"}}, "turning": {metric: ...}}; lists over n = 1 .. N.

    turning: where a true metric is highest ("n"), its change from there to N with the paired 95 % interval, and whether
    that lies below 0. The highest point was chosen by looking, so a fall just outside its interval is weak evidence.
    """
    n_sources, n = samples.reward.shape
    expected = np.empty((n_sources, n, 7))
    for s in range(n_sources):
        weights = best_weights(samples.reward[s])
        columns = [
            samples.reward[s],
            samples.hits[s],
            np.full(n, samples.salient[s]),
            samples.good[s],
            samples.stated[s],
            samples.chars[s],
        ]
        expected[s, :, :6] = weights @ np.stack(columns, axis=1)
        expected[s, :, 6] = 1.0
    values = _figures(expected.sum(axis=0))
    rng = np.random.default_rng([5, seed])
    times = rng.multinomial(n_sources, np.full(n_sources, 1 / n_sources), size=draws).astype(float)
    resampled = _figures((times @ expected.reshape(n_sources, -1)).reshape(draws, n, 7))
    found: dict[str, Any] = {"curves": {}, "turning": {}}
    for name in COLUMNS:
        low, high = np.nanpercentile(resampled[name], (2.5, 97.5), axis=0)
        found["curves"][name] = {"value": values[name].tolist(), "ci_low": low.tolist(), "ci_high": high.tolist()}
    for name in TRUE:
        top = int(values[name].argmax())
        change = resampled[name][:, -1] - resampled[name][:, top]
        low, high = (float(x) for x in np.nanpercentile(change, (2.5, 97.5)))
        fall = float(values[name][-1] - values[name][top])
        found["turning"][name] = {
            "n": top + 1,
            "change": fall,
            "ci_low": low,
            "ci_high": high,
            "turns_down": top + 1 < n and high < 0,
        }
    return found


def draw_samples(sampling: Sampling, examples: Sequence[Example], ask: Any) -> list[list[str]]:
    """N texts of the policy for each example, at temperature 1, each with a random stream of its own."""
    from benchmark.generation.decoding import Decoding, token_cap
    from benchmark.generation.local import generate_texts
    from benchmark.settings.assets import resolve
    from training.shared.loading import load_policy

    model, tokenizer = load_policy(resolve(sampling.policy, "--policy"))
    gold = [r for e in examples for r in (e.reference or ())]
    cap = token_cap(gold, lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"]), None)
    decoding = Decoding(cap, 64, TEMPERATURE, sampling.seed)
    places = [(i, k) for i in range(len(examples)) for k in range(sampling.n_samples)]
    prompts, ids = [ask(examples[i].source) for i, _ in places], [f"{examples[i].id}#{k}" for i, k in places]
    found = {
        name: text
        for rows in generate_texts(model, tokenizer, prompts, ids, decoding, work=Work(label="sample"))
        for name, text, _, _ in rows
    }
    return [[found[f"{e.id}#{k}"] for k in range(sampling.n_samples)] for e in examples]


def measure(judge: Judge, examples: Sequence[Example], texts: Sequence[Sequence[str]]) -> tuple[Samples, bool]:
    """(the samples scored and held against the gold facts, whether the language gate multiplies the reward).

    The gate counts where raw scores lie in 0..1, as eq. 6 has it; the penalties that depend on the batch are left out.
    """
    from metrics.coverage import align_all
    from metrics.inventory import Inventory
    from training.rewards.safeguards import gate, gated

    scores = judge.score([(e.source, t, e.target_lang) for e, own in zip(examples, texts, strict=True) for t in own])
    if any(v is None for v in scores.values()):
        raise UserError(
            f"{judge.name}: could not score some of the policy's samples, so none can be called the best; "
            "choose another reward"
        )
    raw = np.array(
        [
            [float(scores[e.source, t, e.target_lang] or 0.0) for t in own]
            for e, own in zip(examples, texts, strict=True)
        ]
    )
    shaped = bool(raw.min() >= 0 and raw.max() <= 1 and all(gated(e.target_lang) for e in examples))
    if shaped:
        raw *= np.array([[gate(t, e.target_lang) for t in own] for e, own in zip(examples, texts, strict=True)])
    inventory = Inventory(examples)
    rows = [align_all([e] * len(own), own, inventory) for e, own in zip(examples, texts, strict=True)]

    def table(count: Any) -> np.ndarray:
        return np.array([[count(e, a) for a in own] for e, own in zip(examples, rows, strict=True)], dtype=float)

    samples = Samples(
        raw,
        table(lambda e, a: sum(stated for fact, stated in zip(e.facts, a.stated, strict=True) if fact.salient)),
        np.array([sum(f.salient for f in e.facts or ()) for e in examples], dtype=float),
        table(lambda e, a: len(a.supported)),
        table(lambda e, a: len(a.supported) + len(a.unsupported)),
        np.array([[len(t) for t in own] for own in texts], dtype=float),
    )
    return samples, shaped


def prepare(sampling: Sampling) -> tuple[Task, list[Example]]:
    """The task and its dev sources that have salient facts. UserError where there are too few, or for a policy that
    cannot be loaded."""
    from benchmark.settings.assets import resolve
    from metrics.hub import is_hub_id
    from training.shared.checkpoints import check_folder

    path = resolve(sampling.policy, "--policy")
    if not is_hub_id(path):
        check_folder(Path(path))
    task = load_task(sampling.task)
    examples = [e for e in task.load("dev", sampling.n_sources) if any(f.salient for f in e.facts or ())]
    if len(examples) < 2:
        raise UserError(
            f"--task {sampling.task}: fewer than two of its dev sources have salient facts to hold samples against"
        )
    return task, examples


def best_of_n(judge: Judge, sampling: Sampling) -> dict[str, Any]:
    """The key `best_of_n` of reward.json: curves over n = 1 .. n_samples on dev sources that have salient facts."""
    task, examples = prepare(sampling)
    samples, gated = measure(judge, examples, draw_samples(sampling, examples, task.ask))
    return {
        "policy": sampling.policy,
        "task": sampling.task,
        "split": "dev",
        "n_sources": len(examples),
        "n_samples": sampling.n_samples,
        "temperature": TEMPERATURE,
        "gated": gated,
        **curves(samples, sampling.seed),
    }
