"""Rhetorical questions, an old clip and sums done on a figure: what they say, and what only looks like them."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_TH = (Fact("event", ("脱轨",), ("ตกราง",)), Fact("quantity", ("79人",), ("79 ราย",)))
_BO = (Fact("event", ("脱轨",), ("ལྕགས་ལམ་ལས་བུད",)),)
_SAID = "รถไฟตกราง เจ็บ 79 ราย"


def align(text: str, lang: str = "th") -> Alignment:
    example = Example("e", "列车脱轨79人受伤。", ("อ้างอิง",), _TH if lang == "th" else _BO, "zh", lang)
    return Inventory([example]).align(example, text)


@pytest.mark.parametrize("lead", ["ใครว่า", "ใช่ว่า", "ไม่เห็นมี", "ไม่เห็นจะมี"])
def test_a_rhetorical_opening_denies(lead: str) -> None:
    assert align(f"{lead}{_SAID}").denied == {0, 1}


@pytest.mark.parametrize("end", ["ซะเมื่อไหร่", "เสียเมื่อไร", "เสียที่ไหน", "ซะที่ไหน"])
def test_a_rhetorical_close_denies(end: str) -> None:
    assert align(f"{_SAID}{end}").denied == {0, 1}


@pytest.mark.parametrize("lead", ["จำลองเหตุ", "คลิปเก่า ", "จำลองสถานการณ์"])
def test_a_drill_and_an_old_clip_state_nothing(lead: str) -> None:
    got = align(f"{lead}ตกราง")
    assert got.stated[:1] == (False,) and got.unsupported == ()


@pytest.mark.parametrize("text", ["เจ็บ 79 ราย คูณสอง", "เจ็บ 79 ราย หารสอง", "เจ็บ 79 รายหารครึ่ง", "เจ็บไม่ถึงครึ่งของ 79 ราย"])
def test_a_sum_done_on_a_figure_makes_it_another(text: str) -> None:
    assert align(f"รถไฟตกราง {text}").unsupported


@pytest.mark.parametrize(
    "text",
    [
        f"{_SAID} ใครว่าไม่แรง",
        f"ใครว่างช่วยที {_SAID}",
        f"{_SAID} ทหารสองนายช่วย",
        f"{_SAID} อาหารสองมื้อ",
        f"ใช่ว่าไม่ร้ายแรง {_SAID}",
        f"{_SAID} รถเสียที่ไหนยังไม่รู้",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    got = align(text)
    assert got.stated == (True, True) and got.unsupported == ()


def test_tibetan_questions() -> None:
    assert not align("ལྕགས་ལམ་ལས་བུད་པ་རེད་དམ", "bo").stated[0]
    assert align("ལྕགས་ལམ་ལས་བུད་སུས་ཟེར", "bo").denied == {0}
    assert align("ལྕགས་ལམ་ལས་བུད་པ་རེད", "bo").stated[0]
