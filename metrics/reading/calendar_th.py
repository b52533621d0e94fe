"""The names of Thai months and weekdays, as patterns, and Thai years that stand without ปี or an era: behind a quarter,
a feast, a half of the year. Data for `metrics.reading.dates`; groups as in `metrics.reading.calendar_words`."""

from __future__ import annotations

from metrics.reading.numeral_words_th import COUNTERS, MORE_COUNTERS

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
    "ปี(?:เพาะปลูก|บัญชี|มหามงคล|ท่องเที่ยว|ปฏิทิน)|ปีใหม่|ปีหน้า|ปีนี้|ปีก่อน|ปีที่แล้ว|ปีที่ผ่านมา|(?:ครึ่ง|ต้น|กลาง|ปลาย|สิ้น)ปี(?:แรก|หลัง|หน้า|นี้|ก่อน|ที่แล้ว)?|ครึ่งแรก|ครึ่งหลัง|สงกรานต์|ตรุษจีน"
    "|ลอยกระทง|เลือกตั้ง|รัฐธรรมนูญ|ปฏิวัติ|รัฐประหาร|พฤษภาทมิฬ|ต้มยำกุ้ง|กบฏ|วิกฤต|ฤดูฝน|ฤดูหนาว|ฤดูร้อน|งบฯ|งบประมาณ(?:รายจ่าย)?"
)
# What a bare number behind is not the year of.
_NO_YEAR = "".join(
    f"(?<!{word})(?<!{word} )"
    for word in (
        "เลข", "รหัส", "ห้อง", "ที่", "จำนวน", "ราคา", "ละ", "กว่า", "ราว", "ประมาณ", "เกือบ", "เป็น", "ได้",
        "ถึง", "รวม", "เพียง", "แค่", "อีก", "มี", "โทร", "โทร.", "ทะเบียน", "อยู่", "แตะ", "ปิด", "เหลือ",
        "รุ่น", "คือ", "ว่า", "หน้า", "สาย", "เบอร์", "ซื้อ", "ขาย", "ล้าน", "แสน", "หมื่น", "พัน", "ร้อย",
    )
)  # fmt: skip
_SCHOOL = "ปี(?:การศึกษา|การผลิต|ภาษี|บัญชี)"
_NUMBERED = "(?:ไตรมาส(?:ที่|สุดท้าย)?|เฟส(?:ที่)?|เดือน|(?:งวด|ครั้ง|รอบ|เทอม|ภาคเรียน|รุ่น|ชุด|ระยะ|ซีซัน|ซีซั่น|ล็อต|ลำดับ)ที่)"
"""Behind them stands the number of one of several."""
# Abbreviated measures (กก., ตร.ม.), and what COUNTERS does not know.
_NO_MEASURE = rf"(?!\s[ก-ฮ]{{1,3}}\.)(?!\s(?:{MORE_COUNTERS}|เมกะ|หลังคา|ต่อ|ถึง|โดส|ลัง|ซีซี|วิว))"
# They count where a number stands right before them, but not behind the year of a name: ซีเกมส์ 2568 รอบชิง.
_NAMED = r"\s?(?:ใน(?!\s?[0-9])|มาตรา|รอบ|ช่วง|ภาค|ระดับ|ประเภท|รุ่น|นัด|สนาม)"
_OF_YEARS = r"(?:รัฐธรรมนูญ|รธน\.|เลือกตั้ง|รัฐประหาร|ต้มยำกุ้ง|พฤษภาทมิฬ)(?:ฯ)?"
YEARS_TH = (
    # ปี 66-67, ปี 66/67, ปี 66 และ 67; of ปี 60-70 nobody can tell
    rf"(?<![0-9])(?<![0-9]\s)(?:{_SCHOOL}|ปี(?:งบประมาณ)?)\s?(?P<first_year>[4-7][0-9])\s?(?:-|~|/|ถึง|และ|กับ|หรือ)\s?"
    rf"(?P<year>[4-7][1-9]|(?<=[1-9][-~/])[4-7]0){_NO_COUNT}",
    # ไตรมาส 1/2567, ไตรมาสที่ 3/67: the quarter stays a number of its own
    r"(?:(?<=ไตรมาส[1-4]/)|(?<=ไตรมาส [1-4]/)|(?<=ไตรมาสที่[1-4]/)|(?<=ไตรมาสที่ [1-4]/))"
    r"(?P<year>2[45][0-9]{2}|20[0-9]{2}|[4-7][0-9])(?![0-9.,:%/])",
    rf"(?:{_BEFORE})\s?(?P<year>2[45][0-9]{{2}}){_NO_COUNT}",
    # Last, with nothing behind it that it could count: วันเด็กแห่งชาติ 2568.
    rf"(?<=[\u0e01-\u0e4e]\s){_NO_YEAR}(?P<year>25[4-7][0-9])(?=\s?\Z|[)\]\"”])",
    # ครั้งที่ 3/2567, คดีหมายเลขดำที่ อ.1234/2566: the number stays one of its own
    r"(?<=[0-9]/)(?P<year>25[4-7][0-9])(?![0-9.,:%/])",
    rf"(?:งบฯ\s?(?:ปี\s?)?|ปีงบ(?:ฯ|ประมาณ)?\s?|{_SCHOOL}\s?)(?P<year>[4-7][0-9]){_NO_COUNT}",
    # ไตรมาส 3 ปี 67: the number before is of what it stands behind, no three years
    rf"{_NUMBERED}\s?(?:[1-9]\s?(?:-|และ|ถึง)\s?)?[0-9]{{1,2}}\s?(?P<own>ปี\s?(?P<year>[4-7][0-9])){_NO_COUNT}",
    # คำสั่งที่ 3/58, ครั้งที่ 2/67, คดีหมายเลขดำที่ อ.12/66; เลขที่ 3/58 is a house
    r"(?:(?:ครั้ง|ฉบับ|คำสั่ง|ประกาศ|คสช\.|งวด|รอบ|เทอม|ภาคเรียน|เลขดำ|เลขแดง|คดีดำ|คดีแดง)ที่|(?:เทอม|งวด|รอบ)(?=\s?[0-9]))"
    r"\s?(?:[ก-ฮ]{1,3}\.\s?)?[0-9]{1,5}/(?P<own>(?P<year>[4-7][0-9]))(?![0-9.,:%/-])",
    rf"ช่วง(?P<own>ปี\s?(?P<year>[4-7][1-9])){_NO_COUNT}",
    # ซีเกมส์ 2568 ที่ไทย: such a number without its comma, before a word that counts nothing
    rf"(?<=[\u0e01-\u0e4e]\s){_NO_YEAR}(?P<year>25[4-7][0-9])(?=\s[\u0e01-\u0e44])(?:(?={_NAMED})|{_NO_COUNT}{_NO_MEASURE})",
    rf"{_OF_YEARS}\s?['’]?(?P<year>[4-6][0-9])(?![0-9.,:%/-])(?=\s?(?:\Z|[)\]\"”])|\s?(?:ว่า|ที่(?!นั่ง)|ได้|ไม่|ต้อง|เพื่อ|ยัง|จะ|มาตรา)|,)",
    rf"{_OF_YEARS}\s?(?P<year>2[45][0-9]{{2}})(?=\s{_NAMED})",
)
"""Patterns."""
_MORE_YEARS = "".join(rf"|(?<=\0{gap}2[45][0-9]{{2}})" for gap in (",", ", "))
_MORE_YEARS += r"|(?<=\0, 2[45][0-9]{2}, 2[45][0-9]{2})"
AND_YEAR_TH = (
    rf"(?:(?<=\0){_MORE_YEARS})\s?(?:,|และ|กับ|หรือ)\s?(?:ปี\s?)?(?P<year>2[45][0-9]{{2}})(?![0-9])(?!\s?(?:คน|บาท|ราย))"
)
"""Further years of a list (ปี 2562, 2563, 2564 และ 2565) whose first two are read, and blanked."""
_SPOKEN = f"(?P<month>{'|'.join(SPOKEN_MONTHS_TH)})(?:ฯ|(?![\u0e00-\u0e7f]))"
_AFTER_EVENT = rf"{_NO_COUNT}(?!\s?[A-Za-z0-9-])"
_DAY = r"(?<![0-9])(?<![0-9][.:])(?P<day>[0-9]{1,2})\s?"
# What is called by its day or month; any other year before 2540 may as well be a count.
_EVENTS = (("ตุลา", "1[69]"), ("พฤษภา", "35|53"))
SPOKEN_TH = (
    # 6 ตุลา 19, 14 ตุลา 16
    *(rf"{_DAY}(?P<month>{name})ฯ?\s?(?P<spoken>)(?P<year>{year}){_AFTER_EVENT}" for name, year in _EVENTS),
    rf"(?:วันที่\s?)?{_DAY}{_SPOKEN}(?:\s?(?P<year>[0-9]{{4}}|[4-7][0-9])(?![0-9.%]))?",
    # พฤษภา 35, ตุลา 2519
    *(
        r"(?:(?<![\u0e00-\u0e7f])|(?<=เหตุการณ์)|(?<=วีรชน)|(?<=ครบรอบ)|(?<=รำลึก)|(?<=เดือน)|(?<=หลัง)|(?<=ยุค)|(?<=ตั้งแต่))"
        rf"(?P<month>{name})ฯ?\s?(?P<spoken>)(?P<year>{year}|2[45][0-9]{{2}}){_AFTER_EVENT}"
        for name, year in _EVENTS
    ),
)
"""Days of months by their spoken names, and what is called by such a month and its year."""
