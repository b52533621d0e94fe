"""What is handed in enters a board, all of it or nothing; scored before, and merged with what stands there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry, key_of, name_of
from benchmark.leaderboard.chain import bind, content
from benchmark.leaderboard.checks import untrue
from benchmark.leaderboard.groups import MADE, contradiction
from benchmark.leaderboard.lineage import Lineages
from benchmark.leaderboard.packed import pack_stats, stats_hash
from benchmark.leaderboard.scoring import Scored
from benchmark.leaderboard.together import all_locked, write_all
from benchmark.leaderboard.words import trust_text
from metrics.errors import UserError

TRAINED = ("trained", "cpu")
"""Of the environment: which trainings it came from. They go together with what else tells the run."""
CONTENT = ("lineage", "training")
"""What makes an entry's content, besides its outputs and its reward."""


@dataclass(frozen=True)
class Change:
    """What a submission did to one entry."""

    entry: Entry
    before: Entry | None


@dataclass(frozen=True)
class Prepared:
    """What is to be entered on one board."""

    path: Path
    board: Board
    """As it was before scoring; it may have grown since."""
    entries: list[Entry]
    scored: list[Scored]
    validations: dict[str, bytes]
    """sha256 -> the reward.json that an entry names."""


def put_in(prepared: Prepared, board: Board) -> tuple[Board, list[Change]]:
    """(the board with the entries in it, what that changes). Raises UserError where a name stands there with other
    content."""
    known = {key_of(e): e for e in board["entries"]}
    changes: list[Change] = []
    for entry in prepared.entries:
        if entry["test_sha256"] != board["test"]["sha256"]:
            raise UserError(
                f"{prepared.path}: the board's test split has changed since the outputs were scored; submit again"
            )
        before = known.get(key_of(entry))
        changes.append(Change(entry if before is None else _merged(before, entry), before))
    bound = _with(board, [c.entry for c in changes if c.entry is not c.before], prepared.scored)
    after = {key_of(e): e for e in bound["entries"]}
    lineages = Lineages()
    for entry in bound["entries"]:
        if (fault := lineages.problem(entry)) is not None:
            raise UserError(
                f"{name_of(entry)}: field {fault[0]}: {fault[1]}; mend the lineage, "
                "or submit it as a new version (--version)"
            )
        if entry["trust"] == "regenerated" and (told := untrue(entry)) is not None:
            raise UserError(f"{name_of(entry)}: field {told[0]}: {told[1]}; submit it without --confirm")
    if (found := contradiction(bound)) is not None:
        raise UserError(
            f"{name_of(found[0])}: field {found[1]}: {found[2]}; submit it under another "
            "name, or all its stages together (--version)"
        )
    return bound, [Change(after[key_of(c.entry)], c.before) for c in changes]


def _with(board: Board, entries: Sequence[Entry], scored: Sequence[Scored]) -> Board:
    """The board with entries put in or replaced, and all their signatures."""
    signatures = board["signatures"] | {k: s for one in scored for k, s in one.signatures.items()}
    bound = bind(board, entries)
    used = {cell["signature"] for e in bound["entries"] for cell in e["scores"].values()}
    return {**bound, "signatures": {k: signatures[k] for k in sorted(used)}}


def enter(prepared: Sequence[Prepared]) -> list[list[Change]]:
    """Puts entries into their boards, on all of them or on none; what it changes on each. Raises UserError as
    `put_in`."""
    with all_locked([one.path for one in prepared]):
        made = [put_in(one, boards.need_current(boards.read_board(one.path), one.path)) for one in prepared]
        changed = {}
        for one, (board, changes) in zip(prepared, made, strict=True):
            if any(c.entry != c.before for c in changes):
                _store_beside(one, changes)
                changed[one.path] = board
        write_all(changed)
    return [changes for _, changes in made]


def _store_beside(prepared: Prepared, changes: Sequence[Change]) -> None:
    pairs = zip(changes, prepared.scored, strict=True)
    store_outputs(prepared.path, [s for c, s in pairs if c.entry["outputs"] != (c.before or {}).get("outputs")])
    for sha256, held in prepared.validations.items():
        boards.store(boards.validation_path(prepared.path, sha256), boards.pack(held))


def store_outputs(path: Path, scored: Sequence[Scored], texts: bool = True) -> None:
    """Writes what lies beside the board; before the board, so that a kill leaves at worst files that no entry names.

    texts: the outputs, too, and not their statistics alone.
    """
    for one in scored:
        if texts:
            boards.store(boards.outputs_path(path, hashlib.sha256(one.outputs).hexdigest()), boards.pack(one.outputs))
        boards.store(boards.stats_path(path, stats_hash(one.stats)), pack_stats(one.stats))


def replace_entries(path: Path, entries: Sequence[Entry], scored: Sequence[Scored]) -> None:
    """Puts entries that the suite makes itself in place of older ones of their names."""
    with boards.locked(path):
        board = _with(boards.need_current(boards.read_board(path), path), entries, scored)
        store_outputs(path, scored, texts=not boards.withheld(board))
        boards.write_board(path, board)


def _merged(before: Entry, entry: Entry) -> Entry:
    """The entry that stands (the same object), unless the same content now brings more scores, more trust, the
    reward's validation or the run it belongs to. UserError for other content."""
    old, new = (e["reward"]["validation_sha256"] for e in (before, entry))
    other = [name for name in CONTENT if before[name] != entry[name]]
    other += ["outputs"] if before["outputs"]["sha256"] != entry["outputs"]["sha256"] else []
    other += ["reward"] if before["reward"]["id"] != entry["reward"]["id"] else []
    other += ["reward validation"] if None not in (old, new) and old != new else []
    if other:
        raise UserError(
            f"{name_of(entry)} stands on the board with other content ({', '.join(other)}); "
            "submit it as a new version (--version)"
        )
    more_scores = not entry["scores"].keys() <= before["scores"].keys()
    more_trust = before["trust"] == "recomputed" and entry["trust"] == "regenerated"
    if more_scores and not before["scores"].keys() <= entry["scores"].keys():
        lost = sorted(before["scores"].keys() - entry["scores"].keys())
        raise UserError(
            f"{name_of(entry)} stands on the board with {lost[0]}; ask for it "
            "again (--neural) together with the new metrics"
        )
    # A run that goes on is told by its last call in all of its stages, so that they go on agreeing.
    making = {name: entry["environment"].get(name) for name in (*MADE, *TRAINED)}
    remade = any(before["environment"].get(name) != told for name, told in making.items())
    if not (more_scores or more_trust or remade or (old is None and new is not None)):
        return before
    after = content(
        {
            **(entry if more_scores else before),
            **{k: (entry if more_trust else before)[k] for k in ("trust", "regenerated")},
        }
    )
    after["environment"] = {**after["environment"], **making}
    after["reward"] = {**after["reward"], "validation_sha256": old or new}
    return after


def diff(board: Board, change: Change) -> list[str]:
    """What happened to one entry, in a line or two."""
    entry, before = change.entry, change.before
    cell = entry["scores"].get(board["primary"]) or {}
    value = "null" if cell.get("value") is None else f"{cell['value']:.4f}"
    limits = "" if cell.get("ci_low") is None else f" [{cell['ci_low']:.4f}, {cell['ci_high']:.4f}]"
    if before is None:
        return [
            f"+ {board['task']}: {name_of(entry)}: {board['primary']} {value}{limits}, "
            f"{len(entry['scores'])} scores, {entry['trust']}"
        ]
    if entry == before:
        return [f"= {board['task']}: {name_of(entry)}: unchanged"]
    lines = [f"~ {board['task']}: {name_of(entry)}"]
    if (old := trust_text(before)) != (new := trust_text(entry)):
        lines.append(f"    trust: {old} -> {new}")
    if entry["reward"] != before["reward"]:
        lines.append(f"    reward validated: {entry['reward']['validation_sha256']}")
    for metric in sorted(entry["scores"].keys() - before["scores"].keys()):
        lines.append(f"  + {metric}: {entry['scores'][metric]['value']}")
    return lines
