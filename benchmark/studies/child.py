"""One run of a study in a process of its own: a run that dies takes no other with it, and each begins with fresh
memory, as if it had been started by hand.

It ends when the study ends, however that was killed: the study holds the other end of its standard input.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from metrics.terminal import plain

HOME = Path(__file__).resolve().parents[2]
"""Holds the packages benchmark, training and metrics."""
CODE = (
    "import sys; home = sys.argv.pop(1); sys.path.insert(0, home); from benchmark.studies.child import main; "
    "sys.exit(main())"
)
LAST = 40
"""Lines that are remembered to tell why a run failed."""
INTERRUPTED = 130


def main() -> int:
    """The run, in the new process."""
    from benchmark.__main__ import start

    threading.Thread(target=end_with_the_study, daemon=True).start()
    return start()


def end_with_the_study() -> None:
    """Nothing is ever written into the pipe: it is read to its end when the study is gone. A run may end anywhere, and
    goes on from there when it is called again."""
    while os.read(0, 1024):
        pass
    os._exit(INTERRUPTED)


def run_cell(argv: Sequence[str], output: Path, tell: Callable[[str], None]) -> str | None:
    """Does `python -m benchmark ARGV` and returns None, or why it failed, in a line.

    output: file for what it prints; tell: hears each line that it says on stderr. Raises KeyboardInterrupt where the
    run was interrupted.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    lines: deque[str] = deque(maxlen=LAST)
    with (
        output.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-c", CODE, str(HOME), *argv],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        assert process.stdin is not None  # it and stderr are pipes
        assert process.stderr is not None
        try:
            for line in process.stderr:
                lines.append(line.rstrip("\n"))
                tell(lines[-1])
            code = process.wait()
        finally:
            process.stdin.close()
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    return None if code == 0 else why(code, list(lines))


def why(code: int, lines: Sequence[str]) -> str:
    """The run's own message; of a failure without one the last line that it said."""
    told = next((line.removeprefix("error: ") for line in reversed(lines) if line.startswith("error: ")), None)
    if told is None:
        how = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        last = next((line for line in reversed(lines) if line.strip()), "it said nothing")
        told = f"{how}: {last}"
    return plain(told)
