"""What is said of a number: phrases of another kind of event around a right number, and what an output may say that the
source says in other words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from benchmark.tasks import load_task
from metrics.inventory import Inventory
from metrics.normalise import normalise
from metrics.numbers import extract_numbers
from metrics.records import Example, Fact
from metrics.statements import predicates
from metrics.statements.heard import Heard
from metrics.statements.negation import NONE
from metrics.statements.predicates import classes_of, excluded

LIES = {
    "คน": {
        "ดับ": ("earthquake", "factory_fire"),
        "ติดเชื้อ": ("epidemic", "heatwave", "train_derailment"),
        "รวบตัว": ("drug_seizure",),
        "อพยพแล้ว": ("flood",),
    },
    "money": {
        "พิษขาดทุน": ("layoffs", "flood"),
        "พร้อมปรับ": ("verdict",),
        "เรียกค่าเสียหาย": ("lawsuit",),
    },
    "%": {"หลังหุ้นแกว่ง": ("acquisition_denied",), "ขอขึ้นค่าจ้าง": ("strike",)},
}
"""Kind of number -> phrase -> the kinds of events that it is true of."""


def lies(examples: list[Example]) -> Iterator[tuple[Example, str]]:
    """Titles with the phrase before a number exchanged for one of another kind of event."""
    for example in examples:
        title = example.reference[0]  # type: ignore[index]
        for fact in (fact for fact in example.facts or () if fact.salient):
            for surface in (s for s in fact.target if s in title):
                kind = "money" if fact.type == "money" else "%" if surface.endswith("%") else "คน"
                place = re.search(rf"(?:^|(?<= ))[ก-๙]{{2,15}} {re.escape(surface)}(?= |$)", title)
                if place is None or (kind == "คน" and not surface.endswith((" คน", " ราย"))):
                    continue
                for phrase, frames in LIES[kind].items():
                    if example.meta["frame"] not in frames:
                        yield example, f"{title[: place.start()]}{phrase} {surface}{title[place.end() :]}"


def test_a_phrase_of_another_kind_of_event_around_a_right_number_is_seen() -> None:
    examples = list(load_task("newswire-title@2").load("dev"))
    inventory = Inventory(examples)
    made = list(lies(examples))
    seen = [bool(inventory.align(example, text).unsupported) for example, text in made]
    assert len(made) > 300
    assert sum(seen) >= 0.9 * len(made), [m[1] for m, s in zip(made, seen, strict=True) if not s][:20]


def test_a_word_before_the_next_number_is_said_of_that_one() -> None:
    text = normalise("ช่วยแล้ว 37 คน ดับ 12 ราย")
    said = classes_of(text, "th", extract_numbers(text, "th"), NONE)
    assert said == [{}, {"casualty": frozenset({"dead"})}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("จับกุม 47 คน หลังอู่ฮั่นร้อนจัด", True),
        ("จับกุม 47 คน จุดตรวจเหนือ", True),
        ("จับกุม 47 คน ครั้งใหญ่", True),
        ("จับกุม 47 คนขบวนการค้ายา", True),
        ("จับกุม 47 หลัง", False),
        ("จับกุม 47 ขบวน", False),
    ],
)
def test_people_are_people_whatever_begins_behind_them(text: str, said: bool) -> None:
    found = classes_of(normalise(text), "th", extract_numbers(normalise(text), "th"), NONE)
    assert [m.get("casualty") for m in found] == [frozenset({"arrested"}) if said else None]


@pytest.mark.parametrize(
    ("source", "reference", "name", "lacking"),
    [
        ("现场有8800人。", "แฟนบอล 8,800 คน", "dead", True),
        ("现场有8800人，灾害夺去多人生命。", "แฟนบอล 8,800 คน", "dead", False),
        ("现场有8800人。", "ดับ 8,800 คน", "dead", False),
        ("现场有8800人。", "แฟนบอล 8,800 คน", "up", False),  # not grave
        ("现场有8800人。", "แฟนบอล 8,800 คน", "staff", False),
    ],
)
def test_a_grave_class_is_lacking_where_neither_source_nor_reference_speaks_of_it(
    source: str, reference: str, name: str, lacking: bool
) -> None:
    assert Heard(source, "zh", [reference], "th").lacks(name) == lacking


@pytest.mark.parametrize(
    ("source", "reference", "text", "lacking"),
    [
        ("北方公司股价波动6%。", "หุ้นแกว่ง 6%", "หุ้นพุ่ง 6%", True),
        ("北方公司股价变动6%。", "หุ้นแกว่ง 6%", "หุ้นร่วง 6%", True),
        ("疫苗有效率为84%。", "ป้องกันได้ 84%", "ลดลง 84%", True),
        ("疫苗有效率为84%。", "ป้องกันได้ 84%", "ลดความเสี่ยงติดเชื้อ 84%", False),
        ("北方公司股价走强6%。", "หุ้นแกว่ง 6%", "หุ้นพุ่ง 6%", False),
        ("北方公司股价回调6%。", "หุ้นแกว่ง 6%", "หุ้นร่วง 6%", False),
        ("北方公司股价变动6%。", "หุ้นพุ่ง 6%", "หุ้นเพิ่มขึ้น 6%", False),
    ],
)
def test_a_share_has_not_risen_or_fallen_where_nothing_says_so(
    source: str, reference: str, text: str, lacking: bool
) -> None:
    number = re.search("[0-9]+%", text)[0]  # type: ignore[index]
    example = Example("x", source, (reference,), (Fact("percentage", (number,), (number,)),), "zh", "th")
    assert bool(Inventory([example]).align(example, text).unsupported) == lacking


def test_a_toll_soars_in_a_headline() -> None:
    example = Example("x", "地震中79人受伤。", ("เจ็บ 79 คน",), (Fact("quantity", ("79人",), ("79 คน",)),), "zh", "th")
    assert not Inventory([example]).align(example, "ยอดเจ็บพุ่ง 79 คน").unsupported


@pytest.mark.parametrize("lang", ["th", "bo", "lo", "vi"])
def test_nothing_is_lacking_in_a_source_of_a_language_without_hints(lang: str) -> None:
    heard = Heard("8800", lang, [], "th")
    assert not any(heard.lacks(name) for name in predicates.compatible())
    example = Example("x", "8800", ("8800",), (Fact("quantity", ("8800",), ("8800 คน",)),), lang, "th")
    assert Inventory([example]).align(example, "ดับ 8800 คน").unsupported == ()


def test_a_plain_word_beside_a_fitting_one_excludes_nothing() -> None:
    fine, spend, loss = frozenset({"fine"}), frozenset({"spend", "fine"}), frozenset({"spend", "loss"})
    assert not excluded({"money": spend}, {"money": fine})
    assert excluded({"money": loss}, {"money": fine})
    assert excluded({"who": frozenset({"staff"})}, {"casualty": frozenset({"dead"})})
    assert not excluded(
        {"who": frozenset({"staff"}), "casualty": frozenset({"dead"})}, {"casualty": frozenset({"dead"})}
    )


def test_every_class_has_its_group_its_words_and_companions_that_exist() -> None:
    table = predicates.table("predicates")
    names = {entry["name"] for entry in table["class"]}
    assert len(names) == len(table["class"])
    for entry in table["class"]:
        assert entry["group"] in table["groups"] and entry["th"] and entry["zh"]
        assert set(entry.get("with", ())) <= names | {"deficit"}
        assert not (entry.get("plain") and entry.get("hint"))
        assert all(hint == hint.lower() for pieces in entry.get("hint", {}).values() for hint in pieces)
