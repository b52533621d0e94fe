"""How many examples and tokens a profile works through: counted where the data and the tokenizer are at hand, else the
profile's assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.data.userdata import read_split
from benchmark.generation.decoding import CAP_FACTOR
from benchmark.plan.needs import Tokens
from benchmark.settings.assets import resolve
from benchmark.settings.config import Profile
from benchmark.tasks import load_task
from metrics.records import Example
from metrics.stages import SPLITS

SAMPLE = 200
"""Examples of a split whose tokens are counted."""


@dataclass(frozen=True, slots=True)
class Further:
    """A further task that every stage is measured on (run.extra_tasks)."""

    task: str
    measured: int
    """Examples of its measured split."""
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Sizes:
    """Examples of each split of the primary task, and the further tasks."""

    para: int
    src: int
    dev: int
    measured: int
    further: tuple[Further, ...] = ()


def _split(profile: Profile, split: str, n: int | None) -> list[Example] | None:
    """Some examples of a split; None where its file is not there yet."""
    task = load_task(profile.run.task, allow_code=True)
    files = profile.data.files
    if split in files:
        return read_split(files[split], split, task)[:n] if Path(files[split]).expanduser().is_file() else None
    return None if files else task.load(split, n)


def sizes_of(profile: Profile) -> Sizes:
    """Counted in the files that are there, else data.n_SPLIT or plan.n_SPLIT, as a plan is made before the data are."""
    found = {}
    for split in SPLITS:
        stated = getattr(profile.plan, f"n_{split}") if profile.data.files else getattr(profile.data, f"n_{split}")
        if stated is None:
            examples = _split(profile, split, None)
            stated = len(examples) if examples is not None else 0
        found[split] = stated
    return Sizes(found["para"], found["src"], found["dev"], found[profile.run.split], further_of(profile))


def further_of(profile: Profile) -> tuple[Further, ...]:
    """The further tasks, their measured splits counted as `run` loads them."""
    found = []
    for name in profile.run.extra_tasks:
        examples = load_task(name, allow_code=True).load(profile.run.split, profile.data.n_extra)
        found.append(Further(name, len(examples), _tokens(profile, name, examples[:SAMPLE])))
    return tuple(found)


def count_tokens(profile: Profile) -> Tokens:
    """Tokens per example. Counted with the policy's tokenizer when it lies in a folder and D_para is there; else as the
    [plan] section says."""
    return _tokens(profile, profile.run.task, _split(profile, "para", SAMPLE) or [])


def _tokens(profile: Profile, name: str, pairs: list[Example]) -> Tokens:
    """Tokens per example of a task, counted in the given ones."""
    policy = resolve(profile.policy.path, "policy.path")
    wanted, cap = profile.plan, profile.rl.max_completion_length
    if not pairs or not Path(policy).is_dir():
        measured_cap = profile.generate.max_new_tokens or int(CAP_FACTOR * 2 * wanted.target_tokens)
        return Tokens(
            wanted.prompt_tokens, wanted.target_tokens, wanted.completion_tokens or cap / 2, cap, measured_cap, False
        )
    from benchmark.settings.prompts import asked, own_prompt
    from training.shared.loading import load_tokenizer

    prompt = own_prompt(profile, name)
    shots = pairs if name == profile.run.task else ()
    task = asked(load_task(name, allow_code=True), prompt, policy, shots, profile.policy.trust_remote_code)
    tokenizer = load_tokenizer(policy, profile.policy.trust_remote_code)

    def lengths(texts: Sequence[str]) -> list[int]:
        return [len(tokenizer(text)["input_ids"]) for text in texts]

    targets = [n + 1 for n in lengths([(e.reference or ("",))[0] for e in pairs])]
    prompts = lengths([task.ask(e.source) for e in pairs])
    target = sum(targets) / len(targets)
    measured_cap = profile.generate.max_new_tokens or CAP_FACTOR * max(targets)
    return Tokens(
        sum(prompts) / len(prompts), target, wanted.completion_tokens or min(cap, target), cap, measured_cap, True
    )
