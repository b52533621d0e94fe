"""A user's own splits: examples.jsonl, or TSV with a header that names the columns source and reference."""

from __future__ import annotations

import csv
from pathlib import Path

from benchmark.tasks import Task
from metrics.errors import UserError
from metrics.normalise import fingerprint
from metrics.records import Example, read_examples

COLUMNS = ("id", "source", "reference", "doc_id")
"""Columns of a TSV; source is required, the others may be absent."""
SHOWN = 3


def read_split(path: str, split: str, task: Task) -> list[Example]:
    """The examples of one file. `para` needs references; `src` loses them, since RL is to see the source only.

    Raises UserError when the file is missing, malformed, empty, in other languages than the task, or lacks what its split needs.
    """
    file = Path(path).expanduser()
    where = f"data.{split} = {path}"
    if not file.is_file():
        raise UserError(f"{where}: no such file")
    examples = _read_tsv(file, task) if file.suffix.lower() in (".tsv", ".txt") else read_examples(file)
    if not examples:
        raise UserError(f"{where}: the file holds no example")
    for example in examples:
        if (example.source_lang, example.target_lang) != (task.source_lang, task.target_lang):
            raise UserError(
                f"{where}, example {example.id!r}: languages {example.source_lang} -> {example.target_lang}, but the task {task.name} "
                f"is {task.source_lang} -> {task.target_lang}; choose another run.task"
            )
        if not example.source.strip():
            raise UserError(f"{where}, example {example.id!r}: the source is empty")
        if split == "para" and not (example.reference and all(r.strip() for r in example.reference)):
            raise UserError(f"{where}, example {example.id!r}: no reference; D_para needs one for every source")
    if split == "src":
        examples = [Example(e.id, e.source, None, e.facts, e.source_lang, e.target_lang, e.doc_id, e.meta) for e in examples]
    return examples


def _read_tsv(file: Path, task: Task) -> list[Example]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            csv.field_size_limit(2**31 - 1)  # a whole document may stand in a field
            rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except UnicodeDecodeError as error:
        raise UserError(f"{file}: not UTF-8 ({error.reason} at byte {error.start})") from None
    header = [name.strip() for name in rows[0]] if rows else []
    if "source" not in header:
        raise UserError(
            f"{file}: the first line must name the columns, tab separated, among them 'source' (and 'reference'); found {header}"
        )
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or len(set(header)) != len(header):
        raise UserError(f"{file}: columns {header}; allowed, each once: {', '.join(COLUMNS)}")
    examples = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise UserError(f"{file}, line {number}: {len(row)} columns, the header has {len(header)}")
        cell = {name: value.strip() for name, value in zip(header, row, strict=True)}
        if quoted := next((n for n, v in cell.items() if len(v) > 3 and v[0] == v[-1] == '"' and '""' in v[1:-1]), None):
            raise UserError(
                f"{file}, line {number}: {quoted} is quoted as spreadsheets do, and the quotation marks would be read as text; write plain tabs, or JSON Lines"
            )
        reference = (cell["reference"],) if cell.get("reference") else None
        examples.append(
            Example(
                cell.get("id") or f"{file.stem}-{number}",
                cell["source"],
                reference,
                None,
                task.source_lang,
                task.target_lang,
                cell.get("doc_id") or None,
                {},
            )
        )
    _no_double_ids(file, examples)
    return examples


def _no_double_ids(file: Path, examples: list[Example]) -> None:
    seen: set[str] = set()
    for example in examples:
        if example.id in seen:
            raise UserError(f"{file}: the id {example.id!r} occurs twice")
        seen.add(example.id)


def check_disjoint(splits: dict[str, list[Example]]) -> None:
    """Each split is free of duplicate sources, and no source stands in two splits (compared without white space, after normalisation).

    Raises UserError naming the splits, the number of doubles and the first ids.
    """
    seen: dict[bytes, tuple[str, str]] = {}
    doubles: dict[tuple[str, str], list[str]] = {}
    for split, examples in splits.items():
        for example in examples:
            key = fingerprint(example.source)
            if key in seen:
                other, other_id = seen[key]
                doubles.setdefault((other, split), []).append(f"{other_id} = {example.id}")
            else:
                seen[key] = (split, example.id)
    for (first, second), pairs in doubles.items():
        shown = "; ".join(pairs[:SHOWN]) + (" ..." if len(pairs) > SHOWN else "")
        where = f"data.{first} holds the same source twice" if first == second else f"data.{first} and data.{second} share sources"
        raise UserError(f"{where} ({len(pairs)}: {shown}); splits must be de-duplicated and disjoint")
