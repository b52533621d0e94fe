"""What an output may say of a number, row by row (`predicates.tsv`), for a native speaker to review."""

from __future__ import annotations

from pathlib import Path

import pytest

from metrics.inventory import Inventory
from metrics.records import Example, Fact

ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("predicates.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("source", "reference", "said", "surfaces", "kind", "output", "right"), ROWS)
def test_a_number_is_supported_with_what_source_and_references_say_of_it(
    source: str, reference: str, said: str, surfaces: str, kind: str, output: str, right: str
) -> None:
    fact = Fact(kind, tuple(said.split("|")), tuple(surfaces.split("|")))
    lang = "bo" if "་" in reference else "th"
    example = Example("p", source, (reference,), (fact,), "zh", lang)
    got = Inventory([example]).align(example, output)
    assert got.stated == (right == "1",), got.spans
    assert (got.unsupported == ()) == (right == "1")
