"""Freed buffers stay with the process; what the user has set stands."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

CODE = """
import resource
from training.shared.allocator import keep_buffers
print(keep_buffers())
def touch():
    for _ in range(4):  # larger than what glibc keeps by itself
        block = bytearray(40 * 2**20)
        block[::4096] = bytes(len(block[::4096]))
touch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
touch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def told(**environment: str) -> tuple[str, int]:
    """(what was done, page faults of 4 buffers of 10,240 pages that were in use before)."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "SGSRL_", "GLIBC_"))}
    run = subprocess.run(
        [sys.executable, "-c", CODE], env=own | environment, capture_output=True, text=True, check=True, timeout=120
    )
    done, faults = run.stdout.splitlines()
    return done, int(faults)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="mallopt is glibc's")
def test_buffers_that_were_in_use_are_not_asked_for_again() -> None:
    done, faults = told(CUDA_VISIBLE_DEVICES="")
    assert done.startswith("mallopt M_MMAP_MAX=0") and "refused" not in done
    assert faults < 10_240, "less than one buffer of four"


@pytest.mark.parametrize(
    ("name", "value"),
    [("SGSRL_ALLOCATOR", "system"), ("MALLOC_TRIM_THRESHOLD_", "131072"), ("LD_PRELOAD", "libjemalloc.so")],
)
def test_what_the_user_set_stands(name: str, value: str) -> None:
    done, faults = told(**{name: value}, CUDA_VISIBLE_DEVICES="")
    assert done.startswith("as it is") and faults > 4 * 10_000
