"""Whether a finished run would be made as it is, looked at before anything heavy is loaded: a run called again says so
in a moment.

What a run came from is told by its request (profile, stage), the suite's own sources, the packages, and the files and
folders that the profile names; what it made, by the hashes in the records of its steps. Where one of these cannot be
told without loading more (a hub id, a user's own function, a task on a corpus), the steps are gone through as ever.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmark.rundir.done import damaged_output, read_done
from benchmark.rundir.manifest import RunManifest, package_versions, read_manifest
from benchmark.settings.assets import ASSETS, PREFIX
from benchmark.settings.config import Profile
from benchmark.tasks import TASKS
from metrics.errors import UserError
from metrics.files import atomic_write_text, inside, read_object, sha256_file, sha256_json
from training.shared import processes
from training.shared.ensembles import members
from training.shared.lora import adapter_base

TOP = Path(__file__).resolve().parents[2]
FUNCTION = re.compile(r"[\w.]+:\w+")
"""A user's own function: what it imports is not known without running it."""
HUB = re.compile(r"[\w.-]+/[\w.-]+")


def request_of(profile: Profile, stage: str) -> dict[str, Any] | None:
    """What is asked for and all it is made from; None where that cannot be told from here."""
    resolved = profile.resolved()
    where: dict[str, Any] = {}
    if any(task not in TASKS for task in (profile.run.task, *profile.run.extra_tasks)):
        return None
    if profile.policy.dtype == "auto" or processes.count() > 1:
        return None
    for text in _texts(resolved):
        path = Path(text).expanduser()
        if text.startswith(PREFIX):
            continue
        if len(text) < 1000 and path.exists() and text:
            where[text] = _stamps(path)
            where |= {part: _stamps(Path(part)) for part in _linked(path)}
        elif FUNCTION.fullmatch(text) or HUB.fullmatch(text):
            return None
    return {
        "stage": stage,
        "profile": resolved,
        "packages": package_versions(),
        "files": where,
        "sources": _sources(),
        "assets": _stamps(ASSETS),
    }


def _linked(path: Path) -> list[str]:
    """Folders that a model's folder names and that are read with it: of an ensemble its members, of an adapter its
    base."""
    found = [member.path for member in members(path) or ()]
    base = adapter_base(path)
    return found + ([base] if base is not None and Path(base).is_dir() else [])


def _texts(values: Any) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, dict):
        for value in values.values():
            yield from _texts(value)
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _texts(value)


def _stamps(path: Path) -> list[list[Any]]:
    """Name, size and time of change of a file, or of each file of a folder."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return [[str(f.relative_to(path)), (told := f.stat()).st_size, told.st_mtime_ns] for f in files]


def _sources() -> str:
    """Hash of the suite's own files but its models."""
    files = [
        p
        for package in ("metrics", "training", "benchmark")
        for p in sorted((TOP / package).rglob("*"))
        if p.is_file() and p.suffix != ".pyc" and ASSETS not in p.parents
    ]
    return sha256_json([[str(p.relative_to(TOP)), sha256_file(p)] for p in files])


def _steps(run_dir: Path) -> dict[str, str]:
    """Name of each finished step -> hash of its record."""
    steps = run_dir / "steps"
    return {d.parent.relative_to(steps).as_posix(): sha256_file(d) for d in sorted(steps.rglob("done.json"))}


def remember(run_dir: Path, request: dict[str, Any] | None) -> None:
    """Keeps what a run that has just ended was made from."""
    path = run_dir / "steps" / "whole.json"
    if request is None:
        path.unlink(missing_ok=True)
        return
    atomic_write_text(path, json.dumps(_told(run_dir, request), indent=1))


def _told(run_dir: Path, request: dict[str, Any]) -> dict[str, Any]:
    manifest = sha256_file(run_dir / "manifest.json")
    return {"request": sha256_json(request), "steps": _steps(run_dir), "manifest": manifest}


def check_manifest(run_dir: Path) -> None:
    """Raises UserError where a finished run's manifest.json is not what the run wrote; where nothing tells what it
    wrote, it passes."""
    path = run_dir / "steps" / "whole.json"
    written = read_object(inside(run_dir, path)).get("manifest") if path.is_file() else None
    if written is not None and written != sha256_file(run_dir / "manifest.json"):
        raise UserError(
            f"{run_dir / 'manifest.json'}: is not what the run wrote (its hash stands in steps/whole.json); "
            "run the same command again, which makes it anew"
        )


def rewrite(run_dir: Path, manifest: RunManifest) -> None:
    """Writes another manifest into a run directory, whose own was looked at before (`unchanged`, `check_manifest`)."""
    manifest.write(run_dir)
    path = run_dir / "steps" / "whole.json"
    if path.is_file() and processes.is_main():
        told = read_object(inside(run_dir, path)) | {"manifest": sha256_file(run_dir / "manifest.json")}
        atomic_write_text(path, json.dumps(told, indent=1))


def unchanged(run_dir: Path, request: dict[str, Any] | None) -> RunManifest | None:
    """The manifest of a run that would be made as it is; None where something may have to be done."""
    if request is None:
        return None
    try:
        told = json.loads((run_dir / "steps" / "whole.json").read_text("utf-8"))
        if told != _told(run_dir, request):
            return None
        manifest = read_manifest(run_dir)
    except (OSError, ValueError, RecursionError, UserError):  # nothing to rely on: the steps are gone through
        return None
    folders = sorted(p for p in (run_dir / "checkpoints").glob("*") if p.is_dir())
    owned = {f.relative_to(run_dir).as_posix() for f in folders}
    for name in told["steps"]:
        done = read_done(run_dir, name)
        if done is None:
            return None
        mine = [run_dir / place for place in owned if any(o.startswith(f"{place}/") for o in done.outputs)]
        if damaged_output(run_dir, done, mine) is not None:
            return None
    return manifest
