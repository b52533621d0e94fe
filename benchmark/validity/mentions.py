"""All mentions of a name in a text: what has to be replaced so that the name is said no more."""

from __future__ import annotations

import re
import unicodedata

from metrics.open.likeness import STEM
from metrics.open.names import Name
from metrics.open.spelling import coarse, loose

LETTERS = 6
"""Letters of a coarse form from which it stands nowhere by chance."""
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")
_GLOSS = re.compile(
    r"[^()（）]{0,20}?\s?(?P<gloss>[(（]\s?[A-Za-z\u00c0-\u024f][\x20-\x27\x2a-\x7e\u00c0-\u024f]{0,60}[)）]?)"
)
_OPEN = re.compile(r"[^\s(（]\s?[(（]\s?\Z")


def is_gloss(text: str, start: int) -> bool:
    """Whether what begins here stands in brackets behind another word, which says the same in another script."""
    return _OPEN.search(text, max(0, start - 4), start) is not None


def mentions(text: str, name: Name, words: str, lang: str) -> list[tuple[int, int]]:
    """Where a normalised text names it, apart and in order: any form as written, in the coarse spelling, in Latin
    letters that begin like one of them, and in a bracket behind. No chance likeness is among them.

    words: as it was found.
    """
    found = [m.span() for form in {words, *name.target} for m in re.finditer(re.escape(form), text)]
    rough, places = loose(text, lang)
    for form in {coarse(form, lang) for form in (words, *name.target) if not form.isascii()}:
        if len(form) >= LETTERS:
            found += [(places[m.start()], places[m.end() - 1] + 1) for m in re.finditer(re.escape(form), rough)]
    stems = tuple(
        form.lower()[: max(STEM, len(form) - 2)] for form in name.target if form.isascii() and len(form) >= STEM
    )
    found += [m.span() for m in _WORD.finditer(text) if stems and _plain(m.group()).startswith(stems)]
    found += [m.span("gloss") for _, end in tuple(found) if (m := _GLOSS.match(text, end))]
    return _apart(found)


def _plain(word: str) -> str:
    """Lower case without accents."""
    return "".join(c for c in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(c))


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap become one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def replaced(text: str, spans: list[tuple[int, int]], new: str) -> str:
    """The text with something else in all of these places."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])
