"""The needs of every stage of a profile on given GPUs: memory, steps, hours, disk."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from benchmark.plan.needs import (
    GIB,
    MEASURE,
    Judge,
    Machine,
    Need,
    Tokens,
    measure_need,
    rl_need,
    sft_need,
    with_hours,
)
from benchmark.plan.shapes import Shape, find_shape
from benchmark.plan.workload import Sizes
from benchmark.settings.assets import resolve
from benchmark.settings.config import Profile
from benchmark.settings.models import Models, inner_reward, without_path
from training.rewards import REWARDS, needs_path
from training.shared.ensembles import Member, members

WIDTH = {"auto": 4, "float32": 4, "bfloat16": 2, "float16": 2}
JUDGED_AT_ONCE = 16384
"""Default batch_tokens of the generative reranker."""
VLLM_SHARE = 0.9
"""vLLM's default gpu_memory_utilization."""
USABLE = 0.92
"""Share of a GPU's memory that torch can fill: the rest is the CUDA context and fragmentation."""
CHECKPOINTS = {"sft": 1, "rl": 1, "recovery": 2}
"""Final folders: post-sft, post-rl, post-recovery and post-sft-continued."""


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """All stages of one profile on one machine."""

    needs: list[Need]
    disk: float
    """Bytes at its largest."""
    policy: Shape
    judge: Judge | None
    tokens: Tokens
    sizes: Sizes

    def too_large(self, machine: Machine) -> list[Need]:
        """Stages that do not fit."""
        return [n for n in self.needs if n.peak > USABLE * machine.memory * GIB]


def judge_of(profile: Profile) -> Judge | None:
    """The reward model of the RL stage; None for a plain function."""
    rl, options = profile.rl, profile.rl.reward_options
    path, named = Models(profile).reward_path, inner_reward(rl.reward)
    if path is None and named in REWARDS:
        if needs_path(named):
            raise without_path(rl.reward)
        return None
    path = path or rl.reward
    if ":" in path and not Path(path).exists():
        return None
    together = members(path) or (Member(path, 1.0),)
    shape, *others = sorted(
        (find_shape(m.path, "rl.reward_path") for m in together), key=lambda s: s.parameters, reverse=True
    )
    share = options.get("gpu_memory_utilization", VLLM_SHARE) if rl.reward == "reranker-vllm" else None
    at_once = options.get("batch_tokens", JUDGED_AT_ONCE if not shape.encoder else options.get("batch_size", 64) * 512)
    return Judge(shape, WIDTH.get(options.get("dtype", "float32"), 4), at_once, share, tuple(others))


def make_plan(profile: Profile, machine: Machine, tokens: Tokens, sizes: Sizes) -> Plan:
    """The needs of every stage."""
    policy = find_shape(resolve(profile.policy.path, "policy.path"), "policy.path")
    judge = judge_of(profile)
    again = min(profile.data.n_recovery or sizes.para, sizes.para)
    needs = [
        sft_need("sft", policy, profile.sft, sizes.para, tokens, machine),
        rl_need(policy, profile.rl, judge, sizes.src, tokens, machine),
        sft_need("recovery", policy, profile.recovery, again, tokens, machine),
        measure_need(policy, WIDTH[profile.policy.dtype], profile.generate.batch_size, sizes.measured, tokens),
    ]
    counted = [tokens] * len(needs)
    for other in sizes.further:
        width, batch = WIDTH[profile.policy.dtype], profile.generate.batch_size
        need = measure_need(policy, width, batch, other.measured, other.tokens)
        needs.append(dataclasses.replace(need, stage=f"{MEASURE} {other.task}"))
        counted.append(other.tokens)
    timed = [with_hours(n, hours(n, profile, policy, own, machine)) for n, own in zip(needs, counted, strict=True)]
    return Plan(timed, disk(profile, policy, sizes, needs, tokens), policy, judge, tokens, sizes)


def hours(need: Need, profile: Profile, policy: Shape, tokens: Tokens, machine: Machine) -> float:
    """Hours of a stage: FLOPs at the assumed share of the peak; decoding token by token, at least the time of reading
    the weights.

    The control arm trains as long as recovery; measuring generates with all five checkpoints, on one GPU.
    """
    wanted = profile.plan
    rate = wanted.tflops * 1e12 * wanted.mfu
    bandwidth = wanted.bandwidth_gb * 1e9
    if need.stage in ("sft", "recovery"):
        seconds = need.flops / (rate * machine.gpus)
        return seconds / 3600 * (2 if need.stage == "recovery" else 1)
    if need.stage.startswith(MEASURE):
        width = WIDTH[profile.policy.dtype]
        token = max(width * policy.parameters / bandwidth, wanted.decode_ms / 1e3)
        longest = min(2.0 * tokens.target, tokens.measured_cap)  # a batch ends with its longest text
        return 5 * (need.steps * longest * token + need.flops / rate) / 3600
    token = max((2 if profile.rl.bf16 else 4) * policy.parameters / bandwidth, wanted.decode_ms / 1e3)
    return (need.steps * tokens.cap * token + need.flops / (rate * machine.gpus)) / 3600


def disk(profile: Profile, policy: Shape, sizes: Sizes, needs: list[Need], tokens: Tokens) -> float:
    """Bytes: final checkpoints (float32, or adapters), the largest stage's states (weights and both moments, each),
    logs of completions, texts."""
    folders = states = 0.0
    for name, count in CHECKPOINTS.items():
        cfg = getattr(profile, name)
        learned = policy.lora(cfg.lora_rank) if cfg.lora_rank else policy.parameters
        folders += count * 4 * (learned if cfg.lora_rank and not cfg.lora_merge else policy.parameters)
        states = max(states, cfg.keep_states * 12.0 * learned)
    completions = needs[1].steps * profile.rl.prompts_per_step * profile.rl.num_generations
    logs = completions * (300 + 9 * tokens.completion)  # a Thai letter has 3 bytes, a token about 3 letters
    measured = [(sizes.measured, tokens), *((other.measured, other.tokens) for other in sizes.further)]
    texts = sum(5 * n * (200 + 9 * of.target) for n, of in measured) + 3 * (sizes.para + sizes.src + sizes.dev) * 1500
    return folders + states + logs + texts
