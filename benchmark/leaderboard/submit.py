"""`submit`: what a user hands in is scored from its texts and enters the board, or nothing happens at all.

Scoring runs outside the lock; under it the board is read anew, the entry put in, and the file replaced by rename.
Outputs and statistics are named by their content and written before the board: a kill leaves at worst files that no
entry names."""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from benchmark.arguments import DATA, arg
from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, name_of
from benchmark.leaderboard.chain import bind
from benchmark.leaderboard.confirm import confirm
from benchmark.leaderboard.enter import Prepared, diff, enter
from benchmark.leaderboard.packages import scoring_packages
from benchmark.leaderboard.reached import reached
from benchmark.leaderboard.schema import label, problem
from benchmark.leaderboard.scoring import known_means, make_entry, profile_of, score
from benchmark.leaderboard.sources import Candidate, from_file, from_run, parts_of, tasks_of
from benchmark.leaderboard.verify import need_sound
from benchmark.tasks.files import look_in
from metrics.errors import UserError
from metrics.terminal import say

KINDS = "give exactly one of RUN_DIR, --checkpoint DIR, --generations FILE"


ARGUMENTS = [
    arg("run_dir", nargs="?", metavar="RUN_DIR", help="a run directory: its stages on every task that has a board"),
    arg("--checkpoint", metavar="DIR", help="a Hugging Face checkpoint to generate with"),
    arg("--generations", metavar="FILE", help="generations.jsonl of one system"),
    arg("--task", metavar="NAME", help="task of the board"),
    arg("--system", metavar="NAME", help="name on the board"),
    arg("--version", default="1", metavar="V", help="version of the system (default: 1)"),
    arg("--board", metavar="FILE", help="board file (default: the suite's own)"),
    DATA,
    arg("--stage-name", metavar="NAME", help="stage of a checkpoint that does not tell it"),
    arg(
        "--confirm",
        metavar="RUN_DIR",
        help="a second run of the same configuration: equal weights and outputs make it `regenerated`",
    ),
    arg("--reward-validation", metavar="FILE", help="reward.json of validate-reward; its digest goes into the entry"),
    arg(
        "--neural",
        nargs="+",
        action="extend",
        default=[],
        metavar="FAMILY",
        help="score with weights, too: retrieval, scorers, reward",
    ),
    arg("--profile", help="profile that names those weights and the decoding (default: that of the task's world)"),
]
"""Of `submit`."""


def command(args: argparse.Namespace) -> int:
    """`submit`."""
    look_in(args.data)
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
        raise UserError(
            "--stage-name NAME is the stage of a --checkpoint; a run directory or a file of generations tells its own"
        )
    if args.profile is not None:
        from benchmark.settings.config import load_profile

        load_profile(args.profile)  # a mistake in it is told even where no weights are asked for
    if args.system is not None:
        label(args.system, "--system")
    label(args.version, "--version")
    prepared = [prepare(args, path) for path in boards_of(args)]
    for one, changes in zip(prepared, enter(prepared), strict=True):
        for change in changes:
            say(*diff(one.board, change))
        say(*reached(one.path, changes))
    return 0


def boards_of(args: argparse.Namespace) -> list[Path]:
    if args.run_dir is None or args.task:
        return [boards.board_path(args.task, args.board)]
    held = tasks_of(Path(args.run_dir))
    if args.board is not None:
        return [Path(args.board)]
    found = [p for p in boards.board_files() if p.stem in held]
    if not found:
        raise UserError(
            f"{args.run_dir}: no board for any of its tasks ({', '.join(held) or 'none'}); give --board FILE"
        )
    parts = parts_of(Path(args.run_dir), {p.stem: boards.read_board(p) for p in found})
    for name, n in parts.items():
        say(f"note: {name}: measured on its first {n} examples (data.n_extra); a board takes the whole test split")
    return [p for p in found if p.stem not in parts]


def prepare(args: argparse.Namespace, path: Path) -> Prepared:
    """Gathers and scores what one board is to get; writes nothing."""
    need_sound(path)
    board = boards.read_board(path)
    if args.task and args.task != board["task"]:
        raise UserError(f"{path}: the board of {board['task']}, not of {args.task}; give another --board or --task")
    board = _pinned(path, board)
    candidates = gather(args, path, board)
    board = boards.need_current(board, path)
    with boards.scoring_slot(path):
        examples = boards.read_test(path, board, also=_own_split(args, board))
        own = next((c.reward_id for c in candidates if c.reward_id), None) if args.profile is None else None
        means = known_means(examples, args.neural, profile_of(board, args.profile), own)
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
    validations = {
        hashlib.sha256(c.validation).hexdigest(): c.validation for c in candidates if c.validation is not None
    }
    return Prepared(path, board, entries, scored, validations)


def _own_split(args: argparse.Namespace, board: Board) -> Path | None:
    """The split as a run directory holds it, by which a corpus need not be found a second time."""
    return None if args.run_dir is None else Path(args.run_dir) / "examples" / f"{board['task']}-test.jsonl"


def _pinned(path: Path, board: Board) -> Board:
    """The board; where its split was left to whoever has the texts, it is pinned by them now. Raises UserError where
    they are not here."""
    if board["test"]["sha256"] is not None:
        return board
    from benchmark.tasks import load_task

    task = load_task(board["task"])
    pinned, _ = boards.create(path, task.name, task.version, task.load("test"), withhold=True)
    say(f"{path}: the split of {task.name} is pinned: sha256 {pinned['test']['sha256']}")
    return pinned


def gather(args: argparse.Namespace, path: Path, board: Board) -> list[Candidate]:
    """The candidates that the command line names, their names and texts checked."""
    if args.generations is not None:
        found = from_file(Path(args.generations), args.system)
    elif args.checkpoint is not None:
        from benchmark.leaderboard.checkpoint import from_checkpoint

        found = [
            from_checkpoint(
                args.checkpoint,
                board["task"],
                args.system,
                args.stage_name,
                board,
                path,
                profile_of(board, args.profile),
            )
        ]
    else:
        found = from_run(
            Path(args.run_dir),
            board["task"],
            args.system,
            board,
            Path(args.reward_validation) if args.reward_validation else None,
        )
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
        "reward": {
            "id": candidate.reward_id,
            "validation_sha256": None if held is None else hashlib.sha256(held).hexdigest(),
        },
        "environment": {
            "scored_with": scoring_packages(neural),
            "made_with": candidate.made_with,
            "commit": candidate.commit,
            "dirty": candidate.dirty,
            "trained": candidate.trained,
            "cpu": candidate.cpu,
        },
    }
