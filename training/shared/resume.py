"""Going on after a kill: which of TRL's checkpoints is whole, whose run it belongs to, and leaving in good order at
SIGTERM.

transformers 4.57 writes a checkpoint in place, so a kill during a save leaves a folder that `get_last_checkpoint` would
pick up. A folder counts here only when every file of it is whole.
"""

from __future__ import annotations

import json
import logging
import shutil
import signal
import struct
import threading
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from metrics.errors import UserError
from metrics.files import MAX_BYTES, read_json, read_object, read_text
from metrics.foreign import check_modules
from metrics.records import atomic_write_text
from training.shared.checksums import checksum_problem, pickle_problem

log = logging.getLogger("training")

KEY = "key.json"
FSDP_WEIGHTS, FSDP_OPTIMISER = "pytorch_model_fsdp_0", "optimizer_0"
"""Folders of a sharded FSDP state, as accelerate names them."""
DEEPSPEED_LATEST = "latest"
"""File in which DeepSpeed names the folder of a state, written when its parts are."""


def safetensors_problem(path: Path) -> str | None:
    """What is wrong with a safetensors file (cut short, header unreadable), or None. Reads the header only."""
    size = path.stat().st_size
    with open(path, "rb") as stream:
        head = stream.read(8)
        if len(head) < 8:
            return "empty or cut short"
        (length,) = struct.unpack("<Q", head)
        if length > size - 8:
            return "cut short"
        try:
            header = json.loads(stream.read(length))
            end = max((t["data_offsets"][1] for name, t in header.items() if name != "__metadata__"), default=0)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return "its header is not readable"
    return None if size == 8 + length + end else f"{size} bytes, {8 + length + end} expected"


def checkpoint_problem(folder: Path, logs: Sequence[Path] = ()) -> str | None:
    """Why a TRL checkpoint (`checkpoint-N`) must not be resumed from, or None when every file of it is whole and as it
    was written.

    logs: the run's logs, whose rows up to this step must be those that were there when it was saved.
    """
    try:
        step = json.loads(read_text(folder / "trainer_state.json", MAX_BYTES))["global_step"]  # may hold NaN
    except (UserError, ValueError, TypeError, KeyError, RecursionError):
        return "trainer_state.json is missing or cut short"
    if f"checkpoint-{step}" != folder.name:
        return f"trainer_state.json is of step {step}"
    return _cut_short(folder) or checksum_problem(folder, logs) or pickle_problem(folder) or _module_problem(folder)


def _module_problem(folder: Path) -> str | None:
    """The code that a saved bi-encoder names, which its trainer would import, or None."""
    try:
        if (folder / "modules.json").exists():
            check_modules(folder)
    except UserError as error:
        return str(error)
    return None


def _cut_short(folder: Path) -> str | None:
    """What a kill during a save left undone, or None."""
    if (folder / FSDP_WEIGHTS).exists() or (folder / DEEPSPEED_LATEST).exists():
        return _parts_problem(folder)
    weights = sorted(folder.glob("*.safetensors"))
    index = folder / "model.safetensors.index.json"
    if index.exists():
        try:
            named = set(read_object(index)["weight_map"].values())
        except (UserError, KeyError, TypeError, AttributeError):
            return f"{index.name} is cut short"
        if named - {w.name for w in weights}:
            return "a weights file is missing"
    if not weights:
        return "no weights"
    for file in weights:
        problem = safetensors_problem(file)
        if problem:
            return f"{file.name}: {problem}"
    states = [folder / "optimizer.pt", folder / "scheduler.pt", *folder.glob("rng_state*.pth")]
    if len(states) < 3:
        return "no random state"
    for file in states:
        if not file.exists() or not zipfile.is_zipfile(file):  # torch.save writes a zip whose directory comes last
            return f"{file.name} is missing or cut short"
    return None


def _parts_problem(folder: Path) -> str | None:
    """As `_cut_short`, for a state that each process wrote its part of: FSDP's (sharded) or DeepSpeed's."""
    files = [folder / "scheduler.pt", *folder.glob("rng_state*.pth")]
    if len(files) < 2:
        return "no random state"
    if (folder / FSDP_WEIGHTS).exists():
        for part in (FSDP_WEIGHTS, FSDP_OPTIMISER):
            if not (
                folder / part / ".metadata"
            ).is_file():  # torch writes it by rename when every process has written its part
                return f"{part} is not complete"
    else:
        step = folder / Path((folder / DEEPSPEED_LATEST).read_text(encoding="utf-8", errors="replace").strip()).name
        optimisers, weights = sorted(step.glob("*_optim_states.pt")), sorted(step.glob("*_model_states.pt"))
        if not optimisers or not weights:
            return f"{step.name} lacks a part"
        files += [*optimisers, *weights]
    for file in files:
        if not file.exists() or not zipfile.is_zipfile(file):
            return f"{file.name} is missing or cut short"
    return None


def _step(folder: Path) -> int:
    tail = folder.name.removeprefix("checkpoint-")
    return int(tail) if tail.isdigit() else -1


def open_workspace(work: Path, key: dict[str, Any], logs: Sequence[Path] = ()) -> Path | None:
    """Make a trainer's folder ready and return the checkpoint to resume from, if any.

    key: what the run is made of (hashes of parent, config and data); logs: what it writes beside the checkpoints and
    goes on from. Leftovers of a run with another key, and checkpoints that a kill cut short or that were damaged since,
    are told and removed: they could only give other weights than an uninterrupted run. The one before goes on.
    """
    path = work / KEY
    try:
        same = read_json(path) == key
    except UserError:
        same = False
    found: dict[int, Path] = {}
    try:
        if work.exists() and not same:
            log.warning("%s: leftovers of a run with other settings, data or parent; starting from step 0", work)
            shutil.rmtree(work)
        work.mkdir(parents=True, exist_ok=True)
        for folder in work.glob("checkpoint-*"):
            problem = checkpoint_problem(folder, logs)
            if problem:
                log.warning("%s: not as it was saved (%s); removed, the one before it goes on", folder, problem)
                shutil.rmtree(folder)
            else:
                found[_step(folder)] = folder
    except OSError as err:
        raise UserError(f"cannot prepare {work}: {err.strerror or err}; choose a folder you may write to") from err
    if not same:
        atomic_write_text(path, json.dumps(key))
    return found[max(found)] if found else None


class StepLog:
    """Rows of JSON Lines, each with its optimiser step, appended as training goes; a resumed run first drops the later
    ones."""

    def __init__(self, path: Path, resumed_step: int) -> None:
        """resumed_step: 0 for a new run, which empties an older file."""
        self.path = path
        atomic_write_text(path, "".join(self._kept(resumed_step)) if resumed_step else "")

    def _kept(self, step: int) -> Iterable[str]:
        if not self.path.exists():
            return
        # Bytes, cut at line feeds alone: a kill may split a character, and texts hold other line separators than \n.
        with open(self.path, "rb") as stream:
            for line in stream:
                # A line without its end was cut by the kill; it belongs to a step that will run again.
                if line.endswith(b"\n") and json.loads(line)["step"] <= step:
                    yield line.decode("utf-8")

    def rows(self) -> list[dict[str, Any]]:
        """What the log holds."""
        return [json.loads(line) for line in self.path.read_bytes().split(b"\n") if line]

    def append(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write rows and hand them to the system, so that a kill of this process loses none. Raises UserError when the
        disk is full."""
        try:
            with open(self.path, "a", encoding="utf-8") as stream:
                stream.write("".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows))
        except OSError as err:
            raise UserError(
                f"cannot write {self.path}: {err.strerror or err}; free some space, then run the same command again"
            ) from err


class Terminated(SystemExit):
    """SIGTERM was answered: the state is saved and the same command goes on from there. Exit status 143, as for any
    process so ended."""

    def __init__(self, work: Path, step: int) -> None:
        super().__init__(143)
        self.work, self.step = work, step
        log.warning("terminated at step %d, state saved in %s; run the same command again to go on", step, work)


class OnSigterm:
    """Within this context SIGTERM only sets `requested`; the trainer then saves after its step. Idle outside the main
    thread."""

    def __init__(self) -> None:
        self.requested = False
        self._before: Any = None

    def _set(self, number: int, frame: FrameType | None) -> None:
        self.requested = True

    def __enter__(self) -> OnSigterm:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGTERM, self._set)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)
