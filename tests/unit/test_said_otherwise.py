"""What a fact says, written as no surface of it is: amounts in words and other measures, and Tibetan clauses in another
order. Each with what is something else."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact

_FACTS = {
    "bo": (
        Fact("percentage", ("16%",), ("བརྒྱ་ཆ་16",)),
        Fact("quantity", ("36公斤",), ("སྤྱི་རྒྱ་36",)),
        Fact("date", ("2月26日",), ("ཟླ་བ་གཉིས་པའི་ཚེས་26",)),
        Fact("quantity", ("刑期15年",), ("ལོ་15",)),
        Fact("quantity", ("14颗卫星",), ("འཁོར་སྐར་14",)),
        Fact("quantity", ("1.7万例",), ("ནད་པ་ཁྲི་1.7",)),
        Fact("money", ("800亿美元",), ("ཨ་སྒོར་དུང་ཕྱུར་800",)),
        Fact("event", ("2024年大选",), ("2024ལོའི་འོས་བསྡུ",)),
    ),
    "th": (
        Fact("percentage", ("16%",), ("16%",)),
        Fact("quantity", ("36公斤",), ("36 กิโลกรัม",)),
        Fact("date", ("2月26日",), ("26 กุมภาพันธ์",)),
        Fact("quantity", ("5%至7%",), ("5% ถึง 7%",)),
    ),
}
_OTHER = Example(
    "b", "x", None, (Fact("quantity", ("17000人",), ("མི་17000",)), Fact("place", ("美国",), ("ཨ་རི",))), "zh", "bo"
)


def numbers(lang: str, text: str) -> Alignment:
    example = Example("a", "x", None, _FACTS[lang], "zh", lang)
    return Inventory([example, _OTHER]).align(example, text)


@pytest.mark.parametrize(
    ("lang", "text", "index"),
    [
        ("bo", "བརྒྱ་ཆ་བཅུ་དྲུག་འཕར", 0), ("bo", "16%འཕར", 0), ("bo", "སྤྱི་རྒྱ་སོ་དྲུག", 1), ("bo", "རྒྱ་མ་72", 1),
        ("bo", "ཀི་ལོ་༣༦", 1),
        ("bo", "ཟླ་2པའི་ཚེས་ཉེར་དྲུག", 2), ("bo", "ལོ་བཅོ་ལྔ", 3), ("bo", "འཁོར་སྐར་བཅུ་བཞི", 4), ("bo", "མི་17,000", 5),
        ("bo", "ནད་པ་ཁྲི་གཅིག་དང་སྟོང་བདུན", 5), ("bo", "ཨ་རིའི་སྒོར་དུང་ཕྱུར་800", 6),
        ("th", "เพิ่มสิบหกเปอร์เซ็นต์", 0), ("th", "หนัก 36 กก.", 1), ("th", "วันที่ 26 ก.พ.", 2),
    ],
)  # fmt: skip
def test_an_amount_in_other_words_states_its_fact(lang: str, text: str, index: int) -> None:
    got = numbers(lang, text)
    assert got.stated[index] and sum(got.stated) == 1 and got.unsupported == ()


@pytest.mark.parametrize(
    ("lang", "text", "unsupported"),
    [
        ("bo", "བརྒྱ་ཆ་བཅུ་བདུན་འཕར", 1), ("bo", "སྤྱི་རྒྱ་སོ་བདུན", 1), ("bo", "རྒྱ་མ་36", 1), ("bo", "ཟླ་2པའི་ཚེས་ཉེར་ལྔ", 1),
        ("bo", "ཟླ་2པའི་ནང", 0), ("bo", "2024ལོ", 0),
        ("bo", "ཟླ་བ་བཅོ་ལྔ", 1), ("bo", "མི་18,000", 1), ("bo", "ཨ་རིའི་སྒོར་དུང་ཕྱུར་900", 1), ("bo", "ཨ་རི", 1),
        ("th", "เพิ่มสิบเจ็ดเปอร์เซ็นต์", 1), ("th", "36 กิโลเมตร", 1), ("th", "เพิ่มห้าเปอร์เซ็นต์", 0),
    ],
)  # fmt: skip
def test_another_amount_states_none(lang: str, text: str, unsupported: int) -> None:
    got = numbers(lang, text)
    assert not any(got.stated) and len(got.unsupported) == unsupported


_VERBS = {
    "sue": "{A}་གིས་{B}་ལ་ཞུ་གཏུག",
    "buy": "{A}་གིས་{B}་ཉོ་སྒྲུབ",
    "beat": "{A}་གིས་{B}་ཕམ་པར་བྱས",
    "sign": "{A}་དང་{B}་གིས་གྲོས་མཐུན་བཞག",
}
_NAMES = {"A": "བྱང་ཕྱོགས་དངུལ་ཁང", "B": "གཙང་པོ་ཀུང་སི"}


def clause(verb: str, text: str) -> Alignment:
    said = _VERBS[verb].format(**_NAMES)
    event = {"sue": "ཞུ་གཏུག", "buy": "ཉོ་སྒྲུབ", "beat": "ཕམ་པར་བྱས", "sign": "གྲོས་མཐུན་བཞག"}[verb]
    facts = (
        Fact("relation", ("甲乙",), (said,)),
        Fact("event", ("告",), (event,)),
        Fact("organisation", ("甲",), (_NAMES["A"],)),
        Fact("organisation", ("乙",), (_NAMES["B"],)),
        Fact("money", ("49亿元",), ("མི་དམངས་ཤོག་སྒོར་དུང་ཕྱུར་49",)),
    )
    example = Example("e", "甲乙", None, facts, "zh", "bo")
    return Inventory([example]).align(example, text.format(**_NAMES))


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("sue", "{B}་ནི་{A}་ཡིས་ཞུ་གཏུག་བྱས"),
        ("buy", "{B}་ནི་{A}་གིས་ཉོ་སྒྲུབ་བྱས"),
        ("buy", "{A}་གིས་སྒོར་དུང་ཕྱུར་49སྤྲད་དེ་{B}་ཉོ་སྒྲུབ་བྱས"),
        ("buy", "{A}་ལ་{B}་བཙོངས"),
        ("beat", "{A}་ལ་{B}་ཕམ"),
        ("sign", "{B}་དང་{A}་གཉིས་ཀྱིས་གྲོས་མཐུན་བཞག"),
        ("sign", "{A}་དང་{B}་གཉིས་ཀས་ཚོང་དོན་གྲོས་མཐུན་བཞག"),
        ("sign", "{A}་དང་{B}་གིས་སྒོར་དུང་ཕྱུར་49ཅན་གྱི་གྲོས་མཐུན་བཞག"),
    ],
)
def test_a_tibetan_clause_in_another_order_states_the_relation(verb: str, text: str) -> None:
    got = clause(verb, text)
    assert got.stated[0] and got.unsupported == ()


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("sue", "{A}་ནི་{B}་ཡིས་ཞུ་གཏུག་བྱས"),
        ("buy", "{A}་ནི་{B}་གིས་ཉོ་སྒྲུབ་བྱས"),
        ("buy", "{B}་གིས་སྒོར་དུང་ཕྱུར་49སྤྲད་དེ་{A}་ཉོ་སྒྲུབ་བྱས"),
        ("buy", "{B}་ལ་{A}་བཙོངས"),
        ("beat", "{B}་ལ་{A}་ཕམ"),
        ("sign", "{A}་དང་{B}་གཉིས་ཀྱིས་གྲོས་མཐུན་མ་བཞག"),
    ],
)
def test_exchanged_or_denied_it_states_none(verb: str, text: str) -> None:
    got = clause(verb, text)
    assert not got.stated[0] and len(got.unsupported) >= 1


def test_what_the_source_denies_may_be_denied_in_other_words() -> None:
    said = "{A}་གིས་{B}་ཉོ་སྒྲུབ་བྱེད་རྒྱུ་མེད".format(**_NAMES)
    facts = (
        Fact("event", ("否认收购",), ("ཉོ་སྒྲུབ་བྱེད་རྒྱུ་མེད",)),
        Fact("relation", ("甲否认收购乙",), (said,)),
        Fact("organisation", ("甲",), (_NAMES["A"],)),
        Fact("organisation", ("乙",), (_NAMES["B"],)),
    )
    denies = Example("e", "甲否认收购乙", None, facts, "zh", "bo")
    other = Example(
        "f", "x", None, (Fact("event", ("收购",), ("ཉོ་སྒྲུབ",)), Fact("event", ("地震",), ("ས་ཡོམ",))), "zh", "bo"
    )
    inventory = Inventory([denies, other])
    got = inventory.align(denies, "{A}་གིས་{B}་ཉོ་སྒྲུབ་མི་བྱེད་པར་གསལ་བཤད".format(**_NAMES))
    assert got.stated[2] and got.stated[3] and got.unsupported == ()
    wrong = inventory.align(denies, "{A}་གིས་{B}་ཉོ་སྒྲུབ་བྱེད་པ".format(**_NAMES))
    assert [item.surface for item in wrong.unsupported] == ["ཉོ་སྒྲུབ"]
    assert [item.surface for item in inventory.align(denies, "ས་ཡོམ་མ་བྱུང").unsupported] == ["ས་ཡོམ"]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("དོགས་ཅན་པ་ཉེར་བདུན་འཛིན་བཟུང་།", True),
        ("དོགས་གཞི་ཅན་ 27 འཛིན་བཟུང་།", True),
        ("སྡོད་དམངས་ཉེར་བདུན་", True),
        ("སྒམ་ཉེར་བདུན་", False),
        ("དོགས་ཅན་པ་ཉེར་བརྒྱད་", False),
    ],
)
def test_words_for_people_count_people(text: str, stated: bool) -> None:
    example = Example("p", "27人", None, (Fact("quantity", ("27人",), ("མི་27",)),), "zh", "bo")
    assert Inventory([example]).align(example, text).stated == (stated,)
