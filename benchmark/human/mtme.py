"""mt-metrics-eval: what raters said as its files, and back.

After README.md and mt_metrics_eval/{ratings,standalone_ratings}.py of google-research/mt-metrics-eval at 25fc1fe.

An EvalSet's file is a block for each system with a line for each segment of the test set, in order, None where there is
nothing: SRC-TGT.esa.RATER.seg.score (system, score) and .seg.rating (system, {"errors": [...]}, rater), a file a rater.
standalone.jsonl holds the same ratings with their texts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.human.campaign import Campaign, Given, Screen
from metrics.errors import UserError
from metrics.files import atomic_write_text, read_text

Answers = Mapping[str, Mapping[str, Any]]
MOST_TEXT = 2**30
NAME = re.compile(r"\.esa\.(?P<rater>[^.]+)\.seg\.score$")
MEAN = "mean"
"""In the place of a rater: the mean of all."""


def write_mtme(campaign: Campaign, answers: Answers, ids: Sequence[str], out: Path) -> list[Path]:
    """The files of one campaign of ESA. ids: the test set's segments in order."""
    given = {_place(s): answers[s.id] for s in campaign.screens if s.id in answers and not s.check}
    texts = {(s.systems[0], s.example_id): s for s in campaign.screens if not s.check}
    lp = f"{campaign.screens[0].source_lang}-{campaign.screens[0].target_lang}"
    files = dict[str, list[str]]()
    for rater in (*campaign.raters, MEAN):
        scores, ratings = [], []
        for system in campaign.systems:
            for i in ids:
                raters = campaign.raters if rater == MEAN else (rater,)
                own = [given[r, system, i] for r in raters if (r, system, i) in given]
                scores.append(f"{system}\t{float(np.mean([a['score'] for a in own])) if own else None}")
                told = {"errors": _errors(own[0])} if own else None
                ratings.append(f"{system}\t{json.dumps(told)}\t{rater}" if told else f"{system}\tNone")
        files[f"{lp}.esa.{rater}.seg.score"] = scores
        if rater != MEAN:
            files[f"{lp}.esa.{rater}.seg.rating"] = ratings
    files["standalone.jsonl"] = [
        json.dumps(_standalone(texts[system, i], answer, rater, ids), ensure_ascii=False)
        for (rater, system, i), answer in given.items()
    ]
    out.mkdir(parents=True, exist_ok=True)
    for name, lines in files.items():
        atomic_write_text(out / name, "\n".join(lines) + "\n")
    return [out / name for name in files]


def _place(s: Screen) -> tuple[str, str, str]:
    return s.rater, s.systems[0], s.example_id


def _errors(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    more = {"category": None, "score": None, "is_source_error": False}
    return [{"start": s["start"], "end": s["end"], "severity": s["severity"], **more} for s in answer.get("spans", ())]


def _standalone(s: Screen, answer: Mapping[str, Any], rater: str, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "source": s.source,
        "hypothesis": s.texts[0],
        "errors": _errors(answer),
        "document_id": None,
        "segment_id": list(ids).index(s.example_id),
        "system_id": s.systems[0],
        "rater_id": rater,
        "src_lang": s.source_lang,
        "tgt_lang": s.target_lang,
    }


def read_mtme(path: Path, campaign: Campaign, ids: Sequence[str]) -> Iterator[Given]:
    """A rater's .seg.score, and the .seg.rating beside it where there is one. Raises UserError for another file, or
    one of another test set."""
    named = NAME.search(path.name)
    if named is None or named["rater"] not in campaign.raters:
        raise UserError(f"{path}: give SRC-TGT.esa.RATER.seg.score, with one of {', '.join(campaign.raters)}")
    at = {_place(s): s for s in campaign.screens if not s.check}
    scores = _blocks(path, ids)
    beside = path.with_name(path.name.removesuffix("score") + "rating")
    ratings = _blocks(beside, ids) if beside.is_file() else {}
    for (system, i), told in scores.items():
        screen = at.get((named["rater"], system, i))
        if told == "None" or screen is None:
            continue
        try:
            rating = ratings.get((system, i), "None")
            errors = [] if rating == "None" else json.loads(rating)["errors"]
            spans = [
                {"start": e["start"], "end": e["end"], "severity": e.get("severity") or "minor"}
                for e in errors
                if not e.get("is_source_error")
            ]
            yield screen.rater, screen.id, {"score": round(float(told)), "spans": spans}
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{path}: segment {i!r} of {system!r} holds no score or rating ({error})") from None


def _blocks(path: Path, ids: Sequence[str]) -> dict[tuple[str, str], str]:
    """(system, example) -> what stands in the second column."""
    out, seen = dict[tuple[str, str], str](), Counter[str]()
    for number, line in enumerate(read_text(path, MOST_TEXT).splitlines(), 1):
        system, _, rest = line.partition("\t")
        if seen[system] >= len(ids) or not rest:
            raise UserError(
                f"{path}, line {number}: a system has {len(ids)} lines of two columns or three, one a segment"
            )
        out[system, ids[seen[system]]] = rest.split("\t")[0]
        seen[system] += 1
    if short := [s for s, n in seen.items() if n != len(ids)]:
        raise UserError(f"{path}: {short[0]!r} has {seen[short[0]]} lines, and the test set {len(ids)} segments")
    return out
