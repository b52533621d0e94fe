"""Which script a language is written in, by language code (ISO 639, with an optional ISO 15924 script subtag)."""

from __future__ import annotations

_LANGUAGES: dict[str, str] = {
    "Latin": "af az bs ca cs cy da de en eo es et eu fi fil fr ga gl ha hr hu id ig is it jv lt lv lb mg mi ms mt nb nl nn no om pl pt ro "
             "rw sk sl sn so sq st su sv sw tl tn tr ts uz vi wo xh yo za zu",
    "Cyrillic": "ab ba be bg ce cv kk ky mk mn os ru sr tg tt tyv udm uk sah",
    "Arabic": "ar ckb fa ps sd ug ur",
    "Devanagari": "bho brx doi hi kok mai mr ne sa",
    "Bengali": "as bn",
    "Gurmukhi": "pa",
    "Gujarati": "gu",
    "Oriya": "or",
    "Tamil": "ta",
    "Telugu": "te",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Sinhala": "si",
    "Thai": "th tts",
    "Lao": "lo",
    "Khmer": "km",
    "Myanmar": "my shn mnw ksw",
    "Tibetan": "bo dz adx khg",
    "Han": "zh yue wuu lzh hak nan gan",
    "Hangul": "ko",
    "Hebrew": "he yi",
    "Greek": "el",
    "Armenian": "hy",
    "Georgian": "ka",
    "Ethiopic": "am ti",
    "Thaana": "dv",
    "Yi": "ii",
    "Ol_Chiki": "sat",
    "Meetei_Mayek": "mni",
    "Syriac": "syr",
    "Tifinagh": "zgh ber",
}
SCRIPTS: dict[str, tuple[str, ...]] = {lang: (script,) for script, langs in _LANGUAGES.items() for lang in langs.split()}
SCRIPTS["ja"] = ("Han", "Hiragana", "Katakana")

_SUBTAGS: dict[str, tuple[str, ...]] = {
    "latn": ("Latin",),
    "cyrl": ("Cyrillic",),
    "arab": ("Arabic",),
    "deva": ("Devanagari",),
    "beng": ("Bengali",),
    "thai": ("Thai",),
    "tibt": ("Tibetan",),
    "hans": ("Han",),
    "hant": ("Han",),
    "hani": ("Han",),
    "jpan": SCRIPTS["ja"],
    "kore": ("Hangul", "Han"),
    "hang": ("Hangul",),
    "mong": ("Mongolian",),
    "grek": ("Greek",),
    "hebr": ("Hebrew",),
    "laoo": ("Lao",),
    "khmr": ("Khmer",),
    "mymr": ("Myanmar",),
    "lana": ("Tai_Tham",),
    "tavt": ("Tai_Viet",),
}


def scripts_of(lang: str) -> tuple[str, ...] | None:
    """Unicode names of the scripts of a language: "th" -> ("Thai",), "sr-Latn" -> ("Latin",); None when it is not known."""
    base, *rest = lang.lower().split("-")
    for subtag in rest:
        if subtag in _SUBTAGS:
            return _SUBTAGS[subtag]
    return SCRIPTS.get(base)
