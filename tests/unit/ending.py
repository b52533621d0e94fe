"""Whether processes have ended."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path


def alive(process: int) -> bool:
    """Whether it runs; what has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except FileNotFoundError:
        return False


def left(processes: Iterable[int], seconds: float = 60) -> list[int]:
    """Those that still run when so much time has passed; none as soon as all have ended."""
    until = time.monotonic() + seconds
    while (still := [process for process in processes if alive(process)]) and time.monotonic() < until:
        time.sleep(0.05)
    return still
