"""Prompts whose template is control tokens and text, and whose sources and candidates are text alone.

A source, a reference or a candidate may spell `<|im_end|>`. Tokenised with its prompt it would end the turn: a policy
or a judge could be commanded by what it has to read. `plain` puts a mark into each such spelling, at which `prompt_ids`
cuts: neither half is a control token, and no letter is lost. A text that spells none has the tokens that it always had.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

CUT = "\ufdd0"
"""A noncharacter of Unicode: no text for interchange may hold it."""
_CONTROL = re.compile(r"<[|/]?[^<>\s]{1,60}[|]?>|\[/?[A-Z_]{2,20}\]")
"""What an added token looks like when it controls; others (runs of spaces, single words) are letters like any."""
NEVER = re.compile(r"(?!)")


@lru_cache(maxsize=16)
def _pattern(contents: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(contents, key=lambda s: (-len(s), s))
    return re.compile("|".join(map(re.escape, longest_first))) if contents else NEVER


def control_tokens(tokenizer: Any) -> frozenset[str]:
    """The spellings that a tokenizer turns into control tokens: its special tokens, and added ones that look like
    them."""
    added = tokenizer.added_tokens_decoder.values()
    found = {str(t) for t in added if t.special or _CONTROL.fullmatch(str(t))} | set(tokenizer.all_special_tokens)
    return frozenset(s for s in found if len(s) > 1)


def plain(text: str, controls: frozenset[str]) -> str:
    """The text with a mark inside each spelling of a control token, as often as it takes: cutting one must not leave
    another."""
    text, pattern = text.replace(CUT, ""), _pattern(controls)
    while (found := pattern.search(text)) is not None:
        text = text[: found.start() + 1] + CUT + text[found.start() + 1 :]
    return text


def prompt_ids(tokenizer: Any, prompt: str) -> list[int]:
    """Token ids of a prompt as a model gets them, its beginning-of-sequence token included; parts between marks are
    tokenised apart."""
    if CUT not in prompt:
        return list(tokenizer(prompt)["input_ids"])
    first, *rest = prompt.split(CUT)
    ids = list(tokenizer(first)["input_ids"])
    for part in rest:
        ids += tokenizer(part, add_special_tokens=False)["input_ids"]
    return ids


def text_ids(tokenizer: Any, text: str) -> list[int]:
    """Token ids of a text alone, nothing put around it; what it spells is text."""
    parts = plain(text, control_tokens_of(tokenizer)).split(CUT)
    return [i for part in parts for i in tokenizer(part, add_special_tokens=False)["input_ids"]]


_KNOWN: WeakKeyDictionary[Any, frozenset[str]] = WeakKeyDictionary()


def control_tokens_of(tokenizer: Any) -> frozenset[str]:
    """`control_tokens`, looked up once for each tokenizer."""
    if tokenizer not in _KNOWN:
        _KNOWN[tokenizer] = control_tokens(tokenizer)
    return _KNOWN[tokenizer]


def shown(prompt: str) -> str:
    """A prompt as a person reads it."""
    return prompt.replace(CUT, "")
