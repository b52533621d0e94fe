"""Thai and Tibetan in Latin letters, and words in Latin letters spelled by the same rules: คาร์ล and Carl are both karl.

For comparison alone: tones and the lengths of vowels are dropped, letters of one sound are one. A letter that is not
spoken (ส์ in เจมส์) is kept, for the other spelling has it.
"""

from __future__ import annotations

import re
from functools import lru_cache

_DOUBLED = re.compile(r"(.)\1+")
_CONSONANTS = {
    "กขฃคฅฆ": "k", "ง": "ng", "จ": "j", "ฉชฌ": "ch", "ซศษส": "s", "ญย": "i", "ดฎ": "d", "ตฏฐฑฒถทธ": "t", "นณ": "n",
    "บ": "b", "ปผพภ": "p", "ฝฟ": "f", "ม": "m", "ร": "r", "ลฬ": "l", "ว": "v", "หฮ": "h", "อ": "",
    "ะัาๅ": "a", "ิี": "i", "ึืุู": "u", "เ": "e", "แ": "a", "โ": "o", "ใไ": "ai", "ำ": "am", "ฤ": "ri",
}  # fmt: skip
_LETTER = {letter: to for letters, to in _CONSONANTS.items() for letter in letters}
_LEADING = "เแโใไ"
# A leading vowel, its consonant (with ร or ล behind it where that one carries the tone), and what closes the vowel.
_SYLLABLE = re.compile(
    rf"(?P<lead>[{_LEADING}])(?P<consonant>[ก-ฮ])(?P<second>[รล](?=[\u0e47-\u0e4b]))?[\u0e48-\u0e4b]?"
    r"(?P<close>\u0e35[\u0e48-\u0e4b]?ย|\u0e37[\u0e48-\u0e4b]?อ|\u0e34|\u0e47|อ|า)?"
)
_VOWEL_FOLLOWS = re.compile(r"[\u0e30-\u0e3a\u0e45\u0e47-\u0e4b]")


def _vowel(lead: str, close: str) -> str:
    """The vowel written around a consonant: เ-ีย, เ-ือ, เ-า, เ-อ, and the leading ones alone."""
    if lead == "เ" and close:
        return "ia" if close[-1] == "ย" else "ua" if close[0] == "\u0e37" else "ao" if close == "า" else "e"
    return _LETTER[lead]


def thai_in_latin(text: str) -> tuple[str, list[int]]:
    """A Thai text letter by letter in Latin letters, and the offset of each; vowels after their consonants. Linear in
    the text."""
    out: list[str] = []
    at: list[int] = []

    def put(letters: str, place: int) -> None:
        for letter in letters:
            if not (out and out[-1] == letter):  # doubled letters count once
                out.append(letter)
                at.append(place)

    i = 0
    while i < len(text):
        char = text[i]
        syllable = _SYLLABLE.match(text, i) if char in _LEADING else None
        if syllable:
            lead, close = syllable["lead"], syllable["close"] or ""
            if close == "อ" and (lead != "เ" or _VOWEL_FOLLOWS.match(text, syllable.end())):
                close = ""  # โคอะลา: the next syllable's
            if close == "า" and lead != "เ":
                close = ""
            put(_LETTER.get(syllable["consonant"], ""), syllable.start("consonant"))
            if syllable["second"]:
                put(_LETTER[syllable["second"]], syllable.start("second"))
            put(_vowel(lead, close), i)
            i = syllable.end() if close or not syllable["close"] else syllable.start("close")
            continue
        if char == "อ":
            put("" if _VOWEL_FOLLOWS.match(text, i + 1) else "o", i)
        elif char == "ว" and i and text[i - 1] == "\u0e31":
            put("ua", i)
        elif char in _LETTER:
            put(_LETTER[char], i)
        elif char.isascii() and char.isalnum():
            put(char.lower(), i)
        i += 1
    return "".join(out), at


_BO_CONSONANTS = {
    "ཀཁགྐྑྒ": "k", "ངྔ": "ng", "ཅཆྕྖཤཞཥྴྮྵ": "ch", "ཇྗ": "j", "ཉྙ": "ny", "ཏཐཊཋྟྠྚྛ": "t", "དཌྡྜ": "d", "ནཎྣྞ": "n", "པཕྤྥ": "p",
    "བྦ": "b", "མྨ": "m", "ཙཚཛཟསྩྪྫྶྯ": "s", "ཝྭ": "v", "ཡྱ": "i", "རྲཪྼ": "r", "ལླ": "l", "ཧ": "h", "ཨཱའྰྷ": "",
    "ཱིི": "i", "ཱུུ": "u", "ེཻ": "e", "ོཽ": "o",
}  # fmt: skip
_BO_LETTER = {letter: to for letters, to in _BO_CONSONANTS.items() for letter in letters}
_BO_VOWEL = re.compile(r"[\u0f72-\u0f7d\u0f80]")
_BO_SYLLABLE = re.compile(r"[\u0f40-\u0fbc]+")
_BO_STACK = re.compile(r"[\u0f40-\u0f6c][\u0f90-\u0fbc]*")


def tibetan_in_latin(text: str) -> str:
    """A Tibetan name letter by letter in Latin letters, with the a that stands unwritten behind a first letter without
    a vowel; words with a prefixed letter (བརྒྱ) are not read rightly; foreign names have none."""
    out = []
    for syllable in _BO_SYLLABLE.findall(text.replace("ཧྥ", "ཕ")):
        bare = _BO_VOWEL.search(syllable) is None
        for i, char in enumerate(syllable):
            out.append(_BO_LETTER.get(char, ""))
            stack = _BO_STACK.match(syllable)
            if bare and stack and i == stack.end() - 1:
                out.append("a")
    return _DOUBLED.sub(r"\1", "".join(out))


_RULES = tuple((re.compile(pattern), to) for pattern, to in (
    (r"[àáâãäåā]", "a"), (r"[èéêëē]", "e"), (r"[ìíîïī]", "i"), (r"[òóôõöøō]", "o"), (r"[ùúûüū]", "u"), (r"ñ", "ny"),
    (r"ç", "s"), (r"ph", "f"), (r"th", "t"), (r"sch|tch|sh", "ch"), (r"ch(?=[rl])", "k"), (r"ck|qu?", "k"),
    (r"gh(?=t|\b)", ""), (r"x", "ks"), (r"z", "s"), (r"c(?=[eiy])", "s"), (r"c(?!h)", "k"), (r"g(?=[ei])", "j"),
    (r"(?<!n)g", "k"), (r"w", "v"), (r"a(?=[dfklmnpstv]es?\b)", "e"), (r"ee|ea", "i"), (r"oo|ou", "u"), (r"y", "i"),
    (r"(?<=\w\w[bcdfgjklmnprstv])e\b", ""),
))  # fmt: skip


@lru_cache(maxsize=1 << 16)
def latin_spelled(word: str) -> str:
    """A word in Latin letters as `thai_in_latin` would spell its sounds."""
    word = word.lower()
    for pattern, to in _RULES:
        word = pattern.sub(to, word)
    return _DOUBLED.sub(r"\1", "".join(letter for letter in word if letter.isalnum()))
