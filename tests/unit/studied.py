"""Studies without training: a runner that writes the files of a finished run in a moment, with values known by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmark.cli import build_parser
from benchmark.rundir import whole
from benchmark.rundir.manifest import RunManifest
from benchmark.rundir.steps import MadeOf, Steps
from benchmark.settings.config import load_profile

F1, LENGTH = "coverage.f1", "verbosity.length_ratio"
STAGES = ("base", "post-sft", "post-sft-continued", "post-rl", "post-recovery")
STUDY = """
[toy]
question = "Does half of the steps do?"
source = "a test"
stage = "all"
shows = ["post-rl"]
metrics = ["coverage.f1", "verbosity.length_ratio"]
baseline = "full"

[toy.cells.full]

[toy.cells.half]
set = { "rl.max_steps" = { times = 0.5 } }

[toy.cells.none]
of = "full"
reads = { post-rl = "post-sft" }
"""

Values = Callable[[str, int, str, str], float | None]
"""(cell, seed, stage, metric) -> value."""


def by_hand(cell: str, seed: int, stage: str, metric: str) -> float | None:
    """Values that differ by cell, seed and stage."""
    f1 = {"full": (0.60, 0.64, 0.59, 0.66), "half": (0.57, 0.62, 0.585, 0.60)}[cell][seed - 1]
    f1 -= {"post-rl": 0.0, "post-sft": 0.1}.get(stage, 0.05)
    return f1 if metric == F1 else 1.0 + f1 * seed


class Runner:
    """Takes the place of `benchmark.studies.running.run_cell`; remembers what it was asked."""

    def __init__(self, values: Values = by_hand) -> None:
        """values: what the runs measure."""
        self.values, self.asked, self.fails = values, list[Any](), dict[str, str]()
        self.marks: dict[str, str] = {}
        """Cell -> what its signatures end with."""

    def __call__(self, argv: Sequence[str], output: Path, tell: Callable[[str], None]) -> str | None:
        args = build_parser("run").parse_args(list(argv))
        self.asked.append(args)
        run_dir = Path(args.run_dir)
        if (message := self.fails.get(run_dir.name)) is not None:
            tell(f"error: {message}")
            return message
        profile = load_profile(args.profile, args.overrides, args.seed)
        cell = run_dir.name.partition("-seed")[0]
        write_run(run_dir, profile, args.stage, summary(cell, profile, self.values, self.marks.get(cell, "")))
        return None


def summary(cell: str, profile: Any, values: Values, mark: str = "") -> dict[str, Any]:
    """As a run writes it."""
    seed = profile.run.seed
    systems = {
        s: {
            m: {"value": v, "n_scored": 4, "n_total": 4, "signature": f"{m}|v:3{mark}", "in_loop": False, "kin": True}
            | ({"reason": "planted"} if v is None else {})
            for m in (F1, LENGTH)
            for v in [values(cell, seed, s, m)]
        }
        for s in STAGES
    }
    run = {"task": profile.run.task, "split": "test", "config_hash": f"{cell}{seed}", "seed": seed}
    return {"schema_version": 1, "run": run, "systems": systems, "transitions": {}, "preservation": {}, "tasks": {}}


def write_run(run_dir: Path, profile: Any, stage: str, told: dict[str, Any]) -> None:
    """A finished run: summary, manifest, the record of a step, and what makes it found again."""

    def work() -> None:
        (run_dir / "summary.json").write_text(json.dumps(told), "utf-8")

    run_dir.mkdir(parents=True, exist_ok=True)
    (run_dir / "config_hash").write_text("x\n")
    made_of = MadeOf({}, {}, ("metrics.files:sha256_file",))
    Steps(run_dir, lambda *_: None, lambda _: None).run("summary", made_of, [run_dir / "summary.json"], work)
    made = {"command": "run", "argv": [], "config": profile.resolved(), "config_hash": "x", "commit": None}
    RunManifest.model_validate(made | {"dirty": None, "packages": {}, "hardware": {}}).write(run_dir)
    whole.remember(run_dir, whole.request_of(profile, stage))
