"""Clock times in Chinese, as patterns for `metrics.reading.clock`.

Groups as there; `first` is the whole of the first time of a range, `short` and `short_quarter` are the minutes that an
hour lacks (差5分8点).
"""

from __future__ import annotations

import re

MORNING = ("上午", "早上", "早晨", "今早", "明早", "清早", "清晨", "晨", "拂晓", "早")
SMALL_HOURS = ("凌晨", "半夜", "午夜", "子夜")
NOON = ("正午", "中午")
AFTERNOON = ("下午", "午后", "傍晚", "黄昏")
_EVENINGS = ("今晚", "昨晚", "当晚", "明晚", "晚间", "晚上", "晚")
NIGHT = (*_EVENINGS, "夜间", "夜里", "夜晚", "深夜", "今夜", "昨夜", "当夜", "明夜", "入夜", "夜")
NAMED = {"正午": 720, "午夜": 0, "中午": 720, "半夜": 0}

_NOT_IN_NUMBER = "(?<![0-9.第一二三四五六七八九十百千几数])"
_TO = r"\s?(?:-|~|至|到)\s?"
_SMALL = r"(?:[0-9]{1,2}|[一二两三四五六七八九十零]{1,3})"
_TWO = "(?:[0-9]{2}|[二三四五]十[一二三四五六七八九]?+|十[一二三四五六七八九]|零[一二三四五六七八九])"
_COUNTED = "0-9.%多余个人名位十百千万亿分一二两三四五六七八九零辆家艘架条只头栋间座起点"
_PARTS = sorted((*MORNING, *SMALL_HOURS, *NOON, *AFTERNOON, *NIGHT), key=len, reverse=True)
_PART = f"(?P<part>{'|'.join(_PARTS)})"
# What the hour is said with; 3点钟头 and 时间 are no clock times.
_HOUR = r"(?:时(?!间|候|代)|点(?!钟头)钟?|:(?=[0-9]{2}))"


def _minute(of: str = "") -> str:
    """Minutes behind an hour that a part of the day makes a clock time: 分 may be left out, but not behind one
    character (凌晨2点一家酒吧, 早上7点五辆车)."""
    return (
        rf"(?:(?P<{of}half>半)|(?P<{of}quarter>[一三]刻)|整"
        rf"|\s?(?P<{of}minute>{_SMALL}(?=\s?分(?!之|钟))|{_TWO}(?![{_COUNTED}]))(?:\s?分(?!之|钟))?)?"
    )


def _sure_minute(of: str = "") -> str:
    """Minutes that make an hour a clock time."""
    return rf"(?:(?P<{of}half>半)(?!途|场)|(?P<{of}quarter>[一三]刻)|整|\s?(?P<{of}minute>{_SMALL})\s?分(?!之|钟|点))"


_SHORT = rf"(?:(?P<short>{_SMALL})\s?分钟?|(?P<short_quarter>一刻)钟?)"
PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_PART}的?\s?(?P<first>(?P<first_hour>{_SMALL})\s?(?:{_HOUR}{_minute('first_')})?){_TO}"
        rf"(?P<hour>{_SMALL})\s?{_HOUR}{_minute()}",
        rf"(?:{_PART}的?\s?)?差\s?{_SHORT}\s?[到就]?\s?(?P<hour>{_SMALL})\s?点(?!数)钟?",
        rf"{_PART}的?\s?(?P<hour>{_SMALL})\s?点\s?差\s?{_SHORT}",
        rf"{_PART}的?\s?(?P<hour>{_SMALL})\s?(?:时|点钟?|:){_minute()}",
        rf"{_NOT_IN_NUMBER}(?P<hour>{_SMALL})\s?点\s?差\s?{_SHORT}",
        rf"{_NOT_IN_NUMBER}(?P<first>(?P<first_hour>{_SMALL})\s?[时点]{_sure_minute('first_')}?){_TO}"
        rf"(?P<hour>{_SMALL})\s?(?P<unit>[时点]){_sure_minute()}?(?!\s?[0-9零〇一二三四五六七八九十]|间|候|代|速)",
        rf"{_NOT_IN_NUMBER}(?P<hour>{_SMALL})\s?[时点]{_sure_minute()}",
        r"(?<![0-9.])(?P<first_hour>[0-9]{1,2})\s?[时点]?(?:\s?(?:-|~|至|到)\s?)(?P<hour>[0-9]{1,2})\s?(?P<unit>时|点)"
        r"(?!间|候|代|速|[0-9零一二三四五六七八九])",
        r"(?<![0-9.])(?P<hour>[0-9]{1,2})\s?(?P<unit>时)(?!间|候|代|速|期|空|装|任)",
        rf"{_NOT_IN_NUMBER}(?P<hour>二?十[一二三四五六七八九]?)\s?(?P<unit>时)(?![间候代速期空装任辰段针差尚效])",
        rf"{_NOT_IN_NUMBER}(?P<hour>[零〇]|[一二三四五六七八九十]{{1,3}})\s?点钟",
        rf"{_NOT_IN_NUMBER}(?P<hour>[零〇])\s?[时点](?![零〇一二三四五六七八九])",
        r"(?<![0-9.])(?P<hour>[0-9]{1,2})\s?点(?=[钟前后开结起至到整左之，。、；,;的]|\Z|\s)钟?",
        # 8点多一位老人摔倒; 跌了8点多 are points.
        rf"(?<![涨跌升降了高低得差负胜])(?<![升降涨跌]约)(?<!上)(?<!下){_NOT_IN_NUMBER}(?P<hour>[0-9]{{1,2}}|[五六七八九]|十[一二]?)点多"
        r"(?=[钟的一两就才出起到回从开去来，。、；,;]|\Z)",
        rf"{_NOT_IN_NUMBER}(?P<hour>十[三四五六七八九]|二十[一二三四]?)点(?=[前后开结起至到整左之许，。、；,;]|\Z)",
        rf"{_NOT_IN_NUMBER}(?P<hour>[一二两三四五六七八九十]{{1,3}})点(?P<minute>[二三四五]?十[一二三四五六七八九]?"
        r"|零[一二三四五六七八九])(?![百千万亿%个年倍人])",
        r"(?<![0-9])(?<![0-9][.:])(?:(?P<first>(?P<first_hour>[0-9]{1,2})(?:[:.](?P<first_minute>[0-9]{2}))?)"
        rf"{_TO})?(?P<hour>[0-9]{{1,2}})(?:[:.](?P<minute>[0-9]{{2}}))?\s?(?P<part>[aApP]\.?[mM](?![A-Za-z0-9]))",
        r"(?P<word>正午|午夜)",
        r"(?P<loose>中午|半夜)",
    )
)
