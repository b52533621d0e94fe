"""Out of memory, told in one message that names the setting to change and the value to try."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from metrics.errors import UserError
from metrics.lean import ASKED_BY_TRAINERS, without_unused

SIGNS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "DefaultCPUAllocator",
    "CUBLAS_STATUS_ALLOC_FAILED",
)
"""In the messages of CUDA, of torch's CPU allocator and of cuBLAS."""
MODELS = "transformers.modeling_utils"
"""Without it no model has been loaded, and what imports leave as garbage is two thousand objects: to look for them
takes as long as two steps of SFT."""


def is_out_of_memory(error: BaseException) -> bool:
    """True for every way in which torch says that memory ran out."""
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign.lower() in str(error).lower() for sign in SIGNS)


def imports_are_no_garbage() -> None:
    """Takes what has been imported out of the searches for garbage that accelerate makes around each stage, a third to
    half a second each. Once in a process and before a model is loaded: what is taken out is never freed."""
    if gc.get_freeze_count() == 0:
        models = MODELS in sys.modules
        without_unused(*ASKED_BY_TRAINERS)
        from trl import SFTTrainer  # noqa: F401 - with all that a stage imports

        if models:
            gc.collect()  # else a model that is garbage by now would stay for ever
        gc.freeze()


def free_memory() -> int | None:
    """Bytes, as Linux tells them of the machine and of the control group; None elsewhere."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    free = [int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")]
    group = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):  # no such group, or no bound ("max")
        most, used = (int((group / f"memory.{name}").read_text()) for name in ("max", "current"))
        cached = [
            line for line in (group / "memory.stat").read_text().splitlines() if line.startswith("inactive_file ")
        ]
        free.append(most - used + sum(int(line.split()[1]) for line in cached))
    return min(free, default=None)


@contextmanager
def memory_guard(what: str, mend: Callable[[], str]) -> Iterator[None]:
    """Within it, running out of memory becomes a UserError: `what` ran out, and mend() says what to try."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
        raise UserError(f"{what}: out of memory ({first}); {mend()}") from error


def smaller_forward(rows: int, accumulation: int, processes: int, section: str, checkpointing: bool) -> str:
    """What to try when a training step of `rows` rows (over all processes) does not fit: the next accumulation that
    divides them."""
    tries = [a for a in range(accumulation + 1, rows + 1) if rows % (a * processes) == 0]
    said = []
    if tries:
        best = next((a for a in tries if a >= 2 * accumulation), tries[0])
        said.append(
            f"try {section}.accumulation = {best} ({rows // (best * processes)} rows in one forward pass, "
            "the same step)"
        )
    if not checkpointing:
        said.append(f"{section}.gradient_checkpointing = true")
    return (
        " or ".join(said)
        or f"{section}.lora_rank = 16, a smaller model, or more GPUs with sharded weights (docs/scaling.md)"
    )


def smaller_batch(key: str, size: int) -> str:
    """What to try when a batch of `size` does not fit."""
    return (
        f"try {key} = {size // 2}"
        if size > 1
        else f"{key} is 1 already: use a smaller model, a shorter context or a lower precision"
    )
