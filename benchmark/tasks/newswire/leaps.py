"""Where in a stream's random numbers its stories stand, so that those refused need not be drawn again.

Of 15 to 140 stories that are drawn one is taken, by its bucket above all. Which one follows from the seed alone, so it
is noted once for the streams of the suite's own splits (`data/leaps.tsv`): the frame of each story and how many 32-bit
words of the generator lie before it. A stream leaps over them and draws the story as ever; what it then draws must be
accepted, and behind the last that is noted everything is drawn. The stories are the same.

    python -m benchmark.tasks.newswire.note_leaps    # writes the file anew, after a change of a world
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

from benchmark.tasks.newswire.articles import Article

FILE = Path(__file__).parent / "data" / "leaps.tsv"
"""First the hash of what it was made of (`note_leaps.made_of`), then a line for each stream."""
STALE = "data/leaps.tsv is of another world: python -m benchmark.tasks.newswire.note_leaps writes it anew"
NOTED = {
    "1 challenge core": 1500,
    "1 challenge full": 1050,
    "1 test core 8-10": 400,
    "1 dev core 8-10": 200,
    "1 para core 8-10": 1200,
    "2 challenge core": 4600,
    "2 challenge full": 5000,
    "2 test core": 500,
    "2 dev core": 200,
    "2 para core": 300,
    "2 src core": 3000,
    "2 test core straight": 430,
    "2 dev core straight": 220,
    "2 para core straight": 1300,
    "2 src core straight": 13000,
}
"""Stream -> how many of its stories are noted: what the tasks' splits and the challenge set of 200 pairs a kind and two
languages take, where a twentieth of a second or more is saved."""
Leap = tuple[int, int]
"""(index of the frame, words to leap over before the story is drawn)."""
Draw = Callable[..., Article | None]


class Counted(random.Random):
    """A generator that counts the 32-bit words it has given."""

    words = 0

    def random(self) -> float:
        """Two words."""
        self.words += 2
        return super().random()

    def getrandbits(self, k: int, /) -> int:
        """A word for every 32 bits that are begun."""
        self.words += (k + 31) // 32
        return super().getrandbits(k)


def leaps(stream: str) -> Sequence[Leap]:
    """What is noted of a stream, a key of NOTED; nothing for any other."""
    return _noted().get(stream, ())


@cache
def _noted() -> dict[str, tuple[Leap, ...]]:
    found = {}
    for line in FILE.read_text(encoding="utf-8").splitlines()[1:]:
        stream, told = line.split("\t")
        pairs = (leap.split(":") for leap in told.split(" "))
        found[stream] = tuple((int(frame), int(words)) for frame, words in pairs)
    return found


def leapt(stream: str, rng: random.Random, draw: Callable[[int], Article | None]) -> Iterator[Article]:
    """The stories of a stream that are noted, `rng` behind each as if all had been drawn; draw(index of the frame)
    draws one. Raises RuntimeError where the notes are of another world."""
    for frame, words in leaps(stream):
        if words:
            rng.getrandbits(32 * words)
        article = draw(frame)
        if article is None:
            raise RuntimeError(f"newswire {stream}: {STALE}")
        yield article


def noted(n: int, rng: Counted, draw: Draw, articles: Callable[[Draw], Iterator[Article]]) -> list[Leap]:
    """The leaps to the first n stories of articles(draw), which draws them with `rng` one after the other by draw(index
    of the frame, ...)."""
    found, behind = list[Leap](), 0

    def watched(frame: int, *rest: str) -> Article | None:
        nonlocal behind
        before = rng.words
        article = draw(frame, *rest)
        if article is not None:
            found.append((frame, before - behind))
            behind = rng.words
        return article

    for _ in islice(articles(watched), n):
        pass
    return found
