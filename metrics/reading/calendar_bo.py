"""Tibetan months and what stands around them, as patterns. Data for `metrics.reading.dates`; groups as in
`metrics.reading.calendar_words`."""

from __future__ import annotations

from metrics.reading.numerals_bo import BELOW_100, BOUNDARY, FOLDS

MONTHS_BO = ["དང་པོ", "གཉིས་པ", "གསུམ་པ", "བཞི་པ", "ལྔ་པ", "དྲུག་པ", "བདུན་པ", "བརྒྱད་པ", "དགུ་པ", "བཅུ་པ", "བཅུ་གཅིག་པ", "བཅུ་གཉིས་པ"]
BARE_MONTHS_BO = ["གཅིག", "གཉིས", "གསུམ", "བཞི", "ལྔ", "དྲུག", "བདུན", "བརྒྱད", "དགུ", "བཅུ", "བཅུ་གཅིག", "བཅུ་གཉིས"]
UNDER_32_BO = "|".join(sorted((word for word, value in BELOW_100.items() if value < 32), key=len, reverse=True))
MONTH_BO = (
    rf"(?P<month>[0-9]{{1,2}}|{'|'.join(sorted(MONTHS_BO, key=len, reverse=True))}"
    rf"|{'|'.join(sorted(BARE_MONTHS_BO, key=len, reverse=True))})"
)
# Not the royal year of བོད་རྒྱལ་ལོ་2151, which is another count.
YEAR_BO = (
    r"(?:(?:སྤྱི་ལོ|ཕྱི་ལོ)?་?\s?(?<![0-9])(?<!བོད་རྒྱལ་ལོ)(?<!བོད་རྒྱལ་ལོ[་\s])(?<!བོད་རྒྱལ་ལོའི་)"
    r"(?P<year>[0-9]{4})(?:[་\s]*ལོའི?[་\s]*|(?:(?<=19[0-9]{2})|(?<=20[0-9]{2}))\s))?"
)
# The year 1951 in words, with its thousand: ཆིག་སྟོང་དགུ་བརྒྱ་ང་གཅིག, ཉིས་སྟོང་ཉེར་གསུམ.
_BELOW = "|".join(sorted(BELOW_100, key=len, reverse=True))
SPELLED_YEAR_BO = (
    rf"(?<![\u0f40-\u0fbc])(?:(?:ཆིག|གཅིག|ཉིས|གཉིས)་སྟོང|སྟོང(?:་ཕྲག་(?:གཅིག|གཉིས))?)(?:་(?:དང་)?(?:{FOLDS})་བརྒྱ(?:་ཐམ་པ)?)?"
    rf"(?:་(?:དང་|རྩ་)?(?:{_BELOW}))?{BOUNDARY}(?!་(?:བརྒྱ|ཕྲག))"
)
_ANY_MONTH = "[0-9]{1,2}|(?:" + "|".join(sorted(BARE_MONTHS_BO[1:], key=len, reverse=True)) + ")(?=་?པ)"
MONTH_RANGE_BO = (  # ordinals: ཟླ་བ་གསུམ་ནས་ལྔ་བར are months that something lasts
    rf"(?<![\u0f40-\u0fbc])ཟླ་?\s?(?:བ་?\s?)?(?P<first_month>དང་པོ|(?:{_ANY_MONTH})(?=[་\s]?པ))(?:[་\s]?པ)?[་\s]?ནས[་\s]*"
    rf"(?P<month>{_ANY_MONTH})(?:[་\s]?པ)?(?=(?:འི)?[་\s]?བར(?![\u0f40-\u0fbc]))"
)
# 2018།3།10: written tight, for a blank stands behind the mark that ends a clause
SHAD_DATES_BO = (
    r"(?<![0-9])(?<![0-9][.:།])(?P<year>[12][0-9]{3})།(?P<month>[0-9]{1,2})།(?P<day>[0-9]{1,2})(?![0-9]|།[0-9])",
    r"(?<![0-9])(?<![0-9][.:།])(?P<day>[0-9]{1,2})།(?P<month>[0-9]{1,2})།(?P<year>[12][0-9]{3})(?![0-9]|།[0-9])",
)
