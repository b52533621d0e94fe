"""What an adversary gains from every metric: the attack list on generated newswire texts, the table in docs/attacks.md.

    PYTHONPATH=. python tests/simulations/attacks.py                           # prints the table
    PYTHONPATH=. python tests/simulations/attacks.py --write docs/attacks.md   # puts it between the markers of the page

The texts it starts from are the gold titles of the dev split of newswire-title; an article that does not allow an
attack keeps its title, so that each figure is the value of a whole system. Neural metrics are those of the embedded
models.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from into_page import into_page

from benchmark.tasks.newswire import title_example
from benchmark.tasks.newswire.articles import title
from benchmark.tasks.newswire.attacks import ATTACKS
from benchmark.tasks.newswire.splits import article_stream
from metrics import catalog
from metrics.catalog import score_families
from metrics.inventory import Inventory
from metrics.records import Generation
from metrics.scoring import Means, Scoring

N = 200
LANG = "th"
SEED = 1
START, END = "<!-- table: tests/simulations/attacks.py -->", "<!-- end of table -->"
FAMILIES = ("facts", "retrieval", "verbosity", "form", "overlap", "scorers")
SHOWN = (
    "coverage.f1.length_controlled",
    "coverage.precision",
    "coverage.recall",
    "grounding.entity",
    "grounding.event",
    "grounding.quantity",
    "grounding.relation",
    "grounding.retrieval_p1",
    "verbosity.length_ratio",
    "verbosity.repetition",
    "form.fluency",
    "form.headline",
    "overlap.bleu",
    "overlap.chrf",
    "scorer.comet_qe",
)
"""Columns, in order."""
_ASSETS = Path("benchmark/assets")


def systems(n: int) -> tuple[Scoring, dict[str, tuple[int, Scoring]]]:
    """The gold titles as a system, and each attack as one: (how many articles allow it, the system)."""
    articles = list(islice(article_stream("dev", True), n))
    examples = [title_example(a, i, "dev", LANG, True, "title") for i, a in enumerate(articles)]
    means = Means(Inventory(examples), str(_ASSETS / "encoder"), {"comet_qe": str(_ASSETS / "comet")}, None)
    gold = [title(a, LANG) for a in articles]

    def system(texts: Sequence[str]) -> Scoring:
        made = [Generation(e.id, "attack", "attack", text) for e, text in zip(examples, texts, strict=True)]
        return Scoring(examples, made, means)

    out = {}
    for name, attack in ATTACKS.items():
        rng = random.Random(SEED)
        made = [attack(article, LANG, rng) for article in articles]
        texts = [text if text is not None else true for text, true in zip(made, gold, strict=True)]
        out[name] = (sum(text is not None for text in made), system(texts))
    return system(gold), out


def values(scoring: Scoring) -> list[str]:
    """One cell per column."""
    found = {stats.metric: stats.value() for stats in score_families(scoring, FAMILIES)}
    return [
        "-" if (v := found.get(name)) is None else f"{v:.1f}" if abs(v) > 2 else f"{v:.3f}".replace("0.", ".")
        for name in SHOWN
    ]


def head(name: str) -> str:
    """The heading of a column: the last part of the metric's name."""
    base, derived = catalog.base_of(name)
    return base.rpartition(".")[2] + (" (cut)" if derived == catalog.CONTROLLED else "")


def table(n: int) -> str:
    """The table in Markdown."""
    gold, attacks = systems(n)
    heads = [head(name) for name in SHOWN]
    rows = [["what is written", "n", *heads], ["---"] * (len(SHOWN) + 2), ["gold", str(n), *values(gold)]]
    rows += [[name, str(count), *values(scoring)] for name, (count, scoring) in attacks.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def main() -> None:
    """Prints the table, or writes it into a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--n", type=int, default=N, help=f"articles (default: {N})")
    parser.add_argument("--write", type=Path, help="the page to renew")
    args = parser.parse_args()
    into_page(table(args.n), args.write, START, END)


if __name__ == "__main__":
    main()
