"""The words of denial of each language (`data/denial.toml`, `data/unrealised.toml`), and where a text has them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from metrics.matching import may_end
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
    joined: regex.Pattern[str]
    """What may stand between a negation and its event in a language whose phrases blanks part: fillers with blanks, or
    fillers and modals with none."""
    own_phrase: frozenset[str]
    """Negations that no blank may part from what they negate."""
    about: regex.Pattern[str]
    """Opens the denial of a rumour that is named with it."""
    rumour: regex.Pattern[str] | None
    """What a denial of a rumour that is named goes back to."""
    anaphor: regex.Pattern[str]
    whole: regex.Pattern[str]
    breaks: regex.Pattern[str]
    always: tuple[str, ...]
    """Denials that a harmless word may end in the first syllable of."""
    end_only: frozenset[str]
    """Words of `verb_end` that count where their phrase ends behind them or `tail` follows."""
    tail: regex.Pattern[str]
    back: regex.Pattern[str]
    """What may stand between an event and the word of `verb_end` behind it."""
    negator: tuple[str, ...]
    """What a word of negation begins with."""
    alone: frozenset[str]
    """Words that count only where a phrase begins."""
    halves: dict[str, str]
    """A negation with what begins its event, which together look harmless -> the negation."""


KINDS = (
    *("before", "after", "either", "verb", "verb_after", "item", "item_after", "final", "particle", "averted"),
    *("verb_end", "averted_end", "clause", "open", "open_end", "told", "near"),
    *("misreport", "former", "name_after"),
    "harmless",
)
_NEVER = regex.compile(r"(?!)")


@cache
def words_of(lang: str) -> Words | None:
    """The words of a language, None where none are known."""
    from metrics.normalise import normalise

    if lang not in table("denial"):
        return None
    data = _data(lang)
    kinds: dict[str, set[str]] = {}
    halves = {normalise(row.replace("|", "")): normalise(row.partition("|")[0]) for row in data.get("halves", ())}
    for kind in KINDS:
        for word in data.get(kind, ()):
            kinds.setdefault(normalise(word).lower(), set()).add(kind)

    def find(key: str) -> regex.Pattern[str]:
        return one_of(data.get(key, ()), lang) or _NEVER

    return Words(
        WordFinder({*kinds, *halves}, lang),
        {w: frozenset(k) for w, k in kinds.items()},
        find("contrast"),
        filler := _row([*data["filler"], *data.get("modal", ())]),
        _joined(data) if lang == "th" else filler,
        frozenset(normalise(word) for key in ("verb", "averted") for word in table("unrealised")[lang].get(key, ()))
        if lang == "th"
        else frozenset(),
        find("about"),
        one_of(data.get("rumour", ()), lang),
        find("anaphor"),
        find("whole"),
        _BREAKS.get(lang, _BREAK),
        tuple(normalise(word) for word in data.get("verb_after_always", ())),
        frozenset(data.get("end_only", ())),
        regex.compile("|".join(map(regex.escape, data.get("tail", ()))) or "(?!)"),
        _row([*data["filler"], *data.get("back", ())]),
        tuple(data.get("negator", ())),
        frozenset(data.get("alone", ())),
        halves,
    )


def _row(words: list[str], blanks: bool = True) -> regex.Pattern[str]:
    """A pattern for any number of these words (and blanks), the longest word first; it never goes back."""
    from metrics.normalise import normalise

    known = sorted({normalise(word) for word in words}, key=lambda word: (-len(word), word))
    blank = r"|[\s་]" if blanks else ""
    return regex.compile(f"(?:{'|'.join(map(regex.escape, known))}{blank})*+")


def _joined(data: dict[str, list[str]]) -> regex.Pattern[str]:
    """Fillers with blanks, or fillers and modals with none: a modal before a blank closes its phrase."""
    whole = _row([*data["filler"], *data["modal"]], blanks=False)
    return regex.compile(f"{_row(data['filler']).pattern}|{whole.pattern}")


def _data(lang: str) -> dict[str, list[str]]:
    """The lists of both files; a negated verb of `stems` is one word of `verb_after` with each particle before it."""
    data: dict[str, list[str]] = {key: list(words) for key, words in table("denial")[lang].items()}
    more: dict[str, list[str]] = table("unrealised").get(lang, {})
    for key, words in more.items():
        data[key] = data.get(key, []) + words
    negated = [f"{particle}་{stem}" for particle in more.get("particles", ()) for stem in more["stems"]]
    if negated:
        data["verb_after"] = data["verb_after"] + negated
    return data


@lru_cache(maxsize=16)
def cues(text: str, lang: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """(start, end, kinds) of the words of denial in a text; idioms left out."""
    words = words_of(lang)
    if words is None:
        return ()
    found = []
    for start, end, word in words.cues.find(text):
        if negation := words.halves.get(word):
            found.append((start, start + len(negation), words.kinds[negation]))
            continue
        if "harmless" not in words.kinds[word]:
            found.append((start, end, words.kinds[word]))
            continue
        for denial in words.always:
            at = end - len(denial.partition("་")[0])
            if at > start and text.startswith(denial, at) and may_end(text, at, at + len(denial)):
                found.append((at, at + len(denial), words.kinds[denial]))
    return tuple(found)


FOREIGN = {"zh": regex.compile(r"\p{Han}"), "en": regex.compile(r"[A-Za-z]{3}")}
"""Languages that may deny a whole statement in a text of another one -> what such a text must hold."""
_WHOLE = frozenset(("before", "after", "either"))


@cache
def _foreign_words(lang: str) -> tuple[WordFinder, dict[str, frozenset[str]]]:
    from metrics.normalise import normalise

    words = words_of(lang)
    assert words is not None
    kinds = {word: own & _WHOLE for word, own in words.kinds.items() if own & _WHOLE}
    kinds |= {normalise(word).lower(): frozenset({"either"}) for word in table("denial")["foreign"][lang]}
    return WordFinder(kinds, lang), kinds


@lru_cache(maxsize=16)
def foreign_cues(text: str, lang: str) -> tuple[tuple[str, int, int, frozenset[str]], ...]:
    """(language, start, end, kinds) of the words of other languages that deny a whole statement of a text."""
    found = []
    for other, letters in FOREIGN.items():
        if other != lang and letters.search(text):
            finder, kinds = _foreign_words(other)
            found += [(other, start, end, kinds[word]) for start, end, word in finder.find(text)]
    return tuple(found)
