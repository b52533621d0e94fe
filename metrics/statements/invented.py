"""Names that nobody knows: stretches of text that read as a name and are in no facts (words: `data/names.toml`).

What an output makes up has names that no inventory holds. They are looked for where names stand: behind titles ("Mr"),
company and place words, before words of speech, in Latin letters, in quotation marks. A word of the dictionary behind a
company word is none (Thai: PyThaiNLP's words); a short stretch between spaces that is in none is one. Nothing is a name
that stands in the source.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import regex

from metrics.normalise import normalise
from metrics.scripts import scripts_of
from metrics.statements.words import WordFinder, table
from metrics.words import thai_cut

MAX_LENGTH = 40
_MIN_UNITS = 2
NAME_BEGINS = 6
"""Code points behind a company or place word within which an unknown word makes a name of it."""
FOREIGN = (3, 10)
"""Written characters of a Thai stretch between spaces that counts as a name when the dictionary does not know its
words."""
_RUN = regex.compile(r"[^\s\p{P}0-9“”«»<>]{2,}(?:[ ་][^\s\p{P}0-9“”]{2,})?")
_QUOTED = regex.compile(r"[“\"«「『]([^“”\"«»「」『』]{2,40})[”\"»」』]")
_QUOTE_MARK = regex.compile(r"[“”\"«»「」『』《》]")
_LATIN = regex.compile(
    r"(?<![\p{Latin}\p{N}])[A-Z][\p{Latin}&'’.-]*[\p{Latin}](?:\s(?:of|de|van|von|al)?\s?[A-Z][\p{Latin}&'’.-]*\p{Latin})*"
)
_THAI_BEFORE = regex.compile(
    r"(?:[^\u0e00-\u0e7f]|ใน|ที่|จาก|ของ|กับ|และ|โดย|ให้|แก่|ต่อ|แห่ง|ถึง|สู่|คือ|หรือ|อดีต|พนักงาน|ลูกค้า|หุ้น|ซื้อ|ฟ้อง)\Z"
)
_THAI = regex.compile(r"[\u0e01-\u0e45\u0e47-\u0e4e]+")
_ABBREVIATION = regex.compile(r"[\u0e01-\u0e2e]{2,4}\.")
"""Thai letters without a vowel, and a point: สตช. is an office, บจก. a form of company, and neither a person."""
_CHUNKS = regex.compile(r"[^\s\p{P}]+")
_GRAPHEME = regex.compile(r"\X")


@dataclass(frozen=True, slots=True)
class InventedName:
    """A stretch of text that reads as a name."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class _Words:
    cues: WordFinder
    kinds: dict[str, str]
    after: WordFinder
    after_kinds: dict[str, str]
    closes: tuple[str, ...]
    generic: tuple[str, ...]


@cache
def _words(lang: str) -> _Words | None:
    data = table("names").get(lang)
    if data is None:
        return None
    kinds: dict[str, str] = {}
    after: dict[str, str] = {}
    for key, kind in (("title", "person"), ("company", "organisation"), ("place", "place"), ("speech", "speech")):
        kinds |= dict.fromkeys(data.get(key, ()), kind)
        after |= dict.fromkeys(data.get(f"{key}_after", ()), kind)

    closes, generic = tuple(data.get("closes", ())), tuple(data.get("generic", ()))
    return _Words(WordFinder(kinds, lang), _normal(kinds), WordFinder(after, lang), _normal(after), closes, generic)


def _normal(words: dict[str, str]) -> dict[str, str]:
    return {normalise(word).lower(): kind for word, kind in words.items()}


@cache
def _common() -> frozenset[str]:
    return frozenset(word.lower() for word in table("names")["any"]["common"])


def _unknown_words(text: str) -> bool:
    """Are there words in a Thai text that its dictionary does not have (3 code points or more)?"""
    return any(end - start >= 3 and not known for start, end, known in thai_cut(text))


def invented_names(text: str, lang: str, source: str, taken: Sequence[bool]) -> list[InventedName]:
    """The invented names of a normalised text, by start, without overlap.

    source: the normalised source; what it holds is no invention. taken: per code point, whether a known item covers it.
    """
    found: list[InventedName] = []
    words = _words(lang)
    if words is not None:
        found += _at_words(text, lang, words, taken)
    if lang == "th":
        found += _foreign(text, taken)
    if "Latin" not in (scripts_of(lang) or ("Latin",)):
        found += _latin(text, source, taken)
    if _QUOTE_MARK.search(text) and not _QUOTE_MARK.search(source):
        found += [
            InventedName(m.start(1), m.end(1), "organisation")
            for m in _QUOTED.finditer(text)
            if not any(taken[m.start(1) : m.end(1)]) and len(m.group(1).split()) <= 4
        ]
    kept: list[InventedName] = []
    for name in sorted(found, key=lambda name: (name.start, -name.end)):
        if not kept or name.start >= kept[-1].end:
            kept.append(name)
    return kept


def _free(text: str, taken: Sequence[bool], start: int) -> int:
    """Where the free stretch that begins at `start` ends: before the next known item, and after MAX_LENGTH at the
    latest."""
    end = start
    while end < min(len(text), start + MAX_LENGTH) and not taken[end]:
        end += 1
    return end


def _at_words(text: str, lang: str, words: _Words, taken: Sequence[bool]) -> list[InventedName]:
    found: list[InventedName] = []
    for start, end, word in words.cues.find(text):
        if (
            any(taken[start:end])
            or not _may_begin(text, lang, start, taken)
            or any(text.startswith(common, start) for common in words.generic)
        ):
            continue
        kind = words.kinds[word]
        if kind == "speech":
            name = _speaker(text, start, taken)
        elif kind == "person":
            name = _behind_title(text, lang, start, end, taken)
        else:
            name = _behind_company(text, lang, end, words, taken, kind)
        if name is not None:
            found.append(name)
    for start, end, word in words.after.find(text):
        if not any(taken[start:end]):
            name = _before_company(text, lang, start, taken, words.after_kinds[word])
            if name is not None:
                found.append(name)
    return found


def _may_begin(text: str, lang: str, start: int, taken: Sequence[bool]) -> bool:
    """Thai words are not parted: a title or company word counts where a word must begin. นาย is none in ทนาย, นคร none
    in เป็นครั้ง."""
    return (
        lang != "th" or not start or taken[start - 1] or _THAI_BEFORE.search(text, max(0, start - 8), start) is not None
    )


def _enough(text: str) -> bool:
    return len(_GRAPHEME.findall(text.strip(" ་"))) >= _MIN_UNITS


def _behind_title(text: str, lang: str, start: int, end: int, taken: Sequence[bool]) -> InventedName | None:
    if lang == "bo" and end < len(text) and text[end] != "་":
        return None
    at = end + 1 if text[end : end + 1] in (" ", "་") else end
    run = _RUN.match(text, at, _free(text, taken, at))
    return InventedName(at, run.end(), "person") if run and _enough(run.group()) else None


def _behind_company(
    text: str, lang: str, end: int, words: _Words, taken: Sequence[bool], kind: str
) -> InventedName | None:
    at = end + 1 if text[end : end + 1] == " " else end
    stop = _free(text, taken, at)
    for close in words.closes:
        where = text.find(close, at, stop)
        if where > at:
            return InventedName(at, where, kind)
    run = _CHUNKS.match(text, at, stop)
    if run is None or not _enough(run.group()):
        return None
    # The whole run up to the next space may go on behind the name; it is a name as soon as its beginning is in no
    # dictionary.
    return InventedName(at, run.end(), kind) if lang == "th" and _begins_unknown(run.group()) else None


def _begins_unknown(run: str) -> bool:
    return any(not known and start <= NAME_BEGINS for start, _, known in thai_cut(run))


def _foreign(text: str, taken: Sequence[bool]) -> list[InventedName]:
    """Short Thai stretches between spaces with words that no dictionary has: transliterated names."""
    found = []
    unknown = [(start, end) for start, end, known in thai_cut(text) if not known]
    starts = [start for start, _ in unknown]
    if unknown:
        for chunk in _CHUNKS.finditer(text):
            start, end = chunk.span()
            if any(taken[start:end]) or not _THAI.fullmatch(chunk.group()) or _ABBREVIATION.match(text, start):
                continue
            size = len(_GRAPHEME.findall(chunk.group()))
            first = bisect_left(starts, start)
            if FOREIGN[0] <= size <= FOREIGN[1] and first < len(unknown) and unknown[first][1] <= end:
                found.append(InventedName(start, end, "person"))
    return found


def _speaker(text: str, start: int, taken: Sequence[bool]) -> InventedName | None:
    low = start
    while low and start - low < MAX_LENGTH and not taken[low - 1]:
        low -= 1
    chunks = list(_CHUNKS.finditer(text, low, start))[-2:]
    if not chunks or chunks[-1].end() < start - 1:
        return None
    said = text[chunks[0].start() : start]
    return (
        InventedName(chunks[0].start(), chunks[-1].end(), "person") if _enough(said) and _unknown_words(said) else None
    )


def _before_company(text: str, lang: str, end: int, taken: Sequence[bool], kind: str) -> InventedName | None:
    if lang != "zh":
        return None
    low = max(0, end - 8)
    run = regex.search(r"[\p{Han}]{2,8}$", text[low:end])
    return InventedName(low + run.start(), end, kind) if run and not any(taken[low + run.start() : end]) else None


def _latin(text: str, source: str, taken: Sequence[bool]) -> list[InventedName]:
    known = source.lower()
    found = []
    for match in _LATIN.finditer(text):
        words = match.group().split()
        if any(taken[match.start() : match.end()]) or all(
            word.lower() in _common() or word.lower() in known for word in words
        ):
            continue
        found.append(InventedName(match.start(), match.end(), "organisation"))
    return found
