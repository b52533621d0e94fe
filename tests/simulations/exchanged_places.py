"""Passages whose facts have changed places: the third table in docs/attacks.md.

    PYTHONPATH=. python tests/simulations/exchanged_places.py [--write docs/attacks.md]

Made from the reference translations of the 50 dev articles of newswire-long@2, several stories each. What is exchanged
moves one place on among the facts of its type, so that each name still stands once, in the place of another; what is
exchanged with the next one stands close to its own place: an attack that is hard to see.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from into_page import command

from benchmark.tasks import load_task
from metrics import catalog
from metrics.contrast import level_of
from metrics.families import facts, form, overlap, placement
from metrics.inventory import Inventory
from metrics.misplaced import PRECISION, RECALL, misplaced
from metrics.records import ENTITY_TYPES, QUANTITY_TYPES, Example, Generation
from metrics.scoring import Means, Scoring
from metrics.stats import Resampler

TASK, SEED = "newswire-long@2", 5
FIGURES = ("quantity", "money", "percentage")
START, END = "<!-- table: tests/simulations/exchanged_places.py -->", "<!-- end of the table of places -->"
EXAMPLES = load_task(TASK).load("dev")
INVENTORY = Inventory(EXAMPLES)
SHOWN = ("coverage.f1.length_controlled", "coverage.recall", RECALL, PRECISION, "form.fluency", "overlap.chrf")
Writer = Callable[[Example, random.Random], str]


def gold(example: Example) -> str:
    """The first reference."""
    return (example.reference or ("",))[0]


def exchanged(example: Example, types: Sequence[str]) -> str:
    """The reference with the facts of each of these types one place on."""
    text = gold(example)
    for kind in types:
        found = INVENTORY.align(example, text)
        spans = [span for span in found.spans if span.type == kind and span.facts]
        surfaces = [span.surface for span in spans]
        at, pieces = 0, []
        for span, other in zip(spans, surfaces[1:] + surfaces[:1], strict=True):
            pieces += [found.text[at : span.start], other]
            at = span.end
        text = "".join([*pieces, found.text[at:]])
    return text


def with_the_next(example: Example, types: Sequence[str], chars: int, like: Callable[[str], str]) -> str:
    """The reference with each fact of these types exchanged with the next one that is like it and so near."""
    found = INVENTORY.align(example, gold(example))
    spans = [span for span in found.spans if span.type in types and span.facts]
    order, free = list(range(len(spans))), set(range(len(spans)))
    for i, span in enumerate(spans):
        near = (j for j in range(i + 1, len(spans)) if spans[j].start - span.end <= chars and j in free)
        other = next((j for j in near if i in free and _alike(span.surface, spans[j].surface, like)), None)
        if other is not None:
            order[i], order[other] = other, i
            free -= {i, other}
    at, pieces = 0, []
    for span, j in zip(spans, order, strict=True):
        pieces += [found.text[at : span.start], spans[j].surface]
        at = span.end
    return "".join([*pieces, found.text[at:]])


def _alike(one: str, other: str, like: Callable[[str], str]) -> bool:
    return one != other and like(one) == like(other)


def _any(_: str) -> str:
    return ""


def _class(name: str) -> str:
    """The beginning of a Thai organisation's name says what it is: บริษัท, ธนาคาร."""
    return name[:5]


def _unit(figure: str) -> str:
    return re.sub("[0-9][0-9.,]*", "#", figure)


def shuffled(example: Example, rng: random.Random) -> str:
    """Its words in any order."""
    words = gold(example).split(" ")
    rng.shuffle(words)
    return " ".join(words)


def turned(example: Example, _: random.Random) -> str:
    """The second half, then the first: cut where a space stands."""
    text = gold(example)
    middle = text.find(" ", len(text) // 2)
    return f"{text[middle + 1 :]} {text[:middle]}"


TEXTS: dict[str, Writer] = {
    "gold": lambda e, _: gold(e),
    "the second half first": turned,
    "half of it": lambda e, _: gold(e)[: len(gold(e)) // 2],
    "one word of five": lambda e, _: " ".join(gold(e).split(" ")[::5]),
    "persons exchanged": lambda e, _: exchanged(e, ["person"]),
    "persons, organisations and places exchanged": lambda e, _: exchanged(e, ENTITY_TYPES),
    "figures and dates exchanged": lambda e, _: exchanged(e, QUANTITY_TYPES),
    "persons exchanged with the next (120 characters)": lambda e, _: with_the_next(e, ["person"], 120, _any),
    "organisations of a class with the next (80)": lambda e, _: with_the_next(e, ["organisation"], 80, _class),
    "figures of a unit with the next (200)": lambda e, _: with_the_next(e, FIGURES, 200, _unit),
    "all words in any order": shuffled,
}


def row(name: str, texts: Sequence[str]) -> list[str]:
    """One row of the table."""
    made = [Generation(e.id, "s", "user", text, None, "stop", None) for e, text in zip(EXAMPLES, texts, strict=True)]
    scoring = Scoring(EXAMPLES, made, Means(INVENTORY, None, {}, None))
    found = {m.metric: m for family in (facts, placement, form, overlap) for m in family.FAMILY.score(scoring)}
    sampler = Resampler(found[PRECISION].example_ids, None, 1000, 1000, 1)
    measured = sampler.measured([found[PRECISION]])
    flags = misplaced(found[PRECISION].value(), None if measured is None else sampler.limits(level_of(measured)).high)
    values = [found[m].value() for m in SHOWN]
    told = ["none" if v is None else f"{v:.{catalog.decimals(m)}f}" for m, v in zip(SHOWN, values, strict=True)]
    return [name, *told, ", ".join(flag.partition(":")[0].lower() for flag in flags) or "-"]


def table() -> str:
    """The table in Markdown."""
    heads = ["what is written", "f1 (cut)", "recall", "in place, recall", "of stated", "fluency", "chrf", "flags"]
    rows = [heads, ["---"] * len(heads)]
    for name, write in TEXTS.items():
        rng = random.Random(SEED)
        rows.append(row(name, [write(example, rng) for example in EXAMPLES]))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


if __name__ == "__main__":
    command(__doc__, table, START, END)
