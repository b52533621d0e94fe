"""A user's own splits: examples.jsonl, or TSV with a header that names the columns source and reference."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from benchmark.tasks import Task
from benchmark.tasks.layouts import TABLES
from metrics.errors import UserError
from metrics.languages import pair
from metrics.normalise import fingerprint, visible
from metrics.records import Example, read_examples
from metrics.tables import read_tsv

TABULAR = (".tsv", ".txt", ".csv")
"""Endings of tables; commas and quotation marks of spreadsheets are read in .csv alone."""
COLUMNS = ("id", "source", "reference", "doc_id")
"""Columns of a TSV; source is required, the others may be absent."""
SHOWN = 3


def read_split(path: str, split: str, task: Task, n: int | None = None) -> list[Example]:
    """The examples of one file, the first n where a size is asked for. `para` needs references; `src` loses them, since
    RL is to see the source only.

    Raises UserError when the file is missing, malformed, empty, in other languages than the task, or lacks what its
    split needs.
    """
    file = Path(path).expanduser()
    where = f"data.{split} = {path}"
    if not file.is_file():
        raise UserError(f"{where}: no such file")
    examples = (
        read_table(file, (task.source_lang, task.target_lang))
        if file.suffix.lower() in TABULAR
        else read_examples(file)
    )
    if not examples:
        raise UserError(f"{where}: the file holds no example")
    if n is not None and n > len(examples):
        raise UserError(
            f"data.n_{split} = {n}, but {path} holds {len(examples)} examples; lower it, "
            "or leave it out to use them all"
        )
    examples = examples[:n]
    for example in examples:
        if (example.source_lang, example.target_lang) != (task.source_lang, task.target_lang):
            raise UserError(
                f"{where}, example {example.id!r}: languages {example.source_lang} -> {example.target_lang}, "
                f"but the task {task.name} "
                f"is {task.source_lang} -> {task.target_lang}; choose another run.task"
            )
        if not visible(example.source):
            raise UserError(f"{where}, example {example.id!r}: the source is empty")
        if split == "para" and not (example.reference and all(map(visible, example.reference))):
            raise UserError(f"{where}, example {example.id!r}: no reference; D_para needs one for every source")
    if split == "src":
        examples = [
            Example(e.id, e.source, None, e.facts, e.source_lang, e.target_lang, e.doc_id, e.meta) for e in examples
        ]
    return examples


def read_parallel(path: str, langs: str | None) -> list[Example]:
    """The examples of an examples.jsonl, which says its languages itself, or of a TSV or CSV in the languages SRC-TGT.
    UserError where a table comes without them, and as `read_table`."""
    file = Path(path)
    if file.suffix.lower() not in TABULAR:
        return read_examples(file)
    if langs is None:
        raise UserError(f"--examples {path}: a table does not say its languages; give --langs SRC-TGT, such as zh-th")
    return read_table(file, pair(langs))


def read_table(file: Path, langs: tuple[str, str]) -> list[Example]:
    """The examples of a TSV or CSV with the columns source and, where there are any, reference, id and doc_id (a CSV
    may have others, which are passed over). UserError as `read_tsv`."""
    examples = []
    rows: Iterable[tuple[int, dict[str, str]]]
    if file.suffix.lower() == ".csv":
        rows = list(enumerate((row for _, row in TABLES["csv"](file)), 2))
        if rows and (odd := [cell for _, cell in rows if not cell.get("source")]):
            raise UserError(
                f"{file}: a row without a source ({', '.join(odd[0])}); the first line must name the columns: "
                "source,reference (and id, doc_id)"
            )
    else:
        rows = read_tsv(file, ("source",), COLUMNS, "source<TAB>reference")
    for number, cell in rows:
        reference = (cell["reference"],) if cell.get("reference") else None
        name = cell.get("id") or f"{file.stem}-{number}"
        examples.append(Example(name, cell["source"], reference, None, *langs, cell.get("doc_id") or None, {}))
    _no_double_ids(file, examples)
    return examples


def _no_double_ids(file: Path, examples: list[Example]) -> None:
    seen: set[str] = set()
    for example in examples:
        if example.id in seen:
            raise UserError(f"{file}: the id {example.id!r} occurs twice")
        seen.add(example.id)


def check_disjoint(splits: dict[str, list[Example]]) -> None:
    """Each split is free of duplicate sources, and no source stands in two splits (compared without white space, after
    normalisation).

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
        where = (
            f"data.{first} holds the same source twice"
            if first == second
            else f"data.{first} and data.{second} share sources"
        )
        raise UserError(f"{where} ({len(pairs)}: {shown}); splits must be de-duplicated and disjoint")
