"""What outputs are made of, told from the texts alone: references, the same again and again, or far more than was
asked.

None of it rests on facts or on a primary metric, so that nothing a system does to those hides it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from metrics.normalise import normalise, tidy
from metrics.records import Example

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


def likeness(examples: Sequence[Example], texts: Sequence[str]) -> dict[str, float] | None:
    """{"exact", "near", "lcs", "repeated", "overlong"}, shares of the outputs 0..1 and the mean of `held`; None where
    nothing has a reference.

    exact: equal to a reference. near: `held` of NEAR or more. repeated: `repetition` of REPEATED or more. overlong:
    longer than OVERLONG times the longest reference. Of several references the one counts that the output is most
    like. Lengths must agree (ValueError).
    """
    exact = near = repeated = overlong = n = 0
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
    if not n:
        return None
    return {"exact": exact / n, "near": near / n, "lcs": total / n, "repeated": repeated / n, "overlong": overlong / n}
