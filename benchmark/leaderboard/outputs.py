"""The stored outputs of an entry, read as what a stranger may have put there: bounded, in one spelling, nothing
beside the texts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.alike import BASELINE
from benchmark.leaderboard.board import Board, Entry, name_of
from benchmark.leaderboard.lies import Lie
from benchmark.leaderboard.packed import unpack
from benchmark.leaderboard.spelling import parse_json
from metrics.errors import UserError
from metrics.records import Example, Generation, parse_generation


def kept(board: Board, entry: Entry) -> bool:
    """Whether the texts of an entry lie beside the board: those of a baseline on a corpus that is withheld are pieces
    of that corpus."""
    return not (boards.withheld(board) and entry["trust"] == BASELINE)


def read_outputs(path: Path, entry: Entry, examples: Sequence[Example], checked: bool = False) -> list[Generation]:
    """One output per example in the examples' order. Raises Lie where they are not what the entry says. checked: see
    `packed.unpack`.

    Time and memory are linear in the bounds: a row per example, 64 KiB a text.
    """
    name, wanted = name_of(entry), entry["outputs"]
    try:
        data = unpack(boards.outputs_path(path, wanted["sha256"]), boards.outputs_limit(len(examples)), checked)
    except UserError as error:
        raise Lie(name, "outputs.sha256", str(error)) from None
    if hashlib.sha256(data).hexdigest() != wanted["sha256"]:
        raise Lie(name, "outputs.sha256", "the stored outputs have another hash: a text was changed, dropped or added")
    if (n := data.count(b"\n")) > len(examples):
        raise Lie(
            name,
            "outputs.example_id",
            f"not the ids of the test split ({n} rows for its {len(examples)} examples{_first_odd(data, examples)})",
        )
    rows = _rows(name, data)
    for made in rows:
        for what, got in (("system", made.system), ("stage", made.stage)):
            if got != entry[what]:
                raise Lie(name, what, f"the outputs were submitted as {what} {got[:80]!a}")
    _check_ids(name, [made.example_id for made in rows], [e.id for e in examples])
    _check_spelling(name, data, rows)
    return rows


def _rows(name: str, data: bytes) -> list[Generation]:
    rows = []
    try:
        for i, line in enumerate(data.decode("utf-8").split("\n")[:-1], 1):
            row = parse_json(line, f"row {i}", strict=True)
            if not isinstance(row, dict):
                raise UserError(f"row {i}: not an object")
            rows.append(parse_generation(row, f"row {i}"))
    except (UnicodeDecodeError, UserError) as error:
        raise Lie(name, "outputs", f"not generations ({error})") from None
    return rows


def _first_odd(data: bytes, examples: Sequence[Example]) -> str:
    """Names the first id that is too many, for the message; looks at as many rows as the split has and one more."""
    known, seen = {e.id for e in examples}, set()
    for line in data.split(b"\n", len(examples) + 1)[: len(examples) + 1]:
        try:
            row = parse_json(line.decode("utf-8"), "row")
        except (UserError, UnicodeDecodeError):
            return ""
        told = row.get("example_id") if isinstance(row, dict) else None
        if not isinstance(told, str) or told not in known:
            return f"; unknown {str(told)[:60]!a}"
        if told in seen:
            return f"; doubled {told[:60]!a}"
        seen.add(told)
    return ""


def _check_ids(name: str, ids: Sequence[str], known: Sequence[str]) -> None:
    if list(ids) == list(known):
        return
    missing, extra = sorted(set(known) - set(ids)), sorted(set(ids) - set(known))
    doubled = sorted(i for i, n in Counter(ids).items() if n > 1)
    told = [
        f"{word} {found[0][:60]!a}"
        for word, found in (("missing", missing), ("unknown", extra), ("doubled", doubled))
        if found
    ]
    raise Lie(name, "outputs.example_id", f"not the ids of the test split ({', '.join(told) or 'in another order'})")


def _check_spelling(name: str, data: bytes, rows: Sequence[Generation]) -> None:
    from benchmark.leaderboard.scoring import outputs_bytes

    if data != outputs_bytes(rows):
        raise Lie(name, "outputs", "the stored rows hold other fields or another spelling than the suite writes")
