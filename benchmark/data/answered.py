"""Which example each output of a foreign file answers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmark.data.segments import Segment
from metrics.errors import UserError
from metrics.records import Example


def examples_of(segments: Sequence[Segment], path: Path, langs: tuple[str, str]) -> list[Example]:
    """The examples that the file itself holds. Raises UserError for a missing source and an id that occurs twice."""
    found, seen = [], set()
    for number, s in enumerate(segments, 1):
        if s.source is None or not s.source.strip():
            raise UserError(f"{path}, item {number}: no source; give the sources with --examples FILE")
        name = s.id or str(number)
        if name in seen:
            raise UserError(f"{path}, item {number}: the id {name!r} occurs twice; give every segment an id of its own")
        seen.add(name)
        found.append(Example(name, s.source, s.references or None, None, *langs, s.doc_id, {}))
    return found


def _numbered(segments: Sequence[Segment], examples: Sequence[Example], places: Sequence[int], path: Path) -> list[str]:
    """Ids of the examples at those places. Raises UserError where a row holds another source (a prompt may stand around
    it): nothing else would tell that the orders differ."""
    for n, (s, place) in enumerate(zip(segments, places, strict=True), 1):
        own = examples[place].source
        if s.source is not None and "".join(own.split()) not in "".join(s.source.split()):
            raise UserError(
                f"{path}, output {n}: its source {s.source[:40]!r} is not that of example {place + 1}, {own[:40]!r}; "
                "give the outputs the ids of the examples, or put them in the same order"
            )
    return [examples[place].id for place in places]


def ids_of(segments: Sequence[Segment], examples: Sequence[Example], path: Path) -> list[str]:
    """The example that each output answers: by id; by the order, where the file has no ids; by number, where it numbers
    its rows from 0 or 1; by document and place in it. Raises UserError where counts, ids or sources do not agree."""
    if len(segments) != len(examples):
        raise UserError(
            f"{path}: {len(segments)} outputs for {len(examples)} examples; give one for each, empty ones included"
        )
    known = {e.id for e in examples}
    if all(s.id is None for s in segments):
        return _numbered(segments, examples, range(len(segments)), path)
    ids = [s.id or "" for s in segments]
    if set(ids) == known:
        return ids
    for first in (0, 1):
        if set(ids) == {str(n) for n in range(first, first + len(ids))}:
            return _numbered(segments, examples, [int(name) - first for name in ids], path)
    by_doc: dict[str, list[str]] = {}
    for e in examples:
        by_doc.setdefault(e.doc_id or e.id, []).append(e.id)
    taken: dict[str, int] = {}
    out = []
    for name in ids:
        place = taken.get(name, 0)
        if name not in by_doc or place >= len(by_doc[name]):
            raise UserError(
                f"{path}: {name!r} is neither an id nor a document of the examples, or has more outputs than "
                "segments there"
            )
        taken[name] = place + 1
        out.append(by_doc[name][place])
    return out
