"""`python -m benchmark` with the project's own functions that each step calls written down: traced_run.py TRACE.json
ARGUMENTS ...

TRACE.json: {step: {"code": entries of its key, "called": [[file, first line, name], ...]}}, for
tests/e2e/test_smoke.py.
"""

from __future__ import annotations

import cProfile
import functools
import json
import sys
from pathlib import Path
from typing import Any

from benchmark.cli import main
from benchmark.rundir.closure import PROJECT, TOP
from benchmark.rundir.steps import Steps

trace: dict[str, dict[str, Any]] = {}
OWN = tuple(f"{TOP / name}/" for name in PROJECT)


def watched(run: Any) -> Any:
    """Steps.run, its work under cProfile."""

    @functools.wraps(run)
    def inner(self: Steps, name: str, made_of: Any, outputs: Any, work: Any, **more: Any) -> Any:
        def under_watch() -> Any:
            profile = cProfile.Profile()
            try:
                return profile.runcall(work)
            finally:
                profile.create_stats()
                called = sorted(
                    {
                        (file, line, what)
                        for file, line, what in profile.stats
                        if file.startswith(OWN) and file.endswith(".py")
                    }
                )
                trace[name] = {"code": list(made_of.code), "called": called}

        return run(self, name, made_of, outputs, under_watch, **more)

    return inner


if __name__ == "__main__":
    Steps.run = watched(Steps.run)  # type: ignore[method-assign]
    status = main(sys.argv[2:])
    Path(sys.argv[1]).write_text(json.dumps(trace), encoding="utf-8")
    sys.exit(status)
