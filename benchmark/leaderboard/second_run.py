"""`leaderboard confirm RUN_DIR`: whoever has trained an entry again raises its trust, without the run it came from.

What stands on the board is enough: the lineage names the weights and the recipe of every stage, and the texts lie
beside it. Entries are found by what they are - recipe, seed and stage -, whatever they are called, and each system is
judged by itself: those that came out again are raised, the others named. All of a run's boards are compared before
the first is written, and all are written or none (`together`).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry, key_of, name_of
from benchmark.leaderboard.chain import bind, content, group_key
from benchmark.leaderboard.checks import untrue
from benchmark.leaderboard.confirm import SAME_RECIPE, Runs, recipe, regenerated, shared, whole_run
from benchmark.leaderboard.enter import Change, diff
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.outputs import read_outputs
from benchmark.leaderboard.sources import Candidate, from_run
from benchmark.leaderboard.submit import boards_of
from benchmark.leaderboard.together import all_locked, write_all
from benchmark.leaderboard.verify import need_sound
from metrics.errors import UserError
from metrics.records import Example, sha256_file
from metrics.terminal import say

BITS = "bits"


def command(args: argparse.Namespace) -> int:
    """`leaderboard confirm`."""
    if args.run_dir is None:
        raise UserError("leaderboard confirm needs RUN_DIR: a run that trained an entry's recipe and seed again")
    if args.task and args.board and (found_task := boards.read_board(Path(args.board))["task"]) != args.task:
        raise UserError(f"{args.board}: the board of {found_task}, not of {args.task}; give another --board or --task")
    run, found = Path(args.run_dir), []
    whole_run(run)
    for path in boards_of(args):
        raised = _of_board(path, run, args.system)
        found += [(path, raised)] if raised else []
    if not found:
        named = f" of {args.system}" if args.system else ""
        raise UserError(f"{run}: no board has an entry{named} of its recipe, seed and stages; submit it as an own one")
    with all_locked([path for path, _ in found]):
        made = [_put_in(path, raised) for path, raised in found]
        write_all({path: new for (path, _), (old, new) in zip(found, made, strict=True) if new != old})
    for (_, raised), (old, new) in zip(found, made, strict=True):
        after = {key_of(e): e for e in new["entries"]}
        for change in raised:
            say(*diff(old, Change(after[key_of(change.entry)], change.before)))
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
    pairs = [(e, c) for e in board["entries"] if system in (None, e["system"]) for c in again if _same_place(e, c)]
    out: list[Change] = []
    refused: list[str] = []
    groups = dict.fromkeys(group_key(entry) for entry, _ in pairs)
    _tell_others(path, [e for e in board["entries"] if group_key(e) in groups and e not in [p[0] for p in pairs]])
    for key in groups:
        try:
            out += [
                Change(_raised(path, board, entry, other, run, examples), entry)
                for entry, other in pairs
                if group_key(entry) == key
            ]
        except UserError as error:  # another system of this recipe must not keep this one back
            refused.append(str(error))
    if refused and not out:
        raise UserError(refused[0])
    for text in refused:
        say(f"note: {text}", err=True)
    return out


def _tell_others(path: Path, entries: Sequence[Entry]) -> None:
    """Names the trained stages of a system that the run did not make, so that nobody takes them for confirmed."""
    for entry in entries:
        if entry["lineage"] and entry["lineage"][-1]["seed"] is not None:
            say(f"note: {path}: {name_of(entry)} is of another recipe, or a stage that this run has not", err=True)


def _same_place(entry: Entry, other: Candidate) -> bool:
    """Whether an entry was made by the recipe, with the seed and at the stage of what a run holds."""
    if not other.lineage or not all(other.lineage[-1][name] for name in SAME_RECIPE if name != "seed"):
        return False  # what was not trained, or does not tell its recipe, is not made again
    place = (entry["stage"], entry["seed"])
    return place == (other.stage, other.seed) and recipe(entry["lineage"]) == recipe(other.lineage)


def _raised(
    path: Path, board: Board, entry: Entry, other: Candidate, run: Path, examples: Sequence[Example]
) -> dict[str, Any]:
    """The entry with what the run proves of it; what was proved by equal bits stays as it is."""
    told, sha256 = f"{run} does not confirm {name_of(entry)}", sha256_file(run / "manifest.json")
    made = entry["environment"]
    same = shared(made.get("trained"), other) or _maybe_entered(made, other)
    if same is not None:
        raise UserError(f"{told}: {same}")
    try:
        texts = read_outputs(path, entry, examples)
    except Lie as error:
        raise UserError(f"{path}: {error}; restore the board") from None
    entered = Candidate(
        entry["system"], entry["stage"], texts, seed=entry["seed"], lineage=[dict(link) for link in entry["lineage"]]
    )
    runs = Runs((None, sha256), (made.get("cpu"), other.cpu), told)
    raised = regenerated(entry, entered, other, runs, board, examples)
    proved = entry["regenerated"]
    if proved is not None and (proved["same"] == BITS or raised["regenerated"]["same"] != BITS):
        return dict(entry)
    after = {**entry, **raised}
    if (wrong := untrue(after)) is not None:
        raise UserError(f"{told}: field {wrong[0]}: {wrong[1]}")
    return after


def _maybe_entered(made: dict[str, Any], other: Candidate) -> str | None:
    """Why a run may be the one that was entered by an older suite, which did not note its trainings, or None: its
    trainings are of other commits."""
    if made.get("trained") is not None:
        return None
    if None in other.trained_at or made["commit"] is None or made["commit"] in other.trained_at:
        return (
            "the entry does not tell its trainings, and these are of no other commit, so they may be those that were "
            "entered; train the recipe at another commit"
        )
    return None


def _put_in(path: Path, raised: Sequence[Change]) -> tuple[Board, Board]:
    """(the board, the same with the raised entries in place of the old ones). UserError where those have changed in
    the meantime."""
    board = boards.need_current(boards.read_board(path), path)
    known = {key_of(e): e for e in board["entries"]}
    for change in raised:
        if known.get(key_of(change.entry)) != change.before:
            raise UserError(f"{path}: {name_of(change.entry)} has changed in the meantime; confirm it again")
    new = [c.entry for c in raised if c.before is None or content(c.entry) != content(c.before)]
    return board, bind(board, new) if new else board
