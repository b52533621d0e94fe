"""What to say when a user's name is not known: the nearest ones, or all of them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """A clause that names up to three known names close to `name`; all of them where none is close."""
    options = sorted(known)
    close = get_close_matches(name, options, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(options)}"
