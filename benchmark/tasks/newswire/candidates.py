"""Candidates of every length and quality for an article, each stated fact checked, with graded relevance as their
label."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

from benchmark.tasks.newswire.articles import Article, body, fill, title
from benchmark.tasks.newswire.errors import ENTITY, Check, event_check, replace_value, same_shape, write
from benchmark.tasks.newswire.frames import IMPLICIT, load_frames
from benchmark.tasks.newswire.splits import inventory
from benchmark.tasks.newswire.values import Value

LANG = "th"
UNIT_ERRORS = 3
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def pick(article: Article, sentence_index: int, rng: random.Random) -> tuple[str, dict[str, Value]]:
    line = article.lines[sentence_index]
    return rng.choice(line.sentence.forms[LANG]), line.values


@dataclass(frozen=True, slots=True)
class Unit:
    """A short aligned unit: a glossary line of three to six names, numbers and an event, or a sentence, or the
    title."""

    source: str
    form: str
    """In the target language, with slots."""
    values: dict[str, Value]
    """The true value of every slot."""
    event: tuple[str, ...]
    """Surfaces of the article's main event."""


def draw_unit(article: Article, rng: random.Random) -> Unit:
    """A random unit of an article."""
    frame, values, draw = article.frame, article.values, rng.random()
    if draw < 0.35:
        names = rng.sample(sorted(values), min(rng.randint(3, 6), len(values)))
        zh, form = [values[n].surfaces["zh"][0] for n in names], [f"{{{n}}}" for n in names]
        at = rng.randrange(len(names) + 1)
        zh.insert(at, rng.choice(frame.event["zh"]))
        form.insert(at, rng.choice(frame.event[LANG]))
        return Unit("、".join(zh), " ".join(form), {n: values[n] for n in names}, frame.event[LANG])
    if draw < 0.5:
        source = fill(rng.choice(frame.title["zh"]), values, "zh")[0]
        return Unit(source, rng.choice(frame.title[LANG]), {n: values[n] for n in frame.salient}, frame.event[LANG])
    line = rng.choice(article.lines)
    source = fill(rng.choice(line.sentence.forms["zh"]), line.values, "zh")[0]
    return Unit(source, rng.choice(line.sentence.forms[LANG]), dict(line.values), frame.event[LANG])


def broken(
    article: Article, names: list[str], n_errors: int, rng: random.Random, hard: bool = False
) -> dict[str, Value]:
    """The article's values with n of the named ones replaced, as far as that many can be. Every fact type is as likely
    as any other to be hit, numbers twice as likely: they are learnt last. hard: half of the errors are of the kinds in
    `slip`."""
    values, stock = dict(article.values), inventory("reranker", True)
    slots = article.frame.slots | IMPLICIT
    left = [n for n in names if n in slots]
    while left and n_errors:
        types = sorted({slots[n].type for n in left})
        type_ = rng.choice(types + [t for t in types if t not in (*ENTITY, "cause", "event")])
        name = rng.choice([n for n in left if slots[n].type == type_])
        left.remove(name)
        new = slip(article, name, rng) if hard and rng.random() < 0.5 else None
        new = new or replace_value(article, name, slots[name], stock, rng)
        if new is not None and new.key != values[name].key:
            values[name] = new
            n_errors -= 1
    return values


def slip(article: Article, name: str, rng: random.Random) -> Value | None:
    """What a policy writes wrongly rather than a writer: a zero too many or too few, the unit of another number, the
    name of another role.

    Found among the completions of a policy that a reranker without these errors had rewarded. None where the value
    allows no such error.
    """
    value = article.values[name]
    alike = [
        x
        for n, x in article.values.items()
        if n != name and (x.type == value.type or NUMBER.search(x.surfaces[LANG][0]))
    ]
    if value.type in ENTITY:
        others = [x for x in alike if x.type == value.type and x.key != value.key]
        return rng.choice(others) if others else None
    usual = value.surfaces[LANG][0]
    number = NUMBER.search(usual)
    if number is None or value.type not in ("quantity", "money", "percentage"):
        return None
    figures, zeros = number[0], len(number[0]) - len(number[0].rstrip("0"))
    units = [
        x.surfaces[LANG][0] for x in alike if x.type in ("quantity", "money", "percentage") and x.type != value.type
    ]
    if units and rng.random() < 0.3:
        text = NUMBER.sub(figures, rng.choice(units), count=1)
    elif zeros and rng.random() < 0.6:
        text = usual.replace(figures, figures[: -rng.randint(1, min(zeros, 2))], 1)
    else:
        text = usual.replace(figures, figures + rng.choice(("0", "0", "00")), 1)
    return Value(value.type, f"{value.key} as {text}", {**value.surfaces, LANG: (text,)}, {**value.n_forms, LANG: 1})


class CandidateWriter:
    """Writes candidates of every length and quality for one article, with every stated fact checked against the
    article."""

    def __init__(self, article: Article, rng: random.Random, hard: bool = False) -> None:
        self.article, self.rng, self.hard = article, rng, hard

    def _broken(self, names: list[str], n_errors: int) -> dict[str, Value]:
        return broken(self.article, names, n_errors, self.rng, self.hard)

    def title(self, n_errors: int, form: int | None = None) -> tuple[str, list[Check]]:
        """A title with n wrong slots, in a given or any of its forms."""
        frame = self.article.frame
        return write(
            self.rng.choice(frame.title[LANG]) if form is None else frame.title[LANG][form],
            self._broken(list(frame.salient), n_errors),
            self.article.values,
            frame.event[LANG],
            True,
            LANG,
        )

    def wrong_event(self) -> tuple[str, list[Check]]:
        """The title with another event: another frame's title around the same values where shapes agree, else the event
        words replaced."""
        frame, rng = self.article.frame, self.rng
        other = same_shape(frame, True)
        if other and rng.random() < 0.5:
            swap = rng.choice(other)
            values = {name: self.article.values[own] for name, own in frame.matched(swap).items()}
            return write(rng.choice(swap.title[LANG]), values, values, swap.event[LANG], False, LANG)
        form = rng.choice(frame.title[LANG])
        event = max((e for e in frame.event[LANG] if e in form), key=len)
        swap = rng.choice([f for f in load_frames() if f.core and f.id != frame.id])
        new = rng.choice(swap.event[LANG])
        return write(form.replace(event, new, 1), self.article.values, self.article.values, (new,), False, LANG)

    def denied(self) -> tuple[str, list[Check]]:
        """The title with its event denied."""
        form = self.rng.choice(self.article.frame.title[LANG])
        event = max((e for e in self.article.frame.event[LANG] if e in form), key=len)
        no = f"{self.rng.choice(('ไม่', 'ไม่ได้', 'ยังไม่'))}{event}"
        return write(form.replace(event, no, 1), self.article.values, self.article.values, (no,), False, LANG)

    def swapped_roles(self) -> tuple[str, list[Check]] | None:
        """The title with two roles of one type exchanged; both count as wrong. None where no two roles share a type."""
        if self.article.frame.symmetric:
            return None
        names = [n for n in self.article.frame.salient if self.article.values[n].type in ENTITY]
        pairs = [
            (a, b)
            for i, a in enumerate(names)
            for b in names[i + 1 :]
            if self.article.values[a].type == self.article.values[b].type
        ]
        if not pairs:
            return None
        a, b = self.rng.choice(pairs)
        values = self.article.values | {a: self.article.values[b], b: self.article.values[a]}
        frame = self.article.frame
        return write(self.rng.choice(frame.title[LANG]), values, self.article.values, frame.event[LANG], True, LANG)

    def story(self, n_errors: int, headline: bool, lines: list[int]) -> tuple[str, list[Check]]:
        """Some sentences of the story, after the headline or alone."""
        article = self.article
        named = sorted({n for i in lines for n, x in article.lines[i].values.items() if article.values.get(n) == x})
        values = self._broken(named, n_errors)
        text, checks = self.title(0) if headline else ("", [])
        if headline:
            frame = article.frame
            text, checks = write(
                self.rng.choice(frame.title[LANG]), values, article.values, frame.event[LANG], True, LANG
            )
        for i in lines:
            form, own = pick(article, i, self.rng)
            text = f"{text} " if text else ""
            slots = {n: values[n] if article.values.get(n) == x else x for n, x in own.items()}
            more, more_checks = write(form, slots, own, article.frame.event[LANG], True, LANG, len(text))
            text, checks = text + more, checks + more_checks
        return text, checks

    def fragment(self) -> tuple[str, list[Check]]:
        """A bare list of one to five names, numbers or events, some of them wrong."""
        names = self.rng.sample(sorted(self.article.values), min(self.rng.randint(1, 5), len(self.article.values)))
        values = self._broken(names, self.rng.choice((0, 0, 1, 2)))
        form = " ".join(f"{{{n}}}" for n in names)
        if self.rng.random() < 0.4:
            event = self.rng.choice(self.article.frame.event[LANG])
            form = f"{event} {form}" if self.rng.random() < 0.5 else f"{form} {event}"
        text, checks = write(form, values, self.article.values, (), True, LANG)
        return text, checks + event_check(text, self.article.frame.event[LANG], True)

    def repeated(self) -> tuple[str, list[Check]]:
        """A title that says itself twice: nothing is added, so nothing may be gained."""
        text, checks = self.title(self.rng.choice((0, 1)))
        return f"{text} {text}", checks

    def hallucinated(self, other: Article) -> tuple[str, list[Check]]:
        """The title and, after it, a sentence of another article: what that sentence says is wrong."""
        text, checks = self.title(self.rng.choice((0, 0, 1)))
        form, own = pick(other, self.rng.randrange(len(other.lines)), self.rng)
        added, spans = fill(form, own, LANG)
        same = {(x.type, x.key) for line in self.article.lines for x in line.values.values()}
        at = len(text) + 1
        more = [
            Check(at + s.end, own[s.slot].type, (own[s.slot].type, own[s.slot].key) in same, own[s.slot].key)
            for s in spans
        ]
        return f"{text} {added}", checks + more

    def spoilt(self, others: list[Article]) -> dict[str, Any]:
        """Not a Thai text about the article at all, or only a piece of one: nothing, half a title, its words shuffled,
        Chinese, another's title."""
        rng, (text, _) = self.rng, self.title(0)
        kind = rng.randrange(6)
        if kind == 0:
            text = ""
        elif kind == 1:
            text = text[: len(text) // 2]
        elif kind == 2:
            words = [
                rng.choice(self.article.frame.event[LANG]),
                *(self.article.values[n].surfaces[LANG][0] for n in self.article.frame.salient),
            ]
            text = " ".join(rng.sample(words, len(words)))
        elif kind == 3:
            text = body(self.article, "zh")
        elif kind == 4:
            text = f"{text[: len(text) // 2]} {title(self.article, 'zh')}"
        else:
            text = title(rng.choice(others), LANG)
        return judged(text, {1: 0.15, 2: 0.3}.get(kind, 0.02), [], False)

    def foreign(self, other: Article) -> tuple[str, list[Check]]:
        """Another article's title; what happens to agree is right, its event counts as wrong unless it is the same."""
        same = {v.key for v in self.article.values.values()}
        text, spans = fill(
            other.frame.title[LANG][other.title_form[LANG]], other.values, LANG, other.surface_form[LANG]
        )
        checks = [
            Check(s.end, other.values[s.slot].type, other.values[s.slot].key in same, other.values[s.slot].key)
            for s in spans
        ]
        return text, checks + event_check(text, other.frame.event[LANG], other.frame.id == self.article.frame.id)


def judged(text: str, label: float, checks: list[Check], clean: bool) -> dict[str, Any]:
    """A candidate as the reranker's training reads it; each check is [end, type, supported, what the source says |
    None]."""
    ordered = sorted(checks, key=lambda c: c.end)
    return {"text": text, "label": label, "checks": [[c.end, c.type, c.ok, c.true] for c in ordered], "clean": clean}
