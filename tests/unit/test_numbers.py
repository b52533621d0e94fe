"""Numbers are compared by what they say, whatever language and numerals they are written in."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.normalise import normalise
from metrics.numbers import extract_numbers, support_keys


def found(text: str, lang: str) -> list[tuple[str, Fraction]]:
    return [(mention.kind, mention.value) for mention in extract_numbers(normalise(text), lang)]


@pytest.mark.parametrize(
    ("lang", "text", "kind", "value"),
    [
        ("zh", "37亿元", "money", 3_700_000_000),
        ("zh", "3亿5000万美元", "money", 350_000_000),
        ("zh", "3.7万亿元", "money", 3_700_000_000_000),
        ("zh", "一万二千人", "number", 12_000),
        ("zh", "三十七人", "number", 37),
        ("zh", "三人", "number", 3),
        ("zh", "两百零五", "number", 205),
        ("zh", "百分之三十七", "percentage", 37),
        ("zh", "12.5％", "percentage", Fraction(25, 2)),
        ("zh", "2019年", "year", 2019),
        ("zh", "二〇一九年", "year", 2019),
        ("zh", "佛历2567年", "year", 2024),
        ("zh", "3月15日", "date", 315),
        ("zh", "三月", "date", 300),
        ("zh", "15日", "date", 15),
        ("zh", "1.25 亿英镑", "money", 125_000_000),
        ("zh", "9 月 30 日", "date", 930),
        ("zh", "下午 5：30", "time", 1050),
        ("th", "บ่าย 12:55", "time", 775),
        ("th", "ร้อยละยี่สิบ", "percentage", 20),
        ("bo", "ས་ཡ་£125", "money", 125_000_000),
        ("bo", "བརྒྱ་ཆའི་གྲངས་20", "percentage", 20),
        ("bo", "ཟླ་6པར", "date", 600),
        ("zh", "37日元", "money", 37),
        ("zh", "上午9时30分", "time", 570),
        ("zh", "下午3点半", "time", 930),
        ("th", "3,700 ล้านหยวน", "money", 3_700_000_000),
        ("th", "3.7 พันล้านบาท", "money", 3_700_000_000),
        ("th", "5 แสนล้าน", "number", 5 * 10**11),
        ("th", "2 หมื่นล้าน", "number", 2 * 10**10),
        ("th", "1 ล้านล้าน", "number", 10**12),
        ("th", "3 ล้าน 5 แสนคน", "number", 3_500_000),
        ("th", "สามสิบเจ็ดคน", "number", 37),
        ("th", "สิบสองคน", "number", 12),
        ("th", "ห้าร้อยบาท", "money", 500),
        ("th", "ร้อยละ ๓๗", "percentage", 37),
        ("th", "37 เปอร์เซ็นต์", "percentage", 37),
        ("th", "พ.ศ. 2567", "year", 2024),
        ("th", "ปี 2562", "year", 2019),
        ("th", "ปี 2019", "year", 2019),
        ("th", "ค.ศ. 2019", "year", 2019),
        ("th", "วันที่ 15 มีนาคม", "date", 315),
        ("th", "15 มี.ค.", "date", 315),
        ("th", "9.30 น.", "time", 570),
        ("th", "บ่าย 3 โมง", "time", 900),
        ("th", "2 ทุ่ม", "time", 1200),
        ("th", "2,567 คน", "number", 2567),
        ("bo", "སྒོར་དུང་ཕྱུར་37", "money", 3_700_000_000),
        ("bo", "མི་དམངས་ཤོག་སྒོརདུང་ཕྱུར་37", "money", 3_700_000_000),
        ("bo", "ཁྲི་3་དང་སྟོང་5", "number", 35_000),
        ("bo", "འབུམ་3", "number", 300_000),
        ("bo", "ས་ཡ་3", "number", 3_000_000),
        ("bo", "37ཁྲི", "number", 370_000),
        ("bo", "བརྒྱ་ཆ་༣༧", "percentage", 37),
        ("bo", "2019ལོ", "year", 2019),
        ("bo", "སྤྱི་ལོ་༢༠༢༤", "year", 2024),
        ("bo", "ཟླ་3པའི་ཚེས་15", "date", 315),
        ("bo", "ཟླ་བ་གསུམ་པའི་ཚེས་15", "date", 315),
        ("bo", "སྔ་དྲོའི་ཆུ་ཚོད་9དང་སྐར་མ་30", "time", 570),
        ("bo", "ཕྱི་དྲོའི་ཆུ་ཚོད་3", "time", 900),
        ("en", "$3.7 million", "money", 3_700_000),
        ("en", "37 percent", "percentage", 37),
        ("en", "March 15", "date", 315),
        ("en", "9:30 p.m.", "time", 1290),
        ("de", "37 %", "percentage", 37),
        ("zh-Hant", "37亿", "number", 3_700_000_000),
    ],
)
def test_one_mention_with_its_value(lang: str, text: str, kind: str, value: Fraction | int) -> None:
    assert found(text, lang) == [(kind, Fraction(value))]


def test_a_full_date_gives_its_day_and_its_year_apart() -> None:
    for lang, text in (
        ("zh", "2024年3月15日"),
        ("th", "15 มีนาคม 2567"),
        ("th", "15 มี.ค. 67"),
        ("en", "March 15, 2024"),
        ("bo", "2024ལོའི་ཟླ་3ཚེས་15"),
        ("fr", "2024-03-15"),
    ):
        assert sorted(found(text, lang)) == [("date", 315), ("year", 2024)], text


def test_ranges_and_lists_are_several_numbers() -> None:
    assert found("3月15日至17日", "zh") == [("date", 315), ("date", 317)]
    assert found("15-17 มีนาคม", "th") == [("date", 315), ("date", 317)]
    assert found("1 ล้าน 2 ล้าน", "th") == [("number", 10**6), ("number", 2 * 10**6)]
    assert found("3亿5亿", "zh") == [("number", 3 * 10**8), ("number", 5 * 10**8)]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("zh", "三星公司，一些，千万不要，万一，十分统一"),
        ("th", "สามารถ ห้าง สี่แยก พันธมิตร ร้อยเอ็ด โควิด-19 F16 5G"),
        ("en", "COVID-19, F16, 5G, 1.2.3"),
        ("bo", "བརྒྱད་པ་བོད་ལྗོངས"),
        ("th", ""),
    ],
)
def test_what_is_no_number_is_left_alone(lang: str, text: str) -> None:
    assert found(text, lang) == []


@given(st.integers(2, 10**9))
def test_an_amount_is_the_same_in_every_digit_system(amount: int) -> None:
    thai = str(amount).translate({ord(str(d)): chr(0x0E50 + d) for d in range(10)})
    tibetan = str(amount).translate({ord(str(d)): chr(0x0F20 + d) for d in range(10)})
    for lang, text in (
        ("zh", f"{amount}"),
        ("th", f"{thai} คน"),
        ("th", f"{amount:,} คน"),
        ("bo", f"གྲངས་{tibetan}"),
        ("en", f"{amount:,}"),
    ):
        assert found(text, lang) == [("number", amount)]


@given(
    st.text(st.sampled_from("0123456789.,:-/%年月日时点分万亿三十百ล้านแสนพันร้อยละปีนสิบสอง ཁྲིབརྒྱ་ཆལོ$元BA"), max_size=25),
    st.sampled_from(["zh", "th", "bo", "en", "de"]),
)
def test_mentions_are_ordered_and_lie_in_the_text(text: str, lang: str) -> None:
    text = normalise(text)
    end = 0
    for mention in extract_numbers(text, lang):
        assert end <= mention.core[0] < mention.core[1] <= len(text)
        assert mention.start <= mention.core[0]
        assert mention.core[1] <= mention.end
        assert text[mention.start : mention.end] == mention.surface
        end = mention.core[1]


def test_a_date_bears_out_its_parts_but_its_parts_do_not_bear_it_out() -> None:
    (day,) = extract_numbers("3月15日", "zh")
    assert support_keys([day]) == {("date", 315), ("date", 300), ("date", 15)}
    (month,) = extract_numbers("3月", "zh")
    assert day.key not in support_keys([month])


def test_a_year_a_count_and_a_sum_compare_by_value_but_a_percentage_does_not() -> None:
    keys = {text: extract_numbers(text, "zh")[0].key for text in ("37", "37元", "37%")}
    assert keys["37"] == keys["37元"] != keys["37%"]
    assert [m.currency for m in extract_numbers("37元和37美元和37卢比", "zh")] == ["CNY", "USD", None]
