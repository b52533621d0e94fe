"""A fact in its place: unit, predicate, role, likeness to a known name, invented names, lists of keywords,
repetition."""

from __future__ import annotations

import random

import pytest
import regex
from facts_world import WORLD, outputs
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.tasks.newswire.attacks import misspelt
from benchmark.tasks.newswire.values import lexicon
from metrics.coverage import CONTROLLED, score_facts
from metrics.inventory import Inventory
from metrics.records import Example, Fact
from metrics.statements.near_names import NearNames

HURT = Fact("quantity", ("37人",), ("37 ราย", "37 คน"))
DEAD = Fact("quantity", ("12人",), ("12 ราย", "12 คน"))
LOSS = Fact("money", ("5亿元",), ("500 ล้านหยวน",))
GROWTH = Fact("percentage", ("8%",), ("ร้อยละ 8", "8%"))
JOBS = Fact("quantity", ("5400个岗位",), ("5400 ตำแหน่ง", "5400 อัตรา"))
NEWS = Example(
    "n",
    "地震造成12人死亡，37人受伤，损失5亿元。工厂新增5400个岗位，出口增长8%。",
    ("อ้างอิง",),
    (HURT, DEAD, LOSS, GROWTH, JOBS),
    "zh",
    "th",
)
INVENTORY = Inventory([NEWS])


def align(text: str):
    return INVENTORY.align(NEWS, text)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("บาดเจ็บ 37 ราย", 0), ("เจ็บ 37 คน", 0), ("มีผู้บาดเจ็บ 37 ราย", 0), ("ดับ 12 ราย เจ็บ 37 ราย", 0),
        ("37 รายได้รับบาดเจ็บ", 0), ("พบ 37 ราย", 0),
        ("เสียชีวิต 12 ราย", 1), ("คร่าชีวิต 12 คน", 1), ("เสียหาย 500 ล้านหยวน", 2), ("สูญ 500 ล้านหยวน", 2),
        ("ขาดทุน 500 ล้านหยวน", 2),
        ("ส่งออกเพิ่มขึ้นร้อยละ 8", 3), ("ขยายตัวร้อยละ 8", 3), ("จ้างงาน 5400 ตำแหน่ง", 4), ("เพิ่มงาน 5400 อัตรา", 4),
        ("ระดับน้ำสูง พบ 37 ราย", 0),
    ],
)  # fmt: skip
def test_a_number_with_its_own_predicate_or_none_is_stated(text: str, index: int) -> None:
    got = align(text)
    assert got.stated[index] and got.unsupported == ()


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("ดับ 37 ราย", 0), ("เสียชีวิต 37 คน", 0), ("มีผู้เสียชีวิตแล้ว 37 ราย", 0), ("37 รายเสียชีวิต", 0),
        ("สูญหาย 37 คน", 0), ("รอดชีวิต 37 คน", 0),
        ("ไม่มีผู้บาดเจ็บ 37 ราย", 0), ("บาดเจ็บ 12 ราย", 1), ("กำไร 500 ล้านหยวน", 2), ("รายได้ 500 ล้านหยวน", 2),
        ("ส่งออกลดลงร้อยละ 8", 3),
        ("หดตัว 8%", 3), ("เลิกจ้าง 5400 ตำแหน่ง", 4), ("ตกงาน 5400 อัตรา", 4), ("ลดงาน 5400 ตำแหน่ง", 4),
    ],
)  # fmt: skip
def test_a_number_with_the_opposite_predicate_is_false(text: str, index: int) -> None:
    got = align(text)
    assert not got.stated[index]
    assert len(got.unsupported) == 1 and got.supported == ()


@pytest.mark.parametrize(
    "text", ["5400 กิโลกรัม", "5400 หยวน", "5400 คน", "5400 กิโลเมตร", "5400 กล่อง", "5400 คัน", "5400 ลิตร"]
)
def test_a_number_with_another_unit_is_neither_stated_nor_supported(text: str) -> None:
    got = align(text)
    assert not got.stated[4] and [item.surface.split()[0] for item in got.unsupported] == ["5400"]


def test_bare_numbers_and_unknown_units_are_borne_out_by_their_value() -> None:
    assert align("5400").unsupported == () == align("5400 อย่าง").unsupported
    assert align("5400").stated[4] is False


def test_in_tibetan_and_chinese_the_word_behind_the_number_counts() -> None:
    bo = Example(
        "b",
        "12人死亡，37人受伤",
        None,
        (Fact("quantity", ("37人",), ("མི་37",)), Fact("quantity", ("12人",), ("མི་12",))),
        "zh",
        "bo",
    )
    inventory = Inventory([bo])
    assert inventory.align(bo, "མི་12་ཤི་བ་དང་མི་37་རྨས་སྐྱོན་ཕོག").stated == (True, True)
    assert inventory.align(bo, "མི་12་རྨས་སྐྱོན་ཕོག་པ་དང་མི་37་ཤི་རྐྱེན་བྱུང").stated == (False, False)
    zh = Example(
        "z",
        "ดับ 12 ราย เจ็บ 37 ราย",
        None,
        (Fact("quantity", ("37 ราย",), ("37人",)), Fact("quantity", ("12 ราย",), ("12人",))),
        "th",
        "zh",
    )
    inventory = Inventory([zh])
    assert inventory.align(zh, "12人死亡，37名伤者").stated == (True, True)
    assert inventory.align(zh, "37人死亡，12人受伤").stated == (False, False)


# ---- names ---------------------------------------------------------------------------------------------------------

BANK = Fact("organisation", ("北方银行",), ("ธนาคารแห่งเมืองเหนือ",))
OTHER = Fact("organisation", ("南方大学",), ("มหาวิทยาลัยทักษิณาคาร",))
TOWN = Fact("place", ("清迈",), ("เชียงใหม่", "นครเชียงใหม่ฯ"))
SHORT = Fact("place", ("达府",), ("ตาก",))
NAMES = Example("a", "北方银行在清迈", ("x",), (BANK, TOWN, SHORT), "zh", "th")
FOREIGN = Example("b", "南方大学", ("x",), (OTHER,), "zh", "th")
NAMED = Inventory([NAMES, FOREIGN])


@pytest.mark.parametrize(
    "text",
    ["มหาวิทยาลับทักษิณาคาร", "มหาวิทยาลัยทักสิณาคาม", "ธนาคารแห่งเมืองเหมือ", "ธนาคารแห่งเมืองเหนื", "ธนาคาาแห่งเมืองเหนือ", "เชียงไหม่"],
)
def test_a_name_misspelt_by_a_letter_or_two_is_a_wrong_name(text: str) -> None:
    got = NAMED.align(NAMES, f"ข่าว {text} ล่าสุด")
    assert [item.surface for item in got.unsupported] == [text]
    assert got.supported == ()


@pytest.mark.parametrize(
    "text", ["ธนาคารแห่งเมืองเหนือ", "ธนาคารแห่ง เมืองเหนือ", "นครเชียงใหม่", "เชียงใหม่", "ตากแดด", "ตาข่าย", "มากกว่า", "ที่ราบสูง"]
)
def test_names_aliases_and_short_words_are_no_near_names(text: str) -> None:
    assert NAMED.align(NAMES, f"ข่าว {text} ล่าสุด").unsupported == ()


def test_most_misspelt_names_of_the_world_are_caught_and_no_other_name_is() -> None:
    for lang, floor in (("th", 8), ("bo", 12)):
        surfaces = [(e.value.surfaces[lang][0], t) for t in ("person", "organisation", "place") for e in lexicon(t)]
        near, rng = NearNames(surfaces), random.Random(0)
        long = [s for s, _ in surfaces if len(regex.findall(r"\X", s)) >= floor]
        written = [w for s in long if (w := misspelt(s, rng)) != s and w not in long]
        caught = sum(bool(near.find(w, [(0, len(w))])) for w in written)
        assert caught >= 0.95 * len(written), lang
        everything = Example("all", "原文", None, tuple(Fact(t, (), (s,)) for s, t in surfaces), "zh", lang)
        inventory = Inventory([everything])
        assert not [s for s, _ in surfaces if inventory.align(everything, s).unsupported], lang


@pytest.mark.parametrize(
    "text",
    [
        "นายสมปอง ใจกล้า มาถึง", "นางสาวพิมพ์ลดา ศรีกังวาล มา", "ดร.ธีรพงษ์ มา", "บริษัท กังวานไพร จำกัด ลงทุน",
        "ที่จังหวัดวรันฎา", "ร่วมกับ Kessler Dynamics",
        "โดย Marlow Institute", "ในโครงการ “เพชรล้านนา”", "อาคิม โวลคอฟ มาถึง", "เฉินเสี่ยวหมิง กล่าวว่าดี",
    ],
)  # fmt: skip
def test_names_that_nobody_knows_are_unsupported(text: str) -> None:
    assert NAMED.align(NAMES, text).unsupported, text


@pytest.mark.parametrize(
    "text",
    [
        "นายกรัฐมนตรีกล่าวว่า", "ทนายความของบริษัท", "บริษัทระบุว่าจะลงทุน", "ธนาคารกลางประกาศ", "เป็นครั้งแรก",
        "โรงพยาบาลในพื้นที่", "ผู้เชี่ยวชาญกล่าวว่า", "นายจ้างแจ้งว่า",
        "ใช้ AI และ GDP โต", "คุณภาพดี", "เมืองใหญ่หลายแห่ง", "เจ้าหน้าที่เปิดเผยว่า มาแล้ว", "พรรคการเมือง",
        "มหาวิทยาลัยเปิดรับนักศึกษา",
    ],
)  # fmt: skip
def test_common_nouns_are_no_names(text: str) -> None:
    assert NAMED.align(NAMES, text).unsupported == (), text


def test_latin_names_and_quotations_of_the_source_are_no_inventions() -> None:
    one = Example("a", "据 Kessler Dynamics 介绍，“金穗”计划开始", ("x",), (BANK,), "zh", "th")
    assert Inventory([one]).align(one, "Kessler Dynamics เริ่ม “รวงทอง”").unsupported == ()


# ---- roles, repetition, lists ----------------------------------------------------------------------------------------

SUES = Fact("event", ("起诉",), ("ยื่นฟ้อง",))
A, B = Fact("organisation", ("甲公司",), ("บริษัทหนึ่งทอง",)), Fact("organisation", ("乙公司",), ("ธนาคารสองเงิน",))
CLAUSE = Fact("relation", ("甲公司起诉乙公司",), ("บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน",))
SUIT = Example(
    "s",
    "甲公司起诉乙公司，称37人受伤",
    ("บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน เจ็บ 37 ราย",),
    (SUES, A, B, CLAUSE, HURT),
    "zh",
    "th",
)
COURT = Inventory([SUIT])


def test_roles_exchanged_or_doubled_are_unsupported() -> None:
    right = COURT.align(SUIT, "บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน")
    assert (right.stated[:4], right.unsupported) == ((True,) * 4, ())
    exchanged = COURT.align(SUIT, "ธนาคารสองเงินยื่นฟ้องบริษัทหนึ่งทอง")
    assert not exchanged.stated[3] and [item.type for item in exchanged.unsupported] == ["relation"]
    doubled = COURT.align(SUIT, "บริษัทหนึ่งทองยื่นฟ้องบริษัทหนึ่งทอง")
    assert not doubled.stated[3] and sorted(item.type for item in doubled.unsupported) == ["organisation", "relation"]


def test_an_item_repeated_beyond_what_source_and_reference_hold_is_unsupported_once() -> None:
    text = "บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน"
    assert COURT.align(SUIT, " ".join([text] * 3)).unsupported == ()
    four = COURT.align(SUIT, " ".join([text] * 4))
    assert sorted(item.type for item in four.unsupported) == ["event", "organisation", "organisation"]
    assert len(four.supported) == 4, "saying it again is no further support"


def test_a_list_of_keywords_states_names_but_no_event_and_no_number_without_its_predicate() -> None:
    got = COURT.align(SUIT, "ยื่นฟ้อง 37 ราย ธนาคารสองเงิน บริษัทหนึ่งทอง")
    assert got.stated == (False, True, True, False, False)
    assert got.unsupported == ()
    padded = COURT.align(SUIT, "ยื่นฟ้อง 37 ราย ธนาคารสองเงิน บริษัทหนึ่งทอง และอื่น ๆ อีกมากมาย")
    assert padded.stated == got.stated, "padding makes no sentence of a list"


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("พนักงานในบริษัทหนึ่งทอง ยื่นฟ้อง 37 ราย ธนาคารสองเงิน", (True, True, True)),  # the name ends a sentence
        ("พนักงานที่บริษัทหนึ่งทอง ยื่นฟ้อง 37 ราย ธนาคารสองเงิน", (True, True, True)),  # behind a mark of tone
        ("37 ราย บริษัทหนึ่งทองยื่นฟ้องธนาคารสองเงิน", (True, True, True)),  # behind the number, a sentence
        ("บริษัทหนึ่งทอง ยื่นฟ้อง 37 ราย ธนาคารสองเงิน", (False, True, True)),  # four bare items
        ("ใน 37 ราย ยื่นฟ้อง บริษัทหนึ่งทอง ธนาคารสองเงิน", (False, True, True)),  # only a name ends a sentence
    ],
)
def test_the_end_of_a_sentence_and_a_sentence_of_names_and_event_are_no_keywords(
    text: str, stated: tuple[bool, bool, bool]
) -> None:
    got = COURT.align(SUIT, text)
    assert got.stated[:3] == stated
    assert got.unsupported == ()


def test_a_counted_number_is_read_inside_a_longer_surface_of_another_example_but_a_place_in_a_name_is_not() -> None:
    lines = Example("l", "29条生产线", ("x",), (Fact("quantity", ("29条",), ("29 สาย",)), TOWN), "zh", "th")
    other = Example(
        "o",
        "x",
        ("x",),
        (
            Fact("quantity", ("29条生产线",), ("สายการผลิต 29 สาย",)),
            Fact("organisation", ("清迈大学",), ("มหาวิทยาลัยเชียงใหม่",)),
        ),
        "zh",
        "th",
    )
    got = Inventory([lines, other]).align(lines, "สายการผลิต 29 สาย ของมหาวิทยาลัยเชียงใหม่")
    assert got.stated == (True, False)
    assert [item.type for item in got.unsupported] == ["organisation"]


# ---- padding ---------------------------------------------------------------------------------------------------------

LONG = "ก" * 60
PADDING = [
    *sorted({s for one in WORLD for fact in one.facts or () for s in fact.target}), "และ", "37", "99 คัน", "ปี 2562",
    "ไม่เป็นความจริง", "แต่เป็น", "นายสมปอง ใจกล้า",
    "มหาวิทยาลัยเชียงไหม่", "ข่าวนี้", "“ใหม่”", "Kessler", "กล่าวว่า", "บริษัท", "เสียชีวิต", "ล้าน",
]  # fmt: skip


@settings(max_examples=150)
@given(outputs(), st.lists(st.lists(st.sampled_from(PADDING), max_size=5).map(" ".join), min_size=3, max_size=3))
def test_padding_true_or_false_never_raises_what_is_length_controlled(texts: list[str], padding: list[str]) -> None:
    inventory = Inventory(WORLD)
    full = [f"{text} {LONG}" for text in texts]
    padded = [f"{text} {more}" for text, more in zip(full, padding, strict=True)]
    before, after = ({s.metric: s.value() for s in score_facts(WORLD, t, inventory)} for t in (full, padded))
    for name in CONTROLLED:
        key = f"{name}.length_controlled"
        assert (after[key] or 0.0) <= (before[key] or 0.0) + 1e-12, key
