"""What Thai newspapers write: each kind with what only looks like it and must not be read."""

from __future__ import annotations

import pytest

from metrics.normalise import normalise
from metrics.numbers import extract_numbers
from metrics.reading import bears_out, read

THAI = [
    # a year of two figures behind the number of one of several, and two such years
    ("ไตรมาส 3 ปี 67 ขยายตัว 3%", ["number:3", "year:2024", "percentage:3"]),
    ("ไตรมาสที่ 1-2 ปี 67", ["number:1", "number:2", "year:2024"]),
    ("ประชุมครั้งที่ 3 ปี 67", ["number:3", "year:2024"]),
    ("ครั้งที่ 3 ปี 67 ราย", ["number:3", "number:67"]),
    ("อายุ 3 ปี 67 วัน", ["number:3", "number:67"]),
    ("ระหว่างปี 63-65", ["year:2020", "year:2022"]),
    ("ปี 66/67", ["year:2023", "year:2024"]),
    ("ปีการผลิต 66/67", ["year:2023", "year:2024"]),
    ("ปี 66 และ 67", ["year:2023", "year:2024"]),
    ("ปี 66 และ 67 ราย", ["year:2023", "number:67"]),
    ("ปี 67 และ 45 จังหวัด", ["year:2024", "number:45"]),
    ("ปี 60-70", ["year:2017", "number:70"]),
    ("อายุ 60 ปี 65-70 กก.", ["number:60", "number:65", "number:70"]),
    ("ช่วงปี 63-65", ["year:2020", "year:2022"]),
    ("ช่วงปี 63", ["year:2020"]),
    ("ช่วงปี 60", ["decade:1960"]),
    ("ปีการศึกษา 67", ["year:2024"]),
    # a Buddhist year without its word
    ("ซีเกมส์ 2568 ที่ไทย", ["year:2025"]),
    ("ซีเกมส์ 2568 ราย", ["number:2568"]),
    ("ข้าว 2568 กก. แล้ว", ["number:2568"]),
    ("สายด่วน 2568 ตลอดวัน", []),
    ("รวม 2568 เสียง", ["number:2568"]),
    # the time that something takes
    ("ทำเวลา 10.06 วินาที", ["number:10.06"]),
    ("ใช้เวลา 2.30 ชั่วโมง", ["number:2.3"]),
    ("เวลา 10.06 นายสมชาย", ["time:606"]),
    ("ทำเวลา 1:52.69 นาที", ["number:1", "number:52.69"]),
    ("ทำเวลา 1.52.69 นาที", ["number:1", "number:52.69"]),
    ("เวลา 2.05.13 ชั่วโมง", ["number:2", "number:5", "number:13"]),
    ("รุ่น 1.2.3 นาทีนี้", []),
    ("ใช้เวลาสองชั่วโมงครึ่ง", ["number:2.5"]),
    ("ใช้เวลาสองชั่วโมง", []),
    # medals
    ("เหรียญทอง 1 เหรียญ เงิน 3 เหรียญ ทองแดง 2 เหรียญ", ["number:1", "number:3", "number:2"]),
    ("กวาด 35 เหรียญ แบ่งเป็น 12 เหรียญทอง", ["number:35", "number:12"]),
    ("เหรียญรางวัลรวม 3 เหรียญ", ["number:3"]),
    ("เหรียญทอง รับเงินอัดฉีด 500 เหรียญ", ["money:500"]),
    ("เหรียญทองราคา 50 เหรียญ", ["money:50"]),
    ("เหรียญทอง 2 เหรียญสหรัฐ", ["money:2"]),
    ("มีเงิน 300 เหรียญ", ["money:300"]),
    ("2 เหรียญต่อหุ้น", ["money:2"]),
    # the province of Roi Et, whatever goes on behind it
    ("ส.ส.ร้อยเอ็ด เขต 2", ["number:2"]),
    ("จังหวัดร้อยเอ็ด อำเภอเสลภูมิ", []),
    ("ขอนแก่น ร้อยเอ็ด ประเทศไทย", []),
    ("ชาวร้อยเอ็ดคนเดิม", []),
    ("ร้อยเอ็ดราย", ["number:101"]),
    ("สองร้อยเอ็ด ราย", ["number:201"]),
    # the year of what is called by it
    ("ซีเกมส์ 2568 รอบชิง", ["year:2025"]),
    ("มี 2568 รอบ", ["number:2568"]),
    ("รัฐธรรมนูญ 2560 มาตรา 256", ["year:2017", "number:256"]),
    ("รัฐธรรมนูญ 60 ได้ระบุ", ["year:2017"]),
    ("รัฐธรรมนูญ 60 ฉบับ", ["number:60"]),
    ("พฤษภาทมิฬ 2535", ["year:1992"]),
    ("ผลเลือกตั้ง 66", ["year:2023"]),
    ("เลือกตั้ง 66 อบจ.", ["number:66"]),
    ("เลือกตั้ง 45 ที่นั่ง", ["number:45"]),
    ("คำสั่งที่ 3/58", ["number:3", "year:2015"]),
    ("ประชุมครั้งที่ 2/67", ["number:2", "year:2024"]),
    ("คดีหมายเลขดำที่ อ.12/66", ["number:12", "year:2023"]),
    ("บ้านเลขที่ 3/58", ["number:3", "number:58"]),
    # units of an army, stations of theirs, and how they write hours
    ("กองพันสองพันนาย", ["number:2000"]),
    ("กองร้อยห้า", []),
    ("กองสองร้อย", ["number:200"]),
    ("มทบ.11 รับแจ้ง", ["number:11"]),
    ("เงินดอลลาร์ 3 วัน", ["number:3"]),
    ("฿500", ["money:500"]),
    ("เวลา 0900 น.", ["time:540"]),
    ("ราคา 1500 น.ส.สมศรี", ["number:1500"]),
    ("เวลา 2570 น.", ["number:2570"]),
    ("เริ่มทุ่มครึ่ง", ["time:1170"]),
    ("เริ่มทุ่มครึ่งล้าน", ["number:500000"]),
    ("อำเภอบึงสามพัน", []),
    ("เงินสามพัน", ["number:3000"]),
    # the million of a headline
    ("เสียหาย 3.1 พันล.", ["number:3100000000"]),
    ("งบ 2 แสนล.บาท", ["money:2e+11"]),
    ("น้ำ 500 ล.", ["number:500"]),
    ("น้ำ 2 แสนล.ม.", ["number:200000"]),
    # a sign behind the word of a percentage
    ("หดตัวร้อยละ -3.2", ["percentage:3.2"]),
    ("ร้อยละ ±3", ["percentage:3"]),
    ("ร้อยละ 5-10", ["percentage:5", "percentage:10"]),
    # so many of so many
    ("ขนาด 2x3 เมตร", ["number:2", "number:3"]),
    ("รหัส 0x16", ["number:0"]),
    ("ระบบ x86", []),
    ("180.5 ต่อประชากรแสนคน", ["number:180.5", "number:100000"]),
    ("12 รายต่อแสนคน", ["number:12", "number:100000"]),
    ("ต่อร้อยเอกสมชาย", []),
    # flights
    ("เที่ยวบิน TG 971", []),
    ("เที่ยวบินที่ 7C2216", []),
    ("เที่ยวบิน 7 เที่ยว", ["number:7"]),
]


@pytest.mark.parametrize(("text", "found"), THAI)
def test_what_is_read(text: str, found: list[str]) -> None:
    assert [f"{m.kind}:{float(m.value):.10g}" for m in extract_numbers(normalise(text), "th")] == found


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("TG971航班", "เที่ยวบิน TG 971"),
        ("7C2216航班", "เที่ยวบินที่ 7C 2216"),
        ("1分52秒69", "1:52.69 นาที"),
        ("半公斤", "ครึ่งกิโลกรัม"),
        ("过半数", "เกินกึ่งหนึ่ง"),
        ("2小时5分钟13秒", "2.05.13 ชั่วโมง"),
    ],
)
def test_a_translation_is_borne_out(source: str, text: str) -> None:
    truths, said = read(source, "zh"), [r for r in read(text, "th") if r.kind != "name"]
    assert said
    assert all(any(bears_out(truth, one) for truth in truths) for one in said)
