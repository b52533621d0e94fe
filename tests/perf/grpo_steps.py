"""Processor seconds of GRPO steps on the default policy: `grpo_steps.py ours|trl STEPS`.

trl: TRL's GRPOTrainer as a user writes it down, the same settings, sentence-transformers' CrossEncoder on the same
reranker as the reward. Both start from the same embedded policy; loading is not counted. Prints one number a line:
seconds of all steps, tokens of all completions.
"""

from __future__ import annotations

import dataclasses
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmark.pipeline.workplace import settle_torch
from benchmark.settings.assets import resolve
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models
from benchmark.tasks import load_task

PROFILE = load_profile("tiny", [], None, False)
TASK = load_task("newswire-title")


def used() -> float:
    """User and system seconds of this process so far."""
    told = resource.getrusage(resource.RUSAGE_SELF)
    return told.ru_utime + told.ru_stime


def ours(steps: int, out: Path) -> tuple[float, int]:
    """The suite's own stage."""
    from training.rl import grpo

    settle_torch(PROFILE)
    reward = Models(PROFILE).load_reward()
    cfg = dataclasses.replace(PROFILE.rl.settings, max_steps=steps, save_steps=10_000)
    started: list[float] = []
    make = grpo.grpo_trainer

    def made(*args: Any, **kwargs: Any) -> Any:
        found = make(*args, **kwargs)
        started.append(used())
        return found

    grpo.grpo_trainer = made
    grpo.train_rl(resolve("asset:base", "policy.path"), TASK.load("src", 300), TASK.ask, out / "ours", cfg, reward)
    return used() - started[0], tokens((out / "rl_rewards.jsonl").read_text(encoding="utf-8").splitlines())


def tokens(rows: list[str]) -> int:
    """Reranker tokens of the logged completions."""
    import json

    return int(sum(json.loads(row)["length"] for row in rows))


def trl(steps: int, out: Path) -> tuple[float, int]:
    """A plain script on TRL."""
    import torch
    from datasets import Dataset
    from sentence_transformers import CrossEncoder
    from trl import GRPOConfig, GRPOTrainer

    torch.set_num_threads(PROFILE.run.threads or 1)
    cfg = PROFILE.rl.settings
    reranker = CrossEncoder(resolve("asset:reranker", "rl.reward_path"), device="cpu")
    written: list[int] = []

    def reward(completions: list[str], source: list[str], **_: Any) -> list[float]:
        written.extend(len(reranker.tokenizer(text)["input_ids"]) for text in completions)
        return torch.sigmoid(torch.tensor(reranker.predict(list(zip(source, completions, strict=True))))).tolist()

    rows = [{"prompt": TASK.ask(e.source), "source": e.source} for e in TASK.load("src", 300)]
    args = GRPOConfig(
        output_dir=str(out / "trl"),
        use_cpu=True,
        bf16=False,
        learning_rate=cfg.lr,
        lr_scheduler_type="constant",
        max_steps=steps,
        per_device_train_batch_size=cfg.prompts_per_step * cfg.num_generations,
        num_generations=cfg.num_generations,
        max_completion_length=cfg.max_completion_length,
        temperature=cfg.temperature,
        beta=cfg.beta,
        loss_type=cfg.loss,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=cfg.seed,
    )
    trainer = GRPOTrainer(
        model=resolve("asset:base", "policy.path"),
        reward_funcs=[reward],
        args=args,
        train_dataset=Dataset.from_list(rows),
    )
    start = used()
    trainer.train()
    return used() - start, sum(written)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = {"ours": ours, "trl": trl}[sys.argv[1]](int(sys.argv[2]), Path(folder))
    print(*found, sep="\n")
