"""Facts in words that no list of theirs has: events and verbs of one group, short names, bare headline figures."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from metrics.inventory import Inventory
from metrics.normalise import normalise_surface
from metrics.records import Example, Fact
from metrics.statements.wordings import group_of, other_events, other_verbs

EAGLES = Fact("organisation", ("雄鹰俱乐部",), ("สโมสรอินทรี",))
HORSES = Fact("organisation", ("黑马俱乐部",), ("สโมสรม้าดำ",))
BEATS = Fact("event", ("击败",), ("เอาชนะ", "โค่น"))
BEATEN = Fact("relation", ("雄鹰俱乐部击败黑马俱乐部",), ("สโมสรอินทรีเอาชนะสโมสรม้าดำ",))
FINAL = Example("final", "雄鹰俱乐部在决赛中击败黑马俱乐部", None, (EAGLES, HORSES, BEATS, BEATEN), "zh", "th")

OIL = Fact("organisation", ("海岳石油",), ("บริษัทไห่เยว่ออยล์",))
SUGAR = Fact("organisation", ("湄江糖业",), ("บริษัทแม่โขงชูการ์",))
NO_DEAL = Fact("event", ("否认收购",), ("ปฏิเสธซื้อกิจการ", "ไม่ได้ซื้อกิจการ"))
DENIES = Fact("relation", ("海岳石油否认收购湄江糖业",), ("บริษัทไห่เยว่ออยล์ปฏิเสธซื้อกิจการบริษัทแม่โขงชูการ์",))
DENIED = Example("denied", "海岳石油否认收购湄江糖业", None, (OIL, SUGAR, NO_DEAL, DENIES), "zh", "th")

PLACE = Fact("place", ("湖南",), ("หูหนาน",))
OPENS = Fact("event", ("启用",), ("เปิดใช้สนามบิน", "สนามบินใหม่เปิดใช้"))
AIRPORT = Example("airport", "湖南的新机场启用，投资70亿泰铢，每年接待700万人次", None, (PLACE, OPENS), "zh", "th")

STRIKES = Fact("event", ("罢工",), ("นัดหยุดงาน",))
STAFF = Fact("quantity", ("2600人",), ("2,600 คน", "2600 คน"))
STRIKE = Example("strike", "海岳石油2600名员工举行大罢工", None, (OIL, STRIKES, STAFF), "zh", "th")

QUAKE = Fact("event", ("地震",), ("แผ่นดินไหว",))
SIZE = Fact("quantity", ("7.1级",), ("ขนาด 7.1",))
DEAD = Fact("quantity", ("184人死亡",), ("184 ราย", "184 คน"))
HOUSES = Fact("quantity", ("1300间房屋",), ("1,300 หลัง",))
SHOCK = Example(
    "quake", "湖南发生7.1级地震，184人死亡，1300间房屋倒塌", None, (PLACE, QUAKE, SIZE, DEAD, HOUSES), "zh", "th"
)

LOSS = Fact("money", ("亏损4亿泰铢",), ("400 ล้านบาท",))
YUAN = Fact("money", ("亏损9亿元",), ("900 ล้านหยวน",))
DRUGS = Fact("event", ("缴获毒品",), ("ยึดยาเสพติด",))
POLICE = Fact("organisation", ("禁毒局",), ("สำนักงานปราบปรามยาเสพติด",))
CITY = Fact("place", ("曼谷",), ("กรุงเทพมหานคร",))
BANK = Fact("organisation", ("长丰银行",), ("ธนาคารฉางเฟิง",))
MONEY = Example(
    "money",
    "长丰银行亏损4亿泰铢，另一家亏损9亿元。禁毒局在曼谷缴获毒品。",
    None,
    (BANK, LOSS, YUAN, DRUGS, POLICE, CITY),
    "zh",
    "th",
)
OTHERS = Example("others", "另有2000人", None, (Fact("quantity", ("2000人",), ("2,000 คน",)),), "zh", "th")
INVENTORY = Inventory([FINAL, DENIED, AIRPORT, STRIKE, SHOCK, MONEY, OTHERS])


def stated(example: Example, text: str) -> set[str]:
    """The first surface of each fact that a text states."""
    found = INVENTORY.align(example, text)
    return {fact.target[0] for fact, said in zip(example.facts or (), found.stated, strict=True) if said}


def false(example: Example, text: str) -> list[str]:
    return [item.surface for item in INVENTORY.align(example, text).unsupported]


@pytest.mark.parametrize(
    ("example", "text", "facts"),
    [
        (FINAL, "สโมสรอินทรีชนะสโมสรม้าดำ", {BEATS, BEATEN, EAGLES, HORSES}),
        (FINAL, "สโมสรอินทรีดับสโมสรม้าดำ ครองแชมป์", {BEATS, BEATEN, EAGLES, HORSES}),
        (FINAL, "สโมสรม้าดำพ่ายสโมสรอินทรี", {BEATS, BEATEN, EAGLES, HORSES}),
        (DENIED, "บริษัทไห่เยว่ออยล์ปัดซื้อบริษัทแม่โขงชูการ์", {NO_DEAL, DENIES, OIL, SUGAR}),
        (DENIED, "บริษัทไห่เยว่ออยล์ปฏิเสธข่าวซื้อบริษัทแม่โขงชูการ์", {NO_DEAL, DENIES, OIL, SUGAR}),
        (DENIED, "บริษัทไห่เยว่ออยล์โต้ข่าวเทกโอเวอร์บริษัทแม่โขงชูการ์", {NO_DEAL, DENIES, OIL, SUGAR}),
        (AIRPORT, "สนามบินใหม่หูหนานเปิดใช้แล้ว", {OPENS, PLACE}),
        (AIRPORT, "หูหนานเปิดสนามบินแห่งใหม่", {OPENS, PLACE}),
        (STRIKE, "พนักงานบริษัทไห่เยว่ออยล์ 2,600 คนหยุดงานประท้วง", {STRIKES, OIL, STAFF}),
        (STRIKE, "บริษัทไห่เยว่ออยล์วุ่น 2,600 พนักงานสไตรค์", {STRIKES, OIL, STAFF}),
        (SHOCK, "แผ่นดินไหว 7.1 เขย่าหูหนาน ดับ 184 บ้านพัง 1,300 หลัง", {QUAKE, SIZE, PLACE, DEAD, HOUSES}),
        (SHOCK, "หูหนานเจอแผ่นดินไหวแมกนิจูด 7.1 ตายแล้ว 184", {QUAKE, SIZE, PLACE, DEAD}),
        (MONEY, "แบงก์ฉางเฟิงขาดทุน 400 ล้าน", {BANK, LOSS}),
        (MONEY, "ป.ป.ส.ยึดยา 3 รอบในกทม.", {POLICE, DRUGS, CITY}),
    ],
)
def test_a_fact_is_stated_in_other_words(example: Example, text: str, facts: set[Fact]) -> None:
    assert stated(example, text) == {fact.target[0] for fact in facts}


@pytest.mark.parametrize(
    ("example", "text", "wrong"),
    [
        (FINAL, "สโมสรม้าดำชนะสโมสรอินทรี", ["สโมสรม้าดำชนะสโมสรอินทรี"]),
        (FINAL, "สโมสรม้าดำถล่มสโมสรอินทรี", ["สโมสรม้าดำถล่มสโมสรอินทรี"]),
        (DENIED, "บริษัทแม่โขงชูการ์ปฏิเสธซื้อบริษัทไห่เยว่ออยล์", ["บริษัทแม่โขงชูการ์ปฏิเสธซื้อบริษัทไห่เยว่ออยล์"]),
        (STRIKE, "พนักงานบริษัทไห่เยว่ออยล์ไม่หยุดงาน", ["หยุดงาน"]),
        (STRIKE, "พนักงานบริษัทไห่เยว่ออยล์ไม่ได้หยุดงานประท้วง", ["หยุดงานประท้วง"]),
        (SHOCK, "แผ่นดินไหว 1300 ในหูหนาน", ["1300"]),
        (MONEY, "ธนาคารฉางเฟิงกำไร 400 ล้าน", ["400 ล้าน"]),
        (MONEY, "ธนาคารฉางเฟิงขาดทุน 400 ล้านหยวน", ["400 ล้านหยวน"]),
    ],
)
def test_other_words_are_false_where_a_listed_one_would_be(example: Example, text: str, wrong: list[str]) -> None:
    assert false(example, text) == wrong


@pytest.mark.parametrize(
    ("example", "text", "fact"),
    [
        (FINAL, "สโมสรอินทรีไม่ชนะสโมสรม้าดำ", BEATS),
        (DENIED, "บริษัทไห่เยว่ออยล์ซื้อบริษัทแม่โขงชูการ์", NO_DEAL),
        (DENIED, "บริษัทไห่เยว่ออยล์ปฏิเสธซื้อสินค้าบริษัทแม่โขงชูการ์", NO_DEAL),
        (DENIED, "บริษัทไห่เยว่ออยล์ปฏิเสธขายบริษัทแม่โขงชูการ์", NO_DEAL),
        (AIRPORT, "สนามบินใหม่หูหนานยังไม่เปิดใช้", OPENS),
        (AIRPORT, "สนามบินใหม่หูหนานปิด เปิดใช้ถนน", OPENS),
        (MONEY, "ป.ป.ส.ยึดยานพาหนะ 3 คัน", DRUGS),
        (MONEY, "คนร้ายจับยาก", DRUGS),
        (MONEY, "ธนาคารฉางเฟิงขาดทุน 900 ล้าน", YUAN),
        (MONEY, "ธนาคารฉางเฟิงขอ 400 ล้าน", LOSS),
        (SHOCK, "เจ็บ 184 ในหูหนาน", DEAD),
        (SHOCK, "ดับ 184 หรือ 200 ในหูหนาน", DEAD),
        (SHOCK, "ดับ 184-200 ในหูหนาน", DEAD),
        (SHOCK, "ดับ 184 หลังคาเรือนในหูหนาน", DEAD),
        (MONEY, "100 ตร.กม.", POLICE),
    ],
)
def test_what_only_looks_like_it_states_nothing(example: Example, text: str, fact: Fact) -> None:
    assert fact.target[0] not in stated(example, text)


def test_words_of_another_example_are_not_known_items() -> None:
    """Only what facts list can be unsupported: the story of the strike may tell of a contract that nobody lists."""
    assert false(STRIKE, "บริษัทไห่เยว่ออยล์เซ็นสัญญา พิชิตใจลูกค้า") == []


def test_an_inexact_count_that_holds_a_fact_s_is_supported_and_does_not_state_it() -> None:
    text = "พนักงานบริษัทไห่เยว่ออยล์กว่า 2,000 คนนัดหยุดงาน"
    assert false(STRIKE, text) == []
    assert stated(STRIKE, text) == {"นัดหยุดงาน", "บริษัทไห่เยว่ออยล์"}
    assert false(STRIKE, "พนักงานกว่า 3,000 คนนัดหยุดงาน") != []


def test_a_name_behind_a_sum_is_no_counting_word() -> None:
    text = "ขาดทุน 400 ล้าน บริษัทไห่เยว่ออยล์"
    assert "400 ล้าน" not in false(MONEY, text)
    assert "400 ล้านบาท" in stated(MONEY, text)


def test_what_is_denied_of_one_story_is_not_stated_of_another() -> None:
    buys = Fact("event", ("收购",), ("ซื้อกิจการ",))
    again = Fact("event", ("买下",), ("เข้าซื้อ",))
    both = Example(
        "both",
        "海岳石油否认收购湄江糖业。另有一起收购，也有人买下",
        None,
        (OIL, SUGAR, NO_DEAL, DENIES, buys, again),
        "zh",
        "th",
    )
    inventory = Inventory([both])
    denied = inventory.align(both, "บริษัทไห่เยว่ออยล์ปฏิเสธข่าวเทกโอเวอร์บริษัทแม่โขงชูการ์")
    assert denied.stated == (True, True, True, True, False, False)
    assert inventory.align(both, "มีการเทกโอเวอร์").stated == (False, False, False, False, True, True)


def test_verbs_alone_are_no_events() -> None:
    assert "ชนะ" in other_verbs("เอาชนะ", "th")
    assert "ชนะ" not in other_events("เอาชนะ", "th")
    assert other_verbs("ปฏิเสธซื้อกิจการ", "th")[0].startswith("ปฏิเสธ")
    assert other_events("เอาชนะ", "bo") == other_verbs("เอาชนะ", "bo") == ()
    assert group_of(("เอาชนะ",), "th") is group_of(("ไม่มีในรายการ", "พิชิต"), "th")


def test_no_word_is_twice_in_the_lists() -> None:
    data = tomllib.loads(files("metrics.statements").joinpath("data", "wordings.toml").read_text(encoding="utf-8"))
    for lang in data:
        words = [normalise_surface(w) for row in data[lang]["group"] for w in (*row["words"], *row.get("verbs", ()))]
        assert len(words) == len(set(words))
