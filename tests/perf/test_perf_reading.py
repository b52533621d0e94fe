"""Where numerals begin: looked for by their first words, beside the plain search for the whole pattern, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from pairs import SLACK, texts

from metrics.normalise import normalise
from metrics.reading.amounts import LANGUAGES

N = 500
REACHED = {"th": 0.26, "zh": 0.36}
"""Processor seconds, ours / the plain search: docs/performance.md."""
WANTED = 0.5


def _seconds(search: Callable[[str, int], object], known: list[str]) -> float:
    began = time.process_time()
    for text in known:
        at = 0
        while match := search(text, at):
            at = match.end()  # type: ignore[attr-defined]
    return time.process_time() - began


@pytest.mark.parametrize("lang", REACHED)
def test_numerals_are_found_faster_than_by_the_plain_search(lang: str) -> None:
    name = {"th": "reference", "zh": "source"}[lang]
    known = [normalise(line) for line in (texts(N) / f"{name}.txt").read_text("utf-8").splitlines()]
    language = LANGUAGES[lang]
    ours, plain = (min(_seconds(search, known) for _ in range(5)) for search in (language.next, language.start.search))
    assert ours / plain < SLACK * max(WANTED, REACHED[lang])
