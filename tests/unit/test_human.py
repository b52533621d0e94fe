"""Human evaluation: blinded, balanced forms that come back whole; a simulated panel whose known numbers come back."""

from __future__ import annotations

import csv
import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from human_campaign import (
    answer_of,
    campaign,
    run_dir,  # noqa: F401 - a fixture
)

from benchmark.human.campaign import SHUFFLED, Campaign, shuffled
from benchmark.human.collect import read_answers
from benchmark.human.forms import WRITERS, for_raters, harmless


@pytest.mark.parametrize("protocol", ["pairwise", "dimensions", "ranking", "esa"])
def test_forms_are_blinded(run_dir: Path, protocol: str) -> None:
    """No system's name, no mark of a check, nothing but texts under letters."""
    c = campaign(run_dir, protocol)
    told = json.dumps(for_raters(c, c.raters[0], "th"))
    assert not any(word in told for word in ("post-", 'gold"', "systems", '"check"', SHUFFLED, "example_id"))
    assert len({len(s.texts) for s in c.screens}) == 1, "checks show as many texts as the rest"
    assert any(s.check for s in c.of(c.raters[0]))


def test_places_are_balanced(run_dir: Path) -> None:
    """Over raters and items each system stands in each place equally often."""
    for protocol, places in (("pairwise", 2), ("ranking", 3)):
        c = campaign(run_dir, protocol, raters=6)
        counts = Counter((s.systems[p], p) for s in c.screens if not s.check for p in range(places))
        assert len(set(counts.values())) == 1
    assert c.of("rater1")[0].example_id != c.of("rater2")[0].example_id or c.of("rater1") != c.of("rater2")


def test_equal_seeds_give_equal_campaigns(run_dir: Path) -> None:
    assert campaign(run_dir, "pairwise") == campaign(run_dir, "pairwise")
    assert campaign(run_dir, "pairwise", seed=4).id != campaign(run_dir, "pairwise").id


def test_shuffled_thai_has_the_same_words_in_another_order() -> None:
    text = "ธนาคารกลางขึ้นอัตราดอกเบี้ยเพื่อชะลอเงินเฟ้อ"
    found = shuffled(text, "th", random.Random(1))
    assert found != text and Counter(found) == Counter(text)


@pytest.mark.parametrize("protocol", ["pairwise", "dimensions", "ranking", "esa"])
def test_html_is_whole_in_itself_and_safe(run_dir: Path, tmp_path: Path, protocol: str) -> None:
    c = campaign(run_dir, protocol)
    hostile = "</script><script>alert(1)</script><!--"
    c = Campaign(**{**vars(c), "screens": tuple(_with_text(s, hostile) for s in c.screens)})
    (page, *_) = WRITERS["html"](c, tmp_path, "en")
    html = page.read_text("utf-8")
    assert not re.search(r"""(?:src|href)\s*=\s*["']?http|@import|fetch\(|XMLHttpRequest""", html)
    assert "alert(1)</script>" not in html and html.count("</script>") == 2
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert data is not None
    assert json.loads(data.group(1))["screens"][0]["texts"][0] == hostile
    assert "localStorage" in html and 'name="viewport"' in html
    assert set(json.loads(data.group(1))["words"]) == {"en", "zh", "th"}


def _with_text(screen: Any, text: str) -> Any:
    from dataclasses import replace

    return replace(screen, texts=(text, *screen.texts[1:]))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("protocol", ["pairwise", "dimensions", "ranking", "esa"])
def test_tables_come_back(run_dir: Path, tmp_path: Path, protocol: str, kind: str) -> None:
    """Written, filled in, read: the answers that went in."""
    if kind == "xlsx":
        pytest.importorskip("openpyxl")
    c = campaign(run_dir, protocol)
    path = next(p for p in WRITERS[kind](c, tmp_path, "en") if p.name == f"rater1.{kind}")
    draw = random.Random(0)
    wanted = {s.id: answer_of(c, s, draw) for s in c.of("rater1")}
    rows = _rows(path)
    head = rows[0]
    for row in rows[1:]:
        answer = wanted[row[head.index("screen")]]
        flat = {f"rank_{k}": v for k, v in answer.get("ranks", {}).items()} | dict(answer)
        for at, name in enumerate(head):
            if name in flat and name not in ("source", "screen"):
                row[at] = flat[name]
    _save(path, rows)
    found = read_answers(path, c)
    for answer in wanted.values():
        answer.pop("spans", None)
    for answer in found.values():
        answer.pop("spans", None)
    assert found == wanted


def _rows(path: Path) -> list[list[Any]]:
    if path.suffix == ".csv":
        return list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))
    from openpyxl import load_workbook

    return [["" if c is None else c for c in row] for row in load_workbook(path).active.iter_rows(values_only=True)]


def _save(path: Path, rows: list[list[Any]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return
    from openpyxl import Workbook

    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


@pytest.mark.parametrize("cell", ["=1+1", "+A1", "-2", "@x", "\tx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'") and harmless("ข่าว") == "ข่าว" and harmless("") == ""
