"""What a reading of the output states, what it merely does not deny, and what constant texts gain by it."""

from __future__ import annotations

import pytest

from metrics.normalise import normalise
from metrics.open.agreement import may_be_vague
from metrics.open.comparison import CONTRADICTED, UNVERIFIED, VERIFIED, Comparison
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.open.scores import score_open
from metrics.reading import read
from metrics.reading.compounds import joined
from metrics.records import Example


def _held(source: str, text: str, lang: str = "th", source_lang: str = "zh", names: bool = False) -> Comparison:
    example = Example("1", source, (text,), None, source_lang, lang)
    return hold(example, text, name_list(source_lang, lang) if names else None)


def _outcome(source: str, text: str, lang: str = "th", source_lang: str = "zh") -> str:
    return _held(source, text, lang, source_lang).facts[0].outcome


def _supported(source: str, text: str, lang: str = "th", source_lang: str = "zh") -> list[bool]:
    return [one.supported for one in _held(source, text, lang, source_lang).statements]


@pytest.mark.parametrize(
    ("source", "text", "lang"),
    [
        ("共有45万人参加。", "มีผู้เข้าร่วมหลายแสนคน", "th"),
        ("共有30多万人参加。", "มีผู้เข้าร่วมหลายแสนคน", "th"),
        ("耗资3亿美元。", "ใช้เงินหลายร้อยล้านดอลลาร์", "th"),
        ("共有3200人参加。", "มีคนนับพัน", "th"),
        ("共有45万人参加。", "མི་འབུམ་ཁ་ཤས་ཞུགས།", "bo"),
    ],
)
def test_a_vague_amount_states_no_figure_but_is_not_false(source: str, text: str, lang: str) -> None:
    assert _outcome(source, text, lang) == UNVERIFIED
    assert _supported(source, text, lang) == []


@pytest.mark.parametrize(
    ("source", "text", "lang"),
    [
        ("几十万人参加。", "มีผู้เข้าร่วมหลายแสนคน", "th"),
        ("数百人参加。", "มีคนหลายร้อยคน", "th"),
        ("上千人参加。", "มีคนหลายพันคน", "th"),
        ("几千人参加。", "มีคนนับพันคน", "th"),
        ("几千人参加。", "མི་སྟོང་ཕྲག་ཁ་ཤས་ཞུགས།", "bo"),
    ],
)
def test_a_vague_amount_states_one_of_the_same_order(source: str, text: str, lang: str) -> None:
    assert _outcome(source, text, lang) == VERIFIED
    assert _supported(source, text, lang) == [True]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("共有45万人参加。", "มีผู้เข้าร่วมหลายพันคน"),
        ("几千人参加。", "มีผู้เข้าร่วมหลายแสนคน"),
        ("会议在1789年召开。", "มีผู้เข้าร่วมหลายพันคน"),
        ("天气很好。", "มีเงินหลายล้านดอลลาร์"),
    ],
)
def test_a_vague_amount_that_nothing_bears_out_counts(source: str, text: str) -> None:
    assert _supported(source, text) == [False]


@pytest.mark.parametrize(
    ("source", "text", "lang"),
    [
        ("成千上万的人来了。", "มีคนนับหมื่น", "zh"),
        ("路上有上千人，另有万人。", "มีคนหลายหมื่นคน", "zh"),
        ("Thousands came.", "มีคนหลายพันคน", "en"),
        ("多年以来如此。", "เป็นเช่นนี้มาหลายสิบปี", "zh"),
    ],
)
def test_vague_words_of_the_source_leave_vague_amounts_out(source: str, text: str, lang: str) -> None:
    assert _supported(source, text, source_lang=lang) == []


def test_a_source_is_looked_through_once_for_all_vague_amounts_of_an_output() -> None:
    may_be_vague.cache_clear()
    _held("天气很好。", "หลายพันคน หลายแสนคน หลายล้านคน")
    assert may_be_vague.cache_info().misses == 1 and may_be_vague.cache_info().hits == 2


def test_a_figure_does_not_state_a_vague_amount_and_is_not_supported_by_it() -> None:
    assert _outcome("几十万人参加。", "มีผู้เข้าร่วม 450,000 คน") == UNVERIFIED
    assert _supported("几十万人参加。", "มีผู้เข้าร่วม 450,000 คน") == [False]


@pytest.mark.parametrize(
    ("source", "text", "verified"),
    [
        ("共有45万人参加。", "มีผู้เข้าร่วมกว่า 400,000 คน", True),
        ("共有117人参加。", "มีผู้เข้าร่วมกว่า 100 คน", True),
        ("共有19人参加。", "มีผู้เข้าร่วมกว่า 10 คน", False),
        ("共有45万人参加。", "มีผู้เข้าร่วมมากกว่า 100,000 คน", False),
        ("共有45万人参加。", "มีผู้เข้าร่วมระหว่าง 1 ถึง 1,000,000 คน", False),
        ("全长117公里。", "มีผู้เข้าร่วมกว่า 100", False),  # of another measure, perhaps
        ("全长10.5公里。", "ระยะทางกว่า 10,000 เมตร", True),
        ("会议在1105年召开。", "มากกว่า 1,000", False),
        ("价格为117美元。", "ราคากว่า 100 ดอลลาร์", True),
        ("价格为117美元。", "กว่า 100", False),
        ("超过1000人参加。", "มีผู้เข้าร่วมกว่า 1,000 คน", True),
    ],
)
def test_a_bound_states_a_figure_that_is_near(source: str, text: str, verified: bool) -> None:
    assert (_outcome(source, text) == VERIFIED) == verified


def test_a_year_bears_out_no_range_in_which_it_lies() -> None:
    assert _supported("会议在1789年召开。", "มีมากกว่า 1,000") == [False]


@pytest.mark.parametrize(
    ("source", "text", "lang"),
    [
        ("路程1.5小时。", "ใช้เวลา 1 ชั่วโมง 30 นาที", "th"),
        ("路程一个半小时。", "ใช้เวลา 90 นาที", "th"),
        ("路程1小时30分钟。", "ใช้เวลา 90 นาที", "th"),
        ("路程1小时30分。", "ใช้เวลาหนึ่งชั่วโมงครึ่ง", "th"),
        ("路程一小时又三十分钟。", "ใช้เวลา 1.5 ชั่วโมง", "th"),
        ("他身高1米75。", "เขาสูง 1 เมตร 75 เซนติเมตร", "th"),
        ("他身高1.75米。", "เขาสูง 175 ซม.", "th"),
        ("他等了两年半。", "เขารอ 2 ปี 6 เดือน", "th"),
        ("他等了两年零六个月。", "เขารอ 30 เดือน", "th"),
        ("全长3公里500米。", "ยาว 3.5 กิโลเมตร", "th"),
        ("全长3.5公里。", "ยาว 3 กม. 500 ม.", "th"),
        ("他等了两年半。", "ལོ་2དང་ཟླ་6བསྒུགས།", "bo"),
        ("路程1.5小时。", "ཆུ་ཚོད་1དང་སྐར་མ་30འགོར།", "bo"),
        ("会议共5天，每天8小时。", "5 วัน 8 ชั่วโมง", "th"),
        ("用时5天8小时。", "ประชุม 5 วัน วันละ 8 ชั่วโมง", "th"),
    ],
)
def test_measures_side_by_side_are_one_amount(source: str, text: str, lang: str) -> None:
    found = _held(source, text, lang)
    assert {fact.outcome for fact in found.facts} == {VERIFIED}
    assert found.statements and all(one.supported for one in found.statements)


@pytest.mark.parametrize(
    ("source", "text"),
    [("全长3公里500米。", "ยาว 3 กม. 400 ม."), ("路程1.5小时。", "ใช้เวลา 1 ชั่วโมง 40 นาที")],
)
def test_a_changed_part_of_an_amount_is_contradicted(source: str, text: str) -> None:
    assert _outcome(source, text) == CONTRADICTED
    assert _supported(source, text) == [False]


@pytest.mark.parametrize(
    ("text", "lang", "values"),
    [
        ("7天24小时", "zh", [7, 24]),  # 24 hours are no part of a day
        ("3公里2公里", "zh", [3, 2]),
        ("30分钟1小时", "zh", [30, 1]),
        ("3米和50厘米", "zh", [3, 50]),
        ("5 feet 6 inches", "en", [5.5]),
        ("2 hours and 15 minutes", "en", [2.25]),
        ("2小时15分30秒", "zh", [2 + 15 / 60 + 30 / 3600]),
    ],
)
def test_what_is_joined(text: str, lang: str, values: list[float]) -> None:
    kept, parts = joined(read(text, lang), text, lang)
    assert [float(one.value) for one in kept] == pytest.approx(values)
    assert len(parts) == (len(kept) == 1) and all(text[a:b] == text for a, b in parts)


@pytest.mark.parametrize(
    ("text", "lang", "right"),
    [
        ("ราคา 300 USD 150 EUR", "th", [("300 USD", "USD"), ("150 EUR", "EUR")]),
        ("ราคา USD 300 EUR 150", "th", [("USD 300", "USD"), ("EUR 150", "EUR")]),
        ("300 USD 150 EUR 20 GBP", "en", [("300 USD", "USD"), ("150 EUR", "EUR"), ("20 GBP", "GBP")]),
    ],
)
def test_each_number_takes_its_own_currency(text: str, lang: str, right: list[tuple[str, str]]) -> None:
    assert [(one.surface, one.currency) for one in read(text, lang)] == right


@pytest.mark.parametrize(
    ("text", "unit"), [("མི་ 79", "person"), ("ལོ་ 42", "year"), ("སྐར་མ་ 37", "minute"), ("ཏུན་ 1-0", None)]
)
def test_a_tibetan_unit_may_stand_a_space_before_its_number(text: str, unit: str | None) -> None:
    assert read(normalise(text), "bo")[0].unit == unit


@pytest.mark.parametrize(
    "attack",
    [
        "หลายร้อยคน หลายพันคน หลายหมื่นคน หลายแสนคน หลายล้านคน หลายร้อยล้านดอลลาร์",
        "มากกว่า 1,000 กว่า 100 กว่า 10,000 กว่า 100,000 กว่า 1 ล้าน",
        "จีน สหรัฐ ปักกิ่ง ลอนดอน อังกฤษ ฝรั่งเศส เยอรมนี รัสเซีย ญี่ปุ่น อินเดีย",
        "China, United States, Beijing, London, Britain, France, Germany, Russia, Japan, India",
        "chinas, americans, beijing, londoners, britains, frances, germans, russians, japanese, indians",
    ],
)
def test_a_constant_text_gains_little(attack: str) -> None:
    sources = ["伦敦有45万人。", "中国在1789年出口320辆。", "法国有7500人。", "德国花费3亿美元。"]
    examples = [Example(str(i), source, ("x",), None, "zh", "th") for i, source in enumerate(sources)]
    assert {m.metric: m.value() or 0.0 for m in score_open(examples, [attack] * len(examples))}["open.f1"] < 0.25


def test_the_first_name_that_nothing_bears_out_is_free_and_the_others_count() -> None:
    def unsupported(text: str) -> list[str]:
        return [one.surface for one in _held("他去了伦敦。", text, names=True).statements if not one.supported]

    assert unsupported("เขาไปลอนดอน") == []
    assert unsupported("เขาไปลอนดอนกับปักกิ่ง") == []
    assert unsupported("เขาไปลอนดอน ปักกิ่ง ญี่ปุ่น และฝรั่งเศส") == ["ญี่ปุ่น", "ฝรั่งเศส"]
    assert unsupported("เขาไปลอนดอน ญี่ปุ่น และประเทศญี่ปุ่น") == []  # one name
    assert unsupported("เขาไปมาดริด ปักกิ่ง ญี่ปุ่น") == ["มาดริด", "ญี่ปุ่น"]  # the first stands in London's place


def test_names_in_latin_letters_count_like_those_in_the_target_script() -> None:
    def unsupported(source: str, text: str) -> list[str]:
        return [one.surface for one in _held(source, text, names=True).statements if not one.supported]

    assert unsupported("他去了伦敦。", "เขาไป London กับ Beijing") == []
    assert unsupported("他去了伦敦。", "เขาไป London, Beijing, Japan กับชาว germans") == ["Japan", "germans"]
    assert unsupported("他去了伦敦。", "เขาไป London ปักกิ่ง (Beijing) Japan ญี่ปุ่น") == ["Japan"]  # one name each
    assert unsupported("他去了伦敦和Japan。", "เขาไป London, Beijing, Japan") == []
    assert unsupported("尼日利亚人", "ชาว Nigerian กับ Oman") == []  # may be Niger, and is not
    assert unsupported("他去了伦敦。", "เขาไป London กับ UK, Man, US และ Mali") == []  # too short to be sure
