"""The one normal form in which texts and surfaces are compared, and cutting that never splits a written character.

Three steps, each holding the one before:
- `tidy`: one spelling of what looks the same. Lengths are counted and texts are cut in this form.
- `equal_form`: digits of every script as ASCII. BLEU and chrF see this form: nothing that sacreBLEU would count
  otherwise is changed.
- `normalise`: numbers without thousands commas. Facts, duplicates, near-copies and shared sources are looked for in
  this form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256

import regex


class _AsciiDigits(dict[int, int]):
    """Translation table that fills itself: a decimal digit of any script to ASCII, anything else to itself."""

    def __missing__(self, code_point: int) -> int:
        char = chr(code_point)
        self[code_point] = ord("0") + unicodedata.digit(char) if unicodedata.category(char) == "Nd" else code_point
        return self[code_point]


_DIGITS = _AsciiDigits()
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
# Letters and marks of the scripts that most texts are in, among which is no digit but ASCII's: a text of them alone is
# told in a twentieth of the time that looking for a digit takes.
_NO_OTHER_DIGIT = re.compile("[\x00-\u065f\u0e01-\u0e4f\u0f2a-\u0fff\u1e00-\ua61f\uff01-\uff0f\uff1a-\uff9f]*")
_FULLWIDTH_POINT = re.compile(r"(?<=[0-9])．(?=[0-9])")
_FULLWIDTH_THOUSANDS = re.compile(r"(?<![0-9０-９])[０-９]{1,3}(?:，[０-９]{3})+(?![0-9０-９])")
_THOUSANDS = re.compile(
    # 1,234,567, and 12,34,567 as India groups
    r"(?<![0-9])(?<![0-9][.,])(?:[0-9]{1,3}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})(?![0-9])"
)
# Thousands grouped by a blank that does not break: 1 234 567. A plain blank there parts two numbers, and so may one of
# these in a text that has them between its words.
_UNBROKEN = re.compile(
    r"(?<![0-9])(?<![0-9][.,])[1-9][0-9]{0,2}(?:([\u00a0\u202f\u2009])[0-9]{3})(?:\1[0-9]{3})*(?![0-9])"
)
_UNBROKEN_BLANKS = re.compile("[\u00a0\u202f\u2009]")
_BETWEEN_WORDS = re.compile("[^0-9\\s][\u00a0\u202f\u2009][^0-9\\s]")
_GRAPHEME = regex.compile(r"\X")
_PLAIN_CHAR = "[ -~\u0e01-\u0e2e\u0f40-\u0f6c\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]"
_APART = re.compile(f"{_PLAIN_CHAR}{{2}}")

_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*|")
# What no reader sees: Unicode's Default_Ignorable_Code_Point (zero-width spaces and joiners, BOM, soft hyphen, marks of
# direction, variation selectors) and control characters that are no white space.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Thai and Lao AM is one vowel, typed as one key or as its ring and AA, with the tone mark on either side or between.
_RING_AA = re.compile("\u0e4d([\u0e48-\u0e4b]*)\u0e32|\u0ecd([\u0ec8-\u0ecb]*)\u0eb2")
_AM_RUN = re.compile("\u0e33[\u0e33\u0e48-\u0e4b]*[\u0e48-\u0e4b]|\u0eb3[\u0eb3\u0ec8-\u0ecb]*[\u0ec8-\u0ecb]")
_AM = "\u0e33\u0eb3"
_BO_CLOSING = " \u0f0b\u0f0d\u0f0e\u0f0f\u0f10\u0f11\u0f14"


def _nfc(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


@lru_cache(maxsize=16_384)
def tidy(text: str) -> str:
    """One spelling of what looks the same: the text whose code points are counted (lengths, cuts).

    NFC; without zero-width, control and other invisible characters; any run of white space (NBSP, line breaks,
    ideographic space) as one space, none around; Thai and Lao AM in one code point (a tone mark may stand in its
    middle); the non-breaking tsheg as the tsheg.
    """
    if _PLAIN.fullmatch(text):
        return text
    text = _nfc(_INVISIBLE.sub("", text))
    if "\u0e4d" in text or "\u0ecd" in text:
        text = _nfc(_RING_AA.sub(lambda m: f"{m[1]}\u0e33" if m[1] is not None else f"{m[2]}\u0eb3", text))
    text = text.replace("\u0f0c", "\u0f0b")
    return " ".join(text.split())


@lru_cache(maxsize=4_096)
def equal_form(text: str) -> str:
    """`tidy` with decimal digits of every script (Thai, Tibetan, fullwidth, ...) as ASCII."""
    return _ascii_digits(tidy(text))


def _ascii_digits(text: str) -> str:
    plain = _NO_OTHER_DIGIT.fullmatch(text) or not _OTHER_DIGIT.search(text)
    return text if plain else text.translate(_DIGITS)


@lru_cache(maxsize=16_384)
def normalise(text: str) -> str:
    """The form in which texts are compared: `equal_form` with plain numbers and without two habits of typing.
    Idempotent.

    Thai and Lao AE typed as two E, and AM typed before its tone mark, look like what is meant. A fullwidth point
    between digits and the fullwidth percent sign become ASCII. Commas, and blanks that do not break, go only where they
    group thousands (1,234,567, also wholly in fullwidth), so that lists (1,2,3) stay lists; the Chinese comma stays,
    being punctuation. Chinese numerals are left to `metrics.numbers`: they are words.
    """
    if _UNBROKEN_BLANKS.search(text) and not _BETWEEN_WORDS.search(text):
        text = _UNBROKEN.sub(lambda m: m.group().replace(m.group(1), ""), text)
    text = tidy(text)
    if not text.isascii():
        text = text.replace("\u0e40\u0e40", "\u0e41").replace("\u0ec0\u0ec0", "\u0ec1")
        text = _nfc(_AM_RUN.sub(lambda m: "".join(sorted(m.group(), key=lambda char: char in _AM)), text))
        if "，" in text:
            text = _FULLWIDTH_THOUSANDS.sub(lambda m: m.group().replace("，", ""), text)
        text = _ascii_digits(text)
        if "．" in text:
            text = _FULLWIDTH_POINT.sub(".", text)
        text = text.replace("％", "%")
    return _THOUSANDS.sub(lambda m: m.group().replace(",", ""), text) if "," in text else text


_TIBETAN_FIGURE = re.compile("\u0f0b (?=[0-9])")


def joined(text: str) -> str:
    """A normalised text without the blank that some put between a Tibetan unit and its figure: མི་79, not མི་ 79. The
    facts of a list are looked for in this form."""
    return _TIBETAN_FIGURE.sub("\u0f0b", text) if "\u0f0b " in text else text


def normalise_all(texts: Sequence[str]) -> list[str]:
    """`normalise` of each of many short texts, such as the forms of a list of names, at the price of one long one.

    They are joined by a bar, which is no digit, no space and composes with nothing: no rule reaches over it. The blanks
    that would then stand beside a bar are taken off here, as they are off a text by itself.
    """
    if any("|" in text for text in texts):
        return list(map(normalise, texts))
    return [text.strip(" ") for text in normalise("|".join(texts)).split("|")] if texts else []


def normalise_surface(surface: str) -> str:
    """A gold surface in the form in which it is looked for: `normalise` without a closing tsheg or shad (ལྷ་ས་ is
    stated before a shad, too)."""
    text = normalise(surface)
    return text.rstrip(_BO_CLOSING) or text


def visible(text: str) -> bool:
    """Whether a reader would see anything: zero-width characters and white space alone are nothing."""
    return any(map(str.isalnum, text[:40])) or bool(tidy(text))


def bare(text: str) -> str:
    """The normalised text without any white space: what near-copies are measured on."""
    return normalise(text).replace(" ", "")


def fingerprint(text: str) -> bytes:
    """sha256 of the bare text: equal for texts that differ by invisible characters, white space or the spelling of
    digits alone.

    What "the same source" means for duplicates, shared sources of splits and leaks.
    """
    return sha256(bare(text).encode("utf-8", "surrogatepass")).digest()


def same_text(a: str, b: str) -> bool:
    """Whether two texts are one, white space and invisible characters aside."""
    return a == b or bare(a) == bare(b)


def cut_graphemes(text: str, n_code_points: int) -> str:
    """The longest prefix of at most `n_code_points` code points that ends at a grapheme boundary (Unicode \\X).

    Never leaves a vowel or tone mark behind, nor a letter without its marks. A negative length raises ValueError.
    """
    if n_code_points < 0:
        raise ValueError(f"cannot cut to {n_code_points} code points")
    if len(text) <= n_code_points:
        return text
    # Two plain characters are never one grapheme, whatever stands around them: counting begins at the last such place.
    plain = _APART.search(text[: n_code_points + 1][::-1])
    end = start = n_code_points - plain.start() if plain else 0
    for match in _GRAPHEME.finditer(text, start):
        if match.end() > n_code_points:
            break
        end = match.end()
    return text[:end]
