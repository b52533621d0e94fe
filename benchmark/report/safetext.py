"""Texts written by models, made safe and visible: HTML-escaped, control and bidirectional characters shown by their
code point.

A text may hold anything: markup, a right-to-left override that reorders what follows it, characters of no width that
make two texts look alike, private characters. All of that is shown, none of it acts on the page.
"""

from __future__ import annotations

import unicodedata

from markupsafe import Markup, escape

SHOWN_CHARS = 1500
"""Longer texts are cut on the page (never in the files), and the page says by how much."""
INVISIBLE = frozenset({"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u180e", "\u2800", "\u3164", "\uffa0"})
"""Characters without ink that Unicode does not file under the categories below (fillers, the grapheme joiner)."""
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def hidden(char: str) -> bool:
    """Whether a reader could not see this character, or it would change how its neighbours are shown."""
    if unicodedata.category(char) in HIDDEN_CATEGORIES or char in INVISIBLE:
        return True
    code = ord(char)
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF  # variation selectors


def _name(char: str) -> str:
    names = {"\n": "line feed", "\r": "carriage return", "\t": "tab", "\0": "null"}
    return names.get(char) or unicodedata.name(char, "control, private or unassigned character").lower()


def visible(text: str) -> Markup:
    """The text as HTML: escaped, with a labelled chip in place of every hidden character."""
    parts: list[Markup] = []
    plain: list[str] = []
    for char in text:
        if not hidden(char):
            plain.append(char)
            continue
        parts.append(escape("".join(plain)))
        plain.clear()
        shown = {"\n": "↵", "\t": "⇥"}.get(char) or f"U+{ord(char):04X}"
        parts.append(Markup('<span class="ctl" title="{}">{}</span>').format(_name(char), shown))
    parts.append(escape("".join(plain)))
    return Markup("").join(parts)


def plain(text: str) -> str:
    """The text for an attribute or a heading: hidden characters become "U+XXXX" (escaping is left to the template)."""
    return "".join(f"[U+{ord(c):04X}]" if hidden(c) else c for c in text)


def shortened(text: str, limit: int = SHOWN_CHARS) -> tuple[str, int]:
    """(the text cut to `limit` code points, how many code points were left out)."""
    return text[:limit], max(0, len(text) - limit)
