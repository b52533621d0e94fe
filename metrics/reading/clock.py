"""Clock times in Chinese, Thai, Tibetan and English.

Groups of the patterns: hour, first_hour (of a range), minute, half, quarter, part (of the day), word (a time by its
name).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from metrics.reading import clock_zh
from metrics.reading.clock_words_th import TH_TIMES
from metrics.reading.dates import small_number
from metrics.reading.mention import HALF_DAY, Reading
from metrics.reading.numerals_bo import BELOW_100, BOUNDARY
from metrics.reading.patterns import Patterns

_D12 = r"(?<![0-9])(?<![0-9][.:])"
_TO = r"\s?(?:-|~|至|到|ถึง|ནས)\s?"
_BO_NUMBER = (
    rf"(?:[0-9]{{1,2}}"
    rf"|(?:{'|'.join(sorted((w for w, v in BELOW_100.items() if v < 60), key=len, reverse=True))}){BOUNDARY})"
)
_BO_PART = (
    r"(?P<part>ཕྱི་དྲོ|ཉིན་རྒྱབ|དགོང་དྲོ|དགོངས?་མོ|དགུང་མོ|ནུབ་མོ|ས་སྲོད|སྲོད|མཚན(?=་གྱི་(?:ཆུ|དུས))|དགོང|མཚན་མོ|མཚན་ཕྱེད|མཚན་གུང|མཚན་དཀྱིལ|ནམ་ཕྱེད|ནམ་གུང|ཉིན་གུང|"
    r"ཉིན་དཀྱིལ|ཉིན་ཕྱེད|སྔ་དྲོ|ཞོགས་[པཀ]|ཞོགས|ནངས་མོ|ཐོ་རངས|སྐྱ་རེངས|ནམ་ལངས)"
    r"(?:འི|ར)?[་\s]*(?:(?:གི|གྱི|ཀྱི)་?)?"
)
_BO_MINUTE = (
    rf"(?:[:.།](?P<colon>[0-9]{{2}})(?![0-9])|(?:་?\s?(?:པའི?|དང)?་?)"
    rf"(?:\s?སྐར་མ་?\s?(?P<minute>{_BO_NUMBER})|(?P<half>ཕྱེད་ཀ|ཕྱེད)))"
)

# So many hours and minutes long: no time of the day.
_BO_FOR = r"(?![0-9]|[་\s]*(?:འི་|གི་|གྱི་|ཀྱི་)?(?:རིང|འགོར)(?![\u0f40-\u0fbc]))"
_BO_HALF_TO = rf"(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<half_to>ཕྱེད)་དང་(?P<hour>{_BO_NUMBER})(?![0-9:]){_BO_FOR}"

_all = Patterns
TIMES: dict[str, Sequence[re.Pattern[str]]] = {
    "": _all(_D12 + r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?![0-9:]|\.[0-9])"),
    "zh": clock_zh.PATTERNS,
    "th": _all(*TH_TIMES),
    "bo": _all(
        # 9པ་ནས་11པའི་བར: ordinals, hence no count of hours.
        rf"(?:{_BO_PART})?(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<first_hour>{_BO_NUMBER})[་\s]?པ་?\s?ནས[་\s]*(?:ཆུ་ཚོད་?\s?)?"
        rf"(?P<hour>{_BO_NUMBER})[་\s]?པ(?:འི)?[་\s]?བར(?=་|།|\s|ད|\Z)",
        rf"{_BO_PART}(?:དུས་ཚོད་?|ཆུ་ཚོད་?)(?P<first_hour>{_BO_NUMBER})[་\s]?ནས[་\s]*(?:ཆུ་ཚོད་?)?"
        rf"(?P<hour>{_BO_NUMBER})(?=(?:འི|[་\s])?བར(?![\u0f40-\u0fbc]))",
        rf"(?:{_BO_PART})?(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<first_hour>[0-9]{{1,2}})\s?(?:ནས|-|~)[་\s]*(?:ཆུ་ཚོད་?)?"
        rf"(?P<hour>[0-9]{{1,2}})\s?(?:བར)(?=་|།|\s|ད|\Z)",
        # Without བར it may be three to five hours, unless a part of the day says that it is none.
        rf"(?:{_BO_PART}(?:དུས་ཚོད་?|ཆུ་ཚོད་?)|དུས་ཚོད་?)\s?(?P<first_hour>[0-9]{{1,2}})\s?(?:ནས|-|~)[་\s]*(?:ཆུ་ཚོད་?)?"
        rf"(?P<hour>[0-9]{{1,2}})(?![0-9:.])",
        rf"(?:{_BO_PART})?(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<hour>{_BO_NUMBER})(?>{_BO_MINUTE}){_BO_FOR}",
        # Half of the eighth hour is half past seven; without a part of the day it may be how long something took.
        rf"{_BO_PART}{_BO_HALF_TO}",
        rf"{_BO_HALF_TO}(?=[་\s]?(?:ལ|ཐོག|སྟེང|པ|པར)(?![\u0f40-\u0fbc]))",
        rf"{_BO_PART}(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<hour>{_BO_NUMBER})(?![0-9:])",
        rf"{_BO_PART}(?P<hour>[0-9]{{1,2}})(?>{_BO_MINUTE}){_BO_FOR}",
        rf"{_BO_PART}(?P<hour>[0-9]{{1,2}})(?:[:.](?P<minute>[0-9]{{2}}))?(?![0-9:]){_BO_FOR}",
        rf"(?:དུས་ཚོད་?|ཆུ་ཚོད་?)\s?(?P<hour>{_BO_NUMBER})[་\s]*པ(?:འི|ར)?(?![\u0f40-\u0fbc])",
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
NAMED = clock_zh.NAMED | {
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
_MORNING = (*clock_zh.MORNING, "སྔ་དྲོ", "ཞོགས་པ", "ཞོགས་ཀ", "ཞོགས", "ནངས་མོ", "ཐོ་རངས", "སྐྱ་རེངས", "ནམ་ལངས")
_NOON = (*clock_zh.NOON, "ཉིན་གུང", "ཉིན་དཀྱིལ", "ཉིན་ཕྱེད", "เที่ยง", "เที่ยงวัน", "เที่ยงตรง")
_AFTERNOON = (*clock_zh.AFTERNOON, "ཕྱི་དྲོ", "ཉིན་རྒྱབ", "บ่าย")
_NIGHT = (
    *clock_zh.NIGHT,
    "དགོང་དྲོ",
    "དགོང་མོ",
    "དགོངས་མོ",
    "དགུང་མོ",
    "ནུབ་མོ",
    "ས་སྲོད",
    "སྲོད",
    "མཚན",
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
    if part in clock_zh.SMALL_HOURS:
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


def _minute(groups: dict[str, str | None], of: str = "") -> int:
    if groups.get(f"{of}half"):
        return 30
    quarter = {"一刻": 15, "三刻": 45}.get(groups.get(f"{of}quarter") or "")
    return quarter or small_number(groups.get(f"{of}minute") or groups.get(f"{of}colon")) or 0


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
    minute = _minute(groups)
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
    short = (
        15 if groups.get("short_quarter") else 30 if groups.get("half_to") else small_number(groups.get("short")) or 0
    )
    minutes = (60 * value + minute - short) % (2 * HALF_DAY)
    first_text = groups.get("first_hour")
    if first_text:
        first = small_number(first_text)
        first_minute = _minute(groups, "first_")
        if first is None or first > 24 or first_minute > 59:
            return
        first_value = hour_of_day(first, part)[0] if not spelled or part else (first + 12 if first < 6 else first)
        if part == "บ่าย" and first == 12:
            first_value = 12
        last = next(name for name in ("first", "first_minute", "first_hour") if groups.get(name))
        end = match.end(last)
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
