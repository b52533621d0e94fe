"""The records every step reads and writes, and their files (JSON Lines, UTF-8; contract: formats "Files").

A malformed line ends in one `UserError` that names the file and the line. Keys that the contract does not name are
allowed and ignored: anything may be added to a file, nothing is renamed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import atomic_write_bytes, atomic_write_text, read_jsonl, sha256_file, sha256_json, write_jsonl
from metrics.languages import code
from metrics.normalise import visible
from metrics.record_types import (
    ENTITY_TYPES,
    FACT_TYPES,
    FINISH_REASONS,
    QUANTITY_TYPES,
    SALIENT,
    Example,
    Fact,
    Generation,
)
from metrics.rejects import Rejects

__all__ = [
    "ENTITY_TYPES",
    "FACT_TYPES",
    "FINISH_REASONS",
    "QUANTITY_TYPES",
    "SALIENT",
    "Example",
    "Fact",
    "Generation",
    "align_generations",
    "atomic_write_bytes",
    "atomic_write_text",
    "parse_example",
    "parse_generation",
    "read_examples",
    "read_generations",
    "read_jsonl",
    "sha256_file",
    "sha256_json",
    "write_examples",
    "write_generations",
    "write_jsonl",
]

MAX_TEXT = 2**16
"""Bytes of UTF-8 of one output, 64 KiB (docs/formats.md): a title has about three hundred, a passage a few thousand."""
MAX_SOURCE = 2**20
"""Bytes of UTF-8 of a source, a reference or a surface."""


# ---- reading ----------------------------------------------------------------------------------------------------


RIGHT_EXAMPLE = (
    '{"id": "news-1", "source": "...", "reference": ["..."], "facts": null, "source_lang": "zh", "target_lang": "th"}'
)
RIGHT_GENERATION = '{"example_id": "news-1", "system": "mine", "stage": "post-sft", "text": "..."}'
"""Right lines of the two files, for messages."""


def need_keys(row: Mapping[str, Any], keys: Iterable[str], where: str, right: str) -> None:
    """Raises UserError that names all the keys that a row lacks, and shows a right line."""
    missing = [f'"{key}"' for key in keys if key not in row]
    if missing:
        names = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
        found = ", ".join(map(str, sorted(row))) or "nothing"
        raise UserError(
            f"{where}: {names} {'is' if len(missing) == 1 else 'are'} missing (found: {found}); a right line: {right}"
        )


def _text(row: dict[str, Any], key: str, where: str, *, blank: bool = False, most: int = MAX_SOURCE) -> str:
    value = row[key]
    if not isinstance(value, str) or not (blank or visible(value)):
        raise UserError(f'{where}: "{key}" must be a {"" if blank else "non-empty "}string, not {_show(value)}')
    return bounded(value, key, where, most)


def bounded(text: str, key: str, where: str, most: int = MAX_TEXT) -> str:
    """The text itself. Raises UserError for one of more than `most` bytes of UTF-8: it is no output of a model that was
    asked for one, and quadratic metrics would not end."""
    if len(text) > most // 4 and (size := len(text.encode("utf-8", "surrogatepass"))) > most:
        raise UserError(
            f'{where}: "{key}" has {size:,} bytes of UTF-8, at most {most:,} are taken; cut it, or leave the row out'
        )
    return text


def _show(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _surfaces(row: dict[str, Any], key: str, where: str, at_least: int) -> tuple[str, ...]:
    value = row.get(key)
    if (
        not isinstance(value, list)
        or any(not isinstance(item, str) or not visible(item) for item in value)
        or len(value) < at_least
    ):
        wanted = "at least one non-empty string" if at_least else "non-empty strings"
        raise UserError(f'{where}: "{key}" must be a list of {wanted}, not {_show(value)}')
    return tuple(bounded(item, key, where, MAX_SOURCE) for item in value)


def _integer(row: dict[str, Any], key: str, where: str, minimum: int | None) -> int | None:
    value = row.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or (minimum is not None and value < minimum):
        wanted = "a whole number" if minimum is None else f"a whole number >= {minimum}"
        raise UserError(f'{where}: "{key}" must be {wanted} or null, not {_show(value)}')
    return value


def _fact(row: Any, where: str) -> Fact:
    if not isinstance(row, dict):
        raise UserError(f"{where}: a fact must be an object, not {_show(row)}")
    if row.get("type") not in FACT_TYPES:
        raise UserError(f'{where}: fact "type" must be one of {", ".join(FACT_TYPES)}, not {_show(row.get("type"))}')
    salience = row.get("salience", 1.0)
    if salience is None:
        salience = 1.0
    if isinstance(salience, bool) or not isinstance(salience, int | float) or not 0 <= salience <= 1:
        raise UserError(f'{where}: "salience" must be a number from 0 to 1, not {_show(salience)}')
    return Fact(row["type"], _surfaces(row, "source", where, 0), _surfaces(row, "target", where, 1), float(salience))


def _language(row: dict[str, Any], key: str, where: str) -> str:
    value = _text(row, key, where)
    try:
        return code(value)
    except UserError as error:
        raise UserError(f'{where}: "{key}": {error}') from None


def parse_example(row: dict[str, Any], where: str) -> Example:
    """One `Example` from one JSON object; `where` (file and line) goes into the message of any UserError."""
    need_keys(row, ("id", "source", "source_lang", "target_lang"), where, RIGHT_EXAMPLE)
    reference = row.get("reference")
    if isinstance(reference, str):
        reference = [reference]
    if reference is not None:
        reference = _surfaces({"reference": reference}, "reference", where, 1)
    facts = row.get("facts")
    if facts is not None:
        if not isinstance(facts, list):
            raise UserError(f'{where}: "facts" must be a list or null, not {_show(facts)}')
        facts = tuple(_fact(fact, f"{where}, fact {i}") for i, fact in enumerate(facts, 1))
    doc_id = row.get("doc_id")
    if doc_id is not None and not isinstance(doc_id, str):
        raise UserError(f'{where}: "doc_id" must be a string or null, not {_show(doc_id)}')
    meta = row.get("meta")
    if meta is not None and not isinstance(meta, dict):
        raise UserError(f'{where}: "meta" must be an object, not {_show(meta)}')
    return Example(
        _text(row, "id", where),
        _text(row, "source", where),
        reference,
        facts,
        _language(row, "source_lang", where),
        _language(row, "target_lang", where),
        doc_id,
        meta or {},
    )


def parse_generation(row: dict[str, Any], where: str) -> Generation:
    """One `Generation` from one JSON object; the text may be empty (a model may say nothing)."""
    need_keys(row, ("example_id", "system", "stage", "text"), where, RIGHT_GENERATION)
    finish = row.get("finish_reason")
    if finish is not None and finish not in FINISH_REASONS:
        raise UserError(f'{where}: "finish_reason" must be "stop", "length" or null, not {_show(finish)}')
    return Generation(
        _text(row, "example_id", where),
        _text(row, "system", where),
        _text(row, "stage", where),
        _text(row, "text", where, blank=True, most=MAX_TEXT),
        _integer(row, "n_tokens", where, 0),
        finish,
        _integer(row, "seed", where, None),
        row.get("think") is True,
    )


def read_examples(path: str | Path, rejects: Rejects | None = None) -> list[Example]:
    """All examples of a file, in order.

    rejects: takes the rows that cannot be used. Raises UserError for malformed lines, an id used twice, or an empty
    file.
    """
    rejects = rejects or Rejects(path)
    examples: list[Example] = []
    seen: dict[str, int] = {}
    for number, row in read_jsonl(path, rejects):
        with rejects.row():
            example = parse_example(row, f"{path}, line {number}")
            if example.id in seen:
                raise UserError(
                    f"{path}, line {number}: id {_show(example.id)} is already used in line "
                    f"{seen[example.id]}; ids must be unique"
                )
            seen[example.id] = number
            examples.append(example)
    rejects.check()
    if not examples:
        raise UserError(f"{path}: holds no examples; write one JSON object per line")
    return examples


def read_generations(path: str | Path, rejects: Rejects | None = None) -> list[Generation]:
    """All generations of a file, in order; several systems, stages and seeds may share a file.

    rejects: takes the rows that cannot be used. Raises UserError for malformed lines, an empty file, or an example
    answered twice by one system, stage and seed.
    """
    rejects = rejects or Rejects(path)
    generations: list[Generation] = []
    seen: dict[tuple[str, str, int | None, str], int] = {}
    for number, row in read_jsonl(path, rejects):
        with rejects.row():
            made = parse_generation(row, f"{path}, line {number}")
            key = (made.system, made.stage, made.seed, made.example_id)
            if key in seen:
                raise UserError(
                    f"{path}, line {number}: example_id {_show(made.example_id)} of system {_show(made.system)}, stage "
                    f"{_show(made.stage)} is already answered in line {seen[key]}; keep one answer per example"
                )
            seen[key] = number
            generations.append(made)
    rejects.check()
    if not generations:
        raise UserError(f"{path}: holds no generations; write one JSON object per line")
    return generations


def align_generations(examples: Sequence[Example], generations: Sequence[Generation]) -> list[Generation]:
    """The generations of one system and stage in the order of the examples, exactly one each.

    Raises UserError that names the ids that are missing, unknown or doubled.
    """
    by_id = {made.example_id: made for made in generations}
    known = {example.id for example in examples}
    counts = Counter(made.example_id for made in generations)
    problems = []
    for word, ids in (
        ("missing", [example.id for example in examples if example.id not in by_id]),
        ("unknown to the examples file", sorted(set(by_id) - known)),
        ("doubled", sorted(i for i, n in counts.items() if n > 1)),
    ):
        if ids:
            problems.append(f"{len(ids)} {word}: {', '.join(ids[:5])}{', ...' if len(ids) > 5 else ''}")
    if problems:
        owner = f"{generations[0].system}/{generations[0].stage}" if generations else "no system"
        raise UserError(
            f"generations of {owner} do not match the examples ({'; '.join(problems)}); "
            "give one generation per example, "
            "made from this very examples file"
        )
    return [by_id[example.id] for example in examples]


# ---- writing ----------------------------------------------------------------------------------------------------


def write_examples(path: str | Path, examples: Iterable[Example]) -> None:
    """Write `examples.jsonl` atomically."""
    write_jsonl(path, (example.as_dict() for example in examples))


def write_generations(path: str | Path, generations: Iterable[Generation]) -> None:
    """Write `generations.jsonl` atomically."""
    write_jsonl(path, (made.as_dict() for made in generations))
