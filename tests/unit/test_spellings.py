"""Thai names of persons without their inner blank, and sums without the blank behind the number."""

from __future__ import annotations

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact

WHO = Fact("person", ("何丽华",), ("เหอ ลี่หวา",))
SUM, MORE = Fact("money", ("3700万元",), ("37 ล้านหยวน",)), Fact("money", ("60亿铢",), ("6,000 ล้านบาท",))
PLACE = Fact("place", ("新港",), ("ซิน กั่ง",))
EXAMPLE = Example("e", "何丽华在新港投资3700万元和60亿铢", None, (WHO, SUM, MORE, PLACE), "zh", "th")
INVENTORY = Inventory([EXAMPLE])


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("เหอลี่หวา ลงทุน", 0),
        ("เหอ-ลี่หวา ลงทุน", 0),
        ("นางเหอลี่หวา ลงทุน", 0),
        ("ลงทุน 37ล้านหยวน", 1),
        ("ลงทุน 6000ล้านบาท", 2),
        ("ลงทุน 6,000ล้านบาท", 2),
    ],
)
def test_another_spacing_is_the_same_surface(text: str, index: int) -> None:
    got = INVENTORY.align(EXAMPLE, text)
    assert got.stated[index] and got.n_stated == 1 and got.unsupported == ()


def test_other_names_and_sums_stay_others() -> None:
    assert INVENTORY.align(EXAMPLE, "ลงทุน 37ล้านบาท").n_stated == 0
    assert INVENTORY.align(EXAMPLE, "ซินกั่ง").n_stated == 0, "a place has its blank"


def test_known_items_are_those_that_are_listed() -> None:
    both = Fact("person", ("何丽华",), ("เหอ ลี่หวา", "เหอลี่หวา"))
    assert (
        Inventory([Example("e", "x", None, (both,), "zh", "th")]).fingerprint
        != Inventory([Example("e", "x", None, (WHO,), "zh", "th")]).fingerprint
    )
