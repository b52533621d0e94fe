"""Which numbers say by themselves what they are, however they are written: a share, a date, a measure."""

from __future__ import annotations

from metrics.numbers import NumberMention

_KINDS = frozenset({"percentage", "date", "time", "year", "decade", "century"})
_COUNTED = frozenset({"person", "household"})
"""What `metrics.reading` calls dimensions, and is counted, not measured."""


HOME = {"th": "THB"}
"""Language -> the currency that its headlines leave out (ขาดทุน 400 ล้าน)."""


def says_by_itself(mention: NumberMention) -> bool:
    """16 per cent, the 26th of February, 36 kilograms, 15 years: nothing beside it tells what it is of. Not a day
    without its month, nor an hour that may be one of two."""
    if mention.kind == "date":
        return all(divmod(int(mention.value), 100))
    if mention.kind in _KINDS:
        return not mention.half_day
    return mention.kind == "number" and mention.dimension is not None and mention.dimension not in _COUNTED


def same_amount(one: NumberMention, other: NumberMention) -> bool:
    """Is it the same exact amount of the same thing: 36 kilograms, 36,000 grams?"""
    if one.kind != other.kind or not (one.exact and other.exact) or one.dimension != other.dimension:
        return False
    if one.dimension is None:
        return one.value == other.value and one.unit == other.unit and not one.half_day
    return one.value * one.factor == other.value * other.factor


def unit_unsaid(one: NumberMention, other: NumberMention) -> bool:
    """Is it the same figure, the unit of the first unsaid?"""
    return one.kind == other.kind and one.dimension is None and one.value == other.value
