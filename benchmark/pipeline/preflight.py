"""Everything that can be found wrong before anything is written: names, files, data, models, lengths, free space."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path

from benchmark.data.told import tell_languages
from benchmark.data.userdata import check_disjoint, read_split
from benchmark.generation.decoding import token_cap
from benchmark.judge import load_judge
from benchmark.pipeline.measure import gold_texts
from benchmark.pipeline.train import WITH_RL, pairs_of
from benchmark.scoring.score import file_name
from benchmark.settings.config import Profile
from benchmark.settings.models import Models, model_content
from benchmark.settings.prompts import asked, check_prompt, read_template
from benchmark.tasks import TASKS, Task, load_task
from metrics.errors import UserError
from metrics.hub import is_hub_id
from metrics.records import Example, sha256_file, sha256_json
from metrics.stages import SPLITS

SPACE_PER_WEIGHT, SPACE = 8, 64 * 2**20
"""Free bytes that a run must find: checkpoints and optimiser states per byte of the policy's weights, and the rest."""
TRIED = 1000
"""Prompts that are measured at first; all are when these do not suffice."""


def preflight(
    profile: Profile, stage: str, models: Models, policy: str, run_dir: Path
) -> tuple[str, dict[str, list[Example]], list[str]]:
    """(hash of the configuration - contents, not paths -, the splits, the texts that the token cap is derived from).

    Raises UserError for whatever would stop the run later.
    """
    if profile.generate.backend == "vllm" or (profile.rl.use_vllm and stage in WITH_RL):
        from training.shared.vllm_engine import need_vllm

        need_vllm()
    task = _check_names(profile, stage)
    whole = load_splits(profile, task)
    splits = {split: examples[: profile.run.limit] for split, examples in whole.items()}
    check_disjoint(splits)
    tell_languages({f"data.{split}": examples for split, examples in splits.items() if split in profile.data.files})
    if not is_hub_id(policy):
        from training.shared.checkpoints import check_folder

        check_folder(Path(policy), profile.policy.trust_remote_code)
        _check_space(run_dir, policy)
    models.check()
    for name in profile.judge.names:
        load_judge(name, profile.judge, None)  # what it lacks is told now
    _check_extras(profile)
    template = read_template(profile.prompt, task)
    task = asked(task, profile.prompt, policy, splits["para"], profile.policy.trust_remote_code)
    gold = gold_texts(measured_whole(profile, task, whole), whole["para"])
    _check_lengths(profile, stage, task, splits, policy, gold)
    resolved = profile.resolved()
    resolved.pop("report")
    resolved.pop("plan")
    resolved.pop("judge")
    for told in ("trackers", "beside"):
        resolved["run"].pop(told)
    resolved["prompt"]["template"] = template
    resolved["data"] |= {split: sha256_file(Path(path).expanduser()) for split, path in profile.data.files.items()}
    resolved["policy"]["path"] = model_content(policy)
    resolved["rl"] |= {"reward": None, "reward_path": None, "validate_pairs": None}
    resolved["score"] |= {"scorers": None, "retrieval": None}
    resolved["score"].pop("workers")
    return sha256_json({"config": resolved, "models": models.identity()}), splits, gold


def measured_whole(profile: Profile, task: Task, splits: Mapping[str, list[Example]]) -> list[Example]:
    """The whole split of which the measured one may be a part: the token cap must not depend on how many texts are
    tried."""
    split = profile.run.split
    file = profile.data.files.get(split)
    if file is None:
        return max(splits[split], task.load(split), key=len)
    return splits[split] if getattr(profile.data, f"n_{split}") is None else read_split(file, split, task)


def _check_extras(profile: Profile) -> None:
    """Packages and prompt settings that some step will need."""
    from training.shared.options import check_installed
    from training.shared.trackers import check_trackers

    check_trackers(profile.run.trackers)
    check_prompt(profile.prompt)
    for section, settings in (("sft", profile.sft), ("rl", profile.rl), ("recovery", profile.recovery)):
        check_installed(settings, section)


def load_splits(profile: Profile, task: Task) -> dict[str, list[Example]]:
    """The user's own files where there are any, else the splits of the task in the profile's sizes."""
    if profile.data.files:
        return {
            split: read_split(path, split, task, getattr(profile.data, f"n_{split}"))
            for split, path in profile.data.files.items()
        }
    return {split: task.load(split, getattr(profile.data, f"n_{split}")) for split in SPLITS}


def _check_names(profile: Profile, stage: str) -> Task:
    task, *_ = [load_task(name, allow_code=True) for name in [profile.run.task, *profile.run.extra_tasks]]
    if profile.run.task in profile.run.extra_tasks or len(set(profile.run.extra_tasks)) < len(profile.run.extra_tasks):
        raise UserError("run.extra_tasks names a task twice, or the primary one")
    files = profile.data.files
    if files:
        needed = {"para", profile.run.split} | ({"src"} if stage in WITH_RL else set())
        if missing := sorted(needed - files.keys()):
            raise UserError(
                f"data.{' and data.'.join(missing)} missing: a run on your own files needs "
                f"{', '.join(f'data.{s}' for s in sorted(needed))}"
            )
        if profile.data.name in TASKS or file_name("", profile.data.name, several=False) != profile.data.name:
            raise UserError(
                f"data.name = {profile.data.name!r}: not the name of an embedded task; letters, digits and - _ . + only"
            )
    return task


def _check_space(run_dir: Path, policy: str) -> None:
    place = run_dir.absolute()
    while not place.exists():
        place = place.parent
    need = SPACE + SPACE_PER_WEIGHT * sum(f.stat().st_size for f in Path(policy).glob("*.safetensors"))
    free = shutil.disk_usage(place).free
    written = sum(f.stat().st_size for f in run_dir.rglob("*") if f.is_file())
    if free + written < need:
        raise UserError(
            f"{place}: {free / 2**20:.0f} MiB free, the run needs about {need / 2**20:.0f} MiB; "
            "free some space or give another --run-dir"
        )


def _check_lengths(
    profile: Profile, stage: str, task: Task, splits: Mapping[str, list[Example]], policy: str, gold: list[str]
) -> None:
    """Raises UserError when no pair or too few prompts fit the model, or the token cap would hide verbosity: known
    here, not after SFT."""
    from training.rl.grpo import usable_prompts
    from training.sft.train import encode_pairs
    from training.shared.decoding import context_of
    from training.shared.files_of import files_of
    from training.shared.plain_text import prompt_ids

    tokenizer, config = files_of(policy, profile.policy.trust_remote_code)
    context = context_of(config)
    log = logging.getLogger("training")
    before = log.level
    log.setLevel(logging.ERROR)  # what is left out is told when the stage runs
    try:
        pairs = pairs_of(task, splits["para"])
        for section, settings, n in (
            ("sft", profile.sft, None),
            ("recovery", profile.recovery, profile.data.n_recovery),
        ):
            if section == "sft" or stage in WITH_RL[1:]:
                encode_pairs(tokenizer, pairs[:n], min(settings.max_length, context or settings.max_length), section)
        if stage in WITH_RL:
            rows = [{"prompt": task.ask(e.source)} for e in splits["src"]]
            try:
                usable_prompts(tokenizer, rows[:TRIED], context, profile.rl.settings)
            except UserError:
                usable_prompts(tokenizer, rows, context, profile.rl.settings)
    finally:
        log.setLevel(before)
    measured = splits[profile.run.split]
    wanted, trial = profile.generate.max_new_tokens, profile.run.limit is not None
    token_cap(gold, lambda text: len(tokenizer(text, add_special_tokens=False)["input_ids"]), wanted, trial)
    if context is None:
        return
    for example in measured:
        used = len(prompt_ids(tokenizer, task.ask(example.source)))
        if used >= context:
            raise UserError(
                f"the prompt of example {example.id!r} ({profile.run.split}) has {used} tokens; "
                f"the model's context holds {context}: "
                "leave it out or shorten it"
            )
