"""The one version of how texts become numbers: normalisation, facts, numbers, words, overlap, verbosity, retrieval.

It stands as `v:N` in the signature of every metric that rests on them. Raise it by one whenever a value of such a
metric can change for unchanged texts; summaries and boards of two versions are not compared, and `leaderboard rescore`
scores stored outputs again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

METRICS_VERSION = 9
"""1: until November 2026. 2: one text equality, language table, numbers of every spelling, words at the segmenter's
boundaries. Since 27 November the end of a sentence and names written on to their event are no keywords of a list (some
texts of strikes and takeovers, mostly where they are cut; the boards were scored again). 3: bounds and multiples,
negations before a Tibetan verb, roles of verb-last languages and passives; vague amounts and compound measures of
open.*; the cut of `.length_controlled` divides no number. 4: names in Latin letters that nothing in the source bears
out count against open.*; what is said in another language states nothing there; Latin names of the
source are a tier of their own (open.latin.recall), no part of open.number.*. 5: placement.*; a sum is of
the currency that both languages can mean; numbers, dates and times in rarer spellings, and words that only look like
them (โจมตี 3 จุด is no time of day); a name that "had no part"; Tibetan verbs before མ་སོང. 6: what stands behind
an hour (凌晨2点一家酒吧), Thai years without ปี, Tibetan figures behind a blank, days of a term (拘留15日), numbers in a
name that is stated as a whole (เอฟ-16, โควิด-19). 7: negations with modals and behind the clause, rumours and
conditions; predicates that nobody speaks of (a trade as a fine); relations in quotes, with glosses and by converse
verbs, none as the tail of a noun phrase; lists of days, least amounts, gold, groups of countries. 8: words of another
time (now told as last year); a share, a date or a measure states its fact in any spelling; denials as facts in other
words, corrections, who is not involved; near misses and denials before a figure; limits of dates; placement.* sees who
stands in another's place; scores, short years, pairs of figures, idioms with numerals, Tibetan magnitudes that
descend. 9: an event in other words of its group (wordings.toml), verbs of relations, short names; bare figures of
headlines behind what is said of them, sums without their currency; an inexact count that holds a fact's; lists and
changes that say their unit once, folds, years in two figures, land as deeds write it."""

V = f"v:{METRICS_VERSION}"
"""The field of a signature."""

UNAVAILABLE = "|unavailable"
"""Ends the signature of a metric that was not computed."""

_FIELD = re.compile(r"\|v:([0-9]+)(?=\||\Z)")


def version_of(signature: str) -> int:
    """The metrics' version in a signature; 1 where it names none (as overlap and retrieval did in version 1)."""
    found = _FIELD.search(signature)
    return int(found.group(1)) if found else 1


def versions_apart(a: Iterable[str], b: Iterable[str], names: tuple[str, str] = ("the one", "the other")) -> str | None:
    """One message where the signatures of two sides are of different versions, else None.

    a, b: signatures of the metrics that both sides have, in one order; metrics that carry a version on neither side
    (learned scorers) and those that were not computed are passed over.
    """
    for one, other in zip(a, b, strict=True):
        if one.endswith(UNAVAILABLE) or other.endswith(UNAVAILABLE):
            continue
        if _FIELD.search(one) or _FIELD.search(other):
            first, second = version_of(one), version_of(other)
            if first != second:
                return (
                    f"{names[0]} was scored by version {first} of the metrics, {names[1]} "
                    f"by version {second}: their values are not "
                    "comparable; score the stored texts of the older one again "
                    "(python -m benchmark score; a board: leaderboard rescore)"
                )
    return None
