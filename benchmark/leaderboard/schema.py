"""What may stand on a board: the JSON schema, and the names that are let in."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from metrics.errors import UserError

SCHEMA = Path(__file__).resolve().parents[2] / "leaderboards" / "schema.json"
MAX_SEED = 2**63 - 1
LABEL = "1 to 64 of A-Z a-z 0-9 space . _ + -, beginning with a letter or digit and ending with no space, dot or hyphen"


@cache
def _schema() -> dict[str, Any]:
    return dict(json.loads(SCHEMA.read_text("utf-8")))


def pattern(part: str) -> str:
    """The regular expression of one of the schema's kinds of text: label, line, sha256 ..."""
    return str(_schema()["$defs"][part]["pattern"])


@cache
def validator(part: str) -> Any:
    """A jsonschema validator of one of the schema's parts: board, entry, paper ..."""
    from jsonschema import Draft202012Validator

    return Draft202012Validator({"$ref": f"#/$defs/{part}", "$defs": _schema()["$defs"]})


def problem(part: str, value: Any) -> tuple[str, str] | None:
    """(field, what is wrong) of the first violation of the schema, or None."""
    try:
        error = next(iter(validator(part).iter_errors(value)), None)
    except RecursionError:
        return "", "nested too deep"
    if error is None:
        return None
    while error.context:  # oneOf: the reason inside
        error = min(error.context, key=lambda e: (e.validator == "type", -len(e.absolute_path)))
    text = error.message
    return ".".join(str(p) for p in error.absolute_path), text if len(text) <= 200 else text[:197] + "..."


def check_head(board: Any, where: str) -> None:
    """Raises UserError unless this has the head of a board, of either version; the entries are a list of whatever."""
    whole = isinstance(board, dict) and isinstance(board.get("entries"), list)
    head = {**board, "entries": []} if whole else board
    part = "board_1" if whole and board.get("schema_version") == 1 else "board"
    if (found := problem(part, head)) is not None:
        field, text = found
        raise UserError(
            f"{where}: {'field ' + field + ': ' if field else ''}{text}; restore "
            "the file (schema: leaderboards/schema.json)"
        )


def label(value: str, what: str) -> str:
    """A name as it may stand on a board. Raises UserError for anything that could act as a path, as markup or on a
    terminal."""
    if problem("label", value) is not None:
        text = value if isinstance(value, str) else repr(value)
        shown = ascii(text if len(text) <= 60 else text[:60] + "...")
        raise UserError(f"{what} {shown}: not a name that a board takes; use {LABEL}")
    return value


def line(value: str | None, what: str) -> str | None:
    """A short text from a manifest, as it may stand on a board. Raises UserError for control characters and over-long
    ones."""
    if value is None:
        return None
    if not isinstance(value, str) or problem("line", value) is not None:
        raise UserError(
            f"{what} {ascii(value)[:60]}: must be 1 to 400 printable characters; mend the manifest or the lineage.json"
        )
    return value
