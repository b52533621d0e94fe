"""Pearmut: campaign JSON out, its annotation log (JSONL) in.

After README, examples/, server/ and web/src/ of zouharvi/pearmut at 0079fbd (v1.1.5, unreleased). `tgt` is model ->
text: letters here, so that nobody is told a system. One task a rater. The log has one object a document: {"annotation":
[{model: {"score", "sliders", "error_spans"}}], "item": [...], "user_id", "item_i"}; it grows only, so the last row of a
screen counts, and a row whose annotation is "__RESET__" takes back what that rater said before.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmark.human.campaign import ESA, Campaign, Given, Screen
from benchmark.human.forms import words
from benchmark.human.spans import code_point
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_jsonl
from metrics.judge.records import DIMENSIONS, FORM_DIMENSIONS, RANKING, TOP
from metrics.languages import language

MEDIA = ("<audio ", "<video ", "<img ", "<iframe ")
"""A text that begins so is put onto the page as HTML; every other one is shown letter by letter and can do nothing."""
RESET = "__RESET__"


def write_pearmut(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """One campaign of as many tasks as raters. Words of Thai and Tibetan have no spaces, so errors are marked by
    character."""
    told = words()[lang]
    target = campaign.screens[0].target_lang
    info: dict[str, Any] = {
        "assignment": "task-based",
        "protocol": "ESA" if campaign.protocol == ESA else "DA",
        "word_level": language(target).spaced,
        "shuffle": False,
        "users": list(campaign.raters),
        # HTML, other than the texts.
        "instructions": html.escape(f"{told['intro']} {told[campaign.protocol]}"),
    }
    if campaign.protocol == DIMENSIONS:
        info["sliders"] = [{"name": d, "min": 0, "max": TOP, "step": 1} for d in FORM_DIMENSIONS[campaign.form]]
    data = [
        [
            [
                {
                    "item_id": s.id,
                    "src": _shown(s.source),
                    "tgt": {label: _shown(t) for label, t in zip(s.labels, s.texts, strict=True)},
                }
            ]
            for s in campaign.of(rater)
        ]
        for rater in campaign.raters
    ]
    path = out / "pearmut.json"
    whole = {"info": info, "campaign_id": campaign.id, "data": data}
    atomic_write_text(path, json.dumps(whole, ensure_ascii=False, indent=1) + "\n")
    return [path]


def _shown(text: str) -> str:
    """The text as it is; a space keeps one that begins like a picture or a frame from becoming one."""
    return f" {text}" if text.startswith(MEDIA) else text


def read_pearmut(path: Path, campaign: Campaign) -> Iterator[Given]:
    """Annotations of a Pearmut log. Raises UserError for a row that is none. Documents shown besides ours (tutorials,
    forms) are passed over, and so is what was skipped."""
    known, found = campaign.by_id(), dict[str, Given]()
    for number, row in read_jsonl(path):
        where = f"{path}, line {number}"
        items, notes, rater = row.get("item"), row.get("annotation"), row.get("user_id")
        if notes == RESET and isinstance(rater, str):
            for name in _taken_back(campaign, rater, row.get("item_i")):
                found.pop(name, None)
            continue
        if not isinstance(items, list) or not isinstance(notes, list) or not isinstance(rater, str):
            raise UserError(f'{where}: a Pearmut annotation has "item", "annotation" and "user_id"')
        for item, note in zip(items, notes, strict=False):
            screen = known.get(str(item.get("item_id"))) if isinstance(item, dict) else None
            if screen is None or not isinstance(note, dict):
                continue
            answer = _answer(campaign, screen, note, where)
            if answer is not None:
                found[screen.id] = (screen.rater, screen.id, answer)
    yield from found.values()


def _taken_back(campaign: Campaign, rater: str, item: Any) -> list[str]:
    """The screens of a reset: the one at that place of the rater's task, or all where none is named."""
    own = [s.id for s in campaign.of(rater)]
    return own if item is None else own[item : item + 1] if isinstance(item, int) and item >= 0 else []


def _answer(campaign: Campaign, screen: Screen, note: dict[str, Any], where: str) -> dict[str, Any] | None:
    """Scores of texts shown together become ranks, equal scores a tie. None where nothing was scored."""
    try:
        if campaign.protocol == DIMENSIONS:
            grades = note["A"]["sliders"]
            answer = {d: grades[d] for d in FORM_DIMENSIONS[campaign.form]}
            return None if all(v is None for v in answer.values()) else answer
        given = {label: note[label]["score"] for label in screen.labels}
        if all(v is None for v in given.values()):
            return None
        if campaign.protocol == ESA:
            spans = [_span(s, screen.texts[0]) for s in note["A"].get("error_spans") or ()]
            return {"score": given["A"], "spans": spans}
        scores = {label: float(v) for label, v in given.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{where}: an annotation without what the protocol asks for ({error!r})") from None
    ranks = {a: 1 + sum(other > own for other in scores.values()) for a, own in scores.items()}
    if campaign.protocol == RANKING:
        return {"ranks": ranks}
    first = [label for label, rank in ranks.items() if rank == 1]
    return {"better": first[0] if len(first) == 1 else "tie"}


def _span(told: dict[str, Any], text: str) -> dict[str, Any]:
    """start_i, end_i: the first and the last marked unit of UTF-16, line breaks not counted; beyond the text: the mark
    for something that is missing, which becomes an empty span at the end."""
    shift = len(_shown(text)) - len(text)
    units = text.encode("utf-16-le", "surrogatepass")
    kept = [i // 2 for i in range(0, len(units), 2) if units[i : i + 2] != b"\n\x00"]
    first, last = told["start_i"] - shift, told["end_i"] - shift
    start = kept[max(0, first)] if first < len(kept) else len(units) // 2
    end = kept[max(0, last)] + 1 if last < len(kept) else len(units) // 2
    return {"start": code_point(text, start), "end": code_point(text, end), "severity": str(told["severity"]).lower()}
