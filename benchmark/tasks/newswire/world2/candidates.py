"""Candidates of graded relevance for the reranker of world 2: texts of every length and completeness about one article.

No candidate holds sentences without facts: a reranker neither learns to like them nor to dislike them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmark.tasks.newswire.articles import DENIED, Article, Line, body, fill
from benchmark.tasks.newswire.attacks import phrases
from benchmark.tasks.newswire.errors import Check
from benchmark.tasks.newswire.frames import SLOT
from benchmark.tasks.newswire.world2.frames import load_frames
from benchmark.tasks.newswire.world2.scene import ENTITY
from benchmark.tasks.newswire.world2.splits import article_stream
from benchmark.tasks.newswire.world2.units import UNITS, unit
from benchmark.tasks.newswire.world2.writer import OFTEN, SLIPS, Writer, same_type, spelt, true_of, unheard_of

UNTRUE = 0.3
"""What is left of a title's relevance when it is denied: its names are right, and it says that nothing happened."""
BESIDE, DOUBLED, DENIALS = 0.4, 0.5, 0.6
"""Shares of sources with a sentence behind the title that is right once and wrong once; of those with two roles of one
type, with one name in both; and of those with the title denied, and affirmed beside it."""
ROLES, INVENTED, AGAIN, UNKNOWN = 0.7, 0.7, 0.6, 0.5
"""Shares of sources whose roles are exchanged in a second form of the title, where they can be; of
those with a sentence of another story behind the right title; of those with the title told again; and of the names in
such sentences that nobody knows."""


class Candidates(Writer):
    """What else may be said of an article."""

    def beside(self, lines: list[Line]) -> list[tuple[str, list[Check]]]:
        """The title with a sentence behind it, right and with one date or figure of the sentence wrong; [] where none
        of the lines has one."""
        found = [
            (line, n)
            for line in lines
            for n, x in line.values.items()
            if x.type not in ENTITY and self.article.values.get(n) == x
        ]
        if not found:
            return []
        dates = [(line, n) for line, n in found if line.values[n].type in OFTEN]
        line, name = self.rng.choice(dates if dates and self.rng.random() < 0.5 else found)
        new = self.wrong(name, SLIPS)
        if new is None:
            return []
        head, checks = self.title(0)
        form, event = self.rng.choice(line.sentence.forms[self.lang]), line.sentence.event or self.frame.event
        made = []
        for values in (line.values, {**line.values, name: new}):
            said, own = self.write(form, values, line.values, event[self.lang], True, self.lang, len(head) + 1)
            own = [c for c in own if c.type != "event" or not line.sentence.event]
            made.append((f"{head} {said}", checks + true_of(own, line)))
        return made

    def wrong_event(self) -> tuple[str, list[Check]]:
        """The title with the event of another kind of news in place of its own."""
        form = self.rng.choice(self.frame.title[self.lang])
        event = max((e for e in self.frame.event[self.lang] if e in form), key=len)
        told = [line.sentence.event for line in self.article.lines]
        others = [f for f in load_frames() if f.id != self.frame.id and f.event not in told]
        new = self.rng.choice(self.rng.choice(others).event[self.lang])
        changed = form.replace(event, new, 1)
        return self.write(changed, self.article.values, self.article.values, (new,), False, self.lang)

    def swapped(self, at: int) -> tuple[str, list[Check]] | None:
        """The title, in a given form, with two roles of one type exchanged: both are wrong. None where no two share a
        type."""
        pairs = same_type({n: self.article.values[n] for n in self.frame.salient})
        if not pairs or self.frame.symmetric:
            return None
        a, b = self.rng.choice(pairs)
        values = self.article.values | {a: self.article.values[b], b: self.article.values[a]}
        form = self.frame.title[self.lang][at]
        return self.write(form, values, self.article.values, self.frame.event[self.lang], True, self.lang)

    def doubled(self, at: int) -> tuple[str, list[Check]] | None:
        """The title, in a given form, with one name in two roles. None where no two roles share a type."""
        pairs = same_type({n: self.article.values[n] for n in self.frame.salient})
        if not pairs:
            return None
        kept, gone = self.rng.sample(self.rng.choice(pairs), 2)
        values = self.article.values | {gone: self.article.values[kept]}
        form = self.frame.title[self.lang][at]
        return self.write(form, values, self.article.values, self.frame.event[self.lang], True, self.lang)

    def turned(self) -> tuple[str, list[Check]] | None:
        """A title in which the opposite is said of a number. None where no title has such a word."""
        fitting = [
            (f, word, opposite)
            for f in self.frame.title[self.lang]
            for word, opposite in phrases()["reversed"][self.lang]
            if word in f
        ]
        if not fitting:
            return None
        form, word, opposite = self.rng.choice(fitting)
        at = form.index(word)
        changed = form[:at] + opposite + form[at + len(word) :]
        numbers = [m for m in SLOT.finditer(changed) if self.article.values[m[1]].type not in (*ENTITY, "date")]
        if not numbers:
            return None
        of = min(numbers, key=lambda m: abs(m.start() - at))[1]
        event = self.frame.event[self.lang]
        text, checks = self.write(changed, self.article.values, self.article.values, event, True, self.lang)
        return text, [replace(c, ok=False) if c.key.startswith(f"{of}=") else c for c in checks]

    def denied(self) -> tuple[str, list[Check]]:
        """The title with words before or behind it that deny it."""
        return self._under("denial", lambda check: check.ok and check.type != "event")

    def affirmed(self) -> tuple[str, list[Check]]:
        """The title with words that say it is so: as relevant as the title alone. Beside denials, which would otherwise
        teach a reranker to dislike every sentence without facts (docs/world-2.md)."""
        return self._under("affirmation", lambda check: check.ok)

    def _under(self, words: str, holds: Callable[[Check], bool]) -> tuple[str, list[Check]]:
        text, checks = self.title(0)
        form = self.rng.choice(phrases()[words][self.lang])
        at = form.index("{text}")
        return form.format(text=text), [replace(c, end=c.end + at, ok=holds(c)) for c in checks]

    def fragment(self, errors: int) -> tuple[str, list[Check]]:
        """One to four names and figures in a row."""
        chosen = self.rng.sample(sorted(self.article.values), min(self.rng.randint(1, 4), len(self.article.values)))
        form = {"th": " ", "bo": "་", "zh": "、"}[self.lang].join(f"{{{n}}}" for n in chosen)
        return self.write(form, self.spoilt(chosen, errors), self.article.values, (), True, self.lang)

    def foreign(self, other: Article) -> tuple[str, list[Check]]:
        """The title of another article: what happens to agree is right."""
        values = {n: other.values[n] for n in other.frame.salient}
        form = self.rng.choice(other.frame.title[self.lang])
        text, spans = fill(form, spelt(values, self.lang, self.rng), self.lang)
        known = {(x.type, x.key) for x in self.told}
        checks = [
            Check(s.end, values[s.slot].type, (values[s.slot].type, values[s.slot].key) in known, values[s.slot].key)
            for s in spans
        ]
        same = other.frame.id == self.frame.id
        event = max((e for e in other.frame.event[self.lang] if e in text), key=len)
        return text, [*checks, Check(text.index(event) + len(event), "event", same, "main event")]

    def twice(self, lines: list[Line]) -> tuple[str, list[Check]]:
        """The title or part of the story, all of it or its end said again: as relevant as said once."""
        text, checks = self.title(0) if self.rng.random() < 0.5 else self.story(0, lines, self.rng.random() < 0.5)
        again = text if self.rng.random() < 0.5 else text[text.rfind(" ", 0, len(text) * 2 // 3) + 1 :]
        return " ".join([text, *[again] * self.rng.choice((1, 1, 2, 3))]), checks

    def again(self) -> tuple[str, list[Check]]:
        """The title told again in any form, its facts right the second time (as relevant as told once) or up to three
        of them wrong: what a policy does that is paid by the fact."""
        text, checks = self.title(0)
        more, found = self.title(self.rng.choice((0, 1, 2, 3)))
        return f"{text} {more}", [*checks, *(replace(c, end=c.end + len(text) + 1) for c in found)]

    def invented(self, other: Article, form: int) -> tuple[str, list[Check]]:
        """The right title in a given form and a sentence of another story, some of its names nobody's."""
        text, checks = self.title(0, form)
        line = self.rng.choice([x for x in other.lines if x.values])
        values = {
            n: unheard_of(x, self.lang, self.rng) if x.type in ENTITY and self.rng.random() < UNKNOWN else x
            for n, x in line.values.items()
        }
        said, spans = fill(self.rng.choice(line.sentence.forms[self.lang]), values, self.lang)
        known = {(x.type, x.key) for x in self.told}
        at, found = len(text) + 1, [(s.end, values[s.slot]) for s in spans]
        new = [Check(at + end, x.type, (x.type, x.key) in known, f"{x.type}={x.key}") for end, x in found]
        return f"{text} {said}", [*checks, *new]


def row(article: Article, others: list[Article], rng: random.Random, lang: str = "th") -> dict[str, Any]:
    """One source with eight to eighteen judged candidates, as `training.embedded` reads them: {"source", "candidates":
    [...]}."""
    w = Candidates(article, rng, lang)
    # What is only denied is left out: it would be a sentence without a fact.
    lines = [line for line in article.lines if any(not n.startswith(DENIED) for n in line.values)]
    some = [lines[i] for i in sorted(rng.sample(range(len(lines)), rng.randint(1, len(lines))))]
    form, another = rng.sample(range(len(article.frame.title[lang])), 2)
    # Who did it to whom is told in two forms of the title, each right and wrong.
    exchanged = w.swapped(another) if rng.random() < ROLES else None
    made = [
        (w.title(0, form), True),
        (w.title(1, form), False),
        (w.invented(rng.choice(others), form) if rng.random() < INVENTED else w.title(rng.choice((1, 2))), False),
        (w.story(0, some, rng.random() < 0.5), True),
        (w.story(rng.choice((1, 1, 2, 3)), some, rng.random() < 0.5), False),
        (w.wrong_event(), False),
        (w.fragment(rng.choice((0, 0, 1))) if rng.random() < 0.4 else w.twice(some), False),
        (w.foreign(rng.choice(others)), False),
        *[(x, False) for x in (w.swapped(form), w.turned(), w.doubled(form) if rng.random() < DOUBLED else None) if x],
        *(zip((w.title(0, another), exchanged), (True, False), strict=True) if exchanged is not None else ()),
        *([(w.again(), False)] if rng.random() < AGAIN else []),
        *(zip(w.beside(lines), (True, False), strict=False) if rng.random() < BESIDE else ()),
    ]
    candidates = [w.judge(text, checks, clean) for (text, checks), clean in made]
    if rng.random() < DENIALS:
        denied, affirmed = (w.judge(*said, False) for said in (w.denied(), w.affirmed()))
        candidates += [{**denied, "label": round(UNTRUE * denied["label"], 4)}, affirmed]
    return {"source": body(article, "zh"), "candidates": candidates}


def reranker(seed: int = 1, lang: str = "th") -> Iterator[dict[str, Any]]:
    """Sources of the reranker's own stories with judged candidates, without end."""
    rng, recent = random.Random(f"{seed}:2:reranker:{lang}"), list[Article]()
    for article in article_stream("reranker", True, seed):
        recent = [article, *recent[:30]]
        if len(recent) > 4:
            yield row(article, recent[1:], rng, lang) | {"units": [unit(article, rng, lang) for _ in range(UNITS)]}
