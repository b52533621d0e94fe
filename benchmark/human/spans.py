"""Marked errors: where they stand in a text, in the counting of each tool.

Ours is code points, end exclusive. Browsers count UTF-16 units.
"""

from __future__ import annotations


def code_point(text: str, units: int) -> int:
    """The place in code points of a place in UTF-16 units (0..; beyond the end: the end). Inside a pair: its start."""
    seen = 0
    for i, c in enumerate(text):
        width = 2 if ord(c) > 0xFFFF else 1
        if seen + width > units:
            return i
        seen += width
    return len(text)


def marked(text: str, original: str, opening: str = "<v>", closing: str = "</v>") -> tuple[int, int] | None:
    """(start, end) in `original` of what stands between the two marks in `text`; None where there are no marks.

    A text may hold such marks itself: the right ones are those whose removal gives the original. Raises ValueError
    where none do.
    """
    starts = _places(text, opening)
    for start in starts:
        rest = text[start + len(opening) :]
        for end in _places(rest, closing):
            if text[:start] + rest[:end] + rest[end + len(closing) :] == original:
                return start, start + end
    if text == original:
        return None
    raise ValueError("the text is not the one that was exported")


def _places(text: str, what: str) -> list[int]:
    out, at = [], text.find(what)
    while at >= 0:
        out.append(at)
        at = text.find(what, at + 1)
    return out
