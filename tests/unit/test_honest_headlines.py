"""Headlines that say what the source says in words of an editor's own, beside those that only look like them."""

from __future__ import annotations

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact

DEAD = Fact("quantity", ("79人",), ("79 ราย", "79 ศพ"))
MOVED = Fact("quantity", ("3600人",), ("3,600 คน",))
TIBET = Fact("place", ("西藏",), ("ทิเบต",))
QUAKE = Fact("event", ("地震",), ("แผ่นดินไหว",))
TREMOR = Example(
    "quake",
    "西藏地震，79人遇难，转移3600人。早先曾误报死亡人数为17人。南京没有受到影响。有关海岳石油公司也牵涉其中的传闻不属实",
    None,
    (DEAD, MOVED, TIBET, QUAKE),
    "zh",
    "th",
)
NANJING = Fact("place", ("南京",), ("หนานจิง",))
OIL = Fact("organisation", ("海岳石油公司",), ("บริษัทไห่เยว่ออยล์", "ไห่เยว่ออยล์"))
OTHER = Example(
    "other",
    "海岳石油公司在南京，79名员工，17人，3600例",
    None,
    (NANJING, OIL, Fact("quantity", ("79名",), ("79 คน",)), Fact("quantity", ("17人",), ("17 คน", "17 ราย"))),
    "zh",
    "th",
)
JOBS = Fact("quantity", ("2800个岗位",), ("2,800 ตำแหน่ง", "2,800 อัตรา"))
OPENS = Fact("event", ("投产",), ("เปิดโรงงาน",))
PLANT = Example("plant", "工厂投产，提供2800个岗位", None, (JOBS, OPENS), "zh", "th")
CUTS, STAFF = Fact("event", ("裁员",), ("เลิกจ้าง",)), Fact("quantity", ("347人",), ("347 คน",))
LAYOFFS = Example("layoffs", "公司裁员347人", None, (CUTS, STAFF), "zh", "th")
BANK, RAIL = (
    Fact("organisation", ("湄南银行",), ("ธนาคารเจ้าพระยา",)),
    Fact("organisation", ("晨光铁路",), ("รถไฟเฉินกวง",)),
)
LENDS, RATE = Fact("event", ("贷款",), ("ปล่อยกู้",)), Fact("quantity", ("6.8%",), ("6.8%",))
LOAN = Example(
    "loan",
    "湄南银行向晨光铁路贷款，利率定为6.8%",
    None,
    (BANK, RAIL, LENDS, RATE, Fact("relation", ("湄南银行向晨光铁路贷款",), ("ธนาคารเจ้าพระยาปล่อยกู้รถไฟเฉินกวง",))),
    "zh",
    "th",
)
SPAIN, INDIA = Fact("place", ("西班牙",), ("สเปน",)), Fact("place", ("印度",), ("อินเดีย",))
SIGNS = Fact("event", ("签约",), ("ลงนาม", "ทำข้อตกลง"))
TREATY = Example(
    "treaty",
    "西班牙与印度签约",
    None,
    (
        SPAIN,
        INDIA,
        SIGNS,
        Fact(
            "relation",
            ("西班牙与印度签约",),
            ("สเปนลงนามกับอินเดีย", "สเปนและอินเดียลงนาม", "สเปนจับมืออินเดียทำข้อตกลง"),
        ),
    ),
    "zh",
    "th",
)
MAKER, CHIPS = Fact("organisation", ("东岳汽车",), ("ตงเยว่มอเตอร์",)), Fact("organisation", ("晶芯电子",), ("จิงซินอิเล็ก",))
NO_DEAL = Fact("event", ("否认收购",), ("ปฏิเสธซื้อกิจการ", "ปัดข่าวซื้อกิจการ", "ไม่ได้ซื้อกิจการ"))
MOVES = Fact("percentage", ("7%",), ("7%",))
DENIED = Example(
    "denied",
    "东岳汽车否认收购晶芯电子，股价变动7%",
    None,
    (
        MAKER,
        CHIPS,
        NO_DEAL,
        MOVES,
        Fact("relation", ("东岳汽车否认收购晶芯电子",), ("ตงเยว่มอเตอร์ปฏิเสธซื้อกิจการจิงซินอิเล็ก",)),
    ),
    "zh",
    "th",
)
BUYS = Example("buys", "银杏保险收购", None, (Fact("event", ("收购",), ("ซื้อกิจการ", "เข้าซื้อ")),), "zh", "th")
WON, LOST = Fact("organisation", ("白鹤",), ("ทีมกระเรียนขาว",)), Fact("organisation", ("黑马",), ("ทีมม้าดำ",))
BEATS = Fact("event", ("击败",), ("โค่น",))
FINAL = Example(
    "final",
    "白鹤击败黑马",
    None,
    (WON, LOST, BEATS, Fact("relation", ("白鹤击败黑马",), ("ทีมกระเรียนขาวโค่นทีมม้าดำ",))),
    "zh",
    "th",
)
INVENTORY = Inventory([TREMOR, OTHER, PLANT, LAYOFFS, LOAN, TREATY, DENIED, BUYS, FINAL])


def said(example: Example, text: str) -> tuple[list[int], list[str]]:
    """The facts that a text states, and what is false in it."""
    got = INVENTORY.align(example, text)
    return [i for i, true in enumerate(got.stated) if true], [item.surface for item in got.unsupported]


@pytest.mark.parametrize(
    ("example", "text", "stated"),
    [
        # another example lists the number with this counting word
        (TREMOR, "แผ่นดินไหวทิเบต เสียชีวิต 79 คน", [0, 2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต อพยพแล้ว 3,600 ราย", [1, 2, 3]),
        (LOAN, "ธนาคารเจ้าพระยาปล่อยกู้รถไฟเฉินกวง ดอกเบี้ยร้อยละ 6.8", [0, 1, 2, 3, 4]),
        # jobs are people, where they are hired or dismissed
        (PLANT, "เปิดโรงงาน จ้าง 2,800 คน", [0, 1]),
        (PLANT, "เปิดโรงงาน รับคนงาน 2,800 คน", [0, 1]),
        (LAYOFFS, "เลิกจ้าง 347 ตำแหน่ง", [0, 1]),
        # who is not affected and not involved
        (TREMOR, "แผ่นดินไหวทิเบต หนานจิงไม่ได้รับผลกระทบ", [2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต หนานจิงไม่ได้รับผลกระทบแต่อย่างใด", [2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต ไห่เยว่ออยล์ไม่เกี่ยวข้อง", [2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต ไห่เยว่ออยล์ไม่เกี่ยว", [2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 79 ราย ข่าวลือว่าไห่เยว่ออยล์เกี่ยวข้องไม่เป็นความจริง", [0, 2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 79 ราย ส่วนข่าวลือที่ว่าไห่เยว่ออยล์มีส่วนด้วยนั้นไม่เป็นความจริง", [0, 2, 3]),
        # what was wrong before
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 79 ราย จากเดิม 17 ราย", [0, 2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 79 ราย หลังก่อนหน้านี้รายงานผิดว่า 17 คน", [0, 2, 3]),
        (TREMOR, "แผ่นดินไหวทิเบต เดิมรายงานคลาดเคลื่อนว่ามีผู้เสียชีวิต 17 คน ล่าสุดดับ 79 ราย", [0, 2, 3]),
        # a denial in other words
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธข่าวซื้อกิจการจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 2, 3, 4]),
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธข่าวลือเรื่องซื้อกิจการจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 2, 3, 4]),
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธข่าวที่ว่าจะเข้าซื้อกิจการจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 2, 3, 4]),
        (DENIED, "ตงเยว่มอเตอร์ออกแถลงการณ์ปัดซื้อกิจการจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 2, 3, 4]),
        (DENIED, "ตงเยว่มอเตอร์ยันไม่ได้เข้าซื้อกิจการจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 2, 3, 4]),
        (DENIED, "ตงเยว่มอเตอร์สยบข่าวลือ ปฏิเสธซื้อกิจการจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 2, 3, 4]),
        (DENIED, "ตงเยว่มอเตอร์โต้ข่าวลือ ยันไม่มีแผนซื้อกิจการจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 3]),
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธว่าไม่ได้เข้าซื้อจิงซินอิเล็ก หุ้นขยับ 7%", [0, 1, 2, 3, 4]),
        # relations
        (LOAN, "รถไฟเฉินกวงกู้ธนาคารเจ้าพระยา", [0, 1, 2, 4]),
        (TREATY, "สเปน-อินเดียลงนาม", [0, 1, 2, 3]),
        (TREATY, "สเปนกับอินเดียลงนาม", [0, 1, 2, 3]),
        (TREATY, "สเปนลงนามข้อตกลงกับอินเดีย", [0, 1, 2, 3]),
        (FINAL, "ทีมกระเรียนขาวคว้าแชมป์ หลังโค่นทีมม้าดำ", [0, 1, 2, 3]),
    ],
)
def test_what_the_source_says_in_other_words_is_true(example: Example, text: str, stated: list[int]) -> None:
    assert said(example, text) == (stated, [])


@pytest.mark.parametrize(
    ("example", "text", "false"),
    [
        (TREMOR, "แผ่นดินไหวทิเบต เสียชีวิต 79 คัน", ["79"]),
        (TREMOR, "แผ่นดินไหวทิเบต เสียชีวิต 17 คน", ["17 คน"]),
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 3,600 ราย", ["3600"]),
        (LOAN, "ธนาคารเจ้าพระยาปล่อยกู้รถไฟเฉินกวง ดอกเบี้ยร้อยละ 8.6", ["ร้อยละ 8.6"]),
        (PLANT, "เปิดโรงงาน 2,800 คน", ["2800 คน"]),
        (PLANT, "เปิดโรงงาน ปลดพนักงาน 2,800 คน", ["2800 คน"]),
        (LAYOFFS, "รับสมัคร 347 ตำแหน่ง", ["347"]),
        (TREMOR, "แผ่นดินไหว ทิเบตไม่ได้รับผลกระทบ", ["ทิเบต"]),
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 17 ราย จากเดิม 79 ราย", ["17 ราย"]),
        (TREMOR, "แผ่นดินไหวทิเบต รายงานผิดว่าดับ 79 ราย", ["79 ราย"]),
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 79 ราย จากเดิม 9999 ราย", ["9999"]),
        (DENIED, "จิงซินอิเล็กปฏิเสธข่าวซื้อกิจการตงเยว่มอเตอร์", ["จิงซินอิเล็กปฏิเสธข่าวซื้อกิจการตงเยว่มอเตอร์"]),
        (DENIED, "ตงเยว่มอเตอร์ซื้อกิจการจิงซินอิเล็ก", ["ซื้อกิจการ"]),
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธซื้อกิจการไห่เยว่ออยล์", ["ไห่เยว่ออยล์", "ตงเยว่มอเตอร์ปฏิเสธซื้อกิจการไห่เยว่ออยล์"]),
        (LOAN, "ธนาคารเจ้าพระยากู้รถไฟเฉินกวง", ["ธนาคารเจ้าพระยากู้รถไฟเฉินกวง"]),
    ],
)
def test_what_only_looks_like_it_is_false(example: Example, text: str, false: list[str]) -> None:
    assert said(example, text)[1] == false


@pytest.mark.parametrize(
    ("example", "text"),
    [
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 79 ราย ข่าวลือนี้ไม่เป็นความจริง"),
        (TREMOR, "แผ่นดินไหวทิเบต ดับ 79 ราย ข่าวลือไม่เป็นความจริง"),
        (TREMOR, "ข่าวลือที่ว่าแผ่นดินไหวทิเบต ดับ 79 รายไม่เป็นความจริง"),
        (DENIED, "ข่าวลวง ตงเยว่มอเตอร์ปฏิเสธข่าวซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "โต้ข่าว ตงเยว่มอเตอร์ปฏิเสธข่าวซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "ไม่เป็นความจริงว่าตงเยว่มอเตอร์ปฏิเสธข่าวซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธว่าปฏิเสธซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "ตงเยว่มอเตอร์โต้ข่าวปฏิเสธซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "ตงเยว่มอเตอร์ไม่ได้ปฏิเสธข่าวซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธข้อเสนอซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "ตงเยว่มอเตอร์ยกเลิกซื้อกิจการจิงซินอิเล็ก"),
        (DENIED, "ตงเยว่มอเตอร์ปฏิเสธข่าวลือที่ว่าไม่ซื้อกิจการจิงซินอิเล็ก"),
    ],
)
def test_a_denial_of_it_all_states_no_event(example: Example, text: str) -> None:
    stated, _ = said(example, text)
    assert not any(example.facts and example.facts[i].type in ("event", "relation", "quantity") for i in stated)


@pytest.mark.parametrize("text", ["แผ่นดินไหวทิเบต ไม่กระทบ", "แผ่นดินไหวทิเบตไม่กระทบการท่องเที่ยว"])
def test_no_harm_behind_a_headline_denies_no_place(text: str) -> None:
    assert said(TREMOR, text) == ([2, 3], [])
