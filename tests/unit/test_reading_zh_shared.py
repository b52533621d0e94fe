"""Chinese amounts that are said in part (what a list says once, tails of metres, years in two figures, dimes), people
without a counting word, magnitudes in Latin letters; each with what only looks like it and must not be read."""

from __future__ import annotations

import pytest

from metrics.normalise import normalise
from metrics.numbers import extract_numbers

SHARED = [
    ("票价分为600、700和1000元", ["money:600", "money:700", "money:1000"]),
    ("奖金设10万、20万、50万元", ["money:100000", "money:200000", "money:500000"]),
    ("分别进口12、15和18万吨", ["number:120000", "number:150000", "number:180000"]),
    ("分别增长12、15和18%", ["percentage:12", "percentage:15", "percentage:18"]),
    ("500、800和1万元", ["money:500", "money:800", "money:10000"]),
    ("转会费从800万增至1000万英镑", ["money:8000000", "money:10000000"]),
    ("从8增至10亿美元", ["money:800000000", "money:1000000000"]),
    ("由3.2升至3.5%", ["percentage:3.2", "percentage:3.5"]),
    ("从2.1亿美元降为1.8亿", ["money:210000000", "money:180000000"]),
    ("约3、4百元", ["money:300", "money:400"]),
    ("分别上涨3、5个百分点", ["percentage:3", "percentage:5"]),
    ("售价从16.99万元下调至14.99万起", ["money:169900", "money:149900"]),
    ("代码000001和5元", ["number:1", "money:5"]),
    # what stands first numbers what follows, names a product, or counts something else
    ("1、2000元罚款", ["number:1", "money:2000"]),
    ("iPhone 15和1000元", ["number:15", "money:1000"]),
    ("小米14和500元", ["number:14", "money:500"]),
    ("由600519跌至1500元", ["number:600519", "money:1500"]),
    ("从5家增至8亿元", ["number:5", "money:800000000"]),
    ("从500美元涨到1000人", ["money:500", "number:1000"]),
    ("从5%增至2024", ["percentage:5", "number:2024"]),
    ("3、4号楼", ["number:3", "number:4"]),
]
TAILS = [
    ("杜普兰蒂斯跳过六米二一", ["number:6.21"]),
    ("铅球投出二十一米零五", ["number:21.05"]),
    ("两米零五的中锋", ["number:2.05"]),
    ("六米二三层楼", ["number:6", "number:2", "number:3"]),
    ("约莫半公斤", []),
    ("每斤涨三角", ["money:0.3"]),
    ("每斤涨2角", ["money:0.2"]),
    ("五角硬币", ["money:0.5"]),
    ("五角大楼", []),
    ("三角债", []),
    ("加三角函数", []),
    ("八角", []),
]
YEARS = [
    ("零八年北京奥运会", ["year:2008"]),
    ("九七年香港回归", ["year:1997"]),
    ("二四年春节", ["year:2024"]),
    ("民国九七年", ["year:2008"]),
    ("零八年五月十二日", ["year:2008", "date:512"]),
    ("一百零八年", ["number:108"]),
    ("过了一百零五年", ["number:105"]),
    ("三点零八年", ["number:3.08"]),
    ("三五年后", ["number:3", "number:5"]),
    ("七八年", ["number:7", "number:8"]),
    ("九零年代", []),
    ("7、8两月降水偏多", ["date:700", "date:800"]),
    ("7、8两个月", ["date:700", "date:800"]),
    ("6、7、8三个月", ["date:600", "date:700", "date:800"]),
    ("12、13和14日停水", ["date:12", "date:13", "date:14"]),
    ("2、3个月", ["number:2", "number:3"]),
    ("5月、6月两个月内", ["date:500", "date:600", "number:2"]),
]
PASSED = [
    ("《哪吒2》破百亿", ["number:2", "number:10000000000"]),
    ("单日票房破亿！", ["number:100000000"]),
    ("股价站上千元大关", ["money:1000"]),
    ("恒指跌破万点", ["number:10000"]),
    ("读书破万卷", []),
    ("打破千年", []),
    ("冲上万米高空", []),
    ("街上百人", []),
]
PEOPLE = [
    ("两男子持刀抢劫", ["number:2"]),
    ("四学生溺亡", ["number:4"]),
    ("两男一女被捕", ["number:2"]),
    ("三车追尾", ["number:3"]),
    ("四省暴雨", ["number:4"]),
    ("两包毒品", ["number:2"]),
    ("村里的俩医生", ["number:2"]),
    ("兄弟仨考上清华", ["number:3"]),
    ("咱俩", []),
    ("哥俩好", []),
    ("大三学生", []),
    ("五四青年", []),
    ("两女子监狱", []),
    ("二车间", []),
    ("两省长", []),
    ("三包政策", []),
    ("三台县", []),
    ("东北九头鸟", []),
    ("练八段锦", []),
]
LATIN = [
    ("融资US$3.5M", ["money:3500000"]),
    ("票房突破$2B", ["money:2000000000"]),
    ("补贴$5K", ["money:5000"]),
    ("获$3-5bn投资", ["money:3000000000", "money:5000000000"]),
    ("获3.5K转发、1.2M播放", ["number:3500", "number:1200000"]),
    ("10w+阅读", ["number:100000"]),
    ("100W粉丝", ["number:1000000"]),
    ("100W快充", ["number:100"]),
    ("4K播放器", []),
    ("18K金", []),
    ("5G", []),
    ("3M公司", []),
]


@pytest.mark.parametrize(("text", "right"), SHARED + TAILS + YEARS + PASSED + PEOPLE + LATIN)
def test_what_is_said_in_part_and_what_looks_like_it(text: str, right: list[str]) -> None:
    found = extract_numbers(normalise(text), "zh")
    assert [f"{one.kind}:{float(one.value):.12g}" for one in found] == right


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("从800万增至1000万英镑", "GBP"),
        ("从2.1亿美元降为1.8亿", "USD"),
        ("新台幣80萬元提高為120萬元", "TWD"),
        ("港幣100元、200元", "HKD"),
    ],
)
def test_both_sums_are_of_one_currency(text: str, currency: str) -> None:
    assert [one.currency for one in extract_numbers(normalise(text), "zh")] == [currency] * 2


def test_a_sum_keeps_a_currency_of_its_own() -> None:
    found = extract_numbers(normalise("500美元涨到1000元，600和700欧元"), "zh")
    assert [one.currency for one in found] == ["USD", "CNY", "EUR", "EUR"]


def test_a_list_says_its_unit_for_all() -> None:
    found = extract_numbers(normalise("25、32和41岁的三名男子"), "zh")
    assert [one.unit for one in found] == ["year", "year", "year", "person"]


def test_long_lists_take_linear_time() -> None:
    text = "、".join(["100"] * 20_000) + "元"
    found = extract_numbers(text, "zh")
    assert len(found) == 20_000 and all(one.currency == "CNY" for one in found)
