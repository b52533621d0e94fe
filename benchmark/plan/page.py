"""The plan as text: a line per stage, its memory by part, and every assumption."""

from __future__ import annotations

from benchmark.plan.needs import GIB, PADDING, Machine
from benchmark.plan.planning import USABLE, Plan
from benchmark.settings.config import Profile


def number(value: float) -> str:
    """1234567 -> '1.23 M'."""
    for size, unit in ((1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g}"


def page(name: str, profile: Profile, machine: Machine, plan: Plan) -> str:
    """Everything that `plan` prints on stdout."""
    room = USABLE * machine.memory
    wide = max(10, 2 + max(len(need.stage) for need in plan.needs))
    lines = [
        f"plan of {name} on {machine.gpus} GPU(s) of {machine.memory:g} GiB, "
        f"weights {'whole on each' if machine.parts == 1 else 'spread over all'} "
        f"({machine.strategy})",
        "",
        f"{'stage':<{wide}}{'peak GiB':>10}{'of':>8}{'steps':>9}{'tokens':>10}{'FLOPs':>10}{'hours':>9}",
    ]
    for need in plan.needs:
        mark = "" if need.peak / GIB <= room else "   does not fit"
        lines.append(
            f"{need.stage:<{wide}}{need.peak / GIB:>10.2f}{room:>8.1f}{need.steps:>9}{number(need.tokens):>10}"
            f"{number(need.flops):>10}{need.hours:>9.2f}{mark}"
        )
    lines += [
        "",
        f"hours in all: {sum(n.hours for n in plan.needs):.1f}   disk at its largest: {plan.disk / GIB:.2f} GiB",
    ]
    lines += ["", "memory by part, GiB on one GPU"]
    for need in plan.needs:
        parts = ", ".join(
            f"{part} {size / GIB:.2f}"
            for part, size in sorted(need.memory.items(), key=lambda item: -item[1])
            if size / GIB >= 0.005
        )
        lines.append(f"  {need.stage}: {parts or 'less than 0.01 in all'}")
    t, wanted = plan.tokens, profile.plan
    source = "counted in D_para with the policy's tokenizer" if t.sampled else "assumed: [plan] of the profile"
    by = {
        False: "transformers on the training GPUs",
        True: f"vLLM ({profile.rl.vllm_mode}; a server's GPUs are not counted)",
    }[profile.rl.use_vllm]
    judge = (
        "a function, no model"
        if plan.judge is None
        else f"{number(plan.judge.parameters)} parameters, {plan.judge.width} bytes each"
    )
    further = [
        f"  {other.task}: {other.measured} examples, prompt {other.tokens.prompt:.0f}, reference "
        f"{other.tokens.target:.0f} tokens; {'counted' if other.tokens.sampled else 'as the primary task'}"
        for other in plan.sizes.further
    ]
    lines += [
        "",
        "assumptions",
        f"  policy {number(plan.policy.parameters)} parameters; reward model {judge}, whole on every GPU",
        f"  examples: D_para {plan.sizes.para}, D_src {plan.sizes.src}, measured {plan.sizes.measured}",
        f"  tokens an example: prompt {t.prompt:.0f}, reference {t.target:.0f}, "
        f"completion in RL {t.completion:.0f} (cap {t.cap}); {source}",
        *further,
        "  training: float32 weights, gradients and Adam moments (16 bytes a weight), "
        f"rows padded by {PADDING - 1:.0%}; the head works in tiles",
        f"  {USABLE:.0%} of a GPU's memory can be used; generation in RL by {by}, batches end with their longest text",
        f"  hours: {wanted.tflops:g} TFLOP/s a GPU at {wanted.mfu:.0%}, {wanted.bandwidth_gb:g} GB/s, "
        f"at least {wanted.decode_ms:g} ms a decoded token; "
        "measuring is five checkpoints on one GPU",
        "  disk: final checkpoints, the largest stage's trainer states, logs of every completion",
    ]
    return "\n".join(lines)
