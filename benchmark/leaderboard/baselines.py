"""Baselines: what costs nothing, as marked rows on every board that are never ranked (`leaderboard baselines`).

A score means little until one knows what a copy of the source, a list of keywords or a script of twenty lines gets.
Each is made from the task's own data alone, without a model and without chance, so that `verify` makes it again and
compares every text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmark.leaderboard.alike import BASELINE
from benchmark.leaderboard.board import Board, Entry, name_of
from benchmark.leaderboard.lies import Lie
from metrics.inventory import CLAUSE_TYPES
from metrics.records import Example, Generation

PREFIX = "baseline-"
_DIGITS = re.compile(r"[0-9]+")
_SENTENCE = re.compile(r"[。！？!?\n]")


@dataclass
class Material:
    """What baselines are made from."""

    examples: tuple[Example, ...]
    """The test split."""
    pairs: tuple[Example, ...]
    """D_para of the task: the parallel data that a system may learn from; empty for a task that this suite does not
    have."""

    @cached_property
    def words(self) -> _Dictionary | None:
        """What D_para's facts say of each other's surfaces; None without facts."""
        known = _Dictionary(self.pairs)
        return known if known.of else None

    @cached_property
    def nearest(self) -> list[Example]:
        """For each example the article of D_para with a title that shares most pairs of characters with it (Jaccard;
        ties: the last id)."""
        held = [(p, _bigrams(p.source)) for p in sorted(self.pairs, key=lambda p: p.id) if p.reference]
        out = []
        for example in self.examples:
            mine = _bigrams(example.source)
            best, most = held[0][0], -1.0
            for p, theirs in held:
                both = len(mine & theirs)
                alike = both / (len(mine) + len(theirs) - both or 1)
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
    """What D_para's words say of the source's first sentence, word for word."""
    known = m.words
    if known is None:
        return None
    return [" ".join(text for _, text in known.read(_SENTENCE.split(e.source)[0])) for e in m.examples]


def neighbour(m: Material) -> list[str] | None:
    """The title of the article of D_para that shares most pairs of characters with the source."""
    if not any(p.reference for p in m.pairs):
        return None
    return [(near.reference or ("",))[0] for near in m.nearest]


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
    "template": template,
}


class _Dictionary:
    """Source surface -> (type, target surface); numbers that both have are slots."""

    def __init__(self, pairs: Sequence[Example]) -> None:
        counted: dict[str, Counter[tuple[str, str]]] = {}
        for fact in (f for e in pairs for f in e.facts or () if f.type not in CLAUSE_TYPES):
            for surface in fact.source:
                made = _slotted(surface, fact.target[0])
                if made is not None:
                    counted.setdefault(made[0], Counter())[fact.type, made[1]] += 1
        self.of = {s: min(c.items(), key=lambda item: (-item[1], item[0]))[0] for s, c in counted.items()}
        ordered = sorted(self.of, key=lambda s: (-len(s), s))
        self._found = re.compile("|".join("[0-9]+".join(map(re.escape, s.split("\0"))) for s in ordered) or r"(?!)")

    def read(self, text: str) -> list[tuple[str, str]]:
        """(type, target surface) of what it knows in a text, leftmost and longest first, each once."""
        out = []
        for match in self._found.finditer(text):
            for surface, numbers in _slottings(match.group()):
                if surface in self.of:
                    kind, target = self.of[surface]
                    for number in numbers:
                        target = target.replace("\0", number, 1)
                    out.append((kind, target))
                    break
        return list(dict.fromkeys(out))


def _slotted(source: str, target: str) -> tuple[str, str] | None:
    """Both with their one common number as a slot; as they are without numbers; None where the numbers are not the
    same in both."""
    ours, theirs = _DIGITS.findall(source), _DIGITS.findall(target)
    common = [n for n in ours if n in theirs]
    if not ours and not theirs:
        return source, target
    if len(common) != 1 or ours.count(common[0]) > 1 or theirs != common:
        return None
    slot = re.compile(rf"(?<![0-9]){common[0]}(?![0-9])")
    return slot.sub("\0", source), slot.sub("\0", target)


def _slottings(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """A matched text as it stands, and with each of its numbers as the slot."""
    return [(text, ()), *((text[: m.start()] + "\0" + text[m.end() :], (m.group(),)) for m in _DIGITS.finditer(text))]


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
    return Material(tuple(examples), tuple(pairs))


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
