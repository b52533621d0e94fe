"""Rows of the corpora of rerankers: an article, texts, and how true each is."""

from __future__ import annotations

import random
from math import exp
from typing import Any

from benchmark.tasks.newswire.articles import Article, body
from benchmark.tasks.newswire.candidates import LANG, UNIT_ERRORS, CandidateWriter, broken, draw_unit, judged
from benchmark.tasks.newswire.errors import Check, write
from benchmark.tasks.newswire.frames import load_frames


def relevance(checks: list[Check], text_is_prose: bool, repeated: bool = False) -> float:
    """Graded relevance 0..1 of a candidate: how much of the article it conveys, times how much of what it says is true,
    squared.

    A graded judgement in the manner of retrieval assessments (our choice; the paper does not say how its reranker was
    trained).
    """
    right, wrong = len({c.key for c in checks if c.ok}), len({c.key for c in checks if not c.ok})
    if not checks:
        return 0.02
    graded = (1 - exp(-right / 4)) * (right / (right + wrong)) ** 2
    return round(min(max(graded * (1 if text_is_prose else 0.7) * (0.85 if repeated else 1), 0.02), 0.98), 4)


def reranker_row(article: Article, others: list[Article], rng: random.Random, hard: bool = False) -> dict[str, Any]:
    """One source with eight candidates (`judged`): {"source", "candidates": [...]}. hard: with the errors of `slip`,
    and denied events."""
    w = CandidateWriter(article, rng, hard)
    n = len(article.lines)
    some = sorted(rng.sample(range(n), rng.randint(1, n)))
    form, draw = rng.randrange(len(article.frame.title[LANG])), rng.random()
    last = (
        w.foreign(rng.choice(others))
        if draw < 0.35
        else w.hallucinated(rng.choice(others))
        if draw < 0.75
        else w.repeated()
    )
    made = [
        (*w.title(0, form), True),
        (*w.title(1, form), True),
        (*w.title(rng.choice((1, 1, 2))), True),
        (*w.story(0, rng.random() < 0.6, some), True),
        (*w.story(rng.choice((1, 1, 2, 3)), rng.random() < 0.5, some), True),
        (*(w.swapped_roles() or w.wrong_event()), True) if rng.random() < 0.5 else (*w.wrong_event(), True),
        (*w.fragment(), False),
        (*last, True),
    ]
    if (
        hard and article.frame.relation and rng.random() < 0.4
    ):  # elsewhere the event is a noun, which a denial does not fit
        made[5] = (*w.denied(), True)
    rows = []
    for i, (text, checks, prose) in enumerate(made):
        label = relevance(checks, prose, text[: len(text) // 2] == text[len(text) // 2 + 1 :])
        rows.append(judged(text, label, checks, i in (0, 3)))
    if rng.random() < 0.3:
        rows[rng.choice((2, 4, 5, 6))] = w.spoilt(others)
    return {"source": body(article, "zh"), "candidates": rows}


def unit_row(article: Article, rng: random.Random) -> dict[str, Any]:
    """A short judged unit, shaped like a row of `reranker_row`: a glossary line or sentence, right once and wrong up to
    three times.

    Judging single facts is learnt from these; on whole articles alone the small models stay at chance on numbers for
    thousands of steps.
    """
    unit = draw_unit(article, rng)
    own = {n: x for n, x in unit.values.items() if article.values.get(n) == x}
    right, checks = write(unit.form, unit.values, unit.values, unit.event, True, LANG)
    rows, seen = [judged(right, 0.97, checks, True)], {right}
    for _ in range(UNIT_ERRORS):
        form, event, ok, values = unit.form, unit.event, True, unit.values
        stated = [e for e in unit.event if e in form]
        if stated and (not own or rng.random() < 0.15):
            event, ok = (
                rng.choice([f for f in load_frames() if f.core and f.id != article.frame.id]).event[LANG][:1],
                False,
            )
            form = form.replace(max(stated, key=len), event[0], 1)
        else:
            changed = broken(article, sorted(own), rng.choice((1, 1, 2)), rng)
            values = {n: changed[n] if n in own else x for n, x in values.items()}
        text, checks = write(form, values, unit.values, event, ok, LANG)
        if text not in seen and not all(c.ok for c in checks):
            seen.add(text)
            share = sum(c.ok for c in checks) / len(checks)
            rows.append(judged(text, round(max(0.97 * share**2, 0.02), 4), checks, False))
    return {"source": unit.source, "candidates": rows}
