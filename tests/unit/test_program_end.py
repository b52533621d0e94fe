"""What a user's own code left open is written out when a command ends, whatever was taken out of the searches for
garbage before (`training/shared/memory.py`)."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
TASK = """
import gzip

from benchmark.tasks import load_task

class Log:
    def __init__(self):
        self.file = open("log.txt", "w")
        self.packed = gzip.open("log.txt.gz", "wt")  # whose end is written when it is closed
        self.note = self.write  # a cycle: only a search finds it

    def write(self, text):
        self.file.write(text)
        self.packed.write(text)

LOG = Log()

def mine():
    LOG.note("asked\\n")
    return load_task("newswire-title")
"""
FROZEN = "import gc, sys, own; gc.freeze(); from benchmark.__main__ import start; sys.exit(start())"


@pytest.mark.parametrize("how", [["-m", "benchmark"], ["-c", FROZEN]])
def test_a_file_that_a_users_task_left_open_is_written(tmp_path: Path, how: list[str]) -> None:
    (tmp_path / "own.py").write_text(TASK)
    command = ["data", "export", "--task", "own:mine", "--split", "dev", "--out", "out.jsonl"]
    environment = os.environ | {"PYTHONPATH": f"{TOP}:{tmp_path}"}
    done = subprocess.run(
        [sys.executable, *how, *command], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "log.txt").read_text() == "asked\n"
    assert gzip.decompress((tmp_path / "log.txt.gz").read_bytes()) == b"asked\n"


def test_what_is_done_at_the_very_end_is_written_too(tmp_path: Path) -> None:
    late = 'import atexit\nFILE = open("log.txt", "w")\natexit.register(FILE.write, "at the end")\n'
    (tmp_path / "own.py").write_text(
        late + "from benchmark.tasks import load_task\ndef mine():\n    return load_task('newswire-title')\n"
    )
    command = ["data", "export", "--task", "own:mine", "--split", "dev", "--out", "out.jsonl"]
    environment = os.environ | {"PYTHONPATH": f"{TOP}:{tmp_path}"}
    done = subprocess.run([sys.executable, "-m", "benchmark", *command], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 0
    assert (tmp_path / "log.txt").read_text() == "at the end"
