"""Attacks by one who knows the code, on the primary metric and on form.*: the second table in docs/attacks.md.

    PYTHONPATH=. python tests/simulations/further_attacks.py [--write docs/attacks.md]

Made from the gold titles of 120 dev articles of newswire-title; the last rows from references of the 50 dev passages
of newswire-long@2. "flags": what a board says of a system of these texts beside the gold (`hacking.below_gold`), or
what its outputs are made of (`likeness`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import islice

from into_page import command

from benchmark.leaderboard.flags import made_of, of_form
from benchmark.tasks import load_task
from benchmark.tasks.newswire import title_example
from benchmark.tasks.newswire.articles import Article, body, fill, sentence_text, title
from benchmark.tasks.newswire.attacks import keywords
from benchmark.tasks.newswire.splits import article_stream
from metrics.coverage import score_facts
from metrics.form.scores import score_form
from metrics.hacking import FORM, Move, below_gold
from metrics.inventory import Inventory
from metrics.likeness import likeness
from metrics.records import Example
from metrics.segment import SegmentStats
from metrics.stats import Resampler, holm

N, LANG, SEED = 120, "th", 5
N_PASSAGES = 50
PRIMARY = "coverage.f1.length_controlled"
START, END = "<!-- table: tests/simulations/further_attacks.py -->", "<!-- end of the further table -->"
ARTICLES = list(islice(article_stream("dev", True), N))
GOLD = [title(a, LANG) for a in ARTICLES]
Writer = Callable[[int, random.Random], str]


def facts_of(a: Article) -> list[str]:
    """The event and the salient surfaces."""
    return [a.frame.event[LANG][0], *(a.values[name].surfaces[LANG][0] for name in a.frame.salient)]


def glued(i: int, rng: random.Random) -> str:
    """A keyword list with function words between."""
    words = facts_of(ARTICLES[i])
    rng.shuffle(words)
    return "".join(w + rng.choice(("ที่", "และ", "ว่า", "จาก")) for w in words[:-1]) + words[-1]


def clause_then_title(i: int, _: random.Random) -> str:
    """The relation's clause, then another form of the title."""
    a = ARTICLES[i]
    clause = fill(a.frame.relation[LANG][0], a.values, LANG)[0] if a.frame.relation else GOLD[i]
    return f"{clause} {title(a, LANG, a.title_form[LANG] + 1)}"


ATTACKS: dict[str, Writer] = {
    "keywords joined by function words": glued,
    "keywords joined by of": lambda i, _: " ของ".join(facts_of(ARTICLES[i])),
    "keywords without spaces": lambda i, rng: (keywords(ARTICLES[i], LANG, rng) or "").replace(" ", ""),
    "keywords with invisible characters": lambda i, rng: "\u200b".join(keywords(ARTICLES[i], LANG, rng) or ""),
    "reporters say: keywords": lambda i, _: "ผู้สื่อข่าวรายงานว่า " + " ".join(facts_of(ARTICLES[i])),
    "a fluent beginning, then keywords": lambda i, _: f"{GOLD[i - 1][:30]} {' '.join(facts_of(ARTICLES[i]))}",
    "keywords in every fifth output": lambda i, rng: GOLD[i] if i % 5 else keywords(ARTICLES[i], LANG, rng) or "",
    "keywords in every twentieth": lambda i, rng: GOLD[i] if i % 20 else keywords(ARTICLES[i], LANG, rng) or "",
    "the title twice, in other words": lambda i, _: (
        f"{GOLD[i]} {title(ARTICLES[i], LANG, ARTICLES[i].title_form[LANG] + 1)}"
    ),
    "a clause, then the title": clause_then_title,
    "the title, its numbers again": lambda i, _: " ".join(
        [GOLD[i], *(f for f in facts_of(ARTICLES[i]) if re.search("[0-9]", f))]
    ),
    "the first sentence, translated": lambda i, _: sentence_text(ARTICLES[i], ARTICLES[i].lines[0], LANG),
    "the whole article, translated": lambda i, _: body(ARTICLES[i], LANG),
    "another article's title": lambda i, _: GOLD[i - 7],
    "the title's phrases backwards": lambda i, _: " ".join(GOLD[i].split(" ")[::-1]),
    "whether (the title as a question)": lambda i, _: f"{GOLD[i]} หรือไม่",
    "the title, not confirmed yet": lambda i, _: f"{GOLD[i]} ยังไม่ได้รับการยืนยัน",
    "the title, only a plan": lambda i, _: f"{GOLD[i]} เป็นเพียงแผน",
    "the title in quotation marks": lambda i, _: f"“{GOLD[i]}”",
    "the title, last year": lambda i, _: f"{GOLD[i]} เมื่อปีที่แล้ว",
    "last year, the title": lambda i, _: f"เมื่อปีที่แล้ว {GOLD[i]}",
}

# ---- passages that tell of now and of then -----------------------------------------------------------------------

LAST, THEN = "คราวก่อน ", re.compile("คราวก่อน |เมื่อ(?:สองปีก่อน|ปีที่แล้ว|เดือนที่แล้ว) |ก่อนหน้านี้ไม่นาน |ปีที่แล้ว")
_CLAUSE = re.compile(" (?=(?:มีผู้|ความเสียหาย|ประชาชน|บริษัท|ธนาคาร|โรงพยาบาล|รถไฟ|สายการบิน|สำนักงาน|ศาล))")
_FIGURE = re.compile(r"([0-9][0-9.,]*)( [^0-9\s]+|%)")
_NEAR, _REACH = 400, 60


def exchanged(text: str) -> str:
    """The figure behind each word of the last time, and the nearest one of its unit, change places."""
    figures = list(_FIGURE.finditer(text))
    said, used = [m[1] for m in figures], set[int]()
    for word in re.finditer(LAST, text):
        one = next((i for i, m in enumerate(figures) if 0 <= m.start() - word.end() < _REACH), None)
        if one is None or one in used:
            continue
        others = [
            i
            for i, m in enumerate(figures)
            if i != one
            and i not in used
            and m[2] == figures[one][2]
            and m[1] != figures[one][1]
            and abs(m.start() - figures[one].start()) < _NEAR
            and LAST not in text[max(0, m.start() - _REACH) : m.start()]
        ]
        if others:
            other = min(others, key=lambda i: abs(figures[i].start() - figures[one].start()))
            said[one], said[other] = said[other], said[one]
            used |= {one, other}
    out, at = [], 0
    for match, figure in zip(figures, said, strict=True):
        out += [text[at : match.start()], figure]
        at = match.end(1)
    return "".join(out) + text[at:]


PASSAGES: dict[str, Callable[[str], str]] = {
    "passages: gold": str,
    "passages: without words of time": lambda text: THEN.sub("", text),
    "passages: last time before clauses of now": lambda text: _CLAUSE.sub(f" {LAST}", text),
    "passages: figures of now and then exchanged": exchanged,
}


class Scored:
    """Examples and what is said of the texts of one attack on them."""

    def __init__(self, examples: list[Example], gold: list[str]) -> None:
        """gold: a reference of each."""
        self._examples, self._gold, self._inventory = examples, gold, Inventory(examples)
        self._truth = self._score(gold)

    def _score(self, texts: list[str]) -> dict[str, SegmentStats]:
        found = (*score_facts(self._examples, texts, self._inventory), *score_form(self._examples, texts))
        return {s.metric: s for s in found}

    def row(self, name: str, texts: list[str]) -> list[str]:
        """One row of the table."""
        made, gold = self._score(texts), self._truth
        form = [m for m in FORM if m in made]
        names = (PRIMARY, *form)
        sampler = Resampler(gold[PRIMARY].example_ids, None, 1000, 10_000, 1)
        tests = dict(zip(names, sampler.permutation([([gold[m]], [made[m]]) for m in names]), strict=True))
        ps = {**tests, **holm({m: tests[m] for m in form}, len(form))}
        moves = {m: Move(m, gold[m].value() or 0.0, made[m].value() or 0.0, ps[m] or 0.0) for m in names}
        flags = [*of_form((), below_gold(moves, PRIMARY), None), *made_of(likeness(self._examples, texts))]
        told = ", ".join(f.partition(":")[0].lower() for f in flags if not f.startswith("COPIES")) or "-"
        shown = (PRIMARY, "coverage.precision", *FORM)
        values = [
            f"{found:.3f}" if (found := made[m].value() if m in made else None) is not None else "-" for m in shown
        ]
        return [name, *values, f"{sum(map(len, texts)) / sum(map(len, self._gold)):.2f}", told]


def table() -> str:
    """The table in Markdown."""
    examples = [title_example(a, i, "dev", LANG, True, "title") for i, a in enumerate(ARTICLES)]
    scored = Scored(examples, GOLD)
    heads = ["what is written", "f1 (cut)", "precision", "fluency", "headline", "length", "flags"]
    rows = [heads, ["---"] * len(heads), scored.row("gold", GOLD)]
    for name, write in ATTACKS.items():
        rng = random.Random(SEED)
        rows.append(scored.row(name, [write(i, rng) for i in range(N)]))
    passages = list(islice(load_task("newswire-long@2").load("dev", N_PASSAGES), N_PASSAGES))
    truth = [example.reference[0] for example in passages]
    scored = Scored(passages, truth)
    rows += [scored.row(name, [write(text) for text in truth]) for name, write in PASSAGES.items()]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


if __name__ == "__main__":
    command(__doc__, table, START, END)
