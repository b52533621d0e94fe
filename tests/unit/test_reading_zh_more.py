"""Chinese numbers, sums of money, shares, clock times and days in the wordings that are rarer, and what looks like
them."""

from __future__ import annotations

import pytest

from metrics.normalise import normalise
from metrics.numbers import extract_numbers
from metrics.reading import bears_out, read


def values(text: str) -> list[tuple[str, float]]:
    """What is read: kind and value."""
    return [(found.kind, float(found.value)) for found in extract_numbers(normalise(text), "zh")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("约 60 多万名学生", 600_000),
        ("40\u00a0余万户", 400_000),
        ("4万多亿斤", 4e12),
        ("1.2万余亿次", 1.2e12),
        ("四十万八", 408_000),
        ("一百二十万六", 1_206_000),
        ("三千万五", 35_000_000),
        ("四万五", 45_000),
        ("20万零300", 200_300),
        ("3万零8", 30_008),
        ("2亿零80万", 200_800_000),
        ("六千零70", 6_070),
        ("7个亿", 7e8),
        ("二十多个亿", 2e9),
        ("4兆2000億", 4.2e12),
        ("两兆三千亿", 2.3e12),
        ("廿七人", 27),
        ("卅六个", 36),
        ("八百余万人", 8e6),
        ("百余万人", 1e6),
        ("近千万人", 1e7),
        ("百六十人", 160),
        ("三千克拉", 3_000),
        ("等了十分钟", 10),
        ("五斤三", 5.3),
        ("八公里二", 8.2),
        ("二亿分之一", 5e-9),
        ("三個禮拜", 3),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert values(text) == [("number", value)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50 多亿欧元", 5e9),
        ("3万余亿元", 3e12),
        ("20个亿美元", 2e9),
        ("2兆餘元", 2e12),
        ("1.5兆韓元", 1.5e12),
        ("3兆欧元", 3e12),
        ("千余亿元", 1e11),
        ("百万美元", 1e6),
        ("〇点八元", 0.8),
        ("七毛八", 0.78),
        ("二十块零六毛", 20.6),
        ("三元零七分", 3.07),
        ("四塊錢", 4),
        ("七塊半", 7.5),
        ("6万3人民币", 63_000),
        ("RM250万", 2.5e6),
        ("USD300万", 3e6),
        ("伍萬元", 50_000),
        ("八百泰币", 800),
        ("3000俄羅斯盧布", 3_000),
    ],
)
def test_money(text: str, value: float) -> None:
    assert values(text) == [("money", value)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("百分之百三十", [130]),
        ("百分之百零五", [105]),
        ("百分之百一致", [100]),
        ("上升0.3百分点", [0.3]),
        ("25 百分点", [25]),
        ("半个百分点", [0.5]),
        ("一个半百分点", [1.5]),
        ("三个多百分点", [3]),
        ("百分之负0.8", [0.8]),
        ("百分之负四", [4]),
        ("十万分之七", [0.007]),
        ("百万分之二", [0.0002]),
        ("三千分之一", [100 / 3000]),
        ("两百万分之一", [100 / 2e6]),
        ("六七成", [60, 70]),
        ("4成5", [45]),
        ("三成五", [35]),
    ],
)
def test_shares(text: str, expected: list[float]) -> None:
    assert values(text) == [("percentage", pytest.approx(value)) for value in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上午8点至11点半", [480, 690]),
        ("下午1点半到4点", [810, 960]),
        ("下午三点二十分到五点四十分", [920, 1060]),
        ("晚上8:15至10:45", [1215, 1365]),
        ("晚上6时45分-9时", [1125, 1260]),
        ("夜里11点半至1点", [1410, 60]),
        ("两时至五时", [120, 300]),
        ("9时30分至11时", [570, 660]),
        ("昨夜11点半", [1410]),
        ("当夜2点", [120]),
        ("夜9点", [1260]),
        ("子夜1点", [60]),
        ("二十一时许", [1260]),
        ("二十二点前", [1320]),
        ("差10分9点", [530]),
        ("下午三点差一刻", [885]),
        ("3:45pm", [945]),
        ("9-11am", [540, 660]),
        ("晚上8点50多人", [1200]),
    ],
)
def test_clock_times(text: str, expected: list[int]) -> None:
    assert [value for kind, value in values(text) if kind == "time"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上月20号", [20]),
        ("这个月3号到5号", [3, 5]),
        ("6号早上", [6]),
        ("十二号（星期二）", [12]),
        ("8号至11号期间", [8, 11]),
        ("廿八日", [28]),
        ("农历五月初五", [505]),
        ("八月十五，中秋", [815]),
        ("八月十五人到场", [800]),
        ("10号到12号楼", []),
        ("15号选手", []),
        ("第6号上午", []),
    ],
)
def test_days(text: str, expected: list[int]) -> None:
    assert [value for kind, value in values(text) if kind == "date"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "一成不变",
        "三点一线",
        "千万不要",
        "百万富翁",
        "十分钟爱",
        "廿四史",
        "打七五折",
        "四五成群",
        "三毛的书",
        "冬季統一人士",
    ],
)
def test_words_that_only_look_like_numbers(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2022 多哈世界杯", 2022),
        ("30 多伦多人", 30),
        ("三个亿万富翁", 3),
        ("一吨二氧化碳", 1),
        ("两斤二手茶", 2),
        ("硬盘1兆", 1),
        ("十二时辰", 12),
        ("二十点建议", 20),
    ],
)
def test_what_follows_a_number_is_not_always_part_of_it(text: str, value: float) -> None:
    assert values(text) == [("number", value)]


def test_a_bare_million_may_be_more_and_kilometres_an_hour_are_one_measure() -> None:
    (million,) = read("百万人", "zh")
    assert bears_out(million, read("300 ล้านคน", "th")[0]) is False
    assert bears_out(million, read("กว่าหนึ่งล้านคน", "th")[0])
    (speed,) = read("90千米/小时", "zh")
    assert (speed.unit, speed.dimension) == ("kmh", "speed")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # what stands behind an hour is no minute without 分, unless it has two figures and counts nothing
        ("凌晨2点一家酒吧起火", [("time", 120)]),
        ("下午3点两车相撞", [("time", 900), ("number", 2)]),
        ("早上7点五辆车", [("time", 420), ("number", 5)]),
        ("下午3点十五辆车", [("time", 900), ("number", 15)]),
        ("下午三点十五", [("time", 915)]),
        ("晚上8点05开始", [("time", 1205)]),
        ("下午3点5分", [("time", 905)]),
        # days of a term
        ("行政拘留15日", [("number", 15)]),
        ("15日拘留两人", [("date", 15), ("number", 2)]),
        ("30日内完成", [("number", 30)]),
        ("100日元", [("money", 100)]),
        # two neighbouring figures with the magnitude behind them
        ("十七八万元", [("money", 170_000), ("money", 180_000)]),
        ("二十五六亿元", [("money", 2.5e9), ("money", 2.6e9)]),
        ("三十五六岁", [("number", 35), ("number", 36)]),
        # a year of two figures
        ("08年奥运会", [("year", 2008)]),
        ("第08年级", [("number", 8)]),
        ("用了8年", [("number", 8)]),
    ],
)
def test_what_stands_beside_a_figure(text: str, found: list[tuple[str, float]]) -> None:
    assert values(text) == found


def test_days_of_a_term_are_days() -> None:
    assert [r.dimension for r in read("行政拘留15日", "zh")] == ["duration"]
