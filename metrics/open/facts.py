"""One output held against its source: what was read there, and what became of it.

Tiers are never mixed: hard numbers (with unit, money, per cent, dates, years, clock times, identifiers), names that the
source writes in Latin letters, soft ones (lone small numerals, ordinals), names of the list, answer spans that came
with the data. Each thing read in the source is verified (the output says it), contradicted (the output says another
value of the kind, or another known name, in its place) or unverified (neither). Each thing said in the output that
could be false is supported or not.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from metrics.languages import code
from metrics.normalise import normalise
from metrics.open import texts
from metrics.open.agreement import borne_out, is_claim, may_be_vague, says
from metrics.open.apart import Apart
from metrics.open.comparison import CONTRADICTED, UNVERIFIED, VERIFIED, Comparison, Fact, Span, Statement
from metrics.open.latin import roman, spoken_in
from metrics.open.names import NEAR_TEXT, STRAYS, Found, NameList
from metrics.open.outputs import Output
from metrics.open.own_language import heard
from metrics.open.pairing import Free, Index
from metrics.open.texts import distinct, distinct_marks, marks, readings
from metrics.reading import TEXT_KINDS, Reading
from metrics.records import Example

_CUT_NUMBER = re.compile(r"[0-9][0-9,.]*\Z")
REWRITTEN = frozenset(("bo", "dz"))
"""Target languages that write foreign names in their own letters in ways nobody can foresee: there a Latin name is
soft."""
_CONTRADICTING = ("place", "person", "organisation", "language")
"""Types of names of which another one in the same place is a contradiction; of `other` names nobody knows what they
name."""


_CALLED_OTHERWISE = ((re.compile("新冠|新型冠状病毒"), re.compile(r"โควิด[- ]?19(?![0-9])")),)
"""(what a source writes without a number, what an output may call it): 新冠 is โควิด-19."""


def _tier(hard: Reading) -> str:
    """Of what is hard. A Latin name of the source is copied by whoever copies: it says nothing of numbers."""
    return "latin" if hard.kind == "name" else "number"


def _numbers(source: str, source_lang: str, output: Output) -> tuple[list[Fact], list[Statement]]:
    truths, said = distinct(source, source_lang), readings(output.text, output.lang)
    rewritten = output.lang in REWRITTEN
    facts, statements, missed = [], [], []
    stating: set[int] = set()
    spoken = [
        one.span() for name, other in _CALLED_OTHERWISE if name.search(source) for one in other.finditer(output.text)
    ]
    said_by = marks(output.text, output.lang)
    index = Index(said, len(truths), said_by)
    asked = distinct_marks(source, source_lang)
    short = len(output.text) <= NEAR_TEXT
    apart = Apart(source, source_lang, output)
    for truth, own in zip(truths, asked, strict=True):
        # II of a king or a war is an ordinal, which the other language writes in digits or words.
        rank = roman(truth.surface) if truth.kind == "name" else None
        tier = _tier(truth) if truth.hard and not (truth.kind == "name" and (rewritten or rank)) else "soft"
        hits = [i for i in index.candidates(truth, own) if says(said[i], truth)]
        if rank and not hits:
            hits = [i for i, one in enumerate(said) if one.kind == "number" and one.value == rank and not one.dimension]
        if not hits and truth.dimension:
            hits = apart.as_clock(truth, said)
        stating.update(hits)
        at: Span | None = (said[hits[0]].start, said[hits[0]].end) if hits else apart.stated(truth)
        if at is None and truth.kind in TEXT_KINDS and short:
            at = spoken_in(truth.surface, output)
            if at is not None:
                spoken.append(at)
            if at is not None and tier != "soft":
                statements.append(Statement(tier, truth.kind, output.text[at[0] : at[1]], at, True))
        facts.append(
            Fact(tier, truth.kind, truth.surface, (truth.start, truth.end), VERIFIED if at else UNVERIFIED, at)
        )
        if at is None:
            missed.append((len(facts) - 1, truth))
    free = []
    held = Index(truths, len(said), asked)
    for i, (reading, own) in enumerate(zip(said, said_by, strict=True)):
        if any(start <= reading.start and reading.end <= end for start, end in spoken):
            continue  # the 16 of เอฟ-16, which is stated as a whole
        supported = i in stating or any(borne_out(truths[k], reading) for k in held.candidates(reading, own))
        supported = supported or apart.borne_out(reading)
        # What is vague and true of a figure states nothing: it counts neither for the text nor against it.
        counts = reading.hard or (is_claim(reading) and (i in stating or not supported))
        if counts and reading.indefinite and not supported:
            counts = not may_be_vague(source, code(source_lang))
        if counts and (reading.kind != "name" or supported):
            statements.append(
                Statement(_tier(reading), reading.kind, reading.surface, (reading.start, reading.end), supported)
            )
        if not supported and reading.kind != "name":
            free.append(reading)
    others = Free(free, len(output.text))
    for place, truth in missed:
        # Another value of the kind that nothing in the source bears out, the one nearest by its place in the text.
        other = others.take(truth, truth.start / max(len(source), 1)) if truth.kind != "name" else None
        # A figure inside a vague amount is unsupported, but not against it.
        if other is not None and not (truth.indefinite and borne_out(other, truth)):
            facts[place] = Fact(
                facts[place].tier, truth.kind, truth.surface, facts[place].span, CONTRADICTED, (other.start, other.end)
            )
    return facts, statements


def _names(source: str, output: Output, known: NameList) -> tuple[list[Fact], list[Statement]]:
    facts, statements, missed = [], [], []
    for mention in _names_of(source, known):
        hit = known.find(mention.name, output)
        surface, span = source[mention.start : mention.end], (mention.start, mention.end)
        facts.append(
            Fact(
                "name",
                mention.name.type,
                surface,
                span,
                VERIFIED if hit else UNVERIFIED,
                (hit.start, hit.end) if hit else None,
            )
        )
        if hit:
            statements.append(
                Statement("name", mention.name.type, output.text[hit.start : hit.end], (hit.start, hit.end), True)
            )
        else:
            missed.append(len(facts) - 1)
    taken = bytearray(len(output.text))
    for start, end in (fact.at for fact in facts if fact.at):
        taken[start:end] = b"\1" * (end - start)
    others: dict[str, deque[Found]] = defaultdict(deque)
    for found in known.unsupported(source, output) if missed else ():
        if found.name.type in _CONTRADICTING and not any(taken[found.start : found.end]):
            others[found.name.type].append(found)
    for index in missed:
        fact = facts[index]
        if others[fact.kind]:
            other = others[fact.kind].popleft()
            facts[index] = Fact("name", fact.kind, fact.surface, fact.span, CONTRADICTED, (other.start, other.end))
            statements.append(_unsupported(other, output))
            taken[other.start : other.end] = b"\1" * (other.end - other.start)
    if strays := known.strays(source, output):
        strays = [found for found in strays if not any(taken[found.start : found.end])]
        statements += [_unsupported(found, output) for found in strays[STRAYS:]]
    return facts, statements


def _unsupported(found: Found, output: Output) -> Statement:
    span = (found.start, found.end)
    return Statement("name", found.name.type, output.text[slice(*span)], span, False)


@lru_cache(maxsize=1 << 14)
def _names_of(source: str, known: NameList) -> tuple[Found, ...]:
    return tuple(known.read(source))


def answers_of(meta: Mapping[str, Any], source_lang: str) -> list[tuple[str, str]]:
    """(answer in the source or "", answer in the target language) of meta.qa, each target answer once."""
    found: dict[str, str] = {}
    questions = meta.get("qa")
    for row in questions if isinstance(questions, list) else []:
        if isinstance(row, dict) and isinstance(row.get("answer"), str) and row["answer"].strip():
            ours = row.get(f"answer_{source_lang.split('-')[0]}")
            found.setdefault(normalise(row["answer"]), normalise(ours) if isinstance(ours, str) else "")
    return [(ours, theirs) for theirs, ours in found.items()]


def _squeezed(text: str) -> str:
    """Lower case without white space, one character for each that is kept."""
    kept = "".join(text.split())
    lower = kept.lower()
    # İ becomes two characters, and Σ looks at its neighbours.
    return lower if len(lower) == len(kept) and "Σ" not in kept else "".join(char.lower()[0] for char in kept)


def _uncut(answer: str, references: Sequence[str] | None) -> str:
    """An answer span whose end lies inside a number of the reference, without that piece: some data cut their spans
    so."""
    text = normalise(references[0]) if references else ""
    end = _CUT_NUMBER.sub("", answer)
    if (
        end != answer
        and end.strip()
        and answer not in text
        and end in text
        and text[text.find(end) + len(end)].isdigit()
    ):
        return end
    return answer


def _answers(example: Example, source: str, output: Output) -> list[Fact]:
    pairs = [
        (ours, _uncut(theirs, example.reference)) for ours, theirs in answers_of(example.meta, example.source_lang)
    ]
    if not pairs:
        return []
    text, where = _squeezed(output.text), [i for i, char in enumerate(output.text) if not char.isspace()]
    facts = []
    for ours, theirs in pairs:
        wanted = _squeezed(theirs)
        at = text.find(wanted) if wanted else -1
        # A number never matches inside a longer number.
        while at >= 0 and (
            (wanted[0].isdigit() and at and _in_number(text, at - 1))
            or (wanted[-1].isdigit() and _in_number(text, at + len(wanted)))
        ):
            at = text.find(wanted, at + 1)
        start = source.find(ours) if ours else -1
        span = (where[at], where[at + len(wanted) - 1] + 1) if at >= 0 else None
        facts.append(
            Fact(
                "answer",
                "answer",
                ours or theirs,
                (start, start + len(ours)) if start >= 0 else None,
                VERIFIED if span else UNVERIFIED,
                span,
            )
        )
    return facts


def _in_number(text: str, at: int) -> bool:
    if at >= len(text):
        return False
    return text[at].isdigit() or (
        text[at] in ".," and 0 < at < len(text) - 1 and text[at - 1].isdigit() and text[at + 1].isdigit()
    )


def hold(example: Example, text: str, known: NameList | None) -> Comparison:
    """The output of one example held against its source. Time is linear in both; never raises for any text."""
    source = normalise(example.source)
    lang, written = code(example.target_lang), normalise(text)
    said = heard(written, lang)
    output = Output(said, lang)
    facts, statements = _numbers(source, example.source_lang, output)
    if known is not None:
        more, named = _names(source, output, known)
        facts, statements = facts + more, statements + named
    facts += _answers(example, source, output)
    statements.sort(key=lambda one: one.span)
    return Comparison(source, written, tuple(facts), tuple(statements), bool(written) and not said)


def forget() -> None:
    """Empties what is remembered of texts already read, for measurements of speed."""
    texts.forget()
    _names_of.cache_clear()


def kinds(readings: Sequence[Comparison | None], tier: str) -> list[str]:
    """Kinds of a tier that were read anywhere, in alphabetical order."""
    return sorted({fact.kind for one in readings if one for fact in one.facts if fact.tier == tier})
