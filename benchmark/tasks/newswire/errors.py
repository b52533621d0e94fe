"""Planted errors: an article's value replaced by a near or far other one of the same type, for noise and for reward
training."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache

from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.articles import Article, Inventory, draw_value, fill
from benchmark.tasks.newswire.frames import IMPLICIT, Frame, Slot, load_frames
from benchmark.tasks.newswire.values import Value

ENTITY = ("person", "organisation", "place")


@cache
def partners(type_: str, core: bool) -> dict[str, Value]:
    """A fixed confusable partner for each entity: its neighbour among entries of the same kind, in a ring."""
    groups: dict[str, list[v.Entry]] = {}
    for entry in v.lexicon(type_):
        if entry.core or not core:
            groups.setdefault(entry.kind, []).append(entry)
    return {e.value.key: group[(i + 1) % len(group)].value for group in groups.values() for i, e in enumerate(group)}


def near_number(n: int, rng: random.Random) -> int:
    """Another number of as many figures, one figure changed."""
    figures = list(str(n))
    while True:
        i = rng.randrange(len(figures))
        changed = figures.copy()
        changed[i] = rng.choice("123456789" if i == 0 else "0123456789")
        if changed != figures:
            return int("".join(changed))


def _near(slot: Slot, value: Value, rng: random.Random) -> Value | None:
    """The same value with one figure changed, for types that are numbers."""
    if slot.type == "quantity":
        return v.quantity(
            near_number(int(value.key.split("/")[0]), rng),
            slot.patterns["zh"],
            slot.patterns["th"],
            slot.patterns["bo"],
        )
    if slot.type == "percentage":
        return v.percentage(near_number(int(value.key), rng))
    if slot.type == "money":
        amount, currency = value.key.split()
        n = int(amount) // (10**8 if slot.scale == "yi" else 10**4)
        # Now and then the amount is off by a power of ten, as when 万 or 亿 is carried into millions wrongly.
        return v.money(n * rng.choice((10, 100)) if rng.random() < 0.25 else near_number(n, rng), slot.scale, currency)
    if slot.type == "year":
        y = int(value.key.removeprefix("year"))
        return v.year(y + rng.choice((543, -543)) if rng.random() < 0.3 else y + rng.choice((-3, -2, -1, 1, 2, 3)))
    if slot.type == "date":
        month, day = map(int, value.key.split("-"))
        return (
            v.date(month, rng.choice([d for d in range(1, 29) if d != day]))
            if rng.random() < 0.5
            else v.date(rng.choice([m for m in range(1, 13) if m != month]), day)
        )
    return None


def replace_value(
    article: Article,
    name: str,
    slot: Slot,
    inventory: Inventory,
    rng: random.Random,
    near: float = 0.5,
    value: Value | None = None,
) -> Value | None:
    """Another value for a slot: with probability `near` a close one (one figure, the confusable partner), else any that
    the article lacks."""
    value = value or article.values[name]
    if rng.random() < near:
        if slot.type in ENTITY:
            other = partners(slot.type, inventory.core)[value.key]
            if all(other.key != x.key for x in article.values.values()):
                return other
        elif (changed := _near(slot, value, rng)) is not None:
            return changed
    used = {f"{x.type}:{x.key}" for line in article.lines for x in line.values.values()}
    return draw_value(name, slot, article.frame if slot in IMPLICIT.values() else None, inventory, used, rng)


@dataclass(frozen=True, slots=True)
class Check:
    """A stated fact in a candidate: the code point where it ends, its type, and whether the source supports it."""

    end: int
    type: str
    ok: bool
    key: str
    """Which thing is stated, so that saying it twice counts once."""
    true: str | None = None
    """What the source has in this place, in the target language; None where the place belongs to another story."""


def event_check(text: str, form_event: tuple[str, ...], ok: bool) -> list[Check]:
    """Where the main event's surface ends in a text, if it occurs."""
    best = max((s for s in form_event if s in text), key=len, default=None)
    return [Check(text.index(best) + len(best), "event", ok, "main event", best if ok else None)] if best else []


def write(
    form: str,
    slots: dict[str, Value],
    truth: dict[str, Value],
    event: tuple[str, ...],
    event_ok: bool,
    lang: str,
    offset: int = 0,
) -> tuple[str, list[Check]]:
    """Write a form and check each stated slot against the true values."""
    text, spans = fill(form, slots, lang, {})
    checks = [
        Check(
            s.end,
            slots[s.slot].type,
            slots[s.slot].key == truth[s.slot].key,
            f"{s.slot}={slots[s.slot].key}",
            truth[s.slot].surfaces[lang][0],
        )
        for s in spans
    ]
    checks += event_check(text, event, event_ok)
    return text, [replace(c, end=c.end + offset) for c in checks]


def shape(frame: Frame) -> list[str]:
    """Types of the slots of a frame's titles, sorted."""
    return sorted(frame.slots[s].type for s in frame.salient)


def same_shape(frame: Frame, core: bool) -> list[Frame]:
    """Frames whose titles use the same types of slots, so that one event can be swapped for another."""

    return [f for f in load_frames() if f.id != frame.id and (f.core or not core) and shape(f) == shape(frame)]
