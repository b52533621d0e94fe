"""Buffers of a training step stay with the process.

glibc gives every large buffer back to the system when it is freed and asks for it again at the next step, page by
page: a quarter of the processor time of a run on CPU goes there. Told to keep what it has, it asks once. Nothing that
is computed changes. Large models want their memory back, so where there is an accelerator all stays as it is.
"""

from __future__ import annotations

import ctypes
import os
import platform
from functools import cache

SWITCH = "SGSRL_ALLOCATOR"
"""Environment variable: `system` leaves the allocator as it is."""
_OWN = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_MAX_", "MALLOC_ARENA_MAX", "GLIBC_TUNABLES")
"""Variables by which a user has told glibc something: that stands."""
_SETTINGS = {
    "M_MMAP_MAX": (-4, 0),
    "M_ARENA_MAX": (-8, 1),
    "M_TRIM_THRESHOLD": (-1, 2**31 - 1),
    "M_TOP_PAD": (-2, 2**26),
}
"""Name -> (number in glibc's malloc.h, value): no buffer in a mapping of its own, one heap for all threads (torch's
backward pass has one of its own), which gives back from 2 GiB of free memory on and grows by 64 MiB."""


@cache
def keep_buffers() -> str:
    """Sets up the allocator of this process, once; returns what was done, for the manifest."""
    if os.environ.get(SWITCH) == "system":
        return f"as it is ({SWITCH}=system)"
    if own := [name for name in _OWN if os.environ.get(name)]:
        return f"as it is (set by {', '.join(own)})"
    preloaded = os.environ.get("LD_PRELOAD", "")
    if platform.system() != "Linux" or platform.libc_ver()[0] != "glibc" or "malloc" in preloaded:
        return "as it is (not glibc's)"
    import torch

    if torch.cuda.is_available():
        return "as it is (an accelerator is at work)"
    mallopt = ctypes.CDLL(None).mallopt
    refused = [name for name, (number, value) in _SETTINGS.items() if not mallopt(number, value)]
    told = ", ".join(f"{name}={value}" for name, (_, value) in _SETTINGS.items() if name not in refused)
    return f"mallopt {told}" + (f"; refused: {', '.join(refused)}" if refused else "")
