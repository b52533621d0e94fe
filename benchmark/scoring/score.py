"""Generations -> per-segment statistics -> scores.parquet -> summary.json. No policy model is needed, and nothing is scored twice."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.arguments import ALLOW, OUT, SET, arg
from benchmark.data.told import tell_languages
from benchmark.scoring import inputs
from benchmark.scoring.families import Means, Scoring, score_system
from metrics.errors import UserError
from metrics.inventory import Inventory
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
    sha256_file,
    sha256_json,
    write_examples,
    write_generations,
)
from metrics.scores import read_scores, score_rows, write_scores
from metrics.scripts import notices
from metrics.segment import SegmentStats
from metrics.stages import GOLD
from metrics.summary import summarise, system_keys
from training.shared import processes


@dataclass(frozen=True, slots=True)
class Draws:
    """Random draws of the statistics."""

    bootstrap: int
    permutation: int
    seed: int


def gold_generations(examples: Sequence[Example]) -> list[Generation] | None:
    """The (first) references as a system of their own; None where an example has none."""
    texts = [e.reference[0] if e.reference else None for e in examples]
    if any(t is None for t in texts):
        return None
    return [Generation(e.id, GOLD, GOLD, t or "", None, "stop", None) for e, t in zip(examples, texts, strict=True)]


def score_file(examples: Sequence[Example], generations: Sequence[Generation], means: Means, task: str, out: Path) -> dict[str, Any]:
    """Scores one system and writes its rows to `out`. Returns {"n", "reward_counts"?} for the manifest.

    Of several processes each computes its share of what weights score (families.SHARED); the main one does the rest and writes.
    """
    aligned = align_generations(examples, generations)
    metrics = score_system(Scoring(examples, aligned, means))
    if processes.is_main():
        out.parent.mkdir(parents=True, exist_ok=True)
        write_scores(out, score_rows(aligned[0].system, aligned[0].stage, task, metrics))
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
    """The user's TSV of names, read once so that a mistake in it is told before anything is scored. Raises UserError."""
    if path is None:
        return None
    found = Path(path).resolve()
    for pair in {*lang_pairs} or {("zh", "th")}:
        name_list(*pair, found)
    return found


def summarise_task(
    examples: Sequence[Example], parts: Sequence[Path], run: dict[str, Any], making: Making | None, draws: Draws,
    names: Path | None = None,
) -> dict[str, Any]:
    """The summary of one task from the score files of its systems, in the order given. names: the user's TSV of names, for open.*."""
    systems: dict[tuple[str, str], list[SegmentStats]] = {}
    for part in parts:
        for (system, stage, _), metrics in read_scores(part).items():
            systems[system, stage] = metrics
    keys = system_keys(list(systems))
    table = dict(zip(keys, systems.values(), strict=True))
    known = dict.fromkeys(m.metric for scores in systems.values() for m in scores)
    docs = [e.doc_id for e in examples] if any(e.doc_id is not None for e in examples) else None
    summary = summarise(table, docs, run, marks(known, making), draws.seed, None, draws.bootstrap, draws.permutation)
    return {**summary, **_bounds(summary, examples, docs, draws, names)}


def _bounds(summary: dict[str, Any], examples: Sequence[Example], docs: Sequence[str | None] | None, draws: Draws, names: Path | None,
            ) -> dict[str, Any]:
    """{"open": what was read, and what open.* can reach: ceiling (the references), floor (shuffled references)}; {} without open.*."""
    if all(example.facts is not None for example in examples):
        return {}
    below = floor(examples, names)
    low = summarise({"floor": below}, docs, {}, {}, draws.seed, None, draws.bootstrap, draws.permutation)["systems"]["floor"] if below else None
    gold = summary["systems"].get(GOLD)
    high = {name: cell for name, cell in gold.items() if name.startswith(PREFIX)} if gold else None
    return {"open": {"ceiling": high, "floor": low, "read": read(examples, names), "segments": sum(e.facts is None for e in examples)}}


def write_summary(out: Path, primary: dict[str, Any], tasks: dict[str, dict[str, Any]]) -> None:
    """summary.json: the primary task on top, all tasks under `tasks`. No NaN, keys in a fixed order."""
    atomic_write_text(out, json.dumps({**primary, "tasks": tasks}, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def group_systems(generations: Sequence[Generation]) -> dict[tuple[str, str], list[Generation]]:
    """Generations by (system, stage), in the order of appearance."""
    groups: dict[tuple[str, str], list[Generation]] = {}
    for generation in generations:
        groups.setdefault((generation.system, generation.stage), []).append(generation)
    return groups


def file_name(system: str, stage: str, several: bool) -> str:
    """File name for one system's generations: the stage, with the system before it where there are several; no path separators."""
    name = f"{system}--{stage}" if several else stage
    return "".join(c if c.isalnum() or c in "-_.+" else "_" for c in name).lstrip(".") or "_"


def _named(groups: dict[tuple[str, str], list[Generation]]) -> dict[str, list[Generation]]:
    """Systems by file name. Raises UserError where two would share one."""
    several = len({system for system, stage in groups if stage != GOLD}) > 1
    named: dict[str, list[Generation]] = {}
    for (system, stage), group in groups.items():
        name = file_name(system, stage, several)
        if name in named:
            raise UserError(f"system {system!r}, stage {stage!r}: as a file name it is the same as another one; rename one of them")
        named[name] = group
    return named


def _clear(out: Path, inputs: Sequence[Path], wanted: Sequence[Path]) -> None:
    """Makes room for new scores: what an earlier `score` wrote goes, and nothing else. wanted: the files that will be written.

    Raises UserError, before anything is removed, where the directory belongs to a run, or where an input is one of those files, old or new.
    """
    from benchmark.rundir.manifest import read_manifest

    if (out / "manifest.json").exists() and (command := read_manifest(out).command) != "score":
        raise UserError(f"--out {out}: holds a run directory of `{command}`, whose scores would be lost; give another directory")
    parts = sorted((out / "steps" / "score").glob("*/*.parquet"))  # one for each system that was scored
    written = [out / "generations" / part.parent.name / f"{part.stem}.jsonl" for part in parts]
    written += [out / "examples" / f"{task}-test.jsonl" for task in sorted({part.parent.name for part in parts})]
    for path in inputs:
        if (resolved := path.resolve()) in {w.resolve() for w in [*written, *wanted]} or (out / "steps").resolve() in resolved.parents:
            raise UserError(f"{path}: is one of the files that --out {out} replaces; give another --out")
    for path in written:
        path.unlink(missing_ok=True)
    shutil.rmtree(out / "steps", ignore_errors=True)


ARGUMENTS = [
    *inputs.ARGUMENTS,
    OUT,
    arg("--task", default="user-data", metavar="NAME", help="name to file the scores under (default: user-data)"),
    arg("--names", metavar="FILE.tsv", help="your own names for open.name.*: type, source names, target names (default: score.names)"),
    arg("--profile", default="tiny", help="profile for scoring settings (default: tiny)"),
    SET,
    ALLOW,
]
"""Of `score`."""


def command(args: argparse.Namespace) -> int:
    """`score`: any texts against an examples file; no model unless a scorer's checkpoint is given by --set."""
    from benchmark.report import print_table, write_report
    from benchmark.rundir.manifest import RunManifest, git_state, hardware, package_versions
    from benchmark.rundir.steps import locked
    from benchmark.settings.assets import resolve
    from benchmark.settings.config import load_profile
    from benchmark.settings.models import check_weights

    given = inputs.read_inputs(args)
    examples, generations, examples_hash = given.examples, given.generations, given.examples_hash
    tell_languages({str(given.files[0]): examples})
    for note in given.notes:
        print(f"note: {note}", file=sys.stderr)
    groups = {key: align_generations(examples, group) for key, group in group_systems(generations).items()}
    if any(stage == GOLD for _, stage in groups):
        raise UserError("stage gold in --generations: that is the name of the references, which are scored by themselves; name the stage otherwise")
    profile = load_profile(args.profile, args.overrides, allow_code=args.allow_code)
    asked = {item.partition("=")[0] for item in args.overrides}
    # Learned scorers of the profile were made for its world, so on any text they run only when they are asked for.
    scorers = {n: resolve(p, f"score.scorers.{n}") for n, p in profile.score.scorers.items() if p and f"score.scorers.{n}" in asked}
    encoder = profile.score.retrieval if "score.retrieval" in asked else None
    means = Means(Inventory(examples), resolve(encoder, "score.retrieval") if encoder else None, scorers, None)
    means.names = own_names(args.names or profile.score.names, {(e.source_lang, e.target_lang) for e in examples})
    gold = gold_generations(examples)
    if gold:
        groups[GOLD, GOLD] = gold
    elif missing := sum(not e.reference for e in examples):
        print(f"note: gold is not scored: {missing} of {len(examples)} examples have no reference", file=sys.stderr)
    out = Path(args.out)
    task = args.task
    if file_name("", task, several=False) != task:
        raise UserError(f"--task {task!r}: letters, digits and - _ . + only")
    named = _named(groups)
    for scorer, folder in scorers.items():
        check_weights(folder, f"score.scorers.{scorer}")
    if means.retrieval:
        check_weights(means.retrieval, "score.retrieval")
    with locked(out):
        examples_file = out / "examples" / f"{task}-test.jsonl"
        texts = {n: out / "generations" / task / f"{n}.jsonl" for n, group in named.items() if group[0].stage != GOLD}
        _clear(out, given.files, [examples_file, *texts.values()])
        parts = []
        for name, group in named.items():
            parts.append(out / "steps" / "score" / task / f"{name}.parquet")
            score_file(examples, group, means, task, parts[-1])
            if name in texts:
                write_generations(texts[name], group)
        write_examples(examples_file, examples)
        # A file of names counts by its content, wherever it lies.
        settings = {**profile.resolved()["score"], "names": sha256_file(means.names) if means.names else None}
        config = {"score": settings, "examples": examples_hash}
        run = {"task": task, "config_hash": sha256_json(config), "seed": profile.run.seed}
        draws = Draws(profile.score.bootstrap_draws, profile.score.permutation_draws, profile.run.seed)
        summary = summarise_task(examples, parts, run, None, draws, means.names)
        merge_scores(parts, out / "scores.parquet")
        write_summary(out / "summary.json", summary, {task: summary})
        commit, dirty = git_state()
        data = {"test": {"sha256": examples_hash, "n": len(examples), "notices": notices(examples)}}
        RunManifest(
            command="score",
            argv=args.argv,
            config=profile.resolved(),
            config_hash=run["config_hash"],
            commit=commit,
            dirty=dirty,
            packages=package_versions(),
            hardware=hardware(),
            data=data,
        ).write(out)
        report = write_report(out)
    print_table(summary)
    print(f"summary: {out / 'summary.json'}\nreport: {report}")
    return 0
