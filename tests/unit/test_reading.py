"""What `metrics.reading` gives to its users: readings with unit, span and tier, and when one bears another out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.normalise import normalise
from metrics.reading import Reading, bears_out, read, same_place


def one(text: str, lang: str) -> Reading:
    """The only reading of a text."""
    readings = read(normalise(text), lang)
    assert len(readings) == 1, readings
    return readings[0]


def test_a_reading_has_its_span_kind_and_value() -> None:
    text = "投资37亿元"
    reading = one(text, "zh")
    assert (reading.kind, reading.value, reading.currency) == ("money", Fraction(3_700_000_000), "CNY")
    assert text[reading.start : reading.end] == reading.surface == "37亿元"


@pytest.mark.parametrize(
    ("text", "lang", "value", "high"),
    [
        ("มากกว่า 2⅓ ล้านบาท", "th", Fraction(7_000_000, 3), Fraction(7_000_001, 3)),
        ("超过2⅓公里", "zh", Fraction(7, 3), Fraction(8, 3)),
        ("มากกว่า 2.75 กิโลเมตร", "th", Fraction(11, 4), Fraction(69, 25)),
        ("มากกว่า 1,200 คน", "th", Fraction(1200), Fraction(1300)),
    ],
)
def test_more_than_reaches_one_step_even_of_thirds(text: str, lang: str, value: Fraction, high: Fraction) -> None:
    reading = one(text, lang)
    assert (reading.value, reading.high) == (value, high)


def test_a_surface_is_written_as_the_text_writes_it() -> None:
    assert one("投資1.2億元", "zh-Hant").surface == "1.2億元"


def test_names_in_latin_script_and_addresses_are_read() -> None:
    assert [(r.kind, r.text) for r in read("据BBC报道 www.example.org", "zh")] == [
        ("name", "bbc"),
        ("url", "example.org"),
    ]


BORNE_OUT = [  # truth, said
    ("37亿元", "3,700 ล้านหยวน"),
    ("30多万人", "กว่าสามแสนคน"),
    ("30多万人", "300,000 คน"),
    ("35万人", "กว่าสามแสนคน"),
    ("35万人", "หลายแสนคน"),
    ("几十万人", "หลายแสนคน"),
    ("5千克", "5 กก."),
    ("2公里", "2,000 เมตร"),
    ("24小时", "1 วัน"),
    ("一年半", "18 เดือน"),
    ("1000美元", "1,000 ดอลลาร์"),
    ("100万澳元", "1 ล้านดอลลาร์"),
    ("650磅", "650 ปอนด์"),
    ("五分之一", "20 เปอร์เซ็นต์"),
    ("三分之二", "สองในสาม"),
    ("晚上12点", "00.00 น."),
    ("3点半", "บ่ายสามโมงครึ่ง"),
    ("3月15日", "เดือนมีนาคม"),
    ("20世纪60年代", "ทศวรรษ 1960"),
    ("2018年", "พ.ศ. 2561"),
    ("拨打12345", "โทร 12345"),
    ("F-16战机", "F16"),
    ("25个基点", "0.25 จุดเปอร์เซ็นต์"),
    ("0.25个百分点", "25 จุดพื้นฐาน"),
    ("七旬老人", "กว่า 70 ปี"),
]
NOT_BORNE_OUT = [
    ("30多万人", "30 คน"),
    ("30多万人", "350,000 คน"),
    ("30多万人", "กว่าสามล้านคน"),
    ("几十万元", "100,000 หยวน"),
    ("几十万元", "หลายล้านหยวน"),
    ("5千克", "5 กิโลเมตร"),
    ("5千克", "5,000 กิโลกรัม"),
    ("2公里", "2 เมตร"),
    ("1亿元", "100 ล้านเหรียญสหรัฐ"),
    ("1亿元", "100 ล้านริงกิต"),
    ("1亿美元", "100 ล้านบาท"),
    ("1000美元", "1,000 คน"),
    ("2567人", "พ.ศ. 2567"),
    ("37人", "37%"),
    ("晚上12点", "12.00 น."),
    ("下午3点", "ตีสาม"),
    ("15.30时", "03.30 น."),
    ("3月", "15 มีนาคม"),
    ("20世纪60年代", "ทศวรรษ 1970"),
    ("2018年", "ค.ศ. 2561"),
    ("2007年", "หลายพันคน"),
    ("5个", "5 กก."),
    ("25个基点", "25%"),
]


@pytest.mark.parametrize(("truth", "said"), BORNE_OUT)
def test_what_a_source_bears_out(truth: str, said: str) -> None:
    assert bears_out(one(truth, "zh"), one(said, "th"))


@pytest.mark.parametrize(("truth", "said"), NOT_BORNE_OUT)
def test_what_a_source_does_not_bear_out(truth: str, said: str) -> None:
    assert not any(bears_out(reading, one(said, "th")) for reading in read(truth, "zh"))


def test_a_changed_value_stands_in_the_same_place_and_another_kind_does_not() -> None:
    assert same_place(one("4600万欧元", "zh"), one("460,000 ยูโร", "th"))
    assert same_place(one("2018年", "zh"), one("ปี 2562", "th"))
    assert not same_place(one("2018年", "zh"), one("2,018 คน", "th"))
    assert not same_place(one("5公里", "zh"), one("7 กก.", "th"))


def test_tiers() -> None:
    hard = {
        "3公里": True,
        "37人": True,
        "3个": False,
        "第12届": False,
        "2018年": True,
        "12%": True,
        "几十万人": False,
        "三小时": True,
    }
    assert {text: one(text, "zh").hard for text in hard} == hard


_WORDS = (
    "0 1 2 5 . , : - / % 年 月 日 时 点 分 万 亿 十 百 千 两 三 五 多 余 几 数 第 半 个 元 ½ $ £ ， ล้าน แสน ร้อยละ ปี น. "
    "สิบ สอง หนึ่ง จุด กว่า "
    "ใน โมง ทุ่ม ตี บ่าย พ.ศ. มค ม.ค. ཁྲི བརྒྱ ་ ཆ ལོ སྟོང གསུམ དང རྩ ཉི་ཤུ ལྷག ཟླ ཚེས kg A http:// @ 分之 世纪 年代 ทศวรรษ"
)
_PIECES = st.sampled_from([" ", *_WORDS.split(" ")])


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join), st.sampled_from(["zh", "th", "bo", "en", "de"]))
def test_any_text_is_read_in_order_without_overlap(text: str, lang: str) -> None:
    text = normalise(text)
    end = 0
    for reading in read(text, lang):
        assert end <= reading.core[0] < reading.core[1] <= reading.end <= len(text)
        assert reading.start <= reading.core[0]
        assert text[reading.start : reading.end] == reading.surface
        assert reading.high is None or reading.high > reading.value
        assert bears_out(reading, reading) or reading.indefinite
        end = reading.core[1]


@given(st.text(max_size=200), st.sampled_from(["zh", "th", "bo", "en", "de"]))
@settings(deadline=None)
def test_no_text_raises(text: str, lang: str) -> None:
    read(normalise(text), lang)
    read(text, lang)


@given(st.integers(1, 10**12 - 1))
def test_a_whole_number_is_one_value_in_chinese_and_thai_words(value: int) -> None:
    assert [r.value for r in read(_chinese(value) + "人", "zh")] == [value]


def _chinese(value: int) -> str:
    """The standard Chinese words of a number below 10**12."""
    digits, out = "零一二三四五六七八九", ""
    for power, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = value // power % 10**4
        if not part:
            continue
        if out and (part < 1000 or value // (power * 10**4) % 10**4 == 0):
            out += "零"
        word = ""
        for unit, unit_name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit = part // unit % 10
            if digit:
                word += digits[digit] + unit_name
            elif word and part % unit:
                word = word.rstrip("零") + "零"
        out += word + name
    return out


@given(st.integers(2, 10**12))
@settings(deadline=None)
def test_a_whole_number_in_thai_words_is_its_value(value: int) -> None:
    from pythainlp.util import num_to_thaiword

    assert [r.value for r in read(num_to_thaiword(value) + "คน", "th")] == [value]
