"""From pairs of encyclopaedia titles to a bilingual list of names (`benchmark data names`).

Titles hold more than names, and names in more than one dress: Chinese is simplified or traditional, brackets tell
homonyms apart, class words (ประเทศ, 省, རྒྱལ་ཁབ) stand or are left out, and half of the titles are common nouns. What
decides, in this order: kinds of things by their first or last word (`data/words.toml`) go; class words, an
interpunct (约翰·史密斯), a name's tag in jieba's dictionary, or a like sound of both sides (`sounds`) make a name.
Foreign names of several parts give their parts as well, where these sound alike.
"""

from __future__ import annotations

import re
import tomllib
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.normalise import normalise
from metrics.open.sounds import chinese_sounds, likeness

DATA = Path(__file__).resolve().parent / "data"
TYPES = ("place", "person", "organisation", "language", "other")
NAME_TAGS = ("nr", "nrt", "nrfg", "ns", "nt", "nz")
"""Tags of jieba's dictionary for names of persons, places, organisations and others."""
TAGGED_LIKENESS, UNTAGGED_LIKENESS, PART_LIKENESS = 0.4, 0.6, 0.55
"""Likeness of sound that a name's tag needs, that no tag needs, and that the parts of a name need."""
_BRACKETS = re.compile(r"\s*[(（〔［\[༼].*$")
_INTERPUNCT = re.compile(r"[·・‧•∙⋅]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SCRIPT = {"th": re.compile(r"[\u0e01-\u0e4e]"), "bo": re.compile(r"[\u0f40-\u0fbc]")}
_EDGE = " \u0f0b\u0f0c\u0f0d\u0f0e\u0f14\u0f3c\u0f3d\u200b"


@dataclass(frozen=True, slots=True)
class Pair:
    """One name in two languages."""

    type: str
    source: tuple[str, ...]
    target: tuple[str, ...]


@cache
def words() -> dict[str, Any]:
    """`data/words.toml`."""
    return tomllib.loads((DATA / "words.toml").read_text("utf-8"))


@cache
def _tags() -> dict[str, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import jieba
            import jieba.posseg
        except ImportError as error:
            raise UserError(
                "names are cleaned with jieba's dictionary, which is not installed; run: "
                "pip install 'sgsrl-bench[names]'"
            ) from error
    jieba.setLogLevel(60)
    jieba.posseg.initialize()
    tags: dict[str, str] = jieba.posseg.dt.word_tag_tab
    return tags


@cache
def _converter(name: str) -> Callable[[str], str]:
    try:
        from opencc import OpenCC
    except ImportError as error:
        raise UserError(
            "names are cleaned with OpenCC, which is not installed; run: pip install 'sgsrl-bench[names]'"
        ) from error
    convert: Callable[[str], str] = OpenCC(name).convert
    return convert


@cache
def _thai_words() -> frozenset[str]:
    from pythainlp.corpus import thai_words

    return frozenset(thai_words())


def _bare(title: str) -> str:
    """A title without what stands in brackets, and without the marks at its edges."""
    return normalise(_BRACKETS.sub("", normalise(title).strip(_EDGE))).strip(_EDGE)


def _prefixed(text: str, lang: str) -> tuple[str | None, str]:
    """(type, rest) by the class word of a target title; (None, text) without one."""
    if lang == "th":
        found = [
            (word, kind) for kind, group in words()["th"]["class"].items() for word in group if text.startswith(word)
        ]
        if found:
            word, kind = max(found, key=lambda item: len(item[0]))
            return kind, text[len(word) :].strip()
    if lang == "bo":
        found = [
            (word, kind) for kind, group in words()["bo"]["class"].items() for word in group if text.endswith(word)
        ]
        if found:
            word, kind = max(found, key=lambda item: len(item[0]))
            return kind, text[: -len(word)]
    return None, text


def _suffix_type(chinese: str) -> str | None:
    found = [
        (word, kind) for kind, group in words()["zh"]["suffix"].items() for word in group if chinese.endswith(word)
    ]
    return max(found, key=lambda item: len(item[0]))[1] if found else None


def _without_suffix(chinese: str) -> str:
    found = [
        word
        for group in words()["zh"]["suffix"].values()
        for word in group
        if chinese.endswith(word) and len(chinese) > len(word) + 1
    ]
    return chinese[: -len(max(found, key=len))] if found else chinese


def _kind_of_thing(chinese: str, target: str, lang: str) -> bool:
    """Whether the first or last word says that this is no name."""
    return chinese.endswith(tuple(words()["zh"]["common"])) or (
        lang == "th" and target.startswith(tuple(words()["th"]["common"]))
    )


def name_type(chinese: str, target: str, lang: str) -> str | None:
    """The type of name that a cleaned pair of titles (Chinese simplified) is, or None for a common noun."""
    by_class, rest = _prefixed(target, lang)
    tag = _tags().get(chinese)
    if _INTERPUNCT.search(chinese):
        return by_class or "person"
    if len(chinese) < 2 or not rest:
        return None
    sound, by_suffix = likeness(chinese, rest, lang), _suffix_type(chinese)
    clear = len(chinese_sounds(chinese)) > 2
    if by_class == "language":
        return "language" if by_suffix == "language" else None
    if by_class and (
        sound >= UNTAGGED_LIKENESS
        or ((sound >= TAGGED_LIKENESS or by_suffix == by_class) and tag in (None, *NAME_TAGS))
    ):
        return by_class
    if _kind_of_thing(chinese, target, lang):
        return None
    a_word = lang == "th" and target in _thai_words()
    if len(chinese) == 2 and not (tag in NAME_TAGS and sound >= UNTAGGED_LIKENESS and len(target) > 3 and not a_word):
        return None  # two characters stand by chance in other words
    if tag in NAME_TAGS and (
        sound >= (TAGGED_LIKENESS if clear and not a_word else UNTAGGED_LIKENESS)
        or (tag in ("ns", "nt") and not a_word)
    ):
        return {"ns": "place", "nt": "organisation", "nrfg": "person"}.get(tag, by_suffix or "other")
    return (by_suffix or "other") if not a_word and len(chinese) > 2 and sound >= UNTAGGED_LIKENESS and clear else None


def _parts(chinese: str, target: str, lang: str) -> Iterable[tuple[str, str]]:
    """Parts of a foreign name that answer each other: all where there are as many on both sides, else the last."""
    ours, theirs = _INTERPUNCT.split(chinese), re.split(r"[\s་]+" if lang == "bo" else r"\s+", target)
    if lang == "bo" or len(ours) < 2 or len(theirs) < 2:
        return []
    pairs = list(zip(ours, theirs, strict=True)) if len(ours) == len(theirs) else [(ours[-1], theirs[-1])]
    return [
        (a, b)
        for a, b in pairs
        if len(a) > 2
        and len(b) > 3
        and _HAN.match(a)
        and likeness(a, b, lang) >= PART_LIKENESS
        and len(chinese_sounds(a)) > 1
        and _tags().get(a, "nr") in NAME_TAGS
    ]


def clean(rows: Iterable[tuple[str, str]], lang: str) -> list[Pair]:
    """The names among pairs of titles (Chinese, target language th or bo), by type and first Chinese form; equal input,
    equal list.

    Raises UserError for another target language, and where the packages of the extra `names` are missing.
    """
    if lang not in _SCRIPT:
        raise UserError(
            f"names are cleaned for th and bo, not for {lang!r}; write the list yourself: type, names, "
            "names (docs/open-text.md)"
        )
    simplified, traditional = _converter("t2s"), _converter("s2t")
    found: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    forms: dict[str, dict[str, None]] = defaultdict(dict)

    def add(kind: str, chinese: str, target: Sequence[str]) -> None:
        forms[chinese].update(dict.fromkeys((chinese, traditional(chinese))))
        found[chinese, kind].update(dict.fromkeys(t for t in target if len(t) > 2))

    for raw_source, raw_target in rows:
        if ":" in raw_source or re.search(r"[0-9๐-๙༠-༩]", raw_source + raw_target):
            continue
        original, target = _bare(raw_source), _bare(raw_target)
        chinese = simplified(original)
        if not _HAN.search(chinese) or not _SCRIPT[lang].search(target):
            continue
        kind = name_type(chinese, target, lang)
        # 国民议会 (老挝) is the parliament of one country, and of which one only the brackets say.
        if kind is None or (_BRACKETS.search(raw_source) and likeness(chinese, target, lang) < UNTAGGED_LIKENESS):
            continue
        by_class, rest = _prefixed(target, lang)
        # What follows a class word stands alone only where it is a name by itself: สถานีอวกาศ is no อวกาศ.
        alone = (
            [rest]
            if by_class in words()["th"]["bare"]
            and len(rest) > 2
            and likeness(_without_suffix(chinese), rest, lang) >= TAGGED_LIKENESS
            else []
        )
        add(kind, _INTERPUNCT.sub("·", chinese), [target, *alone])
        forms[_INTERPUNCT.sub("·", chinese)][_INTERPUNCT.sub("·", original)] = None
        for ours, theirs in _parts(chinese, rest if by_class else target, lang):
            add("person", ours, [theirs])
            if chinese.endswith(ours):  # a person called in full is often called by the last part in the other text
                add(kind, _INTERPUNCT.sub("·", chinese), [theirs])
    pairs = [
        Pair(kind, tuple(sorted(forms[chinese])), tuple(sorted(targets)))
        for (chinese, kind), targets in found.items()
        if targets
    ]
    return sorted(pairs, key=lambda pair: (TYPES.index(pair.type), pair.source, pair.target))
