"""Appraise: batches out, its CSV of scores in, after Examples/ and EvalData/models/ of AppraiseDev/Appraise at 8a22f27
(Document tasks with the option ESA, and Direct): languages by their three letters, items from 1, a document a text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmark.human.campaign import ESA, Campaign, Given
from benchmark.human.spans import code_point
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_text
from metrics.judge.records import PAIRWISE, RANKING
from metrics.languages import code

MOST_TEXT = 2**30
SCORE, SPANS = 6, 9
"""Columns of ExportSystemScoresToCSV: user, target, item, type, source and target language, score; then of documents
documentID, isCompleteDocument, mqm."""


def _three_letters(lang: str) -> str:
    """The ISO 639-3 code that Appraise names a language by."""
    from langcodes import Language

    return Language.get(code(lang)).to_alpha3()


def write_appraise(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """One task a rater, one item a text. Graded texts alone (dimensions, esa)."""
    if campaign.protocol in (PAIRWISE, RANKING):
        raise UserError("human export: Appraise grades one text at a time; use --protocol esa or dimensions with it")
    batches = []
    for n, rater in enumerate(campaign.raters, 1):
        first = campaign.of(rater)[0]
        items = [
            {
                "sourceID": campaign.task,
                "sourceContextLeft": "",
                "sourceText": s.source,
                "targetID": s.id,
                "targetContextLeft": "",
                "targetText": s.texts[0],
                "itemID": i,
                "itemType": "TGT",
                "documentID": s.id,
                "isCompleteDocument": False,
                "mqm": [],
            }
            for i, s in enumerate(campaign.of(rater), 1)
        ]
        task = {
            "batchNo": n,
            "batchSize": len(items),
            "sourceLanguage": _three_letters(first.source_lang),
            "targetLanguage": _three_letters(first.target_lang),
            "requiredAnnotations": 1,
            "randomSeed": campaign.seed,
        }
        batches.append({"items": items, "task": task})
    path = out / "appraise.json"
    atomic_write_text(path, json.dumps(batches, ensure_ascii=False, indent=1) + "\n")
    return [path]


def read_appraise(path: Path, campaign: Campaign) -> Iterator[Given]:
    """Scores and marked errors that Appraise exports as CSV: the second column holds our screen id. Raises UserError
    for a row of ours without a score."""
    known = campaign.by_id()
    for row in csv.reader(io.StringIO(read_text(path, MOST_TEXT), newline="")):
        screen = known.get(row[1]) if len(row) > SCORE else next((known[c] for c in row if c in known), None)
        if screen is None:
            continue
        try:
            score = round(float(row[SCORE]))
            told = json.loads(row[SPANS]) if len(row) > SPANS and row[SPANS].lstrip().startswith("[") else []
            spans = [_span(s, screen.texts[0]) for s in told]
        except (ValueError, IndexError, KeyError, TypeError) as error:
            raise UserError(
                f"{path}: a row of {screen.id} has no score in its seventh column, or no errors in its tenth ({error})"
            ) from None
        if campaign.protocol != ESA:
            raise UserError(f"{path}: Appraise has one score a text, so that answers to esa alone can be read back")
        yield screen.rater, screen.id, {"score": score, "spans": spans}


def _span(told: dict[str, Any], text: str) -> dict[str, Any]:
    """start_i, end_i (exclusive) in UTF-16 units, or "missing": an empty span at the end."""
    places = [len(text) if told[k] == "missing" else code_point(text, int(told[k])) for k in ("start_i", "end_i")]
    return {"start": places[0], "end": places[1], "severity": str(told["severity"]).lower()}
