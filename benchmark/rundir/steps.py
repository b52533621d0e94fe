"""Steps that resume: a step is skipped only when its `done.json` holds the same key and its outputs are still what it
wrote.

key = hash(config of the step, hashes of its inputs, hash of the code it runs). `done.json` is written last, by rename,
so a kill at any moment leaves either a finished step or an unfinished one. A step with state of its own (training
checkpoints) keeps it across kills: `started.json` holds the key it was begun with, and leftovers of another key are
removed before the step begins.

In a run of several processes the main one decides and keeps the records; the others take part in the steps that share
their work.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.rundir.closure import code_hash
from benchmark.rundir.differences import differing
from benchmark.rundir.done import Done, _read, damaged_output, foreign_output, hash_outputs, write_done
from metrics.errors import UserError, first_line
from metrics.files import read_object, read_text
from metrics.records import atomic_write_text, sha256_json
from training.shared import processes


@dataclass(frozen=True, slots=True)
class MadeOf:
    """What decides the outputs of a step: it is done again when one of these has changed."""

    config: Any
    """Anything JSON."""
    inputs: dict[str, str]
    """Name -> content hash."""
    code: Sequence[str]
    """Where its code begins, see `closure.code_hash`."""


class Steps:
    """Runs the steps of one run directory; `on_done(name, done, skipped)` is told after each."""

    def __init__(
        self,
        run_dir: Path,
        on_done: Callable[[str, Done, bool], None],
        say: Callable[[str], None],
        made_with: Callable[[], dict[str, Any]] = dict,
        others: Sequence[Path] = (),
    ) -> None:
        """made_with: what a finished step is to remember of the program and the machine. others: run directories whose
        finished steps are taken where they have the same key."""
        self.run_dir, self.on_done, self.say, self.made_with = run_dir, on_done, say, made_with
        self.others = others
        self.beside: Path | None = None
        """Directory of a second process of this call; what it made counts as made here."""
        self.by_second: set[str] = set()
        """Steps that were taken from there."""

    def run(
        self,
        name: str,
        made_of: MadeOf,
        outputs: Sequence[Path],
        work: Callable[[], dict[str, Any] | None],
        owned: Sequence[Path] = (),
        shared: bool = False,
        unchanged: Callable[[], object] | None = None,
    ) -> Done:
        """Does `work` unless it is done already.

        outputs: files or folders that `work` writes; owned: folders with partial state that a resumed `work` may
        continue from. `work` returns a JSON record or None. shared: every process takes part in `work`; otherwise the
        main process does it alone and the others wait. unchanged: called after `work`; where it raises, because what
        the step is made of is no longer what the key says, the step is not done.
        """
        told = {"config": made_of.config, "inputs": made_of.inputs, "code": code_hash(*made_of.code)}
        key = sha256_json({"step": name, **told})
        main = processes.is_main()
        before, damaged = processes.from_main(self._finished(name, key, outputs) if main else (None, False))
        taken = None if before else processes.from_main(self._taken(name, key, outputs) if main else None)
        if taken is not None and taken[1] == self.beside:
            self.by_second.add(name)
            return self._tell(name, taken[0], f"{taken[0].seconds:.1f} s, beside", skipped=False)
        if taken is not None:
            return self._tell(name, taken[0], f"done before in {taken[1]}", skipped=True)
        if before:
            return self._tell(name, before, "done before", skipped=True)
        folder = self.run_dir / "steps" / name
        if main:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "done.json").unlink(missing_ok=True)
            self._begin(folder / "started.json", key, owned, damaged)
        self.say(f"{name} ...")
        start = time.monotonic()
        processes.wait()
        record = (work() or {}) if main or shared else {}
        if unchanged is not None:
            unchanged()
        processes.wait()
        done = None
        if main:
            done = Done(
                key, hash_outputs(self.run_dir, outputs), round(time.monotonic() - start, 3), record, self.made_with()
            )
            write_done(folder, done)
        done = processes.from_main(done)
        assert done is not None  # the main process has just made it
        return self._tell(name, done, f"{done.seconds:.1f} s", skipped=False)

    def _tell(self, name: str, done: Done, how: str, skipped: bool) -> Done:
        self.say(f"{name}: {how}")
        self.on_done(name, done, skipped)
        return done

    def _finished(self, name: str, key: str, outputs: Sequence[Path]) -> tuple[Done | None, bool]:
        """(the record where nothing is left to do, whether something of a finished step was damaged, which is said)."""
        path = self.run_dir / "steps" / name / "done.json"
        done, problem = _read(path)
        if done and done.key != key:
            return None, False
        if done and problem is None:
            problem = damaged_output(self.run_dir, done, outputs)
            if problem is None:
                return done, False
        elif problem is not None:
            problem = f"steps/{name}/done.json {problem}"
        if problem is not None:
            self.say(f"{name}: {problem}; made again")
        return None, problem is not None

    def _taken(self, name: str, key: str, outputs: Sequence[Path]) -> tuple[Done, Path] | None:
        """The same step of another run directory with what it wrote, copied into this one, and where it was found."""
        for other in (*self.others, *([] if self.beside is None else [self.beside])):
            theirs = [other / output.relative_to(self.run_dir) for output in outputs]
            try:
                done, _ = _read(other / "steps" / name / "done.json")
            except UserError as error:
                if other != self.beside:
                    raise
                self.say(f"{name}: {first_line(error)}; made here")
                continue
            if done is None or done.key != key:
                continue
            problem = foreign_output(other, done, theirs) or damaged_output(other, done, theirs)
            if problem is not None:
                self.say(f"{name}: {other}: {problem}; not taken from there")
                continue
            for output in outputs:
                shutil.rmtree(output) if output.is_dir() else output.unlink(missing_ok=True)
            for place in done.outputs:
                (self.run_dir / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(other / place, self.run_dir / place)
            if (problem := damaged_output(self.run_dir, done, outputs)) is not None:
                raise UserError(f"{other}: {problem}: it changed while step {name} was taken from it; try again")
            write_done(self.run_dir / "steps" / name, done)
            return done, other
        return None

    def _begin(self, started: Path, key: str, owned: Sequence[Path], damaged: bool) -> None:
        """Keeps what a killed attempt of the same key left to go on from. What damage may have reached is made from
        nothing."""
        try:
            same = not damaged and read_object(started).get("key") == key
        except UserError:
            same = False
        if not same:
            for path in owned:
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            atomic_write_text(started, json.dumps({"key": key}))


def others_of(given: list[str], run_dir: Path) -> list[Path]:
    """The run directories of --reuse. Raises UserError for one that is none."""
    others = [Path(text) for text in given]
    for other in others:
        if not (other / "steps").is_dir():
            raise UserError(f"--reuse {other}: is no run directory (it has no folder steps/); give one of `run`")
        if other.resolve() == run_dir.resolve():
            raise UserError(f"--reuse {other}: is the run directory itself; what is finished there is kept anyway")
    return others


ELSE = "give another --run-dir, or remove this one"


def check_config(
    run_dir: Path, config_hash: str, config: Mapping[str, Any] | None = None, option: str = "--run-dir"
) -> None:
    """Claims a run directory for one configuration. Raises UserError when it belongs to another one; with `config`, the
    resolved profile, it names the keys that differ from the manifest there. option: what the command calls the
    directory.

    A directory in which nothing but data has been laid out belongs to nobody, so a run that stopped at a mistake can be
    mended and repeated. Of several processes the main one looks; it ends the others with itself.
    """
    if not processes.is_main():
        return
    path = run_dir / "config_hash"
    if path.exists():
        try:
            before = read_text(path).strip()
        except UserError as error:
            raise UserError(f"{path}: cannot be read ({first_line(error)}); {ELSE}") from None
        if before == config_hash:
            return
        if not before or len(before) > 200 or not before.isascii() or not before.isprintable():
            raise UserError(f"{path}: is not what a run writes there; {ELSE}")
        steps = run_dir / "steps"
        if any(done.relative_to(steps).parts[0] != "data" for done in steps.rglob("done.json")):
            told = differing(run_dir, config)
            raise UserError(
                f"{run_dir} holds a run of another configuration, seed or data{told}; give another {option}, "
                "or remove this one"
            )
    elif any(p.name != ".lock" for p in run_dir.iterdir()):
        raise UserError(f"{run_dir} is not empty and is no run directory; give another {option}")
    atomic_write_text(path, config_hash + "\n")


HALF_WRITTEN = re.compile(r"\..+\.\d+\.tmp")
"""Name of what `metrics.files.atomic_write_bytes` was writing when the process was killed."""


def _sweep(run_dir: Path) -> None:
    """Removes what a kill left half-written. Nobody else writes here: the caller holds the lock."""
    for path in run_dir.rglob(".*.tmp"):
        if HALF_WRITTEN.fullmatch(path.name) and path.is_file():
            path.unlink()


BEGUN = (".lock", "config_hash", "manifest.json", "started.json")
"""Files of a run that has begun and made nothing yet."""


def _nothing_made(run_dir: Path) -> bool:
    """Whether a run that stopped at a mistake has left nothing that another call could go on from."""
    return all(path.is_dir() or path.name in BEGUN for path in run_dir.rglob("*"))


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Creates the run directory and keeps every other process out of it; the lock goes with the process, even when it
    is killed.

    The processes of one run share the lock of their main process. Raises UserError when the directory cannot be made or
    written, or another process holds it. A directory that turns out to be no place for a run (a UserError inside, and
    no run of ours in it) is left as it was found, and so is one in which the run has made nothing yet.
    """
    if not processes.is_main():
        processes.wait()
        yield
        return
    if run_dir.exists() and not run_dir.is_dir():
        raise UserError(f"{run_dir} is a file; a run needs a directory")
    fresh, bare = not run_dir.exists(), not (run_dir / ".lock").exists()
    empty = fresh or not any(run_dir.iterdir())
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        lock = (run_dir / ".lock").open("a")  # somebody else's would be emptied by "w"
    except OSError as error:
        raise UserError(
            f"cannot write in {run_dir}: {error.strerror}; choose a directory that you may write to"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                f"another process is working in {run_dir}; wait for it, or give another directory"
            ) from None
        _sweep(run_dir)
        try:
            processes.wait()
            yield
        except UserError:
            if empty and _nothing_made(run_dir):
                for path in run_dir.iterdir():
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                if fresh:
                    run_dir.rmdir()
            elif bare and not (run_dir / "config_hash").exists():
                (run_dir / ".lock").unlink()
                if fresh and not any(run_dir.iterdir()):
                    run_dir.rmdir()
            raise
