"""Steps that resume: a step is skipped only when its `done.json` holds the same key and its outputs are still what it wrote.

key = hash(config of the step, hashes of its inputs, hash of the code it runs). `done.json` is written last, by rename, so a kill at any
moment leaves either a finished step or an unfinished one. A step with state of its own (training checkpoints) keeps it across kills:
`started.json` holds the key it was begun with, and leftovers of another key are removed before the step begins.

In a run of several processes the main one decides and keeps the records; the others take part in the steps that share their work.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.records import atomic_write_text, sha256_file, sha256_json
from training.shared import processes

PACKAGES = Path(__file__).resolve().parents[2]
CODE_SUFFIXES = {".py", ".toml", ".tsv"}


@cache
def code_hash(*parts: str) -> str:
    """sha256 over the sources of packages or modules, given as paths from the top ('training', 'benchmark/generation/local.py')."""
    digest = hashlib.sha256()
    for part in parts:
        top = PACKAGES / part
        files = sorted(p for p in top.rglob("*") if p.suffix in CODE_SUFFIXES) if top.is_dir() else [top]
        for file in files:
            digest.update(str(file.relative_to(PACKAGES)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


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
            hashes[str(file.relative_to(run_dir))] = sha256_file(file)
    return hashes


def read_done(run_dir: Path, name: str) -> Done | None:
    """The record of a finished step, or None when it is absent or unreadable (then the step runs again)."""
    path = run_dir / "steps" / name / "done.json"
    try:
        return Done(**json.loads(path.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _intact(run_dir: Path, done: Done) -> bool:
    return all((run_dir / path).is_file() and sha256_file(run_dir / path) == digest for path, digest in done.outputs.items())


class Steps:
    """Runs the steps of one run directory; `on_done(name, done, skipped)` is told after each."""

    def __init__(self, run_dir: Path, on_done: Callable[[str, Done, bool], None], say: Callable[[str], None]) -> None:
        self.run_dir, self.on_done, self.say = run_dir, on_done, say

    def run(
        self,
        name: str,
        config: Any,
        inputs: dict[str, str],
        code: Sequence[str],
        outputs: Sequence[Path],
        work: Callable[[], dict[str, Any] | None],
        owned: Sequence[Path] = (),
        shared: bool = False,
    ) -> Done:
        """Does `work` unless it is done already.

        config: anything JSON; inputs: name -> content hash; code: see `code_hash`; outputs: files or folders that `work` writes;
        owned: folders with partial state that a resumed `work` may continue from. `work` returns a JSON record or None.
        shared: every process takes part in `work`; otherwise the main process does it alone and the others wait.
        """
        key = sha256_json({"step": name, "config": config, "inputs": inputs, "code": code_hash(*code)})
        main = processes.is_main()
        before = processes.from_main(self._finished(name, key) if main else None)
        if before:
            self.say(f"{name}: done before")
            self.on_done(name, before, True)
            return before
        folder = self.run_dir / "steps" / name
        if main:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "done.json").unlink(missing_ok=True)
            self._begin(folder / "started.json", key, owned)
        self.say(f"{name} ...")
        start = time.monotonic()
        processes.wait()
        record = (work() or {}) if main or shared else {}
        processes.wait()
        done = Done(key, hash_outputs(self.run_dir, outputs), round(time.monotonic() - start, 3), record) if main else None
        if done:
            content = {"key": key, "outputs": done.outputs, "seconds": done.seconds, "record": record}
            atomic_write_text(folder / "done.json", json.dumps(content, indent=1))
        done = processes.from_main(done)
        assert done is not None  # the main process has just made it
        self.say(f"{name}: {done.seconds:.1f} s")
        self.on_done(name, done, False)
        return done

    def _finished(self, name: str, key: str) -> Done | None:
        done = read_done(self.run_dir, name)
        return done if done and done.key == key and _intact(self.run_dir, done) else None

    def _begin(self, started: Path, key: str, owned: Sequence[Path]) -> None:
        try:
            same = json.loads(started.read_text("utf-8")).get("key") == key
        except (FileNotFoundError, ValueError, AttributeError):
            same = False
        if not same:
            for path in owned:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            atomic_write_text(started, json.dumps({"key": key}))


def check_config(run_dir: Path, config_hash: str) -> None:
    """Claims a run directory for one configuration. Raises UserError when it belongs to another one.

    A directory in which nothing but data has been laid out belongs to nobody, so a run that stopped at a mistake can be mended and repeated.
    Of several processes the main one looks; it ends the others with itself.
    """
    if not processes.is_main():
        return
    path = run_dir / "config_hash"
    if path.exists():
        if path.read_text("utf-8").strip() == config_hash:
            return
        steps = run_dir / "steps"
        if any(done.relative_to(steps).parts[0] != "data" for done in steps.rglob("done.json")):
            raise UserError(f"{run_dir} holds a run of another configuration, seed or data; give another --run-dir, or remove this one")
    elif any(p.name != ".lock" for p in run_dir.iterdir()):
        raise UserError(f"{run_dir} is not empty and is no run directory; give another --run-dir")
    atomic_write_text(path, config_hash + "\n")


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Creates the run directory and keeps every other process out of it; the lock goes with the process, even when it is killed.

    The processes of one run share the lock of their main process. Raises UserError when the directory cannot be made or written, or another
    process holds it. A directory that turns out to be no place for a run (a UserError inside, and no run of ours in it) is left as it was found.
    """
    if not processes.is_main():
        processes.wait()
        yield
        return
    if run_dir.exists() and not run_dir.is_dir():
        raise UserError(f"{run_dir} is a file; a run needs a directory")
    fresh, bare = not run_dir.exists(), not (run_dir / ".lock").exists()
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        lock = (run_dir / ".lock").open("w")
    except OSError as error:
        raise UserError(f"cannot write in {run_dir}: {error.strerror}; choose a directory that you may write to") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"another process is working in {run_dir}; wait for it, or give another directory") from None
        try:
            processes.wait()
            yield
        except UserError:
            if bare and not (run_dir / "config_hash").exists():
                (run_dir / ".lock").unlink()
                if fresh and not any(run_dir.iterdir()):
                    run_dir.rmdir()
            raise
