"""How many cores there are for this process."""

from __future__ import annotations

import os


def usable() -> int:
    """Number of cores that this process may use, at least 1; fewer than the machine has where it is bound to some."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
