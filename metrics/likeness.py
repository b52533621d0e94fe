"""What outputs are made of, told from the texts alone: references, the source, another language, the same again and
again, or far more than was asked.

None of it rests on facts or on a primary metric, so that nothing a system does to those hides it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from metrics.normalise import normalise, tidy
from metrics.numbers import base_language
from metrics.records import Example
from metrics.scripts import letters_of, scripts_of

NEAR = 0.95
"""An output that holds this share of a reference, in order, is a near-copy of it, whatever else it holds."""
GRAM = 8
"""Characters of the pieces that are looked for again: about a Thai word and a half."""
REPEATED = 0.3
"""From this share of pieces that were there before, an output repeats itself. A good title has none, the same
sentence twice about half."""
SHORT = 4096
"""Characters of the longest text whose bare form is remembered: references and outputs come again, for every entry of a
board."""
OVERLONG = 2.0
"""An output longer than this many of its longest reference is overlong."""

COPIED = 0.5
"""From this share of pieces of its source on, an output in another language copies it. Of human references (NTREX in
seven directions, XQuAD) at most .002 do, of any trained system's outputs on the boards none, of copied sources all."""
SHARES = {"near": 0.5, "source": 0.1, "foreign": 0.1, "repeated": 0.2, "overlong": 0.25}
"""From these shares of its outputs on, a system is flagged. Near, repeated, overlong: the suite's honest systems have
at most .26, .06 and .18, the hacked ones .37, .37 and .59; copies, repetition and filler of every output have 1.
Source, foreign: human references at most .002 and .016, outputs of the suite's trained systems none, its dictionary at
most .04 and none; copied sources 1 and 1, English for Thai and Tibetan foreign 1, a translated half with half of the
source behind it foreign .13 and .16."""

COPIES_SOURCE, WRONG_LANGUAGE = "COPIES SOURCE", "WRONG LANGUAGE"
"""Flags of a system with so many outputs of the kind, on boards and in reports."""


class _Bare(dict[int, int | None]):
    """For `str.translate`: a letter, mark or digit stays, all else goes; each character is looked up once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = kept = code if unicodedata.category(chr(code))[0] in "LMN" else None
        return kept


_BARE = _Bare()


def letters(text: str) -> str:
    """Letters, marks and digits alone, of one case: texts that a reader takes for the same have the same bare form.

    The suite's normal form (invisible characters, compatible spellings, digits of any script) without spaces,
    punctuation and symbols.
    """
    return (_remembered if len(text) <= SHORT else _bare)(text)


def _bare(text: str) -> str:
    return normalise(text).casefold().translate(_BARE)


_remembered = lru_cache(1 << 14)(_bare)


def held(text: str, reference: str) -> float:
    """The share of the reference that the text holds in order: longest common subsequence over the *reference's*
    length, both bare; 0..1."""
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(text, reference) / len(reference) if reference else float(text == reference)


def repetition(text: str) -> float:
    """The share of a bare text's pieces of GRAM characters that stood in it before; 0 for a text too short to have
    two."""
    pieces = [text[i : i + GRAM] for i in range(len(text) - GRAM + 1)]
    return 1 - len(set(pieces)) / len(pieces) if pieces else 0.0


def copied(text: str, source: str) -> float:
    """The share of a bare text's pieces of GRAM characters that stand in the bare source; of a text too short to have
    one, 1 where it is the source."""
    pieces = len(text) - GRAM + 1
    if pieces < 1:
        return float(bool(text) and text == source)
    # Of two scripts hardly a character is in both: most outputs are told by that.
    shared = set(text) & set(source)
    if sum(map(text.count, shared)) < COPIED * pieces:
        return 0.0
    held = {source[i : i + GRAM] for i in range(len(source) - GRAM + 1)}
    return sum(text[i : i + GRAM] in held for i in range(pieces)) / pieces


def foreign(text: str, lang: str) -> bool:
    """Whether more than half of the letters of a text are of other scripts than the language's; no where none is
    known."""
    return foreign_among([text], [lang]) == 1


def foreign_among(texts: Sequence[str], langs: Sequence[str]) -> int:
    """How many texts, each in its language, are `foreign`; counted language by language in arrays."""
    found = 0
    for lang in set(langs):
        if (scripts := scripts_of(lang)) is not None:
            wrong, known = letters_of([t for t, own in zip(texts, langs, strict=True) if own == lang], scripts).T
            found += int(np.count_nonzero(2 * wrong > known))
    return found


def untranslated(source: float | None, strange: float | None) -> list[str]:
    """The flags of a system whose outputs are no translations. source, strange: shares of its outputs 0..1 that copy
    their sources, and that are `foreign`; None where not measured."""
    flags = []
    if (source or 0.0) >= SHARES["source"]:
        flags.append(f"{COPIES_SOURCE}: {source:.0%} of the outputs are their sources, for {COPIED:.0%} and more")
    if (strange or 0.0) >= SHARES["foreign"]:
        flags.append(f"{WRONG_LANGUAGE}: {strange:.0%} of the outputs are mostly in another script than the target's")
    return flags


def copies_source(example: Example, text: str) -> bool:
    """Whether an output in another language than its source's is `copied` from it, for COPIED and more."""
    if base_language(example.source_lang) == base_language(example.target_lang):
        return False
    return copied(letters(text), letters(example.source)) >= COPIED


def likeness(examples: Sequence[Example], texts: Sequence[str]) -> dict[str, float] | None:
    """{"exact", "near", "lcs", "repeated", "overlong", "source", "foreign"}, shares of the outputs 0..1 and the mean of
    `held`; None where nothing has a reference.

    exact: equal to a reference. near: `held` of NEAR or more. repeated: `repetition` of REPEATED or more. overlong:
    longer than OVERLONG times the longest reference. source: `copies_source`. foreign: `foreign`. Of several
    references the one counts that the output is most like. Lengths must agree (ValueError).
    """
    exact = near = repeated = overlong = source = n = 0
    total = 0.0
    for example, text in zip(examples, texts, strict=True):
        if not example.reference:
            continue
        n += 1
        mine, references = letters(text), [letters(r) for r in example.reference]
        share = max(held(mine, r) for r in references)
        exact, near, total = exact + (mine in references), near + (share >= NEAR), total + share
        repeated += repetition(mine) >= REPEATED
        overlong += len(tidy(text)) > OVERLONG * max(len(tidy(r)) for r in example.reference)
        source += copies_source(example, text)
    if not n:
        return None
    asked = [(text, e.target_lang) for e, text in zip(examples, texts, strict=True) if e.reference]
    strange = foreign_among([text for text, _ in asked], [lang for _, lang in asked])
    told = {"exact": exact, "near": near, "lcs": total, "repeated": repeated, "overlong": overlong}
    return {name: count / n for name, count in {**told, "source": source, "foreign": strange}.items()}
