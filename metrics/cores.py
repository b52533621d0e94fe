"""How many cores there are for this process, and how those that it begins end with it."""

from __future__ import annotations

import os
import threading
from multiprocessing import parent_process


def usable() -> int:
    """Number of cores that this process may use, at least 1; fewer than the machine has where it is bound to some."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def end_with_the_first() -> None:
    """Called in a process that multiprocessing began: it ends, in the midst of its work, too, when the one that began
    it has gone, be it by SIGKILL. Else it would wait for work for ever, and files stay locked that the first had
    locked. ValueError in a process that multiprocessing did not begin."""
    first = parent_process()
    if first is None:
        raise ValueError("this process was not begun by another one")

    def wait() -> None:
        first.join()
        os._exit(1)

    threading.Thread(target=wait, name="end_with_the_first", daemon=True).start()
