"""Streams leap over stories that are refused: the same stories as drawn one by one (`newswire/leaps.py`)."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from benchmark.tasks.newswire import leaps, splits
from benchmark.tasks.newswire.leaps import NOTED, Counted
from benchmark.tasks.newswire.note_leaps import MAKERS, made_of
from benchmark.tasks.newswire.world2 import splits as splits2

STREAMS = {
    "1 test core 8-10": lambda: splits.article_stream("test", True, sentences=(8, 10)),
    "1 challenge full": lambda: splits.article_stream("challenge", False),
    "2 challenge core": lambda: splits2.article_stream("challenge", True),
    "2 para core straight": lambda: splits2.article_stream("para", True, straight=True),
}


def signatures(stream: str, n: int) -> list[str]:
    return [article.signature for article in islice(STREAMS[stream](), n)]


def test_it_was_noted_of_the_worlds_as_they_stand() -> None:
    """Of code, names and frames: a change of one frame would be seen in few stories of a stream, or in none."""
    assert leaps.FILE.read_text("utf-8").partition("\n")[0] == made_of(), leaps.STALE


@pytest.mark.parametrize("stream", NOTED)
def test_what_is_noted_is_where_the_stories_stand(stream: str) -> None:
    n = 5 if "8-10" in stream else 12
    assert leaps.leaps(stream)[:n] == tuple(MAKERS[stream[0]](stream, n))
    assert len(leaps.leaps(stream)) == NOTED[stream]


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("known", [0, 3])
def test_the_same_stories_with_and_without(monkeypatch: pytest.MonkeyPatch, stream: str, known: int) -> None:
    """With all that is noted, and with the first stories alone, behind which everything is drawn."""
    leapt, noted = signatures(stream, 8), leaps.leaps(stream)
    monkeypatch.setattr(leaps, "leaps", lambda name: noted[:known] if name == stream else ())
    assert signatures(stream, 8) == leapt and len(set(leapt)) == 8


def test_another_seed_is_drawn_from_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: str) -> None:
        raise AssertionError("what is noted is of the worlds' own seeds")

    monkeypatch.setattr(leaps, "leaps", never)
    assert next(splits.article_stream("test", True, 7)) and next(splits2.article_stream("test", True, 7))


def test_notes_of_another_world_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaps, "leaps", lambda _: [(0, 2)] * 50)
    with pytest.raises(RuntimeError, match="note_leaps writes it anew"):
        list(islice(splits2.article_stream("test", True), 50))


def test_counted_gives_what_random_gives() -> None:
    """And a generator that leaps over as many words goes on in the same place."""
    counted, plain, behind = Counted("x"), random.Random("x"), random.Random("x")
    for rng in (counted, plain):
        rng.random()
        rng.shuffle(list(range(9)))
        rng.sample(range(100), 7)
        rng.randint(1, 10**12)
        rng.choice("abc")
    behind.getrandbits(32 * counted.words)
    assert counted.random() == plain.random() == behind.random()
