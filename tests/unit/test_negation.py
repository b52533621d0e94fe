"""Denial and correction in scope: planted in Thai, Tibetan, Chinese and English; what only looks like it denies
nothing."""

from __future__ import annotations

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact

_FACTS = {
    "th": (
        Fact("event", ("起诉",), ("ยื่นฟ้อง",)),
        Fact("organisation", ("北方银行",), ("ธนาคารเหนือ",)),
        Fact("organisation", ("长河公司",), ("บริษัทแม่น้ำยาว",)),
        Fact("relation", ("北方银行起诉长河公司",), ("ธนาคารเหนือยื่นฟ้องบริษัทแม่น้ำยาว",)),
        Fact("quantity", ("37人",), ("37 ราย", "37 คน")),
    ),
    "bo": (
        Fact("event", ("起诉",), ("ཞུ་གཏུག",)),
        Fact("organisation", ("北方银行",), ("བྱང་ཕྱོགས་དངུལ་ཁང",)),
        Fact("organisation", ("长河公司",), ("གཙང་པོ་ཀུང་སི",)),
        Fact("relation", ("北方银行起诉长河公司",), ("བྱང་ཕྱོགས་དངུལ་ཁང་གིས་གཙང་པོ་ཀུང་སི་ལ་ཞུ་གཏུག",)),
        Fact("quantity", ("37人",), ("མི་37",)),
    ),
    "zh": (
        Fact("event", ("ยื่นฟ้อง",), ("起诉",)),
        Fact("organisation", ("ธนาคารเหนือ",), ("北方银行",)),
        Fact("organisation", ("บริษัทแม่น้ำยาว",), ("长河公司",)),
        Fact("relation", ("ธนาคารเหนือยื่นฟ้องบริษัทแม่น้ำยาว",), ("北方银行起诉长河公司",)),
        Fact("quantity", ("37 คน",), ("37人",)),
    ),
    "en": (
        Fact("event", ("起诉",), ("sued",)),
        Fact("organisation", ("北方银行",), ("Northern Bank",)),
        Fact("organisation", ("长河公司",), ("Long River Company",)),
        Fact("relation", ("北方银行起诉长河公司",), ("Northern Bank sued Long River Company",)),
        Fact("quantity", ("37人",), ("37 people",)),
    ),
}
_TRUE = {
    "th": "ธนาคารเหนือยื่นฟ้องบริษัทแม่น้ำยาว เรียกร้องให้ดูแล 37 ราย",
    "bo": "བྱང་ཕྱོགས་དངུལ་ཁང་གིས་གཙང་པོ་ཀུང་སི་ལ་ཞུ་གཏུག་བྱས། མི་37་ཡོད།",
    "zh": "北方银行起诉长河公司，涉及37人",
    "en": "Northern Bank sued Long River Company over 37 people",
}
_WHOLE = {
    "th": [
        "ไม่เป็นความจริงที่{}",
        "ไม่จริงที่{}",
        "ไม่ใช่ว่า{}",
        "ข่าวปลอม: {}",
        "ข่าวลวง {}",
        "{} ไม่เป็นความจริง",
        "{} เป็นข่าวปลอม",
        "{} เป็นข่าวลวง",
        "{} ข่าวนี้ไม่จริง",
        "{} ข้อความข้างต้นเป็นเท็จ",
        "{} เป็นเรื่องโกหก",
        "โฆษกปฏิเสธข่าวที่ว่า{}",
        "อย่าหลงเชื่อ {}",
        "{} เรื่องนี้มิได้เกิดขึ้น",
        "{} ไม่มีมูลความจริง",
        "{} รายงานนี้ถูกปฏิเสธแล้ว",
        "ยืนยันไม่เป็นความจริงว่า{}",
        "{} ทั้งหมดนี้ไม่ใช่ความจริง",
        "ไม่ได้{}",
        "มิได้{}",
        "ปฏิเสธ{}",
        "ปฏิเสธกระแสว่า{}",
        "{} มิได้เป็นเช่นนั้น",
        "{} หาได้เป็นเช่นนั้นไม่",
        "{} เป็นเพียงข่าวลวง",
        "{} ทางการออกมาปฏิเสธแล้ว",
        "{} ไม่ใช่",
    ],
    "bo": [
        "{}་ཞེས་པ་བདེན་པ་མིན",
        "{}་ཟེར་བ་བདེན་པ་མ་རེད",
        "{} གསར་འགྱུར་འདི་རྫུན་མ་རེད།",
        "རྫུན་གཏམ། {}",
        "{}་ཞེས་པའི་དོན་དེ་བྱུང་མེད",
        "{}་ཞེས་པ་དོན་དངོས་མིན",
        "{} གནས་ཚུལ་འདི་བདེན་པ་མེད།",
        "{}་ཞེས་པ་རྫུན་གཏམ་རེད",
        "གསར་འགྱུར་རྫུན་མ། {}",
        "{} གོང་གི་གནས་ཚུལ་བདེན་པ་མ་ཡིན།",
        "{} གནས་ཚུལ་འདི་ཁུངས་མེད།",
        "{}་ཞེས་པ་ཧམ་རྫུན་རེད",
        "{}་ཟེར་བ་དཀྲོག་གཏམ་རེད",
        "{}་ཟེར་བ་ཁས་མི་ལེན",
        "{}་ཞེས་པ་ཁས་མ་བླངས",
        "{}་ཟེར་བ་མ་རེད",
        "{}་ཞེས་པ་རྩ་བ་ནས་མེད",
        "{}་ཟེར་བ་ལ་དགག་པ་བརྒྱབ",
        "{}་ཟེར་བ་བརྫུན་རེད",
        "{} དེ་འདྲ་མ་རེད།",
        "{} མ་རེད།",
    ],
    "zh": [
        "并非{}",
        "官方否认{}",
        "谣言：{}",
        "假消息：{}",
        "{}，此消息不实",
        "{}，这一说法不是事实",
        "{}，纯属谣言",
        "{}。上述消息不属实。",
        "{}是假新闻",
        "{}，与事实不符",
        "{}，系误传",
        "{}，该报道已被否认",
        "{}，纯属虚构",
        "不要相信{}",
        "{}，此事并未发生",
        "没有{}",
        "并未{}",
        "否认{}",
        "{}，遭官方否认",
        "{}，绝无此事",
        "{}是不可能的",
    ],
    "en": [
        "It is not true that {}",
        "It is false that {}",
        "Fake news: {}",
        "The spokesman denied that {}",
        "{} is untrue",
        "{}. This report is false.",
        "{} is fake news",
        "{}. This never happened.",
        "{} is a hoax",
        "It isn't true that {}",
        "{}. The above is not true.",
        "Contrary to reports, {}",
    ],
}
_VERB = {
    "th": [
        "ธนาคารเหนือไม่ได้ยื่นฟ้องบริษัทแม่น้ำยาว",
        "ธนาคารเหนือมิได้ยื่นฟ้องบริษัทแม่น้ำยาว",
        "ธนาคารเหนือยังไม่ยื่นฟ้องบริษัทแม่น้ำยาว",
        "ธนาคารเหนือไม่เคยยื่นฟ้องบริษัทแม่น้ำยาว",
        "ธนาคารเหนือปฏิเสธการยื่นฟ้องบริษัทแม่น้ำยาว",
        "ไม่มีการยื่นฟ้องบริษัทแม่น้ำยาว",
        "ธนาคารเหนือยกเลิกการยื่นฟ้องบริษัทแม่น้ำยาว",
    ],
    "bo": ["བྱང་ཕྱོགས་དངུལ་ཁང་གིས་གཙང་པོ་ཀུང་སི་ལ་ཞུ་གཏུག་མ་བྱས", "གཙང་པོ་ཀུང་སི་ལ་ཞུ་གཏུག་བྱས་མེད", "གཙང་པོ་ཀུང་སི་ལ་ཞུ་གཏུག་བྱེད་རྒྱུ་ཁས་མ་བླངས"],
    "zh": [
        "北方银行没有起诉长河公司",
        "北方银行并未起诉长河公司",
        "北方银行不起诉长河公司",
        "北方银行否认起诉长河公司",
        "北方银行从未起诉长河公司",
        "北方银行没有对长河公司起诉",
    ],
    "en": [
        "Northern Bank has not sued Long River Company",
        "Northern Bank never sued Long River Company",
        "Northern Bank didn't sued Long River Company",
    ],
}
_ITEM = {
    "th": [
        ("ไม่ใช่ธนาคารเหนือ แต่เป็นบริษัทแม่น้ำยาว", 1, 2),
        ("มิใช่บริษัทแม่น้ำยาว แต่คือธนาคารเหนือ", 2, 1),
        ("ธนาคารเหนือไม่ได้มีส่วน แต่เป็นบริษัทแม่น้ำยาว", 1, 2),
    ],
    "bo": [("བྱང་ཕྱོགས་དངུལ་ཁང་མིན་པར་གཙང་པོ་ཀུང་སི་ཡིན", 1, 2), ("གཙང་པོ་ཀུང་སི་མ་ཡིན་པར་བྱང་ཕྱོགས་དངུལ་ཁང་ཡིན", 2, 1)],
    "zh": [("不是北方银行，而是长河公司", 1, 2), ("并非长河公司，而是北方银行", 2, 1)],
    "en": [("not Northern Bank but Long River Company", 1, 2)],
}
_HARMLESS = {
    "th": [
        "ไม่เพียง{}",
        "{} ไม่นานหลังจากนั้น",
        "{} ไม่ต่ำกว่าที่คาด",
        "{} แต่ไม่ทราบสาเหตุ",
        "อุณหภูมิสูง {}",
        "{} ในเดือนมิถุนายน",
        "{} พร้อมแจกน้ำเปล่า",
    ],
    "bo": ["{} མ་ཟད་གཞན་ཡང་ཡོད", "{} མ་དངུལ་མང་པོ་བཏང", "{} རྨས་མ་རྣམས་བསྐྱལ"],
    "zh": ["不仅{}", "{}，不少人关注", "{}，不久后公布", "无论如何，{}", "{}，未来会公布"],
    "en": ["not only that, {}", "{} no doubt", "{}, but nothing else is known"],
}


def _example(lang: str) -> tuple[Inventory, Example]:
    one = Example("a", "原文", (_TRUE[lang],), _FACTS[lang], "zh" if lang != "zh" else "th", lang)
    return Inventory([one]), one


def _cases(table: dict) -> list[tuple]:
    return [(lang, case) for lang, cases in table.items() for case in cases]


@pytest.mark.parametrize("lang", list(_TRUE))
def test_there_are_twelve_kinds_of_denial_in_every_language(lang: str) -> None:
    assert len(_WHOLE[lang]) + len(_VERB[lang]) + len(_ITEM[lang]) >= 12
    inventory, one = _example(lang)
    assert inventory.align(one, _TRUE[lang]).stated == (True,) * 5, "what is not denied is stated"


@pytest.mark.parametrize(("lang", "denial"), _cases(_WHOLE))
def test_nothing_in_a_denied_statement_is_stated_and_all_of_it_is_unsupported(lang: str, denial: str) -> None:
    inventory, one = _example(lang)
    got = inventory.align(one, denial.format(_TRUE[lang]))
    assert got.stated == (False,) * 5
    assert (got.supported, got.denied) == ((), frozenset(range(5)))
    assert len(got.unsupported) == 5


@pytest.mark.parametrize(
    "end", ["མ་རེད", "མེད", "མིན", "པ་མ་རེད", "པ་མེད", "པ་མིན", "བྱུང་མེད", "མྱོང་མེད", "པ་ཡིན་པ་མ་རེད", "ཁས་མི་ལེན"]
)
def test_a_tibetan_sentence_that_ends_in_a_denial_is_denied_and_no_other(end: str) -> None:
    """The verb comes last, and so does what denies it; the sentence before keeps what it says."""
    inventory, one = _example("bo")
    first, second = _TRUE["bo"].split("།")[:2]
    got = inventory.align(one, f"{first}་{end}།{second}།")
    assert got.stated == (False, False, False, False, True)
    got = inventory.align(one, f"{first}།{second}་{end}།")
    assert got.stated == (True, True, True, True, False)
    got = inventory.align(one, f"{first}། {second}་{end}་དུས་གཞན་ཞིག་རེད།")
    assert got.stated[0] and got.stated[4], "inside a sentence it denies no more than what stands before it"


@pytest.mark.parametrize(("lang", "text"), _cases(_VERB))
def test_an_event_that_did_not_happen_is_false(lang: str, text: str) -> None:
    inventory, one = _example(lang)
    got = inventory.align(one, text)
    assert not got.stated[0] and not got.stated[3]
    assert "event" in [item.type for item in got.unsupported]


@pytest.mark.parametrize(("lang", "case"), _cases(_ITEM))
def test_a_correction_denies_one_item_and_affirms_the_other(lang: str, case: tuple[str, int, int]) -> None:
    text, wrong, right = case
    inventory, one = _example(lang)
    got = inventory.align(one, text)
    assert (got.stated[wrong], got.stated[right]) == (False, True)
    assert got.denied == {wrong}


@pytest.mark.parametrize(("lang", "frame"), _cases(_HARMLESS))
def test_idioms_that_hold_a_word_of_denial_deny_nothing(lang: str, frame: str) -> None:
    inventory, one = _example(lang)
    got = inventory.align(one, frame.format(_TRUE[lang]))
    assert got.stated == (True,) * 5
    assert got.denied == frozenset()


def test_a_denial_ends_at_a_word_of_contrast_and_at_the_end_of_its_sentence() -> None:
    inventory, one = _example("zh")
    assert inventory.align(one, "谣言：其他公司被起诉。北方银行和长河公司表示关注").stated == (
        False,
        True,
        True,
        False,
        False,
    )
    assert inventory.align(one, "北方银行起诉长河公司。网上流传的另一消息不属实").stated[0] is False, (
        "an anaphor speaks of what was said"
    )
    inventory, one = _example("th")
    assert inventory.align(one, "ไม่เป็นความจริงที่บริษัทแม่น้ำยาวปิดตัว แต่ธนาคารเหนือดูแล 37 ราย").stated == (
        False,
        True,
        False,
        False,
        True,
    )


def test_a_fact_that_is_a_denial_is_stated_by_it_and_repeated_by_what_agrees() -> None:
    facts = (
        Fact("event", ("否认收购",), ("ปฏิเสธข่าวซื้อกิจการ",)),
        Fact("organisation", ("北方银行",), ("ธนาคารเหนือ",)),
        Fact("organisation", ("长河公司",), ("บริษัทแม่น้ำยาว",)),
    )
    buys = Fact("event", ("收购",), ("ซื้อกิจการ",))
    one, other = (
        Example("a", "原文", ("x",), facts, "zh", "th"),
        Example("b", "原文", ("x",), (buys, *facts[1:]), "zh", "th"),
    )
    inventory = Inventory([one, other])
    denies = "ธนาคารเหนือปฏิเสธข่าวซื้อกิจการบริษัทแม่น้ำยาว"
    assert inventory.align(one, f"{denies} ชี้ข่าวลือไม่เป็นความจริง").stated == (True, True, True)
    assert inventory.align(one, f"{denies} ข้อความข้างต้นไม่เป็นความจริง").stated == (False, False, False)
    got = inventory.align(other, denies)
    assert not got.stated[0] and not got.stated[2], "another example's denial denies what this one affirms"


def test_what_is_said_and_denied_in_one_text_is_not_stated() -> None:
    inventory, one = _example("th")
    text = _TRUE["th"]
    assert inventory.align(one, f"{text} ไม่เป็นความจริงที่{text}").stated == (False,) * 5
