"""Attacks by one who knows the code, on the primary metric and on form.*: the second table in docs/attacks.md.

    PYTHONPATH=. python tests/simulations/further_attacks.py [--write docs/attacks.md]

Made from the gold titles of 120 dev articles of newswire-title. "flags": what a board says of a system of these texts
beside the gold (`hacking.below_gold`), or what its outputs are made of (`likeness`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import islice

from into_page import command

from benchmark.leaderboard.flags import made_of, of_form
from benchmark.tasks.newswire import title_example
from benchmark.tasks.newswire.articles import Article, body, fill, sentence_text, title
from benchmark.tasks.newswire.attacks import keywords
from benchmark.tasks.newswire.splits import article_stream
from metrics.coverage import score_facts
from metrics.form.scores import score_form
from metrics.hacking import FORM, Move, below_gold
from metrics.inventory import Inventory
from metrics.likeness import likeness
from metrics.segment import SegmentStats
from metrics.stats import Resampler, holm

N, LANG, SEED = 120, "th", 5
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
}


def row(name: str, texts: list[str], gold: dict[str, SegmentStats], score: Callable[[list[str]], dict]) -> list[str]:
    """One row of the table."""
    made, names = score(texts), (PRIMARY, *FORM)
    sampler = Resampler(gold[PRIMARY].example_ids, None, 1000, 10_000, 1)
    tests = dict(zip(names, sampler.permutation([([gold[m]], [made[m]]) for m in names]), strict=True))
    ps = {**tests, **holm({m: tests[m] for m in FORM}, len(FORM))}
    moves = {m: Move(m, gold[m].value() or 0.0, made[m].value() or 0.0, ps[m] or 0.0) for m in names}
    flags = [*of_form((), below_gold(moves, PRIMARY), None), *made_of(likeness(EXAMPLES, texts))]
    told = ", ".join(f.partition(":")[0].lower() for f in flags if not f.startswith("COPIES")) or "-"
    values = [f"{made[m].value():.3f}" for m in (PRIMARY, "coverage.precision", *FORM)]
    return [name, *values, f"{sum(map(len, texts)) / sum(map(len, GOLD)):.2f}", told]


EXAMPLES = [title_example(a, i, "dev", LANG, True, "title") for i, a in enumerate(ARTICLES)]


def table() -> str:
    """The table in Markdown."""
    inventory = Inventory(EXAMPLES)

    def score(texts: list[str]) -> dict[str, SegmentStats]:
        return {s.metric: s for s in (*score_facts(EXAMPLES, texts, inventory), *score_form(EXAMPLES, texts))}

    gold = score(GOLD)
    heads = ["what is written", "f1 (cut)", "precision", "fluency", "headline", "length", "flags"]
    rows = [heads, ["---"] * len(heads), row("gold", GOLD, gold, score)]
    for name, write in ATTACKS.items():
        rng = random.Random(SEED)
        rows.append(row(name, [write(i, rng) for i in range(N)], gold, score))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


if __name__ == "__main__":
    command(__doc__, table, START, END)
