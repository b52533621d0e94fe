"""A run directory with one step, for the tests of steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.rundir.done import Done
from benchmark.rundir.steps import MadeOf, Steps


class Bench:
    """A run directory with a step that counts how often it really runs."""

    def __init__(self, run_dir: Path, others: Sequence[Path] = ()) -> None:
        self.run_dir, self.runs, self.seen, self.said = run_dir, 0, list[tuple[str, bool]](), list[str]()
        run_dir.mkdir(exist_ok=True)
        self.steps = Steps(
            run_dir, lambda name, done, skipped: self.seen.append((name, skipped)), self.said.append, others=others
        )
        self.out = run_dir / "out.txt"
        self.state = run_dir / "state"

    def step(
        self,
        config: Any = 1,
        inputs: dict[str, str] | None = None,
        fail: bool = False,
        code: str = "benchmark.registry",
    ) -> Done:
        def work() -> dict[str, Any]:
            self.runs += 1
            self.state.mkdir(exist_ok=True)
            (self.state / "half").write_text(str(config))
            if fail:
                raise RuntimeError("killed")
            self.out.write_text(f"result {config}")
            return {"runs": self.runs}

        return self.steps.run(
            "a/step", MadeOf(config, inputs or {"x": "1"}, [code]), [self.out], work, owned=[self.state]
        )
