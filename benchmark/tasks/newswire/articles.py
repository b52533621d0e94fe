"""News articles with known facts: a frame, values for its slots, and the forms chosen for each sentence in every
language."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.frames import SLOT, Frame, Sentence, Slot, shared_sentences
from benchmark.tasks.newswire.particles import ergative, fused, genitive
from benchmark.tasks.newswire.values import LANGUAGES, Value

FACTS_MIN, FACTS_MAX = 6, 14
CORE_CURRENCIES = ("CNY", "USD", "EUR", "THB")
_ENTITY = ("person", "organisation", "place")
DENIED = "not_"
"""Slots with names that begin so hold what the article denies or corrects (world 2)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an article: which form is used in each language, and the values of its slots."""

    sentence: Sentence
    forms: dict[str, int]
    values: dict[str, Value]
    short: frozenset[str]
    """Slots mentioned before: Chinese may use the short name."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article, independent of language."""

    frame: Frame
    values: dict[str, Value]
    lines: tuple[Line, ...]
    title_form: dict[str, int]
    surface_form: dict[str, dict[str, int]] = field(default_factory=dict)
    """language -> slot -> which of the writable surfaces of the value is used."""
    more: dict[str, tuple[tuple[int, dict[str, int]], ...]] = field(default_factory=dict)
    """language -> (title form, surfaces) of further gold titles (world 2)."""

    @property
    def signature(self) -> str:
        """See `signature()`."""
        return signature(self.frame, self.values)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a rendered text states a slot; code points, end exclusive."""

    start: int
    end: int
    slot: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """Which part of the world may be drawn from."""

    core: bool
    """Only the core entries and frames (small models)."""
    excluded: frozenset[tuple[str, str]] = frozenset()
    """(type, key) of entities, ("frame", id) and ("pair", "frame/entity") combinations that must not occur."""
    n_sentences: tuple[int, int] = (4, 10)
    _entries: dict[tuple[str, tuple[str, ...]], list[Value]] = field(default_factory=dict, compare=False)

    def entries(self, slot: Slot) -> list[Value]:
        """Lexicon values that may fill `slot`."""
        key = (slot.type, slot.kinds)
        if key not in self._entries:
            self._entries[key] = [
                e.value
                for e in v.lexicon(slot.type)
                if (e.core or not self.core)
                and (not slot.kinds or e.kind in slot.kinds or "any" in slot.kinds)
                and (slot.type, e.value.key) not in self.excluded
            ]
        return self._entries[key]


def draw_value(
    name: str, slot: Slot, frame: Frame | None, inventory: Inventory, used: set[str], rng: random.Random
) -> Value | None:
    """A value for one slot, never one already in the article; None when the inventory has none left."""
    low, high = slot.range
    counted = slot.type in ("quantity", "percentage", "money")
    if inventory.core and counted and low < 99:
        high = min(high, 99)
    for _ in range(30):
        n = rng.randint(low, high) if high else 0
        if inventory.core and counted and n > 99:
            n -= n % 10 ** (
                len(str(n)) - 2
            )  # the core keeps to two significant figures, so that small models can learn to copy them
        if slot.type in _ENTITY:
            entries = inventory.entries(slot)
            value = rng.choice(entries) if entries else None
        elif slot.type == "quantity":
            value = v.quantity(n, slot.patterns["zh"], slot.patterns["th"], slot.patterns["bo"])
        elif slot.type == "percentage":
            value = v.percentage(n)
        elif slot.type == "money":
            value = v.money(n, slot.scale, rng.choice(CORE_CURRENCIES if inventory.core else tuple(v.currencies())))
        elif slot.type == "date":
            n = rng.randint(1, 28)
            value = v.date(rng.randint(1, 12), n)
        elif slot.type == "weekday":
            value, n = v.weekday(rng.randint(0, 6)), 0
        elif slot.type == "year":
            value, n = v.year(n), 0
        elif slot.type == "time":
            value, n = v.time(rng.randint(7, 21), rng.choice((0, 30))), 0
        else:
            options = frame.causes if slot.type == "cause" and frame else frame.consequences if frame else ()
            i = rng.randrange(len(options))
            value, n = v.option(slot.type, f"{frame.id if frame else ''}/{name}{i}", options[i]), 0
        if value is None:
            return None
        marks = {f"{value.type}:{value.key}"} | ({f"n:{n}"} if n else set())
        if frame and ("pair", f"{frame.id}/{value.key}") in inventory.excluded:
            continue
        if not marks & used:
            used |= marks
            return value
    return None


def _body(frame: Frame, inventory: Inventory, rng: random.Random) -> list[tuple[Sentence, dict[str, Slot] | None]]:
    """The sentences after the lead, in order; shared background sentences come with their own slots."""
    n = rng.randint(*inventory.n_sentences)
    details = [s for s in frame.sentences if s.role == "detail"]
    background = [s for s in frame.sentences if s.role == "background"]
    shared = list(shared_sentences())
    for part in (details, background, shared):
        rng.shuffle(part)
    n_background = min(rng.randint(1, 2), len(background))
    rest = details[: max(n - 1 - n_background, 1)]
    extra = max(n - 1 - n_background - len(rest), 0)
    body: list[tuple[Sentence, dict[str, Slot] | None]] = [(s, None) for s in rest + background[:n_background]]
    body += shared[:extra]
    if rng.random() < 0.3:
        rng.shuffle(body)  # now and then background comes between the news
    return body


def signature(frame: Frame, values: dict[str, Value]) -> str:
    """What makes the article's news: frame and salient values. Two articles with equal signatures tell the same
    story."""
    return "|".join([frame.id] + [f"{s}={values[s].key}" for s in frame.salient])


def draw_article(
    frame: Frame, inventory: Inventory, rng: random.Random, accept: Callable[[str], bool] = lambda _: True
) -> Article | None:
    """One random article of a frame with 6 to 14 facts; None when the draw does not fit or `accept(signature)` refuses
    (the caller draws again)."""
    used: set[str] = set()
    values: dict[str, Value] = {}
    lead = next(s for s in frame.sentences if s.role == "lead")
    lines: list[Line] = []
    body: list[tuple[Sentence, dict[str, Slot] | None]] = [(lead, None)]
    at = 0
    while at < len(body):
        sentence, own = body[at]
        own_values: dict[str, Value] = {}
        for name in sentence.slots:
            if own is None and name in values:
                own_values[name] = values[name]
                continue
            value = draw_value(
                name, own[name] if own else frame.slots[name], frame if own is None else None, inventory, used, rng
            )
            if value is None:
                return None
            own_values[name] = value
            if own is None:
                values[name] = value
        before = frozenset(name for name in own_values if any(own_values[name] == x.values.get(name) for x in lines))
        lines.append(
            Line(sentence, {lang: rng.randrange(len(sentence.forms[lang])) for lang in LANGUAGES}, own_values, before)
        )
        if at == 0:
            if not accept(signature(frame, values)):
                return None
            body += _body(frame, inventory, rng)
        at += 1
    n_facts = 1 + (frame.relation is not None) + len({(x.type, x.key) for line in lines for x in line.values.values()})
    if not FACTS_MIN <= n_facts <= FACTS_MAX:
        return None
    return Article(
        frame,
        values,
        tuple(lines),
        {lang: rng.randrange(len(frame.title[lang])) for lang in LANGUAGES},
        {lang: {name: rng.randrange(value.n_forms[lang]) for name, value in values.items()} for lang in LANGUAGES},
    )


def fill(
    form: str,
    slots: dict[str, Value],
    lang: str,
    picks: dict[str, int] | None = None,
    short: frozenset[str] = frozenset(),
) -> tuple[str, list[Span]]:
    """Write a form: the text and where each slot stands in it. Raises KeyError for a slot without a value."""
    out, spans, length, last = [], [], 0, 0
    for match in SLOT.finditer(form):
        name, particle = match[1], match[2]
        surfaces = slots[name].surfaces[lang]
        surface = surfaces[(picks or {}).get(name, 0) % max(slots[name].n_forms[lang], 1)]
        if name in short and lang == "zh" and slots[name].type == "organisation" and len(surfaces) > 1:
            surface = surfaces[1]
        literal = form[last : match.start()]
        spans.append(Span(length + len(literal), length + len(literal) + len(surface), name))
        if particle in ("g", "e"):
            surface = fused(surface, particle)
        elif particle:
            surface += "་" + (genitive(surface) if particle == "gen" else ergative(surface))
        out += [literal, surface]
        length += len(literal) + len(surface)
        last = match.end()
    out.append(form[last:])
    return "".join(out), spans


def title(article: Article, lang: str, form: int | None = None) -> str:
    """The gold title; `form` picks another of the frame's title forms."""
    forms = article.frame.title[lang]
    if form is None and article.more:
        first, picks = article.more[lang][0]
        return spaced(fill(forms[first], article.values, lang, picks)[0], lang)
    return fill(
        forms[article.title_form[lang] if form is None else form % len(forms)],
        article.values,
        lang,
        article.surface_form[lang],
    )[0]


def spaced(text: str, lang: str) -> str:
    """Thai writes a space behind ฯ (world 2; world 1 is as it was published)."""
    return re.sub("ฯ(?=[ก-๙])", "ฯ ", text) if lang == "th" else text


def titles(article: Article, lang: str) -> tuple[str, ...]:
    """All gold titles, the first of them `title`."""
    forms = article.frame.title[lang]
    more = (fill(forms[i], article.values, lang, picks)[0] for i, picks in article.more.get(lang, ()))
    return tuple(dict.fromkeys([title(article, lang), *(spaced(text, lang) for text in more)]))


def sentence_text(article: Article, line: Line, lang: str) -> str:
    """One sentence of the article."""
    form = line.sentence.forms[lang][line.forms[lang]]
    text = fill(form, line.values, lang, article.surface_form[lang], line.short)[0]
    return spaced(text, lang) if article.more else text


def body(article: Article, lang: str) -> str:
    """The whole article. Thai separates sentences by a space, Tibetan and Chinese bring their own marks."""
    return {"zh": "", "th": " ", "bo": " "}[lang].join(sentence_text(article, line, lang) for line in article.lines)
