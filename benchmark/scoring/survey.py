"""What one pass over the examples tells before anything is scored: their ids and documents, what the whole file is
like, and in which order references are handed out wrongly (the floor of open.*)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metrics.lazily import BLOCK, Made
from metrics.open.bounds import FLOOR, derangement
from metrics.outline import Outline
from metrics.records import Example, Generation
from metrics.stages import GOLD


@dataclass(frozen=True)
class Survey:
    """Of an examples file."""

    ids: tuple[str, ...]
    docs: tuple[str | None, ...] | None
    """None where no example has a document."""
    outline: Outline
    read: bool = True
    """open.* are asked for."""

    @property
    def open(self) -> bool:
        """Whether some example has no gold facts, so that open.* are read, unless they are switched off."""
        return self.read and self.outline.with_facts < self.outline.n

    @property
    def references(self) -> bool:
        """Whether every example has one."""
        return self.outline.with_reference == self.outline.n


def survey(examples: Sequence[Example]) -> Survey:
    """Reads all examples once, block by block."""
    ids: list[str] = []
    docs: list[str | None] = []
    outline = Outline()
    for first in range(0, len(examples), BLOCK):
        block = examples[first : first + BLOCK]
        ids += [e.id for e in block]
        docs += [e.doc_id for e in block]
        outline.add(block)
    known = any(doc is not None for doc in docs)
    return Survey(tuple(ids), tuple(docs) if known else None, outline)


def rows(examples: Sequence[Example], places: Sequence[int]) -> list[Example]:
    """Examples at any places."""
    return examples.at(places) if hasattr(examples, "at") else [examples[i] for i in places]


def gold_texts(examples: Sequence[Example]) -> Made[Generation]:
    """The first references as a system of their own; every example must have one."""

    def make(places: Sequence[int]) -> list[Generation]:
        found = rows(examples, places)
        return [Generation(e.id, GOLD, GOLD, (e.reference or ("",))[0], None, "stop", None) for e in found]

    return Made(len(examples), make)


def floor_texts(examples: Sequence[Example], found: Survey) -> Made[Generation] | None:
    """One another's references as a system of their own; None where the floor of open.* has no meaning."""
    order = derangement(found.docs or (None,) * len(found.ids)) if found.open and found.references else None
    if order is None:
        return None
    handed = order

    def make(places: Sequence[int]) -> list[Generation]:
        texts = [(e.reference or ("",))[0] for e in rows(examples, [handed[i] for i in places])]
        return [
            Generation(found.ids[i], FLOOR, FLOOR, text, None, None, None)
            for i, text in zip(places, texts, strict=True)
        ]

    return Made(len(examples), make)
