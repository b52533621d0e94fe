"""Tibetan case particles that agree with the last letter of the word before them (genitive, ergative)."""

from __future__ import annotations

# final letter of the preceding syllable -> series; vowels and འ take the separate syllable, which is always correct in
# prose
_SERIES = {"ད": "ཀྱི", "བ": "ཀྱི", "ས": "ཀྱི", "ག": "གི", "ང": "གི", "ན": "གྱི", "མ": "གྱི", "ར": "གྱི", "ལ": "གྱི"}
# A syllable of one bare letter (or a letter with a vowel sign only) ends in a vowel, whatever the letter is: ས་ `earth`
# takes ཡི.


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
