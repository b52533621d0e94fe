"""Denials, conditions and near misses before the predicate of a number, and what only looks like them."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_FACTS = (
    Fact("event", ("脱轨",), ("ตกราง",)),
    Fact("quantity", ("79人",), ("79 ราย", "79 คน")),
    Fact("money", ("5亿元",), ("500 ล้านหยวน",)),
    Fact("percentage", ("84%",), ("84%",)),
)
_REFERENCE = "รถไฟตกราง เจ็บ 79 ราย เสียหาย 500 ล้านหยวน ป้องกันได้ 84%"
_EXAMPLE = Example("x", "列车脱轨79人受伤，损失5亿元，保护率84%。", (_REFERENCE,), _FACTS, "zh", "th")
_TOLD = Example("y", "据传列车脱轨79人受伤，损失5亿元。", (_REFERENCE,), _FACTS[:3], "zh", "th")
_SUM = Example("z", "不缴罚款5亿元，另有损失。", ("ปรับ 500 ล้านหยวน",), _FACTS[:3], "zh", "th")
INVENTORY = Inventory([_EXAMPLE, _TOLD, _SUM])


def align(text: str, example: Example = _EXAMPLE) -> Alignment:
    return INVENTORY.align(example, text)


@pytest.mark.parametrize("lead", ["ไม่ได้กล่าวว่า", "ไม่มีใครเชื่อว่า", "ไม่มีรายงานว่า", "โกหกว่า"])
def test_a_denial_reaches_a_number_behind_the_blank_before_figures(lead: str) -> None:
    assert align(f"รถไฟตกราง {lead}บาดเจ็บ 79 ราย").denied == {1}
    assert align(f"รถไฟตกราง {lead}เสียหายแล้ว 500 ล้านหยวน").denied == {2}


@pytest.mark.parametrize("lead", ["หาก", "ถ้า", "ลือว่า", "ว่ากันว่า"])
def test_a_condition_or_rumour_states_no_number_of_people(lead: str) -> None:
    got = align(f"รถไฟตกราง {lead}บาดเจ็บ 79 ราย")
    assert got.stated[:2] == (True, False) and got.unsupported == () and got.denied == frozenset()
    assert align(f"รถไฟตกราง {lead}บาดเจ็บ 79 ราย", _TOLD).stated[1]


@pytest.mark.parametrize("lead", ["หากไม่จ่ายค่าปรับ", "ถ้าแพ้คดีปรับเงิน", "หากเสียชีวิตจ่าย"])
def test_a_condition_about_a_sum_is_no_rumour_of_it(lead: str) -> None:
    got = INVENTORY.align(_SUM, f"{lead} 500 ล้านหยวน")
    assert got.stated[2] and got.unsupported == ()


@pytest.mark.parametrize(
    "lead",
    ["หากเทียบกับปีก่อน", "ถ้าเทียบกับปีก่อน บาดเจ็บ", "ไม่มีรายงานว่ามีปัญหา", "หากไม่ช่วย บาดเจ็บ", "คนขับเข้าใจผิดกันว่าไม่มีอะไร"],
)
def test_a_clause_of_its_own_leaves_the_number_behind_it(lead: str) -> None:
    got = align(f"{lead} 79 ราย")
    assert got.stated[1] and got.unsupported == ()


@pytest.mark.parametrize("word", ["เกือบ", "หวิด", "รอดพ้น", "เลี่ยง", "แกล้ง", "รอดพ้นจากการ", "หวิดจะ"])
def test_a_near_miss_states_no_number(word: str) -> None:
    for said, fact in (("บาดเจ็บ 79 ราย", 1), ("เสียหายแล้ว 500 ล้านหยวน", 2)):
        got = align(f"รถไฟตกราง {word}{said}")
        assert got.stated[0] and not got.stated[fact] and got.unsupported == () and got.denied == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "หวิดชน บาดเจ็บ 79 ราย",
        "เกือบ เจ็บ 79 ราย",
        "หวิดตกราง เจ็บ 79 ราย",
        "เกือบชนบ้าน ทำเจ็บ 79 ราย",
        "ถูกกลั่นแกล้งบาดเจ็บ 79 ราย",
        "รอดพ้นไฟไหม้ เจ็บ 79 คน",
    ],
)
def test_a_near_miss_of_something_else_leaves_the_number(text: str) -> None:
    got = align(text)
    assert got.stated[1] and got.unsupported == ()


def test_to_prevent_infection_is_no_near_miss_of_a_share() -> None:
    assert align("วัคซีนป้องกันการติดเชื้อ 84%").stated[3]


def test_almost_a_number_stays_another_number() -> None:
    assert align("รถไฟตกราง บาดเจ็บเกือบ 79 ราย").unsupported
