"""Measuring checkpoints: generate, score, summarise, report. `run` does it for every stage, `evaluate` for one
checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmark.generation.decoding import Policy
from benchmark.generation.local import Request, generate_file, unfinished
from benchmark.generation.wanted import wanted
from benchmark.pipeline.workplace import Workplace
from benchmark.rundir.closure import code_hash
from benchmark.rundir.manifest import RunManifest
from benchmark.rundir.steps import MadeOf
from benchmark.scoring.families import Means, wanted_families
from benchmark.scoring.score import gold_generations, merge_scores, own_names, score_file, summarise_task, write_summary
from benchmark.settings.models import Models, check_unchanged, model_content
from benchmark.tasks import Task
from metrics.draws import Draws
from metrics.errors import UserError
from metrics.files import MAX_BYTES, read_object
from metrics.inventory import Inventory
from metrics.marks import Making
from metrics.records import Example, read_examples, read_generations, sha256_file, sha256_json, write_generations
from metrics.stages import GOLD
from metrics.strata import Shown
from training.shared import processes
from training.shared.plain_text import shown

SYSTEM = "sg-srl"
"""System name of the suite's own stages."""
# Where the code of each step begins (benchmark.rundir.closure). Rewards and tasks are handed over as objects, so they
# are entries of their own.
REWARD_CODE = "training.rewards:load_reward_for"
ASK_CODE = "benchmark.tasks:Task"
GENERATE_CODE = ("benchmark.generation.local:generate_file", "benchmark.generation.wanted:Wanted", ASK_CODE)
SCORE_CODE = ("metrics.records:read_generations", "benchmark.scoring.score:score_file", REWARD_CODE)
SUMMARY_CODE = tuple(f"benchmark.scoring.score:{name}" for name in ("merge_scores", "summarise_task", "write_summary"))
REPORT_CODE = ("benchmark.report:write_report",)
WORLD_CODE = ("benchmark.tasks:load_task", "metrics.records:write_examples")
"""The data step of an embedded task."""
OWN_DATA_CODE = ("benchmark.data.userdata:read_split", "metrics.records:write_examples")
"""The data step of a user's own files."""


@dataclass(frozen=True)
class Measured:
    """One task that checkpoints are measured on."""

    task: Task
    split: str
    examples: list[Example]
    examples_hash: str
    gold: list[str]
    """Reference texts that the token cap is derived from."""


def measured(place: Workplace, task: Task, split: str, gold: list[str]) -> Measured:
    """A task's split as it lies in the run directory. gold: `gold_texts` of the whole split."""
    path = place.examples_path(task.name, split)
    return Measured(task, split, read_examples(path), sha256_file(path), gold)


def gold_texts(whole: Sequence[Example], otherwise: Sequence[Example] = ()) -> list[str]:
    """The references that the token cap is derived from: of the whole split, whatever part of it is measured;
    `otherwise` where it has none."""
    return [r for e in whole for r in (e.reference or ())] or [r for e in otherwise for r in (e.reference or ())]


def whole_split(task: Task, split: str, n: int | None) -> tuple[list[Example], list[Example]]:
    """(the n examples of an embedded split, the split in its own size where that is larger)."""
    whole = task.load(split)
    found = whole[:n] if n is not None and n <= len(whole) else whole if n is None else task.load(split, n)
    return found, whole if len(whole) > len(found) else found


def trial(limit: int | None) -> list[str]:
    """--limit N as an override of the profile. Raises UserError below 1."""
    if limit is not None and limit < 1:
        raise UserError(f"--limit {limit}: at least 1")
    return [] if limit is None else [f"run.limit={limit}"]


def first_prompt(on: Measured) -> dict[str, Any]:
    """The prompt of the first measured example as the policy gets it, for the manifest."""
    first = on.examples[0]
    return {"template": shown(on.task.prompt), "example_id": first.id, "text": shown(on.task.ask(first.source))}


def generating(on: Measured, stage: str) -> str:
    """Name of the step that writes the texts of a stage."""
    return f"generate/{on.task.name}/{stage}"


def generate(place: Workplace, on: Measured, stage: str, model: str, system: str = SYSTEM) -> Path:
    """The step that writes generations/<task>/<stage>.jsonl."""
    out = place.run_dir / "generations" / on.task.name / f"{stage}.jsonl"
    settings, seed = place.profile.generate, place.profile.run.seed
    how = wanted(place.profile, model)
    if (ignored := how.ignored()) is not None:
        place.say(f"{generating(on, stage)}: {ignored}")

    def work() -> dict[str, Any]:
        own = place.profile.policy
        policy = Policy(model, own.dtype, settings.backend, settings.vllm, own.device_map, own.trust_remote_code)
        request = Request(
            on.examples,
            on.task.ask,
            on.gold,
            how.decoding,
            system,
            stage,
            settings.max_new_tokens,
            trial=place.profile.run.limit is not None,
        )
        record = generate_file(policy, request, out)
        return {**record, "decoding": how.told(record["max_new_tokens"]), "checkpoint_asks": how.rules.asked}

    config = {
        **settings.model_dump(),
        "dtype": place.profile.policy.dtype,
        "prompt": on.task.prompt,
        "decoding": how.told(settings.max_new_tokens),
        "system": system,
        "seed": seed if settings.temperature else None,
    }
    inputs = {"model": model_content(model), "examples": on.examples_hash, "gold": sha256_json(on.gold)}
    place.steps.run(
        generating(on, stage),
        MadeOf(config, inputs, GENERATE_CODE),
        [out],
        work,
        owned=unfinished(out),
        shared=True,
        unchanged=lambda: check_unchanged(model, inputs["model"]),
    )
    return out


def score(
    place: Workplace,
    on: Measured,
    generated: Mapping[str, Path],
    models: Models,
    para: Sequence[Example] = (),
    with_gold: bool = True,
) -> dict[str, Path]:
    """The steps that score each stage and, with_gold, the references; returns the score file of each in that order.
    para: D_para, for the strata."""
    absent = {"reward": "switched off (score.reward)"}
    retrieval = models.retrieval
    if place.manifest.command == "run" and models.retrieval_is_reward:
        retrieval, absent["retrieval"] = None, "the encoder is the training reward (set score.retrieval to another one)"
    means = Means(
        Inventory(on.examples),
        retrieval,
        models.scorers,
        models.load_reward if place.profile.score.reward else None,
        absent,
        names=own_names(place.profile.score.names),
        shown=Shown(r for e in para for r in e.reference or ()) if para else None,
        fluency=models.fluency,
        families=wanted_families(place.profile.score),
    )
    identity = models.identity(place.profile.score.reward)
    asked: dict[str, Any] = {"reward": place.profile.score.reward}
    asked |= {} if means.families is None else {"families": sorted(means.families)}
    todo: dict[str, Path] = dict(generated)
    gold = gold_generations(on.examples) if with_gold else None
    parts = {}
    if gold is not None:
        # The gold is a system like any other, but its texts are the references: they need no file among the
        # generations.
        todo[GOLD] = place.run_dir / "steps" / "score" / on.task.name / "gold-texts.jsonl"
        if processes.is_main() and (not todo[GOLD].exists() or read_generations(todo[GOLD]) != gold):
            write_generations(todo[GOLD], gold)
        processes.wait()
    for stage, path in todo.items():
        out = place.run_dir / "steps" / "score" / on.task.name / f"{stage}.parquet"
        inputs = {"examples": on.examples_hash, "generations": sha256_file(path), "models": sha256_json(identity)}
        if means.names:
            inputs["names"] = sha256_file(means.names)
        if means.shown:
            inputs["para"] = means.shown.fingerprint

        def work(path: Path = path, out: Path = out) -> dict[str, Any]:
            record = score_file(on.examples, read_generations(path), means, on.task.name, out)
            return {**record, "reward_id": means.reward.id if means.load_reward else None}

        place.steps.run(
            f"score/{on.task.name}/{stage}",
            MadeOf(asked, inputs, SCORE_CODE),
            [out],
            work,
            shared=True,
            unchanged=lambda: models.identity(place.profile.score.reward),
        )
        parts[stage] = out
    return parts


def summarise_all(
    place: Workplace,
    parts: Mapping[str, Sequence[Path]],
    on: Mapping[str, Measured],
    run: dict[str, Any],
    making: Making | None,
) -> dict[str, Any]:
    """The step that writes scores.parquet and summary.json; the first task is the primary one. Returns the summary."""
    wanted = place.profile.score
    draws = Draws(wanted.bootstrap_draws, wanted.permutation_draws, place.profile.run.seed)
    out = [place.run_dir / "scores.parquet", place.run_dir / "summary.json"]
    names = own_names(wanted.names)

    def work() -> None:
        merge_scores([p for files in parts.values() for p in files], out[0])
        versions = {name: {**run, "task": name, "world_version": on[name].task.version} for name in parts}
        tasks = {
            name: summarise_task(on[name].examples, files, versions[name], making, draws, names)
            for name, files in parts.items()
        }
        write_summary(out[1], next(iter(tasks.values())), tasks)

    inputs = {str(p.relative_to(place.run_dir)): sha256_file(p) for files in parts.values() for p in files}
    inputs |= {name: m.examples_hash for name, m in on.items()}
    marks = None if making is None else {**vars_of(making), "scorers": {k: list(v) for k, v in making.scorers.items()}}
    config = {
        "run": run,
        "draws": vars_of(draws),
        "making": marks,
        "versions": {n: m.task.version for n, m in on.items()},
    }
    place.steps.run("summary", MadeOf(config, inputs, SUMMARY_CODE), out, work)
    return read_object(out[1], MAX_BYTES)


def vars_of(record: Any) -> dict[str, Any]:
    """Fields of a slotted dataclass."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def get_ready() -> None:
    """Does what summary and report begin with, for a run that has to wait before it comes to them: the report's
    libraries are loaded, and the code of both is read."""
    from benchmark.report import page, svg  # noqa: F401 - with all that it imports

    svg.load_matplotlib()
    for code in (SUMMARY_CODE, REPORT_CODE):
        code_hash(*code)


def report(place: Workplace) -> Path:
    """The step that writes report.html."""
    from benchmark.report import write_report

    out = place.run_dir / "report.html"
    inputs = {name: sha256_file(place.run_dir / name) for name in ("summary.json", "scores.parquet")}
    for log in sorted((place.run_dir / "logs").glob("rl_*.jsonl")):
        inputs[log.name] = sha256_file(log)
    inputs["manifest"] = sha256_json(printed(place.manifest))
    for pattern in ("judge/*/judge.json", "judge/*/*/judge.json", "human/*/ratings.jsonl"):
        for told in sorted(place.run_dir.glob(pattern)):
            inputs[told.parent.relative_to(place.run_dir).as_posix()] = sha256_file(told)
    config = place.profile.report.model_dump()

    def work() -> None:
        write_report(place.run_dir)

    place.steps.run("report", MadeOf(config, inputs, REPORT_CODE), [out], work)
    return out


def printed(manifest: RunManifest) -> dict[str, Any]:
    """What the report prints of a manifest: all but times, the machine, and the words of this call."""
    told = manifest.model_dump(mode="json", exclude={"argv", "hardware", "steps"})
    return {**told, "made_with": {name: step.made_with for name, step in manifest.steps.items() if name != "report"}}


def named(task: Task, name: str | None) -> Task:
    """The task under another name: a user's own data keeps the prompt and the languages, not the name."""
    return task if name is None else replace(task, name=name, version="user")
