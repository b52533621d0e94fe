"""Splits of world 2: disjoint by construction; a share of the stories is of kinds that D_para never shows.

Every story (frame and salient values) falls into one bucket by its hash, as in world 1. Of every split but D_para a
quarter are stories of a held-out frame, or of a pair of frame and name that is held out although both are shown apart.
Names that D_para never shows (a third) occur in any story. D_para also leaves out a third of the forms of sentences and
titles.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from functools import cache

from benchmark.tasks.newswire.articles import Article
from benchmark.tasks.newswire.leaps import Counted, Draw, Leap, leapt, noted
from benchmark.tasks.newswire.splits import BUCKETS, SHARED
from benchmark.tasks.newswire.values import Value
from benchmark.tasks.newswire.world2.draw import draw_article
from benchmark.tasks.newswire.world2.frames import load_frames
from benchmark.tasks.newswire.world2.lexicon import names
from benchmark.tasks.newswire.world2.scene import ENTITY, Stock

WORLD_VERSION = "2"
WORLD_SEED = 20261127
UNSEEN = {"frame": 0.125, "pair": 0.125}
"""Shares of stories whose frame, or combination of frame and name, D_para never shows."""
HELD_OUT_NAMES, HELD_OUT_FRAMES, HELD_OUT_FORMS = 0.3, 0.2, 1 / 3
PAIRS = 8
"""One in so many combinations of frame and name is held out."""
TRIES = 400
"""Draws of one frame before another is tried."""


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{WORLD_SEED}:{text}".encode()).digest()[:8], "big")


@cache
def held_out() -> frozenset[tuple[str, str]]:
    """(type, key) of names and ("frame", id) that D_para never shows. Of a kind with one name alone, none."""
    out: set[tuple[str, str]] = set()
    for type_ in ENTITY:
        groups: dict[tuple[str, str, bool], list[str]] = {}
        for name in names(type_):
            groups.setdefault((name.kind, name.region, name.core), []).append(name.value.key)
        for keys in groups.values():
            ranked = sorted(keys, key=lambda k: _hash(f"{type_}:{k}"))
            out |= {(type_, k) for k in ranked[: max(round(HELD_OUT_NAMES * len(keys)), 1) if len(keys) > 1 else 0]}
    ids = sorted((f.id for f in load_frames()), key=lambda i: _hash(f"frame:{i}"))
    return frozenset(out | {("frame", i) for i in ids[: round(HELD_OUT_FRAMES * len(ids))]})


def unseen(frame: str, values: dict[str, Value]) -> str:
    """Why D_para never shows a story: "frame", "pair" (frame and a name of the story), or "" when it may."""
    if ("frame", frame) in held_out():
        return "frame"
    named = [x for x in values.values() if x.type in ENTITY and (x.type, x.key) not in held_out()]
    return "pair" if any(_hash(f"pair:{frame}:{x.key}") % PAIRS == 0 for x in named) else ""


@cache
def form_shown(form: str) -> bool:
    """Whether D_para may write a form of a sentence or title."""
    return _hash(f"form:{form}") % 1000 >= 1000 * HELD_OUT_FORMS


def stock(split: str, core: bool, straight: bool = False) -> Stock:
    """What a split may draw from."""
    if split != "para":
        return Stock(core, straight=straight)
    return Stock(core, held_out(), form_shown, straight)


def article_stream(split: str, core: bool, seed: int = WORLD_SEED, straight: bool = False) -> Iterator[Article]:
    """Endless stream of distinct articles of a split, deterministic by seed; every story occurs once. straight: see
    `Stock`."""
    rng = random.Random(f"{seed}:2:{split}:{core}")
    draw = _drawer(split, stock(split, core, straight), rng)
    stream = " ".join([WORLD_VERSION, split, "core" if core else "full", *(["straight"] if straight else ())])
    yield from leapt(stream, rng, draw) if seed == WORLD_SEED else ()
    yield from _drawn(split, draw, rng)


def leaps_of(stream: str, n: int) -> list[Leap]:
    """Where the first n articles of a stream stand, a key of `leaps.NOTED`."""
    split, inventory, *more = stream.split()[1:]
    core = inventory == "core"
    rng = Counted(f"{WORLD_SEED}:2:{split}:{core}")
    draw = _drawer(split, stock(split, core, "straight" in more), rng)
    return noted(n, rng, draw, lambda watched: _drawn(split, watched, rng))


def _drawer(split: str, has: Stock, rng: random.Random) -> Draw:
    """draw(index of a frame, kind that is wanted): a story that is new, of the split's buckets and of that kind
    (without one: of any), or None."""
    frames, seen, buckets = load_frames(), set[str](), BUCKETS[SHARED.get(split, split)]

    def draw(frame: int, wanted: str | None = None) -> Article | None:
        def accept(story: str, values: dict[str, Value]) -> bool:
            new = story not in seen and _hash(story) % 1000 in buckets
            return new and (wanted is None or unseen(frames[frame].id, values) == wanted)

        article = draw_article(frames[frame], has, rng, accept)
        if article is not None:
            seen.add(article.signature)
        return article

    return draw


def _drawn(split: str, draw: Draw, rng: random.Random) -> Iterator[Article]:
    frames = load_frames()
    apart = {
        held: [i for i, f in enumerate(frames) if (("frame", f.id) in held_out()) == held] for held in (True, False)
    }
    while True:
        luck = rng.random()
        wanted = (
            "" if split == "para" or luck >= sum(UNSEEN.values()) else "frame" if luck < UNSEEN["frame"] else "pair"
        )
        article = None
        while article is None:  # what is wanted is kept until it is found, or its share would depend on luck
            frame = rng.choice(apart[wanted == "frame"])
            article = next((a for a in (draw(frame, wanted) for _ in range(TRIES)) if a is not None), None)
        yield article
