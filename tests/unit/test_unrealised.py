"""Negation with a modal, failure behind the clause, rumour and condition: told; true uses of such words: kept."""

from __future__ import annotations

import pytest

from metrics.alignment import Alignment
from metrics.inventory import Inventory
from metrics.records import Example, Fact
from metrics.statements.hedges import hedged

BANK, MILL = "ธนาคารเหนือ", "บริษัทแม่น้ำยาว"
TH = (
    Fact("event", ("起诉",), ("ยื่นฟ้อง",)),
    Fact("organisation", ("北方银行",), (BANK,)),
    Fact("organisation", ("长河公司",), (MILL,)),
    Fact("relation", ("北方银行起诉长河公司",), (f"{BANK}ยื่นฟ้อง{MILL}",)),
    Fact("event", ("裁员",), ("ปลดพนักงาน", "เลิกจ้าง")),
    Fact("quantity", ("1500人",), ("1,500 ราย",)),
    Fact("event", ("罢工",), ("นัดหยุดงาน",)),
    Fact("event", ("出口",), ("ส่งออก",)),
)
BO = (
    Fact("event", ("起诉",), ("ཞུ་གཏུག",)),
    Fact("organisation", ("北方银行",), ("བྱང་ཕྱོགས་དངུལ་ཁང",)),
)
ZH = (Fact("event", ("x",), ("起诉",)), Fact("organisation", ("y",), ("北方银行",)), Fact("event", ("z",), ("裁员",)))
EN = (Fact("event", ("起诉",), ("sue",)), Fact("organisation", ("北方银行",), ("Northern Bank",)))
PLAIN = "北方银行起诉长河公司。裁员1500人。罢工。出口。"
ALL = {
    lang: Example(lang, "x" if lang == "zh" else PLAIN, None, facts, "th" if lang == "zh" else "zh", lang)
    for lang, facts in (("th", TH), ("bo", BO), ("zh", ZH), ("en", EN))
}
RUMOUR = Example("r", "据传北方银行起诉长河公司。裁员推迟。", None, TH[:5], "zh", "th")
INVENTORY = Inventory([*ALL.values(), RUMOUR])


def align(lang: str, text: str) -> Alignment:
    return INVENTORY.align(ALL[lang], text)


MODALS = (
    *("ไม่ยอม", "ไม่อาจ", "ไม่คิด", "ไม่คิดจะ", "ไม่สามารถ", "ไม่กล้า", "ไม่มีแผน", "ไม่มีแผนจะ", "ไม่เคย", "งด", "ถูกห้าม", "ห้าม"),
    *("เลิก", "อด", "ปฏิเสธที่จะ", "ไม่ต้องการ", "ไม่พร้อม", "ไม่มีทาง", "ไม่มีสิทธิ์", "ไม่อยาก", "สั่งห้าม", "พับแผน", "ล้มเหลวในการ"),
)


@pytest.mark.parametrize("modal", MODALS)
def test_a_negation_with_a_modal_denies_its_event(modal: str) -> None:
    got = align("th", f"{MILL}{modal}ปลดพนักงาน 1,500 ราย")
    assert not got.stated[4] and 4 in got.denied


@pytest.mark.parametrize(
    "end",
    ["ไม่สำเร็จ", "ไม่ลง", "ไม่ได้", "ล้มเหลว", "ไม่ไหว", " ไม่สำเร็จ", " แต่ล้มเหลว", "ไม่เป็นผลสำเร็จ", "คว้าน้ำเหลว", "ไม่ได้แล้ว"],
)
def test_a_failure_behind_a_clause_denies_it(end: str) -> None:
    got = align("th", f"{BANK}ยื่นฟ้อง{MILL}{end}")
    assert not got.stated[0] and not got.stated[3] and {0, 3} <= got.denied
    assert 4 in align("th", f"{MILL}ปลดพนักงาน 1,500 ราย{end}").denied


@pytest.mark.parametrize(
    "verb",
    [
        "བྱེད་མི་ཐུབ་པ",
        "བྱེད་མ་ཐུབ་པ",
        "བྱེད་འདོད་མེད་པ",
        "བྱེད་རྩིས་མེད་པ",
        "བྱེད་པར་བཀག་པ",
        "བྱེད་ནུས་མེད་པ",
        "བྱེད་མ་ཕོད་པ",
        "བྱེད་མི་འདོད་པ",
        "ཕམ་པ",
    ],
)
def test_a_negation_in_the_tibetan_verb_group_denies_the_event(verb: str) -> None:
    got = align("bo", f"བྱང་ཕྱོགས་དངུལ་ཁང་གིས་ཞུ་གཏུག་{verb}")
    assert not got.stated[0] and 0 in got.denied


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        *(("zh", f"北方银行{no}起诉") for no in ("不愿", "无法", "不敢", "不打算", "没能", "被禁止", "不会", "不同意")),
        *(("zh", f"北方银行起诉{no}") for no in ("未果", "失败", "未遂", "告吹")),
        *(("en", f"Northern Bank {no} sue") for no in ("cannot", "is not able to", "refuses to", "is unable to")),
    ],
)
def test_modals_and_failures_in_chinese_and_english(lang: str, text: str) -> None:
    assert 0 in align(lang, text).denied


@pytest.mark.parametrize("word", ["ข่าวลือว่า", "ลือว่า", "หาก", "ถ้า", "ถ้าหาก", "สมมุติว่า", "ว่ากันว่า", "เลื่อน"])
def test_a_rumour_or_a_condition_neither_states_nor_denies(word: str) -> None:
    got = align("th", f"{word}ยื่นฟ้อง{MILL} เหตุปลดพนักงาน 1,500 ราย")
    assert not got.stated[0] and got.denied == frozenset() and got.unsupported == ()
    assert got.stated[4] and got.stated[5]


@pytest.mark.parametrize(
    ("lang", "text"), [("zh", "据传北方银行起诉"), ("zh", "如果北方银行起诉"), ("bo", "གལ་ཏེ་བྱང་ཕྱོགས་དངུལ་ཁང་གིས་ཞུ་གཏུག")]
)
def test_rumours_and_conditions_of_other_languages(lang: str, text: str) -> None:
    got = align(lang, text)
    assert not got.stated[0] and got.denied == frozenset()


def test_what_the_source_tells_so_may_be_told_so() -> None:
    got = INVENTORY.align(RUMOUR, f"ลือว่า{BANK}ยื่นฟ้อง{MILL} เลื่อนปลดพนักงาน")
    assert got.stated == (True,) * 5 and got.unsupported == ()


@pytest.mark.parametrize(
    "lead",
    [
        *("หากมีความคืบหน้าจะรายงานต่อไป", "ถ้าพบเบาะแสให้แจ้ง", "ไม่มีรายงานว่ามีปัญหา", "คนขับเข้าใจผิดกันว่าปลอดภัย", "สงสัยว่าเบรกเสีย"),
        *("หากเทียบปีก่อน", "หากไม่มีอะไรผิดพลาด", "หลอกว่าได้กำไร", "ไม่ยอมรับว่าผิด", "ตามที่ลือ", "ตั้งคำถามว่าใครผิด", "รัฐไม่อนุมัติงบ"),
        *("ไม่ยอม", "ไม่ได้เงิน", "ไม่มีทางเลือก", "เมิน", "แก้ตัวไม่ได้", "หยุดไม่อยู่", "หลังเลื่อน", "ยอดเจ็บไม่มี"),
    ],
)
def test_a_clause_of_its_own_leaves_the_next_one(lead: str) -> None:
    got = align("th", f"{lead} {SUED} ปลดพนักงาน 1,500 ราย")
    assert got.stated[:6] == (True,) * 6 and got.denied == frozenset() and got.unsupported == ()


@pytest.mark.parametrize("lead", ["จริงตามข่าวลือว่า", "ไม่มีทางเลือก", "ไม่ขออนุญาต", "ไม่ได้ตั้งใจ"])
def test_such_words_before_an_event_do_not_deny_it(lead: str) -> None:
    got = align("th", f"{lead}ปลดพนักงาน 1,500 ราย")
    assert got.stated[4] and got.stated[5] and got.denied == frozenset()


@pytest.mark.parametrize("end", ["ต้องยกเลิกโบนัส", "เป็นไปไม่ได้ที่จะเลี่ยง", "ไม่ผ่าน ครม.", "ตกลงกันไม่ได้", "ถูกสกัดแล้ว"])
def test_what_goes_on_behind_a_clause_does_not_deny_it(end: str) -> None:
    got = align("th", f"ปลดพนักงาน 1,500 ราย {end} นัดหยุดงาน")
    assert got.stated[4] and got.stated[5] and got.stated[6] and got.denied == frozenset()


@pytest.mark.parametrize("end", ["ต้องยกเลิก", "เป็นไปไม่ได้", "ไม่ผ่าน"])
def test_a_failure_that_ends_its_phrase_denies(end: str) -> None:
    assert 4 in align("th", f"{MILL}ปลดพนักงาน 1,500 ราย{end}").denied


@pytest.mark.parametrize("verb", ["ระงับ", "สกัด", "หยุด", "ยับยั้ง"])
def test_who_stops_an_event_does_not_deny_it(verb: str) -> None:
    assert align("th", f"{verb}นัดหยุดงานได้แล้ว").stated[6]
    assert 6 in align("th", f"{verb}แผนนัดหยุดงาน").denied


@pytest.mark.parametrize("end", ["བཀག་པ", "མི་དགོས་ཐབས་མེད་བྱུང་བ", "མི་ཐུབ་རང་ཐུབ་བྱས"])
def test_tibetan_idioms_deny_nothing(end: str) -> None:
    got = align("bo", f"བྱང་ཕྱོགས་དངུལ་ཁང་གིས་ཞུ་གཏུག་{end}")
    assert got.stated[0] and got.denied == frozenset()


def test_a_source_that_denies_lets_the_rumour_be_told() -> None:
    text = f"ลือ{BANK}ยื่นฟ้อง{MILL} ทั้งสองปฏิเสธข่าว"
    facts = (Fact("event", ("否认起诉",), ("ปฏิเสธข่าว",)), *TH[1:3])
    example = Example("n", "北方银行否认起诉长河公司。", None, facts, "zh", "th")
    assert Inventory([example]).align(example, text).stated == (True,) * 3


def test_a_number_of_a_condition_is_stated() -> None:
    got = align("th", "นัดหยุดงาน หากปลด 1,500 ราย")
    assert got.stated[5] and got.stated[6]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("南方公司推迟起诉。北方银行起诉长河公司。", False),
        ("北方银行推迟起诉。", True),
        ("北方银行起诉。有关海风公司也牵涉其中的传闻不属实。", False),
        ("据传北方银行起诉。", True),
    ],
)
def test_an_event_is_told_where_every_mention_of_it_is(source: str, told: bool) -> None:
    assert (0 in hedged(source, "zh", TH[:2])) is told


SUED = f"{BANK}ยื่นฟ้อง{MILL}"
HONEST = (
    *(
        "{0} ไม่พอใจปลดพนักงาน 1,500 ราย",
        "{0} ไม่รอด",
        "{0} ปลดพนักงานไม่น้อยกว่า 1,500 ราย",
        "{0} ปลดพนักงานไม่ต่ำกว่า 1,500 ราย",
    ),
    *("{0} ไม่ทราบผล", "{0} มูลค่าไม่ใช่น้อย", "{0} ปลดพนักงานไม่หยุด", "{0} เลิกจ้าง 1,500 ราย", "{0} ต้องเลิกจ้าง 1,500 ราย"),
    *("{0} ประกาศเลิกจ้าง 1,500 ราย", "{0} นัดหยุดงานวันหยุด", "{0} ยอดส่งออกพุ่ง", "{0} ตลอดส่งออก", "{0} ได้สำเร็จ", "{0} ได้แล้ว"),
    *(
        "{0} เรียกเงินได้",
        "{0} หลังเจรจาล้มเหลว",
        "{0} หลังเจรจาไม่สำเร็จ",
        "{0} หลังตกลงกันไม่ได้",
        "{0} เจรจาไม่ลงตัว",
        "{0} ระบบล่ม",
    ),
    *(
        "{0} หลังเรือล่ม",
        "{0} ทนไม่ไหวแล้ว",
        "ทนไม่ไหว {0}",
        "ทนไม่ได้ {0}",
        "ไม่พอใจ {0}",
        "ไม่หวั่น {0}",
        "ไม่สน {0}",
        "ไม่ลังเลที่จะยื่นฟ้อง {0}",
    ),
    *("{0} ไม่ปฏิเสธปลดพนักงาน", "{0} ไม่เลิกส่งออก", "{0} ไม่งดส่งออก", "{0} ไม่หยุดส่งออก", "{0} ไม่ระงับส่งออก", "{0} ต่างหาก"),
    *("{0} ฝนถล่ม", "{0} ไม่นานก่อน", "{0} ไม่เกินคาด", "{0} ไม่ถึงคาด", "{0} ไม่เพียงเท่านั้น", "{0} ห้ามพลาด", "{0} อดีตลูกค้า"),
    *(
        "{0} อดทนรอ",
        "{0} งดงาม",
        "{0} งดออกนอกบ้าน",
        "{0} ห้ามเดินเรือ",
        "{0} เลิกกิจการ",
        "{0} เลิกงาน",
        "{0} ที่พักพนักงาน",
        "{0} ก๊าซเหลว",
    ),
    *("{0} ข่าวลือทำให้หุ้นขยับ", "{0} สยบทุกอย่าง", "{0} เป็นเงินไม่ใช่น้อย", "{0} ไม่แพ้ใคร", "{0} ไม่ทันตั้งตัว", "{0} ปัญหาการเงิน"),
    *("{0} ค้นหาการลงทุน", "{0} คาดไม่ถึง", "{0} ช่วยไม่ทัน", "{0} คุมไม่อยู่", "{0} สื่อไม่ระบุ", "{0} ไม่มีผู้บาดเจ็บ", "{0} ไม่เสียหาย"),
    *("{0} ห้ามรถผ่าน", "{0} ไม่ออกแถลง", "{0} ไม่ได้เรียกค่าเสียหาย", "{0} ไม่สามารถติดต่อได้", "{0} ไม่อาจประเมินความเสียหาย"),
    *(
        "{0} ไม่ยอมให้สัมภาษณ์",
        "{0} ไม่คิดค่าใช้จ่าย",
        "{0} ยังไม่มีคำแถลง",
        "{0} ปฏิเสธให้ความเห็น",
        "{0} แพทย์ห้ามดื่ม",
        "{0} หากันจนเจอ",
    ),
    *("{0} เหลือเงินไม่มาก", "{0} ไม่ลงรายละเอียด", "{0} ไม่ได้ลงชื่อ", "{0} ล้มเหลวของตลาด", "{0} ถ้ำหลวง", "{0} ไม่ผ่านคนกลาง"),
)


@pytest.mark.parametrize("text", HONEST)
def test_true_uses_of_such_words_deny_nothing(text: str) -> None:
    got = align("th", text.format(SUED))
    assert got.stated[:4] == (True,) * 4 and got.denied == frozenset() and got.unsupported == ()


@pytest.mark.parametrize(
    ("text", "index"),
    [(t, 4) for t in ("ปลดพนักงานไม่หยุด", "เลิกจ้าง 1,500 ราย", "ไม่ปฏิเสธปลดพนักงาน", "ไม่พอใจปลดพนักงาน", "ไม่หยุดปลดพนักงาน")]
    + [("ยอดส่งออกพุ่ง", 7), ("ไม่พอใจ นัดหยุดงาน", 6), ("ไม่งดส่งออก", 7)],
)
def test_an_event_beside_them_is_stated(text: str, index: int) -> None:
    got = align("th", text)
    assert got.stated[index] and got.denied == frozenset()
