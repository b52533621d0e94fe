"""The layouts in which the texts of a task file may lie, as their publishers give them out -> examples."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmark.tasks.spec import TaskFile, Texts
from metrics.errors import UserError
from metrics.files import MAX_BYTES, parse_json, read_bytes, read_jsonl, read_text
from metrics.parquet import read_parquet, rows_of
from metrics.records import Example
from metrics.tables import lines_of, read_tsv

Row = dict[str, Any]
FIELDS = ("id", "source", "reference", "doc_id", "meta")
_SEGMENTED = re.compile(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])")


def read_layout(spec: TaskFile, texts: Texts, folder: Path) -> list[Example]:
    """The examples of one layout. Raises UserError that names file and row for whatever is no pair of texts."""
    if texts.format == "lines":
        return _lines(spec, texts, folder)
    if texts.format == "squad":
        return _squad(spec, texts, folder)
    if texts.reference:
        rows: Iterable[tuple[str, Row]] = _joined(texts, folder)
    else:
        rows = _rows(texts, texts.format, folder / texts.source, ("source", "reference"))
    return [_example(spec, texts, where, i, row) for i, (where, row) in enumerate(rows)]


def _example(spec: TaskFile, texts: Texts, where: str, index: int, row: Row) -> Example:
    source, reference = _text(row.get("source"), texts.spaced), _text(row.get("reference"))
    if not source or not reference:
        raise UserError(
            f"{where}: source and reference must be texts; mend the file, or name its columns in the task file"
        )
    meta, doc = row.get("meta"), row.get("doc_id")
    return Example(
        str(index if texts.numbered else row.get("id", index)),
        source,
        (reference,),
        None,
        spec.source_lang,
        spec.target_lang,
        None if doc in (None, "") else str(doc),
        meta if isinstance(meta, dict) else {},
    )


def _text(value: Any, spaced: bool = True) -> str | None:
    """A text, or a list of sentences as one; None for anything else, and for blanks."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "".join(value)
    if not isinstance(value, str) or not value.strip():
        return None
    value = value.lstrip("\ufeff")
    return value if spaced else _SEGMENTED.sub("", value).strip()


# ---- tables -------------------------------------------------------------------------------------------------------


def _rows(texts: Texts, form: str, path: Path, needed: Sequence[str]) -> list[tuple[str, Row]]:
    """(place, our field -> value) of each row of a table."""
    found: list[tuple[str, Row]] = []
    for where, row in TABLES[form](path):
        told: Row = {}
        for name in FIELDS:
            theirs = next((one for one in texts.columns.get(name, name).split("|") if one in row), None)
            if theirs is not None:
                told[name] = row[theirs]
        if not found and (missing := [name for name in needed if name not in told]):
            raise UserError(
                f"{path}: no column for {' and '.join(missing)} among {', '.join(map(repr, list(row)[:12]))}; "
                f'name it in the task file: columns = {{ {missing[0]} = "..." }}'
            )
        found.append((f"{path}, {where}", told))
    return found


def _joined(texts: Texts, folder: Path) -> Iterator[tuple[str, Row]]:
    """Rows of sources with the reference of the same id; without ids, row for row."""
    assert texts.reference is not None
    place = folder / texts.reference
    ours = _rows(texts, texts.format, folder / texts.source, ("source",))
    theirs = _rows(texts, texts.reference_format or texts.format, place, ())
    # In a file of references alone, their text may stand in the column that holds the sources in the other file.
    said = [(where, row.get("reference", row.get("source"))) for where, row in theirs]
    if any("id" not in row for _, row in (*ours, *theirs)):
        if len(ours) != len(theirs):
            raise UserError(
                f"{place}: {len(theirs)} rows, the sources have {len(ours)}, and there are no ids to join them"
            )
        for (where, row), (_, text) in zip(ours, said, strict=True):
            yield where, {**row, "reference": text}
        return
    by_id: dict[str, Any] = {}
    for (where, text), (_, row) in zip(said, theirs, strict=True):
        if by_id.setdefault(str(row["id"]), text) != text:
            raise UserError(f"{where}: a second, different reference for the id {row['id']!r}; keep one")
    known = {str(row["id"]) for _, row in ours}
    if len(known) < len(ours):
        raise UserError(f"{folder / texts.source}: an id stands twice; make the ids distinct")
    missing = [] if texts.partial else sorted(known - by_id.keys())
    if odd := [*sorted(by_id.keys() - known), *missing]:
        raise UserError(f"{place}: {len(odd)} ids are in one of both files alone (such as {odd[0]!r}); mend the files")
    for where, row in ours:
        if str(row["id"]) in by_id:
            yield where, {**row, "reference": by_id[str(row["id"])]}


def _jsonl_rows(path: Path) -> Iterator[tuple[str, Row]]:
    return ((f"line {line}", row) for line, row in read_jsonl(path))


def _json_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """A list of objects, or an object that holds one."""
    try:
        found = parse_json(read_bytes(path), str(path))
    except UserError as error:
        raise UserError(f"{error}; JSON Lines need the format jsonl") from None
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), None)
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise UserError(f"{path}: not a list of objects; mend the file, or name another layout")
    return ((f"row {i}", row) for i, row in enumerate(found))


def _tsv_rows(path: Path) -> Iterator[tuple[str, Row]]:
    return ((f"line {line}", dict(row)) for line, row in read_tsv(path, ()))


def _csv_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Commas, quoted as spreadsheets do; the first row names the columns."""
    rows = csv.reader(io.StringIO(read_text(path, MAX_BYTES), newline=""), strict=True)
    try:
        names = [name.strip() for name in next(rows, [])]
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(names):
                raise UserError(f"{path}, line {rows.line_num}: {len(cells)} columns, the header has {len(names)}")
            yield f"line {rows.line_num}", {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    except csv.Error as error:
        raise UserError(f"{path}, line {rows.line_num}: not CSV ({error}); mend the quotation marks") from None


def _parquet_rows(path: Path) -> Iterator[tuple[str, Row]]:
    found = rows_of(read_parquet(path, "take it from its publisher again"), str(path))
    return ((f"row {i}", row) for i, row in enumerate(found))


TABLES: dict[str, Callable[[Path], Iterator[tuple[str, Row]]]] = {
    "jsonl": _jsonl_rows,
    "json": _json_rows,
    "tsv": _tsv_rows,
    "csv": _csv_rows,
    "parquet": _parquet_rows,
}
"""Value of `format` -> the rows of a file, each with its place."""


# ---- lines and SQuAD ----------------------------------------------------------------------------------------------


def _lines(spec: TaskFile, texts: Texts, folder: Path) -> list[Example]:
    if texts.reference is None:
        raise UserError(f"task {spec.name}: texts of format lines need a file of references (texts.reference)")
    if texts.docs and not (folder / texts.docs).is_file():
        raise UserError(
            f"{folder / texts.docs}: missing; it names the document of each line, by which intervals are drawn "
            f"(from {spec.home})"
        )
    sides = [lines_of(folder / name) for name in (texts.source, texts.reference)]
    docs: Sequence[str | None] = lines_of(folder / texts.docs) if texts.docs else [None] * len(sides[0])
    if len({len(side) for side in (*sides, docs)}) != 1:
        raise UserError(
            f"{folder / texts.source}: {len(sides[0])} lines, but {len(sides[1])} references and "
            f"{len(docs)} document ids; the files must have a line for each pair"
        )
    return [
        _example(spec, texts, f"{folder / texts.source}, line {i + 1}", i, {"source": a, "reference": b, "doc_id": d})
        for i, (a, b, d) in enumerate(zip(*sides, docs, strict=True))
    ]


def _squad(spec: TaskFile, texts: Texts, folder: Path) -> list[Example]:
    """Two files of one SQuAD in two languages: paragraphs as pairs, their answers in meta.qa."""
    if texts.reference is None:
        raise UserError(f"task {spec.name}: texts of format squad need a file of references (texts.reference)")
    try:
        return _paragraphs(spec, texts, folder, *(_articles(folder / n) for n in (texts.source, texts.reference)))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            f"{folder / texts.source} and {texts.reference} are not one SQuAD in two languages ({error!r}); "
            f"take both from {spec.home}"
        ) from None


def _paragraphs(
    spec: TaskFile, texts: Texts, folder: Path, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]
) -> list[Example]:
    lang = spec.source_lang.split("-")[0]
    found: list[Example] = []
    if len(ours) != len(theirs):
        raise ValueError(f"{len(ours)} and {len(theirs)} articles")
    for a in range(0, len(ours), texts.every):
        for p, (one, other) in enumerate(zip(ours[a]["paragraphs"], theirs[a]["paragraphs"], strict=True)):
            answers = {q["id"]: q for q in other["qas"]}
            qa = [
                {
                    f"question_{lang}": q["question"],
                    f"answer_{lang}": q["answers"][0]["text"],
                    "question": answers[q["id"]]["question"],
                    "answer": answers[q["id"]]["answers"][0]["text"],
                }
                for q in one["qas"]
                if q["id"] in answers
            ]
            row = {
                "id": f"{a}-{p}",
                "source": one["context"],
                "reference": other["context"],
                "doc_id": str(a),
                "meta": {"qa": qa},
            }
            found.append(_example(spec, texts, f"{folder / texts.source}, article {a}", len(found), row))
    return found


def _articles(path: Path) -> list[dict[str, Any]]:
    found = parse_json(read_bytes(path), str(path))
    try:
        return [{"paragraphs": article["paragraphs"]} for article in found["data"]]
    except (KeyError, TypeError):
        raise UserError(f"{path}: not a SQuAD file (data, paragraphs, context, qas)") from None
