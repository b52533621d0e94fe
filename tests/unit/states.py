"""What of a killed training run can be gone on from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from training.shared.resume import checkpoint_problem


def latest_complete(work: Path, logs: Sequence[Path] = ()) -> Path | None:
    """The checkpoint of the highest step in a trainer's folder that is whole, or None."""
    whole = [
        folder
        for folder in work.glob("checkpoint-*")
        if folder.name.removeprefix("checkpoint-").isdigit() and checkpoint_problem(folder, logs) is None
    ]
    return max(whole, key=lambda folder: int(folder.name.removeprefix("checkpoint-")), default=None)
