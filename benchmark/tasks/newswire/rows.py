"""Rows of training corpora that every world makes alike, from its own articles."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from benchmark.tasks.newswire.articles import Article, body, title
from benchmark.tasks.newswire.candidates import LANG

Row = dict[str, Any]
RECENT = 30
"""Articles back from which other stories are drawn."""
TITLE_SHARE = 0.6


def rows_of(
    articles: Iterable[Article], rng: random.Random, make: Callable[[Article, random.Random, list[Article]], Row]
) -> Iterator[Row]:
    """make(article, rng, the articles before it) for each article that has four before it."""
    recent: list[Article] = []
    for article in articles:
        recent = [article, *recent[:RECENT]]
        if len(recent) > 4:
            yield make(article, rng, recent[1:])


def comet_rows(judged: Iterable[Row]) -> Iterator[Row]:
    """{"src", "mt", "ref", "score"} of every candidate of {"source", "ref", "candidates"}."""
    for row in judged:
        for candidate in row["candidates"]:
            yield {"src": row["source"], "mt": candidate["text"], "ref": row["ref"], "score": candidate["label"]}


def encoder_row(article: Article, rng: random.Random, forms: int) -> Row:
    """{"anchor", "positive"}: a Chinese article and a clean Thai text about it: one of the first `forms` forms of its
    title, or the whole article."""
    text = title(article, LANG, rng.randrange(forms)) if rng.random() < TITLE_SHARE else body(article, LANG)
    return {"anchor": body(article, "zh"), "positive": text}
