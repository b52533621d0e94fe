"""Clock times in Thai. Data for `metrics.reading.clock`, whose groups the patterns have."""

from __future__ import annotations

from metrics.reading.calendar_words import TH_SPELLED
from metrics.reading.numeral_words_th import COUNTERS

_D12 = r"(?<![0-9])(?<![0-9][.:])"
_TO = r"\s?(?:-|~|至|到|ถึง|ནས)\s?"
# Not the beginning of another word: ตีห้าง is no five o'clock.
_TH_WORDS = sorted(TH_SPELLED, key=len, reverse=True)
_TH_HOURS = "|".join(
    word + {"ห้า": "(?!ง|ม)", "สาม": "(?!ารถ|ัญ|ี)", "เก้า": "(?!อี้)", "สอง": "(?!หน้า|แคว)"}.get(word, "")
    for word in _TH_WORDS
    if TH_SPELLED[word] < 25
)
_TH_HOUR = rf"(?P<hour>[0-9]{{1,2}}|{_TH_HOURS})"
_TH_FIRST = rf"(?:(?P<first_hour>[0-9]{{1,2}}|{_TH_HOURS}){_TO})?"
_TH_MINUTE = rf"(?:\s?(?P<half>ครึ่ง)|\s?(?P<minute>[0-9]{{1,2}}|{'|'.join(_TH_WORDS)})\s?นาที)?"
# ตี that strikes: โจมตี, ทุบตี, ถูกตี; and what follows it and is counted, as no hour is: ตี 3 ประเทศ, ตี 2 ฐานทัพ.
_TH_STRIKES = "".join(
    f"(?<!{word})"
    for word in (
        "โจม", "ทุบ", "รุม", "ไล่", "เฆี่ยน", "โบย", "ตบ", "เตะ", "ต่อย", "ชก", "ฟาด", "ถูก", "โดน", "บุก", "ลอบ", "ระดม",
        "กระหน่ำ", "หวด", "ฆ่า", "เคาะ", "ร์",
    )
)  # fmt: skip
_TH_STRUCK = (
    r"(?!\s?(?:คน|ราย(?!งาน)|ลูก|ปี|บาท|ครั้ง|ประเทศ(?!ไทย)|จุด|แห่ง|เป้า|ฐาน|ลำ|คัน|ประตู|แต้ม|คะแนน|ศพ|แผล|เท่า|%|เปอร์|กิโล|เมตร|ไมล์"
    r"|ล้าน|พัน|หมื่น|แสน|ร้อย))"
)
# ทุ่ม that spends: ช่อง 3 ทุ่มงบ, บริษัท 5 ทุ่ม 500 ล้าน.
_TH_SPENT = (
    r"(?!\s?(?:เท|ทุน|งบ|ซื้อ|เงิน|สร้าง|แรง|กำลัง|ลงทุน|จ้าง|คว้า|ดึง|พัฒนา|หมด|ตัว(?!เลข)|ชีวิต|ใจ|สุด|โปร|โฆษณา|กว้าน|ขยาย|มหาศาล|ทรัพย"
    r"|แคมเปญ|ผลิต|การตลาด|เม็ดเงิน|ความ|ทำ|วิจัย|ค่า|น้ำหนัก|หุ้น|อัด|สู้|ไม่อั้น|กว่า\s?[0-9]|[0-9][0-9.]*\s?(?:ร้อย|พัน|หมื่น|แสน|ล้าน|บาท"
    r"|หยวน|ดอลลาร์|เหรียญ|ยูโร|เยน|วอน)))"
)
TH_TIMES = (
    # 11.00, 14.00 และ 19.30 น.: all but the last, which says that they are times
    _D12 + r"(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-5][0-9])(?=(?:,\s?[0-9]{1,2}[.:][0-5][0-9]){0,6}"
    r"\s?(?:,\s?(?:และ|หรือ)?|และ|หรือ)\s?[0-9]{1,2}[.:][0-5][0-9]\s?(?:น\.|นาฬิกา))",
    _D12 + r"(?P<first_hour>[0-9]{1,2})[.:](?P<first_minute>[0-9]{2})(?:\s?น\.)?"
    r"\s?(?:-|~|ถึง|และ)\s?(?:เวลา\s?)?(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})\s?(?:น\.|นาฬิกา"
    r"|น(?![\u0e00-\u0e7f]))",
    # Without its word: no range of prices or of what is measured.
    rf"{_D12}(?<!\$)(?<!รับ )(?<!ต้าน )(?<!กรอบ )(?<!ราคา )"
    r"(?P<first_hour>(?:[01][0-9]|2[0-4]))\.(?P<first_minute>[0134][05])"
    r"\s?(?:-|~|ถึง)\s?(?:เวลา\s?)?(?P<hour>(?:[01][0-9]|2[0-4]))\.(?P<minute>[0134][05])(?![0-9.%])"
    rf"(?!\s?(?:{COUNTERS}|[A-Za-z%-]|ล้าน|พัน|หมื่น|แสน|ร้อย))",
    _D12 + r"(?P<first_hour>[0-9]{1,2})\s?(?:-|~|ถึง)\s?(?P<hour>[0-9]{1,2})\s?(?:น\.|นาฬิกา)",
    _D12 + r"(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})\s?(?:น\.|นาฬิกา|น(?![\u0e00-\u0e7f]))",
    # เวลา 0900 น., as soldiers write it
    r"(?<![0-9])(?<![0-9][.,])(?:(?P<first_hour>[01][0-9]|2[0-4])(?P<first_minute>[0-5][0-9])\s?(?:-|~|ถึง)\s?)?"
    r"(?P<hour>[01][0-9]|2[0-4])(?P<minute>[0-5][0-9])\s?(?:น\.(?![\u0e00-\u0e7f])|นาฬิกา)",
    rf"(?P<part>บ่าย|{_TH_STRIKES}ตี)\s?(?P<hour>[0-9]{{1,2}})[.:](?P<minute>[0-9]{{2}})(?![0-9])",
    # Not the time that a runner takes.
    r"เวลา(?:ประมาณ|ราว)?\s?(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})(?![0-9]|\.[0-9]|\s?(?:วินาที|นาที|ชั่วโมง|ชม\.))",
    rf"{_D12}{_TH_HOUR}\s?(?:นาฬิกา|(?<=[0-9])\s?น\.(?![\u0e00-\u0e7f]))(?:\s?(?P<minute>[0-9]{{1,2}}|{'|'.join(_TH_WORDS)})\s?นาที)?",
    r"(?P<part>เที่ยงคืน|เที่ยงวัน|เที่ยงตรง|เที่ยง)(?P<half>ครึ่ง)",
    # Not 15 minutes before midnight, nor a rest of 15 minutes at noon.
    rf"(?<!ก่อน)(?P<part>เที่ยงคืน|เที่ยงวัน)\s?(?P<minute>[0-9]{{1,2}}|{'|'.join(_TH_WORDS)})\s?นาที",
    r"(?P<part>บ่าย)โมง(?P<one>)" + _TH_MINUTE,
    rf"(?P<part>{_TH_STRIKES}ตี|บ่าย)\s?{_TH_FIRST}{_TH_HOUR}(?:\s?โมง)?{_TH_MINUTE}(?:\s?เย็น)?(?![0-9.]){_TH_STRUCK}",
    rf"{_D12}{_TH_FIRST}{_TH_HOUR}\s?โมง(?P<part>เช้า|เย็น)?{_TH_MINUTE}(?P<part2>เช้า|เย็น)?",
    rf"(?<!ช่อง)(?<!ช่อง\s){_D12}{_TH_FIRST}{_TH_HOUR}\s?(?P<part>ทุ่ม){_TH_SPENT}{_TH_MINUTE}",
    r"(?<![\u0e00-\u0e7f])(?P<part>ทุ่ม)(?P<one>)(?:(?P<half>ครึ่ง)|หนึ่ง)",
    r"(?:(?<=เวลา)|(?<=ตอน)|(?<=เริ่ม)|(?<=ราว)|(?<=ประมาณ)|(?<=ถึง))(?P<part>ทุ่ม)(?P<one>)(?P<half>ครึ่ง)(?!ร้อย|พัน|หมื่น|แสน|ล้าน)",
    r"(?P<word>เที่ยงคืน|เที่ยงวัน|(?:(?<=เวลา)|(?<=ตอน))เที่ยงตรง)(?!ครึ่ง)",
    r"(?:ตอน|เวลา|ช่วง)(?P<loose>เที่ยง)(?!ธรรม|แท้|คืน|วัน)",
)
