"""What source and references tell of another time, and the words by which any text does (`data/past.toml`)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import regex

from metrics.matching import may_begin, may_end
from metrics.normalise import normalise, normalise_surface
from metrics.numbers import NumberMention
from metrics.reading import bears_out
from metrics.records import Fact
from metrics.statements.wordings import group_of
from metrics.statements.words import WordFinder, alternatives, table
from metrics.stretches import Stretches

END = regex.compile(r"[。！？!?;；།༎\n]|\.(?=\s|\Z)")
"""Ends a sentence."""
DIRECT = 14
"""Code points before a word in which what stands directly before it is looked for."""
_AROUND = (60, 80)
"""Code points before a past word of a reference, and behind it, in which what it is said of stands."""
_NOTE = 9
"""Characters below which a source is a note of its facts, and silent about all else."""
_HINTS = ("years", "times", "own", "compared")
_FIGURE = regex.compile(r"[0-9](?![0-9.,]*\s?[年月日号时点])")
_OWN = 60
"""Code points behind "earlier" in which what is so now may take over."""
_DATE = regex.compile("[0-9]+[月日号]")
_PARTS = {"zh": "[，,]", "en": ",", "th": r"(?<!ว่า)\s"}
_YEAR = r"(?<![0-9.,])(?:1[89]|2[0-6])[0-9]{2}(?![0-9.,])"
_ANY_YEAR = regex.compile(_YEAR)
_NAMED_YEAR = {"th": rf"(?:ปี|พ\.ศ\.|ค\.ศ\.)\s?{_YEAR}", "bo": rf"ལོ་{_YEAR}", "zh": rf"{_YEAR}(?=年)", "en": _YEAR}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    said: WordFinder
    pieces: tuple[str, ...]
    """A text with none of these has no word of `said`."""
    kinds: dict[str, str]
    """What kind of word each of `said` is: recent, opens or said."""
    lead: regex.Pattern[str]
    compared: regex.Pattern[str]
    yearly: regex.Pattern[str]
    now: regex.Pattern[str]
    loose: WordFinder
    current: frozenset[str]
    """The words of now, which `loose` and `hint` find, too, for they may hold others."""
    year: regex.Pattern[str]
    direct: regex.Pattern[str]
    behind: regex.Pattern[str]
    hint: WordFinder
    hints: dict[str, str]
    """The kind of each hint, one of `_HINTS`."""
    last: regex.Pattern[str]
    last_not: regex.Pattern[str]
    last_end: regex.Pattern[str]
    parts: regex.Pattern[str]


def _counts(lang: str) -> list[str]:
    """Small numbers, in words and in figures."""
    figures = [str(count) for count in range(1, 31)]
    return [*table("past")["number"].get(lang, ()), *figures, *(f"{figure} " for figure in figures)]


def told_past(text: str, words: Words) -> list[tuple[int, int, str]]:
    """(start, end, kind) of the hints of a text that speaks of another time, years included."""
    found = [(start, end, words.hints[word]) for start, end, word in words.hint.find(text) if word in words.hints]
    return found + [(*match.span(), "years") for match in _ANY_YEAR.finditer(text)]


@cache
def words_of(lang: str) -> Words | None:
    """The words of a language; None where none are listed."""
    data = table("past").get(lang)
    if data is None:
        return None
    apart, spaced = lang == "bo", lang == "en"

    def some(*keys: str) -> str:
        return alternatives(word for key in keys for word in data.get(key, ()))

    def whole(body: str) -> str:
        if apart:
            return rf"(?<![\u0f40-\u0fbc])(?:{body})(?:འི|འང|འམ|འོ)?(?![\u0f40-\u0fbc])"
        return rf"\b(?:{body})\b" if spaced else rf"(?:{body})(?![ะาำๅ\p{{M}}])"

    def made(body: str) -> regex.Pattern[str]:
        return regex.compile(body, regex.IGNORECASE if spaced else 0)

    kinds: dict[str, str] = {}
    for key in ("said", "recent"):
        for word in data[key]:
            for count in _counts(lang) if "{n}" in word else ("",):
                kinds[normalise(word.replace("{n}", count)).lower()] = key
    kinds.update((normalise(word).lower(), "opens") for word in data["opens"])
    current = frozenset(normalise(word).lower() for word in data["now"])
    hints = {normalise(word).lower(): key for key in _HINTS for word in data[key]}
    return Words(
        WordFinder(kinds, lang),
        tuple(data["pieces"]),
        kinds,
        made(rf"(?:{some('lead')})\s?\Z"),
        made(rf"(?:{some('compare')})\s?\Z"),
        made(rf"[\s་]?(?:{some('yearly')})"),
        made(whole(some("now"))),
        WordFinder({*current, *data["loose"]}, lang),
        current,
        made(_NAMED_YEAR[lang]),
        made(rf"(?:{some('direct')})\s?\Z"),
        made(rf"[\s་]?(?:{some('behind')})"),
        WordFinder({*current, *hints}, lang),
        hints,
        made(rf"(?<!{some('last_not')})(?:{some('last')})"),
        made(rf"(?:{some('last_not')})\Z"),
        made(rf"{END.pattern}|{some('last_end')}"),
        made(whole(some("join")) if apart else _PARTS[lang]),
    )


class Times:
    """What source and references tell of another time."""

    def __init__(
        self,
        source: str,
        source_lang: str,
        references: Sequence[str],
        lang: str,
        facts: Sequence[Fact],
        numbers: Callable[[], Iterable[NumberMention]],
    ) -> None:
        """All texts are normalised. numbers: those of the source."""
        self._source, self._references, self._facts = source, references, facts
        self._lang, self._source_lang, self._numbers = lang, source_lang, numbers
        self._known: dict[int, bool] = {}
        self._lasting: dict[tuple[object, ...], bool] = {}
        self._kinds: set[str] = set()
        words = words_of(source_lang)
        self.asked = words is not None and words_of(lang) is not None and len(source) >= _NOTE
        """Are the words of both languages listed?"""
        last = list(_last(source, words)) if words and self.asked else []
        self.last = Stretches(last)
        """Where the source tells of the last time alone."""
        self._lately = "\n".join(source[low:high] for low, high in last)
        self.has_last = bool(last)

    @cached_property
    def _then(self) -> tuple[list[tuple[int, int]], list[list[tuple[int, int]]]]:
        """Where the source, and each reference, may tell of another time."""
        words, own = words_of(self._source_lang), words_of(self._lang)
        assert words is not None
        assert own is not None
        told, text = [], self._source
        ends = [match.end() for match in END.finditer(text)] + [len(text)]
        with_figures = {bisect_left(ends, match.end()) for match in _FIGURE.finditer(text)}
        for start, end, kind in told_past(text, words):
            at = bisect_left(ends, end)
            low = ends[at - 1] if at else 0
            compared = words.last_not.search(text, max(0, start - DIRECT), start) is not None
            further = 0 if compared else {"years": 2, "times": 1}.get(kind, at in with_figures) - (at in with_figures)
            high = min(ends[at], end + _OWN)
            over = words.last_end.search(text, end, high) if kind == "own" else None
            told.append((low, over.start() if over else ends[min(at + further, len(ends) - 1)]))
            self._kinds.add(kind)
        before, behind = _AROUND
        return told, [
            [(start - before, end + behind) for start, end, _ in told_past(text, own)] for text in self._references
        ]

    def silent(self, years: bool) -> bool:
        """Do neither the source nor a reference speak of another time at all, or of another year?"""
        source, references = self._then
        told = not self._kinds.isdisjoint(("years", "compared")) if years else bool(source)
        return not told and not any(references)

    @cached_property
    def dated(self) -> bool:
        """May the source say a date?"""
        return _DATE.search(self._source) is not None or self._source_lang != "zh"

    @cached_property
    def _stretches(self) -> tuple[Stretches, list[Stretches]]:
        source, references = self._then
        return Stretches(source), [Stretches(found) for found in references]

    def may_be_past(self, index: int) -> bool:
        """May a fact be of another time: does a word of one stand near it anywhere? True for one that is not found."""
        if index not in self._known:
            source, references = self._stretches
            fact, places = self._facts[index], list(_places(self._source, self._facts[index].source))
            group = group_of(fact.target, self._lang) if fact.type == "event" else None
            words = (*fact.target, *(group.words if group else ()))
            self._known[index] = (
                not places
                or any(source.meet(*place) for place in places)
                or any(
                    near.meet(*place)
                    for text, near in zip(self._references, references, strict=True)
                    for place in _places(text, words)
                )
            )
        return self._known[index]

    def only_last(self, facts: frozenset[int], mention: NumberMention) -> bool:
        """Does the source tell all of these only of the last time, and no reference as of now?"""
        key = (facts, mention.key, mention.currencies)
        if key not in self._lasting:
            self._lasting[key] = all(map(self._lasts, facts)) and not any(
                bears_out(m, mention) and not self.last.hold(*m.core) for m in self._numbers()
            )
        return self._lasting[key]

    def _lasts(self, index: int) -> bool:
        if not any(normalise_surface(surface) in self._lately for surface in self._facts[index].source):
            return False
        places = list(_places(self._source, self._facts[index].source))
        return (
            bool(places)
            and all(self.last.hold(*place) for place in places)
            and all(
                near.meet(*place)
                for text, near in zip(self._references, self._stretches[1], strict=True)
                for place in _places(text, self._facts[index].target)
            )
        )


def _last(source: str, words: Words) -> Iterable[tuple[int, int]]:
    high = 0
    for match in words.last.finditer(source):
        if match.start() >= high:
            end = words.last_end.search(source, match.end())
            high = end.start() if end else len(source)
            yield match.start(), high


def _places(text: str, surfaces: Iterable[str]) -> Iterable[tuple[int, int]]:
    """Where a text has one of the surfaces."""
    for surface in map(normalise_surface, surfaces):
        at = text.find(surface) if surface else -1
        while at >= 0:
            if may_begin(text, at) and may_end(text, at, at + len(surface)):
                yield at, at + len(surface)
            at = text.find(surface, at + len(surface))
