"""Training texts of the embedded models in world 2: base policy, COMET, encoder and word list (`candidates` has the
reranker's).

As in world 1 (`newswire.corpora`) each draws from buckets of its own, and the base policy reads *noisily aligned* text,
as mined parallel data is: what D_para leaves out is noisier, but the right rendering always occurs, or source-only RL
could never find it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from benchmark.tasks.newswire import LONG_PROMPT, SHORT_PROMPT, TITLE_PROMPTS
from benchmark.tasks.newswire import values as v
from benchmark.tasks.newswire.articles import DENIED, Article, Line, body, fill, title
from benchmark.tasks.newswire.candidates import LANG
from benchmark.tasks.newswire.rows import comet_rows, encoder_row, rows_of
from benchmark.tasks.newswire.values import Value
from benchmark.tasks.newswire.world2.candidates import row
from benchmark.tasks.newswire.world2.frames import Frame2, Slot2, load_frames
from benchmark.tasks.newswire.world2.lexicon import names, partners
from benchmark.tasks.newswire.world2.scene import ENTITY
from benchmark.tasks.newswire.world2.splits import article_stream, held_out
from benchmark.tasks.newswire.world2.units import draw_unit
from benchmark.tasks.newswire.world2.writer import Writer

TITLES = 6
"""Forms of a title that the encoder sees, the least that a frame has."""
CONFUSED_SEEN, CONFUSED_HELD_OUT = 0.25, 0.55
"""How often the base corpus renders an entity as its confusable partner: entities of D_para, and those it leaves
out."""
ANY_NAME, WRONG_NUMBER = 0.05, 0.12
PAIRS = 4
"""Short aligned pairs of each article: word alignment is learnt from these; whole articles alone teach it far later."""


class NoisyWriter:
    """Writes renderings of one article with the errors of a noisy translation, drawn once for the whole article."""

    def __init__(self, article: Article, rng: random.Random) -> None:
        self.article, self.rng = article, rng
        self.writer = Writer(article, rng, LANG)
        self.values = {name: self._noisy(name, value) for name, value in article.values.items()}

    def _noisy(self, name: str, value: Value) -> Value:
        slot = self.article.frame.slots.get(name)
        if not isinstance(slot, Slot2):
            return value
        draw = self.rng.random()
        if value.type in ENTITY:
            confused = CONFUSED_HELD_OUT if (value.type, value.key) in held_out() else CONFUSED_SEEN
            if draw < confused:
                return partners(value.type).get(value.key, value)
            return (self.writer.scene.draw(slot) or value) if draw < confused + ANY_NAME else value
        return (self.writer.wrong(name) or value) if draw < WRONG_NUMBER else value

    def _slots(self, told: dict[str, Value]) -> dict[str, Value]:
        own = self.article.values
        return {n: self.values[n] if own.get(n) == x else x for n, x in told.items()}

    def text(self, headline: bool, lines: list[Line]) -> str:
        """The title, if wanted, and some sentences, each in any of its forms."""
        forms = [(self.rng.choice(self.article.frame.title[LANG]), self.values)] if headline else []
        forms += [(self.rng.choice(x.sentence.forms[LANG]), self._slots(x.values)) for x in lines]
        return " ".join(fill(form, slots, LANG)[0] for form, slots in forms)

    def pair(self) -> tuple[str, str]:
        """(Chinese, Thai) of a short aligned unit."""
        source, told, form = draw_unit(self.article, self.rng, LANG)
        return source, fill(form, self._slots(told), LANG)[0]


def _base_row(article: Article, rng: random.Random) -> dict[str, Any]:
    """{"prompt", "completions", "pairs"}: noisy renderings of one prompt: titles, titles that run on into the story,
    leads, translations."""
    lines, draw = list(article.lines), rng.random()
    n = len(lines)
    told = [x for x in lines if not all(name.startswith(DENIED) for name in x.values)] or lines

    def some() -> list[Line]:
        k = rng.randint(1, len(told))
        return [told[i] for i in sorted(rng.sample(range(len(told)), k))]

    def write(headline: bool, chosen: list[Line]) -> str:
        return NoisyWriter(article, rng).text(headline, chosen)

    if draw < 0.1:
        prompt = SHORT_PROMPT.format(source=title(article, "zh"))
        texts = [write(True, []) for _ in range(3)]
    elif draw < 0.2:
        prompt = LONG_PROMPT.format(source=body(article, "zh"))
        texts = [write(False, lines) for _ in range(2)]
    else:
        prompt = TITLE_PROMPTS[LANG].format(source=body(article, "zh"))
        texts = [
            write(True, []),
            write(True, []),
            write(True, some()),
            write(False, lines[: rng.randint(1, min(n, 3))]),
        ]
    pairs = [NoisyWriter(article, rng).pair() for _ in range(PAIRS)]
    return {
        "prompt": prompt,
        "completions": texts,
        "pairs": [[LONG_PROMPT.format(source=zh), th] for zh, th in pairs],
    }


def _stream(
    split: str, seed: int, make: Callable[[Article, random.Random, list[Article]], dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    return rows_of(article_stream(split, True, seed), random.Random(f"{seed}:2:{split}:rows"), make)


def base(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Noisily aligned prompts and completions for the base policy: {"prompt", "completions", "pairs": [[prompt,
    completion]]}."""
    return _stream("base", seed, lambda a, rng, _: _base_row(a, rng))


def comet(seed: int = 1) -> Iterator[dict[str, Any]]:
    """{"src", "mt", "ref", "score"} rows with graded errors for COMET."""
    return comet_rows(_stream("comet", seed, lambda a, rng, others: row(a, others, rng) | {"ref": title(a, LANG)}))


def encoder(seed: int = 1) -> Iterator[dict[str, Any]]:
    """{"anchor", "positive"}: a Chinese article and a clean Thai text about it, for contrastive training."""
    return _stream("encoder", seed, lambda a, rng, _: encoder_row(a, rng, TITLES))


def words() -> list[str]:
    """What the tokenizers of world 2 keep whole: core names, events, months, weekdays, currencies and the fixed parts
    of the prompts (zh and th)."""
    found: set[str] = set()
    for type_ in ENTITY:
        found |= {s for e in names(type_) if e.core for lang in ("zh", LANG) for s in e.value.surfaces[lang][:2]}
    for frame in load_frames():
        assert isinstance(frame, Frame2)
        found |= {s for lang in ("zh", LANG) for s in frame.event[lang]}
        found |= {s for x in frame.sentences if x.event for lang in ("zh", LANG) for s in x.event[lang]}
    found |= {s.removeprefix("1 ") for month in range(1, 13) for s in v.date(month, 1).surfaces[LANG][:2]}
    found |= {s for day in range(7) for lang, n in (("zh", 2), (LANG, 1)) for s in v.weekday(day).surfaces[lang][:n]}
    found |= {c[lang] for c in v.currencies().values() for lang in ("zh", LANG)}
    for prompt in (*TITLE_PROMPTS.values(), LONG_PROMPT, SHORT_PROMPT):
        found |= {part for part in prompt.split("{source}") if part}
    return sorted(w for w in found if len(w) > 1)
