"""What no model-based metric may reward: an output that says nothing, repeats its source, or is not written in the
target language.

Multilingual encoders and quality estimators like such outputs: an untranslated source is its own nearest neighbour
(retrieval 1.000, above the references), an empty text gets .46 from COMET, a copy of the source .65. So each of these
outputs has the lowest value of the metric, by one rule that stands in its signature. It is no verdict on style: real
references keep names and abbreviations in Latin letters.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from metrics.normalise import bare
from metrics.scripts import scripts_of

MIN_TARGET = 1 / 3
"""Least share of the letters that must be of the target language's script. Of 1,997 human Thai references of news 31
lie below one half."""
RULE = "no answer=lowest:1"
"""Name and version of the rule, for signatures."""
_LETTER = regex.compile(r"\p{L}")


@lru_cache(maxsize=64)
def _of(scripts: tuple[str, ...]) -> regex.Pattern[str]:
    members = "".join(f"\\p{{Script={script}}}" for script in scripts)
    return regex.compile(f"[\\p{{L}}&&[{members}]]", regex.V1)


def no_answer(source: str, text: str, source_lang: str, target_lang: str) -> str | None:
    """Why a text is no answer to its source in the target language, or None.

    Empty; the source again (after normalisation, spaces apart); no letters; less than a third of the letters in the
    target's script; or any letter of the source's script, where that is neither Latin nor a script of the target. A
    text in a language whose script is not known is only held against the first two.
    """
    said = bare(text)
    if not said:
        return "empty output"
    if said == bare(source):
        return "verbatim copy of the source"
    target, of_source = scripts_of(target_lang), scripts_of(source_lang) or ()
    if target is None:
        return None
    letters = len(_LETTER.findall(said))
    if letters == 0:
        return "no letters"
    if len(_of(target).findall(said)) < MIN_TARGET * letters:
        return "not in the target language's script"
    foreign = tuple(s for s in of_source if s not in target and s != "Latin")
    return "holds untranslated source text" if foreign and _of(foreign).search(said) else None
