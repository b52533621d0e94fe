"""Pairs with a known answer and retrieval lists: the records, and a user's files of them (formats: `pairs.jsonl`,
`candidates.jsonl`)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import open_regular
from metrics.languages import code
from metrics.normalise import same_text, visible
from metrics.records import FACT_TYPES, MAX_SOURCE, MAX_TEXT, Example, bounded, need_keys, parse_example, read_jsonl
from metrics.rejects import Rejects

MOST_RELEVANT = 1_000_000
"""Grades beyond it cannot be summed with others."""
MAX_BYTES = 100 * 10**6
"""A file of this size or more is refused: nobody wrote so many pairs by hand, and every one of them would be scored."""
SEVERITIES = ("minor", "major", "critical")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts for one source, of which one is better by construction."""

    id: str
    source: str
    better: str
    worse: str
    category: str
    source_lang: str
    target_lang: str
    severity: str = "major"
    """One of SEVERITIES."""
    fact_type: str | None = None
    """Type of the fact that was changed, where it is one."""
    changed: str = ""
    """What was changed, for a reader."""

    def as_dict(self) -> dict[str, Any]:
        """The row of pairs.jsonl."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Query:
    """A source with candidates of known relevance."""

    id: str
    source: str
    candidates: tuple[str, ...]
    relevance: tuple[float, ...]
    """Above 0 = relevant; graded values are gains."""
    target_lang: str

    def as_dict(self) -> dict[str, Any]:
        """The row of candidates.jsonl."""
        found = zip(self.candidates, self.relevance, strict=True)
        candidates = [{"text": t, "relevance": r} for t, r in found]
        return {
            "id": self.id,
            "source": self.source,
            "candidates": candidates,
            "source_lang": "zh",
            "target_lang": self.target_lang,
        }


@dataclass
class ChallengeSet:
    """Everything that one reward is held against."""

    name: str
    """For the signature and the report."""
    pairs: list[Pair]
    queries: list[Query] = field(default_factory=list)
    examples: dict[tuple[str, str], Example] = field(default_factory=dict)
    """(source, target language) -> what is known about it (facts, reference): only metrics look at it."""
    rejects: Rejects | None = None
    """Rows of a user's file that could not be used."""


PAIR_KEYS = ("id", "source", "better", "worse", "category", "source_lang", "target_lang")
RIGHT_PAIR = (
    '{"id": "p1", "source": "...", "better": "...", "worse": "...", "category": "number", "source_lang": "zh", '
    '"target_lang": "th"}'
)
QUERY_KEYS = ("id", "source", "source_lang", "target_lang", "candidates")
RIGHT_QUERY = (
    '{"id": "q1", "source": "...", "source_lang": "zh", "target_lang": "th", '
    '"candidates": [{"text": "...", "relevance": 1}]}'
)


def _text(row: dict[str, Any], key: str, where: str, blank: bool = False) -> str:
    value = row[key]
    if not isinstance(value, str) or not (blank or visible(value)):
        raise UserError(f'{where}: "{key}" must be a {"" if blank else "non-empty "}string')
    return bounded(value, key, where, MAX_TEXT if key in ("better", "worse", "text") else MAX_SOURCE)


def _language(row: dict[str, Any], key: str, where: str) -> str:
    value = _text(row, key, where)
    try:
        return code(value)
    except UserError as error:
        raise UserError(f'{where}: "{key}" is {value!r}, an unknown language: {error}') from None


def _rows(path: str | Path, rejects: Rejects) -> Iterator[tuple[str, dict[str, Any]]]:
    """(where, row). UserError for a file that is too large or holds no row."""
    with open_regular(path) as stream:
        size = os.fstat(stream.fileno()).st_size
    if size >= MAX_BYTES:
        raise UserError(
            f"{path}, line 1: the file has {size / 10**6:.0f} MB, the limit is {MAX_BYTES / 10**6:.0f}; "
            "give a sample of it"
        )
    empty = True
    for number, row in read_jsonl(path, rejects):
        empty = False
        yield f"{path}, line {number}", row
    if empty:
        raise UserError(f"{path}, line 1: the file holds no row; give at least one")


def _once(seen: dict[str, str], row: dict[str, Any], where: str) -> None:
    """Raises UserError for an id that an earlier row has."""
    if (first := seen.setdefault(_text(row, "id", where), where)) != where:
        raise UserError(
            f"{where}: id {row['id']!r} was already on {first.rpartition(', ')[2]}; give every row an id of its own"
        )


def read_pairs(path: str | Path, rejects: Rejects | None = None) -> tuple[list[Pair], dict[tuple[str, str], Example]]:
    """The pairs of a file, and what it knows about their sources (optional keys `reference` and `facts`, as in
    examples.jsonl).

    What several pairs say of one source is put together. Optional too: `severity`, `fact_type`, `changed`. rejects:
    takes the rows that cannot be used. UserError names file and line: a missing field, equal better and worse, an
    unknown language, a repeated id, broken UTF-8 or JSON, a file of 100 MB or more.
    """
    rejects = rejects or Rejects(path)
    pairs: list[Pair] = []
    examples: dict[tuple[str, str], Example] = {}
    seen: dict[str, str] = {}
    for where, row in _rows(path, rejects):
        with rejects.row():
            need_keys(row, PAIR_KEYS, where, RIGHT_PAIR)
            _once(seen, row, where)
            pair, known = _pair(row, where)
            pairs.append(pair)
            if known is not None:
                key = (pair.source, pair.target_lang)
                examples[key] = _together(examples[key], known) if key in examples else known
    rejects.check()
    if not pairs:
        raise UserError(f"{path}: not one of {rejects.total} rows can be used; the first: {rejects.messages[0]}")
    return pairs, examples


def _pair(row: dict[str, Any], where: str) -> tuple[Pair, Example | None]:
    """One pair, and what its row knows about the source."""
    better, worse = _text(row, "better", where), _text(row, "worse", where, blank=True)
    if same_text(better, worse):
        raise UserError(f'{where}: "better" and "worse" are equal; one of two equal texts cannot be the better one')
    severity, fact_type = row.get("severity", "major"), row.get("fact_type")
    if severity not in SEVERITIES:
        raise UserError(f'{where}: "severity" must be one of {", ".join(SEVERITIES)}')
    if fact_type is not None and fact_type not in FACT_TYPES:
        raise UserError(f'{where}: "fact_type" must be one of {", ".join(FACT_TYPES)}, or absent')
    source, category = _text(row, "source", where), _text(row, "category", where)
    langs = _language(row, "source_lang", where), _language(row, "target_lang", where)
    changed = _text(row, "changed", where, blank=True) if row.get("changed") is not None else ""
    known = None
    if row.get("reference") is not None or row.get("facts") is not None:
        known = parse_example(
            {k: row.get(k) for k in ("id", "source", "reference", "facts", "source_lang", "target_lang")}, where
        )
    return Pair(row["id"], source, better, worse, category, *langs, severity, fact_type, changed), known


def _together(a: Example, b: Example) -> Example:
    """What two rows say of one source: all its facts and references, each once, in order."""
    facts = None if a.facts is None and b.facts is None else tuple(dict.fromkeys([*(a.facts or ()), *(b.facts or ())]))
    references = tuple(dict.fromkeys([*(a.reference or ()), *(b.reference or ())]))
    return replace(a, facts=facts, reference=references or None)


def read_candidates(path: str | Path) -> list[Query]:
    """The retrieval lists of a file. UserError names file and line: a missing field, no candidate, a relevance that is
    no number >= 0, a list without a relevant candidate."""
    queries = []
    seen: dict[str, str] = {}
    for where, row in _rows(path, Rejects(path)):
        need_keys(row, QUERY_KEYS, where, RIGHT_QUERY)
        _once(seen, row, where)
        source = _text(row, "source", where)
        _language(row, "source_lang", where)
        target_lang = _language(row, "target_lang", where)
        found = row.get("candidates")
        if not isinstance(found, list) or not found or any(not isinstance(c, dict) for c in found):
            raise UserError(f'{where}: "candidates" must be a list of objects with "text" and "relevance"')
        texts, grades = [], []
        for i, candidate in enumerate(found, 1):
            need_keys(candidate, ("text", "relevance"), f"{where}, candidate {i}", '{"text": "...", "relevance": 1}')
            texts.append(_text(candidate, "text", f"{where}, candidate {i}", blank=True))
            grade = candidate.get("relevance")
            if isinstance(grade, bool) or not isinstance(grade, int | float) or not 0 <= grade <= MOST_RELEVANT:
                raise UserError(f'{where}, candidate {i}: "relevance" must be a number from 0 to {MOST_RELEVANT:,}')
            grades.append(float(grade))
        if not any(grades):
            raise UserError(
                f"{where}: no candidate has a relevance above 0, so nothing can be found; mark at least one"
            )
        queries.append(Query(row["id"], source, tuple(texts), tuple(grades), target_lang))
    return queries
