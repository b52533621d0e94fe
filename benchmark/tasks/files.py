"""Tasks from a TOML file: real corpora whose texts lie with the user, and any parallel file of one's own (`--task
file:my-task.toml`).

The file says languages, prompt, licence, citation and where the texts come from; each [[texts]] is one layout in which
they may lie, tried in order under the data folder (--data or BENCH_DATA_DIR). The split's sha256 is over ids, sources
and references as read, so that every layout of the same split has the same.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmark.tasks.task import Task
from metrics.errors import UserError
from metrics.files import read_jsonl, sha256_json
from metrics.records import Example
from metrics.tables import lines_of, read_tsv

FOLDER = Path(__file__).resolve().parent / "corpora"
DATA_DIR = "BENCH_DATA_DIR"
SPLIT = "test"


class Texts(BaseModel):
    """One layout of the texts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: str = Field(pattern="^(jsonl|tsv|lines|squad)$")
    source: str
    """File, relative to the data folder (a file: task: to the TOML file)."""
    reference: str | None = None
    """File of the references, where they lie apart (lines, squad)."""
    docs: str | None = None
    """lines: a file with one document id a line; where it is absent, there are no documents."""
    columns: dict[str, str] = {}
    """jsonl, tsv: our field (id, source, reference, doc_id, meta) -> theirs; those that are not named are called as
    ours."""
    every: int = Field(default=1, ge=1)
    """squad: every n-th article, from the first one on."""


class TaskFile(BaseModel):
    """A task file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9_.+-]+$")
    source_lang: str
    target_lang: str
    version: str
    prompt: str = Field(pattern=r"\{source\}")
    licence: str
    citation: str
    home: str
    """Where to get the texts."""
    revision: str
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """Of the split as read; None: not known to the suite, and not checked."""
    n: int | None = Field(default=None, ge=1)
    texts: list[Texts] = Field(min_length=1)


def shipped() -> dict[str, Path]:
    """name -> task file of the corpora that the suite knows."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def read_task_file(path: Path) -> TaskFile:
    """A task file. Raises UserError that names the key that is wrong."""
    try:
        found = TaskFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise UserError(
            f"{path}: cannot be read ({error.strerror or error}); give a task file (docs/open-text.md)"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not TOML ({error}); mend it") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(
            f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; see the task files in benchmark/tasks/corpora"
        ) from None
    return found


def file_task(path: Path, *, own: bool = False) -> Task:
    """The task of a file. own: texts are looked for beside the file, too. Raises UserError for a malformed file; texts
    are read by `load`."""
    spec = read_task_file(path)
    near = path.resolve().parent if own else None
    return Task(
        spec.name,
        spec.source_lang,
        spec.target_lang,
        spec.version,
        spec.prompt,
        partial(_load, spec, near),
        of_world=False,
    )


def absent(path: Path) -> bool:
    """Whether the texts of a task file are in none of the places where they may lie."""
    spec, told = read_task_file(path), os.environ.get(DATA_DIR)
    return not told or not any((Path(told).expanduser() / texts.source).is_file() for texts in spec.texts)


def look_in(folder: str | None) -> None:
    """--data: where the texts of this process's tasks lie, before BENCH_DATA_DIR. Raises UserError where there is no
    such folder."""
    if folder is None:
        return
    path = Path(folder).expanduser().resolve()
    if not path.is_dir():
        raise UserError(f"--data {folder}: no such folder")
    os.environ[DATA_DIR] = str(path)


def split_hash(examples: list[Example]) -> str:
    """sha256 over ids, sources and references, in order."""
    return sha256_json([[e.id, e.source, list(e.reference or ())] for e in examples])


def _load(spec: TaskFile, near: Path | None, split: str, n: int | None = None) -> list[Example]:
    if split != SPLIT:
        raise UserError(
            f"task {spec.name} has the split {SPLIT} alone, not {split!r}; for training give your own files "
            "(data.para, data.src ...)"
        )
    told = os.environ.get(DATA_DIR)
    folders = [folder for folder in (near, Path(told).expanduser() if told else None) if folder is not None]
    for folder in folders:
        for texts in spec.texts:
            if (folder / texts.source).is_file():
                examples = FORMATS[texts.format](spec, texts, folder)
                return _checked(spec, examples, folder / texts.source)[:n]
    places = ", or ".join(str(Path(told or DATA_DIR) / t.source) for t in spec.texts)
    raise UserError(
        f"task {spec.name}: its texts are not here; get them from {spec.home} (revision {spec.revision}, "
        f"{spec.licence}) and put them at "
        f"{places}" + ("" if told else f", and name that folder by --data DIR or {DATA_DIR}")
    )


def _checked(spec: TaskFile, examples: list[Example], where: Path) -> list[Example]:
    if not examples:
        raise UserError(f"{where}: holds no pair of task {spec.name}")
    if spec.sha256 is not None and (found := split_hash(examples)) != spec.sha256:
        raise UserError(
            f"{where}: not the split of task {spec.name} ({len(examples)} pairs, sha256 {found[:12]}..., "
            f"wanted {spec.n} pairs, "
            f"{spec.sha256[:12]}...); take revision {spec.revision} of {spec.home}, or make a task file of your own"
        )
    return examples


def _example(spec: TaskFile, where: str, index: int, row: dict[str, Any]) -> Example:
    source, reference = row.get("source"), row.get("reference")
    if not isinstance(source, str) or not source.strip() or not isinstance(reference, str) or not reference.strip():
        raise UserError(
            f"{where}: source and reference must be texts; mend the file, or name its columns in the task file"
        )
    meta, doc = row.get("meta"), row.get("doc_id")
    return Example(
        str(row.get("id", index)),
        source.lstrip("\ufeff"),
        (reference.lstrip("\ufeff"),),
        None,
        spec.source_lang,
        spec.target_lang,
        None if doc in (None, "") else str(doc),
        meta if isinstance(meta, dict) else {},
    )


def _columns(texts: Texts, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: row[theirs]
        for name in ("id", "source", "reference", "doc_id", "meta")
        if (theirs := texts.columns.get(name, name)) in row
    }


def _jsonl(spec: TaskFile, texts: Texts, folder: Path) -> list[Example]:
    path = folder / texts.source
    return [
        _example(spec, f"{path}, line {line}", i, _columns(texts, row))
        for i, (line, row) in enumerate(read_jsonl(path))
    ]


def _tsv(spec: TaskFile, texts: Texts, folder: Path) -> list[Example]:
    path = folder / texts.source
    needed = [texts.columns.get(name, name) for name in ("source", "reference")]
    return [
        _example(spec, f"{path}, line {line}", i, _columns(texts, row))
        for i, (line, row) in enumerate(read_tsv(path, needed))
    ]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror or error}); it belongs beside the sources") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: is not UTF-8") from None


def _lines(spec: TaskFile, texts: Texts, folder: Path) -> list[Example]:
    if texts.reference is None:
        raise UserError(f"task {spec.name}: texts of format lines need a file of references (texts.reference)")
    sides = [lines_of(folder / name) for name in (texts.source, texts.reference)]
    docs: Sequence[str | None] = (
        lines_of(folder / texts.docs) if texts.docs and (folder / texts.docs).is_file() else [None] * len(sides[0])
    )
    if len({len(side) for side in (*sides, docs)}) != 1:
        raise UserError(
            f"{folder / texts.source}: {len(sides[0])} lines, but {len(sides[1])} references and {len(docs)} "
            "document ids; "
            "the files must have a line for each pair"
        )
    return [
        _example(spec, f"{folder / texts.source}, line {i + 1}", i, {"source": a, "reference": b, "doc_id": d})
        for i, (a, b, d) in enumerate(zip(*sides, docs, strict=True))
    ]


def _squad(spec: TaskFile, texts: Texts, folder: Path) -> list[Example]:
    """Two files of one SQuAD in two languages: paragraphs as pairs, their answers in meta.qa."""
    ours, theirs = (_articles(folder / name) for name in (texts.source, texts.reference or ""))
    lang = spec.source_lang.split("-")[0]
    found: list[Example] = []
    for a in range(0, min(len(ours), len(theirs)), texts.every):
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
            found.append(_example(spec, f"{folder / texts.source}, article {a}", len(found), row))
    return found


def _articles(path: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(_text(path))["data"]
        return [{"paragraphs": article["paragraphs"]} for article in found]
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: not a SQuAD file (data, paragraphs, context, qas)") from None


FORMATS: dict[str, Callable[[TaskFile, Texts, Path], list[Example]]] = {
    "jsonl": _jsonl,
    "tsv": _tsv,
    "lines": _lines,
    "squad": _squad,
}
"""Value of `format` -> reader of the texts."""
