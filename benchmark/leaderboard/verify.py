"""`leaderboard verify`: nothing on a board is believed; every entry is recomputed from its stored outputs, one at a time.

--quick checks what the board file tells by itself: shapes, digests, names, lineage, test-set identity, files that must be there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry, key_of, name_of
from benchmark.leaderboard.lineage import Lineages
from benchmark.leaderboard.schema import Shapes, problem
from benchmark.leaderboard.spelling import canonical, digest, digest_of_line, read_text
from benchmark.report.safetext import plain
from metrics.errors import UserError
from metrics.records import Example, Generation, parse_generation

if TYPE_CHECKING:
    from benchmark.scoring.families import Means


@dataclass(eq=False)
class Lie(Exception):
    """The first thing on a board that does not hold."""

    entry: str
    """Name of the entry, or "the board"."""
    field: str
    message: str

    def __str__(self) -> str:
        return ": ".join(plain(part if len(part) <= 400 else part[:400] + "...") for part in (self.entry, self.field, self.message))


@dataclass
class Report:
    """What a verification found when nothing was wrong."""

    n: int = 0
    not_rechecked: dict[str, int] = field(default_factory=dict)
    """Reason -> number of neural scores that could not be recomputed (their stored statistics agree with them)."""
    notes: list[str] = field(default_factory=list)


def command(args: argparse.Namespace) -> int:
    """`leaderboard verify`."""
    from benchmark.leaderboard.show import paths_of

    failed = False
    for path in paths_of(args):
        try:
            report = verify(path, args.quick, args.profile)
        except Lie as lie:
            print(f"{path.name}: FALSE: {lie}")
            failed = True
            continue
        print(f"{path.name}: {report.n} entries {'checked (quick: nothing recomputed)' if args.quick else 'recomputed and equal'}")
        for reason, n in report.not_rechecked.items():
            print(f"  {n} neural scores not rechecked: {reason}")
        for note in report.notes:
            print(f"  {note}")
    if not args.board and not args.task:
        failed |= not _paper()
    return int(failed)


def _paper() -> bool:
    from benchmark.leaderboard.paper import read_paper

    try:
        read_paper()
    except UserError as error:
        print(f"{boards.PAPER}: FALSE: {error}")
        return False
    return True


def verify(path: Path, quick: bool = False, profile: str = "tiny") -> Report:
    """Checks a board. Raises Lie at the first thing that does not hold; UserError where there is no such board."""
    if not path.is_file():
        read_text(path)  # raises with the way to mend it
    report = Report()
    try:
        board, lines = boards.read_lines(path, strict=not quick)
    except UserError as error:
        raise Lie("the board", "schema", str(error)) from None
    check_signatures(board)
    examples: list[Example] = []
    if not quick:
        examples = _test_split(path, board, report)
    elif not boards.test_path(path, board["test"]["sha256"]).is_file():
        raise Lie("the board", "test.sha256", "the test split with this hash is not beside the board")
    shapes, lineages = Shapes() if quick else None, Lineages()
    names: dict[tuple[str, str, int, str], int] = {}
    used: set[str] = set()
    validated: set[tuple[str, str]] = set()
    present = _files(boards.outputs_path(path, "x").parent)
    for i, entry in enumerate(board["entries"]):
        check_entry(board, entry, shapes, lines[i] if quick and lines else None)
        if names.setdefault(key_of(entry), report.n) != report.n:
            raise Lie(name_of(entry), "system", "the entry stands twice on the board")
        if found := lineages.problem(entry):
            raise Lie(name_of(entry), *found)
        for name, suffix in (("sha256", ".jsonl.gz"), ("stats_sha256", ".npz")):
            if entry["outputs"][name] + suffix not in present:
                raise Lie(name_of(entry), f"outputs.{name}", "no file with this hash beside the board")
        _check_validation(path, entry, quick, validated)
        used |= {entry["outputs"]["sha256"] + ".jsonl.gz", entry["outputs"]["stats_sha256"] + ".npz"}
        report.n += 1
    if claimed := sum(e["trust"] == "regenerated" for e in board["entries"]):
        report.notes.append(f"{claimed} entries say that a second run gave the same weights and outputs; only running them again can prove it")
    if unused := len(present - used):
        report.notes.append(f"{unused} files beside the board belong to no entry (left by a submission that was killed); they may be removed")
    if not quick and board["entries"]:
        recompute(path, board, examples, profile, report)
    return report


def _files(folder: Path) -> frozenset[str]:
    return frozenset(name for name in os.listdir(folder) if not name.startswith(".")) if folder.is_dir() else frozenset()


def check_signatures(board: Board) -> None:
    """Every signature is named by its own hash."""
    for key, signature in board["signatures"].items():
        if hashlib.sha256(signature.encode()).hexdigest()[:12] != key:
            raise Lie("the board", f"signatures.{key}", "the signature does not have the hash it is named by")


def check_entry(board: Board, entry: Any, shapes: Shapes | None, line: bytes | None) -> None:
    """What one entry tells by itself. `line`: its text, where it can be trusted to be all that the entry is. Raises Lie."""
    name = name_of(entry) if isinstance(entry, dict) else "an entry"
    try:
        text = canonical(entry) if line is None else line
    except UserError as error:
        raise Lie(name, "schema", str(error)) from None
    found = problem("entry", entry) if shapes is None else shapes.problem(entry, text)
    if found is not None:
        raise Lie(name, found[0] or "schema", found[1])
    for what, wanted in (("task", board["task"]), ("test_sha256", board["test"]["sha256"])):
        if entry[what] != wanted:
            raise Lie(name, what, f"{entry[what]} is not the board's ({wanted})")
    if (entry["trust"] == "regenerated") != (entry["regenerated"] is not None):
        raise Lie(name, "trust", "`regenerated` needs the manifests of two runs, and only it has them")
    if entry["trust"] == "regenerated" and not any(link["steps"] for link in entry["lineage"]):
        raise Lie(name, "trust", "`regenerated`, but nothing in its lineage was trained")
    _check_scores(name, entry["scores"], board["test"]["n"], board["signatures"])
    if (line is None or digest_of_line(line) != entry["digest"]) and digest(entry) != entry["digest"]:
        raise Lie(name, "digest", "something in this entry was changed after it was written (its sha256 differs)")


def _check_scores(name: str, scores: dict[str, dict[str, Any]], n: int, signatures: dict[str, str]) -> None:
    for metric, cell in scores.items():
        value, low, high = cell["value"], cell["ci_low"], cell["ci_high"]
        if not signatures.get(cell["signature"], "").startswith(metric + "|"):
            raise Lie(name, f"scores.{metric}.signature", "not a signature of this metric on this board")
        if cell["n_scored"] > n:
            raise Lie(name, f"scores.{metric}.n_scored", f"more than the {n} segments of the test split")
        if (value is None) != ("reason" in cell) or (low is None) != (high is None):
            raise Lie(name, f"scores.{metric}.value", "a missing value has a reason, and a value has none; limits come in pairs")
        if low is not None and (value is None or not -math.inf < low <= value <= high < math.inf):
            raise Lie(name, f"scores.{metric}.ci_low", "the interval does not hold the value")


def _check_validation(path: Path, entry: Entry, quick: bool, seen: set[tuple[str, str]]) -> None:
    """The reward.json that an entry names lies beside the board, and is of the entry's reward. `seen`: (hash, reward) found right before."""
    told = entry["reward"]
    sha256, reward_id = told["validation_sha256"], told["id"]
    if sha256 is None or (sha256, reward_id) in seen:
        return
    name, what = name_of(entry), "reward.validation_sha256"
    file = boards.validation_path(path, sha256)
    if reward_id is None:
        raise Lie(name, what, "a validation without a reward")
    if not file.is_file():
        raise Lie(name, what, "no file with this hash beside the board")
    if not quick:
        from benchmark.leaderboard.sources import MAX_VALIDATION, check_validation

        try:
            data = boards.unpack(file, MAX_VALIDATION)
            if hashlib.sha256(data).hexdigest() != sha256:
                raise Lie(name, what, "the stored reward.json has another hash")
            check_validation(data.decode("utf-8"), str(file), reward_id)
        except (UserError, UnicodeDecodeError) as error:
            raise Lie(name, what, str(error)) from None
    seen.add((sha256, reward_id))


def _test_split(path: Path, board: Board, report: Report) -> list[Example]:
    """The stored test split, which must be the one that the task makes."""
    from benchmark.tasks import TASKS, load_task

    try:
        examples = boards.read_test(path, board)
    except (UserError, ValueError) as error:
        raise Lie("the board", "test.sha256", str(error)) from None
    if len(examples) != board["test"]["n"]:
        raise Lie("the board", "test.n", f"the test split has {len(examples)} examples")
    if board["task"] not in TASKS:
        report.notes.append(f"test split not rechecked: this installation has no task {board['task']}")
        return examples
    task = load_task(board["task"])
    if task.version != board["task_version"]:
        raise Lie("the board", "task_version", f"{board['task_version']}; this suite has version {task.version} of {task.name}")
    if hashlib.sha256(boards.examples_bytes(task.load("test"))).hexdigest() != board["test"]["sha256"]:
        raise Lie("the board", "test.sha256", f"not the test split of {task.name} version {task.version}")
    return examples


def read_outputs(path: Path, entry: Entry, examples: Sequence[Example]) -> list[Generation]:
    """The stored outputs of an entry, one per example in the examples' order. Raises Lie where they are not what the entry says."""
    from benchmark.leaderboard.scoring import texts_hash, texts_hash_v1

    name, wanted = name_of(entry), entry["outputs"]
    try:
        data = boards.unpack(boards.outputs_path(path, wanted["sha256"]))
    except UserError as error:
        raise Lie(name, "outputs.sha256", str(error)) from None
    if hashlib.sha256(data).hexdigest() != wanted["sha256"]:
        raise Lie(name, "outputs.sha256", "the stored outputs have another hash: a text was changed, dropped or added")
    try:
        rows = [parse_generation(json.loads(line), f"row {i}") for i, line in enumerate(data.decode("utf-8").split("\n")[:-1], 1)]
    except (ValueError, UserError, AttributeError) as error:
        raise Lie(name, "outputs", f"not generations ({error})") from None
    for made in rows:
        for what, got in (("system", made.system), ("stage", made.stage)):
            if got != entry[what]:
                raise Lie(name, what, f"the outputs were submitted as {what} {got!a}")
    ids, known = [made.example_id for made in rows], [e.id for e in examples]
    if ids != known:
        missing, extra = sorted(set(known) - set(ids)), sorted(set(ids) - set(known))
        doubled = sorted({i for i in ids if ids.count(i) > 1}) if len(set(ids)) < len(ids) else []
        told = [f"{word} {found[0]!a}" for word, found in (("missing", missing), ("unknown", extra), ("doubled", doubled)) if found]
        raise Lie(name, "outputs.example_id", f"not the ids of the test split ({', '.join(told) or 'in another order'})")
    if wanted["texts_sha256"] not in (texts_hash(rows), texts_hash_v1(rows)):
        raise Lie(name, "outputs.texts_sha256", "not the hash of the stored texts")
    return rows


def recompute(path: Path, board: Board, examples: Sequence[Example], profile: str, report: Report) -> None:
    """Scores every entry anew from its stored outputs, one after the other."""
    from benchmark.leaderboard.recheck import Recheck, neural_families
    from benchmark.leaderboard.scoring import known_means

    wanted = neural_families(board)
    absent: dict[str, str] = {}
    for family in wanted:
        try:
            known_means(examples, [family], profile)
        except UserError as error:
            absent[family] = f"{family}: {error}"
    means: Means = known_means(examples, [f for f in wanted if f not in absent], profile)
    recheck = Recheck(path, board, examples, means, absent, profile)
    for entry in board["entries"]:
        for reason in recheck.entry(entry, read_outputs(path, entry, examples)):
            report.not_rechecked[reason] = report.not_rechecked.get(reason, 0) + 1


