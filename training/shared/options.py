"""Options of the trainer that SFT, recovery and RL share: LoRA, gradient checkpointing, Liger kernels, how many states
are kept.

None of them changes what is learned from (batches, losses, the reward); LoRA changes which weights learn. The paper
states none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from metrics.errors import UserError


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """See above; the defaults train all weights and keep two states."""

    lora_rank: int = 0
    """Rank of the LoRA matrices; 0 trains all weights."""
    lora_alpha: float = 32.0
    """The update is scaled by lora_alpha / lora_rank."""
    lora_dropout: float = 0.0
    """Share of the inputs of the LoRA matrices that is dropped in training, 0 to below 1."""
    lora_targets: str = "all-linear"
    """`all-linear` (every linear layer but the head), or names of modules joined by commas, such as `q_proj,v_proj`."""
    lora_merge: bool = True
    """The checkpoint of the stage holds the merged weights; false: the adapter alone, on top of the stage's parent.
    Both are evaluated alike."""
    gradient_checkpointing: bool = False
    """Compute activations again in the backward pass instead of keeping them: about a third more time, far less
    memory."""
    liger: bool = False
    """Fused kernels of liger-kernel (a CUDA device and `pip install liger-kernel`)."""
    keep_states: int = 2
    """Trainer states (`save_steps` apart) that are kept to resume from; older ones are removed."""


def check_options(settings: Any, section: str) -> None:
    """Raise UserError for an option outside its range."""
    if settings.lora_rank < 0:
        raise UserError(f"{section}.lora_rank must be at least 1, or 0 to train all weights, not {settings.lora_rank}")
    if not settings.lora_alpha > 0:
        raise UserError(f"{section}.lora_alpha must be above 0, not {settings.lora_alpha}")
    if not 0 <= settings.lora_dropout < 1:
        raise UserError(f"{section}.lora_dropout must lie in [0, 1), not {settings.lora_dropout}")
    if not [name for name in settings.lora_targets.split(",") if name.strip()]:
        raise UserError(f"{section}.lora_targets names no module; use all-linear, or names such as q_proj,v_proj")
    if settings.keep_states < 1:
        raise UserError(f"{section}.keep_states must be at least 1, not {settings.keep_states}")


def check_installed(settings: Any, section: str) -> None:
    """Raise UserError for an option whose package or device is missing here. Nothing has been written yet then."""
    if settings.lora_rank and find_spec("peft") is None:
        raise UserError(
            f"{section}.lora_rank = {settings.lora_rank} needs peft; pip install 'sgsrl-bench[peft]', or set it to 0"
        )
    if settings.liger:
        import torch

        if find_spec("liger_kernel") is None:
            raise UserError(f"{section}.liger = true needs liger-kernel; pip install liger-kernel, or set it to false")
        if not torch.cuda.is_available():
            raise UserError(f"{section}.liger = true needs a CUDA device and there is none here; set it to false")
    if settings.bf16:
        import torch

        if torch.cuda.is_available() and not torch.cuda.is_bf16_supported():
            raise UserError(
                f"{section}.bf16 = true: this GPU ({torch.cuda.get_device_name()}) has no bfloat16; set it to false"
            )


def trainer_arguments(settings: Any) -> dict[str, Any]:
    """The TrainingArguments of the options."""
    found: dict[str, Any] = {
        "gradient_checkpointing": settings.gradient_checkpointing,
        "save_total_limit": settings.keep_states,
    }
    if settings.gradient_checkpointing:
        found["gradient_checkpointing_kwargs"] = {
            "use_reentrant": False
        }  # the reentrant kind loses the gradient of frozen inputs (LoRA)
    if settings.liger:
        found["use_liger_kernel"] = True
    return found
