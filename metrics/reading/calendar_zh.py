"""Spans and dates in Chinese that look alike: 拘留15日 are fifteen days, 08年 is 2008, 98年历史 are 98 years."""

from __future__ import annotations

import re

from metrics.reading.needs import Behind
from metrics.reading.section_zh import DIGIT

_NUMERAL = "(?:[0-9]{1,3}|[一二两三四五六七八九十百]{1,4})"
# 被拘留15日, 为期10日, 拘留10日至15日; 圆满15日 (闭幕) is a day.
_LASTING = Behind(
    re.compile(
        r"(?:拘留|居留|羁押|停留|监禁|关押|为期|长达|历时|逾期|期限为|超过|逾|(?<![圆元小爆客])满|连续|接连|一连|连[涨跌升降]"
        r"|未来|过去|今后|(?<![临将附])近)了?(?:约|近|整整)?\s?"
        rf"(?:{_NUMERAL}\s?日?\s?(?:至|到|-|~|以上)\s?)?\Z"
    )
)
_DAYS = re.compile(r"\s?日(?![元本线])")
_FAR = 18
# 30日内, 五日以上, 7日年化; 15日内蒙古 and 15日内部 are days.
INSIDE = "内(?![部容阁政存塔蒙比罗贾华马布务衣线向陆地瓦外幕层阿伊维斯])"
WITHIN = f"日(?:(?=之内|以内|以[上下](?!海|议|午)|年化)|(?={INSIDE}))"
_WITHIN = re.compile(rf"\s?{WITHIN}")


def lasting(text: str, start: int, end: int) -> int | None:
    """Where the 日 behind the numeral text[start:end] ends if it counts days and names none."""
    days = _WITHIN.match(text, end)
    if days is None and _LASTING.search(text, max(0, start - _FAR), start):
        days = _DAYS.match(text, end)
    return days.end() if days else None


SMALL_NUMBER = r"(?:[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3})"
LUNAR_MONTHS = {"正": 1, "大年": 1, "腊": 12}
_LUNAR_DAY = "(?P<day>初[一二三四五六七八九十]|(?:二?十|廿)[一二三四五六七八九]|[二三]?十)"
# What may stand behind the day of a month that 正月 or 初 tells for one of the moon's: 正月初三, 三月初三.
_LUNAR_END = "(?![百千万亿多余几个名人家位岁件次])"
_STANDS_ALONE = r"[，。、；！？,;)）”’》」\s]|\Z"
LUNAR = (
    rf"(?P<month>[正腊](?=月)|大年(?=初))月?{_LUNAR_DAY}{_LUNAR_END}",
    # 三月初三, and feasts that are called by their day: 三月三.
    r"(?<![0-9一二三四五六七八九十])(?P<month>[二三四五六七八九]|十[一二]?)月"
    rf"(?P<day>初[一二三四五六七八九十](?={_STANDS_ALONE}|[的这那当是])"
    rf"|(?P=month)(?={_STANDS_ALONE}|[节的期假歌文当龙庙诗]))",
)
"""Days of the moon's calendar without its name."""
NEXT_DAY = r"\s?[日号]?\s?(?:至|到|-|~|、|和|及|与)\s?"
MONTH_RANGE = (
    rf"(?<![0-9.])(?P<first_month>{SMALL_NUMBER})(?P<months_between>(?:\s?月?\s?、\s?{SMALL_NUMBER}){{0,9}})"
    rf"\s?月?\s?(?:至|到|-|~|、|和|及)\s?(?P<month>{SMALL_NUMBER})"
    rf"\s?(?:月(?!{SMALL_NUMBER}?\s?[日号0-9])|(?:两个?|[三四五六]个)月(?![内后前间来多]))"
)
# 三四月份: two months, of which the second says the word for both.
MONTH_PAIR = (
    "(?<![0-9一二两三四五六七八九十廿第年])(?P<first_month>[一二三四五六七八九])"
    "(?P<month>[二三四五六七八九十])月(?:份|间|(?=[里的，。、]))"
)

# 90年 and 95年 are as often a span, which these words tell.
_SPAN_AHEAD = (
    "以?来|[后前间多余里中内之级代最首未没难罕才不]|一遇|一日|如一|的?(?:悠久|漫长)?的?(?:历史|徒刑|有期|监禁|刑|租|寿|时间|时光|"
    "岁月|沧桑|光阴|风雨|期限|人生|老|产权|使用|专营|生涯|传统|发展|校庆|庆|华诞|历程|合[约同]|经验|风华|奋斗)"
)
SHORT_YEAR = (
    r"(?<![0-9A-Za-z.,:/~'’第-])(?<![一二三四五六七八九十百千万零〇])"
    rf"(?P<year>0[0-9](?=\s?年(?![级代间内]|以上))|9[0-9](?=\s?年(?!{_SPAN_AHEAD})|(?<=[在于]9[0-9])\s?年[首才]))\s?年"
)
# 零八年, 九七年: figures one by one are a year. Neighbours (七八年) are as often "seven or eight years", 三五年 a few.
SPELLED_YEAR = (
    "(?P<year>[零〇一二四五六七八九](?<![零〇一二两三四五六七八九十百千万亿点第每0-9].)[零〇一二三四五六七八九]"
    "(?<!一二|二[三六七八九]|四五|五六|六七|七八|八九|[零〇][零〇]))年(?![级代间内度画夜货会终月])"
)
SHORT_YEARS = (SHORT_YEAR, SPELLED_YEAR)
_SPAN_BEFORE = re.compile(
    "(?:过去|[近逾满达约有已仅每期判处刑隔了为租借共活]|(?<!经)过|历时|长达|持续|整整|未来|超过|距今|经过|经历|长|"
    "建[校党军国厂院城市县社]|[创成建设]立|创[办刊建]|诞[生辰]|[去逝]世|开业|通车|执政|统治|服务|存在)[约近]?\\s?\\Z"
)


def year_figures(text: str) -> int | None:
    """The number of two spelled figures that stand one by one (九七); None for other words."""
    return int("".join(str(DIGIT[char]) for char in text)) if len(text) == 2 and DIGIT.keys() >= set(text) else None


def short_year(match: re.Match[str], number: int) -> int | None:
    """The year that two figures mean (08年, 98年, 九八年); None for a span (建校95年), for what may be one (90年
    alone) and for 前63年, which is 63 BC or the first 63 years."""
    text = match.string
    if not match["year"].isascii():
        return number + (2000 if number < 30 else 1900)
    if text[match.start() - 1 : match.start()] == "前" or (number >= 90 and match.end() - match.start() == len(text)):
        return None
    if number >= 90 and _SPAN_BEFORE.search(text, max(0, match.start() - 5), match.start()):
        return None
    return number + (2000 if number < 50 else 1900)
