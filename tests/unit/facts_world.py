"""A world of three examples whose scores can be worked out by hand, and texts made of its pieces."""

from __future__ import annotations

from hypothesis import strategies as st

from metrics.records import Example, Fact


def example(id_: str, *facts: Fact, reference: str | None = "อ้างอิง", lang: str = "th") -> Example:
    return Example(id_, "原文", None if reference is None else (reference,), facts, "zh", lang)


WANG = Fact("person", ("王建国",), ("หวัง เจี้ยนกั๋ว", "นายหวัง"), 0.9)
UNIVERSITY = Fact("organisation", ("清迈大学",), ("มหาวิทยาลัยเชียงใหม่", "มช."), 0.8)
SUES = Fact("event", ("起诉",), ("ยื่นฟ้อง",))
CASES = Fact("quantity", ("37起",), ("37 ราย",), 0.6)
BANGKOK = Fact("place", ("曼谷",), ("กรุงเทพฯ", "กรุงเทพ"), 0.2)
MARCH = Fact("date", ("3月15日",), ("15 มีนาคม",), 0.3)
CLAUSE = Fact("relation", ("王建国起诉清迈大学",), ("หวัง เจี้ยนกั๋ว ยื่นฟ้องมหาวิทยาลัยเชียงใหม่",), 0.9)
CHIANG_MAI = Fact("place", ("清迈",), ("เชียงใหม่",), 0.9)
FLOOD = Fact("event", ("洪水",), ("น้ำท่วม",))
SHARE = Fact("percentage", ("12%",), ("ร้อยละ 12", "12%"), 0.7)
REVERSED = Fact("relation", ("清迈大学起诉王建国",), ("มหาวิทยาลัยเชียงใหม่ยื่นฟ้องหวัง เจี้ยนกั๋ว",), 0.9)
CAUSE = Fact("cause", ("大雨",), ("ฝนตกหนักในเชียงใหม่",), 0.4)

COURT = example(
    "court", WANG, UNIVERSITY, SUES, CASES, BANGKOK, MARCH, CLAUSE, reference="หวัง เจี้ยนกั๋ว ยื่นฟ้องมหาวิทยาลัยเชียงใหม่"
)
RAIN = example("rain", CHIANG_MAI, FLOOD, SHARE, CAUSE, reference="น้ำท่วมเชียงใหม่ ร้อยละ 12")
COUNTER = example("counter", WANG, UNIVERSITY, SUES, REVERSED, reference="มช. ฟ้อง")
WORLD = [COURT, RAIN, COUNTER]

PIECES = [
    *sorted({surface for one in WORLD for fact in one.facts or () for surface in fact.target}),
    "และ",
    "ข่าว",
    "37",
    "99 คัน",
    "2 ล้าน",
    "ปี 2562",
    "%",
]


def outputs(n: int = len(WORLD)) -> st.SearchStrategy[list[str]]:
    """n outputs, each some pieces of the world with spaces between."""
    return st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join), min_size=n, max_size=n)
