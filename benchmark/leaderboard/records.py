"""A board's entries as typed records: decoded and checked by the schema's rules in one pass, for boards of thousands
of entries.

The same rules as `leaderboards/schema.json` (a test holds the two together on damaged entries). A record is read like
the dict that it stands for: `entry["scores"]`. Types, names of fields, lengths and ranges are checked while decoding;
what characters the texts hold is checked on the distinct ones of all entries at once (`odd_text`).
"""

from __future__ import annotations

import gc
import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

from msgspec import DecodeError, ValidationError, convert, json

from benchmark.leaderboard.fields import LINE, Entry
from benchmark.leaderboard.schema import check_head, pattern, problem
from benchmark.leaderboard.spelling import CLOSE, OPEN, parse_json, read_bytes
from metrics.errors import UserError

LARGE = 1000
"""Entries from which on they are kept from the garbage collector for good: it would go through all of them again and
again."""
HEX = b"0123456789abcdef"
REFUSED = (DecodeError, ValidationError, RecursionError, UnicodeDecodeError, OverflowError, ValueError)
"""What the decoders raise for what is no entry."""


class BadEntry(UserError):
    """An entry that is not of the schema."""

    def __init__(self, where: str, entry: str, field: str, text: str) -> None:
        super().__init__(f"{where}: an entry's field {field}: {text}; see leaderboard verify, and restore the board")
        self.entry, self.field, self.text = entry, field, text


@cache
def _decoder(kind: Any) -> json.Decoder[Any]:
    return json.Decoder(kind)


def from_dict(entry: Any, where: str) -> Entry:
    """An entry from a dict. Raises BadEntry."""
    try:
        made = convert(entry, Entry)
    except REFUSED as error:
        raise _bad(where, entry, str(error)) from None
    if odd_text([made]):
        raise _bad(where, entry, "a text with characters that the schema does not let it have")
    return made


def _bad(where: str, entry: Any, error: str) -> BadEntry:
    """What the schema says of it; where it finds nothing, what the decoder said."""
    from benchmark.leaderboard.board import name_of

    if not isinstance(entry, dict):
        return BadEntry(where, "an entry", "entries", "not an object")
    found = problem("entry", entry) or ("schema", error)
    return BadEntry(where, name_of(entry), found[0] or "schema", found[1])


def read(path: Path, with_lines: bool) -> tuple[dict[str, Any], list[bytes]]:
    """A board whose entries are records, all of the schema; the line of each where asked for.

    Raises UserError where there is no board, BadEntry for an entry that is not of the schema.
    """
    from benchmark.leaderboard.board import read_board
    from benchmark.leaderboard.spelling import canonical

    data = read_bytes(path)
    start = data.find(OPEN)
    collecting = gc.isenabled()
    # Nothing here is garbage, and looking for some among millions of new objects takes a third of the time.
    gc.disable()
    try:
        head = (
            parse_json(_text(data[:start], path) + '\n "entries": []\n}\n', str(path))
            if start >= 0 and data.endswith(CLOSE)
            else None
        )
        if isinstance(head, dict) and head.get("schema_version") == 2:
            check_head(head, str(path))
            lines = data[start + len(OPEN) : -len(CLOSE)].split(b",\n") if with_lines else []
            # From "[" to "]", as they stand in the file: a copy of a large board takes as long as a look at it.
            entries = _decoded(memoryview(data)[start + len(OPEN) - 2 : len(data) - len(CLOSE) + 2], lines, str(path))
        else:
            head = read_board(path)
            entries = [from_dict(e, str(path)) for e in head["entries"]]
            lines = [canonical(e) for e in head["entries"]]
        if odd_text(entries):
            _name_odd(entries, str(path))
        if _of_cells(entries, "signature") - head["signatures"].keys():
            _name_unsigned(entries, head["signatures"], str(path))
    finally:
        if collecting:
            gc.enable()
    if len(entries) > LARGE:
        gc.freeze()
    return {**head, "entries": entries}, lines


def _name_odd(entries: Sequence[Entry], where: str) -> None:
    """Raises BadEntry for the first entry that the schema refuses."""
    for entry in entries:
        if odd_text([entry]):
            raise _bad(
                where, json.decode(json.encode(entry)), "a text with characters that the schema does not let it have"
            )


def _name_unsigned(entries: Sequence[Entry], signatures: dict[str, str], where: str) -> None:
    """Raises BadEntry for the first score whose signature does not stand on the board."""
    from benchmark.leaderboard.board import name_of

    for entry in entries:
        for metric, cell in entry.scores.items():
            if cell.signature not in signatures:
                raise BadEntry(where, name_of(entry), f"scores.{metric}.signature", "not a signature on this board")


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 (byte {error.start}); restore the file") from None


def _of_cells(entries: Sequence[Entry], name: str) -> set[Any]:
    """The distinct values of one field of all scores."""
    scores = map(attrgetter("scores"), entries)
    return set(map(attrgetter(name), chain.from_iterable(map(dict.values, scores))))


def _decoded(rows: memoryview, lines: Sequence[bytes], where: str) -> list[Entry]:
    """rows: the list of entries, brackets and line breaks around it included."""
    try:
        if lines:
            return [_decoder(Entry).decode(line) for line in lines]
        return list(_decoder(list[Entry]).decode(rows))
    except REFUSED:
        pass
    entries = []
    for line in bytes(rows[2:-2]).split(b",\n"):  # once more, slowly, for the first that is wrong
        try:
            entries.append(_decoder(Entry).decode(line))
        except REFUSED as error:
            raise _bad(where, parse_json(line.decode("utf-8", "replace"), where), str(error)) from None
    return entries


def odd_text(entries: Sequence[Entry]) -> bool:
    """Whether a text of any entry has characters that the schema does not let it have; every distinct text is looked
    at once."""
    labels: set[str] = set()
    tasks: set[str] = set()
    lines: set[str | None] = {t for t in _of_cells(entries, "reason") if isinstance(t, str)}
    hashes: list[str] = []
    held: list[dict[str, Any]] = []
    for e in entries:
        made, outputs, reward, again = e.environment, e.outputs, e.reward, e.regenerated
        labels.update((e.system, e.version, e.stage))
        tasks.add(e.task)
        lines.add(reward.id)
        hashes += (e.test_sha256, e.group, e.previous, e.digest, reward.validation_sha256 or "", made.commit or "")
        hashes += (outputs.sha256, outputs.texts_sha256, outputs.stats_sha256, outputs.sketch)
        hashes += made.trained or ()
        lines.add(made.cpu or None)
        held.append(made.scored_with)
        if made.made_with is not None:
            held.append(made.made_with)
        if again is not None:
            lines.update(again.cpu)
            hashes += (again.manifests[0] or "", again.manifests[1])
        for link in e.lineage:
            labels.add(link.stage or "x")
            lines.update((link.weights_hash, link.parent_hash, link.config_hash, link.data_hash))
    labels = labels.union(*map(attrgetter("scores"), entries), *held)
    lines = lines.union(*map(dict.values, held))
    digits = "".join(hashes)
    label, task, line = (re.compile(pattern(name)) for name in ("label", "task", "line"))
    return (
        any(len(t) > 64 or not label.search(t) for t in labels)
        or any(len(t) > 80 or not task.search(t) for t in tasks)
        or not line.search(" ".join(t for t in lines if t is not None))
        or any(t is not None and not 0 < len(t) <= LINE for t in lines)
        or not digits.isascii()
        or bool(digits.encode("ascii").translate(None, HEX))
        or any(len(e.outputs.sketch) % 12 for e in entries)
    )
