"""What SFT and RL share while TRL's trainers run: progress, the stop at NaN, SIGTERM, the step log."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from metrics.errors import UserError
from metrics.lean import ASKED_BY_TRAINERS, without_unused
from metrics.progress import Progress, begin, end
from training.rl.watchdogs import CHRF, HackingWatch
from training.shared.checksums import write_checksums
from training.shared.processes import gather, wait
from training.shared.resume import OnSigterm, StepLog, log
from training.shared.trackers import Track

without_unused(*ASKED_BY_TRAINERS)
from transformers import TrainerCallback  # noqa: E402

SHOWN = {"reward": "reward", "length_mean": "length"}
"""Key of a row of the step log -> name in the progress."""
PROBED = {"coverage.f1": "coverage", CHRF: "chrF"}
"""The same of the probe's rows."""
MUST_BE_FINITE = ("loss", "grad_norm", "kl", "reward")


def quiet(trainer: Any) -> None:
    """Take the trainer's own printing away: how far it is, `Watch` tells."""
    from transformers import PrinterCallback, ProgressCallback

    for callback in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(callback)


@dataclass(frozen=True, slots=True)
class Logged:
    """Where the steps of a stage are written."""

    write: StepLog | None
    """On the main process."""
    row: Callable[[int, dict[str, Any]], dict[str, Any]]
    """row(step, what the trainer logged) -> what is written, and given to the trackers."""
    track: Track | None = None
    files: Sequence[Path] = ()
    """What a resumed run goes on from besides the saved state."""
    beside: Callable[[], dict[str, float]] = dict
    """Further figures that the progress shows."""


class Watch(TrainerCallback):
    """Progress, a row per step in the log, a stop at NaN (before it can be saved), and a save at SIGTERM."""

    def __init__(self, title: str, terminate: OnSigterm, logged: Logged, progress: bool, mend: str) -> None:
        """mend: what a user can change when training diverges."""
        self.title, self.terminate, self.logged, self.progress, self.mend = title, terminate, logged, progress, mend
        self.bar: Progress | None = None

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Seals the saved state, once every process has written its part of it."""
        wait()
        if state.is_world_process_zero:
            write_checksums(
                Path(args.output_dir) / f"checkpoint-{state.global_step}",
                [log for log in self.logged.files if log.exists()],
            )

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            self.bar = begin(f"train {self.title}", state.max_steps, "steps", state.global_step, self.progress)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.bar is not None:
            self.bar.advance()
        # The signal reaches the processes at different moments; all must leave after the same step, or they wait for
        # each other for ever.
        if any(gather([self.terminate.requested])):
            self.terminate.requested = True
            control.should_save = True
            control.should_training_stop = True

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **kwargs: Any) -> None:
        if not logs or "loss" not in logs:  # the closing summary of a run
            return
        for name in MUST_BE_FINITE:
            value = logs.get(name)
            if value is not None and not math.isfinite(value):
                raise UserError(f"{self.title} diverged: {name} is {value} at step {state.global_step}; {self.mend}")
        if not state.is_world_process_zero:
            return
        row = self.logged.row(state.global_step, logs)
        if self.logged.write is not None:
            self.logged.write.append([row])
        if self.logged.track is not None:
            self.logged.track(self.title, row)
        if self.bar is not None:
            shown = {name: row.get(key) for key, name in SHOWN.items()} if "reward" in row else {"loss": row["loss"]}
            self.bar.note(**shown, **self.logged.beside())

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self.bar is not None:
            end(self.bar)


@contextmanager
def untouched_randomness() -> Iterator[None]:
    """Whatever is drawn inside, the random states of Python, NumPy and torch are as before: looking at a run must not
    change it."""
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


class Probe(TrainerCallback):
    """Measures the policy every `every` steps (and before the first) with a caller's function; logged, never used to
    select.

    The rows are watched for the first sign of reward hacking (`watchdogs.HackingWatch`), whose message goes to the log
    with them.
    """

    def __init__(
        self, probe: Callable[[Any], dict[str, float]], every: int, write: StepLog | None, track: Track | None = None
    ) -> None:
        self.probe, self.every, self.write, self.track = probe, every, write, track
        self.watch = HackingWatch()
        self.latest: dict[str, float] = {}

    def _measure(self, state: Any, model: Any) -> None:
        training = model.training
        model.eval()
        try:
            with untouched_randomness(), torch.no_grad():
                found = self.probe(model)
        finally:
            model.train(training)
        if self.write is None:
            return
        self.latest = {name: found[key] for key, name in PROBED.items() if key in found}
        row: dict[str, Any] = {"step": state.global_step, **found}
        message = self.watch.look(row)
        if message is not None:
            log.warning("RL step %d: %s", state.global_step, message)
        self.write.append([row if message is None else {**row, "warning": message}])
        if self.track is not None:
            self.track("probe", row)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step == 0:
            self._measure(state, kwargs["model"])
        elif self.write is not None:
            self.watch.remember(self.write.rows())

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.global_step % self.every == 0:
            self._measure(state, kwargs["model"])
