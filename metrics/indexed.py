"""Examples and generations that stay in their files: each row is read and checked once, and kept as the place where it
stands (`metrics.lazily`)."""

from __future__ import annotations

import codecs
import hashlib
import json
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from metrics.errors import UserError
from metrics.files import open_regular, rows_at
from metrics.lazily import Lines, Rows
from metrics.records import Example, Generation, _show, parse_example, parse_generation
from metrics.rejects import Rejects
from metrics.tables import MAX_BYTES, lines_of

CHUNK = 2**22


def index_examples(path: str | Path) -> tuple[Rows[Example], dict[str, int]]:
    """(examples of a file, id -> place): as `metrics.records.read_examples`, with the same messages."""
    path, starts, lines = Path(path), array("q"), array("q")
    places: dict[str, int] = {}
    for number, start, row in rows_at(path, Rejects(path)):
        example = parse_example(row, f"{path}, line {number}")
        if example.id in places:
            raise UserError(
                f"{path}, line {number}: id {_show(example.id)} is already used in line "
                f"{lines[places[example.id]]}; ids must be unique"
            )
        places[example.id] = len(starts)
        starts.append(start)
        lines.append(number)
    if not starts:
        raise UserError(f"{path}: holds no examples; write one JSON object per line")
    return Rows([path], parse_example, np.array(starts), np.zeros(len(starts), dtype=np.int16)), places


@dataclass
class _Found:
    """The generations of one system and stage, a row each in four arrays."""

    example: array[int] = field(default_factory=lambda: array("q"))
    """Place of the example; beyond the examples for an unknown id."""
    seed: array[int] = field(default_factory=lambda: array("q"))
    """Place in `seeds`."""
    file: array[int] = field(default_factory=lambda: array("q"))
    start: array[int] = field(default_factory=lambda: array("q"))
    line: array[int] = field(default_factory=lambda: array("q"))
    seeds: dict[int | None, int] = field(default_factory=dict)


System = tuple[str, str, int | None]


def index_generations(paths: Sequence[str | Path], places: dict[str, int]) -> dict[System, Rows[Generation]]:
    """(system, stage, seed or None) -> its generations in the order of the examples, of which `places` tells the
    places: as `read_generations`, `group_systems` and `align_generations`, with the same messages."""
    n, files = len(places), [Path(p) for p in paths]
    known = dict(places)
    found: dict[tuple[str, str], _Found] = {}
    for f, path in enumerate(files):
        first = {key: len(own.start) for key, own in found.items()}
        empty = True
        for number, start, row in rows_at(path, Rejects(path)):
            empty = False
            made = parse_generation(row, f"{path}, line {number}")
            own = found.setdefault((made.system, made.stage), _Found())
            own.example.append(known.setdefault(made.example_id, len(known)))
            own.seed.append(own.seeds.setdefault(made.seed, len(own.seeds)))
            own.file.append(f)
            own.start.append(start)
            own.line.append(number)
        if empty:
            raise UserError(f"{path}: holds no generations; write one JSON object per line")
        for key, own in found.items():
            _once(path, key, own, first.get(key, 0), known)
    ids = list(known)
    out: dict[System, Rows[Generation]] = {}
    for (system, stage), own in found.items():
        for seed, rows in _by_seed(system, stage, own).items():
            at = _aligned(f"{system}/{stage}", np.array(own.example)[rows], n, ids)
            starts, numbers = np.array(own.start)[rows][at], np.array(own.file, dtype=np.int16)[rows][at]
            out[system, stage, seed] = Rows(files, parse_generation, starts, numbers)
    return out


def _once(path: Path, key: tuple[str, str], own: _Found, first: int, known: dict[str, int]) -> None:
    """Raises UserError where a file answers an example twice with one seed. first: the rows before are of other
    files."""
    example, seed = (np.array(column[first:]) for column in (own.example, own.seed))
    both = example * (len(own.seeds) + 1) + seed
    order = np.argsort(both, kind="stable")
    again = order[1:][both[order][1:] == both[order][:-1]]
    if len(again):
        second = int(again.min())
        earlier = int(np.flatnonzero(both == both[second])[0])
        name = next(i for i, place in known.items() if place == example[second])
        raise UserError(
            f"{path}, line {own.line[first + second]}: example_id {_show(name)} of system {_show(key[0])}, stage "
            f"{_show(key[1])} is already answered in line {own.line[first + earlier]}; keep one answer per example"
        )


def _by_seed(system: str, stage: str, own: _Found) -> dict[int | None, np.ndarray]:
    """Seed -> its rows; None -> all of them, where no example is answered more than once."""
    example, seed = np.array(own.example), np.array(own.seed)
    if len(own.seeds) < 2 or len(np.unique(example)) == len(example):
        return {None: np.arange(len(example))}
    if None in own.seeds:
        raise UserError(
            f"system {system!r}, stage {stage!r}: answers an example more than once, "
            "and not every answer has a seed; give each row "
            'its "seed", so that answers of one seed stand together'
        )
    return {name: np.flatnonzero(seed == place) for name, place in own.seeds.items()}


def _aligned(owner: str, example: np.ndarray, n: int, ids: Sequence[str]) -> np.ndarray:
    """(n,) the row that answers each example. Raises UserError as `align_generations`."""
    counts = np.bincount(example, minlength=max(n, len(ids)))
    unknown = sorted(ids[i] for i in np.flatnonzero(counts[n:] > 0) + n)
    problems = []
    for word, wrong in (
        ("missing", [ids[i] for i in np.flatnonzero(counts[:n] == 0)]),
        ("unknown to the examples file", unknown),
        ("doubled", sorted(ids[i] for i in np.flatnonzero(counts > 1))),
    ):
        if wrong:
            problems.append(f"{len(wrong)} {word}: {', '.join(wrong[:5])}{', ...' if len(wrong) > 5 else ''}")
    if problems:
        raise UserError(
            f"generations of {owner} do not match the examples ({'; '.join(problems)}); "
            "give one generation per example, "
            "made from this very examples file"
        )
    at = np.empty(n, dtype=np.int64)
    at[example] = np.arange(n)
    return at


def index_lines(path: str | Path) -> Lines:
    """The lines of a text file, where they stand; as `metrics.tables.lines_of`, with the same messages."""
    decoder, parts, end = codecs.getincrementaldecoder("utf-8")(), [np.zeros(1, dtype=np.int64)], 0
    try:
        with open_regular(path, MAX_BYTES) as stream:
            while data := stream.read(CHUNK):
                decoder.decode(data)
                parts.append(np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n")) + end + 1)
                end += len(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        lines_of(path)  # which tells the line
        raise
    starts = np.concatenate(parts)
    return Lines(Path(path), starts if starts[-1] == end else np.append(starts, end))


def sha256_rows(rows: Iterable[object]) -> str:
    """`metrics.files.sha256_json` of a list of rows, one row in memory."""
    digest = hashlib.sha256(b"[")
    encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
    for i, row in enumerate(rows):
        digest.update((("," if i else "") + encode(row)).encode("utf-8"))
    digest.update(b"]")
    return digest.hexdigest()
