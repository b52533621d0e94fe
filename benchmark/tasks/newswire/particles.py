"""Tibetan case particles that agree with the last letter of the word before them (genitive, ergative)."""

from __future__ import annotations

import re

# final letter of the preceding syllable -> series; vowels and འ take the separate syllable, which is always correct in
# prose
_SERIES = {"ད": "ཀྱི", "བ": "ཀྱི", "ས": "ཀྱི", "ག": "གི", "ང": "གི", "ན": "གྱི", "མ": "གྱི", "ར": "གྱི", "ལ": "གྱི"}
# A syllable of one bare letter (or a letter with a vowel sign only) ends in a vowel, whatever the letter is: ས་ `earth`
# takes ཡི.


_OPEN = re.compile(r"(?:^|་)(?:[\u0f40-\u0f6c][\u0f90-\u0fbc]*|[\u0f40-\u0fbc]*[\u0f71-\u0f7d]|[\u0f40-\u0fbc]+འ)$")
"""Ends in an open syllable: one letter or stack alone, a vowel sign, or འ. Nothing is fused to a foreign stack (ཇིབྚ)
or to figures."""


def _final(word: str) -> str | None:
    """The final consonant of the last syllable, None when the syllable ends in a vowel."""
    syllable = word.rstrip("་།༽).").split("་")[-1]
    if syllable[-1:].isdigit():
        # a number written in figures: read out, most end in a consonant; ཀྱི is the newspapers' usual choice
        return "ད"
    letters = [c for c in syllable if "\u0f40" <= c <= "\u0f6c"]
    if len(letters) < 2 or not syllable or not ("\u0f40" <= syllable[-1] <= "\u0f6c"):
        return None
    return letters[-1]


def genitive(word: str) -> str:
    """The genitive particle after `word`: གི, ཀྱི, གྱི or ཡི."""
    return _SERIES.get(_final(word) or "", "ཡི")


def ergative(word: str) -> str:
    """The ergative (agentive) particle after `word`: གིས, ཀྱིས, གྱིས or ཡིས."""
    return genitive(word) + "ས"


def fused(word: str, case: str) -> str:
    """`word` with its genitive ("g") or ergative ("e") as prose writes it: fused to an open syllable
    (འི, ས), else a syllable of its own.

    ལྷ་ས, ལྷ་སའི, ལྷ་སས; པེ་ཅིན, པེ་ཅིན་གྱི. After figures a syllable of its own, as after consonants. A final འ gives
    way (མཁའ, མཁའི).
    """
    if (not word.endswith("འ") and _final(word) is not None) or not _OPEN.search(word):
        return f"{word}་{genitive(word) if case == 'g' else ergative(word)}"
    stem = word[:-1] if word.endswith("འ") else word
    return stem + ("འི" if case == "g" else "ས")
