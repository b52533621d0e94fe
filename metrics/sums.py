"""In which currency a fact has its amounts: what its words can mean in both languages.

A dollar is the dollar of many countries, and 100 ล้าน names no currency at all. Where the other language is plain
(1亿美元), the fact is of that currency, and its words bear out no other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from metrics.numbers import NumberMention


def narrowed(true: Sequence[NumberMention], said: Sequence[NumberMention]) -> list[NumberMention]:
    """The readings of a fact's target and source surfaces, those of one amount in the currencies that all of them can
    mean.

    true: of the source surfaces. Where these exclude each other (a sum that is told in two currencies), each reading
    keeps its own. A target that names no currency has the source's, if the source has the amount as money alone.
    """
    common: dict[Fraction, frozenset[str]] = {}
    for reading in (*true, *said):
        if reading.currencies:
            common[reading.value] = common.get(reading.value, reading.currencies) & reading.currencies
    sums = {reading.value for reading in true if reading.currencies}
    sums -= {reading.value for reading in true if not reading.currencies}

    def narrow(reading: NumberMention) -> NumberMention:
        codes = common.get(reading.value)
        if not codes or codes == reading.currencies:
            return reading
        bare = reading.kind == "number" and reading.dimension is None and not reading.ordinal and reading.value in sums
        return reading._replace(currencies=codes) if reading.currencies or bare else reading

    return [narrow(reading) for reading in (*said, *true)]


def of_another_currency(mention: NumberMention, told: Iterable[NumberMention]) -> bool:
    """Is a sum of a text in none of the currencies in which a fact has that amount? A listed surface may be the
    beginning of another currency's (ดอลลาร์ in ดอลลาร์สิงคโปร์), or name none."""
    same = [
        reading.currencies
        for reading in told
        if reading.value == mention.value and reading.kind in ("money", "number") and not reading.ordinal
    ]
    return bool(same) and not any(not codes or codes & mention.currencies for codes in same)
