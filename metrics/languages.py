"""The one table of languages: what a code means, and what is known of the language (name, script, words, units,
numbers).

Any spelling of a code means its language: tha, th-TH, th_TH and tha_Thai are th; zho, cmn, zh_Hans and zh-Hant-TW are
zh; bod and tib are bo (BCP 47 and ISO 639, by langcodes). A region says nothing here and is dropped; so is a script
that is the language's usual one, in the sense of Unicode, where simplified and traditional are both Han. Another script
stays: sr-Latn, zh-Latn.

`languages.tsv` holds the languages with rules of their own. Every other known language is scored by the rules of its
script (`_by_script`), taken from CLDR's likely subtags; `generic` says so, and `metrics.scripts.notices` tells the
user. A code that means no language is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from metrics.errors import UserError

_TAG = re.compile(r"[a-zA-Z]{2,3}(?:[-_][a-zA-Z0-9]{1,8})*")
_NO_LANGUAGE = ("und", "mul", "mis", "zxx")
_PRIVATE = re.compile(r"q[a-t][a-z]")
_ISO_SCRIPTS = {
    "hans": ("Han",),
    "hant": ("Han",),
    "hani": ("Han",),
    "jpan": ("Han", "Hiragana", "Katakana"),
    "kore": ("Hangul", "Han"),
    "hrkt": ("Hiragana", "Katakana"),
    "latf": ("Latin",),
    "latg": ("Latin",),
    "cyrs": ("Cyrillic",),
    "aran": ("Arabic",),
    "beng": ("Bengali",),
    "orya": ("Oriya",),
    "lana": ("Tai_Tham",),
    "mtei": ("Meetei_Mayek",),
    "cans": ("Canadian_Aboriginal",),
    "rohg": ("Hanifi_Rohingya",),
    "plrd": ("Miao",),
    "mand": ("Mandaic",),
}
"""ISO 15924 codes (lower case) that are no Unicode script of their own, or whose Unicode name is not CLDR's."""
UNSPACED = frozenset(
    (
        "Han",
        "Hiragana",
        "Katakana",
        "Bopomofo",
        "Thai",
        "Lao",
        "Khmer",
        "Myanmar",
        "Tai_Tham",
        "Tai_Viet",
        "Tai_Le",
        "New_Tai_Lue",
        "Javanese",
        "Balinese",
    )
)
"""Scripts written without spaces between words."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language as the suite knows it."""

    id: str
    """The one spelling of its code: th, zh, sr-Latn."""
    name: str
    """In English."""
    scripts: tuple[str, ...] | None
    """Unicode names; None where none is known."""
    words: str
    """What BLEU counts: newmm | tsheg | zh | char | 13a (`metrics.words`)."""
    units: str
    """Whose 4-grams repetition counts: newmm | syllables | characters | words."""
    numbers: str
    """Key of the rules in `metrics.numbers` (zh, th, bo, en); its own id where only digits, signs and ISO dates are
    read."""
    generic: bool
    """No rules of its own: those of its script."""

    @property
    def spaced(self) -> bool:
        """Whether spaces stand between its words."""
        return self.words == "13a"


def language(tag: str) -> Language:
    """The language of a code, in any spelling. Raises UserError for what is no code of a language."""
    found = _known(tag)
    if isinstance(found, str):
        raise UserError(found)
    return found


def code(tag: str) -> str:
    """The one spelling of a code: tha -> th, zh-Hant-TW -> zh, sr-Latn-RS -> sr-Latn. Raises UserError for what is
    none."""
    return language(tag).id


def pair(langs: str) -> tuple[str, str]:
    """ "zh-th", "zho:tha" or "zh-Hant-TW:th-TH" -> (source, target), in their one spelling.

    Raises UserError where a part is no language, or where it cannot be told where the first code ends (then ":" must
    stand between them).
    """
    parts = re.split(r"\s*(?::|→|->|>)\s*", langs.strip())
    if len(parts) == 2:
        return code(parts[0]), code(parts[1])
    pieces = langs.strip().split("-")
    splits = [("-".join(pieces[:i]), "-".join(pieces[i:])) for i in range(1, len(pieces))]
    found = {
        (a.id, b.id)
        for one, other in splits
        if isinstance(a := _known(one), Language) and isinstance(b := _known(other), Language)
    }
    if len(found) == 1:
        return found.pop()
    why = "can be read in several ways" if found else "names no two languages"
    raise UserError(f"languages {langs!r}: {why}; give SOURCE-TARGET such as zh-th, or with a colon, zh-Hant:th")


def listed() -> list[Language]:
    """The languages with rules of their own."""
    return list(_table().values())


@cache
def _table() -> dict[str, Language]:
    header, *rows = files("metrics").joinpath("languages.tsv").read_text("utf-8").splitlines()
    if header.split("\t") != ["id", "name", "scripts", "words", "units", "numbers"]:
        raise ValueError(f"metrics/languages.tsv: unknown columns {header!r}")
    found = {}
    for row in rows:
        key, name, scripts, words, units, numbers = row.split("\t")
        found[key] = Language(
            key, name, tuple(scripts.split()), words, units, key if numbers == "-" else numbers, False
        )
    return found


@lru_cache(maxsize=4096)
def _known(tag: str) -> Language | str:
    """The language, or why the code means none."""
    if tag in _table():
        return _table()[tag]
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        return f"{tag!r} is no language code; {_HOW}{_nearest(tag)}"
    import langcodes

    try:
        read = langcodes.Language.get(langcodes.standardize_tag(tag.replace("_", "-"), macro=True))
        known = read.is_valid()
    except langcodes.LanguageTagError:
        return f"{tag!r} is no language code; {_HOW}"
    base = read.language
    if not known or base is None or base in _NO_LANGUAGE:
        return f"{tag!r} is the code of no language; {_HOW}{_nearest(tag)}"
    usual = _usual_scripts(base)
    scripts = _scripts(read.script) if read.script else usual
    if scripts == usual or (scripts and usual and set(scripts) <= set(usual)):
        return _table().get(base) or _by_script(base, usual)
    return _by_script(f"{base}-{read.script}", scripts)


_HOW = "give an ISO 639 code such as th, zh or bo (tha, zho and bod mean the same)"


def _nearest(tag: str) -> str:
    """A hint where the name of a language was given instead of its code."""
    from babel import Locale

    wanted = tag.strip().lower()
    found = [key for key, name in Locale("en").languages.items() if str(name).lower() == wanted]
    return f"; {tag.strip()} is {found[0].replace('_', '-')}" if found else ""


def _scripts(iso: str) -> tuple[str, ...] | None:
    """Unicode names of an ISO 15924 script; the code itself for one whose name is not at hand; None where Unicode has
    none."""
    import regex
    from babel import Locale

    if iso.lower() in _ISO_SCRIPTS:
        return _ISO_SCRIPTS[iso.lower()]
    for name in (str(Locale("en").scripts.get(iso.title(), "")).replace(" ", "_").replace("-", "_"), iso.title()):
        try:
            if name:
                regex.compile(rf"\p{{Script={name}}}")
                return (name,)
        except regex.error:
            continue
    return None


def _usual_scripts(base: str) -> tuple[str, ...] | None:
    from babel.core import get_global

    if base in _table():
        return _table()[base].scripts
    likely = str(get_global("likely_subtags").get(base, "")).split("_")
    return _scripts(likely[1]) if len(likely) > 1 and not _PRIVATE.fullmatch(base) else None


def _by_script(key: str, scripts: tuple[str, ...] | None) -> Language:
    """A language without rules of its own."""
    from babel import Locale

    base, _, script = key.partition("-")
    names = Locale("en").languages
    name = str(names.get(base, base)) + (f" ({scripts[0] if scripts else script})" if script else "")
    if scripts == ("Tibetan",):
        words, units = "tsheg", "syllables"
    elif scripts and UNSPACED.intersection(scripts):
        words, units = "zh" if scripts == ("Han",) else "char", "characters"
    else:
        words, units = "13a", "words"
    return Language(key, name, scripts, words, units, key, True)
