"""Generations -> per-segment statistics -> scores.parquet -> summary.json. No policy model is needed, and nothing is
scored twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmark.scoring.families import Means, Scoring, score_system
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.marks import Making, marks
from metrics.open.bounds import floor, read
from metrics.open.lists import name_list
from metrics.open.scores import PREFIX
from metrics.records import (
    Example,
    Generation,
    align_generations,
    atomic_write_bytes,
    atomic_write_text,
)
from metrics.scores import read_seeds, score_table, write_scores
from metrics.segment import SegmentStats
from metrics.stages import GOLD
from metrics.summary import summarise, system_keys
from training.shared import processes


def gold_generations(examples: Sequence[Example]) -> list[Generation] | None:
    """The (first) references as a system of their own; None where an example has none."""
    texts = [e.reference[0] if e.reference else None for e in examples]
    if any(t is None for t in texts):
        return None
    return [Generation(e.id, GOLD, GOLD, t or "", None, "stop", None) for e, t in zip(examples, texts, strict=True)]


def score_file(
    examples: Sequence[Example],
    generations: Sequence[Generation],
    means: Means,
    task: str,
    out: Path,
    seed: int | None = None,
) -> dict[str, Any]:
    """Scores one system and writes its rows to `out`. Returns {"n", "reward_counts"?} for the manifest.

    seed: where the system and stage is scored in several seeds, each in a file of its own.
    Of several processes each computes its share of what weights score (families.SHARED); the main one does the rest and
    writes.
    """
    aligned = align_generations(examples, generations)
    metrics = score_system(Scoring(examples, aligned, means))
    if processes.is_main():
        out.parent.mkdir(parents=True, exist_ok=True)
        write_scores(out, score_table(aligned[0].system, aligned[0].stage, task, metrics, seed))
    record: dict[str, Any] = {"n": len(aligned)}
    if means.load_reward is not None:
        counts = processes.gather([means.reward.counts()])
        record["reward_counts"] = {name: sum(c[name] for c in counts) for name in counts[0]}
    return record


def merge_scores(parts: Sequence[Path], out: Path) -> None:
    """One Parquet file of several with the same columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.concat_tables([pq.read_table(part) for part in parts]), sink)
    atomic_write_bytes(out, sink.getvalue().to_pybytes())


def own_names(path: str | None, lang_pairs: Iterable[tuple[str, str]] = ()) -> Path | None:
    """The user's TSV of names, read once so that a mistake in it is told before anything is scored. Raises
    UserError."""
    if path is None:
        return None
    found = Path(path).resolve()
    for pair in {*lang_pairs} or {("zh", "th")}:
        name_list(*pair, found)
    return found


def summarise_task(
    examples: Sequence[Example],
    parts: Sequence[Path],
    run: dict[str, Any],
    making: Making | None,
    draws: Draws,
    names: Path | None = None,
) -> dict[str, Any]:
    """The summary of one task from the score files of its systems, in the order given. names: the user's TSV of names,
    for open.*."""
    systems: dict[tuple[str, str], dict[int | None, list[SegmentStats]]] = {}
    for part in parts:
        for (system, stage, _), by_seed in read_seeds(part).items():
            systems.setdefault((system, stage), {}).update(by_seed)
    keys = system_keys(list(systems))
    # A system of one seed is one run: nothing can be said of other seeds.
    table = {
        key: by_seed if len(by_seed) > 1 else next(iter(by_seed.values()))
        for key, by_seed in zip(keys, systems.values(), strict=True)
    }
    known = dict.fromkeys(m.metric for by_seed in systems.values() for scores in by_seed.values() for m in scores)
    docs = [e.doc_id for e in examples] if any(e.doc_id is not None for e in examples) else None
    summary = summarise(table, docs, run, marks(known, making), draws)
    return {**summary, **_bounds(summary, examples, docs, draws, names)}


def _bounds(
    summary: dict[str, Any],
    examples: Sequence[Example],
    docs: Sequence[str | None] | None,
    draws: Draws,
    names: Path | None,
) -> dict[str, Any]:
    """{"open": what was read, and what open.* can reach: ceiling (the references), floor (shuffled references)}; {}
    without open.*."""
    if all(example.facts is not None for example in examples):
        return {}
    below = floor(examples, names)
    low = summarise({"floor": below}, docs, {}, {}, draws)["systems"]["floor"] if below else None
    gold = summary["systems"].get(GOLD)
    high = {name: cell for name, cell in gold.items() if name.startswith(PREFIX)} if gold else None
    return {
        "open": {
            "ceiling": high,
            "floor": low,
            "read": read(examples, names),
            "segments": sum(e.facts is None for e in examples),
        }
    }


def write_summary(out: Path, primary: dict[str, Any], tasks: dict[str, dict[str, Any]]) -> None:
    """summary.json: the primary task on top, all tasks under `tasks`. No NaN, keys in a fixed order."""
    atomic_write_text(
        out, json.dumps({**primary, "tasks": tasks}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    )


System = tuple[str, str, int | None]
"""(system, stage, seed); the seed is None but where a system and stage answers the examples in several seeds."""


def group_systems(generations: Sequence[Generation]) -> dict[System, list[Generation]]:
    """Generations by system, stage and, where it answers an example more than once, by seed; in the order of
    appearance.

    Raises UserError for a system with several answers to one example of which some have no seed.
    """
    groups: dict[tuple[str, str], list[Generation]] = {}
    for generation in generations:
        groups.setdefault((generation.system, generation.stage), []).append(generation)
    out: dict[System, list[Generation]] = {}
    for (system, stage), group in groups.items():
        seeds = {g.seed for g in group}
        if len(seeds) < 2 or len({g.example_id for g in group}) == len(group):
            out[system, stage, None] = group
            continue
        if None in seeds:
            raise UserError(
                f"system {system!r}, stage {stage!r}: answers an example more than once, "
                "and not every answer has a seed; give each row "
                'its "seed", so that answers of one seed stand together'
            )
        for generation in group:
            out.setdefault((system, stage, generation.seed), []).append(generation)
    return out


def file_name(system: str, stage: str, several: bool, seed: int | None = None) -> str:
    """File name for one system's generations: the stage, with the system before it and the seed behind it where there
    are several; no path separators."""
    name = (f"{system}--{stage}" if several else stage) + ("" if seed is None else f"--seed{seed}")
    return "".join(c if c.isalnum() or c in "-_.+" else "_" for c in name).lstrip(".") or "_"
