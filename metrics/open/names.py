"""Names of a bilingual list: found in the source, looked for in the output.

A hit is evidence, a miss is not: another spelling, a pronoun or a description may stand there. So a name is `verified`
where any form of it is found, `contradicted` only where the list knows the name that was written in its place, and
otherwise `unverified`. Forms are looked for as written, then in a coarse spelling (`spelling`), then in Latin letters
that sound alike, then nearly (longer names only).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from metrics.files import sha256_json
from metrics.matching import SurfaceMatcher, may_begin, may_end
from metrics.normalise import normalise_all
from metrics.numbers import base_language
from metrics.open.cleaning import TYPES, words
from metrics.open.likeness import STEM, alike, as_long, form_of, stem, trimmed
from metrics.open.outputs import Output, inside_words
from metrics.open.strays import Certain, telling

LIST_TYPES = (*TYPES, "currency")
NEAR, NEAR_LENGTH = 84.0, 6
"""Smallest partial ratio (rapidfuzz, 0..100) and length of coarse form at which another spelling counts as the name."""
SHORT = 4
"""Letters of a coarse form up to which the text must be as long as the form: มกัน in ร่วมกัน is not มะกัน."""
_BEHIND = 40
WORD = 5
"""Letters of a word of the dictionary within which no name that is merely near begins or ends."""
STRAYS = 1
"""Names that nothing in the source bears out, and that stand in no other's place, of which nothing is made: translators
name a capital for a country, and a name may be a word (คุก). Of 1,997 NTREX references 51 have one, one has two."""
NEAR_TEXT = 20_000
"""Code points of an output up to which other spellings are tried for a name that is not found as written or in coarse
spelling."""


class Name(NamedTuple):
    """One name of the list."""

    type: str
    """One of LIST_TYPES."""
    source: tuple[str, ...]
    target: tuple[str, ...]
    """Forms in the target language or in Latin letters."""
    also: tuple[str, ...] = ()
    """What else in the source bears it out (美 in 美军); never read as the name by itself."""
    sure: bool = False
    """From CLDR or a reviewed list: read wherever it stands."""


class Found(NamedTuple):
    """A name in a text."""

    start: int
    end: int
    name: Name
    how: str
    """written | spelling | latin | near"""


class NameList:
    """The names known for one pair of languages."""

    def __init__(self, names: Iterable[Name], source_lang: str, target_lang: str) -> None:
        """Names that share a form on the source side become one that has the targets of all."""
        self.source_lang, self.target_lang = base_language(source_lang), base_language(target_lang)
        by_form: dict[str, list[Name]] = defaultdict(list)
        self.names = tuple(names)
        forms = sorted({form for name in self.names for form in (*name.source, *name.target)})
        same = dict(zip(forms, normalise_all(forms), strict=True))
        for name in self.names:
            for form in name.source:
                by_form[same[form]].append(name)
        self._names = {form: _merged(found, same) for form, found in by_form.items() if len(form) > 1}
        self._source = SurfaceMatcher(self._names)
        self._beside = frozenset(words()["zh"]["transliteration"]) if self.source_lang == "zh" else frozenset()
        self._targets: dict[str, list[Name]] = defaultdict(list)
        for name in self._names.values():
            for form in name.target:
                if len(form) > 2:
                    self._targets[form].append(name)
        self._target = SurfaceMatcher(self._targets)
        self._certain = Certain(form for form, found in self._targets.items() if _certain(form, found))
        # Thai alone: Tibetan names take what follows into them (འཇར་མན, འཇར་མན་གྱི), and are one all the same.
        thai = self.target_lang == "th"
        self._sure = {form for form, found in self._targets.items() if thai and any(name.sure for name in found)}
        self._sorted = sorted(self._sure)
        self.fingerprint = sha256_json([[n.type, n.source, n.target, n.also, n.sure] for n in self.names])[:12]

    def __len__(self) -> int:
        """Number of names."""
        return len(self.names)

    def read(self, source: str) -> list[Found]:
        """The distinct names of a normalised source, in the order of their first mention; parts of a name that stands
        there whole go."""
        found: dict[str, Found] = {}
        for start, end in self._source.find(source):
            form = source[start:end]
            name = self._names[form]
            if (
                not name.sure
                and self._beside
                and ((start and source[start - 1] in self._beside) or source[end : end + 1] in self._beside)
            ):
                continue
            found.setdefault(form, Found(start, end, name, "written"))
        whole = [form for form in found if "·" in form]
        return [hit for form, hit in found.items() if not any(form != other and form in other for other in whole)]

    def find(self, name: Name, output: Output) -> Found | None:
        """Where the output has the name, or None. The longest form as written comes first. Where a longer name of the
        list begins with the form, that one stands there: อเมริกาใต้ is not America."""
        text, lang = output.text, self.target_lang
        for form in name.target:
            at = text.find(form)
            while at >= 0:
                if (
                    may_begin(text, at)
                    and may_end(text, at, at + len(form))
                    and not self._another(name, form, text[at : at + len(form) + _BEHIND])
                    and not _nominal(form, text, at)
                ):
                    return Found(at, at + len(form), name, "written")
                at = text.find(form, at + 1)
        text_form = output.coarse
        for form in name.target:
            wanted = form_of(form, lang)[0]
            at = text_form.find(wanted) if len(wanted) > 3 and not form.isascii() else -1
            if at >= 0:
                start, end = output.places[at], output.places[at + len(wanted) - 1] + 1
                sure = len(wanted) > SHORT or (
                    as_long(form, text[start:end]) and not inside_words(output, start, end, 1)
                )
                if sure and not self._another(name, form, text[start : end + _BEHIND]):
                    return Found(start, end, name, "spelling")
        return (self._latin(name, output) or self._near(name, output)) if len(text) <= NEAR_TEXT else None

    def _another(self, name: Name, form: str, text: str) -> bool:
        """Whether a longer form, of another name that is sure, stands where the text begins with this form."""
        at = bisect_right(self._sorted, form)
        while at < len(self._sorted) and self._sorted[at].startswith(form):
            if text.startswith(self._sorted[at]) and self._sorted[at] not in name.target:
                return True
            at += 1
        return False

    def _latin(self, name: Name, output: Output) -> Found | None:
        for start, end, word, spoken in output.latin:
            for form in name.target:
                lower = form.lower()
                if form.isascii():
                    if len(lower) >= STEM and word.startswith(stem(lower)):
                        return Found(start, end, name, "latin")
                elif alike(form, form_of(form, self.target_lang)[1], word, spoken, self.target_lang):
                    return Found(start, end, name, "latin")
        return None

    def _near(self, name: Name, output: Output) -> Found | None:
        from rapidfuzz import fuzz

        text_form = output.coarse
        for form in name.target:
            wanted = form_of(form, self.target_lang)[0]
            if len(wanted) >= NEAR_LENGTH and not form.isascii() and len(text_form) >= len(wanted) - 1:
                got = fuzz.partial_ratio_alignment(wanted, text_form, score_cutoff=NEAR)
                if got is not None and got.dest_end > got.dest_start:
                    start, end = trimmed(wanted, text_form, got.dest_start, got.dest_end)
                    start, end = output.places[start], output.places[end - 1] + 1
                    if not (self._of_another(name, output.text, start, end) or inside_words(output, start, end, WORD)):
                        return Found(start, end, name, "near")
        return None

    def _of_another(self, name: Name, text: str, start: int, end: int) -> bool:
        """Whether what is near a name is most of another one: เยอรมนี is near เยอรมัน, ราชอาณาจักรแซกโซนี near the
        United Kingdom."""
        first = max(0, start - _BEHIND)
        around = text[first : end + _BEHIND]
        for a, b in self._target.find(around):
            form, shared = around[a:b], min(b + first, end) - max(a + first, start)
            known = form in self._sure or a + first < start - 2 or end + 3 < b + first
            if known and shared >= NEAR_LENGTH and form not in name.target:
                return True
        return False

    def unsupported(self, source: str, output: Output) -> list[Found]:
        """Names of the list that the output writes and nothing in the normalised source bears out, each once."""
        found: dict[str, Found] = {}
        for start, end in self._target.find(output.text):
            form = output.text[start:end]
            if (
                form not in found
                and not _nominal(form, output.text, start)
                and not any(self._borne_out(name, source) for name in self._targets[form])
            ):
                found[form] = Found(start, end, self._targets[form][0], "written")
        return list(found.values())

    def strays(self, source: str, output: Output) -> list[Found]:
        """Places, persons and organisations of CLDR, the reviewed list and the user's own that the output writes, in
        its script or in Latin letters, and nothing in the normalised source bears out: each name once, in the order of
        the text. Empty where there are no more than STRAYS in the text, supported or not.

        Not those of the long list: half of what it finds so in references are common words (ลัก, น้อย, แม่).
        """
        strays: list[Found] = []
        seen: set[str] = set()
        places = self._certain.places(output.text)
        if len(places) <= STRAYS:
            return strays
        for start, end, forms in places:
            if not seen.isdisjoint(forms):
                continue
            names = [name for form in forms for name in self._targets[form]]
            known = not seen.isdisjoint(other for name in names for other in name.target)
            seen.update(forms)
            nominal = _nominal(forms[0], output.text, start)
            if not (known or nominal or any(self._borne_out(name, source) for name in names)):
                strays.append(Found(start, end, next(n for n in names if n.sure), "written"))
        return strays

    @staticmethod
    def _borne_out(name: Name, source: str) -> bool:
        for form in name.source + name.also:
            if form in source:
                return True
        latin = [form for form in name.target if form.isascii()]
        if not latin:
            return False
        lower = source.lower()
        return any(form.lower() in lower for form in latin)


_STRAY_TYPES = ("place", "person", "organisation")


def _certain(form: str, names: Sequence[Name]) -> bool:
    """Whether a form names for certain: languages are common words (ลัว, กวี)."""
    return telling(form) and any(name.sure and name.type in _STRAY_TYPES for name in names)


_SYLLABLE_BEFORE = re.compile(r"[\u0f40-\u0fbc]་\Z")


def _nominal(form: str, text: str, at: int) -> bool:
    """Whether what stands here is the པ of the word before it and the beginning of another: མཁས་པ་ཞི་..., "the scholar
    Zhi...", is no པ་ཞི, Brazil."""
    return (
        form.startswith(("པ་", "བ་"))
        and form.count("་") == 1
        and _SYLLABLE_BEFORE.search(text, max(0, at - 2), at) is not None
    )


def _merged(names: Sequence[Name], same: Mapping[str, str]) -> Name:
    """One name of several. same: form -> the same normalised."""
    if len(names) == 1:
        targets = _longest_first(map(same.__getitem__, names[0].target))
        return names[0] if targets == names[0].target else names[0]._replace(target=targets)
    first = next((name for name in names if name.sure), names[0])
    return Name(
        first.type,
        tuple(sorted({s for n in names for s in n.source})),
        _longest_first(same[t] for n in names for t in n.target),
        tuple(sorted({a for n in names for a in n.also})),
        any(n.sure for n in names),
    )


def _longest_first(forms: Iterable[str]) -> tuple[str, ...]:
    distinct = tuple(set(forms))
    return distinct if len(distinct) == 1 else tuple(sorted(distinct, key=lambda form: (-len(form), form)))
