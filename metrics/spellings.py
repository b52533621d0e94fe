"""Ways in which a listed surface may be written without being another one."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from metrics.normalise import normalise_surface
from metrics.statements.words import table

_PARTED = re.compile(r"(?<=[\u0e01-\u0e4e])[ -](?=[\u0e01-\u0e4e])")
_BLANK_BEHIND = re.compile(r"(?<=[0-9]) (?=[\u0e01-\u0e4e])")


@lru_cache(maxsize=65536)
def spellings(fact_type: str, surface: str, lang: str) -> tuple[str, ...]:
    """A normalised surface and its variants.

    Thai headlines leave out the blank between the parts of a person's name, or write a hyphen there, and the blank
    behind the number of a sum (37ล้านหยวน), and shorten names (บ. for บริษัท, กทม.: `statements/data/short.toml`).
    """
    if lang != "th":
        return (surface,)
    if fact_type == "person" and _PARTED.search(surface):
        return tuple({surface: None} | {_PARTED.sub(by, surface): None for by in ("", " ", "-")})
    if fact_type == "money" and _BLANK_BEHIND.search(surface):
        return surface, _BLANK_BEHIND.sub("", surface)
    whole, classes = _short("th", fact_type)
    ways = [surface, *whole.get(surface, ())]
    for word, shorter in classes:
        if surface.startswith(word) and len(surface) > len(word):
            ways += [short + surface[len(word) :].lstrip() for short in shorter]
    return tuple(dict.fromkeys(ways))


@cache
def _short(lang: str, fact_type: str) -> tuple[dict[str, list[str]], list[tuple[str, list[str]]]]:
    """Whole names, and class words before them, with their short forms, all normalised."""
    data = table("short")[lang]

    def read(rows: dict[str, list[str]]) -> dict[str, list[str]]:
        return {normalise_surface(long): [*map(normalise_surface, short)] for long, short in rows.items()}

    classes = read(data["class"]) if fact_type == "organisation" else {}
    return read(data.get(fact_type, {})), list(classes.items())
