"""The names of Thai months and weekdays, as patterns, and Thai years that stand without ปี or an era: behind a quarter,
a feast, a half of the year. Data for `metrics.reading.dates`; groups as in `metrics.reading.calendar_words`."""

from __future__ import annotations

from metrics.reading.numeral_words_th import COUNTERS

MONTHS_TH = [
    "มกราคม",
    "กุมภาพันธ์",
    "มีนาคม",
    "เมษายน",
    "พฤษภาคม",
    "มิถุนายน",
    "กรกฎาคม",
    "สิงหาคม",
    "กันยายน",
    "ตุลาคม",
    "พฤศจิกายน",
    "ธันวาคม",
]
SHORT_MONTHS_TH = ["มค", "กพ", "มีค", "เมย", "พค", "มิย", "กค", "สค", "กย", "ตค", "พย", "ธค"]
SPOKEN_MONTHS_TH = ["มกรา", "กุมภา", "มีนา", "เมษา", "พฤษภา", "มิถุนา", "กรกฎา", "สิงหา", "กันยา", "ตุลา", "พฤศจิกา", "ธันวา"]


def _short(name: str) -> str:
    """A Thai abbreviation with its dots or without (ม.ค., ม.ค, มค.)."""
    first, last = name[:-1], name[-1]
    return rf"{first}\.?\s?{last}(?:\.|(?![\u0e00-\u0e7f]))"


FULL_MONTH_TH = "|".join(MONTHS_TH)
DOTTED_MONTH_TH = "|".join(rf"{name[:-1]}\.\s?{name[-1]}\." for name in SHORT_MONTHS_TH)
ANY_MONTH_TH = f"{FULL_MONTH_TH}|" + "|".join(_short(name) for name in SHORT_MONTHS_TH)
WEEKDAY_TH = r"วัน(?:จันทร์|อังคาร|พุธ|พฤหัสบดี|พฤหัสฯ?\s?|ศุกร์|เสาร์|อาทิตย์)"
_NO_COUNT = rf"(?![0-9.,:%/])(?!\s?(?:{COUNTERS}|กว่า|เศษ|พัน|หมื่น|แสน|ร้อย|น\.|%))"
_BEFORE = (
    "ปีใหม่|ปีหน้า|ปีนี้|ปีก่อน|ปีที่แล้ว|ปีที่ผ่านมา|(?:ครึ่ง|ต้น|กลาง|ปลาย|สิ้น)ปี(?:แรก|หลัง|หน้า|นี้|ก่อน|ที่แล้ว)?|ครึ่งแรก|ครึ่งหลัง|สงกรานต์|ตรุษจีน"
    "|ลอยกระทง|เลือกตั้ง|รัฐธรรมนูญ|งบฯ|งบประมาณ(?:รายจ่าย)?"
)
YEARS_TH = (
    # ไตรมาส 1/2567, ไตรมาสที่ 3/67: the quarter stays a number of its own
    r"(?:(?<=ไตรมาส[1-4]/)|(?<=ไตรมาส [1-4]/)|(?<=ไตรมาสที่[1-4]/)|(?<=ไตรมาสที่ [1-4]/))"
    r"(?P<year>2[45][0-9]{2}|20[0-9]{2}|[4-7][0-9])(?![0-9.,:%/])",
    rf"(?:{_BEFORE})\s?(?P<year>2[45][0-9]{{2}}){_NO_COUNT}",
    rf"งบฯ\s?(?:ปี\s?)?(?P<year>[4-7][0-9]){_NO_COUNT}",
)
"""Patterns."""
