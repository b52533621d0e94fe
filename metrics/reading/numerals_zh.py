"""Chinese numerals: 3亿5000万, 三十七, 一点二亿, 30多万, 两万五, 一万五千亿, 两三百, 几十万.

Traditional ones are turned into these before.
"""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.counted_zh import (
    _COUNTED,
    _PASSED_BIG,
    AGE,
    COUNTERS,
    GENERATION,
    PAIRED,
    PASSED_BIG,
    _lone_counts,
    passed,
    sum_passed,
)
from metrics.reading.idioms_zh import IDIOMS, in_idiom
from metrics.reading.numeral import ANY_DIGIT, FREE_START, POINT_FIRST, VULGAR, Numeral, Value, step
from metrics.reading.pairs_zh import pair_within
from metrics.reading.section_zh import BIG, BIGS, DIGIT, MORE, SMALL, TENS, UNIT, factor_of, section
from metrics.reading.words import currencies

# 3个亿, 30多个亿; 三个亿万富翁 are three people, 三个亿元村 three villages.
_COUNTED_BIG = re.compile(r"\s?个([多余])?亿(?![万级吨]|元[级户村乡镇县市企项以大产园店楼区]|分之)")
# 1兆3000億, 2兆多元: 10**12 where more of the number or money follows; else it may be mega-.
_TRILLION_GOES_ON = re.compile(
    r"\s?(?:[0-9一二三四五六七八九][0-9.一二三四五六七八九十百千零]{0,8}\s?亿|[多余][元美欧日韩港台])"
)
_MORE_APART = re.compile(rf" [多余](?=\s?[万亿]|[{COUNTERS}美欧英日韩港公平小])")
_PARTS = re.compile(r"[十百千万亿]{1,3}分之")
_VULGAR = "".join(VULGAR)
_PAIR = re.compile(
    rf"(?:一[两二]|[二两]三|三[四五]|四五|五六|六七|七八|八九)(?=[十百千万亿]|日之?内|成(?![群员为功就])|\s?(?:{PAIRED}))"
)
_MORE_OF = "[余多](?=[万亿人名家个所座户件起吨公里年天位条项种亩元美欧英日韩港次只头艘架辆台套部篇场间栋处平斤字页册])"
_BARE_MORE = re.compile(rf"[百千万]{_MORE_OF}")
_NO_NUMERAL_BEFORE = "(?<![一二两三四五六七八九十百千万亿几数上成0-9])"
# Words of money and of counting behind which 百万 and 千亿 are amounts: 千万不要 and 百万富翁 are none.
_AMOUNT_OF = "[元名吨户亩桶辆]|[美欧日韩港加澳][元币金]|英镑|泰铢|卢布|卢比|人民币|人(?!民)|公[里顷斤]|平方"
_BIG_ALONE = f"(?:[百千]万|[百千万]亿)(?={_AMOUNT_OF}|级(?!别))"
_BARE_BIG = re.compile(_BIG_ALONE)
_CODES = "USD|EUR|GBP|JPY|CNY|RMB|HKD|TWD|NTD|THB|SGD|MYR|KRW|AUD|CAD"
START = re.compile(
    rf"(?:{FREE_START}|(?<=(?<![A-Za-z])RM)|(?<=(?<![A-Za-z])(?:{_CODES})))"
    r"(?:[0-9]|(?<![\w\u0e30-\u0e4e\u0f71-\u0fbc.])\.[0-9](?![0-9]*\.))"
    rf"|[{_VULGAR}一二两三四五六七八九十廿卅]"
    r"|(?<![零〇一二三四五六七八九])[零〇](?=点[零〇一二三四五六七八九])"
    r"|(?<![人总次指系倍分岁参函无代基复单大少半个位点字因整份票比])数(?=[十百千万亿])|几(?=[十百千万亿])|(?<![以晚早路网线地海身手头脸桌街车船赶碰遇跟千])上(?<![站重升冲登攀]上)(?=[百千万亿](?![分度克米瓦圣]))"
    rf"|{_NO_NUMERAL_BEFORE}(?:[百千万](?={_MORE_OF})|{_BIG_ALONE}|百(?=[一二三四五六七八九]十[个名人元块年天里次件]))"
    r"|(?<=百分之)百(?=零?[一二三四五六七八九十])"
    r"|(?<=[近逾超约达满])[百千万亿](?![分度克米瓦科达里])"
    rf"|{_PASSED_BIG}"
    r"|(?<=[站重升冲登攀]上)[千万](?=[元点])"
    r"|[俩仨](?<![这那哪每咱你他她它我].)(?!好|瓜|枣)"
    r"|(?<=每)[百千万](?=[人名户元亩吨])"
    r"|(?:(?<=超过)|(?<=突破)|(?<=高达)|(?<=不足)|(?<=不到))[百千万亿](?![分度克米瓦不])"
)

FIRST = re.compile(f"[0-9.{_VULGAR}一二两三四五六七八九十廿卅零〇数几上百千万亿俩仨]")
"""What stands wherever START matches, found much faster."""


def _next_lower(unit: Value) -> Fraction:
    """千 for 万, 千万 for 亿, 百 for 千 ...: what a single digit after the unit counts (13万2)."""
    return Fraction(unit) / 10


def _indefinite(text: str, at: int) -> Numeral | None:
    """几十万, 数百, 上千: the order of magnitude alone."""
    end, unit = at + 1, Fraction(1)
    while (match := UNIT.match(text, end) or BIGS.match(text, end)) and not match.group()[0].isspace():
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
    if text[at].isdigit():
        return None if "后" in text[at + 2 : at + 7] and GENERATION.match(text, at) else _grouped(text, at)
    if text[at] in "俩仨":  # two of them, three of them
        return Numeral(at, at + 1, Fraction(2 + (text[at] == "仨")), spelled=True, lone=True)
    if text[at : at + 2] in IDIOMS and in_idiom(text, at):
        return None
    if text[at] in "百千万亿":
        bare, numeral = _bare(text, at)
        if bare:
            return numeral
    if "旬" in text[at + 1 : at + 3] and (age := AGE.match(text, at)):
        # 七旬老人 is between 70 and 80; 近七旬 stays exact
        high = None if text[at - 1 : at] == "近" else Fraction(10 * DIGIT[age["last"]] + 10)
        return Numeral(at, age.end("last"), Fraction(10 * DIGIT[text[at]]), high, spelled=True)
    if both := pair_within(text, at):
        return both
    pair = _PAIR.match(text, at)
    if pair:
        return _pair(text, at)
    return _grouped(text, at)


def _bare(text: str, at: int) -> tuple[bool, Numeral | None]:
    """A magnitude with no figure before it: (is it one that is said so, or none; the numeral)."""
    if _BARE_MORE.match(text, at):  # 百余人, 百余亿元
        unit, end = Fraction(SMALL.get(text[at]) or BIG[text[at]]), at + 2
        bigs = BIGS.match(text, end)
        scale = factor_of(bigs) if bigs else 1
        high = 2 * unit * scale
        return True, Numeral(at, bigs.end() if bigs else end, unit * scale, high, scale=scale, spelled=True)
    million = _BARE_BIG.match(text, at)
    if million and text[at - 1 : at] not in tuple("近逾超约达满过破"):
        numeral = _grouped(text, at)  # 百万人流离失所 is said of millions, too
        if numeral is not None and numeral.high is None:
            numeral.high = 10 * numeral.value
        return True, numeral
    if million or not PASSED_BIG.match(text, at):
        return False, None
    return not (passed(text, at) or sum_passed(text, at)), None


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
    tail_of: Value = 1
    low_part: Value = 0  # what a larger unit may still multiply: the 一万 of 一万五千亿
    end, scale = at, 1
    high: Value | None = None
    part_of: tuple[Value, int, int, bool, bool] | None = (
        (1, at, 1, False, False) if text[at] in BIG else section(text, at, True)
    )
    one_char = text[at] in DIGIT
    while part_of is not None:
        value, sec_end, unit, loose, zero = part_of
        last = text[sec_end - 1]
        gap = 1 if last.isdigit() and _MORE_APART.match(text, sec_end) else 0  # 30 多万人
        more = text.startswith(tuple(MORE), sec_end + gap) and _may_be_more(text, last, sec_end + gap, unit)
        bigs = BIGS.match(text, sec_end + gap + more) if more or not gap else None
        if bigs and bigs.group()[0].isspace() and not (text[sec_end - 1].isdigit() or text[sec_end - 1] in "百千"):
            bigs = None
        counted = _COUNTED_BIG.match(text, sec_end + gap + more) if bigs is None and magnitude is None else None
        if counted:  # 3个亿
            scale, end = BIG["亿"], counted.end()
            total = value * scale
            if more or counted.group(1):
                high = (value + (unit if unit > 1 else step(value))) * scale
            break
        if bigs is None:
            if more:
                total += value
                high = total + (unit if unit > 1 and not loose else step(value))
                sec_end += gap + 1
            elif (
                magnitude is not None
                and (loose or text[end].isdigit())
                and unit == 1
                and not zero
                and value < 10
                and sec_end == end + 1
            ):
                if _counts_something_else(text, sec_end):  # 3万五人 is a list or an error: leave it
                    break
                total += value * _next_lower(tail_of)
            elif magnitude is not None and value >= magnitude:
                break
            elif loose and unit > 10 and not zero:
                tail = value - (value // unit) * unit
                total += value - tail + tail * _next_lower(unit)
            else:
                total += value
            end = sec_end
            break
        factor = factor_of(bigs)
        if "兆" in bigs.group() and not _is_trillion(text, bigs.end()):
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
        magnitude, scale, end = factor, factor, bigs.end()
        tail_of = factor * unit if unit == 1000 and not loose else factor  # 二十万五 is 205,000
        if high is None and text[end : end + 1] in ("多", "余", "来") and _more_follows(text, end):
            # 4亿余 is less than 5亿, 4.49亿余 than 4.5亿
            high, end = total + (step(value) if value.denominator > 1 else 1) * factor, end + 1
            again = BIGS.match(text, end) if factor == BIG["万"] else None
            if again and again.group() == "亿":  # 2万多亿元
                scale, end = factor * BIG["亿"], again.end()
                total, high = total * BIG["亿"], high * BIG["亿"]
        if high is not None:
            break
        part_of = section(text, end, False)
        if part_of and text[end] == " ":
            part_of = None
        if part_of is None and text[end : end + 1] == " " and text[end + 1 : end + 2].isdigit():
            part_of = section(text, end + 1, False)
            if part_of and not BIGS.match(text, part_of[1]) and text[part_of[1] - 1].isdigit():
                part_of = None
    if end == at:
        return None
    taken = text[at:end]
    spelled = ANY_DIGIT.search(taken) is None
    lone = spelled and end == at + 1 and (one_char or taken == "十" or taken in TENS)
    if spelled and not lone and not any(c in "十百千万亿点兆廿卅" for c in taken):
        return None
    if _PARTS.match(text, end) or (
        taken[-1] in "百千万亿" and text.startswith("分之", end)
    ):  # 三百万分之一, 三千分之一
        return None
    if taken[0] in TENS and not _COUNTED.match(text, end):  # 廿四史, 廿八都
        return None
    if lone and not _lone_counts(text, at, end):
        return None
    if scale == 1 and text[end - 1] in SMALL:
        scale = SMALL[text[end - 1]]
    bound = None if high is None else Fraction(high)
    return Numeral(at, end, Fraction(total), bound, False, scale, spelled=spelled, lone=lone)


def _counts_something_else(text: str, at: int) -> bool:
    """Is the digit before `at` the number of what follows, not the tail of a sum of money (3万5, 3万5人民币)?"""
    money = currencies("zh").starting(text, at + text.startswith(" ", at))
    return money is None and _COUNTED.match(text, at) is not None and text[at] not in "元块美欧"


def _is_trillion(text: str, at: int) -> bool:
    """Is the 兆 before `at` 10**12?"""
    return bool(_TRILLION_GOES_ON.match(text, at) or currencies("zh").starting(text, at + text.startswith(" ", at)))


def _may_be_more(text: str, last: str, at: int, unit: int) -> bool:
    """Is the 多 or 几 at `at` part of the number whose section ends with `last` (30多万, 十几人), not a word of its own
    (3来自, 5余下)?"""
    char = text[at]
    if char == "几":
        return last in "十0"
    if char == "来":
        return last in "十百千0" and text[at + 1 : at + 2] not in ("自", "源", "到", "访", "说", "自", "看")
    if unit == 1 and not last.isdigit():
        return False
    return text[at + 1 : at + 2] not in ("数", "边", "样", "元化", "次", "额", "下", "地", "震") or last in "十百千"


def _more_follows(text: str, at: int) -> bool:
    return text[at] != "来" or text[at + 1 : at + 2] not in ("自", "源", "到", "访", "说", "看")
