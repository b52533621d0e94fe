"""Where words begin and end: the one segmentation that BLEU, repetition and the matching of surfaces share.

Each text is cut once (the cuts are kept), by the `words` of its language: Thai by PyThaiNLP's newmm, languages in
Tibetan script into tsheg syllables, Chinese by sacreBLEU's `zh`, other scripts without spaces into characters,
everything else by sacreBLEU's `13a`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

import regex
from ahocorasick_rs import AhoCorasick

from metrics.errors import UserError
from metrics.languages import language
from metrics.thai_dictionary import dictionary, thai_words

# A syllable ends at a tsheg; the marks of clause and verse end (shad and its kin) are tokens of their own.
_TIBETAN = re.compile(r"[^\s\u0f0b\u0f0c\u0f0d-\u0f14]+|[\u0f0d-\u0f14]")
_SHAD = frozenset(map(chr, range(0x0F0D, 0x0F15)))
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]")
_CLUSTER = regex.compile(r"\S\p{M}*")
_FORMATTED = re.compile(r"(?<!\d)(?:\d++[.,:])+\d++")
"""A run of digits is looked at from its beginning alone: from further inside it would be read again for nothing."""
_MISSING = "Thai words need pythainlp, which is not installed; run: pip install pythainlp"


@lru_cache(maxsize=65_536)
def _thai_piece(piece: str) -> tuple[str, ...]:
    try:
        from pythainlp.tokenize import word_tokenize
    except ImportError as err:
        raise UserError(_MISSING) from err
    tokens = word_tokenize(piece, custom_dict=dictionary(), engine="newmm", join_broken_num=False)  # type: ignore[arg-type]
    return tuple(_rejoined(tokens, piece))


def _rejoined(tokens: list[str], text: str) -> list[str]:
    """newmm's tokens with those joined that a formatted number lies in (12:30, 1,234.5): what PyThaiNLP does by
    default, in time that does not grow with the square of a run of digits."""
    found = _FORMATTED.finditer(text)
    match, at, joined = next(found, None), 0, list[str]()
    inside = None
    for token in tokens:
        while match is not None and match.end() <= at:
            match = next(found, None)
        begun = match if match is not None and match.start() <= at else None
        if begun is not None and begun is inside:
            joined[-1] += token
        else:
            joined.append(token)
        inside, at = begun, at + len(token)
    return joined


@cache
def _spaced_words() -> tuple[list[str], AhoCorasick]:
    """The words of newmm's dictionary with a space in them, and what finds them all in one pass."""
    spaced = sorted(word for word in thai_words() if " " in word)
    return spaced, AhoCorasick(spaced)


def _holds_spaced_word(text: str) -> bool:
    spaced, finder = _spaced_words()
    try:
        return bool(finder.find_matches_as_indexes(text))
    except UnicodeEncodeError:  # half of a surrogate pair
        return any(word in text for word in spaced)


def _before_space(piece: str) -> tuple[str, ...]:
    """The tokens of what a space follows."""
    return _thai_piece(f"{piece} ")[:-1] if piece.endswith("ย") else _thai_piece(piece)


def _thai_tokens(text: str) -> tuple[str, ...]:
    """newmm's tokens of a text in `equal_form`, white space included: joined they are the text.

    The text is cut at its spaces and what lies between is cut and kept: outputs share most of it with each other and
    with the references. The tokens are those of the whole text: no word of the dictionary crosses a space (texts that
    hold one of the few that do are cut as a whole), and the one rule that looks ahead over the end (of เ-ีย) is given
    the space it looks at.
    """
    if " " not in text or _holds_spaced_word(text):
        return _thai_piece(text)
    tokens: list[str] = []
    *pieces, last = text.split(" ")
    for piece in pieces:
        tokens += _before_space(piece)
        tokens.append(" ")
    return (*tokens, *_thai_piece(last))


@lru_cache(maxsize=65_536)
def _words_before_space(piece: str) -> tuple[str, ...]:
    return tuple(word for token in _before_space(piece) for word in token.split())


def _thai(text: str) -> list[str]:
    """The tokens of `_thai_tokens` without white space: some words of newmm's dictionary hold a space."""
    *pieces, last = [text] if _holds_spaced_word(text) else text.split(" ")
    found = list(chain.from_iterable(map(_words_before_space, pieces)))
    for token in _thai_piece(last):
        found += token.split()
    return found


@cache
def _sacrebleu(name: str) -> Callable[[str], str]:
    from sacrebleu.metrics import BLEU

    return BLEU(tokenize=name).tokenizer


def _by(name: str) -> Callable[[str], list[str]]:
    """A tokenizer of sacreBLEU."""
    return lambda text: _sacrebleu(name)(text).split()


TOKENIZERS: dict[str, Callable[[str], list[str]]] = {
    "newmm": _thai,
    "tsheg": _TIBETAN.findall,
    "zh": _by("zh"),
    "char": _by("char"),
    "13a": _by("13a"),
}
"""`Language.words` -> the words of a text in `metrics.normalise.equal_form`."""


@lru_cache(maxsize=32_768)
def _words(text: str, kind: str) -> tuple[str, ...]:
    return tuple(TOKENIZERS[kind](text))


def cut(text: str, kind: str) -> tuple[str, ...]:
    """The words of a text in `equal_form`, cut the way that a key of TOKENIZERS names. Raises UserError for newmm
    without pythainlp."""
    return _words(text, kind)


def words(text: str, lang: str) -> tuple[str, ...]:
    """The words that BLEU counts, of a text in `equal_form`. Raises UserError for an unknown code, or for Thai without
    pythainlp."""
    return _words(text, language(lang).words)


def units(text: str, lang: str) -> list[str]:
    """The units whose 4-grams repetition counts, of a text in `equal_form`: words in Thai, syllables in Tibetan script,
    characters in other scripts without spaces, words and punctuation marks elsewhere. Raises as `words`."""
    told = language(lang)
    if told.units == "newmm":
        return list(_words(text, "newmm"))
    if told.units == "syllables":
        return [syllable for syllable in _words(text, "tsheg") if syllable not in _SHAD]
    return (_CLUSTER if told.units == "characters" else _WORD).findall(text)


@cache
def segmenter(kind: str) -> str:
    """How a signature names a segmentation, with the version of what it depends on."""
    if kind != "newmm":
        return kind
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"newmm-pythainlp{version('pythainlp')}"
    except PackageNotFoundError as err:
        raise UserError(_MISSING) from err


def thai_cut(text: str) -> list[tuple[int, int, bool]]:
    """(start, end, is it in newmm's dictionary) of each token of a Thai text, white space left out."""
    known, found, start = _thai_dictionary()[0], [], 0
    for token in _thai_tokens(text):
        end = start + len(token)
        if not token.isspace():
            found.append((start, end, token in known))
        start = end
    return found


# ---- whole words -------------------------------------------------------------------------------------------------

WholeWord = Callable[[str, int, int, bool], bool]
"""(normalised text, start, end, is a name) -> whether text[start:end] is no part of another word."""


def whole_word(lang: str) -> WholeWord | None:
    """The judge of word boundaries of a language; None where no segmenter of its words is at hand."""
    return _thai_whole if language(lang).words == "newmm" else None


@cache
def _thai_dictionary() -> tuple[frozenset[str], str]:
    """(newmm's words, the same in one string for searching within them)."""
    known = thai_words()
    return known, "\n".join(sorted(known))


@cache
def _compounds() -> tuple[tuple[str, ...], frozenset[tuple[str, str]]]:
    """(what derives a noun from a verb: การ, ผู้, ...; words of the dictionary that state the name in them: (ชาวไทย,
    ไทย), ...).

    Both from thai_compounds.tsv, which a reader of Thai can review.
    """
    rows = [
        row.split("\t") for row in files("metrics").joinpath("thai_compounds.tsv").read_text("utf-8").splitlines()[1:]
    ]
    return tuple(r[1] for r in rows if r[0] == "derived"), frozenset((r[1], r[2]) for r in rows if r[0] == "compound")


@lru_cache(maxsize=65_536)
def _may_be_a_part(surface: str) -> bool:
    return surface in _thai_dictionary()[1]


@lru_cache(maxsize=8_192)
def _inner_ends(text: str) -> dict[int, tuple[int, int]]:
    """Offset inside a dictionary word of the text -> (start, end) of that word."""
    found: dict[int, tuple[int, int]] = {}
    start = 0
    for token in _thai_tokens(text):
        end = start + len(token)
        if token in _thai_dictionary()[0]:
            found.update(dict.fromkeys(range(start + 1, end), (start, end)))
        start = end
    return found


def _thai_whole(text: str, start: int, end: int, name: bool) -> bool:
    """False where the match is a part of one word of the dictionary (เลย in จำเลย), or is itself such a word but was
    read otherwise (ตาก at the seam of ตา + กลม).

    Names that the dictionary does not know stand wherever they are written. A compound may state its part (ไทย in
    ชาวไทย), and what is no name is stated by the noun made of it, too (เสียชีวิต in ผู้เสียชีวิต).
    """
    surface = text[start:end]
    if not _may_be_a_part(surface):
        return True
    inner = _inner_ends(text)
    for edge in (start, end):
        word = inner.get(edge)
        if word is None:
            continue
        first, last = word
        if first <= start and end <= last:
            derived, compounds = _compounds()
            states = (text[first:last], surface) in compounds or (
                not name and end == last and text[first:start] in derived
            )
            if (first, last) != (start, end) and not states:
                return False
        elif surface in _thai_dictionary()[0]:
            return False
    return True
