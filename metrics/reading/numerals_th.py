"""Thai numerals: 3.7 พันล้าน, สามสิบเจ็ด, สองจุดห้าล้าน, พันห้าร้อย, หนึ่งร้อยเอ็ดล้าน, สามร้อยกว่า, หลายแสน,
สองสามร้อย."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.needs import Behind
from metrics.reading.numeral import ANY_DIGIT, FREE_START, NUMBER, POINT_FIRST, VULGAR, Numeral, Value, number, step

DIGIT = {
    "ศูนย์": 0,
    "หนึ่ง": 1,
    "เอ็ด": 1,
    "สอง": 2,
    "ยี่": 2,
    "สาม": 3,
    "สี่": 4,
    "ห้า": 5,
    "หก": 6,
    "เจ็ด": 7,
    "แปด": 8,
    "เก้า": 9,
}
SMALL = {"สิบ": 10, "ร้อย": 100, "พัน": 1000, "หมื่น": 10**4, "แสน": 10**5}
MILLION = 10**6
# Words that begin like a numeral: สามารถ, ห้าง, เก้าอี้, ยี่ห้อ; พันธุ์, ร้อยละ, ร้อยโท, ล้านนา.
_DIGIT_RE = (
    "หนึ่ง|เอ็ด|สอง(?!แคว|แถว)|ยี่(?=สิบ)|สาม(?!ารถ|ัญ|ี|ก๊ก)|สี่(?!แยก)|ห้า(?!ง|ม)|หก(?!ล้ม|คะเมน|ตก)|เจ็ด|แปด(?!เปื้อน)|เก้า(?!อี้|ง)"
)
_SMALL_RE = (
    "สิบ(?!เอก|โท|ตรี|ตำรวจ)|ร้อย(?!ละ|เอก|โท|ตรี|ตำรวจ|กรอง|แก้ว|เรียง|รัด|ไหม|มาลัย|ใจ)|พัน(?!ธ|เอก|"
    "โท|ตรี|ตำรวจ|จ่า|ผ้า|แผล|ตู|ทาง)"
    "|หมื่น|แสน(?!สาหัส|ดี|เข็ญ|สิริ|รู้|ยาก|สนุก|สบาย|แสบ|น่า|จะ|ยานุ|ย)"
)
_MILLION_RE = "ล้าน(?!นา(?!ที)|ช้าง)"
_UNIT_RE = f"(?:{_SMALL_RE}|{_MILLION_RE})"
_DIGIT = re.compile(_DIGIT_RE)
_ZERO_POINT = re.compile("ศูนย์(?=จุด)")
_SMALL = re.compile(rf"\s?(?:{_SMALL_RE})")
_MILLION, _UNIT_WORD = re.compile(_MILLION_RE), re.compile(_UNIT_RE)
_MOST = 4
"""Times ล้าน may be said in one number: 10^24. What goes on beyond it is no amount, and to multiply it takes long."""
_MILLIONS = re.compile(rf"\s?(?:{_MILLION_RE})(?:\s?{_MILLION_RE}){{0,{_MOST - 1}}}")
_UNIT = re.compile(rf"\s?{_UNIT_RE}")
_POINT = re.compile(rf"จุด((?:ศูนย์|{_DIGIT_RE})+)(?!\s?(?:{_SMALL_RE})?{_DIGIT_RE}(?:สิบ|ร้อย))")
_POINT_DIGIT = re.compile(rf"ศูนย์|{_DIGIT_RE}")
_MORE = re.compile(r"\s?(?:กว่า|เศษ(?!ส่วน|ๆ|\s?[0-9]))")
COUNTERS = (
    "คน|ราย|ปี|วัน|เดือน|ชั่วโมง|นาที|วินาที|สัปดาห์|ครั้ง|แห่ง|ฉบับ|ลำ|คัน|ตัว|หลัง|บาท|เมตร|กิโล|เซนติ|ตาราง|"
    "ลูกบาศก์|ตัน|เท่า|จังหวัด|ประเทศ|เมือง|ชาติ|ชุด|เครื่อง|เรื่อง|ชิ้น|ข้อ|ด้าน|ประการ|ประเด็น|"
    "กลุ่ม|ทีม|นาย|ท่าน|องค์|รูป|ศพ|ดวง|ใบ|เล่ม|สาย|ชนิด|ประเภท|แบบ|อย่าง|รายการ|โครงการ|บริษัท|ธนาคาร|โรง|"
    "หมู่บ้าน|ตำบล|อำเภอ|ครอบครัว|ครัวเรือน|คู่|สมัย|รอบ|นัด|ประตู|แต้ม|คะแนน|เหรียญ|ดอลลาร์|ยูโร|"
    "หยวน|เยน|วอน|ปอนด์|ไมล์|ฟุต|นิ้ว|ไร่|ลิตร|องศา|เปอร์|ล้าน|สิบ|ชั้น|ห้อง|คาบ|หน้า|บท|ตอน|ภาค|ฤดู|มื้อ|จาน|"
    "แก้ว|ขวด|ถ้วย|ถุง|กล่อง|ลูก|ต้น|ดอก|เม็ด|เส้น|แผ่น|ผืน|คำ|ภาษา|ทวีป|เกาะ|สถานี|สาขา|"
    "สถานที่|จุด|มาตรา|ขบวน|เที่ยว|นาฬิกา|ทศวรรษ|ศตวรรษ|รุ่น|ยี่ห้อ|พรรค|เสียง|ที่นั่ง|ตำแหน่ง|สนาม|เซต|เกม|ขั้น|"
    "ระดับ|ระยะ|ช่วง|ขวบ|วาระ|ใน|ส่วน|พี่น้อง|วิธี|เผ่า|ล้อ|มุม|นายแบบ|หลา|ออนซ์|วัตต์|กรัม|แกน"
)
_COUNTED = re.compile(rf"\s?(?:{COUNTERS})")
# Number words that are hardly ever part of another word: read, though what they count is no known counter.
_WORD_ALONE = re.compile(r"สอง(?!ใจ|แคว|แถว|สลึง|ต่อ)|สาม(?!ัคคี|เณร|ัญ|ารถ|ี|ล้อ|ก๊ก|พราน)|สี่|ห้า(?!ง|ม|ว)|เจ็ด|แปด|เก้า(?!อี้|ง)")
_RANGE_AHEAD = re.compile(rf"\s?(?:ถึง|-|~|หรือ)\s?(?:{_DIGIT_RE}|สิบ)+\s?(?:{_UNIT_RE}|{COUNTERS})")
ORDINAL = Behind(
    re.compile(
        r"(?:ครั้ง|อันดับ|ลำดับ|คน|วัน|ชั้น|ระดับ|รุ่น|ข้อ|บท|ตอน|ภาค|ชุด|สมัย|ราย|แห่ง|ประการ|รอบ|นัด|ปี|เดือน|สัปดาห์|นาที|ศตวรรษ|ทศวรรษ"
        r"|ไตรมาส|เบอร์|หลุม|ฉบับ|ตำแหน่ง|โลกครั้ง|มาตรา|เขต|หมู่)ที่\s?\Z|(?:อันดับ|ลำดับ|เบอร์|มาตรา)\s?\Z"
    )
)
_MANY = re.compile(rf"(?:หลาย|นับ|หลัก|ไม่กี่)\s?((?:{_SMALL_RE})?(?:\s?{_MILLION_RE}){{0,{_MOST}}})")
_NEIGHBOURS = [
    ("หนึ่ง", "สอง"),
    ("สอง", "สาม"),
    ("สาม", "สี่"),
    ("สี่", "ห้า"),
    ("ห้า", "หก"),
    ("หก", "เจ็ด"),
    ("เจ็ด", "แปด"),
    ("แปด", "เก้า"),
]
_PAIR = re.compile("(?:" + "|".join(f"{a}{b}" for a, b in _NEIGHBOURS) + rf")(?=\s?(?:{_UNIT_RE}|{COUNTERS}))")
_BARE_MEASURE = re.compile(r"(?:ร้อย|พัน)(?:บาท|เมตร|ปี|กิโลเมตร)")
_BARE_AFTER = re.compile(r"(?:กว่า|เกือบ|ร่วม|เฉียด|ราว|ประมาณ|ครบ|ถึง|เกิน|\A|\s)\s?\Z")
START = re.compile(
    rf"{FREE_START}(?:[0-9]|(?<![\w\u0e30-\u0e4e\u0f71-\u0fbc.])\.[0-9](?![0-9]*\.))|[{''.join(VULGAR)}]|(?:หลาย|นับ|หลัก|ไม่กี่)"
    rf"\s?(?={_UNIT_RE})|หลาย(?=ทศวรรษ|ศตวรรษ)|ศูนย์(?=จุด(?:ศูนย์|{_DIGIT_RE}))|{_DIGIT_RE}"
    rf"|(?<!กระ)สิบ(?!เอก|โท|ตรี|ตำรวจ)|(?<!เรียบ)(?<!ยอด)"
    rf"(?:{_SMALL_RE[_SMALL_RE.index('ร้อย') : _SMALL_RE.index('|พัน')]})"
    rf"|(?<!ผูก)(?<!สัม)(?<!พัว)(?<!ผู้)(?<!เกี่ยว)"
    rf"(?:{_SMALL_RE[_SMALL_RE.index('พัน') : _SMALL_RE.index('|หมื่น')]})|หมื่น|(?<!บาง)(?<!สุด)(?<!แม่)"
    rf"(?:{_SMALL_RE[_SMALL_RE.index('แสน') :]})"
    rf"|(?<!หัว)(?<!ศีรษะ)(?:{_MILLION_RE})"
)

# Each character by itself: `re` passes quickly over what no alternative begins with where all of them are literals.
FIRST = re.compile(
    "|".join(map(re.escape, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", *VULGAR]))
    + "|หลาย|นับ|หลัก|ไม่กี่|ศูนย์|หนึ่ง|เอ็ด|สอง|ยี่|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน"
)
"""What stands wherever START matches, found four times as fast."""


def _coefficient(text: str, at: int) -> tuple[Value, int, bool] | None:
    """A digit word or digits, with decimals: (value, end, is it a word)."""
    digits = NUMBER.match(text, at)
    if digits:
        value, end = number(digits.group()), digits.end()
        if value is None:
            return None
        if text[end : end + 1] in VULGAR and text[end : end + 1]:
            return value + VULGAR[text[end]], end + 1, False
        return value, end, False
    word = _DIGIT.match(text, at) or _ZERO_POINT.match(text, at)
    if word is None:
        return None
    value, end = DIGIT[word.group()], word.end()
    point = _POINT.match(text, end)
    return (*_with_point(value, point), True) if point else (value, end, True)


def _with_point(value: Value, point: re.Match[str]) -> tuple[Fraction, int]:
    decimals = "".join(str(DIGIT[word]) for word in _POINT_DIGIT.findall(point.group(1)))
    return value + Fraction("0." + decimals), point.end()


def _section(text: str, at: int, first: bool) -> tuple[Value, int, int, int] | None:
    """Everything below a million: (value, end, last unit or 1, tokens)."""
    total: Value = 0
    last, end, tokens, bare = 10**6, at, 0, False
    while True:
        space = 1 if text[end : end + 1] == " " and end > at else 0
        coefficient = _coefficient(text, end + space)
        if coefficient:
            value, after, word = coefficient
            unit = _SMALL.match(text, after)
            if unit and SMALL[unit.group().strip()] < last:
                last = SMALL[unit.group().strip()]
                total, end, tokens = total + value * last, unit.end(), tokens + 2
                continue
            if unit and total:  # สองร้อยสามร้อย: two numbers
                break
            if (
                space
                or (total and not (word and text[end - 1 : end] and not text[end - 1].isdigit()))
                or (total and value >= last)
            ):
                break
            if total and _PAIR.match(text, end):
                break
            if (
                total
                and bare
                and last >= 1000
                and value < 10
                and not text.startswith(("หนึ่งราตรี", "เอ็ด"), end)
                and not _MILLIONS.match(text, after)
            ):
                value *= last // 10  # แสนสอง is 120,000
            return total + value, after, 1, tokens + 1
        unit = _SMALL.match(text, end)
        if (
            unit
            and not unit.group()[0].isspace()
            and SMALL[unit.group()] < last
            and (unit.group() == "สิบ" or (first and tokens == 0))
        ):
            bare = tokens == 0
            last = SMALL[unit.group()]
            total, end, tokens = total + last, unit.end(), tokens + 1
            continue
        break
    if total == 0:
        return None
    point = _POINT.match(text, end)
    if point:
        total, end = _with_point(total, point)
    return total, end, 1 if last == 10**6 else last, tokens


def parse(text: str, at: int) -> Numeral | None:
    """The numeral that begins at `at` (a place that START found); None when what stands there is no number."""
    if text[at] in VULGAR:
        return Numeral(at, at + 1, VULGAR[text[at]])
    if text[at] == ".":
        digits = POINT_FIRST.match(text, at)
        return Numeral(at, digits.end(), Fraction("0" + digits.group())) if digits else None
    many = _MANY.match(text, at)
    if many:
        return _indefinite(text, many)
    if _PAIR.match(text, at):
        second = _whole(text, at + len(_DIGIT.match(text, at).group()))  # type: ignore[union-attr]
        if second is not None:
            first_word, second_word = (_DIGIT.match(text, place).group() for place in (at, second.start))  # type: ignore[union-attr]
            low = second.value / DIGIT[second_word] * DIGIT[first_word]
            return Numeral(at, second.end, low, scale=second.scale, spelled=True, lone=second.lone, also=second.value)
    return _whole(text, at)


def _indefinite(text: str, many: re.Match[str]) -> Numeral | None:
    """หลายร้อย, หลายแสนล้าน, นับพัน: the order of magnitude alone."""
    if not many.group(1):  # หลายทศวรรษ
        return Numeral(many.start(), many.end(), Fraction(2), Fraction(10), True, spelled=True)
    unit = Fraction(1)
    for word in _UNIT_WORD.findall(many.group(1)):
        unit *= SMALL.get(word, MILLION)
    low = unit if many.group().startswith(("นับ", "หลัก")) else 2 * unit
    return Numeral(many.start(), many.end(), low, unit * 10, True, unit, spelled=True)


def _whole(text: str, at: int) -> Numeral | None:
    total: Value = 0
    magnitude: Value | None = None
    high: Value | None = None
    scale: Value = 1
    end, tokens, small_end = at, 0, 1
    bare_million = _MILLION.match(text, at) is not None
    section: tuple[Value, int, int, int] | None = (1, at, 1, 0) if bare_million else _section(text, at, True)
    while section is not None:
        value, sec_end, unit, n = section
        more = _MORE.match(text, sec_end)
        millions = _MILLIONS.match(text, more.end() if more else sec_end)
        if millions is None:
            if magnitude is not None and (
                value >= magnitude or (text[end : end + 1] == " " and text[sec_end - 1].isdigit())
            ):
                break
            total, end, tokens, small_end = total + value, sec_end, tokens + n, unit
            if more and not text.startswith(("กว่าเดิม", "กว่าปกติ", "กว่าที่"), more.end() - 4):
                high, end = total + (unit if unit > 1 else step(value)), more.end()
            break
        if _MILLION.match(text, millions.end()):
            return None
        factor = MILLION ** len(_MILLION.findall(millions.group()))
        part = value * factor
        if magnitude is not None and part >= magnitude:
            if unit < 1000 or value >= magnitude:
                break
            part = (total + value) * factor - total  # หนึ่งล้านห้าแสนล้าน is 1.5 million million
        total, end, tokens = total + part, millions.end(), tokens + n + 1
        if more:
            high = total + (unit if unit > 1 else step(value)) * factor
            break
        magnitude, scale = factor * unit, factor * (unit if value != 1 or unit > 1 else 1)
        after = _MORE.match(text, end)
        if after:
            high, end = total + (magnitude if value.denominator == 1 else step(total)), after.end()
            break
        section = _section(text, end + (1 if text[end : end + 1] == " " else 0), False)
        if (
            section and bare_million and section[0] < 10 and section[3] == 1 and not text[end].isdigit()
        ):  # ล้านห้า is 1.5 million
            section = (section[0] * 10**5, *section[1:])
        if section and text[end : end + 1] == " " and not _UNIT.search(text, end, section[1] + 6):
            section = None
    if end == at:
        return None
    if scale == 1 and small_end > 1:
        scale = small_end
    exact, bound = Fraction(total), None if high is None else Fraction(high)
    spelled = ANY_DIGIT.search(text, at, end) is None
    ordinal = bool(ORDINAL.search(text, max(0, at - 12), at))
    if not spelled or tokens > 1 or total.denominator > 1:
        name = spelled and text[at:end] == "ร้อยเอ็ด" and not _COUNTED.match(text, end)
        return (
            None
            if name
            else Numeral(at, end, exact, bound, False, scale, spelled=spelled, ordinal=ordinal and scale == 1)
        )
    if any(text.startswith(word, at) for word in DIGIT) or text.startswith("สิบ", at):
        counted = _COUNTED.match(text, end) or _percent_follows(text, end) or _RANGE_AHEAD.match(text, end)
        if high is None and not ordinal and not counted and not _WORD_ALONE.match(text, at):
            return None
        return Numeral(at, end, exact, bound, False, scale, spelled=True, lone=True, ordinal=ordinal)
    percent = _percent_follows(text, end) or text.startswith("ละ", at - 2)
    if (
        high is None
        and not percent
        and not _BARE_AFTER.search(text, max(0, at - 8), at)
        and not _BARE_MEASURE.match(text, at)
    ):
        return None
    if high is None and not _COUNTED.match(text, end) and not _percent_follows(text, end):
        return None
    return Numeral(at, end, exact, bound, False, scale, spelled=True)


def _percent_follows(text: str, at: int) -> bool:
    return text.startswith(("เปอร์เซ", " เปอร์เซ", "%", " %"), at)
