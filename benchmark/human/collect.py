"""What raters sent back, read and checked against the campaign: every answer belongs to a screen, and fits its
protocol."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmark.human.campaign import ESA, Campaign
from benchmark.human.foreign import READERS, Given
from benchmark.human.forms import columns, read_cells
from metrics.errors import UserError
from metrics.files import read_json, read_text
from metrics.judge.answers import answer_model

MOST_BYTES = 2**28
BY_SUFFIX = {".json": "html", ".csv": "csv", ".xlsx": "xlsx", ".jsonl": "pearmut", ".tsv": "marot"}


class Span(BaseModel):
    """A marked error."""

    model_config = ConfigDict(extra="ignore")
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    severity: str


class Esa(BaseModel):
    """An ESA answer (Kocmi et al. 2024)."""

    model_config = ConfigDict(extra="ignore")
    score: int = Field(ge=0, le=100)
    spans: list[Span] = []


def read_answers(path: Path, campaign: Campaign, form: str | None = None) -> dict[str, dict[str, Any]]:
    """Screen id -> answer of one file. form: how it is laid out (default: by its ending).

    Raises UserError, naming the file and the screen: another campaign, an unknown screen, an answer that does not
    fit, a screen answered twice.
    """
    kind = form or BY_SUFFIX.get(path.suffix.lower())
    if kind in READERS:
        given: Iterator[Given] = READERS[kind](path, campaign)
    elif kind in ("csv", "xlsx"):
        given = _cells(path, campaign, kind)
    elif kind == "html":
        given = _page(path, campaign)
    else:
        raise UserError(f"{path}: unknown kind of file; give --format with it")
    out: dict[str, dict[str, Any]] = {}
    known = campaign.by_id()
    for rater, name, answer in given:
        screen = known.get(name)
        if screen is None or screen.rater != rater:
            raise UserError(
                f"{path}: screen {name!r} of {rater!r} is none of campaign {campaign.id}; give its own files"
            )
        checked = checked_answer(campaign, name, answer, str(path))
        if out.setdefault(name, checked) != checked:
            raise UserError(f"{path}: screen {name!r} is answered twice, differently; keep one answer")
    if not out:
        raise UserError(f"{path}: holds no answer to campaign {campaign.id}")
    return out


def checked_answer(campaign: Campaign, name: str, answer: dict[str, Any], where: str) -> dict[str, Any]:
    """The answer in its normal form. Raises UserError where it does not fit the screen."""
    screen = campaign.by_id()[name]
    model = Esa if campaign.protocol == ESA else answer_model(screen.question(campaign.protocol, campaign.form))
    try:
        found: dict[str, Any] = model.model_validate(answer).model_dump()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise UserError(
            f"{where}: screen {name!r}: {'.'.join(map(str, first['loc']))} {first['msg']}; mend or remove the answer"
        ) from None
    found.pop("reason", None)
    return found


def _page(path: Path, campaign: Campaign) -> Iterator[Given]:
    told = read_json(path, MOST_BYTES)
    if not isinstance(told, dict) or not isinstance(told.get("answers"), dict):
        raise UserError(f"{path}: is not what a form gives out ({json.dumps(str(told)[:60])})")
    if told.get("campaign") != campaign.id:
        raise UserError(f"{path}: belongs to campaign {told.get('campaign')!r}, not {campaign.id!r}")
    for name, answer in told["answers"].items():
        if not isinstance(answer, dict):
            raise UserError(f"{path}: screen {name!r}: an answer is an object")
        yield str(told.get("rater")), name, answer


def _cells(path: Path, campaign: Campaign, kind: str) -> Iterator[Given]:
    known = campaign.by_id()
    rows = _xlsx(path) if kind == "xlsx" else list(csv.reader(read_text(path, MOST_BYTES).splitlines(keepends=True)))
    head = [c.lstrip("\ufeff") for c in rows[0]] if rows else []
    if missing := [c for c in ("screen", "rater", *columns(campaign)) if c not in head]:
        raise UserError(f"{path}: lacks the column(s) {', '.join(missing)}; fill in the file that was exported")
    for number, cells in enumerate(rows[1:], 2):
        row = dict(zip(head, [*cells, *[""] * (len(head) - len(cells))], strict=False))
        screen = known.get(row["screen"])
        if screen is None:
            if any(c.strip() for c in cells):
                raise UserError(f"{path}, line {number}: screen {row['screen']!r} is none of campaign {campaign.id}")
            continue
        try:
            answer = read_cells(screen, campaign, row)
        except ValueError as error:
            raise UserError(f"{path}, line {number}: {error}; write one of the answers that are allowed") from None
        if answer is not None:
            yield row["rater"], screen.id, answer


def _xlsx(path: Path) -> list[list[str]]:
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise UserError(
            'human import: xlsx needs openpyxl; pip install "sgsrl-bench[human]", or save it as csv'
        ) from None
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        return [["" if c is None else str(c) for c in row] for row in book.active.iter_rows(values_only=True)]
    except Exception as error:  # a damaged workbook raises whatever its parts raise
        raise UserError(f"{path}: cannot be read as a workbook ({type(error).__name__}); save it again") from None
