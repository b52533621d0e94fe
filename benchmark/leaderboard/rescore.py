"""`leaderboard rescore`: the stored outputs of a board scored again, by the metrics that this suite has now.

What a board needs after every upgrade. The old board stays readable: it is kept whole in `older/metrics-N/` beside
the new one. Nothing is changed until everything is scored; what was scored is kept, so that a rescore that was
stopped goes on where it was. The board file is replaced by rename at the end.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard import chain, packed
from benchmark.leaderboard.alike import BASELINE
from benchmark.leaderboard.bench import Measured, Wanted, measured
from benchmark.leaderboard.board import Board, Entry, name_of
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.outputs import kept, read_outputs
from benchmark.leaderboard.recheck import families_of, reward_of
from benchmark.leaderboard.scoring import NEURAL, Scored, make_entry, neural, profile_of, scored_as
from benchmark.leaderboard.spelling import parse_json, read_bytes
from benchmark.leaderboard.verify import need_sound
from metrics.errors import UserError
from metrics.files import atomic_write_bytes, atomic_write_text
from metrics.progress import progress
from metrics.records import Example
from metrics.terminal import say
from metrics.version import METRICS_VERSION

OLDER = "older"


def command(args: argparse.Namespace) -> int:
    """`leaderboard rescore`."""
    from benchmark.leaderboard.show import paths_of

    for path in paths_of(args):
        if unknown := [name for name in args.without if name not in NEURAL]:
            raise UserError(f"--without {unknown[0]}: no neural family; known: {', '.join(NEURAL)}")
        say(rescore(path, args.profile, args.without, args.force))
    return 0


def rescore(path: Path, profile: str | None = None, without: Sequence[str] = (), force: bool = False) -> str:
    """Scores a board's outputs again; returns what was done. Raises UserError where it cannot be, and leaves the
    board as it was.

    profile: whose models give the neural scores; None: those of the task's world. without: neural families whose
    scores are given up, because their weights are not here. force: also where the
    version is the same.
    """
    need_sound(path)
    before = read_bytes(path)
    old = boards.read_board(path, strict=True)
    if old["metrics"] == METRICS_VERSION and not (force and old["entries"]):
        return (
            f"{path}: {len(old['entries'])} entries, made with metrics version {METRICS_VERSION} already: nothing to do"
        )
    examples = boards.read_test(path, old)
    board = {
        **old,
        "metrics": METRICS_VERSION,
        "rescored": {"metrics": old["metrics"], "sha256": hashlib.sha256(before).hexdigest()},
    }
    board["primary"] = boards.primary_of(examples)
    entries = [e for e in _in_order(old) if e["trust"] != BASELINE]
    work = path.parent / f".{path.stem}.rescore"
    scored = _scored(path, board, entries, examples, profile_of(board, profile), without, work)
    new = [make_entry(board, _identity(entry, without), one) for entry, one in zip(entries, scored, strict=True)]
    signatures = {key: s for one in scored for key, s in one.signatures.items()}
    board = chain.rechained({**board, "signatures": dict(sorted(signatures.items()))}, new)
    with boards.locked(path):
        if read_bytes(path) != before:
            raise UserError(f"{path}: changed while it was scored; rescore it again (what was scored is kept)")
        kept = f"; the old board: {_keep(path, old, before)}" if old["entries"] else ""
        _store(path, scored)
        boards.write_board(path, board)
        _clear(path, board)
    shutil.rmtree(work, ignore_errors=True)
    lost = f"; given up: {', '.join(without)}" if without else ""
    n_baselines = sum(e["trust"] == BASELINE for e in old["entries"])
    if n_baselines:
        from benchmark.leaderboard.enter_baselines import enter_baselines

        enter_baselines(path)
    return f"{path}: {len(new)} entries rescored, metrics version {old['metrics']} -> {METRICS_VERSION}{lost}{kept}"


def _in_order(board: Board) -> list[Entry]:
    """The entries in the order in which they came."""
    return [item for item in chain.chained(board) if "scores" in item]


def _identity(entry: Entry, without: Sequence[str]) -> dict[str, Any]:
    from benchmark.leaderboard.packages import scoring_packages

    held = any(f not in without for f in families_of(entry))
    told = {
        name: value
        for name, value in chain.content(entry).items()
        if name not in ("copies", "outputs", "scores", "task", "test_sha256")
    }
    return {**told, "environment": {**told["environment"], "scored_with": scoring_packages(held)}}


def _scored(
    path: Path,
    board: Board,
    entries: Sequence[Entry],
    examples: Sequence[Example],
    profile: str,
    without: Sequence[str],
    work: Path,
) -> list[Scored]:
    """Every entry scored; what an earlier call of the same suite has scored is taken from `work`."""
    outputs = []
    for entry in entries:
        try:
            outputs.append(read_outputs(path, entry, examples))
        except Lie as lie:
            raise UserError(f"{path}: {lie}; see leaderboard verify, and restore the board") from None
    keys = [_key(entry, board, profile, without) for entry in entries]
    work.mkdir(parents=True, exist_ok=True)
    known = {key: kept for key in keys if (kept := _read(work / f"{key}.json.gz")) is not None}
    todo = [i for i, key in enumerate(keys) if key not in known]
    wanted = [
        Wanted(outputs[i], tuple(f for f in families_of(entries[i]) if f not in without), reward_of(board, entries[i]))
        for i in todo
    ]
    done: dict[int, Scored] = {i: _restored(known[key], outputs[i]) for i, key in enumerate(keys) if key in known}
    bar = progress(f"rescore {path.stem}", len(entries), "entries", len(done))
    with measured(examples, wanted, profile) as found, bar as moved:
        for i, one in zip(todo, found, strict=True):
            _need_all(entries[i], one)
            done[i] = scored_as(board, examples, outputs[i], one.metrics)
            atomic_write_bytes(work / f"{keys[i]}.json.gz", packed.pack(_kept(done[i])))
            moved.advance()
    return [done[i] for i in range(len(entries))]


def _need_all(entry: Entry, found: Measured) -> None:
    """Raises UserError where a neural score would be lost: that has to be asked for."""
    if found.absent:
        family, why = next(iter(found.absent.items()))
        raise UserError(
            f"{name_of(entry)} has scores of {family} that cannot be made again here "
            f"({why}); or give them up: --without {family}"
        )
    lost = sorted(
        {m for m in entry["scores"] if neural(m)} - {m.metric for m in found.metrics} - _given_up(entry, found)
    )
    if lost:
        raise UserError(
            f"{name_of(entry)} has {lost[0]}, which the profile's models do not give; name "
            "them by --profile, or give it up: --without FAMILY"
        )


def _given_up(entry: Entry, found: Measured) -> set[str]:
    measured_families = {
        family for family, start in NEURAL.items() if any(m.metric.startswith(start) for m in found.metrics)
    }
    return {
        m
        for m in entry["scores"]
        for family, start in NEURAL.items()
        if m.startswith(start) and family not in measured_families
    }


def _key(entry: Entry, board: Board, profile: str, without: Sequence[str]) -> str:
    """Of what one entry's scores depend on: its outputs, the board's constants, this suite's code."""
    told = [
        entry["outputs"]["sha256"],
        sorted(families_of(entry)),
        reward_of(board, entry),
        board["statistics"],
        profile,
        sorted(without),
        _code(),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def _code() -> str:
    """A hash of all code that a score depends on."""
    top = Path(__file__).resolve().parents[2]
    whole = hashlib.sha256()
    for name in ("metrics", "training/rewards", "benchmark/scoring", "benchmark/leaderboard"):
        for file in sorted((top / name).rglob("*.py")):
            whole.update(file.read_bytes())
    return whole.hexdigest()[:16]


def _kept(one: Scored) -> bytes:
    stats = {name: [list(rows.shape), rows.astype("<f8").tobytes().hex()] for name, rows in one.stats.items()}
    return json.dumps(
        {"scores": one.scores, "signatures": one.signatures, "copies": one.copies, "stats": stats}
    ).encode()


def _read(path: Path) -> dict[str, Any] | None:
    """What an earlier call kept; None where it did not get that far, or what lies there is damaged."""
    try:
        told = parse_json(packed.unpack(path).decode("utf-8"), str(path))
    except (UserError, UnicodeDecodeError):
        return None
    return dict(told) if isinstance(told, dict) else None


def _restored(told: dict[str, Any], outputs: Sequence[Any]) -> Scored:
    import numpy as np

    stats = {
        name: np.frombuffer(bytes.fromhex(data), "<f8").reshape(shape) for name, (shape, data) in told["stats"].items()
    }
    return Scored(list(outputs), [], told["scores"], told["signatures"], stats, told["copies"])


# ---- the old board ------------------------------------------------------------------------------------------------


def _keep(path: Path, old: Board, data: bytes) -> Path:
    """Copies a board with all that belongs to it into a folder of its own; returns where it is."""
    folder = path.parent / OLDER / f"metrics-{old['metrics']}"
    target = folder / path.name
    if target.exists() and target.read_bytes() != data:
        folder = folder.with_name(f"{folder.name}-{hashlib.sha256(data).hexdigest()[:12]}")
        target = folder / path.name
    split = boards.beside_sha256(old)
    pairs = [(boards.test_path(path, split), boards.test_path(target, split))]
    for entry in old["entries"]:
        told = entry["outputs"]
        texts = ((boards.outputs_path, "sha256"),) if kept(old, entry) else ()
        pairs += [
            (of(path, told[name]), of(target, told[name])) for of, name in (*texts, (boards.stats_path, "stats_sha256"))
        ]
        if (sha256 := entry["reward"]["validation_sha256"]) is not None:
            pairs.append((boards.validation_path(path, sha256), boards.validation_path(target, sha256)))
    for source, copy in dict(pairs).items():
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            _link(source, copy)
    atomic_write_text(target, data.decode("utf-8"))
    return target


def _link(source: Path, copy: Path) -> None:
    """Content-named files never change, so two boards may share one; a copy where the file system knows no links."""
    if not source.is_file():
        raise UserError(f"{source}: missing; restore it (it belongs to the board)")
    try:
        os.link(source, copy)
    except OSError:
        atomic_write_bytes(copy, source.read_bytes())


def _store(path: Path, scored: Sequence[Scored]) -> None:
    from benchmark.leaderboard.enter import store_outputs

    store_outputs(path, scored)


def _clear(path: Path, board: Board) -> None:
    """Removes files beside the board that only the old one names; they lie in `older/`."""
    used = {boards.outputs_path(path, e["outputs"]["sha256"]).name for e in board["entries"]}
    used |= {boards.stats_path(path, e["outputs"]["stats_sha256"]).name for e in board["entries"]}
    for file in boards.outputs_path(path, "x").parent.glob("*"):  # none where nothing was ever submitted
        if file.name not in used and file.suffix in (".gz", ".npz"):
            file.unlink()
