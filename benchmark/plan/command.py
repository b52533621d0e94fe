"""`python -m benchmark plan`: the needs of every stage of a profile on given GPUs. A plan that cannot fit is refused,
with the knob that mends it."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from benchmark.arguments import ALLOW, SET, arg
from benchmark.plan.needs import GIB, MEASURE, SHARDED, Machine, Tokens
from benchmark.plan.page import page
from benchmark.plan.planning import USABLE, VLLM_SHARE, make_plan
from benchmark.plan.workload import Sizes, count_tokens, sizes_of
from benchmark.settings.config import Profile, load_profile
from metrics.errors import UserError
from metrics.terminal import say

STRATEGIES = ("ddp", *SHARDED)
MOST_MEMORY = 2**20
"""GiB: more than any device has."""
Change = tuple[str, Callable[[Profile, Machine], tuple[Profile, Machine]]]


def _set(section: str, **values: Any) -> Callable[[Profile, Machine], tuple[Profile, Machine]]:
    def change(profile: Profile, machine: Machine) -> tuple[Profile, Machine]:
        old = getattr(profile, section)
        new = old.model_copy(update=values) if hasattr(old, "model_copy") else dataclasses.replace(old, **values)
        return profile.model_copy(update={section: new}), machine

    return change


def changes(profile: Profile, machine: Machine, stage: str) -> Iterator[Change]:
    """Knobs of a stage, those that change nothing about the result first."""
    if stage.startswith(MEASURE):
        size = profile.generate.batch_size
        while size > 1:
            size //= 2
            yield f"generate.batch_size={size}", _set("generate", batch_size=size)
        yield "policy.dtype=bfloat16", _set("policy", dtype="bfloat16")
        return
    cfg = getattr(profile, stage)
    if not cfg.gradient_checkpointing:
        yield f"{stage}.gradient_checkpointing=true", _set(stage, gradient_checkpointing=True)
    rows = cfg.prompts_per_step * cfg.num_generations if stage == "rl" else cfg.batch_size
    for a in range(2, rows + 1):
        if a > cfg.accumulation and rows % (a * machine.gpus) == 0 and (a & (a - 1) == 0 or a * machine.gpus == rows):
            yield f"{stage}.accumulation={a}", _set(stage, accumulation=a)
    if machine.gpus > 1 and machine.strategy not in SHARDED:
        yield "--strategy fsdp", lambda p, m: (p, dataclasses.replace(m, strategy="fsdp"))
    if (
        stage == "rl"
        and profile.rl.reward_options.get("dtype") != "bfloat16"
        and not profile.rl.reward.startswith("embedding")
    ):
        yield (
            "rl.reward_options.dtype=bfloat16",
            _set("rl", reward_options={**profile.rl.reward_options, "dtype": "bfloat16"}),
        )
    if stage == "rl" and cfg.use_vllm and cfg.vllm_mode == "colocate":
        for share in (0.25, 0.2, 0.15, 0.1):
            if share < cfg.vllm_gpu_memory_utilization:
                yield f"rl.vllm_gpu_memory_utilization={share}", _set(stage, vllm_gpu_memory_utilization=share)
    if stage == "rl" and profile.rl.reward == "reranker-vllm":
        for share in (0.3, 0.2, 0.1):
            if share < profile.rl.reward_options.get("gpu_memory_utilization", VLLM_SHARE):
                changed = {**profile.rl.reward_options, "gpu_memory_utilization": share}
                yield f"rl.reward_options.gpu_memory_utilization={share}", _set("rl", reward_options=changed)
    if stage == "rl":
        for prompts in (cfg.prompts_per_step // 2, cfg.prompts_per_step // 4):
            if prompts and prompts * cfg.num_generations % (machine.gpus * cfg.accumulation) == 0:
                yield f"rl.prompts_per_step={prompts}", _set("rl", prompts_per_step=prompts)
    if not cfg.lora_rank:
        yield f"{stage}.lora_rank=16", _set(stage, lora_rank=16)


def mend(profile: Profile, machine: Machine, tokens: Tokens, sizes: Sizes, stage: str) -> str:
    """The first knob that makes the stage fit by itself, else the fewest first ones that do together, tried by planning
    again."""

    def fits(with_profile: Profile, on: Machine) -> bool:
        return stage not in {n.stage for n in make_plan(with_profile, on, tokens, sizes).too_large(on)}

    knobs = list(changes(profile, machine, stage))
    for name, change in knobs:
        if fits(*change(profile, machine)):
            return f"set {name}"
    latest: dict[str, Change] = {
        name.partition("=")[0]: (name, change) for name, change in knobs
    }  # the strongest value of each knob
    state, said = (profile, machine), []
    for name, change in latest.values():
        state = change(*state)
        said.append(name)
        if fits(*state):
            return "set " + " and ".join(said)
    return (
        "no setting of this suite makes it fit: use a smaller model (policy.path, rl.reward_path), more GPUs, "
        "or GPUs with more memory"
    )


ARGUMENTS = [
    arg("--profile", default="tiny", help="profile to plan (default: tiny)"),
    arg("--gpus", type=int, default=1, metavar="N", help="number of GPUs (default: 1)"),
    arg("--gpu-memory", type=float, required=True, metavar="GIB", help="memory of one GPU in GiB"),
    arg(
        "--strategy",
        default="ddp",
        metavar="NAME",
        help="ddp: weights whole on each GPU; fsdp or zero3: spread (default: ddp)",
    ),
    SET,
    ALLOW,
]
"""Of `plan`."""


def command(args: argparse.Namespace) -> int:
    """`plan`."""
    if args.gpus < 1 or not 0 < args.gpu_memory < MOST_MEMORY:
        raise UserError(
            f"--gpus {args.gpus} --gpu-memory {args.gpu_memory}: both must be above 0, and a GPU's memory in GiB "
            f"below {MOST_MEMORY}; give such as --gpus 8 --gpu-memory 80"
        )
    if args.strategy not in STRATEGIES:
        raise UserError(f"unknown --strategy {args.strategy!r}; use {', '.join(STRATEGIES)}")
    profile = load_profile(args.profile, args.overrides, allow_code=args.allow_code)
    machine = Machine(args.gpus, args.gpu_memory, args.strategy)
    for section, rows in (
        ("sft.batch_size", profile.sft.batch_size),
        ("recovery.batch_size", profile.recovery.batch_size),
    ):
        _divides(section, rows, getattr(profile, section.partition(".")[0]).accumulation, machine)
    _divides(
        "rl.prompts_per_step x rl.num_generations",
        profile.rl.prompts_per_step * profile.rl.num_generations,
        profile.rl.accumulation,
        machine,
    )
    sizes, tokens = sizes_of(profile), count_tokens(profile)
    plan = make_plan(profile, machine, tokens, sizes)
    say(*page(args.profile, profile, machine, plan).split("\n"))
    large = plan.too_large(machine)
    if large:
        said = [
            f"stage {n.stage} needs {n.peak / GIB:.1f} GiB, and {USABLE * machine.memory:.1f} of the GPU's "
            f"{machine.memory:g} GiB can be used; " + mend(profile, machine, tokens, sizes, n.stage)
            for n in large
        ]
        raise UserError("this plan cannot fit: " + " | ".join(said))
    return 0


def _divides(what: str, rows: int, accumulation: int, machine: Machine) -> None:
    if rows % (machine.gpus * accumulation):
        raise UserError(
            f"{what} = {rows} does not divide by GPUs x accumulation = {machine.gpus} x {accumulation}; "
            "change one of them"
        )
