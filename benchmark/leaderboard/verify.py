"""`leaderboard verify`: nothing on a board is believed; every entry is recomputed from its stored outputs.

--quick checks what the board file tells by itself: shapes, digests, the chain, names, lineage, what entries say of
each other, files that must be there. Exit code 0: all holds. 1: something does not, or the board cannot be verified
here (older metrics, no task of this suite)."""

from __future__ import annotations

import argparse
import hashlib
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from benchmark.leaderboard import board as boards
from benchmark.leaderboard import chain, records
from benchmark.leaderboard.alike import BASELINE
from benchmark.leaderboard.board import Board, Entry, key_of, name_of
from benchmark.leaderboard.checks import check_entry, check_head, check_stored_validation
from benchmark.leaderboard.groups import contradiction
from benchmark.leaderboard.lies import Lie, Report
from benchmark.leaderboard.lineage import Lineages
from benchmark.leaderboard.outputs import kept
from benchmark.leaderboard.spelling import canonical, read_text
from metrics.errors import UserError
from metrics.progress import progress
from metrics.records import Example
from metrics.terminal import say
from metrics.version import METRICS_VERSION


def command(args: argparse.Namespace) -> int:
    """`leaderboard verify`."""
    from benchmark.leaderboard.abreast import outcomes
    from benchmark.leaderboard.show import paths_of

    failed, paths = False, paths_of(args)
    parts = [partial(verify_entries, quick=args.quick, profile=args.profile, foreign=args.foreign, tip=args.tip)]
    if not args.quick:
        parts.append(partial(verify_validations, profile=args.profile))
    with outcomes(paths, parts, args.quick) as found:
        for path, report in zip(paths, found, strict=True):
            if isinstance(report, str):
                raise UserError(report)
            failed |= _told(path, report, args.quick)
    if not args.board and not args.task:
        failed |= not _paper()
    return int(failed)


def _told(path: Path, report: Report | Lie, quick: bool) -> bool:
    """Says what a board's verification found; returns whether the board fails."""
    if isinstance(report, Lie):
        say(f"{path.name}: FALSE: {report}")
        return True
    done = (
        "checked (quick: nothing recomputed)"
        if quick
        else "checked"
        if report.unproved or report.partly
        else "recomputed and equal"
    )
    say(f"{path.name}: {report.n} entries {done}")
    for reason, n in report.not_rechecked.items():
        say(f"  {n} neural scores not rechecked: {reason}")
    for note in report.notes:
        say(f"  {note}")
    for why in report.unproved:
        say(f"  NOT VERIFIED: {why}")
    return bool(report.unproved)


def _paper() -> bool:
    from benchmark.leaderboard.paper import read_paper

    try:
        read_paper()
    except UserError as error:
        say(f"{boards.PAPER}: FALSE: {error}")
        return False
    return True


def verify(
    path: Path, quick: bool = False, profile: str | None = None, foreign: bool = False, tip: str | None = None
) -> Report:
    """Checks a board, all of it. Raises Lie at the first thing that does not hold; UserError where there is no such
    board.

    foreign: a task that this suite does not have is no reason to fail. tip: a digest noted before, which must still be
    in the chain."""
    report = verify_entries(path, quick, profile, foreign, tip)
    if not quick:
        report.notes += verify_validations(path, profile).notes
    return report


def verify_validations(path: Path, profile: str | None = None) -> Report:
    """The part of `verify` that scores the validations of rewards again, as notes; it rests on nothing that
    `verify_entries` finds. Raises as `verify`."""
    from benchmark.leaderboard.scoring import profile_of
    from benchmark.leaderboard.validations import Recomputed

    if not path.is_file():
        read_text(path)
    board, _ = _read(path, quick=False)
    if board["metrics"] != METRICS_VERSION:
        return Report()
    for entry in _validated(board):
        check_stored_validation(path, entry)
    return Report(notes=Recomputed(path, board, profile_of(board, profile)).check())


def _validated(board: Board) -> list[Entry]:
    """An entry of each validation and reward."""
    return list({(e["reward"]["validation_sha256"], e["reward"]["id"]): e for e in board["entries"]}.values())


def verify_entries(
    path: Path, quick: bool = False, profile: str | None = None, foreign: bool = False, tip: str | None = None
) -> Report:
    """The part of `verify` that looks at the board and at every entry. Raises as `verify`."""
    if not path.is_file():
        read_text(path)  # raises with the way to mend it
    report = Report()
    board, lines = _read(path, quick)
    check_head(board)
    examples: list[Example] | None = None
    if not quick:
        examples = _test_split(path, board, report, foreign)
    elif board["test"]["sha256"] is not None and not boards.test_path(path, boards.beside_sha256(board)).is_file():
        raise Lie("the board", "test.sha256", "the test split with this hash is not beside the board")
    _check_entries(path, board, lines, report)
    if tip is not None and not chain.holds(board, tip):
        raise Lie(
            "the board",
            "tip",
            f"{tip[:64]} is not in its chain: entries that stood before it were changed or taken out",
        )
    _notes(path, board, report)
    if not quick and board["entries"]:
        for entry in _validated(board):
            check_stored_validation(path, entry)
        if examples is None:
            from benchmark.leaderboard.unseen import check_without_texts

            check_without_texts(path, board)
            report.partly = True
            return report
        recompute(path, board, examples, profile, report)
    return report


def need_sound(path: Path) -> None:
    """Raises UserError unless the board holds as far as can be seen without recomputing: nothing is built on one that
    does not."""
    try:
        verify(path, quick=True)
    except Lie as lie:
        raise UserError(f"{path}: {lie}; see leaderboard verify, and restore the board") from None


def _read(path: Path, quick: bool) -> tuple[Board, Sequence[bytes]]:
    """The board, and the line of each entry where it can be trusted to be all that the entry is."""
    try:
        if quick:
            return records.read(path, True)
        board = boards.read_board(path, strict=True)
        told = [records.from_dict(entry, str(path)) for entry in board["entries"]]
        return {**board, "entries": told}, [canonical(e) for e in board["entries"]]
    except records.BadEntry as error:
        raise Lie(error.entry, error.field, error.text) from None
    except UserError as error:
        raise Lie("the board", "schema", str(error)) from None


def _check_entries(path: Path, board: Board, lines: Sequence[bytes], report: Report) -> None:
    """What entries tell by themselves and of each other. Raises Lie."""
    lineages = Lineages()
    names: set[tuple[str, str, int, str]] = set()
    metric_of = {key: signature.partition("|")[0] for key, signature in board["signatures"].items()}
    present = _files(boards.outputs_path(path, "x").parent)
    for entry, line in zip(board["entries"], lines, strict=True):
        check_entry(board, entry, line, metric_of)
        if key_of(entry) in names:
            raise Lie(name_of(entry), "system", "the entry stands twice on the board")
        names.add(key_of(entry))
        if found := lineages.problem(entry):
            raise Lie(name_of(entry), *found)
        for name, suffix in (("sha256", ".jsonl.gz"), ("stats_sha256", ".npz")):
            if entry["outputs"][name] + suffix not in present and (name != "sha256" or kept(board, entry)):
                raise Lie(name_of(entry), f"outputs.{name}", "no file with this hash beside the board")
        validation = entry["reward"]["validation_sha256"]
        if validation is not None and not boards.validation_path(path, validation).is_file():
            raise Lie(name_of(entry), "reward.validation_sha256", "no file with this hash beside the board")
        report.n += 1
    for fault in (contradiction(board), chain.broken(board)):
        if fault is not None:
            raise Lie("the board" if fault[0] is None else name_of(fault[0]), *fault[1:])
    used = {e["outputs"]["sha256"] + ".jsonl.gz" for e in board["entries"]} | {
        e["outputs"]["stats_sha256"] + ".npz" for e in board["entries"]
    }
    if unused := len(present - used):
        report.notes.append(
            f"{unused} files beside the board belong to no entry (left by a "
            "submission that was killed); they may be removed"
        )


def _notes(path: Path, board: Board, report: Report) -> None:
    report.notes.append(
        f"tip {board['tip']}: note it down; `verify --tip` then shows whether "
        "anything that stands here was changed or taken out"
    )
    if claimed := sum(e["trust"] == "regenerated" for e in board["entries"]):
        report.notes.append(
            f"{claimed} entries say that a second run gave the same; only running them again can prove it"
        )
    if board["entries"] and board["metrics"] != METRICS_VERSION:
        report.unproved.append(
            f"made with metrics version {board['metrics']}, this suite has {METRICS_VERSION}: "
            "rescore it (python -m benchmark leaderboard rescore "
            f"--board {path}); until then its scores are only known to be those of its stored statistics"
        )


def _files(folder: Path) -> frozenset[str]:
    return (
        frozenset(name for name in os.listdir(folder) if not name.startswith(".")) if folder.is_dir() else frozenset()
    )


def _test_split(path: Path, board: Board, report: Report, foreign: bool) -> list[Example] | None:
    """The stored test split, which must be the one that the task makes; None where it is withheld, and its texts are
    not here."""
    if boards.withheld(board):
        from benchmark.leaderboard.unseen import split_of

        return split_of(path, board, report, foreign)
    from benchmark.tasks import TASKS, load_task
    from benchmark.tasks.files import absent, shipped

    try:
        examples = boards.read_test(path, board, checked=True)
    except (UserError, ValueError) as error:
        raise Lie("the board", "test.sha256", str(error)) from None
    if board["primary"] != (wanted := boards.primary_of(examples)):
        raise Lie("the board", "primary", f"{board['primary']}; what such a split is ranked by is {wanted}")
    corpora = shipped()
    if board["task"] in corpora and absent(corpora[board["task"]]):
        report.notes.append(
            f"not rechecked: data absent: the texts of {board['task']} are not here (BENCH_DATA_DIR), "
            "so the stored test split is not held "
            "against them"
        )
        return examples
    if board["task"] not in (*TASKS, *corpora):
        told = f"{board['task']} is not a task of this suite, so nobody can say whether this is its test split"
        (report.notes if foreign else report.unproved).append(told + ("" if foreign else " (--foreign: that is known)"))
        return examples
    task = load_task(board["task"])
    if task.version != board["task_version"]:
        raise Lie(
            "the board",
            "task_version",
            f"{board['task_version']}; this suite has version {task.version} of {task.name}",
        )
    if hashlib.sha256(boards.examples_bytes(task.load("test"))).hexdigest() != board["test"]["sha256"]:
        raise Lie("the board", "test.sha256", f"not the test split of {task.name} version {task.version}")
    return examples


def recompute(path: Path, board: Board, examples: Sequence[Example], given: str | None, report: Report) -> None:
    """Scores every entry anew from its stored outputs. Raises Lie at the first that does not give its scores."""
    from benchmark.leaderboard.baselines import check_baselines
    from benchmark.leaderboard.bench import Wanted, measured
    from benchmark.leaderboard.recheck import Recheck, families_of, reward_of
    from benchmark.leaderboard.scoring import profile_of
    from benchmark.leaderboard.unseen import texts_of_entries

    entries: list[Entry] = board["entries"]
    profile, made = profile_of(board, given), texts_of_entries(path, board, examples)
    check_baselines(board, [(e, g) for e, g in zip(entries, made, strict=True) if e["trust"] == BASELINE], examples)
    recheck = Recheck(path, board, examples)
    if board["metrics"] != METRICS_VERSION:
        for entry in entries:
            recheck.of_older_metrics(entry)
        return
    wanted = [Wanted(g, families_of(e), reward_of(board, e)) for e, g in zip(entries, made, strict=True)]
    work = progress(f"verify {path.stem}", len(entries), "entries")
    with measured(examples, wanted, profile, grouped=True) as found, work as bar:
        for entry, texts, one in zip(entries, made, found, strict=True):
            for reason in recheck.entry(entry, texts, one):
                report.not_rechecked[reason] = report.not_rechecked.get(reason, 0) + 1
            bar.advance()
