"""The plan's hours against measured runs of the embedded policy on this machine, by the plan's own formula.

The rate (`plan.mfu`) of SFT comes from a shorter SFT run: at this size a step's fixed costs count as much as its FLOPs.
That of RL, whose steps are large, comes from bare forward and backward passes, and one generated batch gives the
decoding step (`plan.decode_ms`). Prints predicted and measured seconds of this process (not of the clock, so that other
work on the machine does not matter; run it with OMP_NUM_THREADS=1).
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from benchmark.generation.decoding import Decoding, Work
from benchmark.generation.local import generate_texts
from benchmark.pipeline.train import pairs_of
from benchmark.plan.needs import Machine, sft_need
from benchmark.plan.planning import make_plan
from benchmark.plan.shapes import Shape, find_shape
from benchmark.plan.workload import count_tokens, sizes_of
from benchmark.settings.assets import resolve
from benchmark.settings.config import load_profile
from benchmark.tasks import load_task
from training.shared.loading import load_policy
from training.shared.stage import Around, RLAround

WITHIN, SHORT = 0.25, 160
TOP = [
    "run.trackers=[]",
    "sft.epochs=1",
    "data.n_para=480",
    "data.n_src=64",
    "rl.max_steps=8",
    "sft.save_steps=999",
    "rl.save_steps=999",
    "rl.prompts_per_step=4",
    "rl.max_completion_length=64",
]


def bare_rate(shape: Shape) -> float:
    """FLOP/s of forward and backward passes over 64 rows of 128 tokens."""
    import torch

    model, _ = load_policy(resolve("asset:base", "policy.path"), device="cpu")
    ids = torch.randint(5, 500, (64, 128))
    model(input_ids=ids, labels=ids).loss.backward()
    start = time.process_time()
    for _ in range(2):
        model(input_ids=ids, labels=ids).loss.backward()
    return 2 * 3 * shape.forward_flops(64 * 128, 128, 64 * 128) / (time.process_time() - start)


def decode_step(profile: Any, prompts: list[str]) -> float:
    """Milliseconds of a decoding step of RL's batch."""
    model, tokenizer = load_policy(resolve("asset:base", "policy.path"), device="cpu")
    batch = (prompts * profile.rl.num_generations)[: profile.rl.prompts_per_step * profile.rl.num_generations]
    cap, start = profile.rl.max_completion_length, time.process_time()
    list(
        generate_texts(
            model,
            tokenizer,
            batch,
            [str(i) for i in range(len(batch))],
            Decoding(cap, len(batch), 1.0),
            work=Work(progress=False),
        )
    )
    return 1e3 * (time.process_time() - start) / cap


@pytest.mark.benchmark(group="plan")
def test_the_hours_of_small_runs_are_those_measured(
    tmp_path: Path, benchmark: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """SFT and RL on the embedded world, within 25 %."""
    from training.rewards import load_reward
    from training.rl.grpo import train_rl
    from training.sft.train import train_sft

    profile = load_profile("tiny", TOP)
    task, base = load_task("newswire-title"), resolve("asset:base", "policy.path")
    para, src = task.load("para", 480), task.load("src", 64)
    sizes, tokens, machine = sizes_of(profile), count_tokens(profile), Machine(1, 8.0)

    def sft(n: int, name: str) -> float:
        start = time.process_time()
        train_sft(
            base, pairs_of(task, para[:n]), tmp_path / name, profile.sft, "post-sft", around=Around(progress=False)
        )
        return time.process_time() - start

    sft(16, "warm")  # what a process does once (imports, first allocations) is no part of hours
    shape = find_shape(base, "")
    sft_rate = sft_need("sft", shape, profile.sft, SHORT, tokens, machine).flops / sft(SHORT, "short")
    decode = decode_step(profile, [task.ask(e.source) for e in src])

    def seconds(stage: str, rate: float) -> float:
        known = [f"plan.tflops={rate / 1e12}", "plan.mfu=1.0", f"plan.decode_ms={decode}", "plan.bandwidth_gb=100000"]
        plan = make_plan(load_profile("tiny", [*TOP, *known]), machine, tokens, sizes)
        return next(3600 * n.hours for n in plan.needs if n.stage == stage)

    predicted = {"sft": seconds("sft", sft_rate), "rl": seconds("rl", bare_rate(shape))}
    reward = load_reward("reranker-generative", resolve("asset:reranker", "rl.reward_path"))

    def run() -> dict[str, float]:
        start = time.process_time()
        train_rl(
            tmp_path / "short",
            src,
            task.ask,
            tmp_path / "rl",
            profile.rl.settings,
            reward,
            around=RLAround(progress=False),
        )
        return {"rl": time.process_time() - start, "sft": sft(480, "long")}

    measured = benchmark.pedantic(run, rounds=1)
    with capsys.disabled():
        print(
            {stage: (round(predicted[stage], 2), round(took, 2)) for stage, took in measured.items()},
            "seconds predicted, measured",
        )
    for stage, took in measured.items():
        assert predicted[stage] == pytest.approx(took, rel=WITHIN), stage
