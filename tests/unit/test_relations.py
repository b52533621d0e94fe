"""Relations in other words and other writing: what parts no clause, the other side of a verb, and a clause that is only
the tail of a noun phrase."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact
from metrics.statements.plain import Plain

_WORDS = {
    "sue": ("th", "ฟ้องร้อง", "ธนาคารเหนือ", "บริษัทแม่น้ำยาว", "{}ฟ้องร้อง{}"),
    "beat": ("th", "เอาชนะ", "ทีมช้างน้อย", "สโมสรเสือใหญ่", "{}เอาชนะ{}"),
    "lend": ("th", "ปล่อยกู้", "ธนาคารเหนือ", "บริษัทแม่น้ำยาว", "{}ปล่อยกู้ให้{}"),
    "buy": ("th", "ซื้อกิจการ", "ธนาคารเหนือ", "บริษัทแม่น้ำยาว", "{}ซื้อกิจการ{}"),
    "sign": ("th", "ลงนาม", "ธนาคารเหนือ", "บริษัทแม่น้ำยาว", "{}ลงนามกับ{}"),
    "not": ("th", "ไม่ได้ซื้อกิจการ", "ธนาคารเหนือ", "บริษัทแม่น้ำยาว", "{}ไม่ได้ซื้อกิจการ{}"),
    "sue_bo": ("bo", "ཞུ་གཏུག", "བྱང་ཕྱོགས་དངུལ་ཁང", "གཙང་པོ་ཀུང་སི", "{}་གིས་{}་ལ་ཞུ་གཏུག"),
    "beat_bo": ("bo", "ཕམ་པར་བྱས", "བྱང་ཕྱོགས་རུ་ཁག", "གཙང་པོ་རུ་ཁག", "{}་གིས་{}་ཕམ་པར་བྱས"),
    "lend_bo": ("bo", "བུ་ལོན", "བྱང་ཕྱོགས་དངུལ་ཁང", "གཙང་པོ་ཀུང་སི", "{}་གིས་{}་ལ་བུ་ལོན"),
    "sign_bo": ("bo", "གྲོས་མཐུན་བཞག", "བྱང་ཕྱོགས་དངུལ་ཁང", "གཙང་པོ་ཀུང་སི", "{}་དང་{}་གིས་གྲོས་མཐུན་བཞག"),
    "beat_zh": ("zh", "击败", "北方队", "长河队", "{}击败{}"),
    "sue_zh": ("zh", "起诉", "北方银行", "长河公司", "{}起诉{}"),
}


def align(story: str, text: str) -> Alignment:
    lang, verb, a, b, clause = _WORDS[story]
    facts = (
        Fact("event", ("告",), (verb,)),
        Fact("organisation", ("甲公司",), (a,)),
        Fact("organisation", ("乙公司",), (b,)),
        Fact("relation", ("甲告乙",), (clause.format(a, b),)),
        Fact("money", ("5亿泰铢",), ("500 ล้านบาท", "སྒོར་དུང་ཕྱུར་5")),
        Fact("date", ("10月28日",), ("28 ตุลาคม", "ཟླ་10ཚེས་28")),
    )
    # Of the sum, too, the source says what a text may: that it was lent or claimed.
    of_sum = "贷款" if story.startswith("lend") else "索赔" if story.startswith("sue") else ""
    source = f"甲公司告乙公司,{of_sum}5亿泰铢,10月28日"
    example = Example("e", source, None, facts, "zh" if lang != "zh" else "th", lang)
    return Inventory([example]).align(example, text.format(A=a, B=b))


_SAID = [
    ("sue", "“{A}”ฟ้องร้อง{B}"), ("sue", "“{A}” ฟ้องร้อง “{B}”"),
    ("sue", "'{A}' ฟ้องร้อง {B}"), ("sue", "**{A}** ฟ้อง **{B}**"),
    ("sue", "«{A}»ฟ้องร้อง«{B}»"), ("sue", "ด่วน!“{A}”ฟ้องร้อง“{B}”"), ("sue", "“{B}” ถูก “{A}” ฟ้องร้อง"),
    ("sue", "{A} (甲公司) ฟ้องร้อง{B}"), ("sue", "{A}(甲公司)ฟ้องร้อง{B} (乙公司)"), ("sue", "{A} [甲公司] ฟ้องร้อง{B}"),
    ("sue", "“{A}” (甲公司) ฟ้อง{B}"), ("sue", "{A} จำกัด ฟ้องร้อง{B} จำกัด"), ("sue", "{A} จำกัด (มหาชน) ฟ้องร้อง{B}"),
    ("sue", "“{A} จำกัด” ฟ้องร้อง{B}"),
    ("sue", "{A} เมื่อวันที่ 28 ตุลาคม ฟ้องร้อง{B}"), ("sue", "{A}เรียก 500 ล้านบาท ฟ้อง{B}"),
    ("lend", "{A}ปล่อยกู้ 500 ล้านบาท ให้{B}"), ("lend", "{A} ปล่อยกู้วงเงิน 500 ล้านบาท แก่ {B}"),
    ("buy", "{A}ทุ่มเงิน 500 ล้านบาท ซื้อกิจการ{B}"), ("buy", "{A}ควัก 500 ล้านบาท เข้าซื้อกิจการ{B}"),
    ("not", "{A}ยืนยันไม่ได้ซื้อกิจการ{B}"),
    ("not", "{A} เผยว่า ไม่ได้ซื้อกิจการ{B}"), ("not", "“{A}”ไม่ได้ซื้อกิจการ“{B}”"),
    ("not", "โฆษก{A}ยืนยันไม่ได้ซื้อกิจการ{B}"),
    ("sue", "{A}ออกมาแถลงว่าได้ฟ้องร้อง{B}"), ("sue", "{A}ระบุฟ้องร้อง{B}"),
    ("sue", "{B}โดนฟ้องโดย{A}"),
    ("sue", "{B} ถูกฟ้องร้อง เมื่อ 28 ตุลาคม โดย “{A}”"), ("buy", "{B}ถูกซื้อกิจการโดย{A}"),
    ("beat", "{B}พ่าย{A}"), ("beat", "“{B}” แพ้ “{A}”"), ("beat", "{B}พ่ายแพ้ต่อ{A}"), ("lend", "{B}กู้เงินจาก{A}"),
    ("lend", "{B}กู้ 500 ล้านบาท จาก {A}"), ("buy", "{B}ขายกิจการให้{A}"), ("buy", "{B} เตรียมขายกิจการให้กับ {A}"),
    ("sign", "“{A}” ลงนามกับ “{B}”"),
    ("sign", "{A} จำกัด ประกาศลงนามกับ{B}"), ("sign", "{A}ลงนาม 500 ล้านบาท กับ{B}"),
    ("sue", "หลัง{A}ฟ้องร้อง{B}"), ("sue", "ล่าสุดธนาคาร{A}ฟ้องร้อง{B}"), ("sue", "ข่าวธุรกิจ: {A}ฟ้องร้อง{B}"),
    ("sue", "ยังไม่ตอบรับพนักงาน {A}ฟ้องร้อง{B}"), ("sue", "ข่าวเช้าวันนี้“{A}”ฟ้องร้อง{B}"),
    ("sue_bo", "“{A}”་གིས་“{B}”་ལ་ཞུ་གཏུག་བྱས"),
    ("sue_bo", "{A}(甲公司)་གིས་{B}་ལ་ཞུ་གཏུག་བྱས"), ("sue_bo", "《{B}》་ལ་《{A}》་གིས་ཞུ་གཏུག"),
    ("lend_bo", "{A}་གིས་སྒོར་དུང་ཕྱུར་5་{B}་ལ་བུ་ལོན་སྤྲད"), ("sue_bo", "{A}་གིས་ཟླ་10ཚེས་28་ཉིན་{B}་ལ་ཞུ་གཏུག"),
    ("beat_bo", "{B}་{A}་ལ་ཕམ་པ"),
    ("lend_bo", "{B}་ཡིས་{A}་ནས་བུ་ལོན་གཡར"), ("sign_bo", "“{A}”་དང་“{B}”་ཡིས་གྲོས་མཐུན་བཞག"),
    ("beat_zh", "“{A}”击败“{B}”"), ("beat_zh", "{B}败给{A}"),
    ("sue_zh", "{A}(甲公司)已起诉{B}"), ("sue_zh", "{B}被《{A}》起诉"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "text"), _SAID)
def test_a_relation_and_its_event_are_stated_whatever_stands_between(story: str, text: str) -> None:
    got = align(story, text)
    assert got.stated[:4] == (True,) * 4 and got.unsupported == (), got.text


_NOUNS = ("คู่แข่ง", "คู่แข่งของ", "อดีตลูกจ้าง", "บริษัทลูกของ", "ทนายของ", "เจ้าหน้าที่", "ลูกค้า", "แม่บ้าน", "ผู้รับเหมา", "อดีต")


@pytest.mark.parametrize("noun", _NOUNS)
@pytest.mark.parametrize(
    "text", ["{A}ฟ้องร้อง{B}", "“{A}”ฟ้อง{B}", "{B}ถูก{A}ฟ้อง", "ธนาคาร{A}ฟ้องร้อง{B}", "{A} (甲公司) ฟ้องร้อง{B}"]
)
def test_what_somebody_of_a_name_does_is_no_relation_of_the_name(noun: str, text: str) -> None:
    assert not align("sue", f"{noun}{text}").stated[3]
    assert not align("sue", f"หลัง{noun}{text}").stated[3] or "“" in text


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("sue", "ทนายความ {A} ฟ้องร้อง {B}"), ("sue", "อดีตผู้บริหาร{A}ฟ้องร้อง{B}"),
        ("sue", "คู่แข่งของ {A} ฟ้องร้อง {B}"), ("sue", "{A}ฟ้องร้องคู่แข่ง{B}"),
        ("sue", "{B}ถูกฟ้องโดยคู่แข่ง{A}"), ("sue", "คู่แข่ง{B}โดนฟ้องโดย{A}"), ("beat", "คู่แข่ง{B}พ่าย{A}"),
        ("sign", "คู่แข่ง{A}ลงนามกับ{B}"), ("sue", "โฆษก{A}ฟ้องร้อง{B}"), ("lend", "{B}กู้เงินจากคู่แข่ง{A}"),
        ("sue_bo", "{A}་ཡི་འགྲན་ཟླ་ཡིས་{B}་ལ་ཞུ་གཏུག"), ("sue_bo", "“{A}”་ཡི་འགྲན་ཟླས་{B}་ལ་ཞུ་གཏུག"),
        ("lend_bo", "{A}་གིས་{B}་ཡི་བུ་ལོན་པ་ལ་བུ་ལོན་སྤྲད"), ("sue_zh", "{A}起诉{B}的竞争对手"),
        ("sue", "{A} (ไม่ได้) ฟ้องร้อง{B}"), ("sue", "{A} (คู่แข่ง{B}) ฟ้องร้อง"), ("sue", "{A}ยืนยันไม่ฟ้องร้อง{B}"),
        ("sue", "{A}ปฏิเสธฟ้องร้อง{B}"), ("sue", "{A}เผยอาจฟ้องร้อง{B}"),
        ("beat", "{B}ไม่พ่าย{A}"), ("sue", "{B}อาจถูกฟ้องโดย{A}"),
        ("sue", "{A} (คู่แข่ง) ฟ้องร้อง{B}"), ("sue", "{A}[อดีตพนักงาน]ฟ้องร้อง{B}"), ("sue", "{A}(ลูกค้า)ฟ้องร้อง{B}"),
        ("sue", "{A} (竞争对手) ฟ้องร้อง{B}"), ("sue_bo", "{A}(འགྲན་ཟླ)་གིས་{B}་ལ་ཞུ་གཏུག"),
        ("sue", "{A}ฟ้องร้องคู่แข่งของ{B}"), ("buy", "{A}ซื้อกิจการลูกค้าของ{B}"),
        ("sue", "{B}ไม่ได้ถูกฟ้องโดย{A}"), ("buy", "{B}ขายกิจการ{A}"), ("lend", "{B}กู้เงินให้{A}"),
    ],
)  # fmt: skip
def test_what_another_does_or_nobody_is_not_stated(story: str, text: str) -> None:
    assert not align(story, text).stated[3]


_WORDS_BEFORE = (
    "ค่ายรถ", "ผู้ผลิตรถยนต์", "โจทก์", "เจ้าหนี้", "บอร์ด", "ผู้บริหาร", "ตัวแทน", "ทีมแพทย์", "ทนไม่ไหว", "เจรจาล่ม", "ในที่สุด", "จับตา",
    "ยักษ์ใหญ่ยานยนต์", "รอบชิง", "กัปตันนำ", "อดีตคู่ค้า ", "คู่แข่ง ", "อดีตแชมป์",
)  # fmt: skip


@pytest.mark.parametrize("before", _WORDS_BEFORE)
@pytest.mark.parametrize("text", ["{A}ฟ้องร้อง{B}", "{B}ถูก{A}ฟ้อง", "“{A}”ฟ้องร้อง{B}"])
def test_a_word_before_a_clause_that_is_not_known_to_belong_to_somebody_takes_no_relation(
    before: str, text: str
) -> None:
    assert align("sue", f"{before}{text}").stated[:4] == (True,) * 4


_DENIED = [
    ("buy", "{B}ขายกิจการให้{A}ไม่สำเร็จ"), ("buy", "{B}ขายกิจการให้{A} ไม่สำเร็จ"), ("buy", "{B}ขายกิจการให้{A}ล้มเหลว"),
    ("buy", "{B}ขายกิจการให้{A}แต่ล้มเหลว"), ("buy", "ยกเลิกแผน{B}ขายกิจการให้{A}"), ("buy", "{B}ไม่ขายกิจการให้{A}"),
    ("lend", "{B}กู้เงินจาก{A}ไม่ได้"), ("lend", "{B}กู้เงินจาก{A} ไม่สำเร็จ"), ("sue", "{B}ถูก{A}ฟ้อง ไม่สำเร็จ"),
    ("sign", "{A}เตรียมลงนามกับ{B}ไม่สำเร็จ"), ("beat_bo", "{B}་{A}་ལ་ཕམ་མེད"), ("beat_bo", "{B}་{A}་ལ་ཕམ་མ་སོང"),
    ("beat_bo", "{B}་{A}་ལ་ཕམ་པ་མ་རེད"), ("lend_bo", "{B}་ཡིས་{A}་ནས་བུ་ལོན་གཡར་མ་ཐུབ"), ("beat_zh", "{B}没有败给{A}"),
]  # fmt: skip


@pytest.mark.parametrize(("story", "text"), _DENIED)
def test_a_denied_clause_states_neither_relation_nor_event(story: str, text: str) -> None:
    got = align(story, text)
    assert not got.stated[3] and not any(item.type == "relation" for item in got.unsupported)
    assert not got.stated[0] or _WORDS[story][1] in text


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("buy", "{B}ขายกิจการให้{A}สำเร็จ"), ("buy", "ทนไม่ได้ {B}ขายกิจการให้{A}"), ("beat_bo", "{B}་{A}་ལ་ཕམ་པ་རེད"),
        ("beat_bo", "{B}་{A}་ལ་ཕམ་ཉེས་བྱུང"), ("lend", "{B}กู้เงินจาก{A} ลูกค้าคืนไม่ได้"), ("buy", "{B}ขายกิจการให้{A} ไม่ได้ปลดใคร"),
        ("buy", "{B}ขายกิจการให้{A} พนักงานค้านไม่สำเร็จ"),
    ],
)  # fmt: skip
def test_a_denial_of_something_else_leaves_the_clause_as_it_is(story: str, text: str) -> None:
    assert align(story, text).stated[:4] == (True,) * 4


@pytest.mark.parametrize(
    ("story", "text"),
    [
        ("sue", "“{B}”ฟ้องร้อง“{A}”"), ("sue", "{B} (乙公司) ฟ้องร้อง{A}"), ("sue", "{B} จำกัด ฟ้องร้อง{A}"),
        ("sue", "{B} เมื่อ 28 ตุลาคม ฟ้องร้อง{A}"), ("sue", "{A}ถูกฟ้องโดย{B}"),
        ("beat", "{A}พ่าย{B}"), ("lend", "{A}กู้เงินจาก{B}"),
        ("buy", "{A}ขายกิจการให้{B}"), ("lend", "{B}ปล่อยกู้ 500 ล้านบาท ให้{A}"), ("sue", "{B}เผยว่าฟ้องร้อง{A}"),
        ("sue_bo", "“{B}”་ཡིས་“{A}”་ལ་ཞུ་གཏུག"),
        ("beat_bo", "{A}་{B}་ལ་ཕམ་པ"), ("lend_bo", "{A}་གིས་{B}་ནས་བུ་ལོན་གཡར"),
        ("beat_zh", "{A}败给{B}"),
    ],
)  # fmt: skip
def test_roles_exchanged_behind_quotes_and_in_the_converse_are_false(story: str, text: str) -> None:
    got = align(story, text)
    assert not got.stated[3] and [item.type for item in got.unsupported] == ["relation"], got.text


def test_a_plain_text_knows_where_its_places_are() -> None:
    made = Plain("“ab” (x) cd", [(0, 1), (3, 4), (4, 8)])
    assert made.text == "ab cd"
    assert [made.at(place) for place in (1, 3, 5, 8, 11)] == [0, 2, 2, 2, 5]
    assert (made.begin(0), made.whole(2), made.begin(3), made.whole(5)) == (1, 3, 9, 11)
    assert Plain("ab").text == "ab" and Plain("ab").whole(2) == 2
