"""The commands as functions: `from benchmark import run, evaluate, study, validate_reward, Leaderboard`.

Each call is the command of the same name with the same checks, defaults and files, and what it would print. A mistake
raises `metrics.errors.UserError` with the message that the command would print.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metrics.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

Set = Mapping[str, Any]
"""Overrides of profile keys: {"rl.beta": 0.02, "data.n_test": 50}."""


@dataclass(frozen=True)
class Run:
    """A finished run directory."""

    path: Path
    output: str = field(repr=False, default="")
    """What the command printed."""

    @property
    def summary(self) -> dict[str, Any]:
        """summary.json. Raises UserError where it is missing or malformed."""
        from benchmark.rundir.summaries import read_summary

        return read_summary(self.path)

    @property
    def report(self) -> Path:
        """The page to open in a browser."""
        return self.path / "report.html"

    def to_frame(self) -> pd.DataFrame:
        """One row a system (or stage) and metric: value, ci_low, ci_high, n_scored, n_total, in_loop, kin, reason."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"system": s, "metric": m, **cell}
                for s, row in self.summary["systems"].items()
                for m, cell in row.items()
            ]
        )


def run(
    *,
    stage: str = "all",
    profile: str = "tiny",
    run_dir: str | Path | None = None,
    seed: int | None = None,
    set: Set | None = None,
) -> Run:
    """Trains the stages up to `stage` (sft, rl, recovery, all) and measures every one. What is done already is not done
    again.

    set: overrides of profile keys. Raises UserError as the command `run`.
    """
    where = Path(run_dir) if run_dir is not None else None
    args = [
        "run",
        "--stage",
        stage,
        "--profile",
        profile,
        *_option("--run-dir", where),
        *_option("--seed", seed),
        *_overrides(set),
    ]
    printed, parsed, _ = _call(args)
    from benchmark.settings.config import load_profile

    if where is None:
        settings = load_profile(profile, parsed.overrides, seed)
        where = Path("runs") / f"{Path(profile).stem}-seed{settings.run.seed}"
    return Run(where, printed)


def evaluate(
    model: str | Path,
    task: str,
    out: str | Path,
    *,
    stage_name: str | None = None,
    profile: str = "tiny",
    set: Set | None = None,
) -> Run:
    """Generates with a checkpoint (folder or hub id) on a task and scores it. Raises UserError as the command
    `evaluate`."""
    args = ["evaluate", "--model", str(model), "--task", task, "--out", str(out), "--profile", profile]
    printed, _, _ = _call([*args, *_option("--stage-name", stage_name), *_overrides(set)])
    return Run(Path(out), printed)


def validate_reward(reward: str | Path, out: str | Path, **options: Any) -> dict[str, Any]:
    """Holds a reward (name, folder, "module:function", "metric:NAME") against pairs with known answers; returns
    reward.json.

    options: those of the command with underscores, such as pairs="pairs.jsonl", n=50, target_lang="bo",
    skip_invalid=True. Raises UserError as the command.
    """
    args = ["validate-reward", "--reward", str(reward), "--out", str(out)]
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        args += [flag] if value is True else [] if value in (None, False) else [flag, str(value)]
    _call(args)
    return dict(json.loads((Path(out) / "reward.json").read_text("utf-8")))


@dataclass(frozen=True)
class Study:
    """A study that has been run: a folder with its runs, study.json and study.md."""

    path: Path
    output: str = field(repr=False, default="")
    """What the command printed."""

    @property
    def result(self) -> dict[str, Any]:
        """study.json. Raises UserError where it is missing or malformed."""
        from metrics.files import read_object

        return read_object(self.path / "study.json")

    def to_frame(self) -> pd.DataFrame:
        """One row a stage, cell and metric: mean, sd, ci_low, ci_high, n, reason; delta, delta_low, delta_high, p,
        p_holm of the difference from the baseline (None for the baseline itself)."""
        import pandas as pd

        found, rows = self.result, []
        for stage, cells in found["values"].items():
            for cell, row in cells.items():
                for metric, value in row.items():
                    change = found["differences"][stage].get(cell, {}).get(metric, {})
                    told = {name: value[name] for name in ("mean", "sd", "ci_low", "ci_high", "n", "reason")}
                    limits = {"delta_low": change.get("ci_low"), "delta_high": change.get("ci_high")}
                    tests = {name: change.get(name) for name in ("delta", "p", "p_holm")}
                    rows.append({"stage": stage, "cell": cell, "metric": metric, **told, **tests, **limits})
        return pd.DataFrame(rows)


def study(
    name: str,
    *,
    seeds: int = 3,
    quick: bool = False,
    profile: str | None = None,
    out: str | Path | None = None,
    set: Set | None = None,
) -> Study:
    """Runs the cells of a declared study (`study list`) with seeds 1 to `seeds`, and compares them. What is done
    already is not done again; a run that failed stands in `result` with its message, and the others are there.

    quick: a trial on the profile `smoke`, whose numbers mean nothing. Raises UserError as the command `study`.
    """
    args = ["study", name, "--seeds", str(seeds), *(["--quick"] if quick else [])]
    args += [*_option("--profile", profile), *_option("--out", out), *_overrides(set)]
    printed, _, _ = _call(args, expected=(0, 1))
    where = Path(out) if out is not None else Path("runs") / f"study-{name}{'-quick' if quick else ''}"
    return Study(where, printed)


class Leaderboard:
    """A board: the suite's own of a task, or a board file."""

    def __init__(self, task: str | None = None, board: str | Path | None = None) -> None:
        """Give the name of a task, or the path of a board file. Raises UserError for neither, or for a board that
        cannot be read."""
        if (task is None) == (board is None):
            raise UserError("Leaderboard(task=NAME) for the suite's own board, or Leaderboard(board=FILE)")
        from benchmark.leaderboard.board import board_path, read_board

        self.path = Path(board) if board is not None else board_path(str(task), None)
        self.task = str(read_board(self.path)["task"])

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The entries as they stand in the file."""
        from benchmark.leaderboard.board import read_board

        return list(read_board(self.path)["entries"])

    def to_frame(self) -> pd.DataFrame:
        """One row an entry: system, version, seed, stage and the value of every metric."""
        import pandas as pd

        named = ("system", "version", "seed", "stage")
        return pd.DataFrame(
            [
                {**{k: e.get(k) for k in named}, **{m: c.get("value") for m, c in e["scores"].items()}}
                for e in self.entries
            ]
        )

    def submit(self, run_dir: str | Path, system: str | None = None) -> str:
        """Enters the outputs of a run directory; returns what was printed. Raises UserError as the command `submit`."""
        return _call(["submit", str(run_dir), "--board", str(self.path), *_option("--system", system)])[0]

    def verify(self, quick: bool = False) -> bool:
        """Whether every figure follows from the stored outputs (quick: whether the file is consistent in itself)."""
        return (
            _call(
                ["leaderboard", "verify", "--board", str(self.path), *(["--quick"] if quick else [])], expected=(0, 1)
            )[2]
            == 0
        )


def _option(flag: str, value: Any) -> list[str]:
    return [] if value is None else [flag, str(value)]


def _overrides(values: Set | None) -> list[str]:
    """--set arguments; texts as they are, everything else as JSON (true, null, [1, 2])."""
    given = [f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in (values or {}).items()]
    return ["--set", *given] if given else []


def _call(argv: list[str], expected: tuple[int, ...] = (0,)) -> tuple[str, argparse.Namespace, int]:
    """Runs one command as the command line would: (what it printed, its parsed arguments, its exit code)."""
    from benchmark.cli import COMMANDS, build_parser
    from benchmark.registry import load

    args = build_parser(argv[0]).parse_args(argv)
    args.argv = argv
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = int(load(COMMANDS[argv[0]][0])(args))
    if code not in expected:
        raise UserError(f"{argv[0]} ended with exit code {code}: {printed.getvalue().strip()[-500:]}")
    return printed.getvalue(), args, code
