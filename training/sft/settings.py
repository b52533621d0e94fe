"""How a policy is fine-tuned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metrics.errors import UserError
from training.shared.options import Options, check_options

SECTIONS = {"post-recovery": "recovery", "post-sft-continued": "recovery"}
"""Stage -> the section of a profile that its settings stand in, for messages; `sft` for any other."""
SCHEDULES = ("linear", "cosine", "constant", "constant_with_warmup")


@dataclass(frozen=True, slots=True)
class SFTSettings(Options):
    """How a policy is fine-tuned. The paper: 3 epochs for SFT, 1 for recovery. The options of `Options` come on top."""

    epochs: float = 3.0
    """Passes over the pairs; a fraction is allowed."""
    batch_size: int = 16
    """Pairs per optimiser step, over all processes."""
    lr: float = 2e-5
    """Learning rate at its peak."""
    warmup_ratio: float = 0.03
    """Share of all steps over which the learning rate rises."""
    weight_decay: float = 0.0
    """Decay of AdamW."""
    max_length: int = 1024
    """Tokens of prompt and completion together; longer pairs are left out, counted and warned of."""
    seed: int = 1
    """Order of the pairs, and dropout; run.seed sets it."""
    save_steps: int = 100
    """Steps between two states to resume from; the last `keep_states` are kept."""
    lr_scheduler: str = "cosine"
    """How the learning rate goes: linear, cosine, constant or constant_with_warmup."""
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
