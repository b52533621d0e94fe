"""The second process of a GRPO step: it answers, shares memory, is not there where it does not help, and ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from ending import left
from reinforcing import two_cores  # noqa: F401 - a fixture

from training.rl import twin


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("helper process", lambda m: m.setattr(twin, "current_process", lambda: SimpleNamespace(daemon=True))),
        ("more than one thread", lambda m: torch.set_num_threads(2)),
        ("one core", lambda m: m.setattr(os, "sched_getaffinity", lambda _: {0}, raising=False)),
        ("no fork", lambda m: m.setattr(twin, "get_all_start_methods", lambda: ["spawn"])),
        ("free memory: 0.5 GiB", lambda m: m.setattr(twin, "free_memory", lambda: 2**29)),
        ("devices or processes of its own", lambda m: m.setattr(twin.processes, "count", lambda: 2)),
    ],
)
def test_where_a_second_process_does_not_help_there_is_none(
    monkeypatch: pytest.MonkeyPatch, what: str, change: Any
) -> None:
    parameters = [torch.nn.Parameter(torch.zeros(3))]
    assert twin.hindrance(parameters) is None
    change(monkeypatch)
    assert what in (twin.hindrance(parameters) or "")


def test_memory_that_is_written_in_one_process_is_read_in_the_other() -> None:
    memory = twin.shared_zeros(torch.ones(3, 2))
    assert memory.shape == (3, 2)
    assert not memory.any()

    def write() -> tuple[Any, ...]:
        memory[1] = 5
        return (os.getpid(), memory.sum())

    second = twin.Twin({"write": write})
    number = second.ask("write")
    pid, total = second.answer(number)
    second.end()
    assert pid != os.getpid()
    assert float(total) == float(memory.sum()) == 10


LEFT_ALONE = """
import os, time
from training.rl.twin import Twin
second = Twin({"pid": lambda: (os.getpid(),), "work": lambda: (time.sleep(60),)})
number = second.ask("pid")
pid, = second.answer(number)
second.ask("work")
print(pid, flush=True)
time.sleep(60)
"""


def test_it_ends_in_the_midst_of_its_work_when_the_first_process_is_killed() -> None:
    first = subprocess.Popen([sys.executable, "-c", LEFT_ALONE], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None
    pid = int(json.loads(first.stdout.readline()))
    first.kill()
    first.wait()
    first.stdout.close()
    assert not left([pid])
