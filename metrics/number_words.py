"""Words around numbers in Chinese, Thai, Tibetan and English: months, eras, clock, per cent, currencies. Data for `metrics.numbers`.

Keys are language subtags; "" holds what is read in every language. Groups: year, era, month, day, first_day (of a range),
hour, minute, half, am, pm, evening.
"""

from __future__ import annotations

import re

CurrencyWords = tuple[tuple[str, str | None], ...]

_TH_MONTHS = ["มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน", "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม"]
_TH_SHORT = ["ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."]
_EN_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_EN_SHORT = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_BO_MONTHS = ["དང་པོ", "གཉིས་པ", "གསུམ་པ", "བཞི་པ", "ལྔ་པ", "དྲུག་པ", "བདུན་པ", "བརྒྱད་པ", "དགུ་པ", "བཅུ་པ", "བཅུ་གཅིག་པ", "བཅུ་གཉིས་པ"]

MONTHS: dict[str, dict[str, int]] = {
    "th": {name: i for names in (_TH_MONTHS, _TH_SHORT) for i, name in enumerate(names, 1)},
    "bo": {name: i for i, name in enumerate(_BO_MONTHS, 1)},
    "en": {name: i for names in (_EN_SHORT, _EN_MONTHS) for i, name in enumerate(names, 1)} | {"sept": 9},
}

_TH_FULL = "|".join(_TH_MONTHS)
_TH_ABBR = "|".join(re.escape(name) for name in _TH_SHORT)
_TH_ANY = f"{_TH_FULL}|{_TH_ABBR}"
_EN_ANY = "(?:" + "|".join([*_EN_MONTHS, "sept", *_EN_SHORT]) + r")\b"
_D12 = r"(?<![0-9])(?<![0-9][.:])"
_ZH_SMALL = r"(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_ZH_YEAR = r"(?<![0-9])(?P<year>[0-9]{4}|[一二三四五六七八九零〇]{4})"
# Chinese text often has spaces around digits (2018 年 9 月 30 日).
_ZH_MONTH = rf"(?:{_ZH_YEAR}\s?年\s?)?(?<![0-9.])(?P<month>{_ZH_SMALL})\s?月"
_TH_YEAR = r"(?:\s?(?P<era>พ\.\s?ศ\.|ค\.\s?ศ\.|ปี)?\s?(?P<year>[0-9]{4})(?![0-9]))?"
_BO_END = r"(?![\u0f40-\u0fbc])"


def _all(*patterns: str, flags: int = 0) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, flags) for pattern in patterns)


DATES: dict[str, tuple[re.Pattern[str], ...]] = {
    "": _all(_D12 + r"(?P<year>[12][0-9]{3})(?P<sep>[-/.])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})(?![0-9])"),
    "zh": _all(
        rf"{_ZH_MONTH}\s?(?P<first_day>{_ZH_SMALL})\s?[日号]?\s?(?:至|到|-|—)\s?(?P<day>{_ZH_SMALL})\s?[日号](?!元|线|楼)",
        rf"{_ZH_MONTH}(?:\s?(?P<day>{_ZH_SMALL})\s?[日号](?!元|线|楼))?",
        r"(?<![0-9.])(?P<day>[0-9]{1,2})\s?日(?!元|本|内|后|前|间|游)",
    ),
    "th": _all(
        rf"{_D12}(?P<first_day>[0-9]{{1,2}})\s?(?:-|–|ถึง)\s?(?P<day>[0-9]{{1,2}})\s?(?P<month>{_TH_ANY}){_TH_YEAR}",
        rf"(?:วันที่\s?)?{_D12}(?P<day>[0-9]{{1,2}})\s?(?P<month>{_TH_ABBR})\s?(?P<year>[5-7][0-9])(?![0-9.:%])",
        rf"(?:วันที่\s?)?{_D12}(?P<day>[0-9]{{1,2}})\s?(?P<month>{_TH_ANY}){_TH_YEAR}",
        rf"(?:เดือน)?(?P<month>{_TH_FULL}){_TH_YEAR}",
        r"วันที่\s?(?P<day>[0-9]{1,2})(?![0-9.:])",
    ),
    "bo": _all(
        rf"(?:(?<![0-9])(?P<year>[0-9]{{4}})[་\s]?ལོའི?[་\s]*)?(?:སྤྱི་)?ཟླ་བ་(?P<month>{'|'.join(_BO_MONTHS)})འི[་\s]*ཚེས་?\s?(?P<day>[0-9]{{1,2}})(?![0-9])(?:་?ཉིན)?",
        r"(?:(?<![0-9])(?P<year>[0-9]{4})[་\s]?ལོའི?[་\s]*)?(?:སྤྱི་)?ཟླ་?\s?(?:བ་?\s?)?(?P<month>[0-9]{1,2})(?:་?པ)?(?:འི)?[་\s]*(?:ཚེས|ཉིན)་?\s?(?P<day>[0-9]{1,2})(?![0-9])(?:་?ཉིན)?",
        r"(?:སྤྱི་)?ཟླ་?\s?(?:བ་?\s?)?(?P<month>[0-9]{1,2})་?(?:པ(?:འི|ར|ས)?|པོ(?:འི|ར|ས)?)" + _BO_END,
        r"ཚེས་?\s?(?P<day>[0-9]{1,2})(?![0-9])(?:་?ཉིན)?",
    ),
    "en": _all(
        rf"\b(?P<month>{_EN_ANY})\.?\s(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9])(?:,?\s(?P<year>[12][0-9]{{3}})(?![0-9]))?",
        rf"{_D12}(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_EN_ANY})\.?(?:,?\s(?P<year>[12][0-9]{{3}})(?![0-9]))?",
        rf"\b(?P<month>{_EN_ANY})\.?,?\s(?P<year>[12][0-9]{{3}})(?![0-9])",
        flags=re.IGNORECASE,
    ),
}

# Hours and minutes in Tibetan words; with a part of the day or with minutes it is a time, alone it may be a duration.
_BO_MINUTES = r"(?:དང་?|་)?\s?སྐར་མ་?\s?(?P<minute>[0-9]{1,2})(?![0-9])"
_BO_PART = r"(?:(?P<pm>ཕྱི་དྲོ|དགོང་དྲོ|དགོང་མོ|མཚན་མོ)|(?P<am>སྔ་དྲོ|ཞོགས་པ))(?:འི)?་?\s?"
TIMES: dict[str, tuple[re.Pattern[str], ...]] = {
    "": _all(_D12 + r"(?P<hour>[0-9]{1,2})[:：](?P<minute>[0-9]{2})(?![0-9:：]|\.[0-9])"),
    "zh": _all(
        r"(?:(?P<pm>下午|晚上|傍晚|中午)|(?P<am>上午|早上|早晨|凌晨|清晨))\s?"
        rf"(?P<hour>{_ZH_SMALL})\s?(?:时|点|[:：])(?:(?P<half>半)|整|\s?(?P<minute>{_ZH_SMALL})(?:\s?分)?)?",
        r"(?<![0-9.])(?P<hour>[0-9]{1,2})\s?[时点](?:(?P<half>半)|整|\s?(?P<minute>[0-9]{1,2})\s?分)",
        r"(?<![0-9.])(?P<hour>[0-9]{1,2})\s?时(?!间|候|代|速)",
    ),
    "th": _all(
        _D12 + r"(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})\s?(?:น\.|นาฬิกา|น(?![\u0e00-\u0e7f]))",
        r"เวลา\s?(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})(?![0-9])",
        _D12 + r"(?P<hour>[0-9]{1,2})\s?(?:นาฬิกา|น\.)(?:\s?(?P<minute>[0-9]{1,2})\s?นาที)?",
        r"(?P<pm>บ่าย)\s?(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})(?![0-9])",
        r"(?P<am>ตี)\s?(?P<hour>[1-5])[.:](?P<minute>[0-9]{2})(?![0-9])",
        r"(?P<pm>บ่าย)\s?(?P<hour>[0-9]{1,2})(?:\s?โมง)?(?:(?P<half>ครึ่ง)|\s?(?P<minute>[0-9]{1,2})\s?นาที)?(?![0-9.])",
        _D12 + r"(?P<hour>[0-9]{1,2})\s?โมง(?:เช้า|(?P<pm>เย็น))?(?:(?P<half>ครึ่ง)|\s?(?P<minute>[0-9]{1,2})\s?นาที)?",
        _D12 + r"(?P<hour>[1-6])\s?(?P<evening>ทุ่ม)(?!เท)(?:(?P<half>ครึ่ง)|\s?(?P<minute>[0-9]{1,2})\s?นาที)?",
    ),
    "bo": _all(
        rf"(?:{_BO_PART})?(?:དུས་ཚོད་|ཆུ་ཚོད་?)\s?(?P<hour>[0-9]{{1,2}})(?:་?\s?(?:པའི?|དང)?་?)?{_BO_MINUTES}",
        rf"{_BO_PART}(?:དུས་ཚོད་|ཆུ་ཚོད་?)?\s?(?P<hour>[0-9]{{1,2}})(?:[:：.](?P<minute>[0-9]{{2}}))?(?![0-9:：])",
        r"(?:དུས་ཚོད་|ཆུ་ཚོད་?)\s?(?P<hour>[0-9]{1,2})[:：.](?P<minute>[0-9]{2})(?![0-9:：])",
    ),
    "en": _all(
        _D12 + r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))?\s?(?:(?P<am>a\.?m\b\.?)|(?P<pm>p\.?m\b\.?))",
        flags=re.IGNORECASE,
    ),
}
YEARS: dict[str, tuple[re.Pattern[str], ...]] = {
    "zh": _all(rf"(?P<era>公元|佛历)?{_ZH_YEAR}\s?年(?!前|后|来|间)"),
    "th": _all(r"(?:ปี\s?)?(?P<era>พ\.\s?ศ\.|ค\.\s?ศ\.|พุทธศักราช|คริสต์ศักราช)\s?(?P<year>[0-9]{4})(?![0-9])",
               r"ปี\s?(?P<year>[0-9]{4})(?![0-9])"),
    "bo": _all(r"(?:སྤྱི་ལོ|ཕྱི་ལོ)(?:འི)?་?\s?(?P<year>[0-9]{4})(?![0-9])(?:་?\s?ལོ)?", r"(?<![0-9])(?P<year>[0-9]{4})་?\s?ལོ"),
    "en": _all(r"\b(?P<year>[0-9]{4})\s(?P<era>B\.E\.|BE\b)"),
}

PERCENT_BEFORE: dict[str, re.Pattern[str]] = {
    "zh": re.compile(r"百分之\s?\Z"), "th": re.compile(r"ร้อยละ\s?\Z"), "bo": re.compile(r"བརྒྱ་ཆ(?:འི་?(?:གྲངས)?)?(?:་|\s)*\Z"),
}
_SIGN = r"\s?[%٪]"
PERCENT_AFTER: dict[str, re.Pattern[str]] = {
    "": re.compile(_SIGN), "zh": re.compile(rf"{_SIGN}|\s?个百分点"), "th": re.compile(rf"{_SIGN}|\s?เปอร์เซ[็]?นต์?"),
    "bo": re.compile(_SIGN), "en": re.compile(rf"{_SIGN}|\s?(?:percent|per cent|percentage points?)\b", re.IGNORECASE),
}

# Longest first: the first word that fits is taken. None: the word alone does not tell which currency.
_SIGNS: CurrencyWords = (("US$", "USD"), ("HK$", "HKD"), ("$", None), ("€", "EUR"), ("£", "GBP"), ("¥", None), ("￥", None), ("฿", "THB"),
                         ("USD", "USD"), ("CNY", "CNY"), ("RMB", "CNY"), ("THB", "THB"), ("EUR", "EUR"), ("JPY", "JPY"), ("GBP", "GBP"))
_BO_WORDS: CurrencyWords = (("མི་དམངས་ཤོག་སྒོར", "CNY"), ("ཨ་མེ་རི་ཀའི་སྒོར", "USD"), ("ཨ་སྒོར", "USD"), ("ཡོ་སྒོར", "EUR"),
                            ("ཐའེ་སྒོར", "THB"), ("དབྱིན་སྒོར", "GBP"), ("ཉི་སྒོར", "JPY"), ("སྒོར", None))
CURRENCY_BEFORE: dict[str, CurrencyWords] = {"": _SIGNS, "bo": (*_BO_WORDS, *_SIGNS)}
CURRENCY_AFTER: dict[str, CurrencyWords] = {
    "zh": (("人民币", "CNY"), ("美元", "USD"), ("欧元", "EUR"), ("日元", "JPY"), ("韩元", "KRW"), ("港元", "HKD"),
           ("泰铢", "THB"), ("英镑", "GBP"), ("卢比", None), ("卢布", "RUB"), ("元", "CNY")),
    "th": (("ดอลลาร์สหรัฐ", "USD"), ("ดอลลาร์ฮ่องกง", "HKD"), ("ดอลลาร์", None), ("เหรียญ", None), ("หยวน", "CNY"), ("บาท", "THB"),
           ("ยูโร", "EUR"), ("เยน", "JPY"), ("วอน", "KRW"), ("ปอนด์", "GBP"), ("รูปี", None), ("รูเบิล", "RUB")),
    "bo": _BO_WORDS,
    "en": (("US dollars", "USD"), ("dollars", None), ("yuan", "CNY"), ("baht", "THB"), ("euros", "EUR"), ("euro", "EUR"),
           ("yen", "JPY"), ("won", "KRW"), ("pounds", "GBP"), ("rupees", None), ("roubles", "RUB"), ("rubles", "RUB")),
}
