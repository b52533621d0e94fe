"""Numbers, money, percentages, dates, times and years in Chinese, Thai, Tibetan and English text.

The extractor serves the benchmark's precision: a number in an output that the source does not hold is a hallucination.
It compares values, not wordings: 37亿元, 3700 ล้านหยวน and སྒོར་དུང་ཕྱུར་37 are one value, พ.ศ. 2567 is 2024. Everything
that a text says, what is vague included, is read by `metrics.reading.read`; here is the part that says a value for
certain. For other languages only digits, percent signs, ISO dates and clock times are read. Give it text as
`metrics.normalise.normalise` leaves it: offsets are on the text it is given.
"""

from __future__ import annotations

from metrics.reading.mention import NUMBER_KINDS, Key, Reading, support_keys
from metrics.reading.scan import numbers
from metrics.reading.words import base_language

NumberMention = Reading

__all__ = ["Key", "NumberMention", "base_language", "claims", "extract_numbers", "support_keys"]


def extract_numbers(text: str, lang: str) -> list[NumberMention]:
    """All numbers of a normalised text that say a value, in order, without overlap.

    `lang` is a language code (zh, th, bo, en have rules of their own; its region and script are ignored). Left out are
    what says no value (几十万, หลายแสน) and words that are numbers only perhaps (หนึ่ง, 第三).
    """
    return [found for found in claims(text, lang) if not found.indefinite]


def claims(text: str, lang: str) -> list[NumberMention]:
    """What `extract_numbers` gives, and the orders of magnitude (几十万, หลายแสน), which are right or wrong, too."""
    return [found for found in numbers(text, base_language(lang)) if found.kind in NUMBER_KINDS and not found.lone]
