"""One thing read from a text, and when two of them say the same."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

Key = tuple[str, Fraction]

NUMBER_KINDS = ("number", "percentage", "money", "date", "time", "year", "decade", "century")
TEXT_KINDS = ("name", "identifier", "phone", "url")
_OWN_KEY = ("percentage", "date", "time", "decade", "century")
HALF_DAY = 12 * 60
LOOSE = ("person", "household", "fold", "duration", "months")
"""Dimensions whose word one language often leaves out beside a small number."""


class Reading(NamedTuple):
    """One number, date, sum of money, Latin-script name, identifier ... of a text.

    A tuple, for hundreds are made of a page: a frozen dataclass of so many fields takes thrice the time to make.
    """

    start: int
    end: int
    """Code points start:end of the text, with the words that belong to it (per cent, currency, unit, era)."""
    value: Fraction
    """Number, money: the amount as it is written, before its unit's factor. Percentage: per cent (also for percentage
    points). Year: of the common era, negative before it. Decade: its first year (1960). Century: its number (20). Date:
    100 * month + day, 0 for a part that is not said (315 is 15 March, 300 March, 15 the 15th). Time: minutes since
    midnight, 0 to 1439. Text kinds: 0."""
    kind: str
    """number | percentage | money | date | time | year | decade | century | name | identifier | phone | url"""
    surface: str
    core: tuple[int, int]
    """The part that makes the value: a known surface may not begin or end inside it."""
    text: str = ""
    """Text kinds: the form that is compared (lower case; digits only of a phone number). Else empty."""
    high: Fraction | None = None
    """None: exact (as are 约, ประมาณ, "about"). Else the value lies in [value, high): 30多万 is 300,000 to 400,000."""
    indefinite: bool = False
    """No value is said at all, only its order (几十万, หลายแสน): `value` and `high` are the bounds."""
    unit: str | None = None
    """Id of the unit after the amount (kg, km2, person, year, percent_point ...: data/units.tsv); None: none, or
    unknown."""
    dimension: str | None = None
    """What the unit measures (mass, length, person ...); two known, different dimensions never agree."""
    factor: Fraction = Fraction(1)
    """value * factor is the amount in the base unit of the dimension."""
    currencies: frozenset[str] = frozenset()
    """ISO 4217 codes that the currency word can mean; empty: no currency is named."""
    ordinal: bool = False
    """第三, ที่ 3, third."""
    half_day: bool = False
    """A clock time of 12 hours without its half of the day: 12 hours later is as good."""
    lone: bool = False
    """A single word that is a number only perhaps, or used loosely (หนึ่ง, สองปี, གཉིས, 第三, 中午): precision leaves it
    out."""
    hard: bool = True
    """False for what translators often leave out or add: lone small numerals without a unit of measure, ordinals,
    one."""

    @property
    def exact(self) -> bool:
        """Does the text say this value and no range?"""
        return self.high is None

    @property
    def currency(self) -> str | None:
        """ISO 4217 code when the text names an unmistakable currency."""
        return next(iter(self.currencies)) if len(self.currencies) == 1 else None

    @property
    def key(self) -> Key:
        """What two readings share when they say the same: numbers, money and years compare by value alone."""
        return (self.kind if self.kind in _OWN_KEY else "number", self.value)

    @property
    def amount(self) -> Fraction:
        """The value in the base unit of its dimension."""
        return self.value * self.factor


def _written(reading: Reading) -> str:
    """What names and identifiers are compared by; a short telephone number may look like a plain number."""
    return reading.text if reading.kind in TEXT_KINDS else str(reading.value)


def _conflict(one: Reading, other: Reading) -> bool:
    """Do unit, currency or era of two numbers exclude each other? What is not said excludes nothing."""
    if one.currencies and other.currencies and not one.currencies & other.currencies:
        return True
    mine, others = _dimensions(one), _dimensions(other)
    if "calendar" in mine | others and {one.unit, other.unit} == {None, "year"} and one.value >= 1000:  # 两千零二十四年
        return False
    return bool(mine) and bool(others) and not mine & others


def _dimensions(reading: Reading) -> set[str]:
    """What a number may measure; a pound is money and a weight."""
    found = {"calendar"} if reading.kind == "year" else set()
    if reading.currencies:
        found.add("money")
    if reading.dimension:
        found.add(reading.dimension)
    return found


def _sort(reading: Reading) -> str:
    """What kinds compare with one another: the first part of the key."""
    return reading.kind if reading.kind in _OWN_KEY else "number"


def _is_share(number: Reading, percentage: Reading) -> bool:
    if number.dimension == "basis_point":  # 25个基点 are 0.25 points
        return number.amount == percentage.value
    return 0 < number.value < 1 and 100 * number.value == percentage.value


def bears_out(truth: Reading, said: Reading) -> bool:
    """Is `said` right when `truth` is?

    Numbers: the same amount in units, currency and kind that do not exclude each other; an inexact one is borne out by
    any amount (or range) inside its own range, and by the same stated value. An indefinite truth (几十万) bears out no
    exact value. Dates: a full date bears out its day and its month, not the other way round. Text kinds: the same text.
    """
    if truth.kind in TEXT_KINDS or said.kind in TEXT_KINDS:
        return _written(truth) == _written(said)
    mine, other = _sort(truth), _sort(said)
    if mine != other:
        if truth.kind == "decade" and other == "number" and said.value == truth.value:  # "around 1980" for the 1980s
            return not said.dimension and not said.currencies
        if truth.kind == "number" and said.kind == "percentage":  # 五分之一 is 20 %
            return _is_share(truth, said)
        return truth.kind == "percentage" and said.kind == "number" and _is_share(said, truth)
    if truth.kind == "date":
        month, day = divmod(int(truth.value), 100)
        return said.value in (truth.value, 100 * month if month else truth.value, day or truth.value)
    if truth.kind == "time":
        apart = abs(truth.value - said.value)
        return apart == 0 or (apart == HALF_DAY and (truth.half_day or said.half_day))
    same_measure = truth.dimension is not None and truth.dimension == said.dimension
    scaled = same_measure and truth.factor != said.factor  # one factor for both changes nothing
    t, s = (truth.factor, said.factor) if scaled else (1, 1)
    amount, low = (truth.value * t, said.value * s) if scaled else (truth.value, said.value)
    equal = amount.numerator == low.numerator and amount.denominator == low.denominator
    if said.high is None and not equal:
        return False  # as most pairs are
    if _conflict(truth, said) or ((truth.indefinite or said.indefinite) and "year" in (truth.kind, said.kind)):
        return False
    if said.hard and said.dimension and said.dimension not in LOOSE and not truth.hard and truth.dimension is None:
        return False  # a lone small numeral does not bear out a measure
    if equal and not truth.indefinite and not said.indefinite:
        return True
    if said.high is None:
        return False
    high = said.high * s
    if truth.high is None:
        return low <= amount < high
    return low <= amount and truth.high * t <= high


def same_place(truth: Reading, said: Reading) -> bool:
    """Could the two stand for one another: same kind, and units, currencies and eras that do not exclude each other?

    When such a truth is not borne out but another value stands where it should, the value was changed.
    """
    if truth.kind in TEXT_KINDS or said.kind in TEXT_KINDS:
        return truth.kind == said.kind
    if (
        truth.key[0] != said.key[0]
        or (truth.kind == "year") != (said.kind == "year")
        or (truth.kind == "money") != (said.kind == "money")
    ):
        return False
    return truth.kind in ("date", "time") or truth.dimension == said.dimension


def support_keys(mentions: Iterable[Reading]) -> set[Key]:
    """Everything that these readings, taken as the truth, bear out: their own keys, and for a full date its day and its
    month alone."""
    keys: set[Key] = set()
    for mention in mentions:
        keys.add(mention.key)
        if mention.kind == "date":
            month, day = divmod(int(mention.value), 100)
            keys.update(("date", Fraction(part)) for part in (100 * month, day) if part)
    return keys


def measured_as(reading: Reading, other: Reading, value: Fraction) -> Reading:
    """A bare number, of this value, as what another is of: its kind, unit and currencies."""
    return reading._replace(
        value=value,
        kind=other.kind,
        unit=other.unit,
        dimension=other.dimension,
        factor=other.factor,
        currencies=other.currencies,
    )
