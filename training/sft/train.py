"""Stages 1 and 3 and the control arm: supervised fine-tuning on the parallel pairs with TRL's SFTTrainer, loss on the
completion only.

Deviation from TRL's own preparation: it tokenises prompt + completion as one text, where a token may straddle the
boundary, so that the policy would be trained on a prompt it never sees when it generates. Here the ids are
tokenizer(prompt) + tokenizer(completion) + eos, which is what generation continues from.
"""

from __future__ import annotations

import logging
import math
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import sha256_json
from training.shared.checkpoints import Checkpoint, load_policy, read_checkpoint, save_checkpoint, weights_hash
from training.shared.checksums import checksum_problem
from training.shared.decoding import context_of
from training.shared.lora import check_targets, finished_model, lora_config
from training.shared.memory import memory_guard, smaller_forward
from training.shared.options import Options, check_installed, check_options, trainer_arguments
from training.shared.plain_text import prompt_ids, text_ids
from training.shared.processes import from_main, gather, is_main, processes
from training.shared.resume import OnSigterm, StepLog, Terminated, open_workspace
from training.shared.trackers import check_trackers, tracking

log = logging.getLogger("training")

SECTIONS = {"post-recovery": "recovery", "post-sft-continued": "recovery"}
"""Stage -> the section of a profile that its settings stand in, for messages; `sft` for any other."""
SCHEDULES = ("linear", "cosine", "constant", "constant_with_warmup")


@dataclass(frozen=True, slots=True)
class SFTSettings(Options):
    """How a policy is fine-tuned. The paper: 3 epochs for SFT, 1 for recovery. The options of `Options` come on top."""

    epochs: float = 3.0
    batch_size: int = 16
    """Pairs per optimiser step, over all processes."""
    lr: float = 2e-5
    warmup_ratio: float = 0.03
    """Share of all steps over which the learning rate rises."""
    weight_decay: float = 0.0
    max_length: int = 1024
    """Tokens of prompt and completion together; longer pairs are left out, counted and warned of."""
    seed: int = 1
    save_steps: int = 100
    """Steps between two states to resume from; the last `keep_states` are kept."""
    lr_scheduler: str = "cosine"
    """One of SCHEDULES."""
    accumulation: int = 1
    """Forward passes per optimiser step; batch_size must be a multiple of it (times the processes)."""
    bf16: bool = False
    """Mixed precision on a GPU. On CPU training is float32, equal to the bit from run to run."""


def check_settings(
    settings: Any, section: str, positive: Sequence[str], unit: Sequence[str] = ("warmup_ratio",)
) -> None:
    """Raise UserError for a number outside its range (NaN included) or an unknown schedule."""
    for name in positive:
        if not getattr(settings, name) > 0:
            raise UserError(f"{section}.{name} must be above 0, not {getattr(settings, name)}")
    for name in unit:
        if not 0 <= getattr(settings, name) <= 1:
            raise UserError(f"{section}.{name} must lie between 0 and 1, not {getattr(settings, name)}")
    if settings.lr_scheduler not in SCHEDULES:
        raise UserError(f"{section}.lr_scheduler must be one of {', '.join(SCHEDULES)}, not {settings.lr_scheduler!r}")
    check_options(settings, section)


def encode_pair(tokenizer: Any, prompt: str, completion: str) -> dict[str, list[int]]:
    """input_ids and labels of one pair: the prompt as at generation time (labels -100), then the completion and eos."""
    before = prompt_ids(tokenizer, prompt)
    after = [*text_ids(tokenizer, completion), tokenizer.eos_token_id]
    if before and before[-1] == tokenizer.eos_token_id:
        raise UserError(
            "the policy's tokenizer ends every text with its end-of-sequence token, the prompt too; "
            "switch that off (add_eos_token)"
        )
    return {"input_ids": before + after, "labels": [-100] * len(before) + after}


def encode_pairs(
    tokenizer: Any, pairs: Sequence[tuple[str, str]], limit: int, section: str = "sft"
) -> tuple[list[dict[str, list[int]]], int]:
    """(encoded pairs of at most `limit` tokens, number of longer ones). UserError when none is left."""
    rows = [encode_pair(tokenizer, prompt, completion) for prompt, completion in pairs]
    kept = [row for row in rows if len(row["input_ids"]) <= limit]
    if not kept:
        longest = max((len(row["input_ids"]) for row in rows), default=0)
        raise UserError(
            f"no pair to train on: all {len(rows)} are longer than {limit} tokens (up to {longest}); "
            f"raise {section}.max_length or shorten the sources"
        )
    if len(kept) < len(rows):
        log.warning(
            "%d of %d pairs are longer than %d tokens and are left out; raise %s.max_length to train on them",
            len(rows) - len(kept),
            len(rows),
            limit,
            section,
        )
    return kept, len(rows) - len(kept)


def finished(out: Path, work: Path, key: dict[str, Any], logs: Sequence[Path] = ()) -> Checkpoint | None:
    """The checkpoint in `out` when it was trained with just this key and each of its files, and of the logs, is as it
    was written, else None.

    A kill between the last save and the removal of the trainer's states in `work` leaves those behind: they go now.
    """
    try:
        found = read_checkpoint(out)
    except UserError:  # absent, of other making or damaged: it is trained (again)
        return None
    if any(getattr(found, name) != value for name, value in key.items()):
        return None
    problem = checksum_problem(out, logs)
    if problem is not None:
        log.warning("%s: damaged (%s); trained again", out, problem)
        return None
    shutil.rmtree(work, ignore_errors=True)
    return found


def per_device(batch: int, accumulation: int, what: str) -> int:
    """Rows per forward pass on each process. UserError when `batch` does not divide."""
    parts = processes().num_processes * accumulation
    if batch % parts:
        raise UserError(f"{what} = {batch} does not divide by processes x accumulation = {parts}; change one of them")
    return batch // parts


def common_arguments(settings: Any, work: Path, total_steps: int) -> dict[str, Any]:
    """The TrainingArguments that SFT and RL share."""
    import torch

    return {
        "output_dir": str(work),
        "use_cpu": not torch.cuda.is_available(),
        "learning_rate": settings.lr,
        "lr_scheduler_type": settings.lr_scheduler,
        "warmup_steps": math.ceil(settings.warmup_ratio * total_steps),
        "weight_decay": settings.weight_decay,
        "seed": settings.seed,
        "data_seed": settings.seed,
        "gradient_accumulation_steps": settings.accumulation,
        "bf16": settings.bf16,
        "save_strategy": "steps",
        "save_steps": settings.save_steps,
        "logging_strategy": "steps",
        "logging_steps": 1,
        "logging_nan_inf_filter": False,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": torch.cuda.is_available(),
        **trainer_arguments(settings),
    }


def train_sft(
    policy_path: str | Path,
    pairs: Sequence[tuple[str, str]],
    out_dir: str | Path,
    cfg: SFTSettings,
    stage: str,
    *,
    log_dir: str | Path | None = None,
    progress: bool = True,
    trust_remote_code: bool = False,
    trackers: Sequence[str] = (),
) -> Checkpoint:
    """Fine-tune a policy on (prompt, completion) pairs and write `out_dir` (by rename, with its lineage).

    Killed and called again with the same arguments it goes on from its last whole state (in `<out_dir>.work`) and ends
    with the same weights; a finished `out_dir` of the same making is returned as it is. log_dir: gets
    `<stage>_steps.jsonl` (loss, grad_norm, lr), which the named trackers show, too.
    Raises UserError for wrong settings, an unusable policy, pairs that are all too long, divergence; Terminated after
    SIGTERM.
    """
    section = SECTIONS.get(stage, "sft")
    check_settings(cfg, section, ("epochs", "batch_size", "lr", "max_length", "save_steps", "accumulation"))
    check_installed(cfg, section)
    check_trackers(trackers)
    out, work = Path(out_dir), Path(f"{out_dir}.work")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # TRL reports every trainer to its makers otherwise
    model, tokenizer = load_policy(policy_path, trust_remote_code=trust_remote_code)
    parent = weights_hash(policy_path)
    data_hash = sha256_json([list(pair) for pair in pairs])
    key = {
        "stage": stage,
        "parent_hash": parent,
        "config_hash": sha256_json(asdict(cfg)),
        "data_hash": data_hash,
        "seed": cfg.seed,
    }
    logs = Path(log_dir or out.parent)
    kept = [logs / f"{stage}_steps.jsonl"] if log_dir is not None else []
    done = finished(out, work, key, kept)
    if done is not None:
        return done
    context = context_of(model.config) or cfg.max_length
    check_targets(model, cfg, section)
    rows, left_out = encode_pairs(tokenizer, pairs, min(cfg.max_length, context), section)
    batch = per_device(cfg.batch_size, cfg.accumulation, f"{section}.batch_size")
    resume = from_main(open_workspace(work, key, kept) if is_main() else None)

    from datasets import Dataset
    from trl import SFTConfig, SFTTrainer

    from training.shared.callbacks import Watch, quiet

    total = math.ceil(math.ceil(len(rows) / cfg.batch_size) * cfg.epochs)
    args = SFTConfig(
        **common_arguments(cfg, work, total),
        num_train_epochs=cfg.epochs,
        per_device_train_batch_size=batch,
        max_length=None,
        packing=False,
        completion_only_loss=True,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    trainer = SFTTrainer(
        model=model,
        args=args,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=lora_config(cfg),
    )
    quiet(trainer)
    start = int(resume.name.split("-")[1]) if resume else 0
    main = trainer.is_world_process_zero()
    steps_log = StepLog(kept[0], start) if kept and main else None
    mend = f"lower {section}.lr (now {cfg.lr}) or raise {section}.warmup_ratio"

    def smaller():
        return smaller_forward(
            cfg.batch_size, cfg.accumulation, processes().num_processes, section, cfg.gradient_checkpointing
        )

    with (
        OnSigterm() as terminate,
        tracking(trackers if main else (), logs, stage, start) as track,
        memory_guard(stage, smaller),
    ):
        trainer.add_callback(Watch(stage, terminate, steps_log, _row, progress, mend, track, kept))
        trainer.train(resume_from_checkpoint=str(resume) if resume else None)
        step = int(trainer.state.global_step)
        if terminate.requested and step < trainer.state.max_steps:
            raise Terminated(work, step)
        made = finish(trainer, tokenizer, out, work, key, cfg, policy_path, steps=step, left_out=left_out, logs=kept)
        leave_if_asked(terminate, out, step)
    return made


def leave_if_asked(terminate: OnSigterm, out: Path, step: int) -> None:
    """Raise Terminated where SIGTERM came in the last step or while the checkpoint was written: it is saved, and the
    process was to end."""
    if any(gather([terminate.requested])):
        raise Terminated(out, step)


def finish(
    trainer: Any,
    tokenizer: Any,
    out: Path,
    work: Path,
    key: dict[str, Any],
    cfg: Options,
    parent: str | Path,
    *,
    steps: int,
    left_out: int,
    logs: Sequence[Path] = (),
) -> Checkpoint:
    """Write the final folder on the main process (LoRA merged, or the adapter alone), and remove the trainer's states.
    logs: see `finished`."""
    trainer.accelerator.wait_for_everyone()
    state = None
    if trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled:
        # Each process holds a part of the weights; all of them take part in putting the whole together.
        state = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if trainer.is_world_process_zero():
        model = finished_model(trainer.accelerator.unwrap_model(trainer.model), cfg, parent)
        save_checkpoint(model, tokenizer, out, state, logs, steps=steps, left_out=left_out, **key)
        shutil.rmtree(work)
    trainer.accelerator.wait_for_everyone()
    return read_checkpoint(out)


def _row(step: int, logs: dict[str, Any]) -> dict[str, Any]:
    names = {
        "loss": "loss",
        "grad_norm": "grad_norm",
        "learning_rate": "lr",
        "epoch": "epoch",
        "mean_token_accuracy": "token_accuracy",
    }
    return {"step": step, **{to: logs[name] for name, to in names.items() if logs.get(name) is not None}}
