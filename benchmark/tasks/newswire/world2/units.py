"""Short judged units for the reranker of world 2: what single facts look like in both languages, learnt densely.

On whole articles alone a small reranker stays at chance on figures for thousands of steps, and does not learn at all
what its articles hardly hold: that 1963 is 2506 in Thai, that 2.3 หมื่นล้าน is 23,000 ล้าน.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from typing import Any

from benchmark.tasks.newswire.articles import DENIED, Article, fill, title
from benchmark.tasks.newswire.candidates import judged
from benchmark.tasks.newswire.errors import Check
from benchmark.tasks.newswire.values import Value, year
from benchmark.tasks.newswire.world2.frames import Slot2, load_frames
from benchmark.tasks.newswire.world2.scene import CURRENCY, Scene
from benchmark.tasks.newswire.world2.slips import slip
from benchmark.tasks.newswire.world2.writer import CORE, SHARP, SLIPS, Writer, same_type

UNITS, UNIT_ERRORS = 4, 3
"""Short units of an article, and wrong versions of each, at most."""
FIGURES = 0.3
"""Share of units that are a line of figures and dates of any story (`figure_unit`)."""
ROLES = 0.5
"""Share of the other units that are a title or a sentence with two names of one type, where there is one
(`role_unit`)."""
GLOSSARIES, TITLES = 0.35, 0.2
"""Shares of units that are a line of names and numbers, and titles; the others are sentences."""


def draw_unit(article: Article, rng: random.Random, lang: str) -> tuple[str, dict[str, Value], str]:
    """(Chinese, values, form in the target language) of a short aligned unit: a glossary line of names, numbers and the
    event, the title, or a sentence."""
    frame, draw = article.frame, rng.random()
    if draw < GLOSSARIES:
        stated = sorted(n for n in article.values if not n.startswith(DENIED))
        chosen = rng.sample(stated, min(rng.randint(3, 6), len(stated)))
        values = {n: article.values[n] for n in chosen}
        zh = [values[n].surfaces["zh"][rng.randrange(values[n].n_forms["zh"])] for n in chosen]
        form = [f"{{{n}}}" for n in chosen]
        at = rng.randrange(len(chosen) + 1)
        zh.insert(at, rng.choice(frame.event["zh"]))
        form.insert(at, rng.choice(frame.event[lang]))
        return "、".join(zh), values, {"th": " ", "bo": "་", "zh": "、"}[lang].join(form)
    if draw < GLOSSARIES + TITLES:
        return title(article, "zh"), {n: article.values[n] for n in frame.salient}, rng.choice(frame.title[lang])
    line = rng.choice([x for x in article.lines if set(x.values) & set(article.values)])
    source = fill(rng.choice(line.sentence.forms["zh"]), line.values, "zh", article.surface_form["zh"])[0]
    return source, line.values, rng.choice(line.sentence.forms[lang])


FIGURE_KINDS = {"year": 3, "money": 2, "quantity": 2, "percentage": 0.3, "date": 0.5, "weekday": 0.3, "time": 0.7}
"""How often a line of figures has one of a kind, beside the others: what is learnt last most often."""
YEARS = (1900, 2026)
MISWRITTEN = 0.4
"""Share of the wrong figures in such lines that are what a policy miswrites."""


@cache
def _figure_slots() -> dict[str, list[Slot2]]:
    found: dict[str, list[Slot2]] = {}
    for frame in load_frames():
        for slot in frame.slots.values():
            assert isinstance(slot, Slot2)
            found.setdefault(slot.type, []).append(slot)
    return {k: found[k] for k in FIGURE_KINDS if k in found}


def figure_unit(article: Article, rng: random.Random, lang: str) -> dict[str, Any]:
    """A line of figures and dates, as they are written in any story: right once, and with one to three wrong."""
    w, slots = Writer(article, rng, lang), _figure_slots()
    kinds = rng.choices(list(slots), [FIGURE_KINDS[k] for k in slots], k=rng.randint(3, 6))
    scene = Scene(w.frame, CORE, rng, rng.choice(sorted(CURRENCY)), rng.randint(1, 12))
    chosen = [rng.choice(slots[k]) for k in kinds]
    chosen = [replace(s, range=YEARS) if s.type == "year" else s for s in chosen]
    truth = {f"f{i}": value for i, s in enumerate(chosen) if (value := scene.draw(s)) is not None}
    used = {f"f{i}": s for i, s in enumerate(chosen) if f"f{i}" in truth}
    zh = "、".join(x.surfaces["zh"][rng.randrange(x.n_forms["zh"])] for x in truth.values())
    form = {"th": " · ", "bo": "་", "zh": "、"}[lang].join(f"{{{n}}}" for n in truth)
    right, checks = w.write(form, truth, truth, (), True, lang)
    rows, seen = [judged(right, 1.0, checks, True)], {right}
    for _ in range(UNIT_ERRORS):
        values = dict(truth)
        for name in rng.sample(sorted(truth), min(rng.choice((1, 1, 2, 3)), len(truth))):
            values[name] = _other(truth[name], used[name], list(truth.values()), scene, lang, rng) or truth[name]
        _add(rows, seen, *w.write(form, values, truth, (), True, lang))
    return {"source": zh, "candidates": rows}


def _add(rows: list[dict[str, Any]], seen: set[str], text: str, checks: list[Check]) -> None:
    """A wrong version, unless it is none or stands there already."""
    if text not in seen and not all(c.ok for c in checks):
        seen.add(text)
        rows.append(judged(text, round((sum(c.ok for c in checks) / len(checks)) ** SHARP, 4), checks, False))


def _other(value: Value, slot: Slot2, told: list[Value], scene: Scene, lang: str, rng: random.Random) -> Value | None:
    if slot.type == "year":
        far = rng.randint(1, 4) if rng.random() < 0.5 else rng.randint(5, 25)
        return year(int(value.key.removeprefix("year")) + rng.choice((1, -1)) * far)
    if rng.random() < MISWRITTEN and (slipped := slip(value, told, lang, rng)) is not None:
        return slipped
    if slot.type in ("quantity", "money", "percentage") and rng.random() < 0.7:
        return scene.near(slot, value)
    return scene.draw(slot)


def role_unit(article: Article, w: Writer) -> dict[str, Any] | None:
    """A title or a sentence with two names of one type: right, with the two exchanged, with one of them in both places,
    and with another name in one place. None where the article has none, or its event has no roles."""
    if article.frame.symmetric:
        return None
    rng, lang, of = w.rng, w.lang, article.values
    made = [(title(article, "zh"), {n: of[n] for n in article.frame.salient}, rng.choice(article.frame.title[lang]))]
    for line in article.lines:
        source = fill(rng.choice(line.sentence.forms["zh"]), line.values, "zh", article.surface_form["zh"])[0]
        made.append((source, line.values, rng.choice(line.sentence.forms[lang])))
    found = [
        (source, truth, form, (a, b))
        for source, truth, form in made
        for a, b in same_type({n: x for n, x in truth.items() if of.get(n) == x and f"{{{n}" in form})
        if truth[a].key != truth[b].key
    ]
    if not found:
        return None
    source, truth, form, (a, b) = rng.choice(found)
    event = article.frame.event[lang]
    right, checks = w.write(form, truth, truth, event, True, lang)
    rows, seen = [judged(right, 1.0, checks, True)], {right}
    kept, gone = rng.sample((a, b), 2)
    changes = [{a: truth[b], b: truth[a]}, {gone: truth[kept]}]
    if (other := w.wrong(gone, SLIPS)) is not None:
        changes.append({gone: other})
    for changed in changes:
        _add(rows, seen, *w.write(form, {**truth, **changed}, truth, event, True, lang))
    return {"source": source, "candidates": rows}


def unit(article: Article, rng: random.Random, lang: str = "th") -> dict[str, Any]:
    """A short judged unit (`draw_unit`), right once and with one or two errors up to three times."""
    if rng.random() < FIGURES:
        return figure_unit(article, rng, lang)
    w = Writer(article, rng, lang)
    if rng.random() < ROLES and (of_roles := role_unit(article, w)) is not None:
        return of_roles
    source, truth, form = draw_unit(article, rng, lang)
    own = [n for n in truth if article.values.get(n) == truth[n]]
    event = article.frame.event[lang]
    right, checks = w.write(form, truth, truth, event, True, lang)
    rows, seen = [judged(right, 1.0, checks, True)], {right}
    pairs = same_type({n: truth[n] for n in own if f"{{{n}" in form})
    swapped = bool(pairs) and not article.frame.symmetric and "、" not in source  # in a mere list no role is told
    if swapped:
        a, b = rng.choice(pairs)
        _add(rows, seen, *w.write(form, {**truth, a: truth[b], b: truth[a]}, truth, event, True, lang))
    for _ in range(UNIT_ERRORS - swapped):
        values = w.spoilt(own, rng.choice((1, 1, 2)))
        changed = {n: values[n] if n in own else x for n, x in truth.items()}
        _add(rows, seen, *w.write(form, changed, truth, event, True, lang))
    return {"source": source, "candidates": rows}
