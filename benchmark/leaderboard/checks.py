"""What an entry, a board's head and a stored validation tell by themselves, without anything being recomputed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import UNSET

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.board import Board, Entry, name_of
from benchmark.leaderboard.fields import Entry as Record
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.packed import unpack
from benchmark.leaderboard.spelling import digest, digest_of_line, parse_json
from metrics.errors import UserError
from metrics.version import version_of

TOLERANCE = 0.02
"""Of the primary metric, recall and precision after training on another class of CPU. Seen on the shipped world: .871
and .879 after recovery."""
SCORERS = ("scorer.", "judge.")
"""Metrics whose signatures carry no version of the suite's text metrics: their weights are theirs."""


def check_head(board: Board) -> None:
    """Every signature is named by its own hash, and is of the board's version of the metrics. Raises Lie."""
    for key, signature in board["signatures"].items():
        if hashlib.sha256(signature.encode()).hexdigest()[:12] != key:
            raise Lie("the board", f"signatures.{key}", "the signature does not have the hash it is named by")
        if not signature.startswith(SCORERS) and version_of(signature) != board["metrics"]:
            raise Lie(
                "the board",
                f"signatures.{key}",
                f"of metrics version {version_of(signature)}; the board says {board['metrics']}",
            )


def check_entry(board: Board, entry: Record, line: bytes, metric_of: dict[str, str]) -> None:
    """What one entry tells by itself; `line`: its text in the canonical spelling, or another one. Raises Lie.

    metric_of: key of a signature -> the metric that it is of.
    """
    name = name_of(entry)
    for what, wanted in (("task", board["task"]), ("test_sha256", board["test"]["sha256"])):
        if entry[what] != wanted:
            raise Lie(name, what, f"{entry[what]} is not the board's ({wanted})")
    if (told := untrue(entry)) is not None:
        raise Lie(name, *told)
    if entry["reward"]["validation_sha256"] is not None and entry["reward"]["id"] is None:
        raise Lie(name, "reward.validation_sha256", "a validation without a reward")
    _check_scores(board["test"]["n"], entry, metric_of)
    # Not from the record: it no longer knows whether a number was written 1 or 1.0.
    if digest_of_line(line) != entry.digest and digest(parse_json(line.decode("utf-8"), name)) != entry.digest:
        raise Lie(name, "digest", "something in this entry was changed after it was written (its sha256 differs)")


def untrue(entry: Entry) -> tuple[str, str] | None:
    """(field, what is wrong) where what an entry says of a second run cannot be, or None."""
    told = entry["regenerated"]
    if (entry["trust"] == "regenerated") != (told is not None):
        return "trust", "`regenerated` needs the manifests of two runs, and only it has them"
    if told is None:
        return None
    if not any(link["steps"] for link in entry["lineage"]):
        return "trust", "`regenerated`, but nothing in its lineage was trained"
    bits, cpus = told["same"] == "bits", told["cpu"]
    if told["manifests"][0] == told["manifests"][1] or bits != (told["largest"] is None):
        return "regenerated", "two runs have two manifests, and a largest difference where they are not the same bits"
    if not bits and (told["largest"] > TOLERANCE or None in cpus or cpus[0] == cpus[1]):
        return "regenerated", f"other bits need two classes of CPU, and a difference of {TOLERANCE} at most"
    return None


def _check_scores(n: int, entry: Record, metric_of: dict[str, str]) -> None:
    name = name_of(entry)
    for metric, cell in entry.scores.items():
        value, low, high = cell.value, cell.ci_low, cell.ci_high
        if metric_of.get(cell.signature) != metric:
            raise Lie(name, f"scores.{metric}.signature", "not a signature of this metric on this board")
        if cell.n_scored > n:
            raise Lie(name, f"scores.{metric}.n_scored", f"more than the {n} segments of the test split")
        if (value is None) != (cell.reason is not UNSET) or (low is None) != (high is None):
            raise Lie(
                name,
                f"scores.{metric}.value",
                "a missing value has a reason, and a value has none; limits come in pairs",
            )
        if low is not None and high is not None and (value is None or not low <= value <= high):
            raise Lie(name, f"scores.{metric}.ci_low", "the interval does not hold the value")


def check_stored_validation(path: Path, entry: Entry) -> None:
    """The reward.json that an entry names is the stored one, of the entry's reward, and its figures agree with each
    other. Raises Lie."""
    from benchmark.leaderboard.validations import MAX_VALIDATION, check_validation

    name, what, sha256 = name_of(entry), "reward.validation_sha256", entry["reward"]["validation_sha256"]
    if sha256 is None:
        return
    file = boards.validation_path(path, sha256)
    try:
        data = unpack(file, MAX_VALIDATION, checked=True)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Lie(name, what, "the stored reward.json has another hash")
        check_validation(data.decode("utf-8"), str(file), entry["reward"]["id"])
    except (UserError, UnicodeDecodeError) as error:
        raise Lie(name, what, str(error)) from None
