"""Minutes and seconds with a colon are a duration where the word says so, and a clock time where it does not."""

from __future__ import annotations

from fractions import Fraction

import pytest

from metrics.reading import bears_out, read


@pytest.mark.parametrize(
    ("text", "lang", "source"),
    [("เหลือเวลาอีก 4:51 นาที", "th", "还剩4分钟51秒"), ("还剩4:51分钟", "zh", "还剩4分钟51秒")],
)
def test_a_stopwatch_says_minutes_and_seconds(text: str, lang: str, source: str) -> None:
    said = read(text, lang)
    assert [(r.value, r.unit) for r in said] == [(4, "minute"), (51, "second")]
    assert all(any(bears_out(one, truth) for one in said) for truth in read(source, "zh"))


def test_a_clock_time_stays_one() -> None:
    assert [r.kind for r in read("เวลา 4:51 น.", "th")] == ["time"]
    assert [r.kind for r in read("ออกเดินทาง 4:51 นาฬิกา", "th")] == ["time"]


def test_an_hour_behind_a_space_is_part_of_the_speed() -> None:
    assert [r.unit for r in read("风速为110英里 /小时(180公里/小时)", "zh")] == ["mph", "kmh"]


def test_hundredths_stand_behind_the_seconds_in_chinese() -> None:
    assert [(r.value, r.unit) for r in read("他跑出了9秒83。", "zh")] == [(Fraction("9.83"), "second")]
    assert [r.value for r in read("每5秒10次", "zh")] == [5, 10]
