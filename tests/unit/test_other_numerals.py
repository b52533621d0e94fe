"""A number that no surface lists is stated by its exact value, with a counting word of the fact's own family."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

HURT, DEAD = Fact("quantity", ("79人",), ("79 ราย", "79 คน")), Fact("quantity", ("3人",), ("3 ราย",))
SUM, JOBS = Fact("money", ("3.7万元",), ("37,000 หยวน",)), Fact("quantity", ("5400个岗位",), ("5,400 ตำแหน่ง",))
EXAMPLE = Example("e", "79人受伤，3人死亡，损失3.7万元，新增5400个岗位", ("x",), (HURT, DEAD, SUM, JOBS), "zh", "th")
INVENTORY = Inventory([EXAMPLE])


def align(text: str) -> Alignment:
    return INVENTORY.align(EXAMPLE, text)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("บาดเจ็บเจ็ดสิบเก้าคน", 0),
        ("79 ชีวิต", 0),
        ("บาดเจ็บ 79 ชีวิต", 0),
        ("ดับ 3 ศพ", 1),
        ("3 คน เสียชีวิต", 1),
        ("เสียหาย 3.7 หมื่นหยวน", 2),
        ("จ้างงาน 5400 อัตรา", 3),
    ],
)
def test_another_writing_of_a_number_states_it(text: str, index: int) -> None:
    got = align(text)
    assert got.stated[index] and got.n_stated == 1 and got.unsupported == ()


@pytest.mark.parametrize("text", ["79", "79 อย่าง", "เจ็ดสิบเก้า", "หลายสิบคน", "79 กว่าคน", "คนที่ 79", "3.7 หมื่น"])
def test_a_bare_or_vague_number_states_nothing(text: str) -> None:
    assert align(text).n_stated == 0


@pytest.mark.parametrize(
    "text", ["79-159 ชีวิต", "เจ็บ 79 หรือ 82 ชีวิต", "79 ตำแหน่ง", "ดับ 79 ชีวิต", "เกือบ 79 ชีวิต", "5400 ชีวิต", "3.7 หมื่นบาท"]
)
def test_ranges_and_other_units_bounds_predicates_and_currencies_state_nothing(text: str) -> None:
    got = align(text)
    assert got.n_stated == 0 and got.unsupported
