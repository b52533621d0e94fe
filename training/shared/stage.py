"""What a training stage shares with the others: where it works, what it has around it, how it begins and ends."""

from __future__ import annotations

import logging
import math
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from training.shared.checkpoints import Checkpoint, read_checkpoint, save_checkpoint
from training.shared.checksums import checksum_problem
from training.shared.lora import finished_model
from training.shared.options import Options, trainer_arguments
from training.shared.processes import gather, processes
from training.shared.resume import OnSigterm, Terminated

log = logging.getLogger("training")


@dataclass(frozen=True, slots=True)
class Around:
    """What a training stage has around it besides its data and settings."""

    log_dir: str | Path | None = None
    """Where its logs go."""
    progress: bool = True
    trust_remote_code: bool = False
    """Whether the policy may bring code of its own."""
    trackers: Sequence[str] = ()
    """Trackers that show its steps (`training.shared.trackers`)."""


@dataclass(frozen=True, slots=True)
class RLAround(Around):
    """The same for RL."""

    stage: str = "post-rl"
    probe: Callable[[Any], dict[str, float]] | None = None
    """Called with the policy in eval mode every `probe_every` steps, never used to select."""
    strip_think: bool = False
    """The reward judges what stands outside of think blocks."""
    twin: bool = False
    """Whether a second process may do half of each step, with `rl.halves`."""


@dataclass(frozen=True, slots=True)
class Making:
    """A checkpoint in the making."""

    parent: str | Path
    """What it is trained from."""
    out: Path
    work: Path
    """The trainer's states."""
    key: dict[str, Any]
    """What it is made of: stage, hashes of parent, settings and data, seed."""
    logs: Sequence[Path]
    """What is written beside its states, and gone on from."""


def finished(made: Making) -> Checkpoint | None:
    """The checkpoint in its folder when it was trained with just this key and each of its files, and of the logs, is as
    it was written, else None.

    A kill between the last save and the removal of the trainer's states leaves those behind: they go now.
    """
    try:
        found = read_checkpoint(made.out)
    except UserError:  # absent, of other making or damaged: it is trained (again)
        return None
    if any(getattr(found, name) != value for name, value in made.key.items()):
        return None
    problem = checksum_problem(made.out, made.logs)
    if problem is not None:
        log.warning("%s: damaged (%s); trained again", made.out, problem)
        return None
    shutil.rmtree(made.work, ignore_errors=True)
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

    # transformers takes the precision from here where bf16 is false, and leaves it here where it is true: a launcher,
    # or the stage before in the same process, would decide it for this one.
    os.environ["ACCELERATE_MIXED_PRECISION"] = "bf16" if settings.bf16 else "no"
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


def leave_if_asked(terminate: OnSigterm, out: Path, step: int) -> None:
    """Raise Terminated where SIGTERM came in the last step or while the checkpoint was written: it is saved, and the
    process was to end."""
    if any(gather([terminate.requested])):
        raise Terminated(out, step)


def finish(trainer: Any, tokenizer: Any, made: Making, cfg: Options, *, steps: int, left_out: int) -> Checkpoint:
    """Write the final folder on the main process (LoRA merged, or the adapter alone), and remove the trainer's
    states."""
    trainer.accelerator.wait_for_everyone()
    state = None
    if trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled:
        # Each process holds a part of the weights; all of them take part in putting the whole together.
        state = trainer.accelerator.get_state_dict(trainer.model_wrapped)
    if trainer.is_world_process_zero():
        model = finished_model(trainer.accelerator.unwrap_model(trainer.model), cfg, made.parent)
        save_checkpoint(model, tokenizer, made.out, state, made.logs, steps=steps, left_out=left_out, **made.key)
        shutil.rmtree(made.work)
    trainer.accelerator.wait_for_everyone()
    return read_checkpoint(made.out)
