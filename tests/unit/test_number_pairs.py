"""A right paraphrase of a number against a wrong one, as a judge of pairs sees them: coverage precision must tell every
pair apart."""

from __future__ import annotations

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact

# fact type, source surface, target surface, target language, right paraphrase, wrong number
PAIRS = [
    ("money", "一点五亿元", "150 ล้านหยวน", "th", "ลงทุนหนึ่งร้อยห้าสิบล้านหยวน", "ลงทุนสองร้อยห้าสิบล้านหยวน"),
    ("quantity", "30多万人", "กว่าสามแสนคน", "th", "ผู้ชมมากกว่า 300,000 คน", "ผู้ชมมากกว่า 30 คน"),
    ("percentage", "百分之三点五", "ร้อยละ 3.5", "th", "เพิ่มขึ้นสามจุดห้าเปอร์เซ็นต์", "เพิ่มขึ้นห้าเปอร์เซ็นต์"),
    ("quantity", "5千克", "5 กิโลกรัม", "th", "ยึดได้ห้ากิโลกรัม", "ยึดได้ห้าพันกิโลกรัม"),
    ("time", "晚上12点", "เที่ยงคืน", "th", "เริ่ม 00.00 น.", "เริ่ม 12.00 น."),
    ("date", "2024年3月15日", "15 มีนาคม 2567", "th", "เมื่อ 15/3/2567", "เมื่อ 13/5/2567"),
    ("money", "50至60亿美元", "5,000-6,000 ล้านดอลลาร์สหรัฐ", "th", "ลงทุน 5-6 พันล้านดอลลาร์", "ลงทุน 50-60 ล้านดอลลาร์"),
    ("money", "100万澳元", "1 ล้านดอลลาร์ออสเตรเลีย", "th", "ปรับ 1,000,000 ดอลลาร์ออสเตรเลีย", "ปรับ 1,000,000 บาท"),
    ("quantity", "两万五千人", "25,000 คน", "th", "มีสองหมื่นห้าพันคน", "มีสองพันห้าร้อยคน"),
    ("date", "20世纪60年代", "ทศวรรษ 1960", "th", "ย้อนไปยุค 60", "ย้อนไปทศวรรษ 1970"),
    ("quantity", "3千米", "3 กิโลเมตร", "th", "ยาว 3,000 เมตร", "ยาว 3 เมตร"),
    ("percentage", "0.25个百分点", "0.25 จุดเปอร์เซ็นต์", "th", "ลดลง .25 จุดเปอร์เซ็นต์", "ลดลง 25 จุดเปอร์เซ็นต์"),
    ("money", "3亿元", "སྒོར་དུང་ཕྱུར་3", "bo", "རིན་གོང་སྒོར་ཁྲི་30000", "རིན་གོང་སྒོར་ཁྲི་3000"),
    ("quantity", "35人", "མི་35", "bo", "མི་སུམ་ཅུ་སོ་ལྔ་རྨས", "མི་སུམ་ཅུ་སོ་བདུན་རྨས"),
    ("percentage", "37%", "བརྒྱ་ཆ་37", "bo", "བརྒྱ་ཆ་སུམ་ཅུ་སོ་བདུན་འཕར", "བརྒྱ་ཆ་བདུན་ཅུ་དོན་གསུམ་འཕར"),
    ("date", "3月15日", "ཟླ་3པའི་ཚེས་15", "bo", "ཟླ་བ་གསུམ་པའི་ཚེས་བཅོ་ལྔ་ལ", "ཟླ་བ་ལྔ་པའི་ཚེས་བཅོ་ལྔ་ལ"),
    ("money", "几十万元", "หลายแสนหยวน", "th", "เสียหายหลายแสนหยวน", "เสียหายหลายล้านหยวน"),
    ("quantity", "五名", "5 คน", "th", "บาดเจ็บห้าคน", "บาดเจ็บหกคน"),
    ("time", "下午3点", "15.00 น.", "th", "นัดบ่ายสามโมง", "นัดตีสาม"),
    ("money", "13万2千元", "1.32 แสนหยวน", "th", "จ่าย 132,000 หยวน", "จ่าย 130,002 หยวน"),
    ("quantity", "三分之二", "สองในสาม", "th", "ต้องได้ 2 ใน 3 ของเสียง", "ต้องได้ 3 ใน 4 ของเสียง"),
    ("date", "2018年", "ปี 2561", "th", "ตั้งแต่ค.ศ. 2018", "ตั้งแต่ค.ศ. 2561"),
]


def precision(fact: Fact, lang: str, text: str) -> float:
    """Share of what a text states that the one fact bears out."""
    example = Example("a", "x", ("x",), (fact,), "zh", lang)
    alignment = Inventory([example]).align(example, text)
    return len(alignment.supported) / (len(alignment.supported) + len(alignment.unsupported))


@pytest.mark.parametrize(("kind", "source", "target", "lang", "right", "wrong"), PAIRS)
def test_precision_prefers_the_right_number(
    kind: str, source: str, target: str, lang: str, right: str, wrong: str
) -> None:
    fact = Fact(kind, (source,), (target,), 1.0)
    assert precision(fact, lang, right) == 1.0
    assert precision(fact, lang, wrong) <= 0.5
