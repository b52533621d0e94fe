"""One question of the verdict, and its answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of the verdict."""

    question: str
    answer: str
    """A few words."""
    sentence: str
    tone: str
    """good | bad | mixed | unknown: never the only carrier of the meaning."""
    code: str = ""
    """What the headline reads: a word of the function that made the finding."""
    names: tuple[str, ...] = ()
    """Groups that the headline names."""
