"""Tibetan words that count or measure, before a number: what stands behind them is a number and nothing else."""

from __future__ import annotations

import re

_COUNTED_BEFORE = re.compile(
    r"(?:མི|ལོ|ལོ་ངོ|ཟླ|ཟླ་བ|ཉིན|ཉིན་མ|ཆུ་ཚོད|སྐར་མ|སྐར་ཆ|ཐེངས|སྒོར|སྒོར་མོ|སྨི|སྤྱི་ལེ|"
    r"སྤྱི་རྒྱ|ཏུན|བརྒྱ་ཆ|མི་གྲངས|གཟའ་འཁོར|བདུན་ཕྲག|ལྡབ|རྒྱ་མ|མུའུ|གྲངས|དུས་རབས|ལོ་རབས)"
    r"་?\s?\Z"
)
_HOUSES = re.compile(
    r"(?<![\u0f40-\u0fbc])(?:ཁྱིམ་ཚང|དུད་ཚང|དུད་ཁྱིམ|དུད་གྲངས|གྲོང་ཚོ|གྲོང་སྡེ|སྡེ་བ|སློབ་མ|གྲྭ་པ|བཟོ་པ|ནད་པ|"
    r"འཁོར་སྐར|འགྲུལ་པ|སློབ་ཕྲུག|དགེ་འདུན་པ|བཙུན་མ|རླངས་འཁོར|མེ་འཁོར|གནམ་གྲུ|ཁང་པ|ཚོང་ཁང|གློག་བརྙན|བཟོ་གྲྭ|"
    r"དོགས་ཅན(?:་པ)?|དོགས་གཞི་ཅན(?:་པ)?)་?\s?\Z"
)
"""What is counted so often that no other word than a number is meant behind it: ཁྱིམ་ཚང་དོན་ལྔ."""


def counted(text: str, at: int) -> bool:
    """Does a word that counts or measures stand before?"""
    return bool(_COUNTED_BEFORE.search(text, max(0, at - 16), at))


def counts(text: str, at: int) -> bool:
    """Does a word for what is often counted stand before?"""
    return bool(_HOUSES.search(text, max(0, at - 16), at))
