"""What another language says in an output states nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.normalise import normalise
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.open.own_language import heard
from metrics.open.scores import CONTROLLED, score_open
from metrics.records import Example

SOURCE = "2019年3月15日，伦敦约有37%的居民和4600万欧元受影响，CNN报道。"
THAI = "วันที่ 15 มีนาคม 2562 ประชากรลอนดอนราว 37% และเงิน 46 ล้านยูโรได้รับผลกระทบ CNN รายงาน"
TIBETAN = "ཕྱི་ལོ་2019 ཟླ་3 ཚེས་15 ཉིན་ལོན་ཌོན་གྱི་མི་37% CNN"
ENGLISH = "On March 15, 2019, about 37% of the people of London were hit, and 46 million euros, CNN said."


def _values(text: str, lang: str = "th", reference: str = THAI, source: str = SOURCE) -> dict[str, float | None]:
    example = Example("1", source, (reference,), None, "zh", lang, None, {"qa": [{"answer": "37%"}]})
    return {m.metric: m.value() for m in score_open([example], [text])}


@pytest.mark.parametrize(
    ("text", "lang"),
    [(SOURCE, "th"), (ENGLISH, "th"), (TIBETAN, "th"), (SOURCE, "bo"), (ENGLISH, "bo"), (THAI, "bo"), (ENGLISH, "zh")],
)
def test_a_text_in_another_language_counts_as_an_empty_one(text: str, lang: str) -> None:
    told, empty = _values(text, lang), _values("", lang)
    assert told == empty
    assert told["open.f1"] == told["open.number.recall"] == told["open.answer.recall"] == 0
    assert told["open.number.precision"] is None


@pytest.mark.parametrize(("text", "lang"), [(THAI, "th"), (TIBETAN, "bo"), (SOURCE, "zh"), (ENGLISH, "en")])
def test_a_text_in_the_language_is_heard_whole(text: str, lang: str) -> None:
    assert heard(normalise(text), lang) == normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "ลีก: Dundee Stars 5-3 Belfast Giants",
        "ทีมที่ชนะ: Tommy Fleetwood, Paul Casey, Justin Rose, Jon Rahm",
        "หนังสือ “The Last Palace: Europe's Turbulent Century in Five Lives and One Legendary House” ขายได้ 20 เล่ม",
        "37%",
        "20 คน ไปปักกิ่ง (北京)",
    ],
)
def test_names_and_titles_in_latin_letters_take_no_number_with_them(text: str) -> None:
    kept = heard(text, "th")
    assert all(a == b for a, b in zip(text, kept, strict=True) if not "\u4e00" <= a <= "\u9fff")


def test_what_chinese_characters_touch_or_stand_around_states_nothing() -> None:
    assert heard("วันที่3月15日 มี 37%的居民 CNN 报道 5 คน", "th") == "วันที่||||| มี ||||||||||||| 5 คน"
    assert _values(f"ประชากรได้รับผลกระทบอย่างมากมาย {SOURCE}")["open.f1"] == 0
    assert heard("2019年有30人", "zh") == "2019年有30人"


def test_a_clause_of_english_in_a_thai_text_states_nothing() -> None:
    opening = "ผู้สื่อข่าวรายงานเพิ่มเติมว่าเหตุการณ์ดังกล่าวยังคงดำเนินต่อไป "
    assert _values(opening + ENGLISH)["open.f1"] == 0
    assert _values(f"{THAI} {ENGLISH}")["open.number.recall"] == 1


def test_nothing_hides_behind_the_cut() -> None:
    """The beginning alone would be Thai."""
    told = _values(THAI + " " + (ENGLISH + " ") * 12)
    assert told["open.f1"] == told["open.f1" + CONTROLLED] == 0
    assert told["open.number.precision" + CONTROLLED] is None


def test_a_language_of_unknown_script_is_heard_whole() -> None:
    assert heard(ENGLISH, "tlh") == ENGLISH


@given(st.text(st.sampled_from(list("กขิ12., aBcé人的（%་ཀ\n")), max_size=60), st.sampled_from(["th", "bo", "zh", "en"]))
def test_any_text_keeps_its_length_or_is_not_heard(text: str, lang: str) -> None:
    kept = heard(text, lang)
    assert not kept or len(kept) == len(text)
    assert hold(Example("1", "伦敦12人", None, None, "zh", lang), text, name_list("zh", lang)) is not None
