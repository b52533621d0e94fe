"""Thai amounts whose measure is said once, land, and what is called by a day: with what only looks like them."""

from __future__ import annotations

import pytest

from metrics.normalise import normalise
from metrics.numbers import claims, extract_numbers
from metrics.reading.mention import bears_out

LISTS = [
    ("ตั๋วราคา 600, 700 และ 1,000 บาท", ["money:600", "money:700", "money:1000"]),
    ("บัตร 1,500/2,500/3,500 บาท", ["money:1500", "money:2500", "money:3500"]),
    ("รางวัล 5, 7 และ 10 ล้านบาท", ["money:5000000", "money:7000000", "money:10000000"]),
    ("เปลี่ยนจาก 3 เป็น 5 ล้านบาท", ["money:3000000", "money:5000000"]),
    ("จาก 800 เป็น 1 ล้านบาท", ["number:800", "money:1000000"]),
    ("รุ่น 5, 7 และ 10 กิโลกรัม", ["number:5 kg", "number:7 kg", "number:10 kg"]),
    ("5 กก., 7 และ 10 กก.", ["number:5 kg", "number:7 kg", "number:10 kg"]),
    ("เหลือ 2 หรือ 3 วัน", ["number:2 day", "number:3 day"]),
    ("วัย 12 และ 15 ปี", ["number:12 year", "number:15 year"]),
    ("โต 3, 4 และ 5 เปอร์เซ็นต์", ["percentage:3 percent", "percentage:4 percent", "percentage:5 percent"]),
    ("ร้อยละ 40, 60 และ 80 ของพื้นที่", ["percentage:40 percent", "percentage:60 percent", "percentage:80 percent"]),
    ("ร้อยละ 12.5 และ 8.3 ตามลำดับ", ["percentage:12.5 percent", "percentage:8.3 percent"]),
    ("จากร้อยละ 5 เป็น 8", ["percentage:5 percent", "percentage:8 percent"]),
    ("จากเดิม 20 ลดเหลือ 15%", ["percentage:20 percent", "percentage:15 percent"]),
    ("ดีเซลขึ้นจาก 30 เป็น 32 บาท", ["money:30", "money:32"]),
    ("รอบ 11.00, 14.00 และ 19.30 น.", ["time:660", "time:840", "time:1170"]),
    ("ราคา 11.00, 14.00 และ 19.30 บาท", ["money:11", "money:14", "money:19.3"]),
    # which of several, what another thing took, scores, what is counted
    ("ช่อง 3, 5 และ 7 วัน", ["number:3", "number:5", "number:7 day"]),
    ("พระราม 2 และ 10 กม.", ["number:2", "number:10 km"]),
    ("ชั้น ม.2 และ 10 กก.", ["number:2", "number:10 kg"]),
    ("มาตรา 3, 5 และ 7 วัน", ["number:3", "number:5", "number:7 day"]),
    ("2 และ 3 วันต่อมา", ["number:2", "number:3 day"]),
    ("ตึก 4, 5 คนเจ็บ", ["number:4", "number:5 person"]),
    ("เจ็บ 4, 500 บาท", ["number:4", "money:500"]),
    ("ชนะ 11-9, 11-8 และ 5 กม.", ["number:11", "number:9", "number:11", "number:8", "number:5 km"]),
    ("ขึ้น 800 เป็น 1000 บาท", ["number:800", "money:1000"]),
    ("ร้อยละ 5 และ 12 จังหวัด", ["percentage:5 percent", "number:12"]),
    ("เพิ่มร้อยละ 5 เป็น 300", ["percentage:5 percent", "number:300"]),
    ("ร้อยละ 5, 300 คน", ["percentage:5 percent", "number:300 person"]),
    # land
    ("ที่ดิน 3-1-50 ไร่", ["number:3 rai", "number:1 ngan", "number:50 wa2"]),
    ("เนื้อที่ 5-0-20 ทำกิน", ["number:5 rai", "number:20 wa2"]),
    ("เนื้อที่ 12-2-7.5 ไร่", ["number:12 rai", "number:2 ngan", "number:7.5 wa2"]),
    ("ชนะ 3-1-5 ครั้ง", ["number:3", "number:1", "number:5"]),
    ("3-1-50", ["date:103", "year:2007"]),
    # what is called by its day
    ("เหตุการณ์ 6 ตุลา 19", ["date:1006", "year:1976"]),
    ("รำลึก 14 ตุลา 16", ["date:1014", "year:1973"]),
    ("คนเดือนตุลา 2519", ["date:1000", "year:1976"]),
    ("พฤษภา 35", ["date:500", "year:1992"]),
    ("พฤษภา 35 องศา", ["number:35"]),
    ("6 ตุลา 19 คน", ["date:1006", "number:19 person"]),
    ("6 ตุลา 19.00 น.", ["date:1006", "time:1140"]),
    ("25 มีนา 20 ตลาดปิด", ["date:325", "number:20"]),
    ("ตุลาการ 19", ["number:19"]),
]


@pytest.mark.parametrize(("text", "found"), LISTS)
def test_what_is_read(text: str, found: list[str]) -> None:
    read = extract_numbers(normalise(text), "th")
    assert [f"{m.kind}:{float(m.value):.10g}" + f" {m.unit}" * bool(m.unit) for m in read] == found


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("คนแห่มาเป็นพันคน", [(1000, 10000)]),
        ("จ่ายเป็นล้านบาท", [(10**6, 10**7)]),
        ("เพิ่มเป็นพันห้าร้อยคน", [(1500, None)]),
        ("เป็นพันธมิตร", []),
        ("เป็นแสนสาหัส", []),
        ("เป็นหมื่นสุนทร", []),
    ],
)
def test_so_many_thousands_are_no_exact_value(text: str, bounds: list[tuple[int, int | None]]) -> None:
    assert [(m.value, m.high) for m in claims(normalise(text), "th")] == bounds


def test_a_small_inferred_measure_is_borne_out_by_the_bare_number() -> None:
    (five, _, ten), (said, *_) = extract_numbers("5、7和10公斤", "zh"), extract_numbers("5, 7 และ 10 กก.", "th")
    assert bears_out(five, said) and not bears_out(ten, said)
    pounds = extract_numbers("5 กก., 7 และ 10 ปอนด์", "th")[1]
    assert not bears_out(said, pounds)
