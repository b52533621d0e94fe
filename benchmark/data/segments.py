"""What readers of foreign files share: the record of an output, and messages for rows that lack something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from metrics.errors import UserError
from metrics.records import Example
from metrics.rejects import Rejects


@dataclass(frozen=True, slots=True)
class Segment:
    """One output as a foreign file holds it; what is None the file does not say."""

    id: str | None
    text: str
    source: str | None = None
    references: tuple[str, ...] = ()
    doc_id: str | None = None
    finish_reason: str | None = None
    seed: int | None = None


@dataclass
class Given:
    """What a command was given besides the file."""

    langs: tuple[str, str]
    """Source and target language."""
    system: str
    stage: str
    examples: list[Example] | None = None
    """Examples that the outputs answer, where the file itself holds no sources."""
    rejects: list[Rejects] = field(default_factory=list)


def missing_keys(row: dict[str, Any], keys: Sequence[str], where: str, right: str) -> None:
    """Raises UserError that names every key of `keys` that a row lacks, and shows a right line."""
    if absent := [k for k in keys if k not in row]:
        found = ", ".join(sorted(map(str, row))[:12]) or "nothing"
        raise UserError(f"{where}: missing: {', '.join(absent)} (found: {found}); a right line: {right}")


def name_of(row: dict[str, Any], key: str, where: str) -> str:
    """A name or a number, as text. Raises UserError for anything else."""
    value = row[key]
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise UserError(f'{where}: "{key}" must be a name, not {json.dumps(value, ensure_ascii=False)[:60]}')
    return str(value)


def text_of(row: dict[str, Any], key: str, where: str) -> str:
    """A text that may be empty. Raises UserError for anything else; null is no text."""
    value = row[key]
    if not isinstance(value, str):
        raise UserError(f'{where}: "{key}" must be a text, not {json.dumps(value, ensure_ascii=False)[:60]}')
    return value


def texts_of(value: Any, key: str, where: str) -> tuple[str, ...]:
    """One reference or a list of them; empty ones are none."""
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else None
    if value is None:
        return ()
    if values is None or any(not isinstance(v, str) for v in values):
        raise UserError(f'{where}: "{key}" must be a text or a list of texts')
    return tuple(v for v in values if v.strip())
