"""Roles exchanged in other words than those of the listed relation: auxiliaries, passives, Tibetan case particles."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_WORDS = {
    "th": ("ยื่นฟ้อง", "ธนาคารเหนือ", "บริษัทแม่น้ำยาว", "{}ยื่นฟ้อง{}"),
    "zh": ("起诉", "北方银行", "长河公司", "{}起诉{}"),
    "bo": ("ཞུ་གཏུག", "བྱང་ཕྱོགས་དངུལ་ཁང", "གཙང་པོ་ཀུང་སི", "{}་གིས་{}་ལ་ཞུ་གཏུག"),
}


def align(lang: str, text: str) -> Alignment:
    verb, a, b, clause = _WORDS[lang]
    facts = (
        Fact("event", ("告",), (verb,)),
        Fact("organisation", ("甲",), (a,)),
        Fact("organisation", ("乙",), (b,)),
        Fact("relation", ("甲告乙",), (clause.format(a, b),)),
    )
    example = Example("e", "甲告乙", None, facts, "zh" if lang != "zh" else "th", lang)
    return Inventory([example]).align(example, text.format(A=a, B=b))


_WRONG = [
    ("th", "{B}ยื่นฟ้อง{A}"), ("th", "{B}ได้ยื่นฟ้อง{A}"), ("th", "{B} จะยื่นฟ้อง {A}"), ("th", "{B}เตรียมยื่นฟ้อง{A}"),
    ("th", "{B}กำลังจะยื่นฟ้อง{A}"), ("th", "{B}ยื่นฟ้องต่อ{A}"), ("th", "{B}ได้ยื่นฟ้องต่อ {A}"), ("th", "{B}ฟ้อง{A}"),
    ("th", "{A}ถูก{B}ฟ้อง"), ("th", "{A} ถูก {B} ยื่นฟ้อง"), ("th", "{A}ได้ถูก{B}ยื่นฟ้อง"), ("th", "{A}โดน{B}ฟ้อง"),
    ("zh", "{B}起诉{A}"), ("zh", "{B}已正式起诉{A}"), ("zh", "{B}起诉了{A}"), ("zh", "{A}被{B}起诉"),
    ("zh", "{A}已遭{B}起诉"), ("zh", "{B}对{A}起诉"),
    ("bo", "{B}་ཡིས་{A}་ལ་ཞུ་གཏུག་བྱས"), ("bo", "{B}ས་{A}་ལ་ཞུ་གཏུག་བྱས"), ("bo", "{A}་ལ་{B}་ཡིས་ཞུ་གཏུག་བྱས"),
    ("bo", "{A}་གིས་{A}་ལ་ཞུ་གཏུག་བྱས"), ("bo", "{B} གིས་ {A} ལ་ ཞུ་གཏུག་བྱས"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), _WRONG)
def test_roles_exchanged_in_other_words_are_one_false_relation(lang: str, text: str) -> None:
    got = align(lang, text)
    assert not got.stated[3]
    assert [item.type for item in got.unsupported] == ["relation"], text


_RIGHT = [
    ("th", "{A}ได้ยื่นฟ้อง{B}"), ("th", "{A}ยื่นฟ้องต่อ{B}"), ("th", "{B}ถูก{A}ฟ้อง"), ("th", "{B} ถูก {A} ยื่นฟ้อง"),
    ("th", "{B}โดน{A}ยื่นฟ้อง"), ("th", "{B} ที่{A}ยื่นฟ้อง"), ("th", "{B}และ{A}"), ("th", "{B} หลัง{A}ยื่นฟ้อง"),
    ("zh", "{A}已起诉{B}"), ("zh", "{B}被{A}起诉"), ("zh", "{A}对{B}起诉"), ("zh", "{B}与{A}"), ("zh", "起诉{B}的{A}"),
    ("bo", "{A}་གིས་{B}་ལ་ཞུ་གཏུག་བྱས"), ("bo", "{B}་ལ་{A}་གིས་ཞུ་གཏུག་བྱས"), ("bo", "{B}་དང་{A}་གིས་ཞུ་གཏུག"),
    ("bo", "{B}་ཡིས་བཤད་དོན། {A}་ལ་བསྔགས"), ("bo", "{B}་ལ་{A}་གིས་བསྔགས"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), _RIGHT)
def test_roles_in_their_places_are_no_false_relation(lang: str, text: str) -> None:
    assert align(lang, text).unsupported == (), text


def test_who_did_not_do_it_is_no_exchange() -> None:
    assert "relation" not in [item.type for item in align("th", "{B}ไม่ได้ยื่นฟ้อง{A}").unsupported]
    assert "relation" not in [item.type for item in align("bo", "{B}་ཡིས་{A}་ལ་ཞུ་གཏུག་མ་བྱས").unsupported]


_SAID = [
    ("th", "{A} ยื่นฟ้อง{B}"), ("th", "{A} ยื่นฟ้อง {B}"), ("th", "{A}ได้ยื่นฟ้อง{B}"), ("th", "{A}เตรียมยื่นฟ้อง{B}"),
    ("th", "{A}ประกาศฟ้อง{B}"), ("th", "{A} จะยื่นฟ้องต่อ{B}"), ("th", "{B}ถูก{A}ฟ้อง"), ("th", "{B} ถูก {A} ยื่นฟ้อง"),
    ("zh", "{A}已起诉{B}"), ("zh", "{B}被{A}起诉"), ("zh", "{A}对{B}起诉"),
    ("bo", "{A}་ཀྱིས་{B}་ལ་ཞུ་གཏུག་བྱས"), ("bo", "{B}་ལ་{A}་གིས་ཞུ་གཏུག་བྱས"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), _SAID)
def test_a_relation_in_its_roles_is_stated_in_other_words(lang: str, text: str) -> None:
    got = align(lang, text)
    assert got.stated[1:] == (True,) * 3 and got.unsupported == ()
    assert [item.type for item in got.supported].count("relation") == 1


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("th", "{A}ไม่ได้ยื่นฟ้อง{B}"), ("th", "{A}อาจยื่นฟ้อง{B}"), ("th", "{A} หวิดยื่นฟ้อง {B}"), ("th", "{A} และ {B} ยื่นฟ้อง"),
        ("th", "ยื่นฟ้อง {A} {B}"), ("bo", "{A}་གིས་{B}་ལ་ཞུ་གཏུག་མ་བྱས"), ("zh", "{A}计划起诉{B}"), ("zh", "{A}没有起诉{B}"),
    ],
)  # fmt: skip
def test_what_is_denied_or_left_open_or_only_listed_states_no_relation(lang: str, text: str) -> None:
    assert not align(lang, text).stated[3]


def test_a_list_of_keywords_in_the_order_of_the_clause_states_no_relation() -> None:
    facts = (
        Fact("event", ("告",), ("ยื่นฟ้อง",)),
        Fact("organisation", ("甲",), ("ธนาคารเหนือ",)),
        Fact("organisation", ("乙",), ("บริษัทแม่น้ำยาว",)),
        Fact("relation", ("甲告乙",), ("ธนาคารเหนือยื่นฟ้องบริษัทแม่น้ำยาว",)),
        Fact("place", ("清迈",), ("เชียงใหม่",)),
    )
    example = Example("e", "甲告乙", None, facts, "zh", "th")
    inventory = Inventory([example])
    assert not inventory.align(example, "เชียงใหม่ ธนาคารเหนือ ยื่นฟ้อง บริษัทแม่น้ำยาว").stated[3]
    assert inventory.align(example, "ที่เชียงใหม่นั้น ธนาคารเหนือ ยื่นฟ้อง บริษัทแม่น้ำยาว").stated[3]
    assert inventory.align(example, "ธนาคารเหนือยื่นฟ้องบ.แม่น้ำยาว").stated[3], "a class word shortened"
    assert inventory.align(example, "ธนาคารเหนือยื่นฟ้องบมจ.แม่น้ำยาว").stated[2:4] == (True, True)
