"""Texts of one piece over and over: one four times as long takes about four times as long to measure, not sixteen."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from benchmark.tasks import load_task
from metrics.coverage import score_facts
from metrics.inventory import Inventory
from metrics.open.own_language import heard
from metrics.open.scores import score_open
from metrics.reading import read
from metrics.records import Example, Fact

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


def _seconds(measure: Callable[[int], object], size: int) -> float:
    """The best of three, without the garbage of other tests."""
    taken = []
    gc.disable()
    try:
        for _ in range(3):
            begun = time.process_time()
            measure(size)
            taken.append(time.process_time() - begun)
    finally:
        gc.enable()
    return min(taken)


def _grows(measure: Callable[[int], object], short: int = SHORT) -> None:
    """Fails where what is FOLD times as large takes much more than FOLD times as long. measure: of a size."""
    measure(200)
    small, large = _seconds(measure, short), _seconds(measure, FOLD * short)
    assert large + NOTHING < LIMIT * (small + NOTHING), f"{small:.2f} s, {large:.2f} s"


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

    _grows(measure)


@pytest.mark.parametrize("behind", [" ไม่สำเร็จ ", "ไม่สำเร็จ", " ยืนยันหนักแน่น "])
def test_time_is_in_proportion_to_clauses(behind: str) -> None:
    """Right clauses of a relation, denied or not, again and again."""
    examples = load_task("newswire-title@2").load("test", 100)
    example = next(e for e in examples if any(f.type == "relation" and f.salient for f in e.facts or ()))
    inventory, piece = Inventory(examples), (example.reference or ("",))[0] + behind

    def measure(n: int) -> None:
        score_facts([example], [(piece * n)[:n]], inventory)

    _grows(measure, SHORT * FOLD)


@pytest.mark.parametrize(
    ("lang", "before", "piece"),
    [("bo", "བརྒྱ་ཆ་ 30, ", piece) for piece in ("ཁྲི་གཉིས་", "བརྒྱ་གཅིག་", "གཉིས་གསུམ་", "བརྒྱ་ཆ་ 30 དང་ 40 དང་ ", "40, ")]
    + [("th", "", piece) for piece in ("5, ", "ร้อยละ 5 และ ", "5 และ ", "5 กก. และ 6 หรือ ", "11.00, ", "จาก 5 เป็น ")]
    + [("zh", "", piece) for piece in ("600、", "从800万增至", "两男", "零八年", "7、8月")],
)
def test_time_to_read_is_in_proportion(lang: str, before: str, piece: str) -> None:
    """Lists and changes that say their unit once."""
    _grows(lambda n: read((before + piece * n)[:n], lang))


@pytest.mark.parametrize("piece", ["คราวก่อน ", "คราวก่อน 6,000 ล้านบาท ", "6,000 ล้านบาท ", "ปีที่แล้วขาดทุน "])
def test_time_is_in_proportion_to_past_words(piece: str) -> None:
    """The source tells a sum of the last time alone."""
    facts = (
        Fact("place", ("乌隆",), ("อุดรธานี",)),
        Fact("event", ("洪水",), ("น้ำท่วม",)),
        Fact("money", ("14亿泰铢",), ("1,400 ล้านบาท",)),
        Fact("money", ("60亿泰铢",), ("6,000 ล้านบาท",)),
    )
    example = Example("e", "乌隆发生洪水，损失14亿泰铢。上一次，洪水造成损失60亿泰铢。", ("อ้างอิง",), facts, "zh", "th")
    inventory = Inventory([example])
    _grows(lambda n: inventory.align(example, (piece * n)[:n]))


@pytest.mark.parametrize("piece", ["1", "人ก", "a b c d e f ", "a1 "])
def test_time_to_tell_the_own_language_is_in_proportion(piece: str) -> None:
    _grows(lambda n: heard("ก" * n + (piece * n)[:n], "th"))
