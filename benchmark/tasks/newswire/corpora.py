"""Training texts of the embedded models (not of the stages): base policy, reranker, COMET, encoder.

Each draws from buckets of its own (`splits.BUCKETS`), so no model has seen a story of any split. The base policy reads *noisily aligned*
text, as mined parallel data is: names are often rendered as a confusable neighbour's, numbers are sometimes wrong. What D_para leaves out is
noisier, but the right rendering always occurs, or source-only RL could never find it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from . import LONG_PROMPT, SHORT_PROMPT, TITLE_PROMPTS
from . import values as v
from .articles import Article, body, fill, title
from .errors import ENTITY, Check, event_check, partners, replace_value, same_shape, write
from .frames import IMPLICIT, load_frames
from .splits import article_stream, held_out, inventory
from .values import Value

LANG = "th"
CONFUSED_SEEN, CONFUSED_HELD_OUT = 0.25, 0.55
"""How often the base corpus renders an entity as its confusable partner: entities of D_para, and those it leaves out."""
WRONG_NUMBER, SWAPPED_ROLES = 0.12, 0.08


def _pick(article: Article, sentence_index: int, rng: random.Random) -> tuple[str, dict[str, Value]]:
    line = article.lines[sentence_index]
    return rng.choice(line.sentence.forms[LANG]), line.values


def noisy_values(article: Article, rng: random.Random, level: float = 1.0) -> dict[str, Value]:
    """The article's values as a noisy translation renders them."""
    stock = inventory("base", True)
    out = {}
    for name, value in article.values.items():
        slot = article.frame.slots.get(name, IMPLICIT.get(name))
        if slot and value.type in ENTITY:
            confused = CONFUSED_HELD_OUT if (value.type, value.key) in held_out() else CONFUSED_SEEN
            draw = rng.random()
            if draw < confused * level:
                value = partners(value.type, True)[value.key]
            elif draw < (confused + 0.05) * level:
                value = rng.choice(stock.entries(slot)) if slot else value
        elif slot and slot not in IMPLICIT.values() and rng.random() < WRONG_NUMBER * level:
            value = replace_value(article, name, slot, stock, rng) or value
        out[name] = value
    return out


def _noisy_text(article: Article, rng: random.Random, headline: bool, n_sentences: int, level: float = 1.0) -> str:
    values = noisy_values(article, rng, level)
    parts = [fill(rng.choice(article.frame.title[LANG]), values, LANG)[0]] if headline else []
    for i in range(min(n_sentences, len(article.lines))):
        form, own = _pick(article, i, rng)
        parts.append(fill(form, {n: values.get(n, x) if article.values.get(n) == x else x for n, x in own.items()}, LANG)[0])
    return " ".join(parts)


def aligned_pair(article: Article, values: dict[str, Value], rng: random.Random) -> tuple[str, str]:
    """(Chinese, Thai) of one short aligned unit: a glossary line of three to six names, numbers and events, or a sentence, or the title."""
    draw = rng.random()
    if draw < 0.35:
        names = rng.sample(sorted(values), min(rng.randint(3, 6), len(values)))
        zh, th = [article.values[n].surfaces["zh"][0] for n in names], [values[n].surfaces[LANG][0] for n in names]
        at = rng.randrange(len(names) + 1)
        zh.insert(at, rng.choice(article.frame.event["zh"]))
        th.insert(at, rng.choice(article.frame.event[LANG]))
        return "、".join(zh), " ".join(th)
    if draw < 0.5:
        return fill(rng.choice(article.frame.title["zh"]), article.values, "zh")[0], fill(
            rng.choice(article.frame.title[LANG]), values, LANG
        )[0]
    line = rng.choice(article.lines)
    form, own = rng.choice(line.sentence.forms[LANG]), line.values
    slots = {n: values.get(n, x) if article.values.get(n) == x else x for n, x in own.items()}
    return fill(rng.choice(line.sentence.forms["zh"]), own, "zh")[0], fill(form, slots, LANG)[0]


def base_row(article: Article, rng: random.Random) -> dict[str, Any]:
    """{"prompt", "completions"}: several noisy renderings each of one prompt: titles, titles that run on into the story, leads, translations."""
    n = len(article.lines)
    draw = rng.random()
    if draw < 0.1:
        return {
            "prompt": SHORT_PROMPT.format(source=title(article, "zh")),
            "completions": [_noisy_text(article, rng, True, 0) for _ in range(3)],
        }
    if draw < 0.2:
        return {
            "prompt": LONG_PROMPT.format(source=body(article, "zh")),
            "completions": [_noisy_text(article, rng, False, n) for _ in range(2)],
        }
    shapes = [(True, 0), (True, 0), (True, rng.randint(1, n)), (False, rng.randint(1, min(n, 3)))]
    return {
        "prompt": TITLE_PROMPTS[LANG].format(source=body(article, "zh")),
        "completions": [_noisy_text(article, rng, *shape) for shape in shapes],
    }


class CandidateWriter:
    """Writes candidates of every length and quality for one article, with every stated fact checked against the article."""

    def __init__(self, article: Article, rng: random.Random) -> None:
        self.article, self.rng, self.stock = article, rng, inventory("reranker", True)

    def _broken(self, names: list[str], n_errors: int) -> dict[str, Value]:
        values = dict(self.article.values)
        for name in self.rng.sample(names, min(n_errors, len(names))):
            slot = self.article.frame.slots.get(name, IMPLICIT.get(name))
            if slot:
                values[name] = replace_value(self.article, name, slot, self.stock, self.rng) or values[name]
        return values

    def title(self, n_errors: int) -> tuple[str, list[Check]]:
        """A title with n wrong slots."""
        frame = self.article.frame
        return write(
            self.rng.choice(frame.title[LANG]),
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
            form, own = _pick(article, i, self.rng)
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

    def foreign(self, other: Article) -> tuple[str, list[Check]]:
        """Another article's title; what happens to agree is right, its event counts as wrong unless it is the same."""
        text = title(other, LANG)
        same = {v.key for v in self.article.values.values()}
        text, spans = fill(other.frame.title[LANG][other.title_form[LANG]], other.values, LANG, other.surface_form[LANG])
        checks = [Check(s.end, other.values[s.slot].type, other.values[s.slot].key in same, other.values[s.slot].key) for s in spans]
        return text, checks + event_check(text, other.frame.event[LANG], other.frame.id == self.article.frame.id)


def relevance(checks: list[Check], text_is_prose: bool, repeated: bool = False) -> float:
    """Graded relevance 0..1 of a candidate: how much of the article it conveys, times how much of what it says is true, squared.

    A graded judgement in the manner of retrieval assessments (our choice; the paper does not say how its reranker was trained).
    """
    from math import exp

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
    made = [
        (*w.title(0), True),
        (*w.title(1), True),
        (*w.title(rng.choice((1, 1, 2))), True),
        (*w.story(0, rng.random() < 0.6, some), True),
        (*w.story(rng.choice((1, 1, 2, 3)), rng.random() < 0.5, some), True),
        (*(w.swapped_roles() or w.wrong_event()), True) if rng.random() < 0.5 else (*w.wrong_event(), True),
        (*w.fragment(), False),
        (*(w.foreign(rng.choice(others)) if rng.random() < 0.6 else w.repeated()), True),
    ]
    rows = []
    for i, (text, checks, prose) in enumerate(made):
        checks = sorted(checks, key=lambda c: c.end)
        label = relevance(checks, prose, text[: len(text) // 2] == text[len(text) // 2 + 1 :])
        rows.append({"text": text, "label": label, "checks": [[c.end, c.type, c.ok] for c in checks], "clean": i in (0, 3)})
    return {"source": body(article, "zh"), "candidates": rows}


def _stream(split: str, seed: int, row: Callable[[Article, random.Random, list[Article]], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    rng = random.Random(f"{seed}:{split}:rows")
    recent: list[Article] = []
    for article in article_stream(split, True, seed):
        recent = [article, *recent[:30]]
        if len(recent) > 4:
            yield row(article, rng, list(recent[1:]))


PAIRS = 4
"""Short aligned pairs drawn from each article. Word and sentence alignment is learnt from these; whole articles alone teach it far later."""


def _base_rows(article: Article, rng: random.Random) -> dict[str, Any]:
    pairs = [aligned_pair(article, noisy_values(article, rng), rng) for _ in range(PAIRS)]
    return base_row(article, rng) | {"pairs": [[LONG_PROMPT.format(source=zh), th] for zh, th in pairs]}


def base(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Noisily aligned prompts and completions for the base policy: {"prompt", "completions", "pairs": [[prompt, completion]]}."""
    return _stream("base", seed, lambda a, rng, _: _base_rows(a, rng))


def reranker(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Sources with judged candidates for the reranker; "pairs" are clean short translations [zh, th]."""
    return _stream(
        "reranker",
        seed,
        lambda a, rng, others: reranker_row(a, others, rng) | {"pairs": [aligned_pair(a, a.values, rng) for _ in range(PAIRS)]},
    )


def comet(seed: int = 1) -> Iterator[dict[str, Any]]:
    """{"src", "mt", "ref", "score"} rows with graded errors for COMET."""
    for row in _stream("comet", seed, lambda a, rng, others: reranker_row(a, others, rng) | {"ref": title(a, LANG)}):
        for candidate in row["candidates"]:
            yield {"src": row["source"], "mt": candidate["text"], "ref": row["ref"], "score": candidate["label"]}


def encoder(seed: int = 1) -> Iterator[dict[str, Any]]:
    """{"anchor", "positive"}: a Chinese article and a clean Thai text about it, for contrastive training."""
    return _stream(
        "encoder",
        seed,
        lambda a, rng, _: {"anchor": body(a, "zh"), "positive": title(a, LANG, rng.randrange(3)) if rng.random() < 0.6 else body(a, LANG)},
    )


CORPORA: dict[str, Callable[[int], Iterator[dict[str, Any]]]] = {"base": base, "reranker": reranker, "comet": comet, "encoder": encoder}


def words() -> list[str]:
    """What the embedded tokenizers keep whole: core names, events, months, weekdays and the fixed parts of the prompts (zh and th)."""
    found: set[str] = set()
    for type_ in ENTITY:
        found |= {s for e in v.lexicon(type_) if e.core for lang in ("zh", "th") for s in e.value.surfaces[lang][:2]}
    for frame in load_frames():
        if frame.core:
            found |= {s for lang in ("zh", "th") for s in frame.event[lang]}
    for month in range(1, 13):
        found |= {v.date(month, 1).surfaces["th"][0].removeprefix("1 ")}
    found |= {s for day in range(7) for lang in ("zh", "th") for s in v.weekday(day).surfaces[lang][: 2 if lang == "zh" else 1]}
    found |= {c[lang] for c in v.currencies().values() for lang in ("zh", "th")}
    for prompt in (*TITLE_PROMPTS.values(), LONG_PROMPT, SHORT_PROMPT):
        found |= {part for part in prompt.split("{source}") if part}
    return sorted(w for w in found if len(w) > 1)
