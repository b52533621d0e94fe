"""Formats of other tools, as their own documentation has them: Pearmut, Marot, Appraise."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from human_campaign import (
    campaign,
    run_dir,  # noqa: F401 - a fixture
)

from benchmark.human.appraise import write_appraise
from benchmark.human.campaign import Campaign
from benchmark.human.collect import read_answers
from benchmark.human.foreign import READERS
from benchmark.human.marot import write_marot
from benchmark.human.pearmut import write_pearmut
from benchmark.human.spans import code_point, marked
from metrics.errors import UserError
from metrics.judge.records import FORM_DIMENSIONS


def with_text(c: Campaign, text: str) -> Campaign:
    """The campaign, its first screen showing that text."""
    first = replace(c.screens[0], texts=(text, *c.screens[0].texts[1:]))
    return Campaign(**{**vars(c), "screens": (first, *c.screens[1:])})


def log(path: Path, c: Campaign, *notes: Any, **more: Any) -> Path:
    """A Pearmut log: one row a note, all about the first screen."""
    item = [{"item_id": c.screens[0].id, "src": "x", "tgt": {}}]
    rows = [
        {"annotation": n if isinstance(n, str) else [n], "actions": [], "item": item, "user_id": "rater1", "item_i": 0}
        for n in notes
    ]
    path.write_text("".join(json.dumps({**row, **more}) + "\n" for row in rows))
    return path


def scored(score: Any, *spans: tuple[int, int], severity: str = "minor") -> dict[str, Any]:
    errors = [{"start_i": a, "end_i": b, "severity": severity, "category": None} for a, b in spans]
    return {"score": score, "error_spans": errors, "textfield": None}


def test_pearmut_campaign_is_as_documented(run_dir: Path, tmp_path: Path) -> None:
    c = campaign(run_dir, "dimensions")
    told = json.loads(write_pearmut(c, tmp_path, "th")[0].read_text("utf-8"))
    info = told["info"]
    assert info["assignment"] == "task-based" and info["word_level"] is False and info["shuffle"] is False
    assert info["users"] == list(c.raters) and len(told["data"]) == len(c.raters)
    assert info["sliders"] == [{"name": d, "min": 0, "max": 5, "step": 1} for d in FORM_DIMENSIONS["title"]]
    assert told["data"][0][0][0].keys() == {"item_id", "src", "tgt"}
    assert all(not name.isdigit() for name in told["data"][0][0][0]["tgt"]), "Pearmut refuses names of digits"


def test_pearmut_shows_texts_letter_by_letter(run_dir: Path, tmp_path: Path) -> None:
    """It puts every letter into an element of its own, so escapes would be read as letters; what begins like a picture
    would become one."""
    for text, shown in (("a < b & <b>c</b>", "a < b & <b>c</b>"), ('<img src="x">', ' <img src="x">')):
        c = with_text(campaign(run_dir, "esa"), text)
        told = json.loads(write_pearmut(c, tmp_path, "en")[0].read_text("utf-8"))
        assert told["data"][0][0][0]["tgt"]["A"] == shown


def test_pearmut_grades_come_back(run_dir: Path, tmp_path: Path) -> None:
    grades = {
        "esa": {"score": 90, "spans": [{"start": 1, "end": 4, "severity": "minor"}]},
        "pairwise": {"better": "A"},
        "ranking": {"ranks": {"A": 1, "B": 2, "C": 3}},
    }
    for protocol, expected in grades.items():
        c = campaign(run_dir, protocol)
        note = {label: scored(90 - 10 * i, (1, 3)) for i, label in enumerate(c.screens[0].labels)}
        path = log(tmp_path / f"{protocol}.jsonl", c, note)
        with path.open("a") as file:  # a tutorial among them
            file.write(json.dumps({**json.loads(path.read_text()), "item": [{"item_id": "welcome"}]}) + "\n")
        assert read_answers(path, c) == {c.screens[0].id: expected}
    c = campaign(run_dir, "dimensions")
    sliders = dict(zip(FORM_DIMENSIONS["title"], (5, 4, 3, 2, 1), strict=True))
    path = log(tmp_path / "d.jsonl", c, {"A": {"score": None, "sliders": sliders, "error_spans": []}})
    assert read_answers(path, c) == {c.screens[0].id: sliders}


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        ("ข่าว\nวันนี้", (4, 5), "วั"),  # a line break is no letter there
        ("😀ข่าว", (2, 3), "ข่"),  # and an emoji is two
        ('<img src="x">', (1, 4), "<img"),  # behind the space that keeps it a text
    ],
)
def test_pearmut_counts_units_of_utf_16_without_line_breaks(
    run_dir: Path, tmp_path: Path, text: str, span: tuple[int, int], expected: str
) -> None:
    c = with_text(campaign(run_dir, "esa"), text)
    (found,) = read_answers(log(tmp_path / "x.jsonl", c, {"A": scored(50, span)}), c).values()
    (got,) = found["spans"]
    assert text[got["start"] : got["end"]] == expected


def test_pearmut_marks_what_is_missing_beyond_the_text(run_dir: Path, tmp_path: Path) -> None:
    c = with_text(campaign(run_dir, "esa"), "ข่าว")
    path = log(tmp_path / "x.jsonl", c, {"A": scored(50, (4, 4), severity="Major")})
    assert read_answers(path, c)[c.screens[0].id]["spans"] == [{"start": 4, "end": 4, "severity": "major"}]


def test_pearmut_log_only_grows(run_dir: Path, tmp_path: Path) -> None:
    """A screen gone back to has two rows, and the last one counts; a reset takes the earlier ones back; what was
    skipped is no answer."""
    c = campaign(run_dir, "esa")
    first, second = {"A": scored(30)}, {"A": scored(70)}
    path = log(tmp_path / "x.jsonl", c, first, second)
    assert read_answers(path, c)[c.screens[0].id]["score"] == 70
    assert read_answers(log(path, c, first, "__RESET__", second), c)[c.screens[0].id]["score"] == 70
    for rows in ((first, "__RESET__"), ({"A": scored(None)},)):
        with pytest.raises(UserError, match="holds no answer"):
            read_answers(log(path, c, *rows), c)


def test_marot_out_and_in(run_dir: Path, tmp_path: Path) -> None:
    c = campaign(run_dir, "esa")
    path = write_marot(c, tmp_path, "en")[0]
    rows = path.read_text("utf-8").splitlines()
    columns = "system doc docSegId globalSegId rater source target category severity metadata"
    assert rows[0].split("\t") == columns.split()
    cells = rows[1].split("\t")
    assert len(cells) == 10 and cells[0] == "A" and cells[7:9] == ["no-error", "no-error"]
    with pytest.raises(UserError, match="holds no answer"):
        read_answers(path, c)
    target = cells[6]
    cells[6:] = [f"{target[:2]}<v>{target[2:5]}</v>{target[5:]}", "Accuracy", "Major", '{"score": 61}']
    path.write_text("\n".join([rows[0], "\t".join(cells)]) + "\n", "utf-8")
    span = {"start": 2, "end": 5, "severity": "major"}
    assert read_answers(path, c) == {c.screens[0].id: {"score": 61, "spans": [span]}}
    cells[6] = "another text"
    path.write_text("\n".join([rows[0], "\t".join(cells)]) + "\n", "utf-8")
    with pytest.raises(UserError, match="not the one that was exported"):
        read_answers(path, c)
    with pytest.raises(UserError, match="--protocol esa"):
        write_marot(campaign(run_dir, "pairwise"), tmp_path, "en")
    assert set(READERS) == {"pearmut", "marot", "appraise"}


def test_marks_that_a_text_holds_itself_are_text() -> None:
    assert marked("a<v>b</v>c", "abc") == (1, 2) and marked("abc", "abc") is None
    assert marked("<v>x<v>b</v>c", "<v>xbc") == (4, 5), "the first mark is the text's own"
    with pytest.raises(ValueError, match="exported"):
        marked("<v>x", "x")
    assert [code_point("a😀b", n) for n in range(5)] == [0, 1, 1, 2, 3]


def test_appraise_out_and_in(run_dir: Path, tmp_path: Path) -> None:
    """Batches as its examples have them; scores and errors as its export of documents has them."""
    c = campaign(run_dir, "esa")
    batch = json.loads(write_appraise(c, tmp_path, "en")[0].read_text("utf-8"))[0]
    assert batch["task"]["sourceLanguage"] == "zho" and batch["task"]["targetLanguage"] == "tha"
    assert [i["itemID"] for i in batch["items"]] == list(range(1, len(batch["items"]) + 1))
    assert {"documentID", "isCompleteDocument", "mqm", "targetText"} <= batch["items"][0].keys()
    screen, other = c.of("rater1")[:2]
    stream = io.StringIO()
    errors = [
        {"start_i": 0, "end_i": 2, "severity": "minor"},
        {"start_i": "missing", "end_i": "missing", "severity": "major"},
    ]
    head = ["user1", screen.id, 1, "TGT", "zho", "tha", 64, screen.id, False]
    csv.writer(stream).writerow([*head, json.dumps(errors), 1.0, 2.0])
    csv.writer(stream).writerow(["user1", other.id, 2, "TGT", "zho", "tha", 80, 1.0, 2.0])  # task type Direct
    path = tmp_path / "scores.csv"
    path.write_text(stream.getvalue())
    end = len(screen.texts[0])
    spans = [{"start": 0, "end": 2, "severity": "minor"}, {"start": end, "end": end, "severity": "major"}]
    wanted = {screen.id: {"score": 64, "spans": spans}, other.id: {"score": 80, "spans": []}}
    assert read_answers(path, c, "appraise") == wanted
    path.write_text(f"user1,{screen.id},1,TGT,zho,tha,,x,False\n")
    with pytest.raises(UserError, match="no score in"):
        read_answers(path, c, "appraise")
