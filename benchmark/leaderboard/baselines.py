"""Baselines: what costs nothing, as marked rows on every board that are never ranked (`leaderboard baselines`).

A score means little until one knows what a copy of the source, a list of keywords or a script of twenty lines gets.
Each is made from the task's own data alone, without a model and without chance, so that `verify` makes it again and
compares every text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmark.leaderboard import board as boards
from benchmark.leaderboard.alike import BASELINE
from benchmark.leaderboard.board import Board, Entry, name_of
from benchmark.leaderboard.dictionary import Dictionary, named_in
from benchmark.leaderboard.lies import Lie
from metrics.inventory import CLAUSE_TYPES
from metrics.records import Example, Generation

PREFIX = "baseline-"
_SENTENCE = re.compile(r"[。！？!?\n]")


@dataclass
class Material:
    """What baselines are made from."""

    examples: tuple[Example, ...]
    """The test split."""
    pairs: tuple[Example, ...]
    """D_para of the task: the parallel data that a system may learn from; empty for a task that this suite does not
    have."""

    real: bool = False
    """Texts of a real corpus, without facts and without pairs that belong to the task."""

    @cached_property
    def words(self) -> Dictionary | None:
        """What D_para's facts say of each other's surfaces; None without facts."""
        known = Dictionary(self.pairs)
        return known if known.of else None

    @cached_property
    def nearest(self) -> list[Example]:
        """For each example the article of D_para with a title that shares most pairs of characters with it (Jaccard;
        ties: the last id)."""
        held = [(p, _bigrams(p.source)) for p in sorted(self.pairs, key=lambda p: p.id) if p.reference]
        # Sets as bits of a number: what two have in common is counted some ten times as fast.
        bits = {pair: 1 << i for i, pair in enumerate(sorted({b for _, theirs in held for b in theirs}))}
        rows = [(p, sum(bits[b] for b in theirs), len(theirs)) for p, theirs in held]
        out = []
        for example in self.examples:
            found = _bigrams(example.source)
            mine, n = sum(bits.get(b, 0) for b in found), len(found)
            best, most = held[0][0], -1.0
            for p, theirs, size in rows:
                both = (mine & theirs).bit_count()
                alike = both / (n + size - both or 1)
                if alike >= most:
                    best, most = p, alike
            out.append(best)
        return out


# ---- the makers: material -> one text per example, or None where the task has not what it takes
# -----------------------------------


def copy(m: Material) -> list[str] | None:
    """The source itself."""
    return [e.source for e in m.examples]


def gold(m: Material) -> list[str] | None:
    """The first reference: the ceiling."""
    return [e.reference[0] for e in m.examples if e.reference] if all(e.reference for e in m.examples) else None


def keywords(m: Material) -> list[str] | None:
    """The names and figures of the gold facts in a row, without a sentence. It has read the answers: the ceiling of a
    list."""
    if not all(e.facts for e in m.examples):
        return None
    return [
        " ".join(dict.fromkeys(f.target[0] for f in e.facts or () if f.salient and f.type not in CLAUSE_TYPES))
        for e in m.examples
    ]


def dictionary(m: Material) -> list[str] | None:
    """What D_para's words say of the source's first sentence, word for word; on a real corpus, what the list of names
    says of the source."""
    if m.real:
        return named_in(m.examples)
    known = m.words
    if known is None:
        return None
    return [" ".join(text for _, text in known.read(_SENTENCE.split(e.source)[0])) for e in m.examples]


def neighbour(m: Material) -> list[str] | None:
    """The title of the article of D_para that shares most pairs of characters with the source."""
    if not any(p.reference for p in m.pairs):
        return None
    return [(near.reference or ("",))[0] for near in m.nearest]


def shuffled(m: Material) -> list[str] | None:
    """Of a real corpus: the first reference of another document. What is read there is true by chance: the floor."""
    from metrics.open.bounds import shuffled as elsewhere

    order = elsewhere(m.examples) if m.real and all(e.reference for e in m.examples) else None
    return None if order is None else [(m.examples[i].reference or ("",))[0] for i in order]


def template(m: Material) -> list[str] | None:
    """The title of the nearest article of D_para, with its names and figures exchanged for those that the dictionary
    finds in the source."""
    known = m.words
    if known is None or not any(p.reference for p in m.pairs):
        return None
    return [_filled(near, known.read(e.source)) for near, e in zip(m.nearest, m.examples, strict=True)]


MAKERS: dict[str, Callable[[Material], list[str] | None]] = {
    "copy": copy,
    "dictionary": dictionary,
    "gold": gold,
    "keywords": keywords,
    "neighbour": neighbour,
    "shuffled": shuffled,
    "template": template,
}


def _bigrams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _filled(near: Example, found: Sequence[tuple[str, str]]) -> str:
    title = (near.reference or ("",))[0]
    left: dict[str, list[str]] = {}
    for kind, text in found:
        left.setdefault(kind, []).append(text)
    for fact in near.facts or ():
        surface = max((s for s in fact.target if s in title), key=len, default=None)
        if surface is not None and fact.type not in CLAUSE_TYPES and left.get(fact.type):
            title = title.replace(surface, left[fact.type].pop(0), 1)
    return title


# ---- on boards ----------------------------------------------------------------------------------------------------


def material(board: Board, examples: Sequence[Example]) -> Material:
    """Of a board: its test split, and D_para of its task where this suite has it."""
    from benchmark.tasks import TASKS, load_task

    pairs = load_task(board["task"]).load("para") if board["task"] in TASKS else []
    return Material(tuple(examples), tuple(pairs), real=boards.withheld(board))


def made(m: Material) -> dict[str, list[Generation]]:
    """System -> its outputs, of all baselines that this task allows."""
    out = {}
    for name, maker in MAKERS.items():
        if (texts := maker(m)) is not None:
            system = PREFIX + name
            out[system] = [
                Generation(e.id, system, BASELINE, t, None, "stop", None)
                for e, t in zip(m.examples, texts, strict=True)
            ]
    return out


def check_baselines(
    board: Board, held: Sequence[tuple[Entry, Sequence[Generation]]], examples: Sequence[Example]
) -> None:
    """Raises Lie where a row that is called a baseline is not what this suite makes."""
    wanted = made(material(board, examples)) if held else {}
    for entry, rows in held:
        ours = wanted.get(entry["system"])
        if ours is None or [g.text for g in ours] != [g.text for g in rows]:
            raise Lie(
                name_of(entry),
                "trust",
                "not the outputs of a baseline of this suite (leaderboard baselines makes them anew)",
            )
