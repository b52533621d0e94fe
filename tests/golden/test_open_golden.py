"""Facts of real text against rows written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.records import Example

ROWS = [
    line.split("\t")
    for line in (Path(__file__).with_name("open_facts.tsv")).read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("lang", "source", "text", "surface", "outcome", "there"), ROWS)
def test_row(lang: str, source: str, text: str, surface: str, outcome: str, there: str) -> None:
    found = hold(Example("1", source, (text,), None, "zh", lang), text, name_list("zh", lang))
    facts = {fact.surface: (fact.outcome, found.text[slice(*fact.at)] if fact.at else "") for fact in found.facts}
    assert facts.get(surface) == (outcome, there), facts
