"""Thai numerals: 3.7 พันล้าน, สามสิบเจ็ด, สองจุดห้าล้าน, พันห้าร้อย, หนึ่งร้อยเอ็ดล้าน, สามร้อยกว่า, หลายแสน,
สองสามร้อย."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.needs import Behind
from metrics.reading.numeral import ANY_DIGIT, NUMBER, POINT_FIRST, VULGAR, Numeral, Value, number, step
from metrics.reading.numeral_words_th import (
    COUNTERS,
    DIGIT,
    DIGIT_RE,
    FIVE,
    MILLION,
    MILLION_RE,
    MORE_COUNTERS,
    NINE,
    ORDINAL,
    SMALL,
    SMALL_RE,
    UNIT_RE,
)

_DIGIT = re.compile(DIGIT_RE)
_ZERO_POINT = re.compile("ศูนย์(?=จุด)")
_SMALL = re.compile(rf"\s?(?:{SMALL_RE})")
# Written on to the word of a digit they are units, whatever follows: สองแสนดีนาร์, สามร้อยเอกสาร.
_SMALL_BEHIND = re.compile("สิบ|ร้อย(?!ละ)|พัน(?!ธ)|หมื่น|แสน")
_MILLION, _UNIT_WORD = re.compile(MILLION_RE), re.compile(UNIT_RE)
_MOST = 4
"""Times ล้าน may be said in one number: 10^24. What goes on beyond it is no amount, and to multiply it takes long."""
# พันล. of a headline; ล. alone may be a litre.
_HEADLINE = r"(?:(?<=พัน)|(?<=หมื่น)|(?<=แสน))ล\.(?!\s?[ก-ฮ]\.)"
_MILLIONS = re.compile(rf"\s?(?:{MILLION_RE})(?:\s?{MILLION_RE}){{0,{_MOST - 1}}}|{_HEADLINE}")
_EACH_MILLION = re.compile(rf"{MILLION_RE}|ล\.")
_UNIT = re.compile(rf"\s?{UNIT_RE}")
_POINT = re.compile(
    rf"(?:จุด|\s?จุด\s?(?=(?:ศูนย์|{DIGIT_RE})+\s?(?:{UNIT_RE}|เปอร์)))((?:ศูนย์|{DIGIT_RE})+)(?!\s?(?:{SMALL_RE})?{DIGIT_RE}(?:สิบ|ร้อย))"
)
# 2 จุด 5 ล้าน; 3 จุด 5 คน are three places.
_POINT_FIGURES = re.compile(r"\s?จุด\s?([0-9]{1,3})(?=\s?(?:พัน(?!ธ)|หมื่น|แสน|ล้าน|เปอร์|%))")
_HALF_MORE = re.compile(r"ครึ่ง(?!หนึ่ง|นึง|แรก|หลัง|ทาง|ปี|เดือน|วัน|ชั่ว|ศต|ทศ|เวลา|ของ|ต่อ|แปลง|ร้อย|พัน|หมื่น|แสน|ล้าน)")
_HALF_OF = re.compile(rf"ครึ่ง((?:{SMALL_RE})?(?:\s?{MILLION_RE}){{0,{_MOST}}})")
_POINT_DIGIT = re.compile(rf"ศูนย์|{DIGIT_RE}")
_PROVINCE = Behind(re.compile(r"(?:จังหวัด|เมือง|ชาว|\.)\s?\Z"))
_MORE = re.compile(r"\s?(?:กว่า|เศษ(?!ส่วน|ๆ|\s?[0-9]))")
_COUNTED = re.compile(rf"\s?(?:{COUNTERS}|{MORE_COUNTERS})")
# Number words that are hardly ever part of another word: read, though what they count is no known counter.
_WORD_ALONE = re.compile(rf"สอง(?!ใจ|แคว|แถว|ปันนา|สลึง|ต่อ)|สาม(?!ัคคี|เณร|ัญ|ารถ|ี|ล้อ|ก๊ก|พราน)|สี่|{FIVE}(?!ว)|เจ็ด|แปด|{NINE}")
_RANGE_AHEAD = re.compile(rf"\s?(?:ถึง|-|~|หรือ)\s?(?:{DIGIT_RE}|สิบ)+\s?(?:{UNIT_RE}|{COUNTERS})")
_MANY = re.compile(rf"(?:หลาย|นับ|หลัก|ไม่กี่)\s?((?:{SMALL_RE})?(?:\s?{MILLION_RE}){{0,{_MOST}}})")
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
_PAIR = re.compile("(?:" + "|".join(f"{a}{b}" for a, b in _NEIGHBOURS) + rf")(?=\s?(?:{UNIT_RE}|{COUNTERS}))")
_BARE_MEASURE = re.compile(r"(?:ร้อย|พัน)(?:บาท|เมตร|ปี|กิโลเมตร)")
_PERCENT_BEHIND = Behind(re.compile(rf"ร้อยละ\s?(?:(?:{DIGIT_RE}|สิบ){{1,3}}\s?(?:ถึง|-|~)\s?)?\Z"))
_BARE_AFTER = re.compile(
    r"(?:กว่า|เกือบ|ร่วม|เฉียด|ราว|ประมาณ|ครบ|ถึง|เกิน|ทะลุ|แตะ|แจกเงิน|สูญเงิน|โอนเงิน|จ่ายเงิน|ต่อ|ประชากร|\A|\s)\s?\Z"
)


def _coefficient(text: str, at: int) -> tuple[Value, int, bool] | None:
    """A digit word or digits, with decimals: (value, end, is it a word)."""
    digits = NUMBER.match(text, at)
    if digits:
        value, end = number(digits.group()), digits.end()
        if value is None:
            return None
        if text[end : end + 1] in VULGAR and text[end : end + 1]:
            return value + VULGAR[text[end]], end + 1, False
        point = _POINT_FIGURES.match(text, end) if value.denominator == 1 else None
        if point:
            return value + Fraction(f"0.{point.group(1)}"), point.end(), False
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
    last, end, tokens, bare, figures = 10**6, at, 0, False, False
    while True:
        space = 1 if text[end : end + 1] == " " and end > at else 0
        coefficient = _coefficient(text, end + space)
        if coefficient:
            value, after, word = coefficient
            unit = _SMALL.match(text, after) or (_SMALL_BEHIND.match(text, after) if word and value != 1 else None)
            if unit and SMALL[unit.group().strip()] < last:
                last, figures = SMALL[unit.group().strip()], not word
                total, end, tokens = total + value * last, unit.end(), tokens + 2
                continue
            if unit and total:  # สองร้อยสามร้อย: two numbers
                break
            if space and figures and last >= 100 and last <= 10 * value < 10 * last and _COUNTED.match(text, after):
                return total + value, after, 1, tokens + 1  # 3 ร้อย 50 บาท
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
    half = _HALF_OF.match(text, at)
    if half:
        return Numeral(at, half.end(), Fraction(_magnitude(half.group(1)), 2), spelled=True)
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
    unit = _magnitude(many.group(1))
    low = unit if many.group().startswith(("นับ", "หลัก")) else 2 * unit
    return Numeral(many.start(), many.end(), low, unit * 10, True, unit, spelled=True)


def _magnitude(words: str) -> Fraction:
    unit = Fraction(1)
    for word in _UNIT_WORD.findall(words):
        unit *= SMALL.get(word, MILLION)
    return unit


def _whole(text: str, at: int) -> Numeral | None:
    total: Value = 0
    magnitude: Value | None = None
    high: Value | None = None
    scale: Value = 1
    end, tokens, small_end, of_half = at, 0, 1, 0
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
            total, end, tokens, small_end, of_half = total + value, sec_end, tokens + n, unit, unit
            if more and not text.startswith(("กว่าเดิม", "กว่าปกติ", "กว่าที่"), more.end() - 4):
                high, end = total + (unit if unit > 1 else step(value)), more.end()
            break
        if _MILLION.match(text, millions.end()):
            return None
        factor = MILLION ** len(_EACH_MILLION.findall(millions.group()))
        part = value * factor
        if magnitude is not None and part >= magnitude:
            if unit < 1000 or value >= magnitude:
                break
            part = (total + value) * factor - total  # หนึ่งล้านห้าแสนล้าน is 1.5 million million
        total, end, tokens = total + part, millions.end(), tokens + n + 1
        # ยี่สิบล้านครึ่ง is 20.5 million, สามพันล้านครึ่ง 3,500; of a hundred million nobody can tell.
        of_half = factor if unit <= 10 else factor * unit if unit >= 1000 else 0
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
    if high is None and of_half >= 100 and (half := _HALF_MORE.match(text, end)):
        total, end, tokens = total + Fraction(of_half, 2), half.end(), tokens + 1
    if scale == 1 and small_end > 1:
        scale = small_end
    exact, bound = Fraction(total), None if high is None else Fraction(high)
    spelled = ANY_DIGIT.search(text, at, end) is None
    ordinal = bool(ORDINAL.search(text, max(0, at - 12), at))
    if not spelled or tokens > 1 or total.denominator > 1:
        name = spelled and text[at:end] == "ร้อยเอ็ด"
        # ร้อยเอ็ดคน are counted, not what goes on behind the name of the province: ส.ส.ร้อยเอ็ด เขต 2.
        if name and text[end : end + 1] != " " and _COUNTED.match(text, end):
            name = _PROVINCE.search(text, max(0, at - 9), at) is not None
        name = name and not text.startswith("ร้อยละ", max(0, at - 6)) and not _percent_follows(text, end)
        return (
            None
            if name
            else Numeral(at, end, exact, bound, False, scale, spelled=spelled, ordinal=ordinal and scale == 1)
        )
    if any(text.startswith(word, at) for word in DIGIT) or text.startswith("สิบ", at):
        counted = _COUNTED.match(text, end) or _percent_follows(text, end) or _RANGE_AHEAD.match(text, end)
        counted = counted or _PERCENT_BEHIND.search(text, max(0, at - 30), at)
        if high is None and not ordinal and not counted and not _WORD_ALONE.match(text, at):
            return None
        return Numeral(at, end, exact, bound, False, scale, spelled=True, lone=True, ordinal=ordinal)
    percent = _percent_follows(text, end) or text.startswith("ละ", at - 2)
    if high is None and not percent and text.startswith("เป็น", max(0, at - 4)) and _COUNTED.match(text, end):
        return Numeral(at, end, exact, 10 * exact, True, scale, spelled=True)  # มากันเป็นพันคน: as นับพันคน
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
