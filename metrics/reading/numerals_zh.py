"""Chinese numerals: 3亿5000万, 三十七, 一点二亿, 30多万, 两万五, 一万五千亿, 两三百, 几十万.

Traditional ones are turned into these before.
"""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.counted_zh import _COUNTED, _lone_counts
from metrics.reading.numeral import ANY_DIGIT, FREE_START, NUMBER, POINT_FIRST, VULGAR, Numeral, Value, number, step

DIGIT = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
SMALL = {"十": 10, "百": 100, "千": 1000}
BIG = {"万": 10**4, "亿": 10**8}
_MORE = "多余来几"
# 千克, 千米, 千瓦: the 千 is part of the unit; 百帕 likewise. 百分 is the per cent of what follows.
_UNIT = re.compile(r"\s?(?:千(?![克米瓦卡赫帕伏焦]|字节)|百(?![帕度])(?!分之)|十)")
_BIGS = re.compile(r"\s?(?:万亿|万(?!分之|圣)|亿(?!分之)|兆(?![瓦赫欧帕字]))")
_POINT = re.compile(r"点([零〇一二三四五六七八九]+)(?![十百千点滴分半刻])")
_GROUPED = re.compile(r"[0-9]{1,3}(?:，[0-9]{3}){1,6}(?![0-9])(?!，[0-9]{3}(?![0-9]))")
_SPOKEN_POINT = re.compile(r"点([0-9]{1,4})(?=\s?[万亿%倍])")
_VULGAR = "".join(VULGAR)
_PAIR = re.compile(
    r"(?:一[两二]|[二两]三|三[四五]|四五|五六|六七|七八|八九)(?=[十百千万亿]|\s?[名人个位家年天件次岁条种项间所辆架艘座场届层只头张块元米里公])"
)
_TENS_PAIR = re.compile(
    r"[二三四五六七八九]?十(?:一二|二三|三四|四五|五六|六七|七八|八九)(?=[个岁名人位年天件次家公米里元万亿])"
)
_BARE_MORE = re.compile(r"[百千万][余多](?=[人名家个所座户件起吨公里年天位条项种亩])")
START = re.compile(
    rf"{FREE_START}(?:[0-9]|(?<![\w\u0e30-\u0e4e\u0f71-\u0fbc.])\.[0-9](?![0-9]*\.))|[{_VULGAR}一二两三四五六七八九十]"
    r"|零(?=点[零〇一二三四五六七八九])"
    r"|(?<![人总次指系倍分岁参函无代基复单大少半个位点字因整份票比])数(?=[十百千万亿])|几(?=[十百千万亿])|(?<![以晚早路网线地海身手头脸桌街车船赶碰遇跟千])上(?=[百千万亿](?![分度克米瓦圣]))"
    r"|(?<![一二两三四五六七八九十百千万几数0-9])[百千万](?=[余多][人名家个所座户件起吨公里年天位条项种亩])"
    r"|(?<=[近逾超约达满])[百千万亿](?![分度克米瓦科达里])"
    r"|(?:(?<=超过)|(?<=突破)|(?<=高达))[百千万亿](?![分度克米瓦])"
)

FIRST = re.compile(f"[0-9.{_VULGAR}一二两三四五六七八九十零数几上百千万亿]")
"""What stands wherever START matches, found much faster."""


def _section(text: str, at: int, first: bool) -> tuple[Value, int, int, bool, bool] | None:
    """Digits and small units: (value, end, last unit or 1, is the last digit word loose, zero before it)."""
    total: Value = 0
    last, end, loose, zero = 10**6, at, False, False
    pending: Value | None = None
    unit_at_end = 1
    while True:
        if text[end : end + 1] == " " and pending is None and end > at:
            break
        digits = NUMBER.match(text, end)
        if digits and pending is None:
            grouped = _GROUPED.match(text, end) if first and end == at else None
            value = number(grouped.group().replace("，", "") if grouped else digits.group())
            if value is None:
                return None
            if end > at and (zero or value >= last):
                break
            pending, loose, next_end = value, False, (grouped or digits).end()
            spoken = _SPOKEN_POINT.match(text, next_end) if "." not in digits.group() else None
            if spoken:  # 3点5万
                pending, next_end = Fraction(f"{pending}.{spoken.group(1)}"), spoken.end()
            if text[next_end : next_end + 1] in VULGAR:
                pending += VULGAR[text[next_end]]
                next_end += 1
            plain, loose = True, bool(total) and next_end == end + 1  # 5千2 is 5200
        elif text[end : end + 1] in DIGIT and text[end : end + 1] and pending is None:
            pending, plain, next_end = DIGIT[text[end]], False, end + 1
            if pending == 0:
                if total == 0:
                    if not first or end > at:  # 一亿零五百万: the zero stands before the section
                        zero, pending, end = True, None, next_end
                        continue
                    point = _POINT.match(text, next_end)
                    if point is None:
                        return None
                    return Fraction("0." + "".join(str(DIGIT[c]) for c in point.group(1))), point.end(), 1, False, False
                zero, pending, end = True, None, next_end
                continue
            loose = True
        elif (text[end : end + 1] == "十" and pending is None and total == 0) or (
            text[end : end + 1] in ("百", "千") and pending is None and total == 0 and first
        ):
            pending, plain, next_end, loose = 1, False, end, False
        else:
            break
        unit = _UNIT.match(text, next_end)
        if unit and SMALL[unit.group().strip()] < last:
            last = unit_at_end = SMALL[unit.group().strip()]
            total += pending * last
            pending, end, loose, zero = None, unit.end(), False, False
            if text[end : end + 1] in _MORE and text[end : end + 1] not in DIGIT:
                break
            continue
        if unit and not (total == 0 and not plain):  # 二十三十: the digit belongs to the next number
            if total:
                return total, end, unit_at_end, False, zero
            break
        if not plain:
            point = _POINT.match(text, next_end)
            if point:
                total += pending + Fraction("0." + "".join(str(DIGIT[c]) for c in point.group(1)))
                return total, point.end(), 1, False, zero
        if plain and total and text[end - 1 : end].isdigit():
            break
        return total + pending, next_end, 1 if not loose else unit_at_end, loose, zero
    if total == 0:
        return None
    point = _POINT.match(text, end)
    if point:  # 十点五万
        return total + Fraction("0." + "".join(str(DIGIT[c]) for c in point.group(1))), point.end(), 1, False, zero
    return total, end, unit_at_end, False, zero


def _next_lower(unit: Value) -> Fraction:
    """千 for 万, 千万 for 亿, 百 for 千 ...: what a single digit after the unit counts (13万2)."""
    return Fraction(unit) / 10


def _indefinite(text: str, at: int) -> Numeral | None:
    """几十万, 数百, 上千: the order of magnitude alone."""
    end, unit = at + 1, Fraction(1)
    while (match := _UNIT.match(text, end) or _BIGS.match(text, end)) and not match.group()[0].isspace():
        for char in match.group():
            unit *= SMALL.get(char) or BIG.get(char) or 10**12
        end = match.end()
    if unit == 1:
        return None
    return Numeral(at, end, unit * (1 if text[at] == "上" else 2), unit * 10, True, unit, spelled=True)


def parse(text: str, at: int) -> Numeral | None:
    """The numeral that begins at `at` (a place that START found); None when what stands there is no number."""
    if text[at] in "几数上":
        return _indefinite(text, at)
    if text[at] in VULGAR:
        return Numeral(at, at + 1, VULGAR[text[at]])
    if text[at] == ".":
        digits = POINT_FIRST.match(text, at)
        return Numeral(at, digits.end(), Fraction("0" + digits.group())) if digits else None
    if text[at] == "十" and text[at - 1 : at] == "双":  # 双十一, a day of sales
        return None
    bare = _BARE_MORE.match(text, at)
    if bare:  # 百余人
        unit = Fraction(SMALL.get(text[at]) or BIG[text[at]])
        return Numeral(at, at + 2, unit, 2 * unit, spelled=True)
    tens = _TENS_PAIR.match(text, at)
    if tens:  # 三十五六岁: 35 and 36
        base = 10 * DIGIT.get(text[at], 1)
        low, high = (Fraction(base + DIGIT[char]) for char in tens.group()[-2:])
        return Numeral(at, tens.end(), low, spelled=True, also=high)
    pair = _PAIR.match(text, at)
    if pair:
        return _pair(text, at)
    return _grouped(text, at)


def _pair(text: str, at: int) -> Numeral | None:
    """两三百, 七八十万, 三四个: two neighbouring digits share what follows."""
    second = _grouped(text, at + 1)
    if second is None or text[at + 1] not in DIGIT:
        return None
    low, high = DIGIT[text[at]], DIGIT[text[at + 1]]
    scale = second.value / high
    return Numeral(
        at, second.end, low * scale, None, scale=second.scale, spelled=True, lone=second.lone, also=second.value
    )


def _grouped(text: str, at: int) -> Numeral | None:
    total: Value = 0
    magnitude: Value | None = None
    low_part: Value = 0  # what a larger unit may still multiply: the 一万 of 一万五千亿
    end, scale = at, 1
    high: Value | None = None
    if text[at] in BIG:
        section: tuple[Value, int, int, bool, bool] | None = (1, at, 1, False, False)
    else:
        section = _section(text, at, True)
    one_char = text[at] in DIGIT
    while section is not None:
        value, sec_end, unit, loose, zero = section
        more = (
            text[sec_end : sec_end + 1] in _MORE
            and bool(text[sec_end : sec_end + 1])
            and _may_be_more(text, at, sec_end, unit)
        )
        bigs = _BIGS.match(text, sec_end + more)
        if bigs and bigs.group()[0].isspace() and not (text[sec_end - 1].isdigit() or text[sec_end - 1] in "百千"):
            bigs = None
        if bigs is None:
            if more:
                total += value
                high = total + (unit if unit > 1 and not loose else step(value))
                sec_end += 1
            elif (
                magnitude is not None
                and (loose or text[end].isdigit())
                and unit == 1
                and not zero
                and value < 10
                and sec_end == end + 1
            ):
                if (
                    _COUNTED.match(text, sec_end) and text[sec_end] not in "元块美欧"
                ):  # 3万五人 is a list or an error: leave it
                    break
                total += value * _next_lower(magnitude)
            elif magnitude is not None and value >= magnitude:
                break
            elif loose and unit > 10 and not zero:
                tail = value - (value // unit) * unit
                total += value - tail + tail * _next_lower(unit)
            else:
                total += value
            end = sec_end
            break
        factor = 1
        for char in bigs.group().strip():
            factor *= BIG.get(char, 10**12)
        if "兆" in bigs.group() and not text.startswith(("元", "美", "欧", "日", "韩", "港"), bigs.end()):
            total, end = total + value, sec_end
            break
        if magnitude is not None and factor > magnitude:
            part = (low_part + value) * factor
            total += part - low_part
        else:
            part = value * factor
            if magnitude is not None and part >= magnitude:
                break
            total += part
        if more:
            high = total - part + (value + (unit if unit > 1 else step(value))) * factor
        low_part = part if factor < 10**8 else 0
        magnitude, scale, end = factor * (unit if unit > 1 and not loose else 1), factor, bigs.end()
        if high is None and text[end : end + 1] in ("多", "余", "来") and _more_follows(text, end):
            high, end = total + factor, end + 1
        if high is not None:
            break
        section = _section(text, end, False)
        if section and text[end] == " ":
            section = None
        if section is None and text[end : end + 1] == " " and text[end + 1 : end + 2].isdigit():
            section = _section(text, end + 1, False)
            if section and not _BIGS.match(text, section[1]) and text[section[1] - 1].isdigit():
                section = None
    if end == at:
        return None
    taken = text[at:end]
    spelled = ANY_DIGIT.search(taken) is None
    lone = spelled and end == at + 1 and (one_char or taken == "十")
    if spelled and not lone and not any(c in "十百千万亿点兆" for c in taken):
        return None
    if lone and not _lone_counts(text, at, end):
        return None
    if scale == 1 and text[end - 1] in SMALL:
        scale = SMALL[text[end - 1]]
    bound = None if high is None else Fraction(high)
    return Numeral(at, end, Fraction(total), bound, False, scale, spelled=spelled, lone=lone)


def _may_be_more(text: str, start: int, at: int, unit: int) -> bool:
    """Is the 多 or 几 after a section part of the number (30多万, 十几人), not a word of its own (3来自, 5余下)?"""
    char = text[at]
    if char == "几":
        return text[at - 1] in "十0"
    if char == "来":
        return text[at - 1] in "十百千0" and text[at + 1 : at + 2] not in ("自", "源", "到", "访", "说", "自", "看")
    if unit == 1 and not text[at - 1].isdigit():
        return False
    return (
        text[at + 1 : at + 2] not in ("数", "边", "样", "元化", "次", "额", "下", "地", "震")
        or text[at - 1] in "十百千"
    )


def _more_follows(text: str, at: int) -> bool:
    return text[at] != "来" or text[at + 1 : at + 2] not in ("自", "源", "到", "访", "说", "看")
