"""Trackers: every number that goes into the step logs also goes to TensorBoard, Weights & Biases or Trackio.

The logs (`*_steps.jsonl`, `rl_probe.jsonl`) stay the record; a tracker is a view of it. Tags are STAGE/NAME, such as
post-rl/zero_std_groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from metrics.errors import UserError

TRACKERS = {"tensorboard": "tensorboard", "wandb": "wandb", "trackio": "trackio"}
"""Name -> the package that it needs."""


def mend(name: str) -> str:
    """The pip line of a tracker. TensorBoard 2.20 needs a newer protobuf than COMET allows."""
    return "pip install 'tensorboard<2.20'" if name == "tensorboard" else f"pip install {TRACKERS[name]}"


class Track(Protocol):
    """Takes one row of a log."""

    def __call__(self, kind: str, row: Mapping[str, Any]) -> None:
        """row: has its `step`; what is not a number is left out."""


def check_names(names: Sequence[str]) -> None:
    """Raise UserError for an unknown tracker."""
    for name in names:
        if name not in TRACKERS:
            raise UserError(f"run.trackers: unknown tracker {name!r}; known: {', '.join(TRACKERS)}")


def check_trackers(names: Sequence[str]) -> None:
    """Raise UserError for an unknown tracker or one whose package is not installed."""
    check_names(names)
    for name in names:
        if find_spec(TRACKERS[name]) is None:
            raise UserError(f"run.trackers: {name} is not installed; {mend(name)}, or take it out of run.trackers")


def scalars(row: Mapping[str, Any], before: str = "") -> dict[str, float]:
    """The numbers of a row by name, those of nested records as OUTER/INNER; the step itself left out."""
    found: dict[str, float] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            found |= scalars(value, f"{before}{name}/")
        elif isinstance(value, int | float) and name != "step":
            found[before + name] = float(value)
    return found


def _tensorboard(
    folder: Path, stage: str, step: int
) -> tuple[Callable[[int, dict[str, float]], None], Callable[[], None]]:
    from torch.utils.tensorboard import SummaryWriter

    # purge_step: rows after the state that a resumed run starts from are written again.
    writer = SummaryWriter(
        str(folder / "tensorboard"), purge_step=step + 1 if step else None, filename_suffix=f".{stage}"
    )

    def write(at: int, values: dict[str, float]) -> None:
        for tag, value in values.items():
            writer.add_scalar(tag, value, at)

    return write, writer.close


def _wandb(
    module: str,
) -> Callable[[Path, str, int], tuple[Callable[[int, dict[str, float]], None], Callable[[], None]]]:
    """wandb, and trackio, which keeps to its interface."""

    def opened(
        folder: Path, stage: str, step: int
    ) -> tuple[Callable[[int, dict[str, float]], None], Callable[[], None]]:
        from importlib import import_module

        library: Any = import_module(module)
        more = {"dir": str(folder)} if module == "wandb" else {}
        library.init(project="sgsrl-bench", name=f"{folder.resolve().parent.name}-{stage}", **more)
        return lambda at, values: library.log(values, step=at), library.finish

    return opened


OPEN: dict[str, Callable[[Path, str, int], Any]] = {
    "tensorboard": _tensorboard,
    "wandb": _wandb("wandb"),
    "trackio": _wandb("trackio"),
}


@contextmanager
def tracking(names: Sequence[str], folder: Path, stage: str, step: int) -> Iterator[Track]:
    """The named trackers, opened for one stage and closed at its end.

    folder: where logs go (TensorBoard writes to <folder>/tensorboard); step: the one that a resumed run starts from.
    Raises UserError as `check_trackers`. Open it on the main process alone (give no names on the others).
    """
    check_trackers(names)
    opened = [OPEN[name](folder, stage, step) for name in names]

    def track(kind: str, row: Mapping[str, Any]) -> None:
        values = {f"{kind}/{name}": value for name, value in scalars(row).items()}
        for write, _ in opened:
            write(int(row["step"]), values)

    try:
        yield track
    finally:
        for _, close in opened:
            close()
