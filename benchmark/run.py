"""The whole method, top to bottom: data -> SFT -> control arm -> RL -> recovery -> generate -> score -> summary ->
report.

Every line of `run` is a step that is skipped when its inputs have not changed (`steps`), so the same command continues
a killed run.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmark.arguments import ALLOW, LIMIT, REUSE, SET, arg, seed_number
from benchmark.data.told import tell_doubles
from benchmark.pipeline import measure
from benchmark.pipeline.beside import remove, second
from benchmark.pipeline.judging import judge
from benchmark.pipeline.preflight import preflight
from benchmark.pipeline.train import VALIDATION, WITH_RL, train, validate_reward
from benchmark.pipeline.workplace import Workplace, open_workplace, prepare_torch
from benchmark.progress import log_to
from benchmark.registry import nearest
from benchmark.rundir import whole
from benchmark.rundir.manifest import RunManifest
from benchmark.rundir.steps import MadeOf, check_config, locked, others_of
from benchmark.rundir.summaries import read_summary
from benchmark.settings.assets import resolve
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models, with_dtype
from benchmark.settings.prompts import asked, own_prompt
from benchmark.tasks import Task, load_task
from benchmark.tasks.files import split_hash
from metrics.errors import UserError
from metrics.records import Example, read_examples, sha256_file, write_examples
from metrics.scripts import notices
from metrics.stages import GOLD
from metrics.terminal import plain, say
from training.shared import processes

TRAINED_ON = ("para", "src")
"""Splits that weights learn from."""


UP_TO = ("sft", "rl", "recovery", "all")
"""How far `run` can be asked to go."""


def _stage(text: str) -> str:
    if text not in UP_TO:
        raise UserError(f"unknown stage {text!r}; {nearest(text, UP_TO)}")
    return text


ARGUMENTS = [
    arg("--stage", type=_stage, required=True, metavar="{" + ",".join(UP_TO) + "}", help="how far to go"),
    arg("--profile", default="tiny", help="name of a shipped profile, or a TOML file (default: tiny)"),
    arg("--run-dir", metavar="DIR", help="run directory (default: runs/PROFILE-seedN)"),
    LIMIT,
    SET,
    ALLOW,
    arg("--seed", type=seed_number, help="seed of training, sampling and resampling; never of the world"),
    REUSE,
]
"""Of `run`."""


def command(args: argparse.Namespace) -> int:
    """`run`."""
    profile = load_profile(args.profile, [*args.overrides, *measure.trial(args.limit)], args.seed, args.allow_code)
    run_dir = Path(args.run_dir or f"runs/{Path(args.profile).stem}-seed{profile.run.seed}")
    start, request = time.monotonic(), whole.request_of(profile, args.stage)
    if (known := whole.unchanged(run_dir, request)) is not None:
        return _finished_before(run_dir, known, args.argv, start)
    models, others = Models(profile), others_of(args.reuse, run_dir)
    policy = resolve(profile.policy.path, "policy.path")
    models.need_hub(policy, args.stage in WITH_RL or profile.score.reward)
    profile = with_dtype(profile, policy)
    identity, splits, gold = preflight(profile, args.stage, models, policy, run_dir)
    with locked(run_dir):
        check_config(run_dir, identity, profile.resolved())
        log_to(run_dir / "logs" / "run.log")
        place = open_workplace(run_dir, profile, "run", args.argv, identity, lambda text: _say(run_dir, text, start))
        place.reuse = others
        summary = run(place, args.stage, models, policy, splits, gold)
        if processes.is_main():
            whole.remember(run_dir, request)
    if not processes.is_main():
        return 0
    return _told(run_dir, summary, place.manifest, start)


def _finished_before(run_dir: Path, manifest: RunManifest, argv: list[str], start: float) -> int:
    """What a call says and writes where nothing is left to do."""
    with locked(run_dir):
        steps = {name: step.model_copy(update={"skipped": True}) for name, step in manifest.steps.items()}
        whole.rewrite(run_dir, manifest.model_copy(update={"argv": argv, "steps": steps}))
        _say(run_dir, f"{run_dir}: finished before, and nothing it was made from has changed", start)
    from benchmark.reward.validate import weakness

    if (digest := manifest.reward_validation) and not digest["warning"] and (text := weakness(digest)):
        say(text, err=True)
    return _told(run_dir, read_summary(run_dir), manifest, start)


def _told(run_dir: Path, summary: dict[str, Any], manifest: RunManifest, start: float) -> int:
    """Prints the result of a run."""
    from benchmark.report import print_table, print_verdict

    print_table(summary)
    print_verdict(run_dir)
    if (text := (manifest.reward_validation or {}).get("warning")) is not None:
        from benchmark.reward.validate import loud

        say(*loud(text), err=True)
    say(
        f"summary: {run_dir / 'summary.json'}",
        f"report:  {run_dir / 'report.html'}",
        f"{time.monotonic() - start:.0f} s",
    )
    return 0


def _say(run_dir: Path, text: str, start: float) -> None:
    if not processes.is_main():
        return
    line = f"[{time.monotonic() - start:6.0f} s] {text}"
    say(line, err=True)
    (run_dir / "logs").mkdir(exist_ok=True)
    with (run_dir / "logs" / "run.log").open("a", encoding="utf-8") as log:
        log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {plain(text)}\n")


def run(
    place: Workplace, stage: str, models: Models, policy: str, found: dict[str, list[Example]], gold: list[str]
) -> dict[str, Any]:
    """All steps up to `stage`; returns the summary. found, gold: the splits and the texts of the token cap, as
    `preflight` has checked them."""
    profile = place.profile
    task = measure.named(
        load_task(profile.run.task, allow_code=True), profile.data.name if profile.data.files else None
    )
    splits = data(place, task, found)
    tell_extra(place, {split: splits[split] for split in TRAINED_ON if split in splits})
    prepare_torch(place)
    para = splits["para"]
    task = asked(task, profile.prompt, policy, para, profile.policy.trust_remote_code)
    on: dict[str, measure.Measured] = {task.name: measure.measured(place, task, profile.run.split, gold)}
    for name in profile.run.extra_tasks:
        further = load_task(name, allow_code=True)
        on[name] = extra(place, asked(further, own_prompt(profile, name), policy, (), profile.policy.trust_remote_code))
    place.manifest.prompt = measure.first_prompt(on[task.name])
    place.manifest.judges, place.manifest.of_world = (
        models.used(policy, profile.score.reward or stage in WITH_RL),
        not profile.data.files,
    )

    scored: dict[str, dict[str, Path]] = {name: {} for name in on}
    written: dict[str, dict[str, Path]] = {name: {} for name in on}  # texts that this process did not wait for

    def measured(where: Workplace, checkpoints: Mapping[str, str], with_gold: bool = True) -> None:
        for name, what in on.items():
            generated = {
                s: written[name].get(s) or measure.generate(where, what, s, path) for s, path in checkpoints.items()
            }
            scored[name] |= measure.score(where, what, generated, models, para, with_gold)

    def aside(where: Workplace, what: str, path: str) -> None:
        if what == VALIDATION:
            validate_reward(where, task, models)
        else:
            measured(where, {what: path}, what == "base")

    with second(place, aside) as beside:
        checkpoints = train(place, stage, task, splits, policy, models, beside)
        if beside is not None:
            _, *trained = checkpoints
            for made in reversed(trained):  # it has loaded what scores, this process what generates
                if any(beside.has_begun(measure.generating(what, made)) for what in on.values()):
                    break
                for name, what in on.items():
                    written[name][made] = measure.generate(place, what, made, checkpoints[made])
            beside.do(trained[-1], checkpoints[trained[-1]])
            measure.get_ready()
            beside.wait()
        measured(place, checkpoints)
    # In the order of the stages, whoever measured them first.
    parts = {name: [found[s] for s in (*checkpoints, GOLD) if s in found] for name, found in scored.items()}

    steps = place.manifest.training_steps
    first = place.manifest.steps[f"score/{task.name}/base"].record
    place.manifest.reward_id = place.manifest.reward_id or first.get("reward_id")
    run_record = {
        "config_hash": place.manifest.config_hash,
        "reward_id": place.manifest.reward_id,
        "n_para": len(para),
        "n_src": len(splits["src"]) if "src" in splits else None,
        "sft_steps": steps.get("post-sft"),
        "rl_steps": steps.get("post-rl"),
        "recovery_steps": steps.get("post-recovery"),
        "seed": profile.run.seed,
        "split": profile.run.split,
        "variant": profile.rl.variant,
        **({} if profile.run.limit is None else {"limit": profile.run.limit}),
    }
    making = models.making(place.manifest.reward_id, gold_of_world=not profile.data.files)
    summary = measure.summarise_all(place, parts, on, run_record, making)
    summary = judge(place, on[task.name], summary, models, [on[name] for name in profile.run.extra_tasks])
    measure.report(place)
    remove(place.run_dir)
    return summary


def data(place: Workplace, task: Task, found: dict[str, list[Example]]) -> dict[str, list[Example]]:
    """The step that lays out the splits in examples/; returns them."""
    wanted = place.profile.data
    paths = {split: place.examples_path(task.name, split) for split in found}

    def work() -> dict[str, Any]:
        for split, examples in found.items():
            write_examples(paths[split], examples)
        return {"n": {split: len(examples) for split, examples in found.items()}}

    config: dict[str, Any] = {
        "task": task.name,
        "version": task.version,
        "n": {s: getattr(wanted, f"n_{s}") for s in found},
    }
    config |= {"limit": limit} if (limit := place.profile.run.limit) is not None else {}
    inputs = {split: sha256_file(Path(path).expanduser()) for split, path in wanted.files.items()}
    code = measure.OWN_DATA_CODE if wanted.files else measure.WORLD_CODE
    done = place.steps.run("data", MadeOf(config, inputs, code), list(paths.values()), work)
    splits = {split: read_examples(path) for split, path in paths.items()}
    hashes = {s: done.outputs[str(p.relative_to(place.run_dir))] for s, p in paths.items()}
    place.manifest.data = {s: {"sha256": hashes[s], "n": len(splits[s]), "notices": notices(splits[s])} for s in paths}
    if wanted.files:
        measured_split = place.profile.run.split
        training = {s: splits[s] for s in TRAINED_ON if s in splits}
        tell_doubles(f"data.{measured_split}", splits[measured_split], training, place.manifest.data[measured_split])
    place.manifest.n_para, place.manifest.n_src = len(splits["para"]), len(splits["src"]) if "src" in splits else None
    return splits


def tell_extra(place: Workplace, training: Mapping[str, list[Example]]) -> None:
    """Of further tasks on real corpora: which of their texts stand in the training data, before anything is trained."""
    for name in place.profile.run.extra_tasks:
        task = load_task(name, allow_code=True)
        if not task.of_world:
            examples = task.load(place.profile.run.split, place.profile.data.n_extra)
            about = {"sha256": split_hash(examples), "n": len(examples), "notices": notices(examples)}
            tell_doubles(name, examples, training, about)
            place.manifest.data[name] = about


def extra(place: Workplace, task: Task) -> measure.Measured:
    """A further task that the stages are measured on: the step that lays out its split."""
    split, n, limit = place.profile.run.split, place.profile.data.n_extra, place.profile.run.limit
    path = place.examples_path(task.name, split)
    found, whole = measure.whole_split(task, split, n)

    def work() -> None:
        write_examples(path, found[:limit])

    config = {
        "task": task.name,
        "version": task.version,
        "split": split,
        "n": n,
        **({} if limit is None else {"limit": limit}),
    }
    place.steps.run(f"data/{task.name}", MadeOf(config, {}, measure.WORLD_CODE), [path], work)
    return measure.measured(place, task, split, measure.gold_texts(whole))


class _Callable(ModuleType):
    """This module, which can be called: `from benchmark import run; run(stage="all")` is `benchmark.api.run`."""

    def __call__(self, **options: Any) -> Any:
        """As `benchmark.api.run`."""
        from benchmark.api import run

        return run(**options)


sys.modules[__name__].__class__ = _Callable
