"""Readings of sentences and spellings written for this suite, with right values set down by reading each of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from metrics.normalise import normalise
from metrics.numbers import extract_numbers
from metrics.reading import Reading, read

HERE = Path(__file__).parent


def rows(name: str) -> list[list[str]]:
    """The cells of a TSV file, without its comments."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def plain(value: Fraction) -> str:
    """A value as the files write it: whole, decimal, or as a fraction."""
    if value.denominator == 1:
        return str(int(value))
    decimal = str(float(value))
    return decimal if Fraction(decimal) == value else str(value)


def shown(reading: Reading) -> str:
    """~ for soft, kind, value or text, upper bound, unit or currency: "money:120000000 CNY", "~number:3",
    "number:300000..400000 person"."""
    said = reading.text or plain(reading.value) + (f"..{plain(reading.high)}" if reading.high is not None else "")
    unit = reading.unit or reading.currency or ("$" if reading.currencies else "")
    counted = f" {unit}" if unit and reading.kind != "percentage" else ""
    return f"{'' if reading.hard else '~'}{reading.kind}:{said}{counted}"


@pytest.mark.parametrize(("lang", "text", "right"), rows("number_spellings.tsv"))
def test_spelling(lang: str, text: str, right: str) -> None:
    found = extract_numbers(normalise(text), lang)
    assert (";".join(f"{one.kind}:{plain(one.value)}" for one in found) or "none") == right


@pytest.mark.parametrize("lang", ["zh", "th", "bo"])
def test_sentences(lang: str) -> None:
    wrong = []
    for text, right in rows(f"readings_{lang}.tsv"):
        got = "; ".join(shown(reading) for reading in read(normalise(text), lang)) or "none"
        if got != right:
            wrong.append((text, got, right))
    assert not wrong, "\n".join(f"{text}\n  got   {got}\n  right {right}" for text, got, right in wrong)
