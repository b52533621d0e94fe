"""The worlds that the challenge set is made from: held-out articles, their kinds of events, and wrong values."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmark.tasks.newswire import errors, splits
from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.articles import Article, Inventory
from benchmark.tasks.newswire.frames import IMPLICIT, Frame, Slot, load_frames
from benchmark.tasks.newswire.values import Value
from benchmark.tasks.newswire.world2 import frames as frames2
from benchmark.tasks.newswire.world2 import splits as splits2
from benchmark.tasks.newswire.world2 import values as v2
from benchmark.tasks.newswire.world2.lexicon import partners as partners2
from benchmark.tasks.newswire.world2.scene import ENTITY
from benchmark.tasks.newswire.world2.writer import Writer

TIMES = (10**4, 10**-4, 10, 100)
"""How far an amount is off whose 万 was taken for 亿 or the reverse, or that was carried wrongly into millions."""


@dataclass(frozen=True, slots=True)
class ChallengeWorld:
    """What the categories need to know of a world."""

    version: str
    stream: Callable[[str, bool], Iterator[Article]]
    """stream(split, core): its articles without end."""
    frames: Callable[[], Sequence[Frame]]
    replaced: Callable[[Article, str, Slot, bool, random.Random, float], Value | None]
    """replaced(article, slot name, slot, core, rng, near): another value, a near one with that probability."""
    scaled: Callable[[Article, str, random.Random], Value]
    """scaled(article, slot name, rng): an amount of money off by a power of ten."""

    def slot(self, article: Article, name: str) -> Slot | None:
        """A slot of the article's frame, or one that every article has."""
        return article.frame.slots.get(name, IMPLICIT.get(name))

    def alike(self, frame: Frame, core: bool) -> list[Frame]:
        """Frames whose titles use the same types of slots."""
        return [f for f in self.others(frame, core) if errors.shape(f) == errors.shape(frame)]

    def others(self, frame: Frame, core: bool) -> list[Frame]:
        """All other frames."""
        return [f for f in self.frames() if f.id != frame.id and (f.core or not core)]


@cache
def _inventory(core: bool) -> Inventory:
    return splits.inventory("challenge", core)


def _replaced(article: Article, name: str, slot: Slot, core: bool, rng: random.Random, near: float) -> Value | None:
    return errors.replace_value(article, name, slot, _inventory(core), rng, near)


def _scaled(article: Article, name: str, rng: random.Random) -> Value:
    slot = article.frame.slots[name]
    amount, currency = article.values[name].key.split()
    n = int(amount) // (10**8 if slot.scale == "yi" else 10**4)
    confused = (1, "wan" if slot.scale == "yi" else "yi")
    times, scale = rng.choice((confused, confused, (10, slot.scale), (100, slot.scale)))
    return v.money(n * times, scale, currency)


def _replaced_2(article: Article, name: str, slot: Any, core: bool, rng: random.Random, near: float) -> Value | None:
    value, scene = article.values[name], Writer(article, rng, "th").scene
    if rng.random() < near:
        if value.type in ("quantity", "money", "percentage"):
            return scene.near(slot, value)
        if value.type in ENTITY and (other := partners2(value.type, core).get(value.key)):
            return other
    return scene.draw(slot)


def _scaled_2(article: Article, name: str, rng: random.Random) -> Value:
    amount, currency = article.values[name].key.split()
    fitting = [n for t in TIMES if (n := round(int(amount) * t)) >= 10**4 and n % 10**3 == 0]
    return v2.money(rng.choice(fitting), currency)


WORLDS = {
    world.version: world
    for world in (
        ChallengeWorld(splits.WORLD_VERSION, splits.article_stream, load_frames, _replaced, _scaled),
        ChallengeWorld(splits2.WORLD_VERSION, splits2.article_stream, frames2.load_frames, _replaced_2, _scaled_2),
    )
}
"""World version -> world."""
