"""Event frames read from `data/frames/*.toml`: slots, salience, causes, and trilingual sentence and title forms."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache

from benchmark.tasks.newswire.values import DATA, LANGUAGES
from metrics.records import SALIENT

SLOT = re.compile(r"\{([a-z_0-9]+)(?:\|(gen|erg|g|e))?\}")
"""A slot of a form; in Tibetan with the case that follows it: gen and erg as a syllable of their own (world 1), g and e
as prose writes them."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What may fill a slot."""

    type: str
    salience: float
    kinds: tuple[str, ...]
    """Allowed lexicon kinds; empty = any."""
    range: tuple[int, int]
    """Inclusive bounds of the number (quantity, percentage, money, year)."""
    scale: str
    patterns: dict[str, list[str]]
    """language -> patterns with {n} (quantity only)."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article in all its forms; every form uses the same slots."""

    role: str
    forms: dict[str, tuple[str, ...]]
    slots: tuple[str, ...]
    event: dict[str, tuple[str, ...]] | None = None
    """Surfaces of another event that it tells of (world 2)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One kind of news event."""

    id: str
    domain: str
    core: bool
    polarity: int
    affirms: str | None
    symmetric: bool
    """The roles of the relation may be exchanged (A signs with B)."""
    event: dict[str, tuple[str, ...]]
    relation: dict[str, tuple[str, ...]] | None
    title: dict[str, tuple[str, ...]]
    slots: dict[str, Slot]
    causes: tuple[dict[str, list[str]], ...]
    consequences: tuple[dict[str, list[str]], ...]
    sentences: tuple[Sentence, ...]
    salient: tuple[str, ...] = field(init=False)
    """Slots that a title states."""

    def __post_init__(self) -> None:
        found = tuple(name for name, slot in self.slots.items() if slot.salience >= SALIENT)
        object.__setattr__(self, "salient", found)

    def matched(self, other: Frame) -> dict[str, str]:
        """Salient slot of a frame of the same shape -> slot of this one with the same type, each once."""
        free, found = list(self.salient), {}
        for name in other.salient:
            found[name] = next(own for own in free if self.slots[own].type == other.slots[name].type)
            free.remove(found[name])
        return found


def _texts(table: dict[str, object]) -> dict[str, tuple[str, ...]]:
    return {lang: tuple(str(s) for s in _list(table[lang])) for lang in LANGUAGES}


def _list(cell: object) -> list[object]:
    return cell if isinstance(cell, list) else [cell]


def slots_of(form: str) -> set[str]:
    """Names of the slots a form writes."""
    return {m[1] for m in SLOT.finditer(form)}


def _slot(raw: dict) -> Slot:
    low, high = raw.get("range", (11, 99))
    patterns = {lang: [str(p) for p in _list(raw[lang])] for lang in LANGUAGES} if raw["type"] == "quantity" else {}
    return Slot(
        raw["type"], float(raw["salience"]), tuple(raw.get("kinds", ())), (low, high), raw.get("scale", "yi"), patterns
    )


def _sentence(raw: dict) -> Sentence:
    forms = _texts(raw)
    return Sentence(raw["role"], forms, tuple(sorted(slots_of(forms["zh"][0]))))


IMPLICIT = {"cause": Slot("cause", 0.4, (), (0, 0), "", {}), "consequence": Slot("event", 0.3, (), (0, 0), "", {})}


def _frame(raw: dict) -> Frame:
    return Frame(
        id=raw["id"],
        domain=raw["domain"],
        core=bool(raw.get("core")),
        polarity=int(raw.get("polarity", 1)),
        affirms=raw.get("affirms"),
        symmetric=bool(raw.get("symmetric")),
        event=_texts(raw["event"]),
        relation=_texts(raw["relation"]) if "relation" in raw else None,
        title=_texts(raw["title"]),
        slots={name: _slot(s) for name, s in raw["slots"].items()} | IMPLICIT,
        causes=tuple({lang: [str(s) for s in _list(c[lang])] for lang in LANGUAGES} for c in raw.get("cause", ())),
        consequences=tuple(
            {lang: [str(s) for s in _list(c[lang])] for lang in LANGUAGES} for c in raw.get("consequence", ())
        ),
        sentences=tuple(_sentence(s) for s in raw["sentences"]),
    )


@cache
def load_frames() -> tuple[Frame, ...]:
    """Every frame of every file, ordered by id, so that file names do not matter."""
    frames = []
    for path in DATA.joinpath("frames").iterdir():
        if path.name.endswith(".toml") and path.name != "shared.toml":
            frames += [_frame(raw) for raw in tomllib.loads(path.read_text(encoding="utf-8"))["frame"]]
    return tuple(sorted(frames, key=lambda f: f.id))


@cache
def shared_sentences() -> tuple[tuple[Sentence, dict[str, Slot]], ...]:
    """Background sentences that fit any article, each with its own slots."""
    raw = tomllib.loads(DATA.joinpath("frames", "shared.toml").read_text(encoding="utf-8"))["sentences"]
    return tuple((_sentence(s), {name: _slot(x) for name, x in s["slots"].items()}) for s in raw)
