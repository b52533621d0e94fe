"""A denial of what the source itself holds and denies is neither stated nor false."""

from __future__ import annotations

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact

HURT = Fact("quantity", ("79人",), ("79 คน", "79 ราย"))
RAIL = Fact("organisation", ("南岭铁路",), ("บริษัทรถไฟหนานหลิ่ง",))
DERAILED = Fact("event", ("脱轨",), ("ตกราง",))
TRAIN = Example("t", "南岭铁路列车脱轨，受伤79人，并非82人，与海岳石油无关", None, (HURT, RAIL, DERAILED), "zh", "th")
OIL = Fact("organisation", ("海岳石油",), ("บริษัทไห่เยว่ออยล์",))
BANK = Fact("organisation", ("长丰银行",), ("ธนาคารฉางเฟิง",))
BUYS = Fact("event", ("收购", "并购"), ("เข้าซื้อกิจการ", "ซื้อกิจการ"))
SUES = Fact("event", ("起诉",), ("ฟ้องร้อง",))
OTHER = Example(
    "o", "海岳石油收购长丰银行", None, (OIL, BANK, BUYS, SUES, Fact("quantity", ("82人",), ("82 คน",))), "zh", "th"
)
NO_DEAL = Fact("event", ("否认收购",), ("ปฏิเสธซื้อกิจการ",))
MAKER, SUGAR = (
    Fact("organisation", ("长河石油",), ("บริษัทฉางเหอออยล์",)),
    Fact("organisation", ("湄江糖业",), ("บริษัทแม่โขงชูการ์",)),
)
DENIES = Fact("relation", ("长河石油否认收购湄江糖业",), ("บริษัทฉางเหอออยล์ปฏิเสธซื้อกิจการบริษัทแม่โขงชูการ์",))
DENIED = Example("d", "长河石油否认收购湄江糖业", None, (NO_DEAL, MAKER, SUGAR, DENIES), "zh", "th")
BO = Example("b", "受伤79人，并非82人", None, (Fact("quantity", ("79人",), ("མི་79",)),), "zh", "bo")
INVENTORY = Inventory([TRAIN, OTHER, DENIED, BO])


def false(example: Example, text: str) -> list[str]:
    return [item.surface for item in INVENTORY.align(example, text).unsupported]


@pytest.mark.parametrize(
    ("example", "text"),
    [
        (TRAIN, "เจ็บ 79 คน ไม่ใช่ 82 คน"),
        (TRAIN, "เจ็บ 79 คน ไม่ใช่ 82 ราย"),
        (TRAIN, "ไม่ใช่ 82 คน แต่เป็น 79 คน"),
        (TRAIN, "เจ็บ 79 คน ไม่เกี่ยวข้องกับบริษัทไห่เยว่ออยล์"),
        (DENIED, "บริษัทฉางเหอออยล์ปฏิเสธว่าจะซื้อกิจการบริษัทแม่โขงชูการ์"),
        (DENIED, "บริษัทฉางเหอออยล์ไม่ได้เข้าซื้อกิจการบริษัทแม่โขงชูการ์"),
        (BO, "མི་82་མིན་པར་མི་79་ཡིན།"),
    ],
)
def test_what_the_source_denies_may_be_denied(example: Example, text: str) -> None:
    got = INVENTORY.align(example, text)
    assert got.unsupported == () and not got.denied
    assert all("82" not in span.surface for span in got.spans)


@pytest.mark.parametrize(
    ("example", "text", "wrong"),
    [
        (TRAIN, "เจ็บ 79 คน ไม่ใช่ 9999 คน", ["9999 คน"]),  # nobody said so
        (TRAIN, "เจ็บ 79 คน และ 82 คน", ["82 คน"]),  # not denied
        (TRAIN, "เจ็บ 79 คน ไม่เกี่ยวข้องกับธนาคารฉางเฟิง", ["ธนาคารฉางเฟิง"]),
        (DENIED, "บริษัทฉางเหอออยล์ซื้อกิจการบริษัทแม่โขงชูการ์", ["ซื้อกิจการ"]),
        (DENIED, "บริษัทฉางเหอออยล์ปฏิเสธว่าจะฟ้องร้องบริษัทแม่โขงชูการ์", ["ฟ้องร้อง"]),
    ],
)
def test_what_the_source_lacks_or_does_not_deny_is_false(example: Example, text: str, wrong: list[str]) -> None:
    assert false(example, text) == wrong


def test_what_the_example_states_stays_denied() -> None:
    got = INVENTORY.align(TRAIN, "บริษัทรถไฟหนานหลิ่ง ไม่ใช่ 79 คน")
    assert got.denied == {0} and [item.surface for item in got.unsupported] == ["79 คน"]
