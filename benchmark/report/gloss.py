"""English glosses of facts, for readers who read neither Chinese nor Thai nor Tibetan: names, events, causes and dates
of the newswire world, where its lexicon knows them. What it does not know has none."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from metrics.normalise import normalise_surface

if TYPE_CHECKING:
    from benchmark.tasks.newswire.values import Value

FILE = Path(__file__).with_name("glosses.tsv")


def gloss(surfaces: Iterable[str]) -> str:
    """The English of the first of these surfaces that is known, in whatever language they are; "" for none."""
    known = _known()
    return next((known[key] for s in surfaces if (key := normalise_surface(s)) in known), "")


@cache
def written() -> dict[str, str]:
    """Chinese surface -> English, of the file."""
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("\t") for line in lines[1:])  # type: ignore[misc]


@cache
def _known() -> dict[str, str]:
    """Surface in any language, as it is compared -> English. What two things are called by is no gloss of either."""
    found: dict[str, set[str]] = {}
    for surfaces, english in _entries():
        for surface in surfaces:
            found.setdefault(normalise_surface(surface), set()).add(english)
    return {surface: english.pop() for surface, english in found.items() if len(english) == 1}


def _entries() -> Iterable[tuple[list[str], str]]:
    from benchmark.tasks.newswire import values
    from benchmark.tasks.newswire.frames import load_frames

    own = written()
    for type_ in ("person", "place", "organisation"):
        for entry in values.lexicon(type_):
            named = own.get(entry.value.surfaces["zh"][0]) or _of_id(entry.value.key)
            yield _forms(entry.value), named
    for frame in load_frames():
        named_of: list[Mapping[str, Sequence[str]]] = [frame.event, *frame.causes, *frame.consequences]
        for texts in named_of:
            if (english := own.get(texts["zh"][0])) is not None:
                yield [s for forms in texts.values() for s in forms], english
    for month in range(1, 13):
        for day in range(1, calendar.monthrange(2024, month)[1] + 1):
            yield _forms(values.date(month, day)), f"{day} {calendar.month_name[month]}"
    for day in range(7):
        yield _forms(values.weekday(day)), calendar.day_name[day]


def _forms(value: Value) -> list[str]:
    return [s for forms in value.surfaces.values() for s in forms]


def _of_id(key: str) -> str:
    """ "wang_jianguo" -> "Wang Jianguo"; "country_th" -> "Thailand" (CLDR)."""
    kind, _, code = key.partition("_")
    if kind == "country":
        from babel import Locale

        return str(Locale("en").territories[code.upper()])
    return key.replace("_", " ").title()
