"""Training texts of the embedded models (not of the stages): base policy, reranker, COMET, encoder.

Each draws from buckets of its own (`splits.BUCKETS`), so no model has seen a story of any split. The base policy reads
*noisily aligned* text, as mined parallel data is: names are often rendered as a confusable neighbour's, numbers are
sometimes wrong. What D_para leaves out is noisier, but the right rendering always occurs, or source-only RL could never
find it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from benchmark.tasks.newswire import LONG_PROMPT, SHORT_PROMPT, TITLE_PROMPTS
from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.articles import Article, body, fill, sentence_text, spaced, title, titles
from benchmark.tasks.newswire.candidates import LANG, draw_unit, pick
from benchmark.tasks.newswire.errors import ENTITY, partners, replace_value
from benchmark.tasks.newswire.frames import IMPLICIT, load_frames
from benchmark.tasks.newswire.judged_rows import reranker_row, unit_row
from benchmark.tasks.newswire.rows import comet_rows, encoder_row, rows_of
from benchmark.tasks.newswire.splits import article_stream, held_out, inventory
from benchmark.tasks.newswire.values import LANGUAGES, Value
from benchmark.tasks.newswire.world2 import corpora as world2
from benchmark.tasks.newswire.world2.candidates import reranker as judged_of_world_2
from benchmark.tasks.newswire.world2.splits import article_stream as world2_stream

CONFUSED_SEEN, CONFUSED_HELD_OUT = 0.25, 0.55
"""How often the base corpus renders an entity as its confusable partner: entities of D_para, and those it leaves
out."""
WRONG_NUMBER, SWAPPED_ROLES = 0.12, 0.08


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
        form, own = pick(article, i, rng)
        parts.append(
            fill(form, {n: values.get(n, x) if article.values.get(n) == x else x for n, x in own.items()}, LANG)[0]
        )
    return " ".join(parts)


def aligned_pair(article: Article, values: dict[str, Value], rng: random.Random) -> tuple[str, str]:
    """(Chinese, Thai) of one short aligned unit; the Thai says `values` where the Chinese says the article's."""
    unit = draw_unit(article, rng)
    slots = {n: values.get(n, x) if article.values.get(n) == x else x for n, x in unit.values.items()}
    return unit.source, fill(unit.form, slots, LANG)[0]


def base_row(article: Article, rng: random.Random) -> dict[str, Any]:
    """{"prompt", "completions"}: several noisy renderings each of one prompt: titles, titles that run on into the
    story, leads, translations."""
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


def _stream(
    split: str, seed: int, row: Callable[[Article, random.Random, list[Article]], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    return rows_of(article_stream(split, True, seed), random.Random(f"{seed}:{split}:rows"), row)


HARD_SEED = 1000
PAIRS = 4
"""Short aligned pairs drawn from each article. Word and sentence alignment is learnt from these; whole articles alone
teach it far later."""


def _base_rows(article: Article, rng: random.Random) -> dict[str, Any]:
    pairs = [aligned_pair(article, noisy_values(article, rng), rng) for _ in range(PAIRS)]
    return base_row(article, rng) | {"pairs": [[LONG_PROMPT.format(source=zh), th] for zh, th in pairs]}


def base(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Noisily aligned prompts and completions for the base policy: {"prompt", "completions", "pairs": [[prompt,
    completion]]}."""
    return _stream("base", seed, lambda a, rng, _: _base_rows(a, rng))


def reranker(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Sources with judged candidates for the reranker; "units" are short ones of the same shape."""
    return _stream(
        "reranker",
        seed,
        lambda a, rng, others: reranker_row(a, others, rng) | {"units": [unit_row(a, rng) for _ in range(PAIRS)]},
    )


def reranker_hard(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Further articles for a reranker that knows the others: among their errors are those that a policy makes
    (`candidates.slip`)."""
    return _stream(
        "reranker", seed + HARD_SEED, lambda a, rng, others: reranker_row(a, others, rng, hard=True) | {"units": []}
    )


def comet(seed: int = 1) -> Iterator[dict[str, Any]]:
    """{"src", "mt", "ref", "score"} rows with graded errors for COMET."""
    return comet_rows(
        _stream("comet", seed, lambda a, rng, others: reranker_row(a, others, rng) | {"ref": title(a, LANG)})
    )


def encoder(seed: int = 1) -> Iterator[dict[str, Any]]:
    """{"anchor", "positive"}: a Chinese article and a clean Thai text about it, for contrastive training."""
    return _stream("encoder", seed, lambda a, rng, _: encoder_row(a, rng, 3))


def form(
    seed: int = 1, stream: Callable[[str, bool, int], Iterator[Article]] = article_stream
) -> Iterator[dict[str, Any]]:
    """{"lang", "kind": "title" | "passage" | "long", "text", "names" (events and numbers, too)} for the
    language models of `metrics/form`.

    Clean target texts of a world alone, of the core and of the whole world in turn: of each article every form of its
    title and one passage, the whole article or its beginning, in every language; now and then up to three articles in a
    row.
    """
    rng = random.Random(f"{seed}:form:rows")
    streams = [stream("form", core, seed) for core in (True, False)]
    before: list[Article] = []
    for articles in zip(*streams, strict=True):
        before = [*before[-4:], *articles]
        for lang in LANGUAGES if rng.random() < LONG_SHARE else ():
            run = rng.sample(before, min(len(before), rng.randint(2, 3)))
            yield {"lang": lang, "kind": "long", "text": _JOIN[lang].join(body(a, lang) for a in run), "names": []}
        for article in articles:
            n = rng.randint(1, len(article.lines))
            for lang in LANGUAGES:
                event = article.frame.event[lang]
                names = sorted({*event, *(s for x in article.values.values() for s in x.surfaces[lang])})
                for text in _every_title(article, lang):
                    yield {"lang": lang, "kind": "title", "text": text, "names": names}
                text = _JOIN[lang].join(sentence_text(article, line, lang) for line in article.lines[:n])
                told = (s for line in article.lines for x in line.values.values() for s in x.surfaces[lang])
                names = sorted({*event, *told})
                yield {"lang": lang, "kind": "passage", "text": text, "names": names}


def _every_title(article: Article, lang: str) -> list[str]:
    """Every form of the title; in world 2, which has many more, the gold ones and some others."""
    if not article.more:
        return [title(article, lang, i) for i in range(len(article.frame.title[lang]))]
    others = (spaced(title(article, lang, i), lang) for i in range(len(article.frame.title[lang])))
    return list(dict.fromkeys([*titles(article, lang), *islice(others, TITLES)]))


TITLES = 2
_JOIN = {"zh": "", "th": " ", "bo": " "}
LONG_SHARE = 0.2


def words() -> list[str]:
    """What the embedded tokenizers keep whole: core names, events, months, weekdays and the fixed parts of the prompts
    (zh and th)."""
    found: set[str] = set()
    for type_ in ENTITY:
        found |= {s for e in v.lexicon(type_) if e.core for lang in ("zh", "th") for s in e.value.surfaces[lang][:2]}
    for frame in load_frames():
        if frame.core:
            found |= {s for lang in ("zh", "th") for s in frame.event[lang]}
    for month in range(1, 13):
        found |= {v.date(month, 1).surfaces["th"][0].removeprefix("1 ")}
    found |= {
        s
        for day in range(7)
        for lang in ("zh", "th")
        for s in v.weekday(day).surfaces[lang][: 2 if lang == "zh" else 1]
    }
    found |= {c[lang] for c in v.currencies().values() for lang in ("zh", "th")}
    for prompt in (*TITLE_PROMPTS.values(), LONG_PROMPT, SHORT_PROMPT):
        found |= {part for part in prompt.split("{source}") if part}
    return sorted(w for w in found if len(w) > 1)


CORPORA: dict[str, Callable[[int], Iterator[dict[str, Any]]]] = {
    "base": base,
    "reranker": reranker,
    "reranker-hard": reranker_hard,
    "comet": comet,
    "encoder": encoder,
    "form": form,
    "base@2": world2.base,
    "reranker@2": judged_of_world_2,
    "comet@2": world2.comet,
    "encoder@2": world2.encoder,
    "form@2": lambda seed: form(seed, world2_stream),
}
WORDS: dict[str, Callable[[], list[str]]] = {"words": words, "words@2": world2.words}
"""Word lists of the tokenizers."""
