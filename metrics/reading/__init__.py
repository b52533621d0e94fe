"""What a text says that can be checked without gold facts: numbers, dates, money, clock times, names in Latin script,
identifiers.

`read(text, lang)` gives the readings of a normalised text in order. `bears_out(truth, said)` says whether one is right
when the other is.
"""

from metrics.reading.mention import NUMBER_KINDS, TEXT_KINDS, Key, Reading, bears_out, same_place, support_keys
from metrics.reading.scan import read

__all__ = ["NUMBER_KINDS", "TEXT_KINDS", "Key", "Reading", "bears_out", "read", "same_place", "support_keys"]
