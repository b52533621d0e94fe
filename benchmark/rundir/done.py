"""The record of a finished step: what it made, and whether that is still as it was."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from metrics.errors import UserError, first_line
from metrics.files import read_json
from metrics.folders import file_digest
from metrics.records import atomic_write_text, sha256_json

KINDS: dict[str, tuple[type, ...]] = {
    "key": (str,),
    "outputs": (dict,),
    "seconds": (int, float),
    "record": (dict,),
    "made_with": (dict,),
}
"""Fields of done.json."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a finished step left behind."""

    key: str
    """Hash of config, inputs and code."""
    outputs: dict[str, str]
    """Path relative to the run directory -> sha256."""
    seconds: float
    """Wall-clock time of the step's last attempt."""
    record: dict[str, Any] = field(default_factory=dict)
    """What the step wants to tell the manifest and later steps (steps trained, tokens, weights hash ...)."""
    made_with: dict[str, Any] = field(default_factory=dict)
    """Packages, commit and processor of the call that did the work; a later call that skips the step does not change
    it."""

    @property
    def content(self) -> str:
        """One hash over all outputs: the input hash for later steps."""
        return sha256_json(self.outputs)


def hash_outputs(run_dir: Path, outputs: Sequence[Path]) -> dict[str, str]:
    """sha256 of each file; of each file below each folder. Raises FileNotFoundError for an output that is not there."""
    hashes = {}
    for output in outputs:
        if not output.exists():
            raise FileNotFoundError(output)
        for file in sorted(p for p in output.rglob("*") if p.is_file()) if output.is_dir() else [output]:
            hashes[file.relative_to(run_dir).as_posix()] = file_digest(file)
    return hashes


def _read(path: Path) -> tuple[Done | None, str | None]:
    """(the record, None), (None, None) where there is none, or (None, what is wrong with the file)."""
    if path.is_dir():
        raise UserError(f"{path}: is a folder, where a step keeps its record; remove it")
    if not path.exists():
        return None, None
    try:
        found = read_json(path)
    except UserError as error:
        return None, f"cannot be read ({first_line(error)})"
    if not isinstance(found, dict) or not {"key", "outputs", "seconds"} <= found.keys() <= KINDS.keys():
        return None, "is no record of a step"
    if not all(isinstance(value, KINDS[name]) for name, value in found.items()):
        return None, "is no record of a step"
    places = [PurePosixPath(str(place)) for place in found["outputs"]]
    if any(p.is_absolute() or ".." in p.parts for p in places) or not all(
        isinstance(v, str) for v in found["outputs"].values()
    ):
        return None, "names outputs that no step has"
    return Done(**found), None


def write_done(folder: Path, done: Done) -> None:
    """Writes the record of a finished step into the step's folder, by rename."""
    folder.mkdir(parents=True, exist_ok=True)
    atomic_write_text(folder / "done.json", json.dumps({name: getattr(done, name) for name in KINDS}, indent=1))


def read_done(run_dir: Path, name: str) -> Done | None:
    """The record of a finished step, or None when it is absent or unreadable (then the step runs again)."""
    return _read(run_dir / "steps" / name / "done.json")[0]


def damaged_output(run_dir: Path, done: Done, outputs: Sequence[Path] = ()) -> str | None:
    """The first output of a finished step that is missing or is not what the step wrote, or None.

    outputs: its files and folders; a file that was added to such a folder would be read with the rest.
    """
    for folder in (output for output in outputs if output.is_dir()):
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            if file.relative_to(run_dir).as_posix() not in done.outputs:
                return f"{file.relative_to(run_dir).as_posix()} was added"
    for path, digest in done.outputs.items():
        if not (run_dir / path).is_file():
            return f"{path} is missing"
        if file_digest(run_dir / path) != digest:
            return f"{path} is not what this step wrote"
    return None


def foreign_output(run_dir: Path, done: Done, outputs: Sequence[Path]) -> str | None:
    """The first file of a step's record that is none of the step's outputs, or that is a link; or None. A run directory
    of a stranger may name any."""
    for place in done.outputs:
        path = run_dir / place
        if not any(path == output or output in path.parents for output in outputs):
            return f"{place} is not what this step writes"
        if path.is_symlink() or any(p.is_symlink() for p in path.parents if run_dir in p.parents):
            return f"{place} is a link"
    return None
