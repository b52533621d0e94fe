"""Tibetan months and what stands around them, as patterns. Data for `metrics.reading.dates`; groups as in
`metrics.reading.calendar_words`."""

from __future__ import annotations

from metrics.reading.numerals_bo import BELOW_100

MONTHS_BO = ["དང་པོ", "གཉིས་པ", "གསུམ་པ", "བཞི་པ", "ལྔ་པ", "དྲུག་པ", "བདུན་པ", "བརྒྱད་པ", "དགུ་པ", "བཅུ་པ", "བཅུ་གཅིག་པ", "བཅུ་གཉིས་པ"]
BARE_MONTHS_BO = ["གཅིག", "གཉིས", "གསུམ", "བཞི", "ལྔ", "དྲུག", "བདུན", "བརྒྱད", "དགུ", "བཅུ", "བཅུ་གཅིག", "བཅུ་གཉིས"]
UNDER_32_BO = "|".join(sorted((word for word, value in BELOW_100.items() if value < 32), key=len, reverse=True))
MONTH_BO = (
    rf"(?P<month>[0-9]{{1,2}}|{'|'.join(sorted(MONTHS_BO, key=len, reverse=True))}"
    rf"|{'|'.join(sorted(BARE_MONTHS_BO, key=len, reverse=True))})"
)
YEAR_BO = r"(?:(?:སྤྱི་ལོ|ཕྱི་ལོ)?་?\s?(?<![0-9])(?P<year>[0-9]{4})(?:[་\s]*ལོའི?[་\s]*|(?:(?<=19[0-9]{2})|(?<=20[0-9]{2}))\s))?"
