"""What raters sent back, read and checked against the campaign: every answer belongs to a screen, and fits its
protocol."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmark.human.campaign import ESA, Campaign, Given
from benchmark.human.foreign import MTME, READERS
from benchmark.human.forms import columns, read_cells
from benchmark.human.mtme import read_mtme
from benchmark.human.spans import code_point
from metrics.errors import UserError
from metrics.files import read_json, read_text
from metrics.judge.answers import answer_model

MOST_BYTES = 2**28
BY_SUFFIX = {".json": "html", ".csv": "csv", ".xlsx": "xlsx", ".jsonl": "pearmut", ".tsv": "marot", ".score": MTME}


class Span(BaseModel):
    """A marked error, in code points, end exclusive; empty at the end of the text for what is missing."""

    model_config = ConfigDict(extra="ignore")
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    severity: Literal["minor", "major"]


class Esa(BaseModel):
    """An ESA answer (Kocmi et al. 2024)."""

    model_config = ConfigDict(extra="ignore")
    score: int = Field(ge=0, le=100)
    spans: list[Span] = []


def read_answers(
    path: Path, campaign: Campaign, form: str | None = None, ids: Sequence[str] = ()
) -> dict[str, dict[str, Any]]:
    """Screen id -> answer of one file. form: how it is laid out (default: by its ending); ids: the test set's segments
    in order, which files of mt-metrics-eval count.

    Raises UserError, naming the file and the screen: another campaign, an unknown screen, an answer that does not
    fit, a screen answered twice.
    """
    kind = form or BY_SUFFIX.get(path.suffix.lower())
    if kind in READERS:
        given: Iterator[Given] = READERS[kind](path, campaign)
    elif kind == MTME and campaign.protocol == ESA:
        given = read_mtme(path, campaign, ids)
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
    for span in found.get("spans", ()):
        if not span["start"] <= span["end"] <= len(screen.texts[0]):
            raise UserError(f"{where}: screen {name!r}: a marked error lies outside the text; mend or remove it")
    return found


def _page(path: Path, campaign: Campaign) -> Iterator[Given]:
    told = read_json(path, MOST_BYTES)
    if not isinstance(told, dict) or not isinstance(told.get("answers"), dict):
        raise UserError(f"{path}: is not what a form gives out ({json.dumps(str(told)[:60])})")
    if told.get("campaign") != campaign.id:
        raise UserError(f"{path}: belongs to campaign {told.get('campaign')!r}, not {campaign.id!r}")
    known = campaign.by_id()
    for name, answer in told["answers"].items():
        if not isinstance(answer, dict):
            raise UserError(f"{path}: screen {name!r}: an answer is an object")
        if name in known and isinstance(answer.get("spans"), list):
            answer = {**answer, "spans": [_counted(s, known[name].texts[0]) for s in answer["spans"]]}
        yield str(told.get("rater")), name, answer


def _counted(span: Any, text: str) -> Any:
    """A span of the form: browsers count UTF-16 units. What is no span is left to the check that follows."""
    if not isinstance(span, dict) or not all(isinstance(span.get(k), int) for k in ("start", "end")):
        return span
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return {**span, **{k: code_point(text, span[k]) if span[k] <= units else len(text) + 1 for k in ("start", "end")}}


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
