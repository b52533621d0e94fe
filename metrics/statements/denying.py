"""A fact that is itself a denial, in other words than its own: "dismisses rumours of a takeover" for "denies the
takeover" (words: `denier` and `news` of `data/denial.toml`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import regex

from metrics.normalise import normalise
from metrics.statements.wordings import other_events, other_verbs
from metrics.statements.words import alternatives, table

_SHORT = 6
"""Characters below which what is denied is no event of its own (ซื้อ: to buy whatever)."""


@dataclass(frozen=True, slots=True)
class Denying:
    """How a language says that something is denied."""

    lang: str
    deniers: tuple[str, ...]
    led: regex.Pattern[str]
    """One of them, with what the news that is denied is called."""
    says: regex.Pattern[str]
    """What may stand between the denial of news and the denial itself ("refutes rumours, insists it did not buy")."""

    def variants(self, surface: str) -> list[str]:
        """A denial with each denier alone; nothing for what is none."""
        what = self.denied(surface)
        return (
            [denier + way for denier in self.deniers for way in (what, *other_verbs(what, self.lang))] if what else []
        )

    def denied(self, surface: str) -> str:
        """What a surface denies; "" where it is no denial, or what it denies is too short to be known again."""
        led = self.led.match(surface)
        return surface[led.end() :] if led and len(surface) - led.end() >= _SHORT else ""

    def gap(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Where what the news is called stands in the denial text[start:end]."""
        led = self.led.match(text, start, end)
        return led.span("news") if led and led["news"] else None


@cache
def denying(lang: str) -> Denying | None:
    """The words of a language; None where it has none."""
    data = table("denial").get(lang, {})
    if not data.get("denier"):
        return None
    news = rf"(?:{alternatives(data['news'])})*+"
    return Denying(
        lang,
        tuple(map(normalise, data["denier"])),
        regex.compile(rf"(?P<denier>{alternatives(data['denier'])})(?P<news>{news})"),
        regex.compile(rf"(?:{alternatives((*data['news'], *table('roles')[lang]['speech']))}|\s)*+"),
    )


@lru_cache(maxsize=256)
def denials_of(surfaces: tuple[str, ...], lang: str) -> regex.Pattern[str] | None:
    """A pattern for the denials that normalised surfaces are, in whatever words; None where none of them is one.

    What it finds as `verb` is one only right before a name (ปฏิเสธซื้อ: to buy whatever).
    """
    known = denying(lang)
    denied = {known.denied(surface) for surface in surfaces} - {""} if known else set()
    if known is None or not denied:
        return None
    others = {other for what in denied for other in other_events(what, lang)}
    verbs = {other for what in denied for other in other_verbs(what, lang)} - denied - others
    event = alternatives(denied | others)
    return regex.compile(rf"{known.led.pattern}(?:{event}|(?P<verb>{alternatives(verbs)}))(?![ะาำๅ\p{{M}}])")


def refutes(text: str, lang: str, cue: tuple[int, int], event: int, ends: frozenset[int]) -> bool:
    """Does a word that denies news, behind a name, only lead to the denial that begins at `event` ("A refutes rumours,
    denies buying B")?

    Written on to it, it would deny that denial. ends: where the items of the text end.
    """
    known = denying(lang)
    start, end = cue
    if known is None or not (start in ends or (text[start - 1 : start].isspace() and start - 1 in ends)):
        return False
    return known.led.match(text, start, end) is not None and bool(
        known.says.fullmatch(text, end, event) and regex.search(r"\s", text[end:event])
    )
