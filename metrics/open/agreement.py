"""When a reading of the output states one of the source's, and when the source bears it out.

The two are not the same. หลายแสนคน, "hundreds of thousands", is true of 450,000 people but does not state the figure: a
text that says every order of magnitude would state all figures. So what is vague states what is vague alone, and a
bound states a figure only when it is near.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from metrics.reading import Reading, bears_out

FEW = 5
"""A measure of so many is not said by a numeral without its unit: these stand everywhere. On NTREX no reference leaves
the unit of one out, and of shuffled ones three in four of all hits were such."""
NEAR = Fraction(5, 4)
"""A bound of the output (กว่า 400,000) states an exact figure up to so many times it. The readings of bounds end at the
next leading digit, which for "over 1,000" is twice the bound. On NTREX and XQuAD no reference says a figure by another
bound than the figure itself."""
_COUNTED = frozenset((None, "person", "household", "fold"))
"""Dimensions that may be left unsaid beside a count."""
_LOOSE = ("duration", "months")
"""Dimensions of which vague amounts are rendered freely: หลายสิบปี for 多年."""
_UNREAD = {
    "zh": re.compile(
        "成[百千][上论論]|千千[万萬]|[数數][以不]|[无無][数數]|不[计計]其[数數]|(?<![0-9一二两兩三四五六七八九十百千万萬几幾数數多余餘])[百千万萬]人"
    ),
    "en": re.compile(
        r"\b(?:dozens|scores|tens|hundreds|thousands|millions|billions|trillions|countless|innumerable)\b", re.I
    ),
}
"""Words for large numbers that say too little for a reading: 成千上万 is นับพัน or หลายหมื่น, as the translator likes."""


def says(said: Reading, truth: Reading) -> bool:
    """Whether a reading of the output states the source's: a date whole, a number or a range that agrees with it.

    Two ranges agree only from the same value on: "over 1,000" and "over 1,005" are not the same. A range of the output
    states an exact figure of the same measure up to NEAR times its bound. An order of magnitude (หลายแสน) states one of
    the same order, never a figure or a range, and no exact figure states it. A lone small numeral says no measure (5-2
    is neither five weeks nor two years), and a loose "more than two" no 2.21.
    """
    if truth.hard and not said.hard and said.kind == "number" and not said.dimension and not said.currencies:
        if truth.kind == "number" and truth.dimension and truth.high is None and truth.value <= FEW:
            return False
        if said.high is not None and said.value != truth.value:
            return False
    if said.high is not None or truth.high is not None:
        if said.indefinite and truth.indefinite:
            return _same_order(said, truth)
        if said.indefinite or (truth.indefinite and said.high is None) or _year_in_range(said, truth):
            return False
        if truth.high is None:
            return _near(said, truth) and bears_out(truth, said)
        if said.high is not None and truth.amount != said.amount and truth.value != said.value:
            return False
    return bears_out(said, truth) or (truth.kind != "date" and bears_out(truth, said))


def borne_out(truth: Reading, said: Reading) -> bool:
    """Whether `said` is right when `truth` is, stated or not; no range is borne out by a year that happens to lie in
    it."""
    return not _year_in_range(said, truth) and bears_out(truth, said)


def is_claim(said: Reading) -> bool:
    """Whether a vague amount of the output says enough to be false."""
    return said.indefinite and said.dimension not in _LOOSE


@lru_cache(maxsize=256)
def may_be_vague(source: str, lang: str) -> bool:
    """Whether the source speaks of large numbers in words that are not read; remembered, for it is asked of each vague
    amount of a text."""
    pattern = _UNREAD.get(lang)
    return pattern is not None and pattern.search(source) is not None


def _same_order(said: Reading, truth: Reading) -> bool:
    """上千 is 1,000 and more, หลายพัน 2,000 and more: both end at 10,000."""
    if said.amount > truth.amount:
        said, truth = truth, said
    if bears_out(said, truth) or bears_out(truth, said):
        return True
    raised = said._replace(value=truth.value if said.factor == truth.factor else truth.amount / said.factor)
    return said.high is not None and raised.value < said.high and bears_out(raised, truth)


def _year_in_range(one: Reading, other: Reading) -> bool:
    """กว่า 1,000 is not 1789."""
    if one.high is None and other.high is None:  # as most are, and fractions are dear to compare
        return False
    return "year" in (one.kind, other.kind) and one.value != other.value


def _near(said: Reading, truth: Reading) -> bool:
    scaled = said.dimension is not None and said.dimension == truth.dimension and said.factor != truth.factor
    low, figure = (said.amount, truth.amount) if scaled else (said.value, truth.value)
    if low == figure:
        return True
    if bool(said.currencies) != bool(truth.currencies):
        return False
    alike = said.dimension == truth.dimension or {said.dimension, truth.dimension} <= _COUNTED
    return alike and low <= figure <= NEAR * low
