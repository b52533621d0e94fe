"""Thai amounts of which the last alone says what they measure, or the first: 600, 700 และ 1,000 บาท, จาก 30 เป็น 35 บาท,
ร้อยละ 40 และ 60.

What is only inferred stays soft where it is small, as a number without a measure is: the other language may not say it.
"""

from __future__ import annotations

import re
from fractions import Fraction

from metrics.reading.mention import Reading, measured_as
from metrics.reading.needs import Behind
from metrics.reading.numeral_words_th import COUNTERS, MORE_COUNTERS

_AND = re.compile(r"\s?(?:(?P<comma>,\s?)?(?P<or>หรือ)?(?P<and>และ)?|(?P<slash>/))\s?")
_CHANGE = re.compile(r"\s?(?:ขึ้น|ลด|ลง|เพิ่ม|มา|ไป|กลาย){0,3}(?:เป็น|เหลือ|สู่|อยู่ที่)\s?")
_FROM = Behind(re.compile(r"จาก(?:เดิม|ระดับ|ราคา|ที่)?\s?\Z"))
_LONGEST = 24
"""Characters that may stand between two amounts that belong together."""
_SMALL = 10
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# Which of several it is, not how much: ช่อง 3, 5 และ 7 วัน.
_NUMBERED = Behind(
    re.compile(
        r"(?:ช่อง|สาย|พระราม|หมายเลข|เบอร์|ซอย|เขต|ชั้น|ห้อง|หมู่|กลุ่ม|ประตู|อาคาร|ตึก|ข้อ|เฟส|แบบ|ไตรมาส|เลข|จุด|โควิด|เอฟ|แอร์บัส"
        r"|โบอิ้ง|ปี|สูตร|เกียร์|ถนน|ทางหลวง|ท่า|คลอง|ลาน|โซน|มาตรา|วอร์ด|แดน|เวร|ทีม|ศาล|ภาค|ฉบับ|[ก-ฮ]\.|[A-Za-z]|[0-9][-:/~])\s?\Z"
    )
)
# Two alone share what lasts or is counted only where it says that both do: 2 และ 3 วันต่อมา.
_LASTS = Behind(re.compile(r"(?:วัย|อายุ|นาน|เวลา|จำคุก|คุก|โทษ|ระยะ)\s?(?:ราว|ประมาณ)?\s?\Z"))
_NO_SHARE = ("person", "household", "fold", "duration", "months", "cents")
_COUNTED = re.compile(rf"\s?(?:{COUNTERS}|{MORE_COUNTERS}|[0-9A-Za-z%.:/-]|พัน|หมื่น|แสน|ร้อย|น\.|กว่า|เศษ)")
_PERCENT = "ร้อยละ"
_MOST = Fraction(100)
"""More are hardly a share, unless the first is such a one."""


def in_lists(readings: list[Reading], text: str) -> list[Reading]:
    """The readings in order, each of a list with the measure that the list says once."""
    found = list(readings)
    first, joints, lead = 0, list[re.Match[str]](), None
    for at, reading in enumerate(found):
        joint = _joint(found[at - 1], reading, text) if at else None
        if joint is None or not (lead or _bare(found[at - 1], text)):
            first, joints, lead = at, [], reading if reading.surface.startswith(_PERCENT) else None
            continue
        joints.append(joint)
        if lead:
            if not _bare(reading, text) or reading.value > max(_MOST, 10 * lead.value):
                first, joints, lead = at, [], None
            elif _ends_shares(lead, joints, text) and not _COUNTED.match(text, reading.end):
                found[first + 1 : at + 1] = [_as(own, lead, Fraction(1)) for own in found[first + 1 : at + 1]]
                first = at
        elif _measured(reading):
            found[first:at] = _shared(found[first : at + 1], joints, text)
            first, joints = at, []
    return found


def _ends_shares(lead: Reading, joints: list[re.Match[str]], text: str) -> bool:
    """Is this the last of the shares behind ร้อยละ: 40, 60 และ 80; จากร้อยละ 5 เป็น 8?"""
    last = joints[-1].groupdict()
    if last:
        return bool(last["and"] or last["or"])
    return len(joints) == 1 and _FROM.search(text, max(0, lead.start - 12), lead.start) is not None


def _joint(one: Reading, other: Reading, text: str) -> re.Match[str] | None:
    """What joins two neighbours in a list, or in a change."""
    if not one.end < other.start <= one.end + _LONGEST:
        return None
    joint = _AND.fullmatch(text, one.end, other.start)
    if joint and (joint["comma"] or joint["or"] or joint["and"] or joint["slash"]):
        return joint
    return _CHANGE.fullmatch(text, one.end, other.start)


def _bare(reading: Reading, text: str) -> bool:
    """Digits of which nothing says what they count or measure."""
    return (
        reading.kind == "number"
        and not reading.currencies
        and reading.unit is None
        and reading.high is None
        and not (reading.ordinal or reading.indefinite or reading.lone)
        and _DIGITS.fullmatch(text, reading.start, reading.end) is not None
    )


def _measured(reading: Reading) -> bool:
    """Does what stands behind say what is measured?"""
    if reading.indefinite or reading.ordinal or reading.kind not in ("number", "money", "percentage"):
        return False
    return reading.surface[0].isdigit() and bool(reading.currencies or reading.unit)


def _shared(members: list[Reading], joints: list[re.Match[str]], text: str) -> list[Reading]:
    """All but the last, with what the last says of them; as they were where it says nothing."""
    *earlier, last = members
    digits = _DIGITS.match(text, last.start)
    begin, words = earlier[0].start, [joint.groupdict() for joint in joints]
    if digits is None or _NUMBERED.search(text, max(0, begin - 16), begin):
        return earlier
    number = Fraction(digits.group())
    scale = last.value / number if number else Fraction(1)
    if scale != 1 and not (scale >= 100 and all(reading.value < number for reading in earlier)):
        return earlier
    money = last.kind == "money"
    if any(not own for own in words):
        good = len(words) == 1 and _FROM.search(text, max(0, begin - 12), begin) is not None
    elif any(own["slash"] for own in words):
        most = min(reading.value for reading in members)
        good = money and all(own["slash"] for own in words) and most >= (_SMALL if len(words) > 1 else 100)
    elif len(words) > 1 or words[0]["or"]:
        good = True
    else:
        good = words[0]["and"] is not None and (
            last.dimension not in _NO_SHARE or _LASTS.search(text, max(0, begin - 20), begin) is not None
        )
    return [_as(reading, last, scale) for reading in earlier] if good else earlier


def _as(reading: Reading, other: Reading, scale: Fraction) -> Reading:
    """A bare number as what another is."""
    value = reading.value * scale
    return measured_as(reading, other, value)._replace(
        hard=other.kind == "percentage" or value > _SMALL or value.denominator > 1,
    )
