"""Source and output of one example without gold facts, with what was matched with what marked in both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from benchmark.report.gloss import gloss
from benchmark.report.safetext import plain, visible
from metrics.open.comparison import CONTRADICTED, VERIFIED, Comparison, Fact

Mark = tuple[int, int, str, str]
"""(start, end, class, title) on a normalised text."""
WORDS = {"number": "number", "latin": "Latin name", "soft": "small numeral", "name": "name", "answer": "answer"}


def _what(fact: Fact) -> str:
    plain = fact.tier == "latin" or fact.kind in (fact.tier, "number")
    return WORDS[fact.tier] if plain else f"{WORDS[fact.tier]}, {fact.kind}"


def highlighted(text: str, marks: Iterable[Mark], room: int) -> Markup:
    """The first `room` code points of a text, escaped, with its marks; of marks that overlap the longer one stays, then
    the earlier."""
    owner: list[Mark | None] = [None] * len(text)
    for mark in sorted(marks, key=lambda m: (m[1] - m[0], -m[0])):
        owner[mark[0] : mark[1]] = [mark] * (mark[1] - mark[0])
    parts: list[Markup] = []
    start, before = 0, False
    for at in range(1, min(len(text), room) + 1):
        if at < min(len(text), room) and owner[at] is owner[start]:
            continue
        mine, piece = owner[start], visible(text[start:at])
        if mine:
            parts.append(
                Markup('<mark class="{}{}" title="{}">{}</mark>').format(
                    mine[2], " next" if before else "", plain(mine[3]), piece
                )
            )
        else:
            parts.append(piece)
        start, before = at, mine is not None
    return Markup("").join(parts)


def output_marks(found: Comparison) -> list[Mark]:
    """What the output says: verified (cov), and what contradicts or nothing bears out (hal)."""
    marks: list[Mark] = []
    for fact in found.facts:
        if fact.at and fact.outcome == VERIFIED:
            marks.append((*fact.at, "cov", f"{_what(fact)}: {fact.surface} in the source"))
        elif fact.at:
            marks.append((*fact.at, "hal", f"{_what(fact)}: the source has {fact.surface}"))
    taken = {mark[:2] for mark in marks}
    return marks + [
        (*one.span, "hal", f"{one.kind}: not in the source")
        for one in found.statements
        if not one.supported and one.span not in taken
    ]


def source_marks(found: Sequence[Comparison]) -> list[Mark]:
    """What was read in the source, with what each output has for it."""
    if not found:
        return []
    marks: list[Mark] = []
    for i, fact in enumerate(found[0].facts):
        if fact.span:
            said = [
                found[k].text[slice(*other.at)] if (other := found[k].facts[i]).at else "–" for k in range(len(found))
            ]
            marks.append((*fact.span, "src", f"{_what(fact)}: {' | '.join(said)}"))
    return marks


def lists(found: Comparison) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """(hard facts that the output does not say, what it says instead or invents), for the chips below an output."""
    missing = [
        {
            "type": fact.kind,
            "source": plain(fact.surface),
            "target": plain(found.text[slice(*fact.at)]) if fact.at else "–",
            "gloss": gloss([fact.surface]),
        }
        for fact in found.facts
        if fact.outcome != VERIFIED and fact.tier != "soft"
    ]
    replaced = {fact.at for fact in found.facts if fact.outcome == CONTRADICTED}
    invented = [
        {"type": one.kind, "text": plain(one.surface), "gloss": gloss([one.surface])}
        for one in found.statements
        if not one.supported and one.span not in replaced
    ]
    return missing, invented
