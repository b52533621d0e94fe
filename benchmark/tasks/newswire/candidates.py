"""Candidates of every length and quality for an article, each stated fact checked, with graded relevance as their label."""

from __future__ import annotations

import random
from math import exp
from typing import Any

from .articles import Article, body, fill
from .errors import ENTITY, Check, event_check, replace_value, same_shape, write
from .frames import IMPLICIT, load_frames
from .splits import inventory
from .values import Value

LANG = "th"


def pick(article: Article, sentence_index: int, rng: random.Random) -> tuple[str, dict[str, Value]]:
    line = article.lines[sentence_index]
    return rng.choice(line.sentence.forms[LANG]), line.values


class CandidateWriter:
    """Writes candidates of every length and quality for one article, with every stated fact checked against the article."""

    def __init__(self, article: Article, rng: random.Random) -> None:
        self.article, self.rng, self.stock = article, rng, inventory("reranker", True)

    def _broken(self, names: list[str], n_errors: int) -> dict[str, Value]:
        values = dict(self.article.values)
        # Numbers are learnt last, so they are broken twice as often as names.
        pool = names + [n for n in names if self.article.values[n].type not in (*ENTITY, "cause", "event")]
        for name in dict.fromkeys(self.rng.sample(pool, min(n_errors, len(names)))):
            slot = self.article.frame.slots.get(name, IMPLICIT.get(name))
            if slot:
                values[name] = replace_value(self.article, name, slot, self.stock, self.rng) or values[name]
        return values

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
            {},
        )

    def wrong_event(self) -> tuple[str, list[Check]]:
        """The title with another event: another frame's title around the same values where shapes agree, else the event words replaced."""
        frame, rng = self.article.frame, self.rng
        other = same_shape(frame, True)
        if other and rng.random() < 0.5:
            swap = rng.choice(other)
            free = list(frame.salient)
            values = {}
            for name in swap.salient:
                match = next(f for f in free if frame.slots[f].type == swap.slots[name].type)
                free.remove(match)
                values[name] = self.article.values[match]
            return write(rng.choice(swap.title[LANG]), values, values, swap.event[LANG], False, LANG, {})
        form = rng.choice(frame.title[LANG])
        event = max((e for e in frame.event[LANG] if e in form), key=len)
        swap = rng.choice([f for f in load_frames() if f.core and f.id != frame.id])
        new = rng.choice(swap.event[LANG])
        return write(form.replace(event, new, 1), self.article.values, self.article.values, (new,), False, LANG, {})

    def swapped_roles(self) -> tuple[str, list[Check]] | None:
        """The title with two roles of one type exchanged; both count as wrong. None where no two roles share a type."""
        if self.article.frame.symmetric:
            return None
        names = [n for n in self.article.frame.salient if self.article.values[n].type in ENTITY]
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if self.article.values[a].type == self.article.values[b].type]
        if not pairs:
            return None
        a, b = self.rng.choice(pairs)
        values = self.article.values | {a: self.article.values[b], b: self.article.values[a]}
        frame = self.article.frame
        return write(self.rng.choice(frame.title[LANG]), values, self.article.values, frame.event[LANG], True, LANG, {})

    def story(self, n_errors: int, headline: bool, lines: list[int]) -> tuple[str, list[Check]]:
        """Some sentences of the story, after the headline or alone."""
        article = self.article
        named = sorted({n for i in lines for n, x in article.lines[i].values.items() if article.values.get(n) == x})
        values = self._broken(named, n_errors)
        text, checks = self.title(0) if headline else ("", [])
        if headline:
            frame = article.frame
            text, checks = write(self.rng.choice(frame.title[LANG]), values, article.values, frame.event[LANG], True, LANG, {})
        for i in lines:
            form, own = pick(article, i, self.rng)
            text = f"{text} " if text else ""
            slots = {n: values[n] if article.values.get(n) == x else x for n, x in own.items()}
            more, more_checks = write(form, slots, own, article.frame.event[LANG], True, LANG, {}, len(text))
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
        text, checks = write(form, values, self.article.values, (), True, LANG, {})
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
        more = [Check(at + s.end, own[s.slot].type, (own[s.slot].type, own[s.slot].key) in same, own[s.slot].key) for s in spans]
        return f"{text} {added}", checks + more

    def foreign(self, other: Article) -> tuple[str, list[Check]]:
        """Another article's title; what happens to agree is right, its event counts as wrong unless it is the same."""
        same = {v.key for v in self.article.values.values()}
        text, spans = fill(other.frame.title[LANG][other.title_form[LANG]], other.values, LANG, other.surface_form[LANG])
        checks = [Check(s.end, other.values[s.slot].type, other.values[s.slot].key in same, other.values[s.slot].key) for s in spans]
        return text, checks + event_check(text, other.frame.event[LANG], other.frame.id == self.article.frame.id)


def relevance(checks: list[Check], text_is_prose: bool, repeated: bool = False) -> float:
    """Graded relevance 0..1 of a candidate: how much of the article it conveys, times how much of what it says is true, squared.

    A graded judgement in the manner of retrieval assessments (our choice; the paper does not say how its reranker was trained).
    """
    right, wrong = len({c.key for c in checks if c.ok}), len({c.key for c in checks if not c.ok})
    if not checks:
        return 0.02
    graded = (1 - exp(-right / 4)) * (right / (right + wrong)) ** 2
    return round(min(max(graded * (1 if text_is_prose else 0.7) * (0.85 if repeated else 1), 0.02), 0.98), 4)


def reranker_row(article: Article, others: list[Article], rng: random.Random) -> dict[str, Any]:
    """One source with eight candidates: {"source", "candidates": [{"text", "label", "checks": [[end, type, ok]], "clean"}]}."""
    w = CandidateWriter(article, rng)
    n = len(article.lines)
    some = sorted(rng.sample(range(n), rng.randint(1, n)))
    form, draw = rng.randrange(len(article.frame.title[LANG])), rng.random()
    last = w.foreign(rng.choice(others)) if draw < 0.35 else w.hallucinated(rng.choice(others)) if draw < 0.75 else w.repeated()
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
    rows = []
    for i, (text, checks, prose) in enumerate(made):
        checks = sorted(checks, key=lambda c: c.end)
        label = relevance(checks, prose, text[: len(text) // 2] == text[len(text) // 2 + 1 :])
        rows.append({"text": text, "label": label, "checks": [[c.end, c.type, c.ok] for c in checks], "clean": i in (0, 3)})
    return {"source": body(article, "zh"), "candidates": rows}
