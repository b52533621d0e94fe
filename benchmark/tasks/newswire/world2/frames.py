"""Frames of world 2, read from `data/world2/frames/*.toml`, and what all articles share (`data/world2/shared.toml`)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from benchmark.tasks.newswire.frames import Frame, Sentence, Slot, slots_of
from benchmark.tasks.newswire.values import LANGUAGES
from benchmark.tasks.newswire.world2.lexicon import WORLD2

Texts = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Slot2(Slot):
    """What may fill a slot of world 2: `kinds` are sectors or kinds of places."""

    decimals: int
    """Of a quantity: its range is in tenths (1), or in whole numbers (0)."""
    abroad: bool
    """A place or person from elsewhere, and not from the region of the story."""
    tags: tuple[str, ...]
    """A place must have one of these."""
    months: tuple[int, ...]
    """A date falls into one of these; empty: those of the frame."""
    label: Texts | None
    """What a number is called in a correction ("the death toll"): one text a language."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement without its full stop, in all its forms; every form uses the same slots."""

    role: str
    """event (what happened), news (further salient facts), detail, background."""
    forms: Texts
    slots: tuple[str, ...]
    wrap: bool
    """May be told as somebody's words."""


@dataclass(frozen=True, slots=True)
class Frame2(Frame):
    """A kind of news event of world 2."""

    scene: tuple[str, ...]
    """Regions where it happens."""
    months: tuple[int, ...]
    clauses: tuple[Clause, ...]
    brief: Clause
    """The event in one sentence, with slots of its own: as the other event of another article."""
    brief_slots: dict[str, Slot2]


@dataclass(frozen=True, slots=True)
class Shared:
    """A sentence, or a frame around one ({c}), that fits articles of some domains."""

    forms: Texts
    slots: dict[str, Slot2]
    domains: tuple[str, ...]
    """Empty: any."""
    opens: bool
    """It stands by itself: an article may begin with it."""

    def fits(self, frame: Frame2) -> bool:
        """May it stand in an article of that frame?"""
        return not self.domains or frame.domain in self.domains


def _list(cell: object) -> list[str]:
    return [str(x) for x in cell] if isinstance(cell, list) else [str(cell)]


def _texts(table: dict[str, Any]) -> Texts:
    return {lang: tuple(_list(table[lang])) for lang in LANGUAGES}


def _slot(raw: dict[str, Any]) -> Slot2:
    low, high = raw.get("range", (11, 99))
    return Slot2(
        type=raw["type"],
        salience=float(raw.get("s", 0.2)),
        kinds=tuple(raw.get("kinds", ())),
        range=(low, high),
        scale="",
        patterns={lang: _list(raw[lang]) for lang in LANGUAGES} if raw["type"] == "quantity" else {},
        decimals=int(raw.get("decimals", 0)),
        abroad=bool(raw.get("abroad")),
        tags=tuple(raw.get("tags", ())),
        months=tuple(raw.get("months", ())),
        label=_texts(raw["label"]) if "label" in raw else None,
    )


def _slots(raw: dict[str, Any]) -> dict[str, Slot2]:
    return {name: _slot(slot) for name, slot in raw.items()}


def _clause(raw: dict[str, Any]) -> Clause:
    forms = _texts(raw)
    return Clause(
        raw.get("role", "brief"), forms, tuple(sorted(slots_of(forms["zh"][0]) - {"c"})), raw.get("wrap", True)
    )


def _with_apart(forms: Texts) -> Texts:
    """Clauses that state a relation: Tibetan accepts the case written as a syllable of its own as well as fused."""
    out: list[str] = list(forms["bo"])
    for fused, apart in (("|g}", "|gen}"), ("|e}", "|erg}")):
        for form in tuple(out):
            out += [form[: m.start()] + apart + form[m.end() :] for m in re.finditer(re.escape(fused), form)]
    return {**forms, "bo": tuple(dict.fromkeys(out))}


def _frame(raw: dict[str, Any]) -> Frame2:
    return Frame2(
        id=raw["id"],
        domain=raw["domain"],
        core=True,
        polarity=int(raw.get("polarity", 1)),
        affirms=raw.get("affirms"),
        symmetric=bool(raw.get("symmetric")),
        event=_texts(raw["event"]),
        relation=_with_apart(_texts(raw["relation"])) if "relation" in raw else None,
        title=_texts(raw["title"]),
        slots=dict(_slots(raw["slots"])),
        causes=(),
        consequences=(),
        sentences=tuple(Sentence(c["role"], _texts(c), _clause(c).slots) for c in raw["clause"]),
        scene=tuple(raw.get("scene", ("cn", "th"))),
        months=tuple(raw.get("months", range(1, 13))),
        clauses=tuple(_clause(c) for c in raw["clause"]),
        brief=_clause(raw["brief"]),
        brief_slots=_slots(raw["brief"]["slots"]),
    )


@cache
def load_frames() -> tuple[Frame2, ...]:
    """Every frame of every file, ordered by id, so that file names do not matter."""
    frames = []
    for path in (WORLD2 / "frames").iterdir():
        if path.name.endswith(".toml"):
            frames += [_frame(raw) for raw in tomllib.loads(path.read_text(encoding="utf-8"))["frame"]]
    return tuple(sorted(frames, key=lambda f: f.id))


@cache
def _shared() -> dict[str, Any]:
    return tomllib.loads((WORLD2 / "shared.toml").read_text(encoding="utf-8"))


def timeless(forms: Texts) -> Texts | None:
    """The forms of a statement that do not speak of now; None where a language has none."""
    now = _shared()["now"]
    kept = {lang: tuple(f for f in forms[lang] if not any(word in f for word in now[lang])) for lang in LANGUAGES}
    return kept if all(kept.values()) else None


@cache
def shared() -> dict[str, tuple[Shared, ...]]:
    """What shared.toml has: wrap (somebody's words), other, earlier, previous (lead in another event, an earlier one of
    the same kind, what was so the time before), correct, deny, extra."""
    raw = _shared()
    return {
        kind: tuple(
            Shared(_texts(s), _slots(s.get("slots", {})), tuple(s.get("domains", ())), bool(s.get("opens")))
            for s in raw[kind]
        )
        for kind in ("wrap", "other", "earlier", "previous", "correct", "deny", "extra")
    }
