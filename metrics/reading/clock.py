"""Clock times in Chinese, Thai, Tibetan and English.

Groups of the patterns: hour, first_hour (of a range), minute, half, quarter, part (of the day), word (a time by its
name).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from metrics.reading.clock_words_th import TH_TIMES
from metrics.reading.dates import small_number
from metrics.reading.mention import HALF_DAY, Reading
from metrics.reading.numerals_bo import BELOW_100, BOUNDARY

_D12 = r"(?<![0-9])(?<![0-9][.:])"
_TO = r"\s?(?:-|~|至|到|ถึง|ནས)\s?"
_ZH_SMALL = r"(?:[0-9]{1,2}|[一二两三四五六七八九十零]{1,3})"
_ZH_PART = (
    r"(?P<part>今晚|昨晚|当晚|明晚|晚间|晚上|夜间|夜里|夜晚|深夜|半夜|午夜|傍晚|黄昏|下午|午后|正午|中午"
    r"|上午|早上|早晨|今早|明早|清早|清晨|凌晨|拂晓|晨|晚|早)"
)
_ZH_MINUTE = rf"(?:(?P<half>半)|(?P<quarter>[一三]刻)|整|\s?(?P<minute>{_ZH_SMALL})\s?分?(?!之|钟))?"
_BO_NUMBER = (
    rf"(?:[0-9]{{1,2}}"
    rf"|(?:{'|'.join(sorted((w for w, v in BELOW_100.items() if v < 60), key=len, reverse=True))}){BOUNDARY})"
)
_BO_PART = (
    r"(?P<part>ཕྱི་དྲོ|དགོང་དྲོ|དགོང་མོ|དགོང|མཚན་མོ|མཚན་ཕྱེད|མཚན་གུང|མཚན་དཀྱིལ|ནམ་ཕྱེད|ནམ་གུང|ཉིན་གུང|"
    r"ཉིན་དཀྱིལ|ཉིན་ཕྱེད|སྔ་དྲོ|ཞོགས་པ|ཞོགས|ནངས་མོ|ཐོ་རངས)"
    r"(?:འི|ར)?[་\s]*(?:གི་?)?"
)
_BO_MINUTE = (
    rf"(?:[:.](?P<colon>[0-9]{{2}})(?![0-9])|(?:་?\s?(?:པའི?|དང)?་?)"
    rf"(?:\s?སྐར་མ་?\s?(?P<minute>{_BO_NUMBER})|(?P<half>ཕྱེད་ཀ|ཕྱེད)))"
)


def _all(*patterns: str, flags: int = 0) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, flags) for pattern in patterns)


TIMES: dict[str, tuple[re.Pattern[str], ...]] = {
    "": _all(_D12 + r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?![0-9:]|\.[0-9])"),
    "zh": _all(
        rf"{_ZH_PART}\s?(?P<first_hour>{_ZH_SMALL})\s?[时点]?{_TO}(?P<hour>{_ZH_SMALL})\s?[时点](?!钟头|间|候)",
        rf"{_ZH_PART}的?\s?(?P<hour>{_ZH_SMALL})\s?(?:时|点钟?|:){_ZH_MINUTE}",
        rf"(?<![0-9.一二三四五六七八九十几])(?P<hour>{_ZH_SMALL})\s?[时点](?:(?P<half>半)(?!途|场)|(?P<quarter>[一三]刻)|整|"
        rf"\s?(?P<minute>{_ZH_SMALL})\s?分(?!之|钟|点))",
        r"(?<![0-9.])(?P<first_hour>[0-9]{1,2})\s?[时点]?(?:\s?(?:-|~|至|到)\s?)(?P<hour>[0-9]{1,2})\s?(?P<unit>时|点)"
        r"(?!间|候|代|速|[0-9零一二三四五六七八九])",
        r"(?<![0-9.])(?P<hour>[0-9]{1,2})\s?(?P<unit>时)(?!间|候|代|速|期|空|装|任)",
        r"(?<![0-9.一二三四五六七八九十几])(?P<hour>[零〇]|[一二三四五六七八九十]{1,3})\s?点钟",
        r"(?<![0-9.一二三四五六七八九十几])(?P<hour>[零〇])\s?[时点](?![零〇一二三四五六七八九])",
        r"(?<![0-9.])(?P<hour>[0-9]{1,2})\s?点(?=[钟前后开结起至到整左之，。、；,;的]|\Z|\s)钟?",
        r"(?<![0-9.一二三四五六七八九十几])(?P<hour>[一二两三四五六七八九十]{1,3})点(?P<minute>[二三四五]?十[一二三四五六七八九]?"
        r"|零[一二三四五六七八九])(?![百千万亿%个年倍人])",
        r"(?P<word>正午|午夜)",
        r"(?P<loose>中午|半夜)",
    ),
    "th": _all(*TH_TIMES),
    "bo": _all(
        rf"(?:{_BO_PART})?(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<first_hour>[0-9]{{1,2}})(?:ནས|-|~)[་\s]*(?:ཆུ་ཚོད་?)?"
        rf"(?P<hour>[0-9]{{1,2}})(?:བར)(?=་|།|\s|ད|\Z)",
        # Without བར it may be three to five hours, unless a part of the day says that it is none.
        rf"(?:{_BO_PART}(?:དུས་ཚོད་?|ཆུ་ཚོད་?)|དུས་ཚོད་?)\s?(?P<first_hour>[0-9]{{1,2}})(?:ནས|-|~)[་\s]*(?:ཆུ་ཚོད་?)?"
        rf"(?P<hour>[0-9]{{1,2}})(?![0-9:.])",
        rf"(?:{_BO_PART})?(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<hour>{_BO_NUMBER}){_BO_MINUTE}",
        rf"{_BO_PART}(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<hour>{_BO_NUMBER})(?![0-9:])",
        rf"{_BO_PART}(?P<hour>[0-9]{{1,2}})(?:[:.](?P<minute>[0-9]{{2}}))?(?![0-9:])",
        rf"(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<hour>{_BO_NUMBER})་?པ(?:འི|ར)?(?![\u0f40-\u0fbc])",
        r"(?P<word>མཚན་ཕྱེད|མཚན་གུང|མཚན་དཀྱིལ|ནམ་གུང|ནམ་ཕྱེད|ཉིན་གུང|ཉིན་དཀྱིལ|ཉིན་ཕྱེད)(?![\u0f40-\u0f6c])",
    ),
    "en": _all(
        _D12 + r"(?P<first_hour>[0-9]{1,2})(?::(?P<first_minute>[0-9]{2}))?"
        r"\s?(?:-|to)\s?(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?\s?(?P<part>[ap]\.?m\b\.?)",
        _D12 + r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?\s?(?P<part>[ap]\.?m\b\.?)",
        r"\b(?P<hour>1[0-2]|[1-9])\s?(?P<unit>o['’]clock)\b",
        r"\b(?:12 )?(?P<word>noon|midnight)\b",
        flags=re.IGNORECASE,
    ),
}
NAMED = {
    "正午": 720,
    "午夜": 0,
    "中午": 720,
    "半夜": 0,
    "เที่ยงคืน": 0,
    "เที่ยงวัน": 720,
    "เที่ยงตรง": 720,
    "เที่ยง": 720,
    "noon": 720,
    "midnight": 0,
    "མཚན་ཕྱེད": 0,
    "མཚན་གུང": 0,
    "མཚན་དཀྱིལ": 0,
    "ནམ་གུང": 0,
    "ནམ་ཕྱེད": 0,
    "ཉིན་གུང": 720,
    "ཉིན་དཀྱིལ": 720,
    "ཉིན་ཕྱེད": 720,
}
_MORNING = (
    "上午",
    "早上",
    "早晨",
    "今早",
    "明早",
    "清早",
    "清晨",
    "晨",
    "拂晓",
    "早",
    "སྔ་དྲོ",
    "ཞོགས་པ",
    "ཞོགས",
    "ནངས་མོ",
    "ཐོ་རངས",
)
_SMALL_HOURS = ("凌晨", "半夜", "午夜")
_NOON = ("正午", "中午", "ཉིན་གུང", "ཉིན་དཀྱིལ", "ཉིན་ཕྱེད", "เที่ยง", "เที่ยงวัน", "เที่ยงตรง")
_AFTERNOON = ("下午", "午后", "傍晚", "黄昏", "ཕྱི་དྲོ", "บ่าย")
_NIGHT = (
    "今晚",
    "昨晚",
    "当晚",
    "明晚",
    "晚间",
    "晚上",
    "晚",
    "夜间",
    "夜里",
    "夜晚",
    "深夜",
    "དགོང་དྲོ",
    "དགོང་མོ",
    "དགོང",
    "མཚན་མོ",
    "མཚན་ཕྱེད",
    "མཚན་གུང",
    "མཚན་དཀྱིལ",
    "ནམ་ཕྱེད",
    "ནམ་གུང",
)
_CLOCK_UNIT = re.compile(r"\s?(?:น\.?|นาฬิกา)\Z")


def hour_of_day(hour: int, part: str) -> tuple[int, bool]:
    """The hour of the 24-hour day, and whether 12 hours later would do as well, for a part of the day in words."""
    part = part.lower().replace(".", "")
    if part in _MORNING or part == "am":
        return (0 if part == "am" and hour == 12 else hour), False
    if part in _SMALL_HOURS:
        return (0 if hour == 12 else hour + 12 if 9 <= hour < 12 and part != "凌晨" else hour), False
    if part in _NOON:
        return (hour + 12 if hour < 6 else hour), False
    if part in _AFTERNOON or part == "pm":
        return (hour + 12 if hour < 12 else hour), False
    if part in _NIGHT:
        return (0 if hour == 12 else hour + 12 if 5 <= hour < 12 else hour), False
    if part == "ตี":
        return hour, False
    if part == "ทุ่ม":  # counts from 19:00
        return hour + 18, False
    if part == "เย็น":
        return (hour + 12 if hour < 12 else hour), False
    if part == "เช้า":  # 1 โมงเช้า is 7:00
        return (hour + 6 if hour < 6 else hour), False
    return hour, False


def times(match: re.Match[str], lang: str) -> Iterator[Reading]:
    """One clock time, or two that share the part of the day."""
    groups = match.groupdict()
    named = groups.get("word") or groups.get("loose")
    if named:
        loose = groups.get("loose") is not None
        yield Reading(
            match.start(),
            match.end(),
            Fraction(NAMED[named.lower()]),
            "time",
            match.group(),
            match.span(),
            lone=loose,
            hard=not loose,
        )
        return
    part = groups.get("part") or groups.get("part2") or ""
    if groups.get("part2"):
        part = groups["part2"] or ""
    hour_text = groups.get("hour")
    if groups.get("one") is not None:
        hour: int | None = 1
    elif hour_text is None:  # เที่ยงครึ่ง, เที่ยงคืนครึ่ง
        hour = 0 if part == "เที่ยงคืน" else 12
    else:
        hour = 0 if hour_text in ("零", "〇") else small_number(hour_text)
    minute_text = groups.get("minute") or groups.get("colon")
    minute = (
        30
        if groups.get("half")
        else {"一刻": 15, "三刻": 45}.get(groups.get("quarter") or "", small_number(minute_text) or 0)
    )
    if hour is None or hour > 24 or minute > 59:
        return
    if (part == "ตี" and not 1 <= hour <= 6) or (part == "ทุ่ม" and not 1 <= hour <= 6):
        return
    spelled = "โมง" in match.group()
    if spelled and not part and hour <= 12:
        value, vague = (hour + 12 if hour < 6 else hour), hour <= 6
    else:
        value, vague = hour_of_day(hour, part)
    if (
        not part
        and lang in ("zh", "bo", "en")
        and 1 <= hour <= 12
        and not spelled
        and groups.get("unit") != "时"
        and not (hour_text or "").startswith("0")
    ):
        vague = True
    minutes = (60 * value + minute) % (2 * HALF_DAY)
    first_text = groups.get("first_hour")
    if first_text:
        first = small_number(first_text)
        first_minute = small_number(groups.get("first_minute")) or 0
        if first is None or first > 24 or first_minute > 59:
            return
        first_value = hour_of_day(first, part)[0] if not spelled or part else (first + 12 if first < 6 else first)
        if part == "บ่าย" and first == 12:
            first_value = 12
        end = match.end("first_minute") if groups.get("first_minute") else match.end("first_hour")
        at = (match.start("first_hour"), end)
        first_minutes = Fraction((60 * first_value + first_minute) % (2 * HALF_DAY))
        yield Reading(
            match.start(), at[1], first_minutes, "time", match.string[match.start() : at[1]], at, half_day=vague
        )
        begin = match.start("hour")
        core = (begin, begin + len(_CLOCK_UNIT.sub("", match.string[begin : match.end()])))
        yield Reading(
            begin, match.end(), Fraction(minutes), "time", match.string[begin : match.end()], core, half_day=vague
        )
        return
    core = (match.start(), match.start() + len(_CLOCK_UNIT.sub("", match.group())))
    yield Reading(match.start(), match.end(), Fraction(minutes), "time", match.group(), core, half_day=vague)
