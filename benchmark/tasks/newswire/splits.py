"""Splits of the newswire world: disjoint by construction, and a part of the world that D_para never shows.

Every story (frame and salient values) falls into one bucket by its hash, and a split only takes stories of its own
buckets. So splits are disjoint whatever their sizes are, and corpora for the embedded models (base, reranker, COMET,
encoder) never share a story with any split.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from functools import cache

from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.articles import Article, Inventory, draw_article
from benchmark.tasks.newswire.frames import Frame, load_frames
from benchmark.tasks.newswire.leaps import Counted, Draw, Leap, leapt, noted

WORLD_VERSION = "1"
WORLD_SEED = 20260529
BUCKETS = {
    "test": range(0, 100),
    "dev": range(100, 150),
    "para": range(150, 250),
    "src": range(250, 550),
    "base": range(550, 700),
    "reranker": range(700, 850),
    "comet": range(850, 900),
    "encoder": range(900, 950),
    "challenge": range(950, 1000),
}
SHARED = {"form": "comet"}
"""The language models of `metrics/form` are counted on stories of COMET's buckets, which no split and no policy
reads."""
CORE_SENTENCES = (4, 6)
FULL_SENTENCES = (4, 10)
HELD_OUT_SHARE = 0.3
HELD_OUT_FRAMES = 3
"""Frames per inventory (core, rest) that D_para never shows."""


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{WORLD_SEED}:{text}".encode()).digest()[:8], "big")


@cache
def held_out() -> frozenset[tuple[str, str]]:
    """What D_para never shows: (type, id) of entities, ("frame", id), ("pair", "frame/entity"). A third of every kind
    stays out."""
    out: set[tuple[str, str]] = set()
    for type_ in ("person", "organisation", "place"):
        groups: dict[tuple[str, bool], list[str]] = {}
        for entry in v.lexicon(type_):
            groups.setdefault((entry.kind, entry.core), []).append(entry.value.key)
        for keys in groups.values():
            ranked = sorted(keys, key=lambda k: _hash(f"{type_}:{k}"))
            out |= {(type_, k) for k in ranked[: round(HELD_OUT_SHARE * len(keys)) if len(keys) > 1 else 0]}
    for core in (True, False):
        ids = sorted((f.id for f in load_frames() if f.core == core), key=lambda i: _hash(f"frame:{i}"))
        out |= {("frame", i) for i in ids[:HELD_OUT_FRAMES]}
    for frame in load_frames():
        for type_ in ("person", "organisation", "place"):
            out |= {
                ("pair", f"{frame.id}/{e.value.key}")
                for e in v.lexicon(type_)
                if _hash(f"pair:{frame.id}:{e.value.key}") % 10 == 0
            }
    return frozenset(out)


def inventory(split: str, core: bool) -> Inventory:
    """What a split may draw from: D_para lacks the held-out part, all others have everything."""
    return Inventory(core, held_out() if split == "para" else frozenset(), CORE_SENTENCES if core else FULL_SENTENCES)


def frames_of(stock: Inventory) -> list[Frame]:
    """Frames that an inventory allows."""
    return [f for f in load_frames() if (f.core or not stock.core) and ("frame", f.id) not in stock.excluded]


def article_stream(
    split: str, core: bool, seed: int = WORLD_SEED, sentences: tuple[int, int] | None = None
) -> Iterator[Article]:
    """Endless stream of distinct articles of a split (`BUCKETS` names them), deterministic by seed; every story occurs
    once."""
    rng = random.Random(f"{seed}:{split}:{core}")
    draw, n_frames = _drawer(split, core, sentences, rng)
    stream = " ".join([WORLD_VERSION, split, "core" if core else "full", *([_range(sentences)] if sentences else ())])
    yield from leapt(stream, rng, draw) if seed == WORLD_SEED else ()
    yield from _drawn(draw, n_frames, rng)


def leaps_of(stream: str, n: int) -> list[Leap]:
    """Where the first n articles of a stream stand, a key of `leaps.NOTED`."""
    split, inventory, *more = stream.split()[1:]
    core, rng = inventory == "core", Counted(f"{WORLD_SEED}:{split}:{inventory == 'core'}")
    low, high = map(int, more[0].split("-")) if more else (0, 0)
    draw, n_frames = _drawer(split, core, (low, high) if more else None, rng)
    return noted(n, rng, draw, lambda watched: _drawn(watched, n_frames, rng))


def _range(sentences: tuple[int, int]) -> str:
    return "-".join(map(str, sentences))


def _drawer(split: str, core: bool, sentences: tuple[int, int] | None, rng: random.Random) -> tuple[Draw, int]:
    """draw(index of a frame): a new story of the split, or None; and how many frames there are."""
    stock = inventory(split, core)
    if sentences:
        stock = Inventory(stock.core, stock.excluded, sentences)
    frames, buckets, seen = frames_of(stock), BUCKETS[SHARED.get(split, split)], set[str]()

    def draw(frame: int) -> Article | None:
        article = draw_article(
            frames[frame], stock, rng, lambda story: story not in seen and _hash(story) % 1000 in buckets
        )
        if article is not None:
            seen.add(article.signature)
        return article

    return draw, len(frames)


def _drawn(draw: Draw, n_frames: int, rng: random.Random) -> Iterator[Article]:
    while True:
        article = draw(rng.choice(range(n_frames)))
        if article is not None:
            yield article
