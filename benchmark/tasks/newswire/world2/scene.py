"""What the values of one article of world 2 share: a region, a season, and figures that stand for one thing each."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.values import Value
from benchmark.tasks.newswire.world2 import values as v2
from benchmark.tasks.newswire.world2.frames import Frame2, Slot2
from benchmark.tasks.newswire.world2.lexicon import Name, names
from benchmark.tasks.newswire.world2.values import draw_number

CURRENCY = {"cn": ("CNY",), "th": ("THB",), "abroad": ("USD", "EUR")}
ENTITY = ("person", "organisation", "place")


@dataclass(frozen=True, slots=True)
class Stock:
    """What a split may draw from."""

    core: bool
    excluded: frozenset[tuple[str, str]] = frozenset()
    """(type, key) of entities that must not occur."""
    form: Callable[[str], bool] = lambda _: True
    """Whether a form may be written; D_para does not show them all."""
    straight: bool = False
    """Nothing is corrected or denied: for passages to be translated, where no kind of fact says what a text denies."""

    _found: dict[tuple[Any, ...], list[Name]] = field(default_factory=dict, compare=False)

    def names(self, slot: Slot2, region: str) -> list[Name]:
        """Names that may fill a slot of a story in that region; looked for once."""
        key = (slot.type, slot.kinds, slot.tags, slot.abroad, region)
        if key not in self._found:
            self._found[key] = self._fitting(slot, region)
        return self._found[key]

    def _fitting(self, slot: Slot2, region: str) -> list[Name]:
        where = "abroad" if slot.abroad and slot.type != "organisation" else region
        return [
            n
            for n in names(slot.type)
            if (n.core or not self.core)
            and (not slot.kinds or n.kind in slot.kinds)
            and (not slot.tags or set(slot.tags) & set(n.tags))
            and (n.region in ("", where) or (slot.abroad and n.kind == "country" and n.region != region))
            and (slot.type, n.value.key) not in self.excluded
        ]


@dataclass(slots=True)
class Scene:
    """What the values of one article share, and what it has used."""

    frame: Frame2
    stock: Stock
    rng: random.Random
    region: str
    month: int
    keys: set[str] = field(default_factory=set)
    figures: set[str] = field(default_factory=set)

    def draw(self, slot: Slot2) -> Value | None:
        """A value that the article does not have yet, with figures that it does not have yet; None where there is
        none."""
        for _ in range(40):
            value = self._any(slot)
            if value is None:
                return None
            used, key = v2.figures(value), f"{value.type}:{value.key}"
            if key not in self.keys and self.figures.isdisjoint(used):
                self.keys.add(key)
                self.figures |= used
                return value
        return None

    def _any(self, slot: Slot2) -> Value | None:
        low, high = slot.range
        if slot.type in ENTITY:
            fitting = self.stock.names(slot, self.region)
            return self.rng.choice(fitting).value if fitting else None
        if slot.type == "date":
            return v2.date(self.rng.choice(slot.months) if slot.months else self.month, self.rng.randint(1, 28))
        if slot.type == "weekday":
            return v.weekday(self.rng.randint(0, 6))
        if slot.type == "year":
            return v.year(self.rng.randint(low, high))
        if slot.type == "time":
            return v.time(self.rng.randint(low, high), self.rng.choice((0, 30)))
        n = (
            self.rng.randint(low, high)
            if slot.decimals or slot.type == "percentage"
            else draw_number(low, high, self.rng)
        )
        return self._number(slot, n, self.rng.choice(CURRENCY[self.region]))

    def near(self, slot: Slot2, value: Value) -> Value | None:
        """A figure that was thought to be this one: from half of it to twice it, or its two figures the wrong way
        round."""
        for _ in range(40):
            n = int(re.split(r"[/ ]", value.key)[0])
            if slot.type == "money":
                n //= 10**4
            text = str(n)
            turned = len(text) == 2 and self.rng.random() < 0.5
            n = int(text[::-1]) if turned else draw_number(max(n // 2, 1), 2 * n, self.rng)
            if not slot.range[0] // 2 <= n <= 2 * slot.range[1]:
                continue
            wrong = self._number(slot, n, value.key.split()[-1])
            used = v2.figures(wrong)
            if self.figures.isdisjoint(used):
                self.keys.add(f"{wrong.type}:{wrong.key}")
                self.figures |= used
                return wrong
        return None

    def _number(self, slot: Slot2, n: int, currency: str) -> Value:
        if slot.type == "percentage":
            return v2.percentage(n)
        if slot.type == "money":
            return v2.money(n * 10**4, currency)
        return v2.quantity(n, slot.patterns, slot.decimals)

    def draw_all(self, slots: dict[str, Slot2], wanted: Sequence[str]) -> dict[str, Value] | None:
        """A value for each of the wanted slots; None where one has none."""
        found = {name: self.draw(slots[name]) for name in wanted}
        return None if None in found.values() else {n: x for n, x in found.items() if x is not None}
