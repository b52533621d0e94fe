"""Numbers inside a name that an output states as a whole are no statements of their own."""

from __future__ import annotations

import pytest

from metrics.open.facts import hold
from metrics.records import Example


@pytest.mark.parametrize(
    ("source", "output", "stated"),
    [
        ("F-16战机2架", "เครื่องบินเอฟ-16 2 ลำ", [("เอฟ-16", True)]),
        ("F-15战机2架", "เครื่องบินเอฟ-16 2 ลำ", [("16", False)]),
        ("新冠疫情2000人", "โควิด-19 2,000 คน", [("2000 คน", True)]),
        ("新冠疫情2000人", "โควิด-193 2,000 คน", [("193", False), ("2000 คน", True)]),
        ("疫情2000人", "โควิด-19 2,000 คน", [("19", False), ("2000 คน", True)]),
    ],
)
def test_what_is_stated(source: str, output: str, stated: list[tuple[str, bool]]) -> None:
    compared = hold(Example("a", source, None, None, "zh", "th"), output, None)
    assert [(one.surface, one.supported) for one in compared.statements if one.tier == "number"] == stated
