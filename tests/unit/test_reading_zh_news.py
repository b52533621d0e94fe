"""Wordings of Chinese news: scores, every so many years, pairs of figures, days of the moon's calendar, decades, and
words in which a numeral says no number."""

from __future__ import annotations

import pytest

from metrics.normalise import normalise
from metrics.numbers import extract_numbers
from metrics.reading import read


def said(text: str) -> list[str]:
    """What is read for certain, as kind:value."""
    return [f"{found.kind}:{float(found.value):.10g}" for found in extract_numbers(normalise(text), "zh")]


def numbers(*values: float) -> list[str]:
    return [f"number:{value:.10g}" for value in values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("三比二逆转日本队", [3, 2]),
        ("曼联主场二比零击败切尔西", [2, 0]),
        ("双方零比零战平", [0, 0]),
        ("以二十一比十八取胜", [21, 18]),
        ("前十轮取得七胜二平一负", [10, 7, 2, 1]),
        ("三战两胜", [3, 2]),
        ("五战三胜一平一负", [5, 3, 1, 1]),
        ("四局比分为25:21、23:25、25:19、25:17", [4, 25, 21, 23, 25, 25, 19, 25, 17]),
        ("21:18、19:21、21:16，石宇奇晋级", [21, 18, 19, 21, 21, 16]),
        ("以21:18击败对手", [21, 18]),
        ("三连胜", [3]),
        ("五连冠", [5]),
        ("造成三死五伤", [3, 5]),
        ("两死一伤", [2, 1]),
        ("4x100米接力", [4, 100]),
        # what only looks like a score
        ("九死一生", []),
        ("一比一百", [100]),
        ("三分之一比四分之一", [1 / 3, 1 / 4]),
        ("三比五倍多", [5]),
        ("第一比第二好", []),
        ("数一数二", []),
    ],
)
def test_scores(text: str, values: list[float]) -> None:
    assert said(text) == numbers(*values)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("每日9:30、14:30两场", [570, 870]),
        ("开往成都的列车8:05、12:40、19:55发车", [485, 760, 1195]),
        ("加以19:30开始", [1170]),
        ("以9:00为准", [540]),
        ("19:30胜利广场集合", [1170]),
    ],
)
def test_clock_times_that_are_no_scores(text: str, times: list[int]) -> None:
    assert [word for word in said(text) if word.startswith("time")] == [f"time:{time}" for time in times]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("每四年举办一次", [4]),
        ("每两小时更新一次", [2]),
        ("每三至五年", [3, 5]),
        ("每十年上升0.3度", [10, 0.3]),
        ("另三人受伤", [3]),
        ("这三家公司", [3]),
        ("每一年", []),
        ("另一人受伤", []),
        ("这一家公司", []),
        ("这两天", []),
        ("那两个月", []),
        ("每千人拥有3.04名", [1000, 3.04]),
        ("每千克", []),
        ("三天两夜", [3, 2]),
        ("连跌三日", [3]),
        ("十到二十分钟", [10, 20]),
        # two neighbouring figures, whatever they count
        ("东北风三四级", [3, 4]),
        ("七八吨", [7, 8]),
        ("三四小时", [3, 4]),
        ("十七八斤", [17, 18]),
        ("二十五六吨", [25, 26]),
        ("四五户", [4, 5]),
        ("三四线城市", []),
        ("打七八折", []),
        # a weight, and no last figure of a number
        ("赔款白银四亿五千万两", [450_000_000]),
        ("三百两", [300]),
        ("三千两百", [3_200]),
        ("两百两十", [220]),
        ("六斤七两重", [6, 7]),
        ("五两银子", [5]),
        ("半斤八两", []),
        ("两两对决", []),
    ],
)
def test_counts(text: str, values: list[float]) -> None:
    assert said(text) == numbers(*values)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("正月十五闹元宵", ["date:115"]),
        ("正月初一至初七", ["date:101"]),
        ("腊月二十三", ["date:1223"]),
        ("大年初一", ["date:101"]),
        ("三月初三，壮族", ["date:303"]),
        ("广西三月三", ["date:303"]),
        ("九月九的酒", ["date:909"]),
        ("三月初三家公司", ["date:300"]),
        ("三月三名学生", ["date:300", "number:3"]),
        ("五月五支队伍", ["date:500", "number:5"]),
        ("正月里", []),
        ("大年三十", []),
        ("五月天演唱会", []),
        ("五月天气", ["date:500"]),
        ("十月怀胎", []),
        ("七、八十年代", ["decade:1970", "decade:1980"]),
        ("上世纪五、六十年代", ["decade:1950", "decade:1960"]),
        ("1980至1990年代", ["decade:1980", "decade:1990"]),
        ("1980年代", ["decade:1980"]),
    ],
)
def test_days_and_decades(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "三番五次上门",
        "“十一”黄金周",
        "十一长假",
        "五花八门",
        "五花八門",
        "四面八方",
        "十万火急",
        "不管三七二十一",
        "三十而立",
        "三元锂电池",
        "城乡二元结构",
        "贵州六盘水",
        "三门峡水库",
        "五十铃汽车",
        "铁人三项赛",
        "一波三折",
    ],
)
def test_words_whose_numerals_say_no_number(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三面墙", ["number:3"]),
        ("五元区间", ["money:5"]),
        ("三人", ["number:3"]),
        ("三轮谈判", ["number:3"]),
        ("五门课", ["number:5"]),
        ("十一家公司", ["number:11"]),
        ("今年三十岁", ["number:30"]),
        ("三人行贿", ["number:3"]),
        ("二人转院治疗", ["number:2"]),
        ("五家渠道商", ["number:5"]),
        ("五棵松树", ["number:5"]),
        ("第三十铁人三项赛", ["number:30"]),
    ],
)
def test_the_same_numerals_elsewhere(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三成半", ["percentage:35"]),
        ("两成半的受访者", ["percentage:25"]),
        ("两成半导体", ["percentage:20"]),
        ("百亿元项目", ["money:1e+10"]),
        ("千亿级产业集群", ["number:1e+11"]),
        ("万亿元市场", ["money:1e+12"]),
        ("个案破万宗", ["number:10000"]),
        ("每万元产值", ["money:10000"]),
        ("数百亿元", []),
        ("百亿", []),
        ("千万级别", []),
    ],
)
def test_shares_and_bare_magnitudes(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_a_bare_magnitude_may_be_more() -> None:
    (found,) = read("千亿元产业", "zh")
    assert (found.value, found.high) == (10**11, 10**12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BA.5变异株", [("identifier", "ba.5")]),
        ("毒株XBB.1.5", [("identifier", "xbb.1.5")]),
        ("京A·88888", [("identifier", "a88888")]),
        ("THB.500", [("name", "thb"), ("number", "")]),
        ("NO.3", [("number", "")]),
    ],
)
def test_identifiers(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(found.kind, found.text) for found in read(normalise(text), "zh")] == expected
