"""The words of denial of each language (`data/denial.toml`), and where a text has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from metrics.statements.words import WordFinder, one_of, table

_BREAKS = {"zh": regex.compile(r"[。！？；!?;\n]"), "en": regex.compile(r"[!?;\n]|\.(?=\s|$)")}
_BREAK = regex.compile(r"[!?;。！？\n༎]")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    cues: WordFinder
    kinds: dict[str, frozenset[str]]
    contrast: regex.Pattern[str]
    filler: regex.Pattern[str]
    anaphor: regex.Pattern[str]
    whole: regex.Pattern[str]
    breaks: regex.Pattern[str]


_KINDS = ("before", "after", "either", "verb", "verb_after", "item", "item_after", "final", "particle", "harmless")
_NEVER = regex.compile(r"(?!)")


@cache
def words_of(lang: str) -> Words | None:
    """The words of a language, None where none are known."""
    from metrics.normalise import normalise

    data = table("denial").get(lang)
    if data is None:
        return None
    kinds: dict[str, set[str]] = {}
    for kind in _KINDS:
        for word in data.get(kind, ()):
            kinds.setdefault(normalise(word).lower(), set()).add(kind)
    filler = regex.compile(
        f"(?:{'|'.join(regex.escape(w) for w in sorted(data['filler'], key=len, reverse=True))}|[\\s་])*"
    )

    def find(key: str) -> regex.Pattern[str]:
        return one_of(data.get(key, ()), lang) or _NEVER

    return Words(
        WordFinder(kinds, lang),
        {w: frozenset(k) for w, k in kinds.items()},
        find("contrast"),
        filler,
        find("anaphor"),
        find("whole"),
        _BREAKS.get(lang, _BREAK),
    )


@lru_cache(maxsize=16)
def cues(text: str, lang: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """(start, end, kinds) of the words of denial in a text; idioms left out."""
    words = words_of(lang)
    found = words.cues.find(text) if words else ()
    return tuple((s, e, words.kinds[w]) for s, e, w in found if "harmless" not in words.kinds[w]) if words else ()
