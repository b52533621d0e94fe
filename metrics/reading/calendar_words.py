"""Dates, years, decades and centuries in Chinese, Thai, Tibetan and English, as patterns. Data for
`metrics.reading.dates`.

Keys are language subtags; "" holds what is read in every language. Groups: year, first_year, era, month, first_month,
day, first_day (of a range), days_between, decade, decade2, century.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from metrics.reading.calendar_bo import (
    BARE_MONTHS_BO,
    MONTH_BO,
    MONTH_RANGE_BO,
    MONTHS_BO,
    SHAD_DATES_BO,
    SPELLED_YEAR_BO,
    UNDER_32_BO,
    YEAR_BO,
)
from metrics.reading.calendar_th import (
    AND_YEAR_TH,
    ANY_MONTH_TH,
    DOTTED_MONTH_TH,
    FULL_MONTH_TH,
    MONTHS_TH,
    SHORT_MONTHS_TH,
    SPOKEN_MONTHS_TH,
    SPOKEN_TH,
    WEEKDAY_TH,
    YEARS_TH,
)
from metrics.reading.calendar_zh import INSIDE, LUNAR, LUNAR_MONTHS, MONTH_PAIR, MONTH_RANGE, NEXT_DAY, SHORT_YEARS
from metrics.reading.calendar_zh import SMALL_NUMBER as _ZH_SMALL
from metrics.reading.numeral_words_th import COUNTERS
from metrics.reading.numerals_bo import BELOW_100, BOUNDARY
from metrics.reading.patterns import Patterns

_TH_DAYS = ["หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า", "สิบ"]
TH_SPELLED = {word: i for i, word in enumerate(_TH_DAYS, 1)}
TH_SPELLED |= {f"สิบ{word if i > 1 else 'เอ็ด'}": 10 + i for word, i in list(TH_SPELLED.items())[:9]} | {"ยี่สิบ": 20}
for _tens, _word in ((20, "ยี่สิบ"), (30, "สามสิบ"), (40, "สี่สิบ"), (50, "ห้าสิบ")):
    TH_SPELLED |= {_word: _tens} | {
        f"{_word}{word if i > 1 else 'เอ็ด'}": _tens + i for word, i in list(TH_SPELLED.items())[:9]
    }
_EN_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_EN_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

MONTHS: dict[str, dict[str, int]] = {
    "th": {name: i for names in (MONTHS_TH, SHORT_MONTHS_TH, SPOKEN_MONTHS_TH) for i, name in enumerate(names, 1)},
    "zh": LUNAR_MONTHS,
    "bo": {name: i for names in (MONTHS_BO, BARE_MONTHS_BO) for i, name in enumerate(names, 1)},
    "en": {name: i for names in (_EN_SHORT, _EN_MONTHS) for i, name in enumerate(names, 1)} | {"sept": 9},
}


_TH_WORDS = "|".join(sorted((word for word, value in TH_SPELLED.items() if value < 32), key=len, reverse=True))
_EN_ANY = "(?:" + "|".join([*_EN_MONTHS, "sept", *_EN_SHORT]) + r")\b"
_D12 = r"(?<![0-9])(?<![0-9][.:])"
_TO = r"\s?(?:-|~|ถึง|至|到|ནས|to|until)\s?"
_ZH_ERA = r"(?P<era>公元前|西元前|公元|西元|佛历|民国)?\s?"
_ZH_YEAR = (
    rf"{_ZH_ERA}(?<![0-9一二三四五六七八九零〇.])(?P<year>[0-9]{{4}}|[一二三四五六七八九零〇]{{4}}|(?<=前)[0-9]{{1,4}}|(?<=[元历国])"
    rf"[0-9]{{1,4}}|(?<=民国)[一二三四五六七八九十百零]{{1,5}})"
)
# Chinese text often has spaces around digits (2018 年 9 月 30 日).
_ZH_MONTH = (
    rf"(?:{_ZH_YEAR}\s?年\s?)?(?<![0-9.])(?P<month>{_ZH_SMALL})\s?月"
    "(?!份?之久|球|饼|亮|薪|经|票|天(?![气天])|怀胎|流火)"
)
_ZH_DAY_END = r"[日号](?!元|线|楼|本(?!报)|院|店|馆)"
# 15号 is a day where the month, another such day or a time of the day stands beside it; else a house, a player, a line.
_ZH_HAO = r"号(?!线|楼|院|店|馆|门|房|厅|机|球|选手|公路|高速|文件|码头|站|车|井|令|台风|桌|床)"
_ZH_THE_DAY = r"(?:(?<=[本上下当这同次]月)|(?<=个月)|(?<=每月)|(?<=月的))\s?"
_ZH_PARTS_OF_DAY = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|夜间|深夜|半夜|当天|当晚|当日|那天|这天"
_ZH_DAY_GOES_ON = (
    rf"的?(?:{_ZH_PARTS_OF_DAY})|[早晚]\s?[0-9一二三四五六七八九十]|[（(](?:周|星期)|(?:星期|周)[一二三四五六日天]"
)
_ZH_FREE_DAY = rf"\Z|[，。、；！？,;）)\s]|期间|之间|{_ZH_DAY_GOES_ON}"
_ZH_TENS = "[一二三四五六七八九]|十[一二]?"
_ZH_NOTHING_COUNTED = r"\Z|[，。、；！？,;)）\s]|中秋|端午|那|当|晚|夜|前|后|的"
_TH_ERA = r"พุทธศักราช|คริสต์ศักราช|คริสตศักราช|พ\.\s?ศ\.?|ค\.\s?ศ\.?|(?<![\u0e00-\u0e7f])[พค]ศ\.?"
_TH_YEAR = rf"(?:\s?(?:ปี\s?|,\s?)?(?P<era>{_TH_ERA}|ปี)?\s?(?P<year>[0-9]{{4}})(?![0-9]))?"
_TH_YY = r"\s?(?:ปี\s?)?['’]?(?P<year>[4-7][0-9])(?![0-9.:%])(?!\s?(?:ราย|คน|น\.|ล้าน|บาท))"
_TH_TENS = "|".join(sorted((word for word, value in TH_SPELLED.items() if 10 < value < 32), key=len, reverse=True))
_TH_NO_DAY = r"(?!\s?(?:ของ|คน|ราย|ประเทศ|จังหวัด|แห่ง|ล้าน|ทีม|ฝ่าย|บริษัท|พรรค|ชาติ|เมือง|คู่|นัด|ใน(?:รอบ|เดือน)|ติดต่อกัน|ติดกัน))"
_BO_TENS = "|".join(sorted((w for w, v in BELOW_100.items() if v in range(20, 100, 10)), key=len, reverse=True))
_BO_JOINED = "རྩ|ཉེར|སོ|ཞེ|ང|རེ|དོན|གྱ|གོ"
_BO_DAY = rf"(?:པ་)?(?P<day>[0-9]{{1,2}}|(?:{UNDER_32_BO}){BOUNDARY})"
_BO_END = r"(?![\u0f40-\u0fbc])"
_BO_ERA = r"(?P<era>(?:སྤྱི|ཕྱི)་ལོའི?་?(?:སྔོན|གོང)(?:་?གྱི|་?གི)?(?:་ལོ)?|སྤྱི་ལོ|ཕྱི་ལོ)"

_all = Patterns

REIGNS = {
    "明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019, "洪武": 1368, "永乐": 1403, "永樂": 1403,
    "嘉靖": 1522, "万历": 1573, "崇祯": 1628, "崇禎": 1628, "顺治": 1644, "順治": 1644, "康熙": 1662, "雍正": 1723,
    "乾隆": 1736, "嘉庆": 1796, "嘉慶": 1796, "道光": 1821, "咸丰": 1851, "咸豐": 1851, "同治": 1862, "光绪": 1875,
    "光緒": 1875, "宣统": 1909, "宣統": 1909,
}  # fmt: skip
"""First year of the eras that Chinese texts name without another calendar: 光绪二十四年 is 1898."""
_ZH_REIGN = rf"(?P<era>{'|'.join(REIGNS)}|民国)\s?(?P<year>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})\s?年"
DATES: dict[str, Sequence[re.Pattern[str]]] = {
    "": _all(
        _D12 + r"(?P<year>[12][0-9]{3})(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})(?![0-9])",
        _D12 + r"(?P<day>[0-9]{1,2})(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<year>[12][0-9]{3})(?![0-9])",
    ),
    "zh": _all(
        rf"{_ZH_REIGN}\s?(?P<month>{_ZH_SMALL})\s?月(?:\s?(?P<day>{_ZH_SMALL})\s?{_ZH_DAY_END})?",
        rf"(?<![0-9.])(?P<year>[0-9]{{2}})\s?年\s?(?P<month>[0-9]{{1,2}})\s?月(?:\s?(?P<day>[0-9]{{1,2}})\s?{_ZH_DAY_END})?(?!\s?[0-9])",
        rf"{_ZH_MONTH}\s?(?P<first_day>{_ZH_SMALL})(?P<days_between>(?:{NEXT_DAY}{_ZH_SMALL}){{0,9}}){NEXT_DAY}"
        rf"(?P<day>{_ZH_SMALL})\s?{_ZH_DAY_END}",
        *LUNAR,
        rf"(?:农历|阴历|旧历|夏历)\s?{_ZH_MONTH}初?(?P<day>{_ZH_SMALL})(?!\s?[日号0-9百千万亿个名人家年岁天])",
        rf"(?<![0-9])(?P<month>{_ZH_TENS})月(?P<day>(?:二?十|廿)[一二三四五六七八九]|二十|三十)(?={_ZH_NOTHING_COUNTED})",
        rf"{_ZH_MONTH}(?:\s?(?P<day>{_ZH_SMALL})\s?{_ZH_DAY_END})?",
        rf"{_ZH_THE_DAY}(?P<first_day>{_ZH_SMALL})\s?号?\s?(?:至|到|-|~|、|和)\s?(?P<day>{_ZH_SMALL})\s?{_ZH_HAO}",
        rf"{_ZH_THE_DAY}(?P<day>{_ZH_SMALL})\s?{_ZH_HAO}",
        rf"(?<![0-9.第])(?P<first_day>[0-9]{{1,2}})\s?号\s?(?:至|到|-|~)\s?(?P<day>[0-9]{{1,2}})\s?号(?={_ZH_FREE_DAY})",
        rf"(?<![0-9.第])(?P<day>{_ZH_SMALL})\s?号(?={_ZH_DAY_GOES_ON})",
        r"(?<![0-9.])(?P<first_day>[0-9]{1,2})(?P<days_between>(?:\s?日?\s?、\s?[0-9]{1,2}(?![0-9.])){0,9})"
        r"\s?日?\s?(?:至|到|-|~|、|和|及)\s?(?P<day>[0-9]{1,2})\s?日(?!元|本|"
        rf"{INSIDE}|后|前|间|游|均)",
        r"(?<![0-9.])(?<!拘留)(?<!居留)(?<!羁押)(?<!为期)(?<!长达)(?<!历时)(?<!逾期)(?<!延期)(?P<day>[0-9]{1,2}|(?<![一二三四五六七八九十百])(?:[二三]?十|[廿卅])[一二三四五六七八九]?)\s?日(?!元|本|"
        rf"{INSIDE}|后|前|间|游|均)",
    ),
    "th": _all(
        rf"{_D12}(?P<first_day>[0-9]{{1,2}})\s?(?:-|~|ถึง|และ|,)\s?(?:วันที่\s?)?(?P<day>[0-9]{{1,2}})"
        rf"\s?(?:เดือน\s?)?(?P<month>{ANY_MONTH_TH}){_TH_YY}",
        rf"{_D12}(?P<first_day>[0-9]{{1,2}})\s?(?:-|~|ถึง|และ|,)\s?(?:วันที่\s?)?(?P<day>[0-9]{{1,2}})"
        rf"\s?(?:เดือน\s?)?(?P<month>{ANY_MONTH_TH}){_TH_YEAR}",
        rf"{_D12}(?P<day>[0-9]{{1,2}})(?P<sep>[-/])(?P<month>{ANY_MONTH_TH})(?P=sep)(?P<year>[0-9]{{4}}|[4-7][0-9])(?![0-9])",
        rf"(?:วันที่\s?)?{_D12}(?P<day>[0-9]{{1,2}})\s?(?:เดือน\s?)?(?P<month>{ANY_MONTH_TH}){_TH_YY}",
        rf"(?:วันที่\s?)?{_D12}(?P<day>[0-9]{{1,2}})\s?(?:เดือน\s?)?(?P<month>{ANY_MONTH_TH}){_TH_YEAR}",
        rf"(?:วันที่\s?)(?P<day>{_TH_WORDS})\s?(?:เดือน\s?)?(?P<month>{FULL_MONTH_TH}){_TH_YEAR}",
        # A day in words without วันที่: no single word, of which ที่สองมกราคม may be the second of anything.
        rf"(?<!ที่)(?<!ที่\s)(?<!ร้อย)(?<!พัน)(?<!ล้าน)(?P<day>{_TH_TENS})\s?(?:เดือน\s?)?(?P<month>{FULL_MONTH_TH}){_TH_YEAR}",
        rf"วันที่\s?(?P<day>[0-9]{{1,2}})\s?เดือน\s?(?P<month>[0-9]{{1,2}})(?![0-9]){_TH_YEAR}",
        _D12 + r"(?P<day>[0-9]{1,2})(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<year>[4-7][0-9])(?![0-9])",
        _D12 + r"(?<!เลขที่)(?<!เลขที่\s)(?P<day>[0-9]{1,2})(?P<sep>/)(?P<month>[0-9]{1,2})/(?P<year>[23][0-9])(?![0-9/])",
        # มีนาคม 67, but not มีนาคม 67 ราย.
        rf"(?:เดือน)?(?P<month>{FULL_MONTH_TH})\s?(?:ปี\s?)?['’]?(?P<year>[4-7][0-9])(?![0-9.:%,/-])"
        rf"(?!\s?(?:{COUNTERS}|น\.|พัน|หมื่น|แสน|ร้อย|%|[A-Za-z]|กว่า|เศษ|(?:ถึง|[-~])\s?[0-9]))",
        rf"(?:เดือน)?(?P<month>{FULL_MONTH_TH}){_TH_YEAR}",
        rf"(?:(?<=เดือน)|(?<=เดือน )|(?<![\u0e00-\u0e7f.]))(?P<month>{DOTTED_MONTH_TH})(?:\s?(?P<year>[4-7][0-9])"
        rf"(?![0-9.:%]))",
        rf"(?:(?<=เดือน)|(?<=เดือน )|(?<![\u0e00-\u0e7f.]))(?P<month>{DOTTED_MONTH_TH}){_TH_YEAR}",
        # วันศุกร์ที่ 15, but not วันอาทิตย์ที่ 2 ของเดือน, the second Sunday.
        rf"{WEEKDAY_TH}ที่\s?(?P<first_day>[0-9]{{1,2}})\s?(?:-|~|ถึง|และ)\s?(?:{WEEKDAY_TH}ที่\s?)?(?P<day>[0-9]{{1,2}})"
        rf"(?![0-9.:/]){_TH_NO_DAY}",
        rf"{WEEKDAY_TH}ที่\s?(?P<day>[0-9]{{1,2}})(?![0-9.:/]){_TH_NO_DAY}",
        r"วันที่\s?(?P<first_day>[0-9]{1,2})\s?(?:-|~|ถึง|และ)\s?(?:วันที่\s?)?(?P<day>[0-9]{1,2})(?![0-9.:])",
        r"วันที่\s?(?P<day>[0-9]{1,2})(?![0-9.:/])",
        *SPOKEN_TH,
    ),
    "bo": _all(
        *SHAD_DATES_BO,
        rf"{YEAR_BO}(?:སྤྱི་|ཕྱི་|བོད་)?ཟླ་?\s?(?:བ་?\s?)?{MONTH_BO}[་\s]?(?:པ|པོ|བ)?(?:འི)?[་\s]*(?:ཚེས|ཉིན)"
        rf"་?\s?(?P<first_day>[0-9]{{1,2}})(?:་?ཉིན)?\s?(?:ནས|-|~|དང)[་\s]{{0,2}}(?:ཚེས་?)?(?P<day>[0-9]{{1,2}})"
        rf"(?![0-9])(?:་?ཉིན)?",
        rf"{YEAR_BO}(?:སྤྱི་|ཕྱི་|བོད་)?ཟླ་?\s?(?:བ་?\s?)?{MONTH_BO}[་\s]?(?:པ|པོ|བ)?(?:འི)?[་\s]*ཚེས་"
        rf"(?P<first_day>{UNDER_32_BO})་?ནས་(?:ཚེས་)?(?P<day>{UNDER_32_BO})(?=(?:འི)?་?བར{_BO_END})",
        rf"{YEAR_BO}(?:སྤྱི་|ཕྱི་|བོད་)?ཟླ་?\s?(?:བ་?\s?)?{MONTH_BO}[་\s]?(?:པ|པོ|བ)?(?:འི)?[་\s]*(?:ཚེས|ཉིན)"
        rf"་?\s?{_BO_DAY}(?![0-9])(?:་?ཉིན)?",
        rf"{YEAR_BO}(?:སྤྱི|ཕྱི)་ཟླ་?\s?(?:བ་?\s?)?{MONTH_BO}[་\s]?(?:པ(?:འི|ར|ས)?|པོ(?:འི|ར|ས)?)?" + _BO_END + r"(?![0-9])",
        rf"{YEAR_BO}ཟླ་?\s?(?:བ་?\s?)?(?P<month>[0-9]{{1,2}})(?:(?:་?[པབ]|[་\s]+པ)(?:འི|ར|ས)?|་?པོ(?:འི|ར|ས)?)" + _BO_END,
        rf"{YEAR_BO}ཟླ་?(?:བ་)?(?P<month>{'|'.join(sorted(MONTHS_BO, key=len, reverse=True))})(?:འི|ར|ས)?" + _BO_END,
        r"ཚེས་?\s?(?P<first_day>[0-9]{1,2})(?:་?ཉིན)?\s?(?:ནས|-|~|དང(?=[་\s]{0,2}[0-9]{1,2}་?\s?ཉིན))[་\s]{0,2}(?:ཚེས་?)?"
        r"(?P<day>[0-9]{1,2})(?![0-9])"
        r"(?:་?ཉིན)?",
        rf"(?<![\u0f40-\u0fbc])ཚེས་(?P<first_day>{UNDER_32_BO})་?ནས་(?:ཚེས་)?(?P<day>{UNDER_32_BO})(?=(?:འི)?་?བར{_BO_END})",
        rf"(?<![\u0f40-\u0fbc])ཚེས་?\s?{_BO_DAY}(?![0-9])(?:་?ཉིན)?",
    ),
    "en": _all(
        rf"\b(?P<month>{_EN_ANY})\.?\s(?P<first_day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s?(?:-|to|and)"
        rf"\s?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9])(?:,?\s(?P<year>[12][0-9]{{3}})(?![0-9]))?",
        rf"\b(?P<month>{_EN_ANY})\.?\s(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9])"
        rf"(?:,?\s(?P<year>[12][0-9]{{3}})(?![0-9]))?",
        rf"{_D12}(?P<first_day>[0-9]{{1,2}})\s?(?:-|to|and)\s?(?P<day>[0-9]{{1,2}})\s(?P<month>{_EN_ANY})"
        rf"\.?(?:,?\s(?P<year>[12][0-9]{{3}})(?![0-9]))?",
        rf"{_D12}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_EN_ANY})"
        rf"\.?(?:,?\s(?P<year>[12][0-9]{{3}})(?![0-9]))?",
        rf"\b(?P<month>{_EN_ANY})\.?,?\s(?P<year>[12][0-9]{{3}})(?![0-9])",
        rf"(?<=\b[Ii]n )(?P<month>{'|'.join(_EN_MONTHS)})\b",
        flags=re.IGNORECASE,
    ),
}
MONTH_RANGES: dict[str, Sequence[re.Pattern[str]]] = {"zh": _all(MONTH_RANGE, MONTH_PAIR), "bo": _all(MONTH_RANGE_BO)}
DECADES: dict[str, Sequence[re.Pattern[str]]] = {
    "": _all(r"(?<![0-9A-Za-z])(?P<year>1[0-9][0-9]0|20[0-9]0)(?:[’']?s)\b"),
    "zh": _all(
        r"(?P<century>[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s?世纪\s?(?P<decade>[0-9]0|[二三四五六七八九]?十|[二三四五六七八九](?=、?[三四五六七八九]十))\s?"
        r"(?:年代)?\s?(?:至|到|-|~|、|和)?\s?(?P<decade2>[0-9]0|[二三四五六七八九]十)?\s?年代",
        r"(?P<relative>上个?世纪|本世纪)\s?(?P<decade>[0-9]0|[二三四五六七八九]?十|[二三四五六七八九](?=、?[三四五六七八九]十))\s?(?:年代)?\s?(?:至|到|"
        r"-|~|、|和)?\s?(?P<decade2>[0-9]0|[二三四五六七八九]十)?\s?年代",
        r"(?<![0-9])(?:(?P<first_year>[12][0-9]{2}0)\s?(?:年代)?\s?[至到~、和-]\s?)?(?P<year>[0-9]{3}0)\s?年代",
        r"(?<![0-9一二三四五六七八九])(?P<decade>[0-9]0|[二三四五六七八九]十|[二三四五六七八九](?=、?[三四五六七八九]十))\s?(?:年代)?\s?(?:至|到|-|~|、|和)?"
        r"\s?(?P<decade2>[0-9]0|[二三四五六七八九]十)?\s?年代",
    ),
    "th": _all(
        rf"ทศวรรษ(?:ที่)?\s?(?:ปี\s?)?(?:(?P<era>{_TH_ERA})\s?)?(?P<first_year>[12][0-9]{{2}}0)(?:[’']?s)?"
        r"\s?(?:-|~|ถึง|และ)\s?(?:ทศวรรษ(?:ที่)?\s?)?(?P<year>[12][0-9]{2}0)(?![0-9])(?:[’']?s\b)?",
        rf"ทศวรรษ(?:ที่)?\s?(?:ปี\s?)?(?:(?P<era>{_TH_ERA})\s?)?(?P<year>[12][0-9]{{3}})(?![0-9])(?:[’']?s\b)?",
        r"(?:ทศวรรษ(?:ที่)?|ยุค(?:ปี)?|ช่วงปี)\s?(?:19)?(?P<decade>[2-9]0)(?:[’']?s)?\s?(?:-|~|ถึง|และ)\s?"
        r"(?P<second>(?:19)?(?P<decade2>[3-9]0))(?![0-9.%:])(?:[’']?s\b)?",
        r"(?:ทศวรรษ(?:ที่)?|ยุค(?:ปี)?|ช่วงปี)\s?(?:19)?(?P<decade>[2-9]0)(?![0-9.%:])(?:[’']?s\b)?",
        r"ช่วง(?:ต้น|กลาง|ปลาย)?(?:ๆ)?(?:ยุค)?ปี\s?(?P<year>1[0-9][0-9]0|20[0-9]0)(?![0-9]|-|\s?ถึง|\s?และ)"
        r"(?:[’']?s\b)?",
        r"ยุค(?:ปี)?\s?(?P<first_year>1[0-9][0-9]0|20[0-9]0)(?:[’']?s)?\s?(?:-|~|ถึง|และ)\s?(?P<year>1[0-9][0-9]0|20[0-9]0)(?![0-9])"
        r"(?:[’']?s\b)?",
        r"ยุค(?:ปี)?\s?(?P<year>1[0-9][0-9]0|20[0-9]0)(?![0-9])(?:[’']?s\b)?",
    ),
    "bo": _all(
        r"དུས་རབས་\s?(?P<century>[0-9]{1,2}|ཉི་ཤུ|བཅུ་དགུ|ཉེར་གཅིག|ཉི་ཤུ་རྩ་གཅིག|བཅོ་བརྒྱད)"
        r"[་\s]?པའི[་\s]?(?:ལོ་རབས[་\s]{0,2})(?P<decade>[0-9]0|[^\s།0-9་]+་(?:བཅུ|ཅུ)|ཉི་ཤུ)",
        r"(?<![0-9])(?P<year>1[0-9][0-9]0|20[0-9]0)[་\s]?(?:ལོའི་)?(?:ལོ་རབས|གྲངས|ལོ་གྲངས)",
        r"ལོ་རབས[་\s]{0,2}(?P<year>1[0-9][0-9]0|20[0-9]0)(?![0-9])",
        r"ལོ་རབས[་\s]{0,2}(?P<decade>[2-9]0)(?![0-9])",
        rf"(?<![\u0f40-\u0fbc])ལོ་རབས[་\s](?P<decade>{_BO_TENS}){BOUNDARY}(?!་(?:{_BO_JOINED}))",
    ),
    "en": _all(r"(?<![0-9A-Za-z])['’](?P<decade>[2-9]0)s\b"),
}
CENTURIES: dict[str, Sequence[re.Pattern[str]]] = {
    "zh": _all(
        rf"(?P<era>公元前|西元前)?\s?(?<![0-9上下这本新半每另])"
        rf"(?:(?P<first_century>{_ZH_SMALL})\s?(?:和|至|到|-|~|、|与|及)\s?)?"
        rf"(?P<century>{_ZH_SMALL})\s?世纪(?!末?之?前?到?[0-9]+年代)"
    ),
    "th": _all(
        r"(?P<era>พุทธ|คริสต์)?ศตวรรษที่\s?(?P<first_century>[0-9]{1,2})\s?(?:และ|ถึง|-"
        r"|~)\s?(?:ที่\s?)?(?P<century>[0-9]{1,2})(?![0-9])",
        rf"(?P<era>พุทธ|คริสต์)?ศตวรรษที่\s?\[?(?P<century>[0-9]{{1,2}}|{_TH_WORDS})(?![0-9])(?P<before>\s?ก่อนคริสต)?",
    ),
    "bo": _all(
        rf"(?P<era>(?:སྤྱི|ཕྱི)་ལོའི?་?(?:སྔོན|གོང)(?:་?གྱི|་?གི)?་)?"
        rf"དུས་རབས[་\s]{{0,2}}(?P<century>[0-9]{{1,2}}|(?:{UNDER_32_BO}){BOUNDARY})(?:་?པ)?"
    ),
    "en": _all(
        r"\b(?P<century>[0-9]{1,2})(?:st|nd|rd|th)[ -](?:century|centuries)(?P<before>\sBC)?", flags=re.IGNORECASE
    ),
}
YEARS: dict[str, Sequence[re.Pattern[str]]] = {
    "": _all(
        r"(?<![0-9A-Za-z.,/-])(?P<first_year>1[5-9][0-9]{2}|20[0-9]{2}|25[0-9]{2})(?:-|~"
        r"|/)(?P<year>[0-9]{2})(?![0-9.%:/]|-[0-9])(?!\s?[年人名])"
    ),
    "zh": _all(
        r"(?P<era>公元|西元)?(?<![0-9A-Za-z.])(?P<first_year>[0-9]{4}|[一二三四五六七八九零〇]{4})\s?年?\s?(?:-|~|至|到|、|和|及|"
        r"与|或|/)\s?(?P<year>[0-9]{4}|[0-9]{2}(?=\s?(?:年|赛季|财年|学年))|[一二三四五六七八九零〇]{4})\s?(?:年(?!代)|赛季|财年|学年)",
        rf"{_ZH_REIGN}(?!间|代|号)",
        rf"{_ZH_YEAR}\s?年(?!级|代)",
        *SHORT_YEARS,
    ),
    "th": _all(
        rf"(?:ปี\s?)?(?:ที่\s?)?(?P<era>{_TH_ERA}|ปี(?:งบประมาณ|การศึกษา|ภาษี|การผลิต)?|ฤดูกาล)"
        rf"\s?(?P<first_year>[0-9]{{4}})\s?(?:-|~|/|ถึง|จนถึง|และ|กับ|หรือ|,)\s?(?:ปี\s?)?(?P<era2>{_TH_ERA})?"
        rf"\s?(?P<year>[0-9]{{4}}|(?<=[-/])[0-9]{{2}})(?![0-9])",
        r"(?P<year>[0-9]{1,4})\s?(?:ปี\s?)?(?P<era>ก่อนคริสตกาล|ก่อนคริสต์กาล|ก่อนคริสต์ศักราช|"
        r"ก่อนคริสตศักราช|ปีก่อนคริสตกาล)",
        rf"(?:ปี\s?)?(?P<era>ก่อนคริสต์ศักราช|ก่อนคริสตศักราช|{_TH_ERA})\s?(?P<year>[0-9]{{1,4}})(?![0-9])",
        r"(?<![\u0e00-\u0e7f.])(?P<era>ร\.\s?ศ\.|รัตนโกสินทร์ศก)\s?(?P<year>[0-9]{1,3})(?![0-9])",
        r"ปี(?:งบประมาณ|การศึกษา|ภาษี|การผลิต)?\s?(?P<year>[0-9]{4})(?![0-9])",
        *YEARS_TH[:1],
        r"(?<![0-9])(?<![0-9]\s)(?<!ยุค)(?<!ช่วง)ปี\s?['’]?(?P<year>[4-7][0-9])(?![0-9.%:,])(?!\s?(?:ปี|คน|บาท|"
        r"เปอร์|ล้าน))",
        r"(?<![0-9])(?P<first_year>2[45][0-9]{2})\s?[-/~]\s?(?P<year>2[45][0-9]{2})(?![0-9])",
        AND_YEAR_TH,
        *YEARS_TH[1:],
    ),
    "bo": _all(
        rf"{_BO_ERA}(?:འི)?་?\s?(?P<first_year>[0-9]{{4}})(?:་?\s?ལོ)?\s?(?:ནས|དང|-|~)[་\s]*(?P<year>[0-9]{{4}})"
        rf"(?![0-9])(?:་?\s?ལོ)?",
        r"(?<![\u0f40-\u0fbc])(?P<era>བོད་རྒྱལ་ལོ)(?:འི)?[་\s]{0,2}(?P<year>[0-9]{4})(?![0-9])(?:་?\s?ལོ)?",
        rf"{_BO_ERA}(?:འི)?་(?P<first_year>{SPELLED_YEAR_BO})(?:་ལོ)?(?:་ནས|་དང)་(?P<year>{SPELLED_YEAR_BO})(?:་ལོ)?",
        rf"{_BO_ERA}(?:འི)?་(?P<year>{SPELLED_YEAR_BO})(?:་ལོ)?",
        rf"(?P<year>{SPELLED_YEAR_BO})་ལོ(?=འི|ར(?![\u0f40-\u0fbc])|་ནས)",
        rf"{_BO_ERA}(?:འི)?་?\s?(?P<year>[0-9]{{3,4}})(?![0-9])(?:་?\s?ལོ)?",
        r"(?<![0-9])(?P<first_year>[12][0-9]{3})\s?(?:ནས|དང|-|~)[་\s]*(?P<year>[12][0-9]{3})་?\s?ལོ",
        r"(?<![0-9])(?P<first_year>[12][0-9]{3})་?ལོ་?ནས[་\s]*(?P<year>[0-9]{2})་?\s?ལོ",
        r"(?<![0-9])(?P<year>[0-9]{4})་?\s?ལོ",
        # ལོ་ 2023 ནང་, but not the 2,000 years of ལོ་ 2000 འཁོར་བ.
        r"(?<![\u0f40-\u0fbc])ལོ་\s?(?P<year>(?:1[89]|20)(?!00)[0-9]{2})(?![0-9.,])(?![་\s]*(?:རིང|འཁོར|གོང|སྔོན|ལྷག|སོང|ཙམ))",
    ),
    "en": _all(r"\b(?P<year>[0-9]{1,4})\s(?P<era>B\.E\.|BE\b|B\.C\.E?\.?|BCE?\b)"),
}
