"""Texts of one piece over and over: one four times as long takes about four times as long to measure, not sixteen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmark.tasks import load_task
from metrics.coverage import score_facts
from metrics.inventory import Inventory
from metrics.open.scores import score_open
from metrics.records import Example

SHORT, FOLD, LIMIT = 8_000, 4, 8.0
"""Characters; how many times as long; the ratio from which it is no longer in proportion."""
NOTHING = 0.05
"""Seconds that are added to both: what so little time is measured worse than."""
TH = ["9", "9" * 50 + ",", "1%", "79ราย ", "ล้าน", "5 ล้าน", "ไม่หลุดราง", "ไม่ใช่ 79 แต่ ", "ข่าวนี้ไม่เป็นความจริง ", "กว่า"]
TH += ["จาก 30 เป็น ", "600, 700 และ ", "3-1-50 ", "ขาดทุน 400 ล้าน "]
BO = ["མེད་", "མི་79མ་", "ཁྲི་", "གསར་འགྱུར་འདི་རྫུན་མ་རེད། ", "1-2 "]


def _examples(task: str) -> tuple[Example, Inventory]:
    examples = load_task(task).load("test", 3)
    return examples[0], Inventory(examples)


def _seconds(measure: Callable[[], object]) -> float:
    begun = time.process_time()
    measure()
    return time.process_time() - begun


@pytest.mark.parametrize(
    ("task", "piece"),
    [("newswire-title@2", piece) for piece in TH] + [("newswire-title-bo@2", piece) for piece in BO],
)
def test_time_is_in_proportion(task: str, piece: str) -> None:
    example, inventory = _examples(task)

    def measure(n: int) -> None:
        text = (piece * n)[:n]
        score_facts([example], [text], inventory)
        score_open([replace(example, facts=None)], [text])

    measure(200)
    short, long = (_seconds(lambda n=n: measure(n)) for n in (SHORT, FOLD * SHORT))  # type: ignore[misc]
    assert long + NOTHING < LIMIT * (short + NOTHING), f"{short:.2f} s, {long:.2f} s"


@pytest.mark.parametrize("behind", [" ไม่สำเร็จ ", "ไม่สำเร็จ", " ยืนยันหนักแน่น "])
def test_time_is_in_proportion_to_clauses(behind: str) -> None:
    """Right clauses of a relation, denied or not, again and again."""
    examples = load_task("newswire-title@2").load("test", 100)
    example = next(e for e in examples if any(f.type == "relation" and f.salient for f in e.facts or ()))
    inventory, piece = Inventory(examples), (example.reference or ("",))[0] + behind

    def measure(n: int) -> None:
        score_facts([example], [(piece * n)[:n]], inventory)

    measure(200)
    short, long = (_seconds(lambda n=n: measure(n)) for n in (SHORT * FOLD, SHORT * FOLD**2))  # type: ignore[misc]
    assert long + NOTHING < LIMIT * (short + NOTHING), f"{short:.2f} s, {long:.2f} s"
