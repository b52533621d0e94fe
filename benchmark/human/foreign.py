"""Formats of other tools: Pearmut (campaign in, annotation JSONL out), Marot (10-column TSV), Appraise (batches),
mt-metrics-eval ratings.

Pearmut: README and examples/ of zouharvi/pearmut; `tgt` is model -> text (letters here, so nobody is told a system),
one task a rater, and the
log has one object a document: {"annotation": [{model: {"score", "error_spans"}}], "item": [...], "user_id", "item_i"}.
Marot: system, doc, docSegId, globalSegId, rater, source, target, category, severity, metadata.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmark.human.campaign import ESA, Campaign
from benchmark.human.forms import words
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_jsonl, read_text
from metrics.judge.records import DIMENSIONS, FORM_DIMENSIONS, PAIRWISE, RANKING, TOP
from metrics.tables import read_tsv

MAROT = ("system", "doc", "docSegId", "globalSegId", "rater", "source", "target", "category", "severity", "metadata")
UNSPACED = ("th", "bo", "zh", "ja")
MOST_TEXT = 2**30
Given = tuple[str, str, dict[str, Any]]
"""(rater, screen id, answer)."""


def write_pearmut(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """One campaign of as many tasks as raters. Words of Thai and Tibetan have no spaces, so errors are marked by
    character."""
    told = words()[lang]
    target = campaign.screens[0].target_lang
    info: dict[str, Any] = {
        "assignment": "task-based",
        "protocol": "ESA" if campaign.protocol == ESA else "DA",
        "word_level": target not in UNSPACED,
        "shuffle": False,
        "users": list(campaign.raters),
        "instructions": html.escape(f"{told['intro']} {told[campaign.protocol]}"),
    }
    if campaign.protocol == DIMENSIONS:
        info["sliders"] = [{"name": d, "min": 0, "max": TOP, "step": 1} for d in FORM_DIMENSIONS[campaign.form]]
    data = [
        [
            [
                {
                    "item_id": s.id,
                    "src": html.escape(s.source, quote=False),
                    "tgt": {label: html.escape(t, quote=False) for label, t in zip(s.labels, s.texts, strict=True)},
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


def read_pearmut(path: Path, campaign: Campaign) -> Iterator[Given]:
    """Annotations of a Pearmut log. Raises UserError for a row that is none. Documents shown besides ours are passed
    over."""
    known = campaign.by_id()
    for number, row in read_jsonl(path):
        where = f"{path}, line {number}"
        items, notes, rater = row.get("item"), row.get("annotation"), row.get("user_id")
        if not isinstance(items, list) or not isinstance(notes, list) or not isinstance(rater, str):
            raise UserError(f'{where}: a Pearmut annotation has "item", "annotation" and "user_id"')
        for item, note in zip(items, notes, strict=False):
            screen = known.get(str(item.get("item_id"))) if isinstance(item, dict) else None
            if screen is not None and isinstance(note, dict):
                yield screen.rater, screen.id, _pearmut_answer(campaign, note, where)


def _pearmut_answer(campaign: Campaign, note: dict[str, Any], where: str) -> dict[str, Any]:
    """Scores of texts shown together become ranks, equal scores a tie."""
    try:
        if campaign.protocol == DIMENSIONS:
            told = note["A"]
            grades = told["score"] if isinstance(told.get("score"), dict) else told["sliders"]
            return {d: grades[d] for d in FORM_DIMENSIONS[campaign.form]}
        if campaign.protocol == ESA:
            told = note["A"]
            spans = [
                {"start": s["start_i"], "end": s["end_i"] + 1, "severity": s["severity"]}
                for s in told.get("error_spans") or ()
            ]
            return {"score": told["score"], "spans": spans}
        scores = {label: float(found["score"]) for label, found in sorted(note.items())}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(f"{where}: an annotation without what the protocol asks for ({error!r})") from None
    ranks = {a: 1 + sum(other > own for other in scores.values()) for a, own in scores.items()}
    if campaign.protocol == RANKING:
        return {"ranks": ranks}
    first = [label for label, rank in ranks.items() if rank == 1]
    return {"better": first[0] if len(first) == 1 else "tie"}


def write_marot(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """Segments without errors in Marot's TSV, for annotators to add to: ESA alone, whose answers are errors and a
    score."""
    if campaign.protocol != ESA:
        raise UserError(
            "human export: Marot's TSV holds marked errors; use --protocol esa with it, or another --format"
        )
    rows = ["\t".join(MAROT)]
    for n, s in enumerate(campaign.screens, 1):
        cells = ["A", campaign.id, s.id, str(n), s.rater, _cell(s.source), _cell(s.texts[0]), "", "", "{}"]
        rows.append("\t".join(cells))
    path = out / "marot.tsv"
    atomic_write_text(path, "\n".join(rows) + "\n")
    return [path]


def _cell(text: str) -> str:
    return " ".join(text.replace("\t", " ").split("\n")).replace("\r", " ")


def read_marot(path: Path, campaign: Campaign) -> Iterator[Given]:
    """Errors and scores of a Marot TSV: spans between <v> and </v> in `target`; a score in metadata {"score": N}, or
    as severity."""
    known, found = campaign.by_id(), dict[str, dict[str, Any]]()
    for number, row in read_tsv(path, MAROT, header="\t".join(MAROT)):
        screen = known.get(row["docSegId"])
        if screen is None:
            continue
        answer = found.setdefault(screen.id, {"spans": []})
        if (score := _marot_score(row)) is not None:
            answer["score"] = score
        start = row["target"].find("<v>")
        severity = row["severity"].strip().lower()
        if start >= 0 and severity in ("minor", "major", "critical"):
            end = row["target"].find("</v>") - len("<v>")
            if end < start:
                raise UserError(f"{path}, line {number}: a span opens with <v> and does not close")
            answer["spans"].append(
                {"start": start, "end": end, "severity": "major" if severity == "critical" else severity}
            )
    for name, answer in found.items():
        if "score" in answer:
            yield known[name].rater, name, answer


def _marot_score(row: dict[str, str]) -> int | None:
    try:
        told = json.loads(row["metadata"] or "{}").get("score", row["severity"])
        return round(float(told))
    except (ValueError, AttributeError, TypeError):
        return None


def write_appraise(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """Batches of Appraise's direct assessment: one task a rater, one item a text. Graded texts alone (dimensions,
    esa)."""
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
            }
            for i, s in enumerate(campaign.of(rater))
        ]
        task = {
            "batchNo": n,
            "batchSize": len(items),
            "sourceLanguage": first.source_lang,
            "targetLanguage": first.target_lang,
            "requiredAnnotations": 1,
            "randomSeed": campaign.seed,
            "source": campaign.id,
        }
        batches.append({"items": items, "task": task})
    path = out / "appraise.json"
    atomic_write_text(path, json.dumps(batches, ensure_ascii=False, indent=1) + "\n")
    return [path]


def read_appraise(path: Path, campaign: Campaign) -> Iterator[Given]:
    """Scores that Appraise exports as CSV (user, system, item, type, source, target, score, ...): the system field
    holds our screen id."""
    import csv

    known = campaign.by_id()
    for row in csv.reader(read_text(path, MOST_TEXT).splitlines()):
        screen = next((known[c] for c in row if c in known), None)
        if screen is None:
            continue
        numbers = [float(c) for c in row[6:7] if c.replace(".", "", 1).isdigit()]
        if not numbers or campaign.protocol != ESA:
            raise UserError(
                f"{path}: a row of {screen.id} holds no score in its seventh column (esa alone can be read back)"
            )
        yield screen.rater, screen.id, {"score": round(numbers[0]), "spans": []}


def mtme_ratings(campaign: Campaign, answers: dict[str, dict[str, Any]]) -> list[str]:
    """Lines of an mt-metrics-eval ratings file: system, {"errors": [...]}, rater."""
    lines, known = [], campaign.by_id()
    for name, answer in answers.items():
        screen = known[name]
        if screen.check:
            continue
        errors = [
            {
                "start": s["start"],
                "end": s["end"],
                "category": None,
                "severity": s["severity"],
                "score": None,
                "is_source_error": False,
            }
            for s in answer.get("spans", ())
        ]
        lines.append(f"{screen.systems[0]}\t{json.dumps({'errors': errors})}\t{screen.rater}")
    return sorted(lines)


WRITERS = {"pearmut": write_pearmut, "marot": write_marot, "appraise": write_appraise}
READERS = {"pearmut": read_pearmut, "marot": read_marot, "appraise": read_appraise}
"""--format -> what reads it back."""
