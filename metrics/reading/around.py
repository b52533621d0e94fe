"""What stands around a number: per cent, currency and unit after it; currency, and in Tibetan the unit, before it."""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading import around_zh
from metrics.reading.dates import small_number
from metrics.reading.needs import Behind
from metrics.reading.suffix import NOTHING, Suffix
from metrics.reading.words import Unit, currencies, units

_SIGN = r"\s?%(?P<point>\s?point)?"
_PARTS = {"千": 10**3, "万": 10**4}
PERCENT_BEFORE = {
    "zh": Behind(
        re.compile(r"(?P<times>[0-9]{1,4}|[一二两三四五六七八九十百千]{1,5})?(?P<of>[百千万])分之\s?[负±+-]?\s?\Z")
    ),
    "th": Behind(re.compile(r"ร้อยละ\s?(?:[±+-]\s?)?\Z")),
    "bo": Behind(re.compile(r"བརྒྱ(?:་ཆ(?:འི་?(?:གྲངས|ཆ)?)?|འི་ཆ)(?:་|\s)*\Z")),
}
_PERCENT_AFTER = {
    "": re.compile(_SIGN),
    "zh": re.compile(r"\s?%|\s?(?P<point>个?(?:(?P<more>[多余])|(?P<half>(?<=个)半))?百分[点比])"),
    "th": re.compile(r"\s?(?P<point>จุด\s?)?(?:%|เปอร์เซ[็่]?[นต](?:ต์|ท์|ต|์)*|เปอร์เซ็นต์|(?<=จุด)ร้อยละ)"),
    "bo": re.compile(r"\s?%"),
    "en": re.compile(
        r"\s?%(?P<point>\s?points?\b)?|\s?(?:percent|per cent)\b|\s?(?P<point2>percentage points?)\b", re.IGNORECASE
    ),
}
# งาน is a measure of land beside ไร่ and ตารางวา alone; elsewhere it is work, or an event.
_NGAN = re.compile(r"\s?งาน"), re.compile(r"ไร่\s?[0-9]{1,2}\Z"), re.compile(r"\s?[0-9.]{1,5}\s?(?:ตารางวา|ตร\.ว\.)")
# ลบ. is ล้านบาท; ลบ.ม. a cubic metre.
_MILLION_BAHT = re.compile(r"\s?ลบ\.(?![\u0e01-\u0e2e\u0e40-\u0e44]|\s?ม\.)")
_MORE_AFTER_UNIT = {
    "zh": re.compile(rf"[多余](?![数次余])|{around_zh.ABOVE.pattern}"),
    "th": re.compile(r"\s?(?:กว่าๆ|กว่า(?!เดิม|ปกติ|ที่)|เศษ(?!ส่วน))"),
    "bo": re.compile(r"[་\s]?(?:ལྷག|ཡན)(?![\u0f40-\u0fbc])"),
    "en": re.compile(r"\s(?:or|and) more\b", re.IGNORECASE),
}
_MORE_BEFORE_UNIT = re.compile(r"个?[多余](?=个?(?:月|小时|星期|年|周|天|公里|米|钟头|礼拜))")
_HALF_MORE = {"zh": re.compile(r"半(?![载场夜天年途])"), "th": re.compile(r"ครึ่ง"), "bo": re.compile(r"་?དང་ཕྱེད(?:་ཀ)?")}
# 一吨二 is 1.2 t where nothing follows that the digit could count (一吨二氧化碳, 一斤二手书).
_UNIT_TAIL = re.compile(r"([1-9一二三四五六七八九])(?=\Z|[，。、；！？,;)\s]|左右|重)")
_TAILED = ("mass", "length")
_HALVED = ("duration", "months", "mass", "length")
_HALF_BEFORE_UNIT = re.compile(r"个半(?=小时|月|星期|钟头|礼拜)")
_BEFORE_WORDS = {"zh": ("人民币", "新台币", "台币", "港币", "美金", "澳门币", "美元", "欧元", "英镑", "日元")}
# ชั้น 3 กิโลกรัมละ 78 บาท, พระราม 2 กม.ที่ 17: the unit belongs to the number behind it.
_NEXT_TH = re.compile(r"(?:ละ|(?<=กม\.)ที่|(?<=กิโลเมตร)ที่)\s?[0-9]")
_SCORE = re.compile(r"[0-9]{1,3}-[0-9]")
LETTERS = re.compile(r"[A-Za-z]")
# Ball, partner, satellite: syllables that are units elsewhere.
_NO_UNIT = re.compile(r"(?:[སཔ]ྤ?ོ་ལོ|རོགས་ཟླ|ཚེ་ལོ|(?:ཐོབ|འཁོར|གཟའ|རྒྱུ)་སྐར)\Z")


def percent_of(match: re.Match[str]) -> Fraction:
    """What the amount behind 百分之, 千分之, 百万分之 is to be multiplied by to be per cent."""
    parts = match.groupdict()
    return Fraction(100, (small_number(parts.get("times")) or 1) * _PARTS.get(parts.get("of") or "", 100))


def after(text: str, start: int, end: int, lang: str) -> Suffix:
    """What follows the number text[start:end]."""
    percent = _PERCENT_AFTER.get(lang, _PERCENT_AFTER[""]).match(text, end)
    if percent:
        names = percent.groupdict()
        more = lang == "zh" and around_zh.ABOVE.match(text, percent.end()) is not None
        point = any(value for name, value in names.items() if name.startswith("point"))
        extra = Fraction(1, 2) if names.get("half") else NOTHING  # 一个半百分点
        return Suffix(percent.end(), True, point, extra=extra, more=bool(names.get("more")) or more)
    if text.startswith("‰", end):
        return Suffix(end + 1, True, extra=Fraction(-1))
    if lang == "zh" and (own := around_zh.own(text, start, end)):
        return own
    if lang == "th" and (ngan := _land(text, end)):
        return ngan
    if lang == "th" and (found := _MILLION_BAHT.match(text, end)):
        return Suffix(found.end(), codes=frozenset({"THB"}), share=Fraction(10**6))
    begin, more, extra = end, False, NOTHING
    if lang == "zh":
        before_unit = _MORE_BEFORE_UNIT.match(text, end)
        half = _HALF_BEFORE_UNIT.match(text, end)
        if before_unit:
            begin, more = before_unit.end(), True
        elif half:
            begin, extra = half.end(), Fraction(1, 2)
    gap = 1 if text[begin : begin + 1] in (" ", "་") and text[begin : begin + 1] else 0
    money, unit = currencies(lang).starting(text, begin + gap), units(lang).starting(text, begin + gap)
    if begin > end and text.startswith("月", begin):  # 3个多月, 一个半月
        month = units("zh").starting("个月", 0)
        unit = ("月", month[1]) if month else None
    if money and not _ends_well(text, begin + gap, money[0], lang):
        money = None
    if unit and not _ends_well(text, begin + gap, unit[0], lang):
        unit = None
    # In Tibetan a unit stands before its number, but for that of གསུམ་ལྡབ.
    if lang == "bo" and unit and text[begin - 1].isdigit() is False and unit[1].dimension != "fold":
        unit = None
    if money and unit and len(unit[0]) > len(money[0]):
        money = None
    if money and unit and len(money[0]) > len(unit[0]):
        unit = None
    if money is None and unit is None:
        return Suffix(end, more=more or (lang == "zh" and around_zh.above(text, end)), extra=extra)
    last = begin + gap + len((money or unit)[0])  # type: ignore[index]
    suffix = Suffix(
        last, codes=money[1] if money else frozenset(), unit=unit[1] if unit else None, more=more, extra=extra
    )
    more_words = _MORE_AFTER_UNIT.get(lang)
    found = more_words.match(text, last) if more_words else None
    half_more = _HALF_MORE[lang].match(text, last) if lang in _HALF_MORE and unit else None
    height = around_zh.metre_tail(text, end, last) if lang == "zh" and unit and unit[1].id == "m" else None
    if height:  # 一米八, 1米75
        suffix.end, suffix.extra = height
    elif found:
        suffix.end, suffix.more = found.end(), True
    elif (
        unit and lang == "zh" and unit[1].dimension in _TAILED and not extra and (tenth := _UNIT_TAIL.match(text, last))
    ):
        suffix.end, suffix.extra = tenth.end(), Fraction(around_zh.digit(tenth.group(1)), 10)
    elif half_more and unit and unit[1].dimension in _HALVED:
        suffix.end, suffix.extra = half_more.end(), Fraction(1, 2)
    return suffix


def _land(text: str, end: int) -> Suffix | None:
    word, behind_rai, before_wa = _NGAN
    found = word.match(text, end)
    unit = units("en").starting("ngan", 0) if found else None
    if found and unit and (behind_rai.search(text, max(0, end - 8), end) or before_wa.match(text, found.end())):
        return Suffix(found.end(), unit=unit[1])
    return None


def _ends_well(text: str, at: int, word: str, lang: str) -> bool:
    """Does a unit or currency word end where a written word can end?"""
    after = text[at + len(word) : at + len(word) + 1]
    if not after:
        return True
    if word[-1].isascii() and word[-1].isalpha():
        return not (LETTERS.match(after) or after in "²³")
    if lang == "th":
        if after in "ลท" and _NEXT_TH.match(text, at + len(word)):
            return False
        return not ("\u0e30" <= after <= "\u0e3a" or "\u0e45" <= after <= "\u0e4e")
    if lang == "bo":
        return not "\u0f40" <= after <= "\u0fbc" or after in "འརས"
    return True


def before(text: str, start: int, floor: int, lang: str) -> tuple[int, frozenset[str], Unit | None]:
    """Currency sign or word, and in Tibetan the unit, that end before a number: (where it begins, codes, unit)."""
    end = start - 1 if start and text[start - 1] in " ་" else start
    if lang == "bo" and text[end:start] == " " and text.endswith("་", 0, end) and not _SCORE.match(text, start):
        end -= 1  # མི་ 79; the 1-0 behind a team is of no unit
    money = currencies(lang).ending(text, end)
    if money:
        begin = end - len(money[0])
        words = _BEFORE_WORDS.get(lang, ())
        plain = not money[0][-1].isalpha() or money[0].isascii()
        if lang == "th" and len(money[0]) > 1 and "\u0e00" < money[0][0] < "\u0e7f":  # มทบ.11, เงินดอลลาร์ 3 วัน
            plain = False
        good = (plain or lang == "bo" or money[0] in words) and begin >= floor
        if good and money[0][0].isascii() and money[0][0].isalpha() and begin and LETTERS.match(text[begin - 1]):
            good = False
        if good and lang == "bo" and not plain and begin and "\u0f40" <= text[begin - 1] <= "\u0fbc":
            good = money[0].startswith(("སྒོར", "མི་དམངས", "ཨ་སྒོར"))
        if good:
            return begin, money[1], None
    if lang == "bo":
        unit = units(lang).ending(text, end)
        if unit and not unit[0].isascii():
            begin = end - len(unit[0])
            apart = not (begin and "\u0f40" <= text[begin - 1] <= "\u0fbc") and not _NO_UNIT.search(
                text, max(0, begin - 8), end
            )
            if begin >= floor and apart:
                return begin, frozenset(), unit[1]
    return start, frozenset(), None


PER_HOUR = {
    "zh": Behind(re.compile(r"(?:每小时|时速)(?:[约达为近可高到]|超过|大约)*\s?\Z")),
    "th": Behind(re.compile(r"ชั่วโมงละ\s?\Z")),
    "bo": Behind(re.compile(r"ཆུ་ཚོད་རེ(?:ར|་ལ|རེར|འི)?[་\s]*\Z")),
}
_SPEEDS = {word: unit[1] for word in ("km/h", "mph") if (unit := units("").starting(word, 0))}
# กิโล is a kilogram where nothing says how far.
FARNESS = Behind(
    re.compile(
        r"(?:ยาว|ไกล|ห่าง|ระยะทาง|ระยะ|รัศมี|ลึก|เส้นทาง|วิ่ง|เดิน|เดินทาง|ขับ|ขับรถ|ปั่น)"
        r"(?:ออกไป|ไป|กว่า|ราว|ประมาณ|เกือบ|ถึง|กัน|อีก|มา)?(?:ราว|ประมาณ|เกือบ|กว่า)?\s?\Z"
    )
)
FAR = 24
"""What says how an amount is measured stands at most so far before it."""


def measure(text: str, unit: Unit, first: int, span: tuple[int, int], lang: str) -> Unit:
    """The unit of the amount at `span` with what text[first:] says before it: a distance an hour is a speed, a กิโล of
    the way a kilometre."""
    begin, stop = span
    if (
        lang == "th"
        and unit.id == "kg"
        and text.endswith(("กิโล", "กิโลฯ"), begin, stop)
        and FARNESS.search(text, first, begin)
    ):
        far = units("th").starting("กม.", 0)
        unit = far[1] if far else unit
    hourly = PER_HOUR.get(lang)
    if hourly and unit.dimension == "length" and hourly.search(text, max(first, begin - 12), begin):
        return {"km": _SPEEDS["km/h"], "mile": _SPEEDS["mph"]}.get(unit.id, unit)
    return unit
