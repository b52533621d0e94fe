"""What a text states: leftmost-longest surfaces, whole numbers, whole written words."""

from __future__ import annotations

import pytest
from facts_world import BANGKOK, CASES, CHIANG_MAI, COUNTER, COURT, MARCH, RAIN, WORLD, example, outputs
from hypothesis import given

from metrics.inventory import Alignment, Inventory
from metrics.matching import SurfaceMatcher, may_begin, may_end
from metrics.normalise import normalise
from metrics.records import Example, Fact

INVENTORY = Inventory(WORLD)


def surfaces(items: tuple) -> list[str]:
    return [item.surface for item in items]


def stated(alignment: Alignment, one: Example) -> list[str]:
    return [fact.type for fact, said in zip(one.facts or (), alignment.stated, strict=True) if said]


def test_a_place_inside_a_university_is_no_place_mention() -> None:
    got = INVENTORY.align(COURT, "หวัง เจี้ยนกั๋ว ยื่นฟ้องมหาวิทยาลัยเชียงใหม่ 37 ราย เหตุน้ำท่วม")
    assert stated(got, COURT) == ["person", "organisation", "event", "quantity", "relation"]
    assert surfaces(got.unsupported) == ["น้ำท่วม"]
    assert sorted(item.type for item in got.supported) == ["event", "organisation", "person", "quantity", "relation"]


def test_an_item_counts_once_by_whatever_alias() -> None:
    got = INVENTORY.align(COURT, "นายหวัง หวัง เจี้ยนกั๋ว นายหวัง กรุงเทพฯ กรุงเทพ น้ำท่วม น้ำท่วม")
    assert surfaces(got.supported) == ["นายหวัง", "กรุงเทพฯ"]
    assert surfaces(got.unsupported) == ["น้ำท่วม"]
    foreign = INVENTORY.align(RAIN, "นายหวัง กับ หวัง เจี้ยนกั๋ว และ มช.")
    assert surfaces(foreign.unsupported) == ["นายหวัง", "มช."]


def test_roles_carry_the_meaning_of_a_relation() -> None:
    text = "มหาวิทยาลัยเชียงใหม่ยื่นฟ้องหวัง เจี้ยนกั๋ว"
    assert "relation" not in stated(INVENTORY.align(COURT, text), COURT)
    assert [item.type for item in INVENTORY.align(COURT, text).unsupported] == ["relation"]
    assert stated(INVENTORY.align(COUNTER, text), COUNTER) == ["person", "organisation", "event", "relation"]


def test_clauses_are_matched_apart_from_what_they_hold() -> None:
    got = INVENTORY.align(RAIN, "ฝนตกหนักในเชียงใหม่")
    assert stated(got, RAIN) == ["place", "cause"]
    assert [(span.type, span.surface) for span in got.spans] == [("cause", "ฝนตกหนักในเชียงใหม่"), ("place", "เชียงใหม่")]


@pytest.mark.parametrize(
    "text",
    ["137 ราย", "3.37 ราย", "137", "3.7", "3700", "37 ล้าน ราย", "37%", "ร้อยละ 37", "1,037 ราย", "37.5 ราย", "๑๓๗ ราย"],
)
def test_a_number_never_matches_inside_a_longer_one(text: str) -> None:
    bare = Inventory([one := example("n", Fact("quantity", ("37",), ("37", "37 ราย")))])
    assert bare.align(one, text).stated == (False,)
    assert len(bare.align(one, text).unsupported) == 1


@pytest.mark.parametrize("text", ["37", "๓๗", "37 ราย", "ตาย 37.", "(37)", "37, 38", "37ราย", "มี37คน"])
def test_a_whole_number_does_match(text: str) -> None:
    bare = Inventory([one := example("n", Fact("quantity", ("37",), ("37", "37 ราย")))])
    assert bare.align(one, text).stated == (True,)


@pytest.mark.parametrize("text", ["37km", "37 กิโลกรัม", "37 หยวน", "37 นาที", "37%"])
def test_a_covered_number_needs_its_unit(text: str) -> None:
    bare = Inventory([one := example("n", Fact("quantity", ("37",), ("37", "37 ราย")))])
    assert bare.align(one, text).stated == (False,)
    assert len(bare.align(one, text).unsupported) == 1


def test_leftover_numbers_are_supported_by_value() -> None:
    one = example("m", Fact("money", ("37亿元",), ("3700 ล้านหยวน",)), MARCH)
    inventory = Inventory([one, RAIN])
    for text in ("3.7 พันล้านหยวน", "3,700,000,000 หยวน", "3.7 พันล้าน", "วันที่ 15 มี.ค.", "15 มีนาคม", "วันที่ 15"):
        got = inventory.align(one, text)
        assert (len(got.supported), got.unsupported) == (1, ()), text
    for text in ("3.7 พันล้านบาท", "3.7 ล้านหยวน", "37", "16 มีนาคม", "12 เปอร์เซ็นต์", "ปี 2562"):
        got = inventory.align(one, text)
        assert (got.supported, len(got.unsupported)) == ((), 1), text
    assert inventory.align(one, "3.7 พันล้านหยวน").stated == (True, False), "the value with its own currency states it"
    assert inventory.align(one, "3.7 พันล้าน").stated == (False, False), "a value alone bears a number out"


def test_a_fact_and_its_number_repeated_are_one_item() -> None:
    got = INVENTORY.align(COURT, "37 ราย รวม 37 คดี และ 99 คัน 99 คน")
    assert (surfaces(got.supported), surfaces(got.unsupported)) == (["37 ราย"], ["99"])


def test_a_known_count_of_another_example_is_no_support_but_a_known_percentage_is() -> None:
    cars = example("cars", Fact("quantity", ("37辆",), ("37 คัน",)), Fact("percentage", ("12%",), ("12 เปอร์เซ็นต์",)))
    inventory = Inventory([*WORLD, cars])
    assert surfaces(inventory.align(COURT, "37 คัน").unsupported) == ["37 คัน"]
    assert surfaces(inventory.align(RAIN, "12 เปอร์เซ็นต์").supported) == ["12 เปอร์เซ็นต์"]


@pytest.mark.parametrize(
    ("text", "surface", "found"),
    [
        ("แม่", "แม", False),
        ("ตากใบ", "ตา", True),
        ("ตาก", "ตา", True),
        ("นำ", "น", False),
        ("กะ", "ก", False),
        ("เชียงราย", "ชียงราย", False),
        ("ในเชียงรายมี", "เชียงราย", True),
        ("ที่", "ที", False),
        ("བོད་ལྗོངས", "བོད", True),
        ("བོདལ", "བོད", False),
        ("བོད།", "བོད", True),
        ("ལྷ་སའི་ལས", "ལྷ་ས", True),
        ("ལྷ་སར་སོང", "ལྷ་ས", True),
        ("ལྷ་སམ", "ལྷ་ས", False),
        ("མིས", "མི", False),
        ("མི", "མི", True),
        ("སྐུ་མི", "མི", True),
        ("འམི", "མི", False),
        ("ཨམི", "མི", False),
        ("2019ལོ", "ལོ", True),
        ("གང", "ག", False),
        ("the Thailand", "Thai", False),
        ("Thai Airways", "Thai", True),
        ("Thai航空", "Thai", True),
        ("บินThai", "Thai", True),
        ("COVID19", "COVID", False),
        ("Москва", "Моск", False),
        ("北京大学", "北京", True),
        ("서울에서", "서울", True),
        ("F16", "16", False),
        ("1.16", "16", False),
        ("16.1", "16", False),
    ],
)
def test_words_begin_and_end_where_they_can_be_written(text: str, surface: str, found: bool) -> None:
    at = text.index(surface)
    assert bool(SurfaceMatcher([surface]).find(text)) is found
    assert (may_begin(text, at) and may_end(text, at, at + len(surface))) is found


def test_a_shorter_surface_is_taken_where_the_longest_may_not_end() -> None:
    assert SurfaceMatcher(["ตา", "ตาก", "ก"]).find("ตาก่") == [(0, 2)]
    assert SurfaceMatcher(["ab", "a b", "b c"]).find("a b c") == [(0, 3)]
    with pytest.raises(ValueError, match="empty"):
        SurfaceMatcher([""])


@given(outputs())
def test_spans_lie_on_the_normalised_text_and_atomic_ones_do_not_overlap(texts: list[str]) -> None:
    for one, text in zip(WORLD, texts, strict=True):
        got = INVENTORY.align(one, text)
        assert got.text == normalise(text)
        end = 0
        for span in got.spans:
            assert got.text[span.start : span.end] == span.surface
            if span.type not in ("relation", "cause"):
                assert span.start >= end
                end = span.end
        assert "".join(piece for piece, _ in got.pieces()) == got.text
        assert {span.kind for _, span in got.pieces() if span} <= {"covered", "hallucinated"}
        assert bool(got.supported) == any(span.kind == "covered" for span in got.spans)
        assert bool(got.unsupported) == any(span.kind == "hallucinated" for span in got.spans)
        assert got == Inventory(WORLD[::-1]).align(one, text)


def test_highlighting_shows_atoms_before_the_clause_around_them() -> None:
    pieces = INVENTORY.align(RAIN, "ฝนตกหนักในเชียงใหม่ 99 คน").pieces()
    assert [(piece, span.kind if span else "", span.type if span else "") for piece, span in pieces] == [
        ("ฝนตกหนักใน", "covered", "cause"),
        ("เชียงใหม่", "covered", "place"),
        (" ", "", ""),
        ("99 คน", "hallucinated", "quantity"),
    ]


def test_the_fingerprint_depends_on_the_known_items_alone() -> None:
    assert Inventory(WORLD).fingerprint == Inventory(WORLD[::-1]).fingerprint != Inventory(WORLD[:2]).fingerprint
    assert Inventory([example("x", CASES)]).fingerprint != Inventory([example("x", BANGKOK)]).fingerprint


def test_what_cannot_be_aligned_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Inventory([COURT, COURT])
    with pytest.raises(ValueError, match="not the one"):
        INVENTORY.align(example("court", CHIANG_MAI), "x")
    none = Example("none", "s", None, None, "zh", "th")
    with pytest.raises(ValueError, match="no gold facts"):
        Inventory([none]).align(none, "x")
