"""`leaderboard confirm RUN_DIR`: whoever has trained an entry again raises its trust, without the run it came from.

What stands on the board is enough: the lineage names the weights and the recipe of every stage, and the texts lie
beside it. Entries are found by what they are - recipe, seed and stage -, whatever they are called. All of a run's
boards are compared before the first is written.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry, key_of, name_of
from benchmark.leaderboard.chain import bind, content
from benchmark.leaderboard.confirm import Runs, recipe, regenerated, whole_run
from benchmark.leaderboard.enter import Change, diff
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.outputs import read_outputs
from benchmark.leaderboard.sources import Candidate, from_run
from benchmark.leaderboard.submit import boards_of
from benchmark.leaderboard.verify import need_sound
from metrics.errors import UserError
from metrics.records import Example, sha256_file
from metrics.terminal import say

BITS = "bits"


def command(args: argparse.Namespace) -> int:
    """`leaderboard confirm`."""
    if args.run_dir is None:
        raise UserError("leaderboard confirm needs RUN_DIR: a run that trained an entry's recipe and seed again")
    run, found = Path(args.run_dir), []
    whole_run(run)
    for path in boards_of(args):
        raised = _of_board(path, run, args.system)
        found += [(path, raised)] if raised else []
    if not found:
        named = f" of {args.system}" if args.system else ""
        raise UserError(f"{run}: no board has an entry{named} of its recipe, seed and stages; submit it as an own one")
    for path, raised in found:
        _write(path, raised)
    return 0


def _of_board(path: Path, run: Path, system: str | None) -> list[Change]:
    """The entries of a board that the run gave again, as they become. UserError where it did not give one again."""
    need_sound(path)
    board = boards.need_current(boards.read_board(path), path)
    if board["test"]["sha256"] is None:
        return []
    examples = boards.read_test(path, board, also=run / "examples" / f"{board['task']}-test.jsonl")
    trained = whole_run(run).checkpoints
    again = [c for c in from_run(run, board["task"], None, board, None) if c.stage in trained]
    out = []
    for entry in board["entries"]:
        if system not in (None, entry["system"]):
            continue
        for other in again:
            if _same_place(entry, other):
                out.append(Change(_raised(path, board, entry, other, run, examples), entry))
    return out


def _same_place(entry: Entry, other: Candidate) -> bool:
    """Whether an entry was made by the recipe, with the seed and at the stage of what a run holds."""
    return (entry["stage"], entry["seed"]) == (other.stage, other.seed) and recipe(entry["lineage"]) == recipe(
        other.lineage
    )


def _raised(
    path: Path, board: Board, entry: Entry, other: Candidate, run: Path, examples: Sequence[Example]
) -> dict[str, Any]:
    """The entry with what the run proves of it; what was proved by equal bits stays as it is."""
    told, sha256 = f"{run} does not confirm {name_of(entry)}", sha256_file(run / "manifest.json")
    if (same := _maybe_entered(entry["environment"], other.commit, sha256)) is not None:
        raise UserError(f"{told}: {same}")
    try:
        texts = read_outputs(path, entry, examples)
    except Lie as error:
        raise UserError(f"{path}: {error}; restore the board") from None
    entered = Candidate(
        entry["system"], entry["stage"], texts, seed=entry["seed"], lineage=[dict(link) for link in entry["lineage"]]
    )
    made = entry["environment"]
    runs = Runs((made.get("manifest"), sha256), (made.get("cpu"), other.cpu), told)
    raised = regenerated(entry, entered, other, runs, board, examples)
    proved = entry["regenerated"]
    if proved is not None and (proved["same"] == BITS or raised["regenerated"]["same"] != BITS):
        return dict(entry)
    return {**entry, **raised}


def _maybe_entered(made: dict[str, Any], commit: str | None, sha256: str) -> str | None:
    """Why a run may be the one that was entered, or None: a second one has another manifest, and where an entry does
    not tell its own, another commit."""
    if made.get("manifest") is not None:
        return "it is the run that was entered, or a copy of it" if made["manifest"] == sha256 else None
    if None in (made["commit"], commit) or made["commit"] == commit:
        return (
            "the entry does not tell its run's manifest, and no other commit, so this may be the run that was entered; "
            "run the recipe at another commit"
        )
    return None


def _write(path: Path, raised: Sequence[Change]) -> None:
    """Puts the raised entries in place of the old ones, unless those have changed in the meantime."""
    with boards.locked(path):
        board = boards.need_current(boards.read_board(path), path)
        known = {key_of(e): e for e in board["entries"]}
        for change in raised:
            if known.get(key_of(change.entry)) != change.before:
                raise UserError(f"{path}: {name_of(change.entry)} has changed in the meantime; confirm it again")
        new = [c.entry for c in raised if c.before is None or content(c.entry) != content(c.before)]
        bound = bind(board, new)
        if new:
            boards.write_board(path, bound)
    after = {key_of(e): e for e in bound["entries"]}
    for change in raised:
        say(*diff(board, Change(after[key_of(change.entry)], change.before)))
