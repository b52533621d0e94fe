"""`submit`: what a user hands in is scored from its texts and enters the board, or nothing happens at all.

Scoring runs outside the lock; under it the board is read anew, the entry put in, and the file replaced by rename. Outputs and statistics
are named by their content and written before the board: a kill leaves at worst files that no entry names.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from benchmark.arguments import arg
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry, key_of, name_of
from benchmark.leaderboard.chain import bind, content
from benchmark.leaderboard.confirm import confirm
from benchmark.leaderboard.groups import MADE, contradiction
from benchmark.leaderboard.lineage import Lineages
from benchmark.leaderboard.packed import pack_stats, stats_hash
from benchmark.leaderboard.schema import label, problem
from benchmark.leaderboard.scoring import Scored, known_means, make_entry, score
from benchmark.leaderboard.sources import Candidate, from_file, from_run, tasks_of
from benchmark.leaderboard.verify import need_sound
from metrics.errors import UserError

PACKAGES = ("numpy", "scipy", "sacrebleu", "pythainlp", "regex")
NEURAL_PACKAGES = ("torch", "transformers", "unbabel-comet")
CONTENT = ("lineage", "training")
"""What makes an entry's content, besides its outputs and its reward."""
DEFAULT_PROFILE = "tiny"
KINDS = "give exactly one of RUN_DIR, --checkpoint DIR, --generations FILE"


@dataclass(frozen=True)
class Change:
    """What a submission did to one entry."""

    entry: Entry
    before: Entry | None


ARGUMENTS = [
    arg("run_dir", nargs="?", metavar="RUN_DIR", help="a run directory: its stages on every task that has a board"),
    arg("--checkpoint", metavar="DIR", help="a Hugging Face checkpoint to generate with"),
    arg("--generations", metavar="FILE", help="generations.jsonl of one system"),
    arg("--task", metavar="NAME", help="task of the board"),
    arg("--system", metavar="NAME", help="name on the board"),
    arg("--version", default="1", metavar="V", help="version of the system (default: 1)"),
    arg("--board", metavar="FILE", help="board file (default: the suite's own)"),
    arg("--stage-name", metavar="NAME", help="stage of a checkpoint that does not tell it"),
    arg("--confirm", metavar="RUN_DIR", help="a second run of the same configuration: equal weights and outputs make it `regenerated`"),
    arg("--reward-validation", metavar="FILE", help="reward.json of validate-reward; its digest goes into the entry"),
    arg("--neural", nargs="+", action="extend", default=[], metavar="FAMILY", help="score with weights, too: retrieval, scorers, reward"),
    arg("--profile", default="tiny", help="profile that names those weights and the decoding (default: tiny)"),
]
"""Of `submit`."""


def command(args: argparse.Namespace) -> int:
    """`submit`."""
    kinds = [args.run_dir, args.checkpoint, args.generations]
    if sum(k is not None for k in kinds) != 1:
        raise UserError(KINDS)
    if args.run_dir is None and (not args.task or not args.system):
        raise UserError("--checkpoint and --generations need --task NAME and --system NAME")
    if args.confirm and args.run_dir is None:
        raise UserError("--confirm RUN_DIR compares two runs of the suite; submit a RUN_DIR with it")
    if args.reward_validation and args.run_dir is None:
        raise UserError("--reward-validation FILE belongs to the reward of a run; submit the RUN_DIR with it")
    if args.stage_name and args.checkpoint is None:
        raise UserError("--stage-name NAME is the stage of a --checkpoint; a run directory or a file of generations tells its own")
    if args.profile != DEFAULT_PROFILE:
        from benchmark.settings.config import load_profile

        load_profile(args.profile)  # a mistake in it is told even where no weights are asked for
    if args.system is not None:
        label(args.system, "--system")
    label(args.version, "--version")
    prepared = [prepare(args, path) for path in _boards_of(args)]
    for one in prepared:  # what one board refuses must not leave another one with half of a run
        _put_in(one, boards.need_current(boards.read_board(one.path), one.path))
    for one in prepared:
        for change in enter(one):
            print(diff(one.board, change))
    return 0


def _boards_of(args: argparse.Namespace) -> list[Path]:
    if args.run_dir is None or args.task:
        return [boards.board_path(args.task, args.board)]
    held = tasks_of(Path(args.run_dir))
    if args.board is not None:
        return [Path(args.board)]
    found = [p for p in boards.board_files() if p.stem in held]
    if not found:
        raise UserError(f"{args.run_dir}: no board for any of its tasks ({', '.join(held) or 'none'}); give --board FILE")
    return found


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


def prepare(args: argparse.Namespace, path: Path) -> Prepared:
    """Gathers and scores what one board is to get; writes nothing."""
    need_sound(path)
    board = boards.read_board(path)
    if args.task and args.task != board["task"]:
        raise UserError(f"{path}: the board of {board['task']}, not of {args.task}; give another --board or --task")
    candidates = gather(args, path, board)
    board = boards.need_current(board, path)
    with boards.scoring_slot(path):
        examples = boards.read_test(path, board)
        own = next((c.reward_id for c in candidates if c.reward_id), None) if args.profile == DEFAULT_PROFILE else None
        means = known_means(examples, args.neural, args.profile, own)
        scored = [score(board, examples, c.generations, means, args.neural) for c in candidates]
    entries = []
    for candidate, result in zip(candidates, scored, strict=True):
        entries.append(make_entry(board, _identity(candidate, args.version, bool(args.neural)), result))
    if args.confirm:
        confirm(entries, candidates, Path(args.run_dir), Path(args.confirm), board, examples)
    bound = bind({**board, "entries": []}, entries)["entries"]
    for entry in bound:
        if (found := problem("entry", entry)) is not None:
            raise UserError(f"{name_of(entry)}: field {found[0]}: {found[1]}; mend the run's manifest or the outputs")
    validations = {hashlib.sha256(c.validation).hexdigest(): c.validation for c in candidates if c.validation is not None}
    return Prepared(path, board, entries, scored, validations)


def gather(args: argparse.Namespace, path: Path, board: Board) -> list[Candidate]:
    """The candidates that the command line names, their names and texts checked."""
    if args.generations is not None:
        found = from_file(Path(args.generations), args.system)
    elif args.checkpoint is not None:
        from benchmark.leaderboard.checkpoint import from_checkpoint

        found = [from_checkpoint(args.checkpoint, board["task"], args.system, args.stage_name, board, path, args.profile)]
    else:
        found = from_run(Path(args.run_dir), board["task"], args.system, board, Path(args.reward_validation) if args.reward_validation else None)
    if not found:
        raise UserError("nothing to submit: the file holds nothing but references (stage gold)")
    return found


def _identity(candidate: Candidate, version_: str, neural: bool) -> dict[str, Any]:
    held = candidate.validation
    return {
        "system": candidate.system,
        "version": version_,
        "seed": candidate.seed,
        "stage": candidate.stage,
        "trust": "recomputed",
        "regenerated": None,
        "lineage": candidate.lineage,
        "training": candidate.training,
        "reward": {"id": candidate.reward_id, "validation_sha256": None if held is None else hashlib.sha256(held).hexdigest()},
        "environment": {
            "scored_with": scoring_packages(neural),
            "made_with": candidate.made_with,
            "commit": candidate.commit,
            "dirty": candidate.dirty,
        },
    }


def scoring_packages(neural: bool) -> dict[str, str | None]:
    """Versions of the packages that an entry's numbers depend on."""
    found: dict[str, str | None] = {"python": python_version()}
    for name in (*PACKAGES, *(NEURAL_PACKAGES if neural else ())):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _put_in(prepared: Prepared, board: Board) -> tuple[Board, list[Change]]:
    """(the board with the entries in it, what that changes). Raises UserError where a name stands there with other content."""
    known = {key_of(e): e for e in board["entries"]}
    changes: list[Change] = []
    for entry in prepared.entries:
        if entry["test_sha256"] != board["test"]["sha256"]:
            raise UserError(f"{prepared.path}: the board's test split has changed since the outputs were scored; submit again")
        before = known.get(key_of(entry))
        changes.append(Change(entry if before is None else _merged(before, entry), before))
    bound = _with(board, [c.entry for c in changes if c.entry is not c.before], prepared.scored)
    after = {key_of(e): e for e in bound["entries"]}
    lineages = Lineages()
    for entry in bound["entries"]:
        if (fault := lineages.problem(entry)) is not None:
            raise UserError(f"{name_of(entry)}: field {fault[0]}: {fault[1]}; mend the lineage, or submit it as a new version (--version)")
    if (found := contradiction(bound)) is not None:
        raise UserError(f"{name_of(found[0])}: field {found[1]}: {found[2]}; submit it under another name, or all its stages together (--version)")
    return bound, [Change(after[key_of(c.entry)], c.before) for c in changes]


def _with(board: Board, entries: Sequence[Entry], scored: Sequence[Scored]) -> Board:
    """The board with entries put in or replaced, and all their signatures."""
    signatures = board["signatures"] | {k: s for one in scored for k, s in one.signatures.items()}
    bound = bind(board, entries)
    used = {cell["signature"] for e in bound["entries"] for cell in e["scores"].values()}
    return {**bound, "signatures": {k: signatures[k] for k in sorted(used)}}


def enter(prepared: Prepared) -> list[Change]:
    """Puts entries into a board, all or none. Raises UserError as `_put_in`."""
    path = prepared.path
    with boards.locked(path):
        board, changes = _put_in(prepared, boards.need_current(boards.read_board(path), path))
        if any(c.entry != c.before for c in changes):
            store_outputs(path, [s for c, s in zip(changes, prepared.scored, strict=True) if c.entry["outputs"] != (c.before or {}).get("outputs")])
            for sha256, held in prepared.validations.items():
                boards.store(boards.validation_path(path, sha256), boards.pack(held))
            boards.write_board(path, board)
    return changes


def store_outputs(path: Path, scored: Sequence[Scored]) -> None:
    """Writes what lies beside the board; before the board, so that a kill leaves at worst files that no entry names."""
    for one in scored:
        boards.store(boards.outputs_path(path, hashlib.sha256(one.outputs).hexdigest()), boards.pack(one.outputs))
        boards.store(boards.stats_path(path, stats_hash(one.stats)), pack_stats(one.stats))


def replace_entries(path: Path, entries: Sequence[Entry], scored: Sequence[Scored]) -> None:
    """Puts entries that the suite makes itself in place of older ones of their names."""
    with boards.locked(path):
        board = _with(boards.need_current(boards.read_board(path), path), entries, scored)
        store_outputs(path, scored)
        boards.write_board(path, board)


def _merged(before: Entry, entry: Entry) -> Entry:
    """The entry that stands (the same object), unless the same content now brings more scores, more trust, the reward's validation or the run
    it belongs to. UserError for other content."""
    old, new = (e["reward"]["validation_sha256"] for e in (before, entry))
    other = [name for name in CONTENT if before[name] != entry[name]]
    other += ["outputs"] if before["outputs"]["sha256"] != entry["outputs"]["sha256"] else []
    other += ["reward"] if before["reward"]["id"] != entry["reward"]["id"] else []
    other += ["reward validation"] if None not in (old, new) and old != new else []
    if other:
        raise UserError(
            f"{name_of(entry)} stands on the board with other content ({', '.join(other)}); submit it as a new version (--version)"
        )
    more_scores = not entry["scores"].keys() <= before["scores"].keys()
    more_trust = before["trust"] == "recomputed" and entry["trust"] == "regenerated"
    if more_scores and not before["scores"].keys() <= entry["scores"].keys():
        lost = sorted(before["scores"].keys() - entry["scores"].keys())
        raise UserError(f"{name_of(entry)} stands on the board with {lost[0]}; ask for it again (--neural) together with the new metrics")
    # A run that goes on is told by its last call in all of its stages, so that they go on agreeing.
    making = {name: entry["environment"][name] for name in MADE}
    remade = any(before["environment"][name] != told for name, told in making.items())
    if not (more_scores or more_trust or remade or (old is None and new is not None)):
        return before
    after = content({**(entry if more_scores else before), **{k: (entry if more_trust else before)[k] for k in ("trust", "regenerated")}})
    after["environment"] = {**after["environment"], **making}
    after["reward"] = {**after["reward"], "validation_sha256": old or new}
    return after


def diff(board: Board, change: Change) -> str:
    """What happened to one entry, in a line or two."""
    entry, before = change.entry, change.before
    cell = entry["scores"].get(board["primary"]) or {}
    value = "null" if cell.get("value") is None else f"{cell['value']:.4f}"
    limits = "" if cell.get("ci_low") is None else f" [{cell['ci_low']:.4f}, {cell['ci_high']:.4f}]"
    if before is None:
        return f"+ {board['task']}: {name_of(entry)}: {board['primary']} {value}{limits}, {len(entry['scores'])} scores, {entry['trust']}"
    if entry == before:
        return f"= {board['task']}: {name_of(entry)}: unchanged"
    lines = [f"~ {board['task']}: {name_of(entry)}"]
    if entry["trust"] != before["trust"]:
        lines.append(f"    trust: {before['trust']} -> {entry['trust']}")
    if entry["reward"] != before["reward"]:
        lines.append(f"    reward validated: {entry['reward']['validation_sha256']}")
    for metric in sorted(entry["scores"].keys() - before["scores"].keys()):
        lines.append(f"  + {metric}: {entry['scores'][metric]['value']}")
    return "\n".join(lines)
