"""A date before or until which something is so is not the date of it, unless source or reference says so."""

from __future__ import annotations

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact

_FACT = Fact("date", ("10月26日",), ("26 ตุลาคม", "26 ต.ค."))
_BO = Fact("date", ("10月26日",), ("ཟླ་10པའི་ཚེས་26",))


def false(text: str, source: str, reference: str = "อ้างอิง", lang: str = "th") -> bool:
    example = Example("e", source, (reference,), (_FACT if lang == "th" else _BO,), "zh", lang)
    return bool(Inventory([example]).align(example, text).unsupported)


@pytest.mark.parametrize("lead", ["ก่อน ", "ก่อนวันที่ ", "ถึง ", "จนถึง ", "จนถึงวันที่ ", "ขึ้นราคา 20% ก่อน "])
def test_a_limit_is_seen(lead: str) -> None:
    assert false(f"{lead}26 ตุลาคม คังหยวนปรับราคา", "康源公司10月26日起提价。")


@pytest.mark.parametrize(
    "text",
    [
        "เริ่ม 26 ตุลาคม",
        "ตั้งแต่วันที่ 26 ตุลาคม",
        "ผู้นำเดินทางถึง 26 ตุลาคม",
        "แจ้งล่วงหน้าก่อน 26 ตุลาคมเริ่มใช้",
        "ก่อนหน้านี้ 26 ตุลาคม",
        "หลัง 26 ตุลาคม",
        "ก่อนเริ่ม 26 ตุลาคม",
    ],
)
def test_what_is_no_limit(text: str) -> None:
    assert not false(text, "康源公司10月26日起提价。")


@pytest.mark.parametrize(
    "source", ["截至10月26日，康源公司。", "须在10月26日前缴费。", "活动10月20日至10月26日举行。", "报名10月26日截止。"]
)
@pytest.mark.parametrize("lead", ["ก่อน ", "ถึง ", "จนถึงวันที่ ", "ภายใน "])
def test_a_limit_of_the_source_may_be_told(source: str, lead: str) -> None:
    assert not false(f"{lead}26 ตุลาคม", source)


def test_a_limit_of_a_reference_may_be_told() -> None:
    assert not false("ก่อน 26 ตุลาคม", "康源公司10月26日起提价。", "ถึงวันที่ 26 ตุลาคม")


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("ཟླ་10པའི་ཚེས་26སྔོན་འགོ་འཛུགས", True),
        ("ཟླ་10པའི་ཚེས་26་སྔོན་འགོ་འཛུགས", True),
        ("ཟླ་10པའི་ཚེས་26་བར་དུ་འགོ་འཛུགས", True),
        ("ཟླ་10པའི་ཚེས་26་ནས་འགོ་འཛུགས", False),
        ("ཟླ་10པའི་ཚེས་26་སྔོན་རྩིས་འགོ་འཛུགས", False),
        ("ཟླ་10པའི་ཚེས་26་ལ་འགོ་འཛུགས", False),
    ],
)
def test_tibetan(text: str, seen: bool) -> None:
    assert false(text, "康源公司10月26日起提价。", lang="bo") == seen
    assert not false(text, "截至10月26日，康源公司。", lang="bo")
