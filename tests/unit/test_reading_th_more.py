"""More of what Thai and Tibetan texts write: each kind with what only looks like it and must not be read."""

from __future__ import annotations

import pytest

from metrics.inventory import Inventory
from metrics.normalise import normalise
from metrics.numbers import extract_numbers
from metrics.records import Example, Fact

THAI = [
    # hundreds of per cent
    ("สี่ร้อยเปอร์เซ็นต์", ["percentage:400"]),
    ("กำไรโต 2 ร้อยเปอร์เซ็นต์", ["percentage:200"]),
    ("ร้อยเปอร์เซ็นต์เต็ม", ["percentage:100"]),
    ("ไม่กี่ร้อยเปอร์เซ็นต์", []),
    ("ร้อยละร้อยห้าสิบ", ["percentage:150"]),
    ("ร้อยละร้อยเอ็ด", ["percentage:101"]),
    ("ร้อยละสามถึงสิบ", ["percentage:3", "percentage:10"]),
    # ตี that strikes, ทุ่ม that spends
    ("ทุบตี 4 ราย", ["number:4"]),
    ("โจมตี 2 สนามบิน", ["number:2"]),
    ("โจมตีห้าเมือง", []),
    ("นัดกันตี 4", ["time:240"]),
    ("ตี 3 รายงานตัว", ["time:180"]),
    ("กลุ่ม 4 ทุ่มสร้างโรงงาน", ["number:4"]),
    ("บริษัท 2 ทุ่ม 800 ล้านบาท", ["number:2", "money:800000000"]),
    ("ถ่ายทอดสด 4 ทุ่มครึ่ง", ["time:1350"]),
    # minutes in words
    ("บ่ายสองโมงสี่สิบห้านาที", ["time:885"]),
    ("เที่ยงคืนยี่สิบนาที", ["time:20"]),
    ("สิบหกนาฬิกาสามสิบนาที", ["time:990"]),
    ("ก่อนเที่ยงคืน 20 นาที", ["time:0", "number:20"]),
    # a range of clock times without its word, and prices
    ("09.30-16.00", ["time:570", "time:960"]),
    ("09.30-16.00 บาท", ["money:9.3", "money:16"]),
    # days
    ("5-7 ธ.ค. 66", ["date:1205", "date:1207", "year:2023"]),
    ("5 ถึง 7 ธันวาคม 66", ["date:1205", "date:1207", "year:2023"]),
    ("7-ธ.ค.-66", ["date:1207", "year:2023"]),
    ("สิงหาคม 66", ["date:800", "year:2023"]),
    ("สิงหาคม 66 ราย", ["date:800", "number:66"]),
    ("วันอังคารที่ 9", ["date:9"]),
    ("วันอังคารที่ 2 ของเดือน", ["number:2"]),
    ("ยี่สิบสี่ธันวาคม", ["date:1224"]),
    ("ครั้งที่สองมกราคม", ["date:100"]),
    ("7/12/24", ["date:1207", "year:2024"]),
    ("รุ่น 7/8/10", ["number:7", "number:8", "number:10"]),
    ("ทศวรรษ 1950 ถึง 1960", ["decade:1950", "decade:1960"]),
    ("ยุค 60-70", ["decade:1960", "decade:1970"]),
    # halves of large numbers
    ("ครึ่งแสนคน", ["number:50000"]),
    ("สี่แสนครึ่ง", ["number:450000"]),
    ("7 ล้านครึ่ง", ["number:7500000"]),
    ("7 ล้านครึ่งปี", ["number:7000000"]),
    ("หัวล้านครึ่งหัว", []),
    # words that hold a numeral, and numerals before words that hold one
    ("สามสิบห้ามิลลิลิตร", ["number:35"]),
    ("ห้ามเข้า", []),
    ("สี่สิบเก้างาน", ["number:49"]),
    ("สามแสนยี่สิบ", ["number:300020"]),
    ("ห้าร้อยเอกสาร", ["number:500"]),
    ("คนหนึ่งแสนดี", []),
    ("สิบสองปันนา", []),
    ("สิบสองพันนาย", ["number:2000"]),
    # spoken mixes
    ("5 พัน 250 บาท", ["money:5250"]),
    ("5 พัน 20 บาท", ["number:5000", "money:20"]),
    ("3 จุด 2 ล้าน", ["number:3200000"]),
    ("3 จุด 2 คน", ["number:3", "number:2"]),
    # currencies
    ("750 บ.", ["money:750"]),
    ("750 บ.สยาม", ["number:750"]),
    ("75 ลบ.", ["money:75000000"]),
    ("75 ลบ.ม.", ["number:75"]),
    ("RM75 ล้าน", ["money:75000000"]),
    ("USD75", ["money:75"]),
    ("1\u00a0250\u00a0000 คน", ["number:1250000"]),
    ("ปี\u00a0มี\u00a05\u00a0250 คน", ["number:5", "number:250"]),
    # years without ปี: behind a quarter, a feast, a half of the year; not what is counted there
    ("ไตรมาส 1/2567", ["number:1", "year:2024"]),
    ("ไตรมาสที่ 2/67 โต 3%", ["number:2", "year:2024", "percentage:3"]),
    ("ครึ่งปีแรก 2567", ["year:2024"]),
    ("ปีใหม่ 2568", ["year:2025"]),
    ("สงกรานต์ 2567 ราย", ["number:2567"]),
    ("เลือกตั้ง 2566", ["year:2023"]),
    ("ปีนี้ 2500 แห่ง", ["number:2500"]),
    ("งบฯ 68 ล้านบาท", ["money:68000000"]),
    ("งบฯ 68", ["year:2025"]),
    # a bare magnitude behind a verb of money, or of what is passed
    ("แจกเงินหมื่นบาท", ["money:10000"]),
    ("ผู้ชมทะลุล้านคน", ["number:1000000"]),
    ("เงินล้านบาท", []),
    ("ค่าฝุ่น PM 2.5", []),
    ("8 PM 2.57 ล้าน", ["number:8", "number:2570000"]),
    ("หนัก 80 กิโลฯ", ["number:80"]),
]
TIBETAN = [
    # a blank before the figure, and before what makes it a month, an hour
    ("ཟླ་ ༣ པའི་ནང་།", ["date:300"]),
    ("ཕྱི་ཟླ་ 11 པའི་ནང་", ["date:1100"]),
    ("ཟླ་ ༣ རིང་", ["number:3"]),
    ("ཟླ་ ༣ བར་དུ", ["number:3"]),
    ("ཟླ་ ༣ པའི་ཚེས་ ༥ ནས་ ༧ བར", ["date:305", "date:307"]),
    ("ཚེས་ ༡༠ དང་ ༡༡ ཉིན", ["date:10", "date:11"]),
    ("ཚེས་ ༡༠ དང་ ༡༡ མི", ["date:10", "number:11"]),
    ("ཕྱི་དྲོ་ཆུ་ཚོད་ ༣ ནས་ ༥ བར", ["time:900", "time:1020"]),
    ("ཆུ་ཚོད་ ༥ པའི་ཐོག", ["time:300"]),
    ("ཆུ་ཚོད་ ༥ རིང་", ["number:5"]),
    ("རྒྱ་སྒོར་ ༣༠༠༠ ནས་ ༥༠༠༠", ["money:3000", "money:5000"]),
    ("ཧིན་སྒོར་ ༡,༥༠,༠༠༠", ["money:150000"]),
    ("༡༩༨༠ལོ་གྲངས", ["decade:1980"]),
    ("ཞོགས་པའི་ཆུ་ཚོད་8ནས་10", ["time:480", "time:600"]),
    ("ཆུ་ཚོད་8ནས་10", ["number:8", "number:10"]),
    ("ལོ་རབས་བརྒྱད་ཅུ", ["decade:1980"]),
    ("བརྒྱ་ཆའི་ཆ་75", ["percentage:75"]),
    ("མི་གསུམ་ཁྲི", ["number:30000"]),
    ("མི་དམངས་སྒོར་མོ་500", ["money:500"]),
]


@pytest.mark.parametrize(
    ("lang", "text", "found"), [("th", *case) for case in THAI] + [("bo", *case) for case in TIBETAN]
)
def test_what_is_read(lang: str, text: str, found: list[str]) -> None:
    assert [f"{m.kind}:{float(m.value):.10g}" for m in extract_numbers(normalise(text), lang)] == found


def unsupported(kind: str, source: str, target: str, text: str, lang: str = "th") -> list[str]:
    example = Example("a", "x", ("x",), (Fact(kind, (source,), (target,), 1.0),), "zh", lang)
    return [item.surface for item in Inventory([example]).align(example, text).unsupported]


@pytest.mark.parametrize(
    ("kind", "source", "target", "right", "wrong", "lang"),
    [
        ("money", "2亿美元", "200 ล้านดอลลาร์", "200 ล้านดอลลาร์สหรัฐ", "200 ล้านดอลล่าร์ฮ่องกง", "th"),
        ("money", "2亿元", "200 ล้าน", "200 ล้านหยวน", "200 ล้านเยน", "th"),
        ("money", "2亿英镑", "200 ล้านปอนด์", "200 ล้านปอนด์อังกฤษ", "200 ล้านปอนด์ซีเรีย", "th"),
        ("money", "2亿元", "སྒོར་དུང་ཕྱུར་2", "མི་དམངས་སྒོར་མོ་དུང་ཕྱུར་2", "ཨ་སྒོར་དུང་ཕྱུར་2", "bo"),
        ("quantity", "时速90公里", "90 กิโลเมตรต่อชั่วโมง", "90 กม. ต่อชม.", "90 กม.", "th"),
        ("quantity", "时速90公里", "90 กิโลเมตรต่อชั่วโมง", "ชั่วโมงละ 90 กม.", "นาทีละ 90 กม.", "th"),
        ("quantity", "5千米", "5 กิโลเมตร", "ห่างออกไป 5 กิโล", "หนัก 5 กิโล", "th"),
        ("quantity", "零下8度", "ติดลบ 8 องศา", "-8 องศา", "-9 องศา", "th"),
        ("quantity", "8度", "8 องศา", "8 องศา", "ติดลบ 8 องศา", "th"),
        ("quantity", "下跌8点", "8 จุด", "ดัชนีติดลบ 8 จุด", "ดัชนี -8 จุด", "th"),
        ("quantity", "500人", "500 คน", "500 คน", "เฉียด 500 คน", "th"),
        ("quantity", "500人", "500 คน", "500 คน", "500 คนต่อวัน", "th"),
        ("quantity", "每天500人", "500 คน", "500 คนต่อวัน", "600 คนต่อวัน", "th"),
    ],
)
def test_what_is_borne_out(kind: str, source: str, target: str, right: str, wrong: str, lang: str) -> None:
    assert not unsupported(kind, source, target, right, lang)
    assert unsupported(kind, source, target, wrong, lang)


def test_a_sum_in_two_currencies_keeps_both() -> None:
    assert not unsupported("money", "2亿元", "200 ล้านดอลลาร์ไต้หวัน", "200 ล้านดอลลาร์ไต้หวัน")
