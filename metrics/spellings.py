"""Ways in which a listed surface may be written without being another one."""

from __future__ import annotations

import re
from functools import lru_cache

_PARTED = re.compile(r"(?<=[\u0e01-\u0e4e])[ -](?=[\u0e01-\u0e4e])")
_SHORT = {"บริษัท": ("บ.", "บมจ."), "หนังสือพิมพ์": ("นสพ.",)}
"""Class words as headlines shorten them."""
_BLANK_BEHIND = re.compile(r"(?<=[0-9]) (?=[\u0e01-\u0e4e])")


@lru_cache(maxsize=65536)
def spellings(fact_type: str, surface: str, lang: str) -> tuple[str, ...]:
    """A normalised surface and its variants.

    Thai headlines leave out the blank between the parts of a person's name, or write a hyphen there, and the blank
    behind the number of a sum (37ล้านหยวน), and shorten the word that says what an organisation is (บ.).
    """
    if lang != "th":
        return (surface,)
    if fact_type == "person" and _PARTED.search(surface):
        return tuple({surface: None} | {_PARTED.sub(by, surface): None for by in ("", " ", "-")})
    if fact_type == "money" and _BLANK_BEHIND.search(surface):
        return surface, _BLANK_BEHIND.sub("", surface)
    if fact_type == "organisation":
        for word, shorter in _SHORT.items():
            if surface.startswith(word) and len(surface) > len(word):
                return surface, *(short + surface[len(word) :].lstrip() for short in shorter)
    return (surface,)
