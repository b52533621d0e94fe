"""Texts -> scores, per-segment statistics, copies of the references. No torch, unless a neural family is asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard.alike import sketch, texts_hash
from benchmark.leaderboard.board import Board, Entry, outputs_limit
from benchmark.leaderboard.packed import stats_hash
from metrics import catalog
from metrics.errors import UserError
from metrics.likeness import likeness
from metrics.records import Example, Generation, align_generations
from metrics.version import UNAVAILABLE

if TYPE_CHECKING:
    import numpy as np

    from benchmark.scoring.families import Means
    from metrics.blocks import Column
    from metrics.outline import Outline
    from metrics.segment import SegmentStats
    from metrics.stats import Resampler

DETERMINISTIC = ("facts", "placement", "open", "verbosity", "form", "overlap")
"""Families (of `metrics.catalog`) that every entry is scored by, and that `verify` recomputes to the digit; `open`
says nothing where there are facts, `placement` nothing of titles, `form` nothing of real text (and entries scored
before it was there have none)."""
NEURAL = {"retrieval": "grounding.retrieval_", "scorers": "scorer.", "reward": "reward."}
"""Families that need weights, only when asked for -> how their metrics' names begin."""
TOLERANCE = 1e-4
"""Of neural scores when they are recomputed."""
ROW = ("example_id", "finish_reason", "n_tokens", "seed", "stage", "system", "text")
"""Fields of a stored output."""
DIGITS = 10
"""Significant digits stored: what is left of the order of summation on different machines lies below them."""


@dataclass(frozen=True)
class Scored:
    """One system's outputs with all that a board keeps of them."""

    generations: list[Generation]
    metrics: list[SegmentStats]
    scores: dict[str, dict[str, Any]]
    signatures: dict[str, str]
    stats: dict[str, np.ndarray]
    copies: dict[str, float] | None

    @property
    def outputs(self) -> bytes:
        """The outputs as they are stored."""
        return outputs_bytes(self.generations)


def neural(metric: str) -> bool:
    """Whether a metric comes from weights."""
    return metric.startswith(tuple(NEURAL.values()))


def outputs_bytes(generations: Sequence[Generation]) -> bytes:
    """generations.jsonl in one spelling, with the contract's fields alone; system and stage stand in every row, so
    their hash binds them."""
    rows = ({name: getattr(made, name) for name in ROW} for made in generations)
    return "".join(json.dumps(row, ensure_ascii=False, sort_keys=True, allow_nan=False) + "\n" for row in rows).encode(
        "utf-8"
    )


def rounded(value: float | None) -> float | None:
    """To DIGITS significant digits; -0 is 0."""
    return None if value is None else float(f"{value:.{DIGITS}g}") + 0.0


def signature_key(signature: str) -> str:
    """How a score names its signature."""
    return hashlib.sha256(signature.encode()).hexdigest()[:12]


def known_means(examples: Sequence[Example], asked: Sequence[str], profile: str, reward_id: str | None = None) -> Means:
    """What scoring outputs of these examples needs, all of them or some; the profile's models for the neural families
    asked for. Raises UserError for an unknown family.

    reward_id: of the reward that the system was trained with. If it comes with the suite, reward.mean is its, else
    that of its kind: whether a system has hacked its reward can only be told by its own one.
    """
    from benchmark.scoring.families import Means
    from metrics.inventory import Inventory

    if unknown := [name for name in asked if name not in NEURAL]:
        raise UserError(f"unknown neural family {unknown[0]!r}; known: {', '.join(NEURAL)}")
    inventory = Inventory(examples)
    if not asked:
        return Means(inventory, None, {}, None)
    from benchmark.settings.config import load_profile
    from benchmark.settings.embedded_rewards import REWARD_ASSETS, bare_id, embedded_reward
    from benchmark.settings.models import Models

    kind = bare_id(reward_id or "").partition(":")[0]
    of_kind = [f"rl.reward={kind}"] if kind in REWARD_ASSETS else []
    models = Models(load_profile(profile, embedded_reward(reward_id or "") or of_kind))
    return Means(
        inventory,
        models.retrieval if "retrieval" in asked else None,
        models.scorers if "scorers" in asked else {},
        partial(models.load_reward, examples[0].target_lang) if "reward" in asked else None,
        among=examples,
    )


def profile_of(board: Board, given: str | None = None) -> str:
    """The profile whose models score a board's entries: the one asked for, else that of the task's world."""
    from benchmark.tasks import TASKS, load_task

    return given or (load_task(board["task"]).profile if board["task"] in TASKS else "tiny")


def measure(
    examples: Sequence[Example],
    generations: Sequence[Generation],
    means: Means,
    families: Sequence[str],
    outline: Outline | None = None,
) -> list[SegmentStats]:
    """The metrics of some families, without those that have no value because no weights were given. outline: of the
    whole split, where it is at hand."""
    from metrics.catalog import score_families
    from metrics.scoring import Scoring

    found = score_families(Scoring(examples, generations, means, outline), families)
    return [m for m in found if not m.signature.endswith(UNAVAILABLE)]


def columns(
    examples: Sequence[Example],
    generations: Sequence[Generation],
    means: Means,
    families: Sequence[str],
    outline: Outline,
) -> dict[str, list[Column]]:
    """As `measure`, of any outputs of a split, an example as often as there are outputs of it: family -> its columns.
    Raises ValueError for a family that needs a whole system."""
    from metrics.scoring import Scoring

    scoring, out = Scoring(examples, generations, means, outline), {}
    for family in families:
        found = catalog.measure(family, scoring)
        if found is None:
            raise ValueError(f"{family} cannot be measured in blocks")
        out[family] = [column for column in found if not column.signature.endswith(UNAVAILABLE)]
    return out


def score(
    board: Board, examples: Sequence[Example], generations: Sequence[Generation], means: Means, asked: Sequence[str]
) -> Scored:
    """Scores one system on a board's test split. Raises UserError where ids are missing, unknown or doubled, or texts
    too long together."""
    try:
        aligned = align_generations(examples, generations)
    except UserError as error:
        raise UserError(
            f"{error} (python -m benchmark data export --task {board['task']} --split test --out examples.jsonl)"
        ) from None
    if (size := sum(len(made.text.encode("utf-8", "surrogatepass")) for made in aligned)) > outputs_limit(
        len(examples)
    ):
        raise UserError(
            f"the outputs have {size} bytes together; at most {outputs_limit(len(examples))} "
            f"are taken for {len(examples)} examples"
        )
    metrics = measure(examples, aligned, means, [*DETERMINISTIC, *[n for n in NEURAL if n in asked]])
    return scored_as(board, examples, aligned, metrics)


def scored_as(
    board: Board, examples: Sequence[Example], generations: Sequence[Generation], metrics: Sequence[SegmentStats]
) -> Scored:
    """What a board keeps of outputs that have been measured."""
    return Scored(
        list(generations),
        list(metrics),
        *described(board, examples, metrics),
        statistics(metrics),
        copies(examples, generations),
    )


def sampler_of(board: Board, examples: Sequence[Example]) -> Resampler:
    """The draws of a board: one set for all entries, so that whoever looks at many makes them once."""
    from metrics.stats import Resampler

    wanted = board["statistics"]
    docs = tuple(e.doc_id for e in examples)
    return Resampler(tuple(e.id for e in examples), docs, wanted["draws"], seed=wanted["seed"], level=wanted["level"])


def described(
    board: Board, examples: Sequence[Example], metrics: Sequence[SegmentStats], sampler: Resampler | None = None
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """(metric -> score with interval, as it stands on the board; signature key -> signature).

    The same intervals as in the summary.json of a run with the board's seed and number of draws: nobody chooses the
    draws of an entry. sampler: that of the board (`sampler_of`), where it is at hand.
    """
    from metrics.contrast import level_of

    sampler = sampler or sampler_of(board, examples)
    scores: dict[str, dict[str, Any]] = {}
    signatures: dict[str, str] = {}
    for m in metrics:
        measured, value = sampler.measured([m]), m.value()
        limits = None if measured is None else sampler.limits(level_of(measured))
        low, high = (None, None) if limits is None else (limits.low, limits.high)
        key = signature_key(m.signature)
        signatures[key] = m.signature
        cell = {
            "value": rounded(value),
            "ci_low": rounded(low),
            "ci_high": rounded(high),
            "n_scored": m.n_scored,
            "signature": key,
        }
        if value is None:
            cell["reason"] = m.reason or "undefined: nothing of this kind in any scored segment (0 / 0)"
        scores[m.metric] = cell
    return scores, signatures


def statistics(metrics: Sequence[SegmentStats]) -> dict[str, np.ndarray]:
    """metric -> (n, k) sufficient statistics, NaN rows where a segment was not scored."""
    import numpy as np

    return {m.metric: np.where(m.scored[:, None], m.stats, np.nan) for m in metrics}


def segments(metric: str, ids: tuple[str, ...], rows: np.ndarray, signature: str) -> SegmentStats:
    """The metric as it was scored, from rows of `statistics`. Raises ValueError for rows of a shape that no combiner
    reads."""
    import numpy as np

    from metrics.segment import SegmentStats

    combiner = {2: "ratio", 4: "f1", 10: "bleu", 18: "chrf"}.get(rows.shape[1] if rows.ndim == 2 else 0, "none")
    missing = np.isnan(rows).any(axis=1) if rows.ndim == 2 else np.ones(len(ids), dtype=bool)
    whole = "not scored" if missing.all() else None
    reasons = tuple("not scored" if m else None for m in missing)
    return SegmentStats(
        metric, ids, np.nan_to_num(rows), combiner, reasons, signature, catalog.higher_is_better(metric), whole
    )


def copies(examples: Sequence[Example], generations: Sequence[Generation]) -> dict[str, float] | None:
    """`metrics.likeness` of the outputs as a board keeps it; None where there are no references."""
    found = likeness(examples, [made.text for made in generations])
    return None if found is None else {name: rounded(share) or 0.0 for name, share in found.items()}


def make_entry(board: Board, identity: dict[str, Any], scored: Scored) -> Entry:
    """The entry of one system, not yet bound to others: `identity` holds what the texts cannot tell (name, lineage,
    training, reward ...)."""
    return {
        **identity,
        "task": board["task"],
        "test_sha256": board["test"]["sha256"],
        "copies": scored.copies,
        "outputs": {**texts_of(scored.generations), "stats_sha256": stats_hash(scored.stats)},
        "scores": scored.scores,
    }


def texts_of(generations: Sequence[Generation]) -> dict[str, str]:
    """Hashes of the outputs: of their bytes, of their bare texts, and the sketch by which nearly equal ones are
    found."""
    whole = hashlib.sha256(outputs_bytes(generations)).hexdigest()
    return {"sha256": whole, "texts_sha256": texts_hash(generations), "sketch": sketch(generations)}
