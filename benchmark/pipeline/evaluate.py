"""`evaluate`: one checkpoint on one task -> a run directory that `report`, `compare` and `submit` accept."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.arguments import ALLOW, DATA, DOWNLOAD, LIMIT, OUT, SET, arg
from benchmark.data.told import tell_doubles, tell_languages
from benchmark.data.userdata import read_split
from benchmark.judge import load_judge
from benchmark.pipeline import measure
from benchmark.pipeline.judging import judge
from benchmark.pipeline.workplace import Workplace, open_workplace, prepare_torch
from benchmark.registry import nearest
from benchmark.rundir.steps import MadeOf, check_config, locked
from benchmark.scoring.score import file_name
from benchmark.settings.assets import resolve
from benchmark.settings.config import Profile, load_profile, parse_override
from benchmark.settings.models import Models, model_content, model_hash, with_dtype
from benchmark.settings.prompts import asked
from benchmark.tasks import Task, load_task
from benchmark.tasks.files import look_in, provenance, split_hash
from metrics.errors import UserError
from metrics.files import read_object
from metrics.records import Example, sha256_file, sha256_json, write_examples
from metrics.scripts import notices
from metrics.stages import GOLD
from metrics.terminal import say
from training.shared import processes

BACKENDS = ("transformers", "vllm")
"""What can generate. vLLM has its own environment (tox -e vllm)."""
UNNAMED = "model"
DEFAULT_PROFILE = "tiny"


def lineage_of(model: str) -> dict[str, Any]:
    """The lineage.json beside the weights; empty for a checkpoint without one."""
    path = Path(model) / "lineage.json"
    if not path.is_file():
        return {}
    return read_object(path)


ARGUMENTS = [
    arg("--model", required=True, metavar="PATH_OR_HUB_ID", help="Hugging Face checkpoint"),
    arg("--task", required=True, metavar="NAME", help="task to evaluate on"),
    arg(
        "--examples",
        metavar="FILE",
        help="examples.jsonl or a TSV or CSV (columns source, reference) of your own in place of the task's texts; the "
        "task gives languages, prompt and the name that results are filed under",
    ),
    OUT,
    DATA,
    DOWNLOAD,
    arg("--backend", help="transformers or vllm (default: the profile's generate.backend)"),
    arg("--stage-name", metavar="NAME", help="stage to file it under (default: the checkpoint's own, else 'model')"),
    arg(
        "--profile",
        help="profile for generation and scoring settings (default: tiny, on all cores, "
        "in the model's own precision on a GPU)",
    ),
    LIMIT,
    SET,
    ALLOW,
]
"""Of `evaluate`."""


def command(args: argparse.Namespace) -> int:
    """`evaluate`."""
    if args.backend is not None and args.backend not in BACKENDS:
        raise UserError(f"unknown backend {args.backend!r}; {nearest(args.backend, BACKENDS)}")
    backend = [f"generate.backend={args.backend}"] if args.backend else []
    # The default profile is one of a tiny model on one core: of that, only what is not about the model or the machine.
    ours = [] if args.profile else ["run.threads=null", "policy.dtype=auto"]
    wanted = [*ours, f"run.task={args.task}", *args.overrides, *backend, *measure.trial(args.limit)]
    profile = load_profile(args.profile or DEFAULT_PROFILE, wanted, allow_code=args.allow_code)
    if args.examples is not None:
        wanted += _mine(args.examples, args.task, profile.run.split, args.overrides)
        profile = load_profile(args.profile or DEFAULT_PROFILE, wanted, allow_code=args.allow_code)
    if profile.generate.backend == "vllm":
        from training.shared.vllm_engine import need_vllm

        need_vllm()
    look_in(args.data, args.download)
    task = load_task(args.task, allow_code=True)
    split = profile.run.split
    file = profile.data.files.get(split)
    if file is not None:
        task = measure.named(task, profile.data.name)
    model = resolve(args.model, "--model")
    models = Models(profile)
    models.need_hub(model, profile.score.reward)
    from training.shared.files_of import files_of

    files_of(model, profile.policy.trust_remote_code)
    profile = with_dtype(profile, model)
    lineage = lineage_of(model)
    stage = args.stage_name or str(lineage.get("stage") or UNNAMED)
    if stage == GOLD or file_name("", stage, several=False) != stage:
        raise UserError(
            f"--stage-name {stage!r}: letters, digits and - _ . + only, and not {GOLD!r}, which is the references' own"
        )
    models = Models(profile)
    models.check(profile.score.reward)
    for name in profile.judge.names:
        load_judge(name, profile.judge, None)
    out = Path(args.out)
    config = profile.measuring(model, profile.score.reward)
    for name in ("trackers", "beside"):
        config["run"].pop(name)
    resolved = {name: dict(section) for name, section in config.items() if name not in ("report", "rl")}
    task = asked(task, profile.prompt, model, shown(profile, task), profile.policy.trust_remote_code)
    resolved["prompt"]["rendered"] = task.prompt
    resolved["policy"]["path"] = model_content(model)
    resolved["data"]["file"] = None if file is None else sha256_file(Path(file).expanduser())
    resolved["score"] |= {"scorers": None, "retrieval": None}
    resolved["score"].pop("workers")
    identity = sha256_json({"config": resolved, "models": models.identity(profile.score.reward), "stage": stage})
    with locked(out):
        check_config(out, identity, profile.resolved(), "--out")
        place = open_workplace(out, profile, "evaluate", args.argv, identity, _say, config)
        place.manifest.checkpoints[stage] = {"weights_hash": model_hash(model), **lineage}
        place.manifest.judges, place.manifest.of_world = (
            models.used(model, profile.score.reward),
            file is None and task.of_world,
        )
        prepare_torch(place)
        _say(f"{stage}: {profile.policy.dtype} on {machine()}")
        on, off_boards = _examples(place, task, split, file)
        if off_boards is not None:
            _say(off_boards)
        place.manifest.prompt = measure.first_prompt(on)
        parts = measure.score(place, on, {stage: measure.generate(place, on, stage, model, system=UNNAMED)}, models)
        place.manifest.reward_id = place.manifest.steps[f"score/{task.name}/{stage}"].record.get("reward_id")
        # What trained or selected these weights is not known here, so no metric but the reward gets a mark.
        record = {
            "config_hash": identity,
            "reward_id": place.manifest.reward_id,
            "seed": profile.run.seed,
            "split": split,
        }
        record |= {} if profile.run.limit is None else {"limit": profile.run.limit}
        summary = measure.summarise_all(place, {task.name: [*parts.values()]}, {task.name: on}, record, None)
        summary = judge(place, on, summary, models)
        page = measure.report(place)
    if not processes.is_main():
        return 0
    from benchmark.report import print_table, print_verdict

    print_table(summary)
    print_verdict(out)
    say(f"summary: {out / 'summary.json'}", f"report:  {page}")
    told = place.manifest.steps[f"generate/{task.name}/{stage}"].record
    say(f"{told['truncated']} of {told['n']} outputs cut at the cap of {told['max_new_tokens']} tokens")
    if told["think_stripped"]:
        say(f"{told['think_stripped']} of {told['n']} outputs held a think block, which was taken off")
    if told["empty"]:
        say(f"{told['empty']} of {told['n']} outputs are empty")
    if off_boards is not None:
        say(off_boards)
    return 0


def _mine(path: str, task: str, split: str, overrides: Sequence[str]) -> list[str]:
    """--examples as overrides: the file in place of the split that is measured."""
    said = {".".join(parse_override(item)[0]) for item in overrides}
    named = [] if "data.name" in said else [f"data.name={json.dumps(load_task(task, allow_code=True).name)}"]
    return [f"data.{split}={json.dumps(str(Path(path).resolve()), ensure_ascii=False)}", *named]


def machine() -> str:
    """What computes, in words: the accelerator, or the CPU with its threads."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return f"the CPU, {torch.get_num_threads()} thread{'s' if torch.get_num_threads() > 1 else ''}"


def _say(text: str) -> None:
    if processes.is_main():
        say(text, err=True)


def shown(profile: Profile, task: Task) -> list[Example]:
    """D_para, for the few-shot examples; [] where none is asked for."""
    if not profile.prompt.few_shot:
        return []
    file = profile.data.files.get("para")
    return read_split(file, "para", task, profile.data.n_para) if file else task.load("para", profile.data.n_para)


def _off_boards(profile: Profile, split: str, n: int, whole: int, file: str | None) -> str | None:
    """Why no board takes what is measured on `n` of the `whole` examples of a split, or None where it may: told before
    hours of generating, too."""
    if file is not None:
        why = "it is measured on a file of your own"
    elif split != "test":
        why = f"it is measured on the split {split}, a board takes test"
    elif profile.run.limit is not None:
        why = "it is a trial (--limit)"
    elif n < whole:
        why = f"it is measured on {n} examples, the test split has {whole} (data.n_test of the profile)"
    else:
        return None
    return f"no board takes this result: {why}"


def _examples(place: Workplace, task: Task, split: str, file: str | None) -> tuple[measure.Measured, str | None]:
    """What is measured, and why no board takes it, if none does."""
    path = place.examples_path(task.name, split)
    n, limit = getattr(place.profile.data, f"n_{split}"), place.profile.run.limit
    found, whole = (
        (read_split(file, split, task, n), read_split(file, split, task))
        if file
        else measure.whole_split(task, split, n)
    )

    def work() -> None:
        write_examples(path, found[:limit])

    # Texts of a real corpus are no constant of this code: what was read is part of the step's key.
    inputs = (
        {"file": sha256_file(Path(file).expanduser())}
        if file
        else {}
        if task.of_world
        else {"texts": split_hash(found)}
    )
    code = measure.OWN_DATA_CODE if file else measure.WORLD_CODE
    config = {
        "task": task.name,
        "version": task.version,
        "split": split,
        "n": n,
        **({} if limit is None else {"limit": limit}),
    }
    done = place.steps.run(f"data/{task.name}", MadeOf(config, inputs, code), [path], work)
    on = measure.measured(place, task, split, measure.gold_texts(whole))
    sha256 = done.outputs[str(path.relative_to(place.run_dir))]
    place.manifest.data = {split: {"sha256": sha256, "n": len(on.examples), "notices": notices(on.examples)}}
    if file is None and (corpus := provenance(place.profile.run.task, whole)) is not None:
        place.manifest.data[split]["corpus"] = corpus
    if file or not task.of_world:
        files = {s: f for s in ("para", "src") if (f := place.profile.data.files.get(s)) is not None}
        training = {s: read_split(f, s, task, getattr(place.profile.data, f"n_{s}")) for s, f in files.items()}
        tell_doubles(f"data.{split}" if file else task.name, found[:limit], training, place.manifest.data[split])
    if file:
        tell_languages({f"data.{split}": on.examples})
    return on, _off_boards(place.profile, split, len(found), len(whole), file)
