"""Marot's ten tab-separated columns, one line a marked error.

After marot/README.md of google-research/google-research at 15134e6: an error stands between <v> and </v> in the source
or the target, and "no-error" where a rater marked none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmark.human.campaign import ESA, Campaign, Given
from benchmark.human.spans import marked
from metrics.errors import UserError
from metrics.files import atomic_write_text
from metrics.tables import read_tsv

MAROT = ("system", "doc", "docSegId", "globalSegId", "rater", "source", "target", "category", "severity", "metadata")
NO_ERROR = "no-error"
SEVERITIES = {"minor": "minor", "major": "major", "critical": "major"}


def write_marot(campaign: Campaign, out: Path, lang: str) -> list[Path]:
    """Every segment without errors, for annotators to add to: ESA alone, whose answers are errors and a score."""
    if campaign.protocol != ESA:
        raise UserError(
            "human export: Marot's TSV holds marked errors; use --protocol esa with it, or another --format"
        )
    rows = ["\t".join(MAROT)]
    for n, s in enumerate(campaign.screens, 1):
        cells = ["A", campaign.id, s.id, str(n), s.rater, _cell(s.source), _cell(s.texts[0]), NO_ERROR, NO_ERROR, "{}"]
        rows.append("\t".join(cells))
    path = out / "marot.tsv"
    atomic_write_text(path, "\n".join(rows) + "\n")
    return [path]


def _cell(text: str) -> str:
    """One line without tabs, of the same length."""
    return text.translate({ord(c): " " for c in "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"})


def read_marot(path: Path, campaign: Campaign) -> Iterator[Given]:
    """Errors and scores of a Marot TSV: marked in `target`; a score in metadata {"score": N}, or as severity. Errors
    in the source carry no place in the text and are passed over."""
    known, found = campaign.by_id(), dict[str, dict[str, Any]]()
    for number, row in read_tsv(path, MAROT, header="\t".join(MAROT)):
        screen = known.get(row["docSegId"])
        if screen is None:
            continue
        answer = found.setdefault(screen.id, {"spans": []})
        if (score := _score(row)) is not None:
            answer["score"] = score
        severity = SEVERITIES.get(row["severity"].strip().lower())
        try:
            span = marked(row["target"], _cell(screen.texts[0]))
        except ValueError as error:
            raise UserError(f"{path}, line {number}: {error} (screen {screen.id})") from None
        if span is not None and severity is not None:
            answer["spans"].append({"start": span[0], "end": span[1], "severity": severity})
    for name, answer in found.items():
        if "score" in answer:
            yield known[name].rater, name, answer


def _score(row: dict[str, str]) -> int | None:
    try:
        told = json.loads(row["metadata"] or "{}").get("score", row["severity"])
        return round(float(told))
    except (ValueError, AttributeError, TypeError):
        return None


def marot_ratings(campaign: Campaign, answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What raters said, under the systems' own names, for Marot to show: one line an error. ESA has no categories."""
    lines, known = ["\t".join(MAROT)], campaign.by_id()
    order = {name: n for n, name in enumerate(dict.fromkeys(s.example_id for s in campaign.screens), 1)}
    for name in sorted(answers, key=lambda n: (known[n].systems[0], order[known[n].example_id], known[n].rater)):
        s, answer = known[name], answers[name]
        if s.check:
            continue
        text, told = _cell(s.texts[0]), json.dumps({"score": answer["score"]})
        head = [s.systems[0], f"{campaign.task}:{s.source_lang}-{s.target_lang}", str(order[s.example_id])]
        head += [head[2], s.rater, _cell(s.source)]
        for x in answer.get("spans", ()):
            shown = f"{text[: x['start']]}<v>{text[x['start'] : x['end']]}</v>{text[x['end'] :]}"
            lines.append("\t".join([*head, shown, "Other", x["severity"].capitalize(), told]))
        if not answer.get("spans"):
            lines.append("\t".join([*head, text, NO_ERROR, NO_ERROR, told]))
    return lines
