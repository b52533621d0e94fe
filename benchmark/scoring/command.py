"""`score`: any texts against an examples file; no model but the scorers, the encoder and the reward that this call asks
for."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.arguments import ALLOW, OUT, SET, arg
from benchmark.data.told import tell_doubles, tell_languages
from benchmark.judge import command as judging
from benchmark.judge import load_judge
from benchmark.judge.read import LEDGER
from benchmark.judge.study import run_judge
from benchmark.judge.told import tell
from benchmark.rundir.summaries import read_summary
from benchmark.scoring import inputs
from benchmark.scoring.asked import _of_first, _pairs, _reward, of_world, only_asked
from benchmark.scoring.families import Means
from benchmark.scoring.score import (
    System,
    file_name,
    gold_generations,
    group_systems,
    merge_scores,
    own_names,
    score_file,
    summarise_task,
    write_summary,
)
from benchmark.scoring.workers import side_by_side
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.inventory import Inventory
from metrics.open.bounds import read
from metrics.records import (
    Example,
    Generation,
    align_generations,
    sha256_file,
    sha256_json,
    write_examples,
    write_generations,
)
from metrics.scripts import notices
from metrics.stages import GOLD
from metrics.strata import Shown
from metrics.terminal import say
from metrics.words import units

NO_REWARD = "no reward is asked for (--set rl.reward=NAME rl.reward_path=FOLDER)"


def _named(groups: dict[System, list[Generation]]) -> dict[str, tuple[int | None, list[Generation]]]:
    """File name -> (seed, generations) of each system. Raises UserError where two would share a name."""
    several = len({system for system, stage, _ in groups if stage != GOLD}) > 1
    named: dict[str, tuple[int | None, list[Generation]]] = {}
    for (system, stage, seed), group in groups.items():
        name = file_name(system, stage, several, seed)
        if name in named:
            raise UserError(
                f"system {system!r}, stage {stage!r}: as a file name it is the same as another one; rename one of them"
            )
        named[name] = seed, group
    return named


def _clear(out: Path, inputs: Sequence[Path], wanted: Sequence[Path]) -> None:
    """Makes room for new scores: what an earlier `score` wrote goes, and nothing else. wanted: the files that will be
    written.

    Raises UserError, before anything is removed, where the directory belongs to a run, or where an input is one of
    those files, old or new.
    """
    from benchmark.rundir.manifest import read_manifest

    if (out / "manifest.json").exists() and (command := read_manifest(out).command) != "score":
        raise UserError(
            f"--out {out}: holds a run directory of `{command}`, whose scores would be lost; give another directory"
        )
    parts = sorted((out / "steps" / "score").glob("*/*.parquet"))  # one for each system that was scored
    written = [out / "generations" / part.parent.name / f"{part.stem}.jsonl" for part in parts]
    written += [out / "examples" / f"{task}-test.jsonl" for task in sorted({part.parent.name for part in parts})]
    for path in inputs:
        if (resolved := path.resolve()) in {w.resolve() for w in [*written, *wanted]} or (
            out / "steps"
        ).resolve() in resolved.parents:
            raise UserError(f"{path}: is one of the files that --out {out} replaces; give another --out")
    for path in written:
        path.unlink(missing_ok=True)
    # What judges said of the earlier outputs goes with them; their ledgers stay, for what was answered once is not
    # asked again.
    for path in (out / "judge").glob("*/*"):
        if path.is_file() and path.name != LEDGER:
            path.unlink()
    shutil.rmtree(out / "steps", ignore_errors=True)


ARGUMENTS = [
    *inputs.ARGUMENTS,
    OUT,
    arg("--task", default="user-data", metavar="NAME", help="name to file the scores under (default: user-data)"),
    arg(
        "--para",
        metavar="FILE",
        help="D_para as examples.jsonl or TSV: facts that it shows and facts that it does not are scored apart, too",
    ),
    arg(
        "--names",
        metavar="FILE.tsv",
        help="your own names for open.name.*: type, source names, target names (default: score.names)",
    ),
    arg("--profile", default="tiny", help="profile for scoring settings (default: tiny)"),
    arg("--limit", type=int, metavar="N", help="score the first N examples alone; goes on no board"),
    *judging.OPTIONS,
    SET,
    ALLOW,
]
"""Of `score`."""


def _read_once(examples: Sequence[Example], names: Path | None) -> None:
    """Reads what all systems share: lists of names, dictionaries of words, numbers and names of the sources."""
    read(examples, names)
    for lang in {e.target_lang for e in examples}:
        units(examples[0].source, lang)


def command(args: argparse.Namespace) -> int:
    """`score`: any texts against an examples file; no model unless a scorer or a reward is asked for by --set."""
    from benchmark.report import print_table, print_verdict, write_report
    from benchmark.rundir.manifest import RunManifest, git_state, hardware, package_versions
    from benchmark.rundir.steps import locked

    given = inputs.read_inputs(args)
    examples, generations, examples_hash = given.examples[: args.limit], given.generations, given.examples_hash
    if args.limit is not None:
        generations = _of_first(generations, given.examples, examples, args.limit)
    tell_languages({str(given.files[0]): examples})
    for note in given.notes:
        say(f"note: {note}", err=True)
    groups = {key: align_generations(examples, group) for key, group in group_systems(generations).items()}
    if any(stage == GOLD for _, stage, _ in groups):
        raise UserError(
            "stage gold in --generations: that is the name of the references, which are scored by themselves; "
            "name the stage otherwise"
        )
    wanted = [*judging.overrides(args), *args.overrides, *([f"score.names={args.names}"] if args.names else [])]
    profile = only_asked(load_profile(args.profile, wanted, allow_code=args.allow_code), args.overrides, args.limit)
    judges = profile.judge.names if args.judge or any(o.startswith("judge.names") for o in args.overrides) else []
    for name in judges:
        load_judge(name, profile.judge, None)
    models = Models(profile)
    reward = _reward(models, examples)
    absent = {} if reward else {"reward": NO_REWARD}
    means = Means(Inventory(examples), models.retrieval, models.scorers, reward, absent)
    means.names = own_names(profile.score.names, {(e.source_lang, e.target_lang) for e in examples})
    pairs = _pairs(args.para, examples[0]) if args.para else []
    means.shown = Shown(r for e in pairs for r in e.reference or ()) if pairs else None
    about: dict[str, Any] = {"sha256": examples_hash, "n": len(examples), "notices": notices(examples)}
    tell_doubles(str(given.files[0]), examples, {"para": pairs}, about)
    means.fluency = models.fluency
    gold = gold_generations(examples)
    if gold:
        groups[GOLD, GOLD, None] = gold
    elif missing := sum(not e.reference for e in examples):
        say(f"note: gold is not scored: {missing} of {len(examples)} examples have no reference", err=True)
    out = Path(args.out)
    task = args.task
    if file_name("", task, several=False) != task:
        raise UserError(f"--task {task!r}: letters, digits and - _ . + only")
    named = _named(groups)
    models.check(profile.score.reward)
    with locked(out):
        examples_file = out / "examples" / f"{task}-test.jsonl"
        texts = {
            n: out / "generations" / task / f"{n}.jsonl" for n, (_, group) in named.items() if group[0].stage != GOLD
        }
        _clear(out, [*given.files, *([Path(args.para)] if args.para else [])], [examples_file, *texts.values()])
        parts = {name: out / "steps" / "score" / task / f"{name}.parquet" for name in named}

        def work(name: str) -> None:
            seed, group = named[name]
            score_file(examples, group, means, task, parts[name], seed)
            if name in texts:
                write_generations(texts[name], group)

        # Learned scorers use the cores by themselves, and torch is not to be copied.
        alone = bool(reward or models.retrieval or models.scorers)
        n, names = 1 if alone else profile.score.workers, means.names
        side_by_side(work, list(named), n, len(examples) * len(named), lambda: _read_once(examples, names))
        write_examples(examples_file, examples)
        told = profile.measuring(None, profile.score.reward)
        # A file of names counts by its content, wherever it lies.
        counted = {name: value for name, value in told["score"].items() if name != "workers"}  # of them nothing depends
        settings = {**counted, "names": sha256_file(means.names) if means.names else None}
        settings |= {"para": means.shown.fingerprint} if means.shown else {}
        config = {"score": settings, "examples": examples_hash, "models": models.identity(profile.score.reward)}
        run = {"task": task, "config_hash": sha256_json(config), "seed": profile.run.seed}
        run |= {"reward_id": means.reward.id} if reward else {}
        run |= {} if args.limit is None else {"limit": args.limit}
        draws = Draws(profile.score.bootstrap_draws, profile.score.permutation_draws, profile.run.seed)
        summary = summarise_task(examples, list(parts.values()), run, None, draws, means.names)
        merge_scores(list(parts.values()), out / "scores.parquet")
        write_summary(out / "summary.json", summary, {task: summary})
        commit, dirty = git_state()
        data, used = {"test": about}, models.used(None, profile.score.reward)
        RunManifest(
            command="score",
            argv=args.argv,
            config=told,
            config_hash=run["config_hash"],
            commit=commit,
            dirty=dirty,
            packages=package_versions(),
            hardware=hardware(),
            data=data,
            reward_id=run.get("reward_id"),
            judges=used,
            of_world=of_world(examples) if any(judge["embedded"] for judge in used.values()) else None,
        ).write(out)
        verdicts = [run_judge(out, name, profile.judge, draws) for name in judges]
        report = write_report(out)
    print_table(read_summary(out) if judges else summary)
    for told in verdicts:
        tell(told)
    print_verdict(out)
    say(f"summary: {out / 'summary.json'}", f"report: {report}")
    return 0
