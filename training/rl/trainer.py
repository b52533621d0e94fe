"""TRL's GRPOTrainer as the suite sets it up: the order of the prompts, its arguments, and those of vLLM."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from training.rl.settings import RLSettings
from training.shared.decoding import end_tokens
from training.shared.loading import set_backbone
from training.shared.lora import lora_config
from training.shared.plain_text import prompt_ids
from training.shared.processes import processes
from training.shared.stage import common_arguments
from training.shared.vllm_engine import quiet_vllm, share_process


def prompt_order(n: int, total_steps: int, per_step: int, seed: int) -> list[int]:
    """Indices of the prompts of a whole run, `per_step` for each step: a new permutation each epoch, its incomplete
    last step dropped.

    Laid out in advance because TRL's sampler does not find its place again when a run is resumed in a later epoch.
    """
    order: list[int] = []
    epoch = 0
    while len(order) < total_steps * per_step:
        indices = list(range(n))
        random.Random(f"{seed}:{epoch}").shuffle(indices)
        order += indices[: n // per_step * per_step]
        epoch += 1
    return order[: total_steps * per_step]


def grpo_trainer(
    policy: tuple[Any, Any],
    reward: Any,
    rows: list[dict[str, str]],
    cfg: RLSettings,
    work: Path,
    completions: int,
    trust_remote_code: bool,
) -> tuple[Any, int]:
    """The GRPO trainer, with `completions` in each forward pass, and the number of steps it will take. policy: (model,
    tokenizer)."""
    from datasets import Dataset
    from trl import GRPOConfig, GRPOTrainer

    from training.rl.draws import SharedDraws
    from training.rl.halves import Halves
    from training.rl.shared_prompts import share_prompts

    model, tokenizer = policy
    total = cfg.max_steps or max(1, math.ceil(len(rows) // cfg.prompts_per_step * cfg.epochs))
    dataset = Dataset.from_list(rows).select(prompt_order(len(rows), total, cfg.prompts_per_step, cfg.seed))
    args = GRPOConfig(
        **common_arguments(cfg, work, total),
        num_train_epochs=1,
        max_steps=total,
        per_device_train_batch_size=completions,
        shuffle_dataset=False,
        steps_per_generation=cfg.accumulation,
        num_iterations=1,
        num_generations=cfg.num_generations,
        max_completion_length=cfg.max_completion_length,
        temperature=cfg.temperature,
        beta=cfg.beta,
        loss_type=cfg.loss,
        scale_rewards="none" if cfg.loss == "dr_grpo" else "group",
        max_grad_norm=cfg.max_grad_norm,
        disable_dropout=True,
        **_vllm_arguments(model, tokenizer, rows, cfg),
        remove_unused_columns=False,
        trust_remote_code=trust_remote_code,
    )

    class Trainer(SharedDraws, GRPOTrainer):  # its base is imported late
        halves: Halves | None = None

        def _tokenize_prompts(self, prompts: list[str]) -> tuple[list[list[int]], None, dict[str, Any]]:
            """As they are measured: what a source spells is text (`plain_text`)."""
            return [prompt_ids(tokenizer, prompt) for prompt in prompts], None, {}

        def _get_per_token_logps_and_entropies(self, model: Any, *args: Any, **kwargs: Any) -> Any:
            """The reference's are made in the second process, while this one begins to ask the reward."""
            if self.halves is None or model is not self.ref_model or _tensors(kwargs):
                return super()._get_per_token_logps_and_entropies(model, *args, **kwargs)
            ids, _, kept = args
            return self.halves.later("reference", (len(ids), kept), *args, kwargs), None, None

        def _calculate_rewards(self, *args: Any) -> Any:
            found = super()._calculate_rewards(*args)
            if self.halves is not None:
                self.halves.fill()
            return found

    trainer = Trainer(
        model=model,
        reward_funcs=[reward],
        args=args,
        train_dataset=dataset,
        processing_class=tokenizer,
        peft_config=lora_config(cfg),
    )
    if trainer.ref_model is not None:
        set_backbone(trainer.accelerator.unwrap_model(trainer.ref_model))
    if not cfg.use_vllm:
        whole = trainer.accelerator.unwrap_model(trainer.model)
        can = cfg.halves and processes().num_processes == 1 and not _drops_out(whole.config)
        halves = Halves(whole) if can else None
        if share_prompts(whole.get_base_model() if cfg.lora_rank else whole, cfg.temperature, halves):
            trainer.halves = halves
            if halves is not None:
                trainer.rolling = halves.rollouts
        if trainer.ref_model is not None:
            share_prompts(trainer.accelerator.unwrap_model(trainer.ref_model), cfg.temperature)
        if trainer.halves is not None:
            trainer.halves.jobs["reference"] = _reference(trainer, GRPOTrainer)
            reward.share(trainer.halves)
    return trainer, total


def _drops_out(config: Any) -> bool:
    """Whether something in the model may be left out at random: two processes would draw it apart. TRL takes dropout
    out of modules, not of attention."""
    return any(isinstance(v, int | float) and v > 0 for name, v in config.to_dict().items() if "drop" in name)


def _tensors(kwargs: dict[str, Any]) -> bool:
    import torch

    return any(isinstance(value, torch.Tensor) for value in kwargs.values())


def _reference(trainer: Any, base: type) -> Callable[..., tuple[Any]]:
    """A job: the reference policy's log-probabilities, (rows, kept)."""

    def job(ids: Any, mask: Any, kept: int, kwargs: dict[str, Any]) -> tuple[Any]:
        import torch

        told: Any = base._get_per_token_logps_and_entropies  # type: ignore[attr-defined]
        with torch.no_grad():
            return (told(trainer, trainer.ref_model, ids, mask, kept, **kwargs)[0],)

    return job


def _vllm_arguments(model: Any, tokenizer: Any, rows: list[dict[str, str]], cfg: RLSettings) -> dict[str, Any]:
    """What GRPOConfig takes for vLLM. The engine's context is what the longest prompt needs: its cache is reserved for
    all of it."""
    if not cfg.use_vllm:
        return {"use_vllm": False}
    import torch

    if cfg.vllm_mode == "server" and not torch.cuda.is_available():
        raise UserError(
            "rl.vllm_mode = server sends the weights to the server by NCCL and needs a CUDA device; use colocate here"
        )
    quiet_vllm()
    if cfg.vllm_mode == "colocate":
        share_process()
    parts = processes().num_processes
    if parts % cfg.vllm_tensor_parallel_size:
        raise UserError(
            f"rl.vllm_tensor_parallel_size = {cfg.vllm_tensor_parallel_size} does not divide the {parts} "
            "training processes"
        )
    longest = max(len(prompt_ids(tokenizer, row["prompt"])) for row in rows)
    return {
        "use_vllm": True,
        "vllm_mode": cfg.vllm_mode,
        "vllm_server_base_url": cfg.vllm_server_base_url,
        "vllm_gpu_memory_utilization": cfg.vllm_gpu_memory_utilization,
        "vllm_tensor_parallel_size": cfg.vllm_tensor_parallel_size,
        "vllm_max_model_length": longest + cfg.max_completion_length,
        # All of the checkpoint's end tokens: vLLM knows the tokenizer's one by itself.
        "generation_kwargs": {"stop_token_ids": end_tokens(model.generation_config, tokenizer)},
    }
