"""What follows a number, as the readers of the languages hand it on."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from metrics.reading.words import Unit

WHOLE, NOTHING = Fraction(1), Fraction(0)


@dataclass(slots=True)
class Suffix:
    """What follows a number: per cent, currency, unit."""

    end: int
    percent: bool = False
    point: bool = False
    codes: frozenset[str] = frozenset()
    unit: Unit | None = None
    tenths: bool = False
    extra: Fraction = Fraction(0)
    more: bool = False
    share: Fraction = WHOLE
    """What the amount is to be multiplied by: 五分钱 is 0.05 yuan."""
